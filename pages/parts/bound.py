"""Tie a widget to the view: it shows what is remembered, and what is chosen is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from . import view


def bound(name: str, key: str = "") -> dict[str, Any]:
    """The `key` and `on_change` of a widget that shows and sets `name` of the view's table.

    The value is written before the widget is made, because Streamlit keeps a widget's own.
    """
    key, now = key or f"choose.{name}", view.get(name)
    st.session_state[key] = list(now) if isinstance(now, tuple) else now

    def take() -> None:
        chosen = st.session_state[key]
        view.put(name, tuple(chosen) if isinstance(chosen, list) else chosen)

    return {"key": key, "on_change": take}


def switch(label: str, name: str, titles: Mapping[Any, str], **more: Any) -> Any:
    """One of a few, side by side, remembered as `name`; `titles` says each on screen."""
    return st.segmented_control(
        label, list(titles), format_func=titles.get, required=True, **bound(name), **more
    )
