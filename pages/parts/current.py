"""The current pair: a sample, or what this session uploaded; nobody else ever sees an upload."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st
import torch

from segloss_core import exhibit, export
from segloss_core.classes import Scale
from segloss_core.pair import Pair, Prediction, confidence_code
from segloss_core.readers import Reading, disagreement, resized
from segloss_core.readers.labels import different
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import channels, drawings, guesses, ignoring, letting_go, view
from .archives import Archive, pick
from .files import TYPES, Slot, Wanted, read_slot
from .say import plain

ROLES = {
    "target": ("Target mask", "what is truly object: a mask, an array, a volume or outlines"),
    "prediction": ("Prediction", "grey = probability, a mask, or an array of p or logits"),
    "image": ("Image", "optional: what the network saw"),
}


@dataclass
class Uploads:
    """What this session has given, and the last pair that was whole."""

    slots: dict[str, Slot] = field(default_factory=dict)
    study: Study | None = None
    made_of: tuple[Any, ...] = ()
    resized: tuple[str, ...] = ()
    waiting: bool = False  # the boxes hold something else than the pair on screen
    opened: str = ""  # the name of the bundle that the pair came out of
    archive: Archive | None = None  # several pairs, of which one is looked at


def uploads() -> Uploads:
    """This session's uploads."""
    return st.session_state.setdefault("uploads", Uploads())


def forget() -> None:
    """Drop every file of this session, and the pair made of them."""
    letting_go.soon()
    st.session_state["uploads"] = Uploads()
    empty_boxes()
    drawings.forget_uploads()
    if base_name() == view.UPLOAD:
        view.put("pair", view.TABLE["pair"].default)
        view.put("pin", None)


def base_name() -> str:
    """The sample, or the uploads: also where a drawing on them is what is looked at."""
    name: str = view.get("pair")
    return view.get("base") if name == view.DRAWN else name


@st.cache_resource(max_entries=8, show_spinner="Drawing the sample …")
def sample(name: str, where: str) -> Study:
    """Samples are the same for everybody, and so are their answers."""
    return Study(SCENES[name].draw(), where)


@st.cache_resource(show_spinner=False)
def standard(where: str) -> Study:
    """The standard scene, made ready once for everybody."""
    return Study(exhibit.standard(), where)


def study(where: torch.device) -> Study:
    """The pair to look at, made ready."""
    under = base(where)
    drawn = drawings.find(base_name(), under) if view.get("pair") == view.DRAWN else None
    return under if drawn is None else drawn.study


def base(where: torch.device) -> Study:
    """The sample or the uploads, as they were before anybody drew on them."""
    name, mine = base_name(), uploads()
    if name != view.UPLOAD or mine.study is None:
        return sample(view.TABLE["pair"].default if name == view.UPLOAD else name, str(where))
    now, wanted = mine.study.pair.prediction.confidence, view.get("confidence")
    if now is not None and confidence_code(now) != confidence_code(wanted):
        mine.study = mine.study.with_confidence(wanted)
    return mine.study


def _labels() -> tuple[Reading, Reading] | None:
    slots = uploads().slots
    labels = [slots[role].labels for role in ("target", "prediction") if role in slots]
    if view.get("pair") != view.UPLOAD or len(labels) < 2:
        return None
    target, prediction = labels[0], labels[1]
    if target is None or prediction is None or target.size != prediction.size:
        return None
    return target, prediction


def _channels() -> tuple[Slot, Slot] | None:
    """The prediction's file with a plane per class and the target's, where they are on screen."""
    slots = uploads().slots
    if view.get("pair") != view.UPLOAD or not {"target", "prediction"} <= set(slots):
        return None
    planes, truth = slots["prediction"], slots["target"]
    return None if planes.channels is None or truth.reading is None else (planes, truth)


def several() -> bool:
    """Whether both files hold classes."""
    return _channels() is not None or _labels() is not None


Classes = tuple[Any, Any, list[str], int | None, Scale]


def classes() -> Classes | None:
    """Labels, and labels or planes of the prediction, where both hold classes; what they mean.

    That is their names, the label that is ignored, and what the prediction is.
    """
    if (found := _channels()) is not None:
        planes, truth = found
        void = ignoring.kept_as(truth.wanted.ignore)
        assert planes.channels is not None
        both_arrays = channels.arrays(planes, truth)
        return *both_arrays, channels.names(planes, truth), void, planes.channels.meaning
    both = _labels()
    if both is None:
        return None
    target, prediction = (labels.array for labels in both)
    void = ignoring.kept_as(uploads().slots["target"].wanted.ignore)
    judged = target if void is None else np.where(target == void, 0, target)
    # Renumbered without gaps: ids like 24001 would ask for as many classes.
    numbers = sorted({0, *different(judged), *different(prediction)})
    said = both[0].class_names
    names = [said[n] if n < len(said) else f"class {n}" for n in numbers]
    target, prediction = (np.searchsorted(numbers, x) for x in (judged, prediction))
    if void is None:
        return target, prediction, names, None, "labels"
    mark = len(numbers)
    return np.where(both[0].array == void, mark, target), prediction, names, mark, "labels"


def source_code() -> str:
    """How a script loads the pair on screen."""
    name, mine = view.get("pair"), uploads()
    if name == view.DRAWN and (drawn := drawings.current(base_name())):
        files, some = drawn.study.pair.names, drawn.study.pair.ignored is not None
        how = {"target": ", class_=1, ignore=255"} if some else {}
        if files["target"] == drawn.base.pair.names.get("target") and "target" in mine.slots:
            how = {"target": mine.slots["target"].wanted.code}  # not painted on: the file as it was
        return export.from_files(
            files["target"], files["prediction"], "probability", None, how=how, ignoring=some
        )
    if name != view.UPLOAD or mine.study is None:
        return export.from_sample(base_name())
    pair = mine.study.pair
    if mine.opened:
        ignoring_some = pair.ignored is not None
        return export.from_bundle(mine.opened, pair.prediction.confidence, ignoring_some)
    if (slot := mine.slots.get("prediction")) and slot.channels and "target" in mine.slots:
        truth, found = mine.slots["target"], slot.channels
        return export.from_channels(
            pair.names["target"], pair.names["prediction"], truth.wanted.class_ or 1,
            found.meaning, found.axis, several=truth.labels is not None,
            page=truth.wanted.page, ignore=truth.wanted.ignore,
        )  # fmt: skip
    logits = any(
        role == "prediction" and scale == "logit" for role, _, _, scale, *_ in mine.made_of
    )
    return export.from_files(
        pair.names["target"],
        pair.names["prediction"],
        "logit" if logits else pair.prediction.kind,
        pair.prediction.confidence,
        size=pair.size if "prediction" in mine.resized else None,
        how={role: slot.wanted.code for role, slot in mine.slots.items()},
        ignoring=pair.ignored is not None,
    )


def say_whose_files() -> None:
    """A link to an upload opens a sample, and says so."""
    st.info(
        "This link points to uploaded files, which no link carries and a reload forgets. It opens "
        "on a sample; choose your files below.",
        icon=":material/link:",
    )


def say_whose_drawing() -> None:
    """A link to a drawing opens what it was drawn on, and says so."""
    st.info(
        "This link points to a drawing, which no link carries. It opens on what was drawn on.",
        icon=":material/link:",
    )


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
            if slot.error:
                open_ = slot.asked and not slot.offers_classes
                (st.info if open_ else st.error)(
                    slot.error, icon=":material/help:" if open_ else ":material/error:"
                )
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


def adopt(pair: Pair, name: str, where: torch.device) -> None:
    """Make a whole pair the current one, in place of files and of a pair before."""
    names = {"target": "target.png", "prediction": "prediction.png", **pair.names}
    letting_go.soon()
    st.session_state["uploads"] = Uploads(
        study=Study(replace(pair, names=names), where), opened=name
    )
    empty_boxes()
    drawings.forget_replaced()


def take_archive(archive: Archive) -> None:
    """Look at pairs of an archive; the pair on screen stays until one of them is read."""
    mine = uploads()
    mine.slots, mine.archive = {}, archive
    empty_boxes()


def empty_boxes() -> None:
    """Give every box for files another key: that is how they are emptied."""
    st.session_state["files.round"] = st.session_state.get("files.round", 0) + 1


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
