"""Keep what took long to work out, for this session: the newest few."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def kept(name: str, key: Hashable, make: Callable[[], T | None], most: int) -> T | None:
    """What was made for this key, or is made now; at most so many are kept under a name.

    None is work that was not done yet, and is not kept.
    """
    found: dict[Hashable, T] = st.session_state.setdefault(name, {})
    if key not in found:
        made = make()
        if made is None:
            return None
        found[key] = made
        while len(found) > most:
            found.pop(next(iter(found)))
    return found[key]
