"""Work that takes long: begun by a button, with progress, given up by a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def run(says: str, work: Callable[[Callable[[float], None]], T], key: str) -> T | None:
    """Offer the work; when asked for, do it with a bar. None until it is done.

    Any click in between, Cancel among them, makes the page run anew, which ends the work at its
    next step of progress.
    """
    place = st.empty()
    with place.container():
        st.markdown(says)
        begin = st.button("Work it out", key=f"{key}.begin", icon=":material/hourglass_empty:")
    if not begin:
        return None
    with place.container():
        bar = st.progress(0.0, says)
        st.button("Cancel", key=f"{key}.cancel", icon=":material/close:")
    found = work(lambda done: bar.progress(min(1.0, done), f"{says} {100 * done:.0f} %"))
    place.empty()
    return found
