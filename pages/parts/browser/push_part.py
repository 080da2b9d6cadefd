"""The live figure of the start page: an object to push around while six losses answer."""

from __future__ import annotations

from .mount import answer_need, push_component, rerun_if_asked


def push(*, key: str) -> None:
    """Show the figure. It computes in the browser and says nothing to the server."""
    rerun_if_asked(push_component(data={}, key=key, on_need_change=lambda: answer_need(key)))
