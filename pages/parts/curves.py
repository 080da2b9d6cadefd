"""Landscapes, one pixel: what each loss asks of it as its probability turns."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from segloss_core import LOSSES, exhibit
from segloss_core.study import Study

from . import choose, figures, frame, view
from .bound import bound
from .browser import Dial, Move, deliver, dials
from .say import short

_SETTLED = "p.settled"


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
    if not view.get("curves"):
        st.info("Choose a loss to draw.")
        return
    deliver([])
    _at_p()


def _choose() -> None:
    left, right, last = st.columns([3, 1, 1], vertical_alignment="bottom")
    with right:
        choose.slope()
    with left:
        st.multiselect(
            "Losses", list(LOSSES), **bound("curves"), max_selections=view.MANY,
            format_func=lambda name: LOSSES[name].title,
        )  # fmt: skip
    with last:
        st.toggle(
            "Logarithmic", **bound("log"),
        )  # fmt: skip


@st.fragment
def _at_p() -> None:
    """The curves with a live dial for p: only this runs while it is dragged."""
    frame.one_thread()

    def take(move: Move) -> None:
        if move.value is not None:
            view.put("at_p", move.value)
        st.session_state[_SETTLED] = move.done

    dials(
        dials=[
            Dial(
                name="at_p", label="p of the pixel", symbol="p", low=0.0, high=1.0, step=0.01,
                says="where the numbers below are read", value=view.get("at_p"), default=0.3,
                domain=(0.0, 1.0),
            )
        ],
        key="dials.p",
        on_move=take,
    )  # fmt: skip
    if st.session_state.pop(_SETTLED, False):
        st.rerun()
    found = {name: _curve(name, tuple(view.dials(name).items())) for name in view.get("curves")}
    titles = {name: LOSSES[name].title for name in found}
    st.plotly_chart(
        figures.curves(found, titles, view.get("at_p"), view.get("log"), view.get("wrt")),
        config=figures.CONFIG,
        key="curves",
        alt="Loss and slope of one object and one background pixel against its probability",
    )  # fmt: skip
    _numbers(found, titles)


def _numbers(found: dict[str, exhibit.Curve], titles: dict[str, str]) -> None:
    at, wrt = view.get("at_p"), view.get("wrt")
    used = next(iter(found.values())).near(at, wrt)[0]
    rows = [
        f"| at p = {used:.3g} | object pixel adds | its slope "
        "| background pixel adds | its slope |",
        "|-|-|-|-|-|",
    ]
    for name, curve in found.items():
        here = [short(x) for x in curve.near(at, wrt)[1:]]
        rows.append(f"| {titles[name]} | " + " | ".join(here) + " |")
    st.markdown("\n".join(rows))
    slope = "∂L/∂z" if wrt == "logit" else "∂L/∂p"
    st.caption(
        f"Times the number of pixels N; slopes are {slope}. Dials stand where you left them."
    )
