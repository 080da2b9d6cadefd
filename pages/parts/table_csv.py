"""Compare's table as a file: every number with all its digits."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence

import streamlit as st

from segloss_core import LOSSES
from segloss_core import comparison as core
from segloss_core.comparison import Standing
from segloss_core.study import Value

from . import view

Cell = str | float | None


def text(a: Mapping[str, Standing], b: Mapping[str, Value], order: Sequence[str], two: bool) -> str:
    """One row per loss in the given order, as RFC 4180 has it; B's columns where there are two.

    A float is written so that reading it gives the same float; what is undefined or not worked
    out is an empty cell. Parts are fractions of what is paid.
    """
    width = view.get("band")
    head = [
        "loss", "title", "family", "unit", "dials", "a_value", "a_times_guess", "a_gradient_norm",
        "a_part_by_misses", "a_part_by_false_alarms", f"a_part_within_{width:g}_px", "a_note",
    ]  # fmt: skip
    head += ["b_value", "b_times_guess", "b_note", "prefers", "prefers_by"] if two else []
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    for name in order:
        row = [*_loss(name), *_of_a(a.get(name), width)]
        writer.writerow(row + (_of_b(a.get(name), b.get(name)) if two else []))
    return file.getvalue()


def _loss(name: str) -> list[Cell]:
    loss = LOSSES[name]
    dials = "; ".join(
        f"{dial}={'auto' if value is None else value!r}" for dial, value in view.dials(name).items()
    )
    return [name, loss.title, loss.family, loss.unit, dials]


def _of_a(here: Standing | None, width: float) -> list[Cell]:
    if here is None:
        return [None] * 6 + ["not worked out"]
    value = here.value
    return [
        value.value, value.relative, here.gradient_norm, here.false_negatives,
        here.false_positives, here.within(width), value.note.value if value.note else None,
    ]  # fmt: skip


def _of_b(here: Standing | None, value: Value | None) -> list[Cell]:
    if value is None:
        return [None, None, "not worked out", None, None]
    found = core.prefer(here.value, value) if here is not None else None
    side = {"": "neither", None: None}.get(found.side, found.side) if found else None
    note = value.note.value if value.note else None
    return [value.value, value.relative, note, side, found.by if found else None]


def button(table: str) -> None:
    """Offer the file; its name carries the digest of what is in it."""
    digest = hashlib.blake2b(table.encode(), digest_size=4).hexdigest()
    st.download_button(
        "Table as CSV", table, f"losses-{digest}.csv", "text/csv", icon=":material/download:",
        type="tertiary", on_click="ignore", key="compare.csv",
        help="Every number with all its digits; parts are fractions of 1.",
    )  # fmt: skip
