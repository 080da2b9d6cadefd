"""The Atlas's index, and the card that it has opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import streamlit as st
import torch

from segloss_core import LOSSES, Loss, errata
from segloss_core.libraries import calls

from . import card, elsewhere, misprints, results, view
from .browser import Entry, deliver, index

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@cache
def entries() -> tuple[Entry, ...]:
    """Every card of the Atlas with all that a search should find on it."""
    return (*_papers(), *(_entry(loss) for loss in LOSSES.values()))


def _papers() -> Iterator[Entry]:
    """What the Atlas knows of the literature as a whole."""
    said = tuple(f"{e.title}: {e.reason} {e.does}" for e in errata.ALL)
    yield Entry("misprints", "As printed, as computed", "literature",
                "Formulas as papers print them, and what descent makes of them.", said)  # fmt: skip
    clashes = tuple(
        f"{clash.symbol}, {who}: {meaning}"
        for clash in errata.CLASHES
        for who, meaning in clash.rows
    )
    yield Entry("letters", "Letters that clash", "literature",
                "One letter, several meanings: who means what by α, β and γ.", clashes)  # fmt: skip
    yield Entry("results", "The survey's results, audited", "literature",
                "Nine losses compared in print, and what the numbers exclude.",
                tuple(results.sentences()))  # fmt: skip


def _entry(loss: Loss) -> Entry:
    texts = tuple(text for text in _sentences(loss) if text)
    return Entry(loss.name, loss.title, loss.family, loss.effect, texts, loss.aliases)


def _sentences(loss: Loss) -> Iterator[str]:
    for name, dial in loss.dials.items():
        yield f"{name}: {dial.param.says}"
    for text in (loss.story, loss.belongs, loss.problems):
        yield from _SENTENCE.split(text)
    yield from (claim.sentence for claim in loss.claims)
    yield loss.source
    yield from (f"{e.title}: {e.reason} {e.does}" for e in errata.of(loss.name))
    for library, words in elsewhere.traps(loss, loss.defaults):
        yield from (f"{library}: {text}" for text in _SENTENCE.split(words))
    for call in calls(loss.name, loss.defaults):
        yield from (f"{call.library}: {text}" for text in _SENTENCE.split(call.why) if text)


def choose() -> None:
    """The index, in the sidebar; where that is folded away, on top of the page."""
    deliver([])
    with st.sidebar:
        _index("index")
    with st.container(key="narrow_index"):
        _index("index.narrow")


def _index(key: str) -> None:
    shown = view.get("card")
    clicked = index(
        entries=entries(), chosen=view.get("loss") if shown == "loss" else shown, key=key
    )
    if clicked in view.PAPERS:
        view.put("card", clicked)
    elif clicked:
        view.put("card", "loss")
        view.put("loss", clicked)
    if clicked:
        st.rerun()


def show(where: torch.device) -> None:
    """The open card."""
    shown = {
        "loss": lambda: card.show(where),
        "misprints": misprints.paper,
        "letters": misprints.letters,
        "results": results.paper,
    }
    shown[view.get("card")]()
