"""The two modes of the Tune page."""

from __future__ import annotations

import streamlit as st

from . import mixing, view, wishes

_MODES = {
    "ask": ":material/record_voice_over: Say what it should do",
    "mix": ":material/blender: Mix losses",
}
SHOW = {"ask": wishes.show, "mix": mixing.show}


def choose_mode() -> str:
    """Dials from a wish, or a weighted sum."""
    st.session_state["choose.tune"] = view.get("tune")
    mode: str = st.segmented_control(
        "Mode", list(_MODES), key="choose.tune", format_func=_MODES.get, required=True,
        label_visibility="collapsed",
        on_change=lambda: view.put("tune", st.session_state["choose.tune"]),
    )  # fmt: skip
    return mode
