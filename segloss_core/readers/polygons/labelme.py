"""LabelMe: polygons, rectangles, circles, lines, points and masks, painted in the file's order."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from ..asked import Asked
from ..errors import ReadError
from ..limits import Limits
from ..pictures import decode
from .fill import LINE_WIDTH, POINT_RADIUS
from .shapes import (
    Drawing,
    Points,
    Refused,
    Rule,
    Shape,
    check_number,
    entry,
    label_of,
    pairs,
    side,
    some,
)

WIDEST = 10_000  # radius of a circle, in pixels; Pillow takes its time for more

# How many points each type has; its own tool draws them by these rules.
_TYPES: dict[str, tuple[Rule, int | None]] = {
    "polygon": ("polygon", None),
    "rectangle": ("rectangle", 2),
    "circle": ("ellipse", 2),
    "line": ("line", 2),
    "linestrip": ("line", None),
    "point": ("ellipse", 1),
}


def fits(document: Any) -> bool:
    """Tell {shapes: [{label, points}]} from other JSON."""
    return isinstance(document, dict) and "shapes" in document


def drawing(document: Any, size: tuple[int, int] | None, limits: Limits) -> Drawing:
    """Give the shapes; a missing size is taken from the picture.

    size: (height, width) of the picture, if known. Raises Refused: schema, geometry, ambiguous.
    """
    notes: tuple[str, ...] = ()
    stated = document.get("imageHeight"), document.get("imageWidth")
    if stated != (None, None):
        size = side(stated[0], "height"), side(stated[1], "width")
    elif size is None:
        raise Refused(
            "ambiguous", "does not say how large its picture is. Choose the picture first."
        )
    else:
        notes = ("The file states no size; the picture's is taken",)
    shapes: list[Shape] = []
    lines = points = masks = 0
    records = entry(document, "shapes", list, "list of shapes")
    check_number(len(records), limits)
    for number, record in enumerate(records, 1):
        where = f"a shape (number {number:,})"
        label = label_of(entry(record, "label", str, f"label in shape {number:,}"), where)
        kind = record.get("shape_type") or "polygon"
        corners = pairs(record.get("points"), where)
        if kind == "mask":
            masks += _box_area(corners, where)
            if masks > limits.painted_pixels:
                raise Refused(
                    "too_large",
                    f"has masks of {masks:,} pixels or more in all; up to "
                    f"{limits.painted_pixels:,} are read. Keep fewer shapes.",
                )
            shapes.append(_mask(label, record, corners, where, limits))
            continue
        if not isinstance(kind, str) or kind not in _TYPES:
            raise Refused(
                "schema",
                f"has {where} of a type that is not read; {', '.join(_TYPES)} and mask are. "
                "Draw it as a polygon.",
            )
        rule, needed = _TYPES[kind]
        if needed is not None and len(corners) != needed:
            raise Refused(
                "schema",
                f"has {where}, a {kind}, of {some(len(corners), 'point')}; it needs {needed}. "
                "Draw it again.",
            )
        if kind == "circle" and float(np.hypot(*(corners[1] - corners[0]))) > WIDEST:
            raise Refused(
                "geometry",
                f"has {where}, a circle with a radius above {WIDEST:,} pixels. Draw it again.",
            )
        if kind == "point":
            corners = np.concatenate([corners, corners + np.array([POINT_RADIUS, 0.0])])
        lines += rule == "line"
        points += kind == "point"
        shapes.append(Shape(label, (corners,), rule))
    if lines:
        notes += (f"{some(lines, 'line')} drawn {LINE_WIDTH} pixels wide, as LabelMe does",)
    if points:
        notes += (
            f"{some(points, 'point')} drawn with a radius of {POINT_RADIUS} pixels, as LabelMe "
            "does",
        )
    return Drawing(size, tuple(shapes), "a LabelMe file", notes=notes)


def _box_area(corners: Points, where: str) -> int:
    if len(corners) != 2:
        raise Refused("schema", f"has {where}, a mask, without its two corners. Export it again.")
    return int(np.prod(np.abs(corners[1] - corners[0]) + 1))


def _mask(label: str, record: Any, corners: Points, where: str, limits: Limits) -> Shape:
    text = entry(record, "mask", str, "mask")
    try:
        data = base64.b64decode(text, validate=True)
        if not data.startswith(b"\x89PNG"):
            raise binascii.Error
        array = decode(data, "mask", Asked("target", limits=limits)).array
    except (binascii.Error, ValueError) as error:
        code = error.code if isinstance(error, ReadError) else "corrupt"
        raise Refused(
            code, f"has {where} whose mask is no readable PNG. Export it again."
        ) from None
    left, top = (int(n) for n in corners.min(0))
    right, bottom = (int(n) for n in corners.max(0))
    if array.shape != (bottom - top + 1, right - left + 1):
        raise Refused(
            "geometry",
            f"has {where} with a mask of {array.shape[1]} × {array.shape[0]} pixels in a box of "
            f"{right - left + 1} × {bottom - top + 1}. Export it again.",
        )
    return Shape(label, mask=array > 0, corner=(top, left))
