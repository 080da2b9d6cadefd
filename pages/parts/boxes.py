"""Three boxes for files; as soon as target and prediction fit, they are the current pair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
import torch

from segloss_core.pair import Pair, Prediction
from segloss_core.readers import Reading, disagreement, resized
from segloss_core.study import Study

from . import channels, drawings, guesses, ignoring, letting_go, view
from .archives import pick
from .current import Uploads, forget, uploads
from .files import TYPES, Slot, Wanted, read_slot
from .say import plain

ROLES = {
    "target": ("Target mask", "what is truly object: a mask, an array, a volume or outlines"),
    "prediction": ("Prediction", "grey = probability, a mask, or an array of p or logits"),
    "image": ("Image", "optional: what the network saw"),
}


def choose_files(where: torch.device) -> None:
    """Three boxes for files; as soon as target and prediction fit, they are the current pair."""
    mine, fresh = uploads(), False
    if mine.archive is not None and pick(mine.archive):
        _empty_slots(mine)
    for role, (label, hint) in ROLES.items():
        key = f"file.{role}.{st.session_state.get('files.round', 0)}"
        given = st.file_uploader(
            label, type=TYPES, help=hint, key=key, on_change=_changed, args=(role, key)
        )
        file = given or (mine.archive.chosen(role) if mine.archive else None)
        slot = mine.slots.get(role)
        if file is not None and (slot is None or slot.file != file.file_id):
            slot = mine.slots[role] = _read(mine, role, file, Wanted())
            fresh = True
        if given is None and slot is not None and slot.reading is not None:
            st.caption(f"Still open: {plain(slot.reading.name)}")
        if slot is not None:
            if role == "prediction" and channels.follow(slot, mine.slots.get("target")):
                fresh = True
            if slot.offers_classes:  # the button below is the remedy
                st.error(slot.error.split(" Are these several classes?")[0], icon=":material/help:")
            elif slot.error:
                show, icon = (st.info, "help") if slot.asked else (st.error, "error")
                show(slot.error, icon=f":material/{icon}:")
            _read_as_chosen(mine, role, slot)
            if slot.offers_classes:
                _offer_classes(mine, role, slot)
    for said in _lie_differently(mine):
        st.warning(f"{said}.", icon=":material/3d_rotation:")
    if mine.slots or mine.study is not None or mine.archive is not None:
        st.button("Forget my files", on_click=forget, icon=":material/delete:", type="tertiary")
    _join(mine, where, fresh)


def _empty_slots(mine: Uploads) -> None:
    """Leave out what came from an archive: another of its pairs is read in its place."""
    for role, slot in list(mine.slots.items()):
        if mine.archive is not None and mine.archive.holds(slot.file):
            del mine.slots[role]


def _changed(role: str, key: str) -> None:
    """The visitor emptied the box (leaving the page empties it too, but calls nobody)."""
    if st.session_state[key] is None:
        uploads().slots.pop(role, None)


def _read(mine: Uploads, role: str, file: Any, how: Wanted, before: Slot | None = None) -> Slot:
    others = [slot for name, slot in mine.slots.items() if name != role]
    return read_slot(role, file, how, others, before)


def _read_as_chosen(mine: Uploads, role: str, slot: Slot) -> None:
    """Read the file anew when the boxes under it say so; then all else follows from the start."""
    before = [
        mine.slots[name] for name in list(ROLES)[: list(ROLES).index(role)] if name in mine.slots
    ]
    how = guesses.line(role, slot, guesses.leader(slot, before))
    if how not in (slot.wanted, slot.refused):
        now = mine.slots[role] = _read(mine, role, slot.source, how, slot)
        other = mine.slots.get("prediction") if role == "target" else None
        if other is not None and other.wanted.class_ == slot.wanted.class_ is not None:
            _follow(mine, other, now.wanted.class_)
        st.rerun()


def _follow(mine: Uploads, slot: Slot, class_: int | None) -> None:
    """Take the class of the target in the prediction too, where it holds that class."""
    if class_ != slot.wanted.class_ and class_ in slot.classes:
        how = replace(slot.wanted, class_=class_)
        now = _read(mine, "prediction", slot.source, how, slot)
        mine.slots["prediction"] = replace(now, round=now.round + 1)


def _offer_classes(mine: Uploads, role: str, slot: Slot) -> None:
    """A mask of more than two values may hold classes: the visitor says so."""

    def take() -> None:
        mine.slots[role] = _read(mine, role, slot.source, slot.wanted)

    st.button(
        ignoring.offer(slot.wanted.ignore), key=f"several.{slot.file}", on_click=take,
        icon=":material/category:",
    )  # fmt: skip


def _join(mine: Uploads, where: torch.device, fresh: bool) -> None:
    """Make the pair when target and prediction are there and fit; else say what is missing."""
    readings = {role: slot.reading for role, slot in mine.slots.items() if slot.reading}
    broken = any(slot.error for slot in mine.slots.values())
    missing = [ROLES[role][0].lower() for role in ("target", "prediction") if role not in readings]
    mine.waiting = bool(mine.study and (broken or missing) and (mine.slots or not mine.opened))
    if missing:
        if readings and not broken:
            st.info(f"Now the {' and the '.join(missing)}.", icon=":material/upload_file:")
        return
    size = readings["target"].size
    unfit = [r for r, x in readings.items() if x.size != size and not mine.slots[r].resize]
    for role in unfit:
        _offer_resize(mine, role, size)
    mine.waiting = bool(mine.study and (broken or unfit))
    if unfit:
        return
    made_of = tuple(
        (r, x.digest, mine.slots[r].wanted, x.scale, x.size == size, mine.slots[r].asked_of)
        for r, x in readings.items()
    )
    if made_of != mine.made_of:
        if [part[:2] for part in made_of] != [part[:2] for part in mine.made_of]:
            letting_go.volume()  # other files, not another slice of the same
        _make(mine, readings, where)
        mine.made_of = made_of
    elif not fresh:
        return
    view.put("pair", view.UPLOAD)
    view.put("pin", None)
    st.rerun()


def _lie_differently(mine: Uploads) -> list[str]:
    """How the volumes beside the target lie otherwise than it does."""
    readings = {role: slot.reading for role, slot in mine.slots.items() if slot.reading}
    if (target := readings.pop("target", None)) is None:
        return []
    said = (disagreement(target, x, ("target", role)) for role, x in readings.items())
    return [sentence for sentence in said if sentence]


def _make(mine: Uploads, readings: dict[str, Reading], where: torch.device) -> None:
    size = readings["target"].size
    mine.resized = tuple(role for role, x in readings.items() if x.size != size)
    arrays = {
        role: resized(x.array, size, role) if role in mine.resized else x.array  # type: ignore[arg-type]
        for role, x in readings.items()
    }
    said = [f"{ROLES[role][0]}: {note}" for role, x in readings.items() for note in x.assumptions]
    said += [f"{ROLES[role][0]}: resized as you asked" for role in mine.resized]
    said += _lie_differently(mine)
    slot = mine.slots["prediction"]
    if slot.channels is None:
        prediction = as_prediction(readings["prediction"], arrays["prediction"])
    else:
        prediction = channels.of_class(slot, mine.slots["target"])
        said.append(channels.note(slot))
    pair = Pair(
        image=arrays.get("image"),
        target=arrays["target"],
        prediction=prediction,
        name=readings["target"].name,
        origin="upload",
        names={role: reading.name for role, reading in readings.items()},
        notes=tuple(said),
        ignored=readings["target"].ignored,
    )
    letting_go.soon()
    mine.study, mine.opened = Study(pair, where), ""
    drawings.forget_replaced()


def _offer_resize(mine: Uploads, role: str, size: tuple[int, int]) -> None:
    """Resizing is offered, never done unasked."""
    slot = mine.slots[role]
    assert slot.reading is not None
    (h, w), (th, tw) = slot.reading.size, size
    how = "bilinear" if role == "image" or slot.reading.scale == "probability" else "nearest pixel"
    st.error(
        f"{ROLES[role][0]} is {w} × {h} pixels, the target is {tw} × {th}. "
        "Choose a file of the target's size, or have this one resized.",
        icon=":material/straighten:",
    )
    if st.button(f"Resize to {tw} × {th} ({how})", key=f"resize.{role}"):
        slot.resize = True
        st.rerun()


def as_prediction(reading: Reading, array: Any) -> Prediction:
    """What was read, as the visitor wants it read."""
    if reading.scale == "logit":
        return Prediction.from_logits(array)
    if array.dtype != "uint8":
        return Prediction.floating(array)
    if reading.scale == "hard":
        return Prediction.hard(array, view.get("confidence"))
    return Prediction.coded(array)
