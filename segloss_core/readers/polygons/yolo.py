"""YOLO segmentation: one object a line, its class and then its outline as fractions of the size."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..limits import Limits
from .shapes import Drawing, Refused, Shape, numbers

_LINE = re.compile(
    rb"\d{1,9}(?:\.0*)?(?:[ \t]+[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?){4,}[ \t]*"
)
_FARTHEST = 2.0


def fits(data: bytes) -> bool:
    """Tell lines of a whole number and at least four more numbers from other text."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    line, newline, _ = head.partition(b"\n")
    if not newline and len(data) > 4096:
        line = line.rpartition(b" ")[0]  # a long first line, cut inside a number
    return _LINE.fullmatch(line.rstrip()) is not None


def drawing(
    data: bytes, size: tuple[int, int] | None, classes: Sequence[str] | None, limits: Limits
) -> Drawing:
    """Give the polygons of a picture of (height, width).

    classes: names of the class numbers, from 0 on; otherwise they are "class 0" and so on.
    Raises Refused: schema, range, ambiguous, too_large.
    """
    if size is None:
        raise Refused(
            "ambiguous",
            "is a YOLO file, whose numbers are fractions of the picture's size. Choose the "
            "picture first.",
        )
    words = sum(data.count(gap) for gap in (b" ", b"\t", b"\n", b"\r", b"\v", b"\f"))
    if words > 3 * limits.points:
        raise Refused(
            "too_large",
            f"is a YOLO file of about {words:,} words; up to {3 * limits.points:,} are read. "
            "Simplify its outlines.",
        )
    scale = np.array([size[1], size[0]], dtype=np.float64)
    shapes = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        fields = line.split()
        if not fields:
            continue
        where = f"an object (line {number:,})"
        try:
            values = [float(word) for word in fields]
        except ValueError:
            raise Refused("schema", f"has {where} with a word that is no number.") from None
        if not (values[0] >= 0 and values[0].is_integer() and values[0] < 10**9):
            raise Refused("schema", f"has {where} whose class is no whole number from 0 on.")
        if len(values) == 5:
            raise Refused(
                "schema",
                f"has {where} with four numbers, which is a box and no outline. Export the "
                "segmentation instead.",
            )
        points = numbers(values[1:], where)
        if bool(np.any(np.abs(points) > _FARTHEST)):
            raise Refused(
                "range",
                f"has {where} with {float(np.abs(points).max()):g}; coordinates are fractions of "
                "width and height, 0 to 1. Divide them by the picture's size.",
            )
        index = int(values[0])
        named = classes[index] if classes is not None and index < len(classes) else f"class {index}"
        shapes.append((index, Shape(named, (points * scale,), "centres")))
    found = tuple(name for _, name in sorted({(index, shape.label) for index, shape in shapes}))
    return Drawing(size, tuple(shape for _, shape in shapes), "a YOLO file", found)
