"""Give back the memory of a pair that was replaced: a study is large and refers to itself."""

from __future__ import annotations

import gc

import streamlit as st

from .later import Later

RIVAL = "rival.held"  # a prediction made of the pair, which holds the pair
_RUNS = "letting_go.runs"
VOLUME, BY_SLICE = "slices", "slices.found"  # where a volume and its losses are kept
# The fragments of the page on screen hold the old pair until a page is complete without it, and
# work under way holds it until its next step. A collection takes 1.5 ms: the heap is frozen.
_ENOUGH = 8


def soon() -> None:
    """A pair was replaced. What still waits for answers about it stops waiting."""
    for kept in list(st.session_state.values()):
        if isinstance(kept, Later):
            kept.forget()
    st.session_state.pop(RIVAL, None)
    st.session_state[_RUNS] = _ENOUGH


def volume() -> None:
    """Let go of the slices of a volume and of what losses say of them.

    Not a part of `soon`: another slice is another pair, of the same volume.
    """
    for name in (VOLUME, BY_SLICE):
        st.session_state.pop(name, None)


def collect() -> None:
    """First in a page: let go of what nobody holds any more, in the first runs after a change."""
    runs = st.session_state.get(_RUNS, 0)
    if runs:
        st.session_state[_RUNS] = runs - 1
        gc.collect()
