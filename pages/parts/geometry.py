"""Landscapes, the prediction moved: what each loss sees of a shift, of growth, of sureness."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from segloss_core import LOSSES
from segloss_core.moves import Surface, over_moves
from segloss_core.study import Study

from . import current, figures, patience, view
from .bound import bound, switch
from .kept import kept

_MOVES = {
    "shift": "Shifted: right and down",
    "grow": "Grown and blurred",
    "sure": "Made surer or less, and biased",
}
_CORE = {"shift": "shift", "grow": "grow × blur", "sure": "temperature × bias"}
_AXES = {
    "shift": (np.arange(-64.0, 65, 8), np.arange(-64.0, 65, 8)),
    "grow": (np.arange(-8.0, 9, 2), np.arange(0.0, 4.1, 1)),
    "sure": (np.geomspace(0.25, 4, 17), np.linspace(-4, 4, 17)),
}
_NAMES = {
    "shift": ("pixels to the right", "pixels down"),
    "grow": ("pixels grown", "blur σ in pixels"),
    "sure": ("temperature T", "bias added to the logit"),
}
# Of the standard scene, at the losses' defaults; each sentence is a test.
_SAYS = {
    "shift": "Far to the left nothing overlaps: there Dice hardly changes any more, while the "
    "Hausdorff loss still rises steeply.",
    "grow": "Growing adds pixels far from the outline: boundary and Hausdorff losses rise most. "
    "Blurring takes sureness from mistakes: cross-entropy falls, Dice rises.",
    "sure": "T below 1 makes the prediction surer: cross-entropy charges its mistakes more, Dice "
    "falls.",
}
_OF = {False: "The standard scene", True: "Your pair"}


def show(study: Study) -> None:
    """Choose a move and losses; one small landscape for each."""
    st.title("The whole prediction moved")
    st.markdown("The target stays; the prediction moves. White lines join equal losses.")
    mine = _choose()
    move, names = view.get("move"), view.get("moved")
    if not names:
        st.info("Choose a loss to draw.")
        return
    found = _surface(study if mine else current.standard(str(study.device)), move, names, mine)
    if found is None:
        return
    titles = [LOSSES[name].title for name in names]
    wide = 2 if len(names) in (2, 4) else min(3, len(names))
    places = [column for _ in range(0, len(names), wide) for column in st.columns(wide)]
    for place, name, title, values in zip(places, names, titles, found.values, strict=False):
        with place:
            st.markdown(f"**{title.split(' (')[0]}**")
            st.plotly_chart(
                figures.moved(values, *_AXES[move], _NAMES[move]), config=figures.CONFIG,
                key=f"moved.{name}", alt=f"{title} over two moves of the prediction",
            )  # fmt: skip
    st.caption(
        ("" if mine else _SAYS[move] + " ")
        + "Each picture has its own colours, from its lowest to its highest."
    )
    _undefined(found, titles)


def _choose() -> bool:
    left, right = st.columns([1, 1.6])
    with left:
        st.selectbox(
            "Move", list(_MOVES), **bound("move"), format_func=_MOVES.get,
        )  # fmt: skip
        switch("Of", "mine", _OF, label_visibility="collapsed")
    with right:
        st.multiselect(
            "Losses", list(LOSSES), **bound("moved"), max_selections=view.MANY,
            format_func=lambda name: LOSSES[name].title,
        )  # fmt: skip
    return bool(view.get("mine"))


def _surface(study: Study, move: str, names: tuple[str, ...], mine: bool) -> Surface | None:
    asked = [(LOSSES[name], view.dials(name)) for name in names]
    key = (
        study.pair.digest, study.pair.prediction.digest, move,
        *((loss.name, *setting.items()) for loss, setting in asked),
    )  # fmt: skip
    xs, ys = _AXES[move]
    quick = not mine or (move == "sure" and all(study.by_kinds(loss) for loss, _ in asked))

    def work(progress: Callable[[float], None] = lambda done: None) -> Surface:
        return over_moves(study, asked, _CORE[move], xs, ys, progress=progress)

    def patiently() -> Surface | None:
        says = f"The pair is moved {len(xs) * len(ys)} times, and every loss looks at it anew."
        return patience.run(says, work, key="moves")

    return kept("moves", key, work if quick else patiently, most=12)


def _undefined(found: Surface, titles: list[str]) -> None:
    """Undefined cases that some move meets, by name."""
    for title, notes in zip(titles, found.notes, strict=True):
        for note in {note for note in notes.ravel() if note is not None}:
            st.caption(f"{title}: at some of these moves, {note.value}.")
