"""A and B under one view: one over the other with a divider to drag, or side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from .mount import answer_need, rerun_if_asked, versus_component
from .plain import plain
from .viewer_part import Panel, panel_head

SHOWN = ("prediction", "share", "gradient", "difference")


def versus(
    *,
    size: tuple[int, int],
    plane: str,
    panels: Sequence[Panel],
    planes: tuple[str, str],
    pair: str | None,
    target: str | None,
    marks: str | None,
    unit: str,
    says: str,
    key: str,
    on_plane: Callable[[str], None],
) -> None:
    """Show the two planes; `on_plane` hears which of SHOWN is wished, before the run.

    `size` is (width, height). `planes` are the digests of A's and B's delivered f32 planes,
    `panels` says how each is shown; of "difference" there is one panel, and its picture is A − B.
    `marks` is a grey plane whose pixels above 0 are outlined. The target of a pixel is read from
    the coded `pair` or from the grey `target`.
    """

    def take() -> None:
        wish = st.session_state[key]["plane"]
        if wish in SHOWN:
            on_plane(wish)

    head = {
        "size": size, "plane": plane, "panels": [panel_head(panel) for panel in panels],
        "planes": planes, "pair": pair, "target": None if pair else target, "marks": marks,
        "unit": unit, "says": says,
    }  # fmt: skip
    result = versus_component(
        data=plain(head), key=key, on_plane_change=take, on_need_change=lambda: answer_need(key)
    )
    rerun_if_asked(result)
