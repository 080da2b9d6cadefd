"""Landscapes, one pixel: what each loss asks of it as its probability turns."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from segloss_core import LOSSES, exhibit
from segloss_core.study import Study

from . import figures, view
from .say import short


@lru_cache(maxsize=256)
def _curve(loss: str, dials: tuple[tuple[str, float | int | None], ...]) -> exhibit.Curve:
    return exhibit.curve(LOSSES[loss], dict(dials), steps=97)


def show(_study: Study) -> None:
    """Many losses over p, with their slopes; the numbers at one p beside them."""
    st.title("One pixel turned")
    st.markdown(
        "One object and one background pixel of the standard scene, all others held: what each "
        "loss adds as p goes from 0 to 1, and how hard it pushes."
    )
    _choose()
    log = st.toggle("Logarithmic scale", key="curves.log")
    found = {name: _curve(name, tuple(view.dials(name).items())) for name in view.get("curves")}
    titles = {name: LOSSES[name].title for name in found}
    st.plotly_chart(
        figures.curves(found, titles, view.get("at_p"), log), config=figures.CONFIG, key="curves",
        alt="Loss and slope of one object and one background pixel against its probability",
    )  # fmt: skip
    _numbers(found, titles)


def _choose() -> None:
    left, right = st.columns([1.6, 1])
    with left:
        st.session_state["choose.curves"] = list(view.get("curves"))
        st.multiselect(
            "Losses", list(LOSSES), key="choose.curves", max_selections=8,
            format_func=lambda name: LOSSES[name].title,
            on_change=lambda: view.put("curves", tuple(st.session_state["choose.curves"])),
        )  # fmt: skip
    with right:
        st.session_state["choose.p"] = view.get("at_p")
        st.slider(
            "p of the pixel", 0.0, 1.0, key="choose.p", step=0.01,
            on_change=lambda: view.put("at_p", st.session_state["choose.p"]),
        )  # fmt: skip


def _numbers(found: dict[str, exhibit.Curve], titles: dict[str, str]) -> None:
    at = view.get("at_p")
    rows = [
        f"| at p = {at:g} | object pixel adds | its slope | background pixel adds | its slope |",
        "|-|-|-|-|-|",
    ]
    for name, curve in found.items():
        here = [short(x) for x in curve.near(at)]
        rows.append(f"| {titles[name]} | " + " | ".join(here) + " |")
    if found:
        st.markdown("\n".join(rows))
        st.caption(
            "Times the number of pixels N; slopes are ∂L/∂p. Dials stand where you left them."
        )
    else:
        st.info("Choose a loss to draw.")
