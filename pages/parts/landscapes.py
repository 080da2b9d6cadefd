"""The three modes of the Landscapes page."""

from __future__ import annotations

import streamlit as st

from . import curves, geometry, surface, view

_MODES = {
    "dials": ":material/tune: Two dials",
    "curve": ":material/show_chart: One pixel",
    "geometry": ":material/open_with: Moving the prediction",
}
SHOW = {"dials": surface.show, "curve": curves.show, "geometry": geometry.show}


def choose_mode() -> str:
    """What is turned: two dials, one pixel's probability, or the whole prediction."""
    st.session_state["choose.mode"] = view.get("mode")
    mode: str = st.segmented_control(
        "What is turned", list(_MODES), key="choose.mode", format_func=_MODES.get, required=True,
        label_visibility="collapsed",
        on_change=lambda: view.put("mode", st.session_state["choose.mode"]),
    )  # fmt: skip
    return mode
