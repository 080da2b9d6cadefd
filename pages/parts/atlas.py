"""The Atlas's index, and the card that it has opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import streamlit as st
import torch

from segloss_core import LOSSES, Loss
from segloss_core.libraries import calls

from . import card, elsewhere, view
from .browser import Entry, index

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@cache
def entries() -> tuple[Entry, ...]:
    """Every card of the Atlas with all that a search should find on it."""
    return tuple(_entry(loss) for loss in LOSSES.values())


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
    for library, words in elsewhere.traps(loss, loss.defaults):
        yield from (f"{library}: {text}" for text in _SENTENCE.split(words))
    for call in calls(loss.name, loss.defaults):
        yield from (f"{call.library}: {text}" for text in _SENTENCE.split(call.why) if text)


def choose() -> None:
    """The index, in the sidebar; where that is folded away, on top of the page."""
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
    card.show(where)
