"""COCO: the annotations of one picture, as polygons or run lengths."""

from __future__ import annotations

from typing import Any

from ..errors import Question
from ..limits import Limits
from .rle import mask_of
from .shapes import Drawing, Refused, Shape, entry, label_of, listed, numbers, side, some

_TURNING = 4  # a mask of run lengths lies on its side, and costs so much more than drawing


def fits(document: Any) -> bool:
    """Tell {images, annotations} from other JSON."""
    return isinstance(document, dict) and {"images", "annotations"} <= document.keys()


def drawing(document: Any, picture: str | None, limits: Limits) -> Drawing:
    """Give one picture's annotations, crowd regions first so that objects lie above them.

    picture: its file name, needed where the file speaks of several. Several rings of one
    annotation are united; holes come as run lengths. Category ids may have gaps.
    Raises Refused: schema, geometry, ambiguous, size_mismatch, too_large.
    """
    image = _chosen(entry(document, "images", list, "list of pictures"), picture)
    size = side(image.get("height"), "height"), side(image.get("width"), "width")
    if size[0] * size[1] > limits.pixels:
        return Drawing(size, (), "a COCO file")  # refused for its size, before masks are made
    names = _names(document.get("categories", []))
    crowds: list[Shape] = []
    objects: list[Shape] = []
    unnamed: set[int] = set()
    boxes = runs = masks = 0
    for number, record in enumerate(entry(document, "annotations", list, "annotations"), 1):
        if entry(record, "image_id", (int, str), "picture's number") != image["id"]:
            continue
        where = f"an annotation (number {number:,})"
        category = entry(record, "category_id", int, "category")
        if category not in names:
            unnamed.add(category)
        label = label_of(names.get(category, f"category {category}"), where)
        segmentation = record.get("segmentation")
        if isinstance(segmentation, dict):
            counts = segmentation.get("counts")
            runs += len(counts) if isinstance(counts, str | list) else 0
            masks += _TURNING * size[0] * size[1]
            if runs > limits.json_parts or masks > limits.painted_pixels:
                raise Refused(
                    "too_large",
                    f"has run lengths worth {masks:,} pixels and {runs:,} characters or more; "
                    f"up to {limits.painted_pixels:,} and {limits.json_parts:,} are read. Keep "
                    "fewer annotations.",
                )
            shape = Shape(label, mask=mask_of(segmentation, size, where))
        elif isinstance(segmentation, list) and segmentation:
            if not all(isinstance(ring, list) for ring in segmentation):
                raise Refused("schema", f"has {where} whose rings are no lists. Export it again.")
            rings = tuple(numbers(ring, where) for ring in segmentation)
            shape = Shape(label, rings, "fifths")
        elif segmentation in (None, []):
            boxes += 1
            continue
        else:
            raise Refused("schema", f"has {where} whose outline is no list. Export it again.")
        (crowds if record.get("iscrowd") else objects).append(shape)
    notes: tuple[str, ...] = ()
    if crowds:
        notes += (f"{some(len(crowds), 'crowd region')} counted as objects of their class",)
    if boxes:
        notes += (f"{some(boxes, 'annotation')} without an outline left out",)
    if unnamed:
        shown = listed(tuple(str(n) for n in sorted(unnamed)))
        notes += (f"Categories without a name in the file: {shown}",)
    classes = tuple(dict.fromkeys(label_of(name, "a category") for name in names.values()))
    return Drawing(size, (*crowds, *objects), "a COCO file", classes, notes)


def _chosen(images: list[Any], picture: str | None) -> dict[str, Any]:
    called = {}
    for image in images:
        entry(image, "id", (int, str), "picture's number")
        called[entry(image, "file_name", str, "picture's file name")] = image
    if not called:
        raise Refused("schema", "speaks of no picture (`images` is empty). Export it again.")
    if picture is None:
        if len(called) == 1:
            return next(iter(called.values()))
        raise Refused(
            "ambiguous",
            f"speaks of {len(called):,} pictures: {listed(tuple(called), 3)}. Choose one by its "
            "file name.",
            Question.of_names("picture", tuple(called)),
        )
    if picture in called:
        return called[picture]
    same = [name for name in called if _last(name) == _last(picture)]
    if len(same) == 1:
        return called[same[0]]
    fault = "several pictures" if same else "no picture"
    raise Refused(
        "ambiguous",
        f"speaks of {fault} of the chosen name; it has {listed(tuple(same or called), 3)}. Choose "
        "one of these.",
    )


def _last(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _names(categories: Any) -> dict[int, str]:
    if not isinstance(categories, list):
        raise Refused("schema", "has categories that are no list. Export it again.")
    found = {}
    for category in categories:
        number = entry(category, "id", int, "category's number")
        found[number] = entry(category, "name", str, "category's name")
    # Two categories of one name are two classes all the same.
    names = list(found.values())
    return {
        number: f"{name} ({number})" if names.count(name) > 1 else name
        for number, name in sorted(found.items())
    }
