"""A prediction with a plane per class: how it is read, and the class of it that is looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from segloss_core.classes import against_the_rest
from segloss_core.pair import Prediction
from segloss_core.readers import Channels, read_channels

from . import ignoring

if TYPE_CHECKING:
    from .files import Slot

_SAYS = {
    "softmax": "softmax of logits",
    "sigmoid": "a sigmoid of logits each",
    "probabilities": "probabilities",
}
_SLICES = "slices"
_ALONG = {0: "first axis", 2: "last axis"}


def follow(slot: Slot, target: Slot | None) -> bool:
    """Read a stack as planes of classes where it fits the target's; says whether that changed.

    Where the target is gone or has others, the file is again what it was without it.
    """
    truth = None if target is None or slot.slices else _truth(target)
    stacked = slot.reading is None or slot.reading.pages > 1 or slot.channels is not None
    if truth is None or not stacked:
        return _back(slot)
    assert target is not None and target.reading is not None
    held = (target.reading.digest, target.wanted.ignore, target.labels is None)
    asked = (*held, slot.meaning, slot.along, slot.wanted.member)
    if asked == slot.asked_of:
        return False
    most = int(truth.max())
    found = read_channels(
        slot.source.getvalue(), slot.source.name, size=truth.shape, least=max(2, most + 1),
        meaning=slot.meaning, axis=slot.along, member=slot.wanted.member,
    )  # fmt: skip
    if found is not None and target.labels is None and len(found.planes) != 2:
        found = None  # of an object and its background there are two
    if found is None:
        changed, slot.asked_of = _back(slot), asked
        return changed
    slot.before = slot.before or replace(slot)
    slot.asked_of, slot.channels, slot.error = asked, found, ""
    slot.reading = replace(found.reading, array=found.planes[0], pages=1, page=None)
    return True


def _back(slot: Slot) -> bool:
    """As it was read without the target; says whether it was otherwise."""
    before, slot.asked_of = slot.before, None
    if before is None:
        return False
    slot.reading, slot.error, slot.wanted = before.reading, before.error, before.wanted
    slot.channels = slot.before = None
    return True


def _truth(target: Slot) -> NDArray[Any] | None:
    """The target's labels with 0 where it is ignored; None where it has none or is a volume."""
    if target.reading is None or target.reading.pages > 1:
        return None
    labels = target.reading if target.labels is None else target.labels
    void = ignoring.kept_as(target.wanted.ignore)
    return labels.array if void is None else np.where(labels.array == void, 0, labels.array)


def choose(slot: Slot) -> None:
    """One line that says what was guessed, and what could be meant instead."""
    if slot.slices:
        st.button(
            "Read the planes as classes", key=f"planes.{slot.file}", type="tertiary",
            icon=":material/category:", on_click=_mean, args=(slot, None),
        )  # fmt: skip
        return
    found = slot.channels
    assert found is not None
    with st.popover(
        f"{line(found)} · change", icon=":material/tune:", type="tertiary", width="stretch"
    ):
        kinds = [kind for kind in _SAYS if kind != "probabilities" or found.bounded]
        key = f"meaning.{slot.file}"
        st.session_state[key] = found.meaning
        st.radio(
            "The numbers are", [*kinds, _SLICES], key=key,
            format_func=lambda kind: _SAYS.get(kind, "no classes, but slices of a volume"),
            on_change=lambda: _mean(slot, st.session_state[key]),
        )  # fmt: skip
        if len(found.fits) > 1:
            _axis(slot, found)
        st.caption(_why(found))


def _axis(slot: Slot, found: Channels) -> None:
    key = f"along.{slot.file}"
    st.session_state[key] = found.axis

    def take() -> None:
        slot.along = st.session_state[key]

    st.radio(
        "Classes lie along the", list(found.fits), key=key, format_func=_ALONG.get, on_change=take
    )


def _mean(slot: Slot, meaning: str | None) -> None:
    slot.slices = meaning == _SLICES
    slot.meaning = None if slot.slices else meaning  # type: ignore[assignment]


def line(found: Channels) -> str:
    """What was read, in a few words."""
    count, height, width = found.planes.shape
    return f"{count} classes × {width} × {height}, {_SAYS[found.meaning]}"


def _why(found: Channels) -> str:
    if not found.guessed:
        return "As you said."
    if found.meaning == "softmax":
        return "Numbers beyond 0 and 1 are logits; a softmax lets exactly one class be right."
    added = "and add up to 1 in every pixel" if found.exclusive else "and need not add up to 1"
    return f"All numbers lie between 0 and 1, {added}."


def note(slot: Slot) -> str:
    """What is assumed, for the list of facts."""
    assert slot.channels is not None
    return f"Prediction: {line(slot.channels)}; one class against the rest"


def of_class(slot: Slot, target: Slot) -> Prediction:
    """The prediction of the class that is the object."""
    assert slot.channels is not None
    return against_the_rest(
        *arrays(slot, target), target.wanted.class_ or 1, scale=slot.channels.meaning,
        ignore=ignoring.kept_as(target.wanted.ignore),
    ).prediction  # fmt: skip


def arrays(slot: Slot, target: Slot) -> tuple[NDArray[Any], NDArray[Any]]:
    """Labels of the target and planes of the prediction."""
    assert slot.channels is not None and target.reading is not None
    labels = target.reading if target.labels is None else target.labels
    return labels.array, slot.channels.planes


def names(slot: Slot, target: Slot) -> list[str]:
    """The classes' names, one for each plane."""
    assert slot.channels is not None
    if target.labels is None:
        return ["background", "object"]
    said = target.labels.class_names
    return [said[n] if n < len(said) else f"class {n}" for n in range(len(slot.channels.planes))]
