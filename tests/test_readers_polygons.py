"""Files of outlines become class numbers as their own tools draw them, or one typed error."""

from __future__ import annotations

import json
import time
import tracemalloc
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from segloss_core.readers import Code, Limits, ReadError, Reading, read
from segloss_core.readers.polygons.fill import fill
from segloss_core.readers.polygons.rle import expanded
from tests.fuzz_polygons import (
    HOLED,
    PACKED,
    RINGS,
    SIZE,
    STENCIL,
    VALID,
    YOLO,
    coco,
    dumped,
    labelme,
    png_text,
    shape,
    street,
)
from tests.test_readers import encoded, mutated

coco_api = pytest.importorskip("pycocotools.mask")


def labels(document: Any, name: str = "a.json", **options: Any) -> Reading:
    """Read as numbers of classes."""
    data = document if isinstance(document, bytes) else dumped(document)
    return read(data, name, role="target", values="labels", **options)


def refused(document: Any, code: str, *words: str, **options: Any) -> str:
    """Check the error's code and what every sentence has to keep."""
    data = document if isinstance(document, bytes) else dumped(document)
    options = {"values": "labels", "role": "target", **options}
    with pytest.raises(ReadError) as caught:
        read(data, "a.json", **options)
    text = str(caught.value)
    assert caught.value.code == code, text
    assert code in get_args(Code)
    assert text.startswith("`a.json` ")
    assert text.endswith((".", "?"))
    assert len(text) < 420
    assert "Traceback" not in text
    assert "/usr" not in text
    for word in words:
        assert word in text, text
    return text


def on_paper(points: np.ndarray, rule: str, size: tuple[int, int]) -> np.ndarray:
    """One outline as a whole picture."""
    patch, top, left = fill(points, rule, size)  # type: ignore[arg-type]
    picture = np.zeros(size, bool)
    picture[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return picture


# How outlines become pixels


def brute_force(eighths: list[tuple[int, int]], size: tuple[int, int]) -> np.ndarray:
    """Point in polygon at every pixel's centre, by a ray to the left, in exact fractions."""
    points = [(Fraction(x, 8), Fraction(y, 8)) for x, y in eighths]
    inside = np.zeros(size, bool)
    for row, column in np.ndindex(size):
        x, y = column + Fraction(1, 2), row + Fraction(1, 2)
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
                inside[row, column] ^= True
    return inside


EIGHTHS = st.lists(st.tuples(st.integers(-30, 110), st.integers(-30, 110)), min_size=3, max_size=9)


@settings(max_examples=120, deadline=None)
@given(EIGHTHS, st.integers(1, 10), st.integers(1, 10))
def test_a_pixel_belongs_if_its_centre_is_inside(eighths: list, height: int, width: int) -> None:
    found = on_paper(np.array(eighths) / 8, "centres", (height, width))
    assert np.array_equal(found, brute_force(eighths, (height, width)))


def test_polygons_that_share_edges_share_no_pixel_and_leave_none_out() -> None:
    rng = np.random.default_rng(5)
    corners = np.array([[0, 0], [12, 0], [12, 9], [0, 9]], float)
    for _ in range(50):
        middle = rng.integers(1, 16, 2) / 2
        middle = np.minimum(middle, [11.5, 8.5])
        fan = [np.array([corners[i], corners[(i + 1) % 4], middle]) for i in range(4)]
        assert (sum(on_paper(t, "centres", (9, 12)).astype(int) for t in fan) == 1).all()


def test_a_crossed_outline_is_even_odd() -> None:
    star = [
        (6 + 5.7 * np.sin(k * 0.8 * np.pi), 6 - 5.7 * np.cos(k * 0.8 * np.pi)) for k in range(5)
    ]
    for rule in ("centres", "fifths"):
        found = on_paper(np.array(star), rule, (12, 12))
        assert not found[6, 6]
        assert found[2, 5]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(2, 40), st.booleans())
def test_coco_polygons_are_drawn_as_the_coco_api_draws_them(
    seed: int, height: int, width: int, whole: bool
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-6, 46, (int(rng.integers(3, 12)), 2))
    points = points.round() if whole else points
    theirs = coco_api.decode(coco_api.frPyObjects([points.ravel().tolist()], height, width))
    assert np.array_equal(on_paper(points, "fifths", (height, width)), theirs[:, :, 0] > 0)


def test_a_long_coco_outline_is_drawn_in_batches_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(1).uniform(0, 60, (40, 2))
    whole = on_paper(points, "fifths", (60, 60))
    monkeypatch.setattr("segloss_core.readers.polygons.fill._TOGETHER", 97)
    assert np.array_equal(on_paper(points, "fifths", (60, 60)), whole)
    assert whole.any()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(2, 30))
def test_street_polygons_are_drawn_as_pillow_draws_them(seed: int, height: int, width: int) -> None:
    points = np.random.default_rng(seed).uniform(-5, 35, (6, 2)).round(2)
    picture = Image.new("L", (width, height))
    ImageDraw.Draw(picture).polygon([tuple(p) for p in points], fill=1, outline=1)
    assert np.array_equal(on_paper(points, "polygon", (height, width)), np.asarray(picture) > 0)


def test_pillows_rule_holds_all_inside_and_nothing_a_pixel_away() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        points = rng.integers(0, 20, (5, 2)).astype(float)
        found = on_paper(points, "polygon", (20, 20))
        inside = on_paper(points + 0.5, "centres", (20, 20))
        assert not (inside & ~found).any()
        rows, columns = np.nonzero(found)
        first, second = points, np.roll(points, -1, axis=0)
        for row, column in zip(rows, columns, strict=True):
            if not inside[row, column]:
                along = second - first
                t = ((np.array([column, row]) - first) * along).sum(1)
                t = np.clip(t / np.maximum((along**2).sum(1), 1e-12), 0, 1)
                gap = np.linalg.norm(first + t[:, None] * along - [column, row], axis=1).min()
                assert gap < 1


# Run lengths


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_run_lengths_of_the_coco_api_give_the_mask_back(
    seed: int, height: int, width: int, share: float
) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    mask[0, 0] = True
    packed = coco_api.encode(np.asfortranarray(mask, np.uint8))
    text = packed["counts"].decode()
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat]))).tolist()
    plain = np.diff([0, *edges, flat.size]).tolist()
    assert expanded(text, "it").tolist() == plain
    again = coco_api.frPyObjects({"size": [height, width], "counts": plain}, height, width)
    assert again["counts"] == packed["counts"]
    for counts in (text, plain):
        document = coco(
            [{"category_id": 90, "segmentation": {"size": [height, width], "counts": counts}}],
            images=[{"id": 7, "file_name": "a.jpg", "height": height, "width": width}],
        )
        assert np.array_equal(labels(document).array, 2 * mask)


def test_holes_come_from_run_lengths_plain_and_packed() -> None:
    for segmentation in (HOLED, PACKED):
        found = labels(coco([{"category_id": 3, "segmentation": segmentation}]))
        flat = found.array.T.ravel()
        assert np.flatnonzero(flat).tolist() == [*range(50, 60), *range(74, 84)]


@pytest.mark.parametrize(
    ("segmentation", "code"),
    [
        ({"size": [24, 32], "counts": [700, 69]}, "geometry"),
        ({"size": [24, 32], "counts": [700, -32, 100]}, "geometry"),
        ({"size": [24, 32], "counts": [2**62, 2**62, 2**62, 2**62, 768]}, "geometry"),
        ({"size": [24, 32], "counts": [10**30]}, "geometry"),
        ({"size": [24, 32], "counts": []}, "geometry"),
        ({"size": [24, 32], "counts": ""}, "geometry"),
        ({"size": [24, 32], "counts": "b1:>0nd"}, "schema"),
        ({"size": [24, 32], "counts": "b1 >0nd0"}, "schema"),
        ({"size": [24, 32], "counts": "oooooooooooooooooo0"}, "schema"),
        ({"size": [24, 32], "counts": ["768"]}, "schema"),
        ({"size": [24, 32], "counts": 768}, "schema"),
        ({"size": [32, 24], "counts": [700, 68]}, "size_mismatch"),
        ({"size": [10**30, 24], "counts": [700, 68]}, "size_mismatch"),
        ({"size": 24, "counts": [700, 68]}, "schema"),
        ({"counts": [700, 68]}, "schema"),
        ([[1, 2, "3", 4, 5, 6]], "schema"),
        ([[1, 2, 3, 4, 5]], "schema"),
        ([1, 2, 3, 4, 5, 6], "schema"),
        ("polygon", "schema"),
        ([[1, 2, 3, 4, 1e7, 6]], "geometry"),
        ([[1, 2, 3, 4, 10**400, 6]], "geometry"),
    ],
)
def test_broken_segmentations_are_refused(segmentation: Any, code: str) -> None:
    refused(coco([{"category_id": 3, "segmentation": segmentation}]), code)


# Cityscapes and IDD


def test_a_street_is_painted_back_to_front_as_its_own_tool_does() -> None:
    document = street()
    numbers = {"animal": 1, "person": 2, "road": 3, "sky": 4}
    picture = Image.new("L", SIZE[::-1])
    for thing in document["objects"]:
        points = [tuple(point) for point in thing["polygon"]]
        ImageDraw.Draw(picture).polygon(points, fill=numbers[thing["label"]])
    found = labels(document)
    assert np.array_equal(found.array, np.asarray(picture))
    assert found.array.dtype == np.uint8
    assert found.class_names == ("background", "animal", "person", "road", "sky")
    assert (found.kind, found.scale, found.assumptions) == ("mask", None, ())
    # The person stands before the road, and the road reaches the picture's last row and column.
    assert found.array[15, 22] == 2
    assert found.array[23, 31] == 3


def test_one_class_of_a_street_is_a_binary_mask() -> None:
    every = labels(street()).array
    for class_, number in (("person", 2), (3, 3), (0, 0)):
        for values in (None, "binary"):
            found = read(dumped(street()), "a.json", role="target", values=values, class_=class_)
            assert np.array_equal(found.array, every == number)
            assert found.array.dtype == np.uint8
            assert "against everything else" in found.assumptions[-1]
    hard = read(dumped(street()), "a.json", role="prediction", class_="road")
    assert np.array_equal(hard.array, (every == 3) * 255)
    assert (hard.kind, hard.scale) == ("prediction", "hard")


def test_several_classes_are_never_merged_or_chosen_silently() -> None:
    text = refused(street(), "ambiguous", "4 classes", "`animal`, `person`", values=None)
    assert "Choose one" in text
    refused(street(), "bad_labels", "`road`", values=None, class_="cat")
    refused(street(), "bad_labels", values=None, class_=9)
    alone = street(objects=[street()["objects"][0]])
    found = read(dumped(alone), "a.json", role="target")
    assert set(np.unique(found.array)) == {0, 1}


def test_given_classes_keep_their_numbers_and_unknown_labels_are_listed() -> None:
    found = labels(street(), classes=["road", "car", "person"])
    assert found.class_names == ("background", "road", "car", "person")
    free = labels(street()).array
    expected = np.zeros_like(free)
    expected[free == 3], expected[free == 2] = 1, 3
    # The unknown animal hides the road behind it: it becomes background, not road.
    assert np.array_equal(found.array, expected)
    assert found.assumptions == (
        "Labels that are no class: `animal`, `sky`; their 2 objects count as background",
    )
    absent = read(
        dumped(street()), "a.json", role="target", class_="car", classes=["road", "car", "person"]
    )
    assert not absent.array.any()
    assert absent.assumptions[-1] == "Class `car` does not occur"


def test_a_group_counts_as_its_class_where_the_classes_are_given() -> None:
    document = street()
    document["objects"][3]["label"] = "persongroup"
    found = labels(document, classes=["person", "road", "sky", "animal"])
    assert (found.array == 1).any()
    assert found.assumptions == ("Objects labelled `persongroup` counted as `person`",)
    assert "persongroup" in labels(document).class_names


def test_deleted_objects_stay_out_and_short_polygons_are_skipped_with_badges() -> None:
    document = street()
    document["objects"][3]["deleted"] = 1
    document["objects"] += [
        {"label": "dot", "polygon": points}
        for points in ([], [[3, 3]], [[3, 3], [9, 9]], [[1, 1], [3, 3], [9, 9]])
    ]
    found = labels(document)
    assert found.class_names == ("background", "animal", "road", "sky")
    assert found.assumptions == (
        "1 object marked as deleted left out",
        "3 polygons with fewer than three points skipped",
        "1 polygon whose points lie on one line skipped",
    )


def test_three_points_on_a_line_alone_are_no_object() -> None:
    for points in ([[1, 1], [3, 3], [9, 9]], [[2, 2]] * 5, [[0.1, 0.1], [0.2, 0.2], [0.7, 0.7]]):
        refused(
            street(objects=[{"label": "a", "polygon": points}]), "no_objects", "lie on one line"
        )
    refused(street(objects=[]), "no_objects")
    refused(street(objects=[{**street()["objects"][0], "deleted": True}]), "no_objects", "deleted")


def test_polygons_are_clipped_and_wholly_outside_is_geometry() -> None:
    half = street(objects=[{"label": "a", "polygon": [[-50, -50], [10, -50], [10, 90], [-50, 90]]}])
    found = labels(half).array
    assert found[:, :11].all()
    assert not found[:, 11:].any()
    for x, y in ((40, 0), (-40, 0), (0, 40), (0, -40)):
        away = [[x, y], [x + 8, y], [x + 8, y + 8]]
        refused(street(objects=[*street()["objects"], {"label": "a", "polygon": away}]), "geometry")
    # Around the corner: its box meets the picture, it does not.
    corner = [[-9, 2], [2, -9], [-9, -9]]
    refused(street(objects=[{"label": "a", "polygon": corner}]), "no_objects")
    both = labels(street(objects=[*street()["objects"], {"label": "a", "polygon": corner}]))
    assert both.assumptions == ("1 object too thin to cover a pixel",)


# LabelMe


def drawn(*calls: tuple[str, Any, dict[str, Any]]) -> np.ndarray:
    """What Pillow draws, as LabelMe's own tool calls it."""
    picture = Image.new("L", SIZE[::-1])
    for number, (how, xy, options) in enumerate(calls, 1):
        getattr(ImageDraw.Draw(picture), how)(xy, fill=number, **options)
    return np.asarray(picture)


def test_labelme_shapes_are_drawn_as_labelme_draws_them() -> None:
    found = labels(labelme())
    expected = drawn(
        ("polygon", [(2.5, 3.25), (20.75, 4.5), (12.1, 19.9)], {}),
        ("rectangle", [(18, 12), (29, 20)], {}),
        ("ellipse", [5, 13, 11, 19], {}),
    )
    numbers = np.array([0, 2, 3, 1], np.uint8)  # ball, cat, dog by the alphabet
    assert np.array_equal(found.array, numbers[expected])
    assert found.class_names == ("background", "ball", "cat", "dog")
    assert found.assumptions == ()


def test_lines_and_points_have_labelmes_widths_and_say_so() -> None:
    lines = [
        shape("a", [[2, 2], [12, 20]], "line"),
        shape("b", [[16, 2], [28, 4], [28, 20]], "linestrip"),
        shape("c", [[20, 15]], "point"),
    ]
    found = labels(labelme(lines))
    expected = drawn(
        ("line", [(2, 2), (12, 20)], {"width": 10}),
        ("line", [(16, 2), (28, 4), (28, 20)], {"width": 10}),
        ("ellipse", [15, 10, 25, 20], {}),
    )
    assert np.array_equal(found.array, expected)
    assert found.assumptions == (
        "2 lines drawn 10 pixels wide, as LabelMe does",
        "1 point drawn with a radius of 5 pixels, as LabelMe does",
    )


@pytest.mark.parametrize("corner", [(4, 5), (-3, -2), (27, 20)])
def test_a_labelme_mask_lies_in_its_box_clipped_to_the_picture(corner: tuple[int, int]) -> None:
    x, y = corner
    box = [[x, y], [x + 8, y + 5]]
    found = labels(labelme([shape("cat", box, "mask", mask=png_text(STENCIL))])).array
    wide = np.zeros((60, 80), np.uint8)
    wide[20 + y : 26 + y, 20 + x : 29 + x] = STENCIL
    assert np.array_equal(found, wide[20 : 20 + SIZE[0], 20 : 20 + SIZE[1]])


def test_a_missing_size_is_taken_from_the_picture() -> None:
    document = labelme(imageHeight=None, imageWidth=None)
    found = labels(document, size=SIZE)
    assert np.array_equal(found.array, labels(labelme()).array)
    assert found.assumptions == ("The file states no size; the picture's is taken",)
    refused(document, "ambiguous", "Choose the picture first")
    refused(labelme(imageHeight=None), "schema")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (labelme(shapes=[]), "no_objects"),
        (labelme([shape("a", [[1, 1], [2, 2]], "hexagon")]), "schema"),
        (labelme([shape("a", [[1, 1]], "rectangle")]), "schema"),
        (labelme([shape("a", [[1, 1], [2, 2]], "mask")]), "schema"),
        (labelme([shape("a", [[1, 1], [2, 2]], "mask", mask="%%%")]), "corrupt"),
        (labelme([shape("a", [[1, 1], [2, 2]], "mask", mask="aGVsbG8=")]), "corrupt"),
        (labelme([shape("a", [[1, 1], [2, 2]], "mask", mask=png_text(STENCIL))]), "geometry"),
        (labelme([shape("a", [[90, 90], [98, 95]], "mask", mask=png_text(STENCIL))]), "geometry"),
        (labelme([shape("", [[1, 1], [9, 9], [1, 9]])]), "schema"),
        (labelme([shape("a" * 81, [[1, 1], [9, 9], [1, 9]])]), "schema"),
        (labelme([{"points": []}]), "schema"),
        (labelme([7]), "schema"),
        (labelme(7), "schema"),
        (labelme([shape("a", [[1, 1], [9, 9], [1]])]), "schema"),
        (labelme([shape("a", [[1, 1], [9, 9], [1, None]])]), "schema"),
        (labelme([shape("a", [[1, 1], [9, 9], [1, True]])]), "schema"),
        (labelme([shape("a", [[1, 1], [9, 9], [1, 1e999]])]), "json"),
        (labelme(imageHeight="24"), "schema"),
        (labelme(imageHeight=0), "schema"),
        (labelme(imageHeight=24.5), "schema"),
        (labelme(imageHeight=True), "schema"),
        (labelme(imageHeight=4097, imageWidth=4096), "too_large"),
        (labelme(imageHeight=10**400), "too_large"),
        ({"hello": 1}, "schema"),
        ([], "schema"),
        ([{"image_id": 1, "category_id": 1, "segmentation": []}], "schema"),
    ],
)
def test_what_is_wrong_with_a_document_is_named(document: Any, code: str) -> None:
    refused(document, code)


# COCO


def test_rings_are_united_crowds_lie_below_and_ids_may_have_gaps() -> None:
    found = labels(
        coco(
            [
                {"category_id": 90, "segmentation": RINGS},
                {
                    "category_id": 3,
                    "segmentation": {"size": list(SIZE), "counts": [0, 768]},
                    "iscrowd": 1,
                },
            ]
        )
    )
    rings = coco_api.frPyObjects(RINGS, *SIZE)
    cow = coco_api.decode(coco_api.merge(rings)) > 0
    # The crowd comes last in the file and covers everything, and yet the cow is seen.
    assert np.array_equal(found.array, np.where(cow, 2, 1))
    assert found.class_names == ("background", "car", "cow")
    assert found.assumptions == ("1 crowd region counted as objects of their class",)


def test_overlapping_rings_of_one_object_make_no_hole() -> None:
    rings = [[2, 2, 20, 2, 20, 20, 2, 20], [8, 8, 12, 8, 12, 12, 8, 12]]
    found = labels(coco([{"category_id": 3, "segmentation": rings}])).array
    assert found[10, 10] == 1


def test_a_picture_is_chosen_by_its_file_name() -> None:
    images = [
        {"id": 7, "file_name": "val/a.jpg", "height": 24, "width": 32},
        {"id": "x", "file_name": "val/b.jpg", "height": 10, "width": 12},
        {"id": 9, "file_name": "test/b.jpg", "height": 10, "width": 12},
    ]
    document = coco(
        [
            {"category_id": 3, "segmentation": RINGS},
            {"category_id": 90, "image_id": "x", "segmentation": [[1, 1, 6, 1, 6, 6]]},
        ],
        images=images,
    )
    assert labels(document, picture="a.jpg").size == (24, 32)
    assert labels(document, picture="val/b.jpg").size == (10, 12)
    refused(document, "ambiguous", "3 pictures", "`val/a.jpg`")
    refused(document, "ambiguous", "several pictures", "`test/b.jpg`", picture="b.jpg")
    refused(document, "ambiguous", "no picture", picture="c.jpg")
    refused(document, "no_objects", picture="test/b.jpg")
    refused(document, "size_mismatch", "12 × 10", "32 × 24", picture="val/b.jpg", size=SIZE)


def test_categories_without_a_name_are_listed_and_boxes_are_left_out_with_a_badge() -> None:
    found = labels(
        coco(
            [
                {"category_id": 5, "segmentation": RINGS[:1]},
                {"category_id": 3, "segmentation": RINGS[1:]},
                {"category_id": 3, "bbox": [1, 2, 3, 4]},
            ]
        )
    )
    assert found.class_names == ("background", "car", "cow", "category 5")
    assert found.assumptions == (
        "1 annotation without an outline left out",
        "Categories without a name in the file: `5`",
    )
    twins = [{"id": 3, "name": "car"}, {"id": 4, "name": "car"}]
    twin = labels(coco([{"category_id": 4, "segmentation": RINGS}], categories=twins))
    assert twin.class_names == ("background", "car (3)", "car (4)")
    assert set(np.unique(twin.array)) == {0, 2}
    assert set(np.unique(labels(coco([{"category_id": 3, "segmentation": RINGS}])).array)) == {0, 1}


@pytest.mark.parametrize(
    "document",
    [
        coco([], images=[]),
        coco([], images=[{"id": 7}]),
        coco([], images=[{"file_name": "a"}]),
        coco([{"category_id": "3", "segmentation": RINGS}]),
        coco([{"segmentation": RINGS}]),
        coco([{"category_id": 3, "segmentation": RINGS}], categories={"3": "car"}),
        coco([{"category_id": 3, "segmentation": RINGS}], categories=[{"id": 3}]),
        {**coco([]), "annotations": [4]},
    ],
)
def test_coco_files_without_what_they_need_are_of_no_schema(document: Any) -> None:
    refused(document, "schema")


# YOLO


def test_yolo_lines_are_fractions_of_the_pictures_size() -> None:
    found = labels(YOLO, "a.txt", size=(20, 40))
    first = on_paper(np.array([[4, 2], [20, 2], [20, 12]], float), "centres", (20, 40))
    second = np.zeros((20, 40), bool)
    second[10:18, 24:36] = True
    assert np.array_equal(found.array, first + np.uint8(2) * second)
    assert found.class_names == ("background", "class 0", "class 2")
    named = labels(YOLO, "a.txt", size=(20, 40), classes=["cat", "dog", "cow"])
    assert np.array_equal(named.array, first + np.uint8(3) * second)
    few = labels(YOLO, "a.txt", size=(20, 40), classes=["cat"])
    assert np.array_equal(few.array, first)
    assert few.assumptions == (
        "Labels that are no class: `class 2`; their 1 object count as background",
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"0 0.5 0.5 0.2 0.2\n", "schema"),
        (b"0 0.5 0.5 0.2 0.2 0.1\n", "schema"),
        (YOLO + b"1 0.5 0.5 dog 0.2 0.1 0.1\n", "schema"),
        (YOLO + b"-1 0.5 0.5 0.1 0.2 0.1 0.1\n", "schema"),
        (YOLO + b"1 0.5 0.5 nan 0.2 0.1 0.1\n", "geometry"),
        (YOLO + b"1 0.5 0.5 1e999 0.2 0.1 0.1\n", "geometry"),
        (b"0 12 14 200 14 200 150\n", "range"),
        (b"0 1.5 0 1.6 0 1.6 0.5\n", "geometry"),
        (b"0 0.1 0.1 0.2 0.2 0.3 0.3\n", "no_objects"),
        (YOLO + b"\xff\xfe", "schema"),
    ],
)
def test_yolo_files_that_are_wrong_are_refused(data: bytes, code: str) -> None:
    refused(data, code, size=SIZE)


def test_a_yolo_file_needs_the_pictures_size() -> None:
    refused(YOLO, "ambiguous", "Choose the picture first")


# The door


def test_content_decides_and_sizes_must_agree() -> None:
    found = labels(street(), "mask.png")
    assert found.assumptions[0].startswith("The name ends in .png, the content is a JSON file")
    assert labels(b"\xef\xbb\xbf" + dumped(street())).size == SIZE
    refused(street(), "size_mismatch", "32 × 24", "31 × 24", size=(24, 31))
    refused(street(), "schema", "Choose it as a mask", role="image", values=None)
    data = dumped(street())
    for options in (
        {"values": "labels", "class_": 1},
        {"values": "labels", "scale": "probability"},
    ):
        with pytest.raises(ValueError, match="must be") as caught:
            read(data, "a", role="prediction", **options)  # type: ignore[arg-type]
        assert not isinstance(caught.value, ReadError)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        b"[" * 65 + b"]" * 65,
        b"[" * 200_000,
        b'["' + b"]" * 90 + b'",' + b"[" * 70 + b"]" * 70 + b"]",
        b'{"imgHeight": 1}'[:-1] + b"\0}",
    ],
)
def test_broken_json_is_json(data: bytes) -> None:
    refused(data, "json")


def test_brackets_inside_of_strings_are_no_nesting() -> None:
    document = street()
    document["objects"][0]["label"] = "[" * 70 + '"\\'
    assert labels(document).class_names[1] == "[" * 70 + '"\\'


def test_control_characters_and_backticks_of_labels_are_harmless() -> None:
    document = street()
    document["objects"][0]["label"] = "ro\u202ead\n`<b>`"
    text = refused(document, "ambiguous", values=None)
    assert "\n" not in text
    assert "\u202e" not in text
    assert "`road'<b>'`" in text


def test_a_picture_of_class_numbers_is_read_as_labels_or_as_one_class() -> None:
    plane = np.arange(12, dtype=np.uint8).reshape(3, 4)
    data = encoded(plane)
    assert np.array_equal(read(data, "m.png", role="target", values="labels").array, plane)
    assert np.array_equal(read(data, "m.png", role="target", class_=5).array, plane == 5)
    refused(data, "bad_labels", "and 3 more", values=None, class_=12)
    wide = plane.astype(np.uint16) * 300
    found = read(encoded(wide), "m.png", role="target", values="labels").array
    assert np.array_equal(found, wide), "numbers beyond 255 are kept"
    refused(encoded(plane, "JPEG"), "bad_labels", "loss")


def test_more_classes_than_eight_bits_hold_are_refused() -> None:
    square = [[1, 1], [9, 1], [9, 9], [1, 9]]
    many = [{"label": f"c{n}", "polygon": square} for n in range(256)]
    refused(street(objects=many), "bad_labels", "256 classes")
    found = labels(street(objects=many[:255]))
    assert len(found.class_names) == 256
    assert found.class_names[found.array[5, 5]] == "c254"


# Limits, in seconds of this thread: other work on the machine does not count


def ring(points: int, radius: float, centre: float) -> list[list[float]]:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([centre + radius * np.cos(angle), centre + radius * np.sin(angle)], 1).tolist()


def big(objects: list[Any]) -> bytes:
    document = {"imgHeight": 4096, "imgWidth": 4096, "objects": objects}
    return json.dumps(document).encode()


def test_five_thousand_points_are_fine_and_a_million_are_refused() -> None:
    found = labels(big([{"label": "a", "polygon": ring(5000, 1800, 2048)}])).array
    assert abs(int(found.sum()) / (np.pi * 1800**2) - 1) < 2e-3
    million = ring(1_000_000, 1800, 2048)
    for data in (
        big([{"label": "a", "polygon": million}]),
        dumped(coco([{"category_id": 3, "segmentation": [np.ravel(million).round(1).tolist()]}])),
    ):
        started = time.thread_time()
        refused(data, "too_large", "up to")
        assert time.thread_time() - started < 2


def big_labelme(shapes: list[dict[str, Any]]) -> bytes:
    return dumped(labelme(shapes, imageHeight=4096, imageWidth=4096))


def packed(counts: Any, many: int = 1, side: int = 4096) -> bytes:
    """COCO's run lengths for a large picture."""
    one = {"category_id": 3, "segmentation": {"size": [side, side], "counts": counts}}
    images = [{"id": 7, "file_name": "a.jpg", "height": side, "width": side}]
    return dumped(coco([one] * many, images=images))


LARGE = png_text(np.ones((4096, 4096)))
WIDE = [[0, 0], [4095, 0], [4095, 4095], [0, 4095]]
ZIGZAG = [[x, 4095 * (n % 2)] for n, x in enumerate(np.linspace(0, 4095, 5000).tolist())]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (big([{"label": "a", "polygon": WIDE}] * 40), "paint"),
        (big([{"label": "a", "polygon": ZIGZAG}]), "outlines"),
        (b"[" + b"[]," * 5_000_000 + b"[]]", "numbers, lists"),
        (b"[" + b'"' + b"\\a" * 10_000_000 + b'"]', "broken JSON"),
        (b"[" + b'"' * 20_000_001, "broken JSON"),
        (b'{"shapes": ' + b"1" * 40_000_000 + b"}", "number"),
        (b"0 " + b"0.5 " * 12_000_000, "words"),
        (YOLO + b"\r" * 20_000_000, "words"),
        (dumped({str(n): n for n in range(1_300_000)}), "numbers, lists"),
        (packed("0" * 20_000_000), "characters"),
        (packed([0, 4096**2], 18), "run lengths worth"),
        (packed("0", side=16_000), "up to 16,777,216 in all"),
        (big_labelme([shape("a", [[0, 0], [4095, 4095]], "mask", mask=LARGE)] * 18), "masks"),
        (big_labelme([shape("a", [[0, 0], [0, 9e5]], "circle")]), "radius"),
        (big_labelme([shape("a", [[3, 3], [5, 5]], "rectangle")] * 20_000), "outlines"),
        (big_labelme([shape("e" * 20_000_000, [[3, 3], [5, 5]], "rectangle")]), "label"),
    ],
    ids=[
        *("areas", "outlines", "parts", "escapes", "quotes", "digits", "words", "returns"),
        *("keys", "runs", "masks", "size", "stencils", "circle", "specks", "label"),
    ],
)
def test_files_made_to_be_slow_end_in_time(data: bytes, words: str) -> None:
    started = time.thread_time()
    with pytest.raises(ReadError, match=words):
        labels(data, size=(4096, 4096))
    assert time.thread_time() - started < 2


@pytest.mark.parametrize(
    "data",
    [
        big([{"label": "a", "polygon": WIDE}] * 17),
        big([{"label": "a", "polygon": ZIGZAG[:1900]}]),
        packed([0, 4096**2], 4),
        big_labelme([shape("a", [[0, 0], [4095, 4095]], "mask", mask=LARGE)] * 17),
        big_labelme([shape("a", [[3, 3], [5, 5]], "rectangle")] * 5_000),
        big([{"label": f"{n % 9}", "polygon": ring(60, 90, 99 + n % 3900)} for n in range(2000)]),
    ],
    ids=["areas", "outlines", "runs", "stencils", "specks", "objects"],
)
def test_the_dearest_files_that_are_read_stay_within_time_and_memory(data: bytes) -> None:
    started = time.thread_time()
    labels(data)
    assert time.thread_time() - started < 2
    tracemalloc.start()
    labels(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500e6


def test_the_limits_can_be_changed() -> None:
    for limits, code in (
        (Limits(objects=3), "too_large"),
        (Limits(points=5), "too_large"),
        (Limits(json_parts=9), "too_large"),
        (Limits(json_depth=2), "json"),
        (Limits(pixels=700), "too_large"),
        (Limits(painted_pixels=99), "too_large"),
        (Limits(outline_pixels=99), "too_large"),
    ):
        refused(street(), code, limits=limits)


# Anything at all


def test_six_hundred_broken_files_end_in_a_reading_or_a_read_error() -> None:
    rng = np.random.default_rng(20240301)
    names = list(VALID)
    outcomes = {"read": 0, "refused": 0}
    slowest = 0.0
    for index in range(600):
        source = VALID[names[index % len(names)]]
        other = VALID[names[int(rng.integers(len(names)))]]
        # Half of the cases change one digit, so that the JSON often stays valid.
        if index % 2:
            data = mutated(source, rng, other)
        else:
            digits = [n for n, byte in enumerate(source) if byte in b"0123456789"]
            at = int(rng.choice(digits))
            data = (
                source[:at] + bytes([int(rng.choice(list(b"0123456789.-ex")))]) + source[at + 1 :]
            )
        started = time.thread_time()
        try:
            found = read(data, "a.json", role="target", values="labels", size=SIZE)
        except ReadError as error:
            outcomes["refused"] += 1
            assert str(error).startswith("`a.json`")
            assert error.code in get_args(Code)
        else:
            outcomes["read"] += 1
            assert found.array.shape == SIZE
            assert found.array.dtype == np.uint8
            assert int(found.array.max()) < max(1, len(found.class_names))
        slowest = max(slowest, time.thread_time() - started)
    assert min(outcomes.values()) > 100
    assert slowest < 2


@pytest.mark.parametrize("name", VALID)
def test_every_valid_file_is_read(name: str) -> None:
    found = labels(VALID[name], name, size=SIZE)
    assert found.array.any()
    assert found.array.max() < len(found.class_names)
