"""The current pair: a sample, or what this session uploaded; nobody else ever sees an upload."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st
import torch

from segloss_core import exhibit, export
from segloss_core.classes import Scale
from segloss_core.pair import Pair, confidence_code
from segloss_core.readers import Reading
from segloss_core.readers.archive import shown_path
from segloss_core.readers.labels import different
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import channels, drawings, ignoring, letting_go, view
from .archives import Archive, Member
from .files import Slot, Wanted


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
    letting_go.volume()
    st.session_state.pop("rival.file", None)
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


def classes_digest() -> tuple[Any, ...]:
    """What `classes` is made of: the bytes of both files, and how they are read."""
    slots = uploads().slots
    return tuple(
        (role, found.digest, slot.wanted, slot.meaning, slot.along, slot.slices, slot.asked_of)
        for role, slot in slots.items()
        if role != "image" and (found := slot.labels or slot.reading) is not None
    )


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
        how = {
            "target": replace(truth.wanted, class_=None).code,
            "prediction": Wanted(member=slot.wanted.member).code,
        }
        return export.from_channels(
            _path("target"), _path("prediction"), truth.wanted.class_ or 1,
            found.meaning, found.axis, several=truth.labels is not None,
            ignore=truth.wanted.ignore, how=how,
        )  # fmt: skip
    logits = any(
        role == "prediction" and scale == "logit" for role, _, _, scale, *_ in mine.made_of
    )
    return export.from_files(
        _path("target"),
        _path("prediction"),
        "logit" if logits else pair.prediction.kind,
        pair.prediction.confidence,
        size=pair.size if "prediction" in mine.resized else None,
        how={role: slot.wanted.code for role, slot in mine.slots.items()},
        ignoring=pair.ignored is not None,
    )


def _path(role: str) -> str:
    """What a script calls a file: of one in a ZIP the whole path, for names repeat there."""
    mine = uploads()
    source = mine.slots[role].source if role in mine.slots else None
    if isinstance(source, Member):
        return shown_path(source.path)
    assert mine.study is not None
    return mine.study.pair.names[role]


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


def adopt(pair: Pair, name: str, where: torch.device) -> None:
    """Make a whole pair the current one, in place of files and of a pair before."""
    names = {"target": "target.png", "prediction": "prediction.png", **pair.names}
    letting_go.soon()
    letting_go.volume()
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
