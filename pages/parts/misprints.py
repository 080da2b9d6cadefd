"""As printed and as computed: the slips in the literature, and what each does when it is run."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from segloss_core import LOSSES, Loss, errata
from segloss_core.descent import Descent, descend, toy
from segloss_core.errata import Erratum

from . import figures, view

_GROUPS = (
    ("survey", "In the survey", "Jadon 2020, A survey of loss functions for semantic segmentation"),
    ("notes", "In notes on the survey", "The survey has these right; a copy of it has not."),
    ("other", "In other papers and in public code", "Why copying code is no cure."),
)


_CLASHING = {clash.key for clash in errata.CLASHES}  # which have a page of their own


def on_card(loss: Loss) -> None:
    """The slips that concern one loss; nothing where there are none."""
    found = errata.of(loss.name)
    if not found:
        return
    st.subheader("As printed, as computed", anchor="printed")
    for i, erratum in enumerate(found):
        _fold(erratum, f"card.{loss.name}", unfolded=i == 0)


def paper() -> None:
    """Every slip known, by where it stands."""
    st.title("As printed, as computed")
    st.markdown(
        "Formulas are misprinted, in papers and in code. Open one: left what is printed, right "
        "what is meant, and below what gradient descent makes of each."
    )
    for group, title, says in _GROUPS:
        st.subheader(title, anchor=group)
        st.caption(says)
        mine = [e for e in errata.ALL if e.key not in _CLASHING and _group(e) == group]
        for i, erratum in enumerate(sorted(mine, key=lambda e: e.literal is None)):
            _fold(erratum, "paper", unfolded=i == 0 and group == _GROUPS[0][0])


def letters() -> None:
    """Letters that mean one thing here and another there."""
    st.title("Letters that clash")
    st.markdown("One letter, several meanings. Go by what a dial weighs, never by its letter.")
    for clash in errata.CLASHES:
        with st.container(border=True):
            st.markdown(f"**{clash.symbol}** · {clash.title}")
            rows = [f"- {who}: {meaning}" for who, meaning in clash.rows]
            st.markdown("\n".join([*rows, f"- **here: {clash.here}**"]))
            st.caption(clash.reason)
            _links(clash.key, clash.losses)


def _group(erratum: Erratum) -> str:
    where = erratum.where.lower()
    return "notes" if "notes" in where else "survey" if where.startswith("survey") else "other"


def _fold(erratum: Erratum, place: str, unfolded: bool = False) -> None:
    ends = f" · ends at {erratum.ends.value}" if erratum.ends else ""
    fold = st.expander(
        f"**{erratum.title}** · {erratum.where}{ends}", unfolded, key=f"{place}.{erratum.key}",
        on_change="rerun",
    )  # fmt: skip
    if fold.open:
        with fold:
            _show(erratum, place)


def _show(erratum: Erratum, place: str) -> None:
    left, right = st.columns(2)
    for side, title, text in (
        (left, "As printed", erratum.printed),
        (right, "As computed here", erratum.right),
    ):
        with side:
            st.markdown(f"**{title}**")
            (st.latex if erratum.kind == "formula" else st.markdown)(text)
    st.markdown(erratum.reason)
    if erratum.literal is not None:
        printed, computed = _runs(erratum.key)
        st.plotly_chart(
            figures.two_descents(toy().numpy(), printed, computed), config=figures.CONFIG,
            key=f"{place}.run.{erratum.key}",
            alt=f"Gradient descent on the printed form ends at {printed.outcome.value}; on the "
            + (f"computed form at {computed.outcome.value}" if computed else "target beside it"),
        )  # fmt: skip
        st.markdown(f"**What descent does with the print.** {erratum.does}")
        if erratum.reads:
            st.caption(f"Read literally: {erratum.reads}")
    elif erratum.does:
        st.markdown(erratum.does)
    if place == "paper":
        _links(erratum.key, erratum.losses)


@lru_cache(maxsize=128)
def _runs(key: str) -> tuple[Descent, Descent | None]:
    """Both forms run on the toy; the same for everybody."""
    erratum = next(e for e in errata.ALL if e.key == key)
    assert erratum.literal is not None
    printed = descend(erratum.literal, toy())
    computed = errata.computed(erratum)
    return printed, descend(computed, toy(), of="logit") if computed else None


def _links(place: str, losses: tuple[str, ...]) -> None:
    """Ways to the losses' cards. Buttons: a link to the page that is open leaves its address."""
    with st.container(horizontal=True):
        for name in losses:
            st.button(
                LOSSES[name].title, key=f"open.{place}.{name}", on_click=_open, args=(name,),
                icon=":material/menu_book:", type="tertiary",
            )  # fmt: skip


def _open(name: str) -> None:
    view.put("card", "loss")
    view.put("loss", name)
