"""Shapes are painted into one plane of class numbers, later ones over earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classes import Labelled
from ..limits import Limits
from .fill import box, fill, steps
from .shapes import Drawing, Points, Refused, Shape, check_number, listed, some

BACKGROUND = "background"
_MOST = 255  # classes beside the background, in 8 bits


def painted(drawing: Drawing, classes: Sequence[str] | None, limits: Limits) -> Labelled:
    """Paint a drawing.

    classes: names of the classes 1, 2, …; None takes the file's own order, or else the alphabet's.
        Labels beside them are painted as background, over what lies below, and listed.
    Raises Refused: geometry, no_objects, bad_labels, too_large.
    """
    height, width = drawing.size
    check_number(sum(max(1, len(shape.rings)) for shape in drawing.shapes), limits)
    points = sum(len(ring) for shape in drawing.shapes for ring in shape.rings)
    if points > limits.points:
        raise Refused(
            "too_large",
            f"has {points:,} polygon points; up to {limits.points:,} are read. Simplify its "
            "outlines.",
        )
    shapes, notes = _objects(drawing)
    _affordable(shapes, drawing.size, limits)
    numbers, names, more = _numbered(shapes, drawing, classes)
    notes += more
    labels: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    bare = 0
    for shape in shapes:
        # Rings of one object are united, each filled by itself.
        patches = [fill(ring, shape.rule, drawing.size) for ring in shape.rings]
        if shape.mask is not None:
            patches.append(_clipped(shape.mask, shape.corner, drawing.size))
        for patch, top, left in patches:
            rows, columns = patch.shape
            window = labels[top : top + rows, left : left + columns]
            np.copyto(window, numbers[shape.label], where=patch)
        bare += not any(bool(patch.any()) for patch, _, _ in patches)
    if bare == len(shapes):
        raise Refused("no_objects", "has objects, but none covers a single pixel. Draw them again.")
    if bare:
        notes += (f"{some(bare, 'object')} too thin to cover a pixel",)
    return Labelled(labels, names, notes)


def _objects(drawing: Drawing) -> tuple[list[Shape], tuple[str, ...]]:
    """The shapes that enclose something, and what was left out."""
    kept, few, flat = [], 0, 0
    for shape in drawing.shapes:
        rings = shape.rings
        if shape.rule in ("polygon", "centres", "fifths") and shape.mask is None:
            enough = [ring for ring in rings if len(ring) > 2]
            rings = tuple(ring for ring in enough if not _on_a_line(ring))
            few, flat = few + len(shape.rings) - len(enough), flat + len(enough) - len(rings)
        if rings or shape.mask is not None:
            kept.append(Shape(shape.label, rings, shape.rule, shape.mask, shape.corner))
    notes: tuple[str, ...] = drawing.notes
    if few:
        notes += (f"{some(few, 'polygon')} with fewer than three points skipped",)
    if flat:
        notes += (f"{some(flat, 'polygon')} whose points lie on one line skipped",)
    if not kept:
        why = f" ({notes[-1][0].lower()}{notes[-1][1:]})" if notes else ""
        raise Refused(
            "no_objects", f"is {drawing.called} without any object to draw{why}. Draw one."
        )
    for shape in kept:
        _meets_the_picture(shape, drawing.size)
    return kept, notes


def _on_a_line(points: Points) -> bool:
    arms = points - points[0]
    far = arms[np.argmax((arms**2).sum(1))]
    # Products of coordinates below 1e6 with few binary digits are exact; others round below this.
    return bool(np.all(np.abs(arms[:, 0] * far[1] - arms[:, 1] * far[0]) <= 1e-12 * (far**2).sum()))


def _meets_the_picture(shape: Shape, size: tuple[int, int]) -> None:
    height, width = size
    if shape.mask is not None:
        top, left = shape.corner
        bottom, right = top + shape.mask.shape[0], left + shape.mask.shape[1]
        outside = bottom <= 0 or right <= 0 or top >= height or left >= width
    else:
        boxes = [box(ring, shape.rule, size) for ring in shape.rings]
        outside = all(bottom <= top or right <= left for top, left, bottom, right in boxes)
    if outside:
        raise Refused(
            "geometry",
            f"has an object wholly outside its picture of {width} × {height} pixels "
            "(width × height). Move or remove it; is it another picture's file?",
        )


def _affordable(shapes: list[Shape], size: tuple[int, int], limits: Limits) -> None:
    """Refuse what would take longer than a person waits, before it is drawn."""
    along = sum(steps(ring, shape.rule) for shape in shapes for ring in shape.rings)
    if along > limits.outline_pixels:
        raise Refused(
            "too_large",
            f"has outlines of {along:,.0f} pixels in all; up to {limits.outline_pixels:,} are "
            "drawn. Simplify its outlines.",
        )
    area = 0
    for shape in shapes:
        area += 0 if shape.mask is None else shape.mask.size
        for ring in shape.rings:
            top, left, bottom, right = box(ring, shape.rule, size)
            area += (bottom - top) * (right - left)
    if area > limits.painted_pixels:
        raise Refused(
            "too_large",
            f"has {some(len(shapes), 'object')} that take {area:,} pixels to paint; up to "
            f"{limits.painted_pixels:,} are painted. Make the picture smaller.",
        )


def _numbered(
    shapes: list[Shape], drawing: Drawing, classes: Sequence[str] | None
) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    """A number for every label, the names of the numbers, and notes."""
    occurring = Counter(shape.label for shape in shapes)
    unknown: list[str] = []
    notes: tuple[str, ...] = ()
    if classes is None:
        own = drawing.classes
        named = [*own, *sorted(occurring.keys() - set(own))]
        # A class called "background" is the background, not a second one.
        named = [name for name in named if name not in (BACKGROUND, "_background_")]
        # A file may know more classes than fit; those that occur are what is needed.
        if len(named) > _MOST:
            named = [name for name in named if name in occurring]
    else:
        named = list(classes)
    if len(named) > _MOST:
        raise Refused(
            "bad_labels",
            f"has {len(named):,} classes; up to {_MOST} beside the background are read. Choose "
            "the classes that matter.",
        )
    numbers = {name: number for number, name in enumerate(named, 1)}
    for label in occurring:
        if label in numbers:
            continue
        single = label.removesuffix("group")
        if drawing.called == "a Cityscapes file" and single in numbers:
            # Cityscapes marks what cannot be told apart as a group of its class.
            numbers[label] = numbers[single]
            notes += (f"Objects labelled {listed([label])} counted as {listed([single])}",)
            continue
        numbers[label] = 0
        if label not in (BACKGROUND, "_background_"):
            unknown.append(label)
    if unknown:
        many = sum(occurring[label] for label in unknown)
        notes += (
            f"Labels that are no class: {listed(sorted(unknown))}; their {some(many, 'object')} "
            "count as background",
        )
    return numbers, (BACKGROUND, *named), notes


def _clipped(
    mask: NDArray[np.bool_], corner: tuple[int, int], size: tuple[int, int]
) -> tuple[NDArray[Any], int, int]:
    top, left = max(0, corner[0]), max(0, corner[1])
    bottom = min(size[0], corner[0] + mask.shape[0])
    right = min(size[1], corner[1] + mask.shape[1])
    cut = mask[top - corner[0] : bottom - corner[0], left - corner[1] : right - corner[1]]
    return cut, top, left
