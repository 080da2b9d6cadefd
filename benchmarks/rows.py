"""One line of the report: a ratio with its spread, its goal, and how right both sides are."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from .timing import Spread

ROWS_FILE = "SEGLOSS_BENCH_ROWS"  # where a part leaves its rows when it is one of many


@dataclass(frozen=True)
class Goal:
    """What the ratio should be at least, or at most."""

    way: Literal["at least", "at most"]
    value: float

    def met(self, ratio: float) -> bool:
        """Whether this ratio reaches the goal."""
        return ratio >= self.value if self.way == "at least" else ratio <= self.value


@dataclass(frozen=True)
class Accuracy:
    """The furthest relative distances from float64, of the values and of the gradients.

    A gradient's is the largest difference of any pixel over the largest gradient. `theirs_*` is
    None where nobody is compared with; `theirs_from` is the loss whose gradient is furthest off.
    """

    value: float
    gradient: float | None = None
    theirs_value: float | None = None
    theirs_gradient: float | None = None
    theirs_from: str = ""


@dataclass(frozen=True)
class Row:
    """One measurement. `key` names the comparison, `size` is the image's side in pixels.

    `above` and `below` are the medians, in `unit`, of what is divided and of what it is divided by.
    """

    part: str
    key: str
    what: str
    size: int | None
    ratio: Spread
    goal: Goal | None
    above: float
    below: float
    unit: str = "s"
    accuracy: Accuracy | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the goal; None where there is none."""
        return None if self.goal is None else self.goal.met(self.ratio.median)


@dataclass(frozen=True)
class Part:
    """All rows of one module, or the sentence why there are none."""

    name: str
    rows: tuple[Row, ...]
    skipped: str = ""


def to_json(row: Row) -> dict[str, Any]:
    """The row as plain values, with the verdict."""
    return {**asdict(row), "met": row.met}


def from_json(found: dict[str, Any]) -> Row:
    """The row that `to_json` wrote."""
    given = {k: v for k, v in found.items() if k != "met"}
    row = Row(**given)
    return replace(
        row,
        ratio=Spread(**given["ratio"]),
        goal=Goal(**given["goal"]) if given["goal"] else None,
        accuracy=Accuracy(**given["accuracy"]) if given["accuracy"] else None,
    )


def finish(name: str, rows: Sequence[Row], skipped: str = "") -> None:
    """Print what a part has found, and leave it to the run that started it, if one did."""
    from .markdown import section

    part = Part(name, tuple(rows), skipped)
    print(section(part), flush=True)
    if place := os.environ.get(ROWS_FILE):
        told = {"rows": [to_json(row) for row in part.rows], "skipped": skipped}
        Path(place).write_text(json.dumps(told), encoding="utf-8")
