"""What the outline formats have in common: shapes with labels, in the order they are painted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Code, Question
from ..limits import Limits

Points = NDArray[np.float64]
Rule = Literal["centres", "fifths", "polygon", "rectangle", "ellipse", "line"]

LONGEST_LABEL = 80
FARTHEST = 1_000_000  # pixels; a point farther out is a slip, and would cost endless edges


class Refused(ValueError):
    """Why a file cannot be read, without its name: a code and the rest of the sentence."""

    def __init__(self, code: Code, text: str, asks: Question | None = None) -> None:
        super().__init__(text)
        self.code: Code = code
        self.text = text
        self.asks = asks


@dataclass(frozen=True, eq=False)
class Shape:
    """One object: outlines to be filled by a rule, or a mask that is laid down.

    label: what it is.  rings: float64 n x 2 each, (x, y) in pixels, finite.
    rule: how outlines become pixels, see `fill`.
    mask: bool h x w, whose first pixel lies at `corner` (row, column); then there are no rings.
    """

    label: str
    rings: tuple[Points, ...] = ()
    rule: Rule = "polygon"
    mask: NDArray[np.bool_] | None = None
    corner: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a file of outlines says, before anything is painted.

    size: height and width in pixels.  shapes: later ones are painted over earlier ones.
    classes: labels in the file's own order, where it has one; labels beside them may occur.
    called: the format, with its article.  notes: sentences for badges.
    """

    size: tuple[int, int]
    shapes: tuple[Shape, ...]
    called: str
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def code_span(text: str) -> str:
    """Give text from a file between backticks, where nothing in it is active."""
    return "`" + text.replace("`", "'") + "`"


def listed(labels: list[str] | tuple[str, ...], most: int = 6) -> str:
    """Give labels as a list for a sentence; a long one ends with how many more there are."""
    shown = ", ".join(code_span(label[:30]) for label in labels[:most])
    rest = len(labels) - most
    return shown + (f" and {rest:,} more" if rest > 0 else "")


def some(number: int, noun: str) -> str:
    """Give "1 polygon" or "2 polygons"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def check_number(objects: int, limits: Limits) -> None:
    """Raise Refused too_large for more outlines than are read."""
    if objects > limits.objects:
        raise Refused(
            "too_large",
            f"has {objects:,} outlines; up to {limits.objects:,} are read. Keep those that matter.",
        )


def label_of(value: Any, where: str) -> str:
    """Give a label as shown: text of at most 80 characters, without control characters."""
    if not isinstance(value, str):
        raise Refused("schema", f"has {where} whose label is no text. Give every object a label.")
    if len(value) > 9 * LONGEST_LABEL:
        raise Refused(
            "schema", f"has {where} with a label of {len(value):,} characters. Rename it."
        )
    kept = "".join(c for c in value if unicodedata.category(c)[0] != "C").strip()
    if not kept or len(kept) > LONGEST_LABEL:
        raise Refused(
            "schema",
            f"has {where} with a label of {len(kept):,} characters; 1 to {LONGEST_LABEL} are "
            "read. Rename it.",
        )
    return kept


def entry(record: Any, key: str, kind: type | tuple[type, ...], what: str) -> Any:
    """Give record[key], which has to be of a kind. Raises Refused schema."""
    value = record.get(key) if isinstance(record, Mapping) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Refused("schema", f"has no {what} where one belongs (`{key}`). Export it again.")
    return value


def side(value: Any, what: str) -> int:
    """Give a height or width in pixels. Raises Refused schema."""
    whole = type(value) is int or (type(value) is float and value.is_integer())
    if not whole or value < 1:
        raise Refused("schema", f"has no whole number above 0 as its {what}. Export it again.")
    return int(value)


def numbers(flat: list[Any], where: str) -> Points:
    """Give coordinates x, y, x, y as n x 2. Raises Refused schema and geometry."""
    if not set(map(type, flat)) <= {int, float}:
        raise Refused(
            "schema", f"has {where} with a coordinate that is no number. Export it again."
        )
    if len(flat) % 2:
        raise Refused(
            "schema",
            f"has {where} with {len(flat):,} coordinates; each point needs two. Export it again.",
        )
    try:
        points = np.array(flat, dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        points = np.full((1, 2), np.inf)
    if not bool(np.all(np.abs(points) <= FARTHEST)):
        raise Refused(
            "geometry",
            f"has {where} with a point more than {FARTHEST:,} pixels out. Draw it again.",
        )
    return points


def pairs(value: Any, where: str) -> Points:
    """Give points [[x, y], …] as n x 2. Raises Refused schema and geometry."""
    if not isinstance(value, list) or not all(
        isinstance(point, list) and len(point) == 2 for point in value
    ):
        raise Refused(
            "schema", f"has {where} whose points are no list of x and y. Export it again."
        )
    return numbers([number for point in value for number in point], where)
