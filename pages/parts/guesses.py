"""What was guessed about a file, in one line under its box; how it could be read otherwise."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from segloss_core.readers import clean_name

from . import channels, ignoring
from .files import Slot, Wanted
from .say import plain, unquoted

_SCALES = {"hard": "hard mask", "probability": "probabilities", "logit": "logits"}
_HELP = (
    "A hard mask says p = c or 1 − c with the confidence c; as probabilities its black and white "
    "are 0.2 % and 99.8 %. Logits are what a network gives before the sigmoid."
)
_PARTS = {"member": "Part of the file", "picture": "Picture", "axis": "Pages lie along"}


def line(role: str, slot: Slot, lead: Slot | None) -> Wanted:
    """Say how a file is read and offer what can be chosen; gives what the boxes say.

    `lead` is a file of as many slices, whose slice this one follows; None where there is none.
    """
    if slot.channels is not None:
        channels.choose(slot)
        return slot.wanted
    if slot.error:
        return _answer(slot)
    if slot.slices:
        channels.choose(slot)
    if slot.complaint:
        st.warning(
            f"That does not fit this file. It stays as it was: {_summary(role, slot)}.",
            icon=":material/undo:",
        )
    wanted = slot.wanted
    notes = () if slot.reading is None else slot.reading.assumptions
    if notes or slot.asked or _offers_scale(role, slot) or slot.labels or _axes(slot):
        label = f"{_summary(role, slot)} · change" if _changes(role, slot) else _summary(role, slot)
        with st.popover(label, icon=":material/tune:", type="tertiary"):
            wanted = _boxes(role, slot)
            if slot.complaint:
                st.caption(f"Why it does not fit: {slot.complaint}")
            for note in notes:
                st.caption(unquoted(note))
    if lead is not None and lead.wanted.page is not None:
        return replace(wanted, page=lead.wanted.page)
    page = _page(slot) if wanted.axis == slot.wanted.axis else None
    return wanted if wanted.member != slot.wanted.member else replace(wanted, page=page)


def leader(slot: Slot, others: list[Slot]) -> Slot | None:
    """The file among those before this one that has as many slices, of one size with it."""
    mine = slot.reading
    if mine is None or mine.pages < 2:
        return None
    for other in others:
        if other.reading is not None and other.reading.pages == mine.pages:
            return other
    return None


def page_key(slot: Slot) -> str:
    """The name of the box that chooses a file's slice."""
    return f"page.{slot.file}.{slot.round}"


def _shows(key: str, value: object) -> None:
    """Let a box show a value until somebody touches it.

    Written before every run: of two runs that follow at once the browser may see the second alone,
    and would show a box's first choice.
    """
    st.session_state[key] = st.session_state.get(key, value)


def _answer(slot: Slot) -> Wanted:
    """A file that could not be read without being told which part is meant."""
    wanted = slot.wanted
    for argument, question in slot.asked.items():
        key = f"ask.{argument}.{slot.file}.{slot.round}"
        _shows(key, getattr(wanted, argument))
        says = dict(zip(question.choices, question.says, strict=True))
        chosen = st.selectbox(
            _PARTS.get(argument, "Page"), question.choices, key=key,
            format_func=lambda choice, says=says: clean_name(says[choice]),
            placeholder=f"Choose one of {len(question.choices):,}",
        )  # fmt: skip
        if chosen is not None and chosen != getattr(wanted, argument):
            return _otherwise(slot, argument, chosen)
    return wanted


def _otherwise(slot: Slot, argument: str, chosen: str | int) -> Wanted:
    """Another part of the file: what was chosen for the former one says nothing about it."""
    kept = {"member": slot.wanted.member, "picture": slot.wanted.picture}
    return Wanted(**{**kept, argument: chosen})  # type: ignore[arg-type]


def _summary(role: str, slot: Slot) -> str:
    """How the file is read, in a few words."""
    said, reading = [], slot.reading
    if role == "prediction" and reading is not None and slot.labels is None:
        said.append(_SCALES[reading.scale or "hard"])
    if slot.labels is not None and slot.wanted.class_ is not None:
        said.append(class_name(slot, slot.wanted.class_))
    named = slot.wanted.member or slot.wanted.picture
    if named is not None:
        said.append(clean_name(named)[:24])
    if slot.resize:
        said.append("resized")
    if not said:
        said.append("one slice" if reading is not None and reading.pages > 1 else "as it is")
    return plain(" · ".join(said))


def class_name(slot: Slot, number: int) -> str:
    """A class as the file calls it, else by its number."""
    names = () if slot.labels is None else slot.labels.class_names
    return names[number] if number < len(names) else f"class {number}"


def _changes(role: str, slot: Slot) -> bool:
    many = any(len(question.choices) > 1 for question in slot.asked.values())
    return bool(many or slot.labels or _offers_scale(role, slot) or _axes(slot) or slot.resize)


def _boxes(role: str, slot: Slot) -> Wanted:
    wanted = slot.wanted
    for argument, question in slot.asked.items():
        if argument == "page" or (argument == "axis" and _axes(slot)):
            continue
        key = f"ask.{argument}.{slot.file}.{slot.round}"
        _shows(key, getattr(wanted, argument))
        says = dict(zip(question.choices, question.says, strict=True))
        chosen = st.selectbox(
            _PARTS[argument], question.choices, key=key,
            format_func=lambda choice, says=says: clean_name(says[choice]),
        )  # fmt: skip
        if chosen != getattr(wanted, argument):
            wanted = _otherwise(slot, argument, chosen)
    if wanted != slot.wanted:
        return wanted
    if slot.labels is not None:
        wanted = replace(wanted, class_=_class(slot))
        if role == "target":
            wanted = replace(wanted, ignore=ignoring.choose(slot))
    elif _offers_scale(role, slot):
        wanted = replace(wanted, scale=_scale(slot))
    if _axes(slot):
        wanted = _along(slot, wanted)
    if slot.resize:
        key = f"fit.{slot.file}.{slot.round}"
        _shows(key, True)
        slot.resize = st.toggle("Resized to the target's size", key=key)
    return wanted


def _class(slot: Slot) -> int | None:
    key = f"class.{slot.file}.{slot.round}"
    _shows(key, slot.wanted.class_)
    void = ignoring.kept_as(slot.wanted.ignore)
    numbers = sorted((slot.classes - {void}) | {int(slot.wanted.class_ or 1)})
    chosen: int = st.selectbox(
        "Object", numbers, key=key, format_func=lambda n: class_name(slot, n),
        help="The class that counts as object; all others are background.",
    )  # fmt: skip
    return chosen


def _page(slot: Slot) -> int | None:
    if slot.reading is None or slot.reading.pages < 2:
        return slot.wanted.page
    key = page_key(slot)
    _shows(key, slot.wanted.page or 0)
    chosen: int = st.slider("Slice", 0, slot.reading.pages - 1, key=key)
    return chosen


def _axes(slot: Slot) -> tuple[int, ...]:
    """Lengths of the axes of which another could count the slices, where there is a choice."""
    return () if slot.reading is None or slot.reading.axis is None else slot.reading.axes


def _along(slot: Slot, wanted: Wanted) -> Wanted:
    axes, now = _axes(slot), slot.reading.axis % 3 if slot.reading else 0  # type: ignore[operator]
    key = f"axis.{slot.file}.{slot.round}"
    _shows(key, now)
    chosen = st.selectbox(
        _PARTS["axis"], range(len(axes)), key=key,
        format_func=lambda axis: f"{('first', 'second', 'third')[axis]} axis, of {axes[axis]:,}",
    )  # fmt: skip
    return wanted if chosen == now else replace(wanted, axis=chosen, page=None)


def _offers_scale(role: str, slot: Slot) -> bool:
    """Whether a prediction's numbers can be meant in more than one way: greys cannot."""
    if role != "prediction" or slot.reading is None or slot.labels is not None:
        return False
    return slot.floats or "hard" in (slot.guess, slot.reading.scale)


def _scale(slot: Slot) -> str | None:
    """How the visitor wants the numbers read; None leaves it to the reader."""
    assert slot.reading is not None
    key = f"scale.{slot.file}.{slot.round}"
    _shows(key, slot.reading.scale)
    names = ["hard", "probability", *(["logit"] if slot.floats else [])]
    chosen: str = st.segmented_control(
        "Read it as", names, format_func=_SCALES.get, required=True, key=key, help=_HELP
    )
    return None if chosen == slot.guess else chosen
