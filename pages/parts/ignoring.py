"""Labels that stand for pixels not judged: which one a target has, and what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from segloss_core.pair import Pair
from segloss_core.readers import Reading

from .say import percent

if TYPE_CHECKING:
    from .files import Slot

VOID = 255  # what data sets mark with; -1 is kept as that
_MINUS = -1


def usual(labels: Reading) -> int | None:
    """The label that is ignored unasked: 255, where it occurs and 254 does not.

    Beside 254 it is the last of very many classes.
    """
    last, before = (bool((labels.array == n).any()) for n in (VOID, VOID - 1))
    return VOID if last and not before else None


def negative(labels: Reading) -> bool:
    """Whether these labels were read with −1 as what is ignored."""
    return any(note.startswith("Label −1") for note in labels.assumptions)


def kept_as(ignore: int | None) -> int | None:
    """The number that ignored pixels have in an array of labels."""
    return VOID if ignore == _MINUS else ignore


def choose(slot: Slot) -> int | None:
    """A box under the target's: which label is ignored, or none."""
    labels, now = slot.labels, slot.wanted.ignore
    if labels is None:
        return now
    if now == _MINUS:
        st.caption("Label −1 is ignored: a class cannot be negative.")
        return now
    numbers = [int(n) for n in np.unique(labels.array) if n != slot.wanted.class_]
    if now is not None and now not in numbers:  # of another page
        numbers.append(now)
    numbers.sort(key=lambda n: (n != VOID, n))
    names, key = labels.class_names, f"ignore.{slot.file}.{slot.round}"
    # What was touched is heard by a callback: a page that is opened anew has no box yet to ask.
    chosen: int | None = st.session_state.pop(f"{key}.wish", now)
    st.session_state[key] = chosen

    def take() -> None:
        st.session_state[f"{key}.wish"] = st.session_state[key]

    st.selectbox(
        "Ignore", [None, *numbers], key=key, on_change=take,
        format_func=lambda n: "nothing: all pixels count" if n is None else _title(n, names),
        help="Pixels with this label count nowhere: in no loss, no map and no metric. Data sets "
        "mark with 255 what nobody has judged.",
    )  # fmt: skip
    if chosen is not None and slot.reading is not None and chosen == now:
        ignored = slot.reading.ignored
        many = 0 if ignored is None else int(np.count_nonzero(ignored))
        st.caption(f"{chosen} ignored: {many:,} pixels count nowhere")
    return chosen


def _title(number: int, names: tuple[str, ...]) -> str:
    if number < len(names):
        return names[number]
    return f"{number}, the usual mark" if number == VOID else f"class {number}"


def offer(ignore: int | None) -> str:
    """What a button says that reads a refused mask as classes."""
    if ignore is None:
        return "It holds classes: pick the object"
    return f"It holds classes, and {ignore} means ignored: pick the object".replace("-", "−")


def fact(pair: Pair) -> tuple[str, ...]:
    """How many pixels of a pair count nowhere, and what a loss of place makes of them."""
    if pair.ignored is None:
        return ()
    many = pair.target.size - pair.counted
    return (
        f"{many:,} pixels ({percent(many / pair.target.size)}) are ignored: they count nowhere. "
        "Losses and scores that measure distances take them for background.",
    )
