"""The current pair: a sample, or what this session uploaded; nobody else ever sees an upload."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch

from segloss_core.pair import Pair, Prediction, confidence_code
from segloss_core.readers import ReadError, Reading, read, resized
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import view
from .say import plain, unquoted

ROLES = {
    "target": ("Target mask", "black and white: what is truly object"),
    "prediction": ("Prediction", "grey = probability, or a black-and-white mask"),
    "image": ("Image", "optional: what the network saw"),
}
TYPES = ["png", "jpg", "jpeg", "webp", "bmp"]


@dataclass
class Uploads:
    """What this session has given, per role, and the last pair that was whole."""

    readings: dict[str, Reading] = field(default_factory=dict)
    read_as: dict[str, tuple[str, str | None]] = field(default_factory=dict)  # file id and scale
    resize: dict[str, str] = field(default_factory=dict)  # role -> digest of the file to resize
    study: Study | None = None
    made_of: tuple[Any, ...] = ()


def uploads() -> Uploads:
    """This session's uploads."""
    return st.session_state.setdefault("uploads", Uploads())


@st.cache_resource(max_entries=8, show_spinner="Drawing the sample …")
def sample(name: str, where: str) -> Study:
    """Samples are the same for everybody, and so are their answers."""
    return Study(SCENES[name].draw(), where)


def study(where: torch.device) -> Study:
    """The pair to look at, made ready. A link to somebody else's upload opens the first sample."""
    name = view.get("pair")
    mine = uploads().study
    if name == view.UPLOAD and mine is not None:
        return _at_confidence(mine)
    return sample(view.TABLE["pair"].default if name == view.UPLOAD else name, str(where))


def say_whose_files() -> None:
    """A link that was made on an upload opens a sample, and says so."""
    st.info(
        "This link was made on somebody's own files, which links never carry. It opens on a "
        "sample; choose your own files below.",
        icon=":material/link:",
    )


def _at_confidence(mine: Study) -> Study:
    """A hard prediction has the confidence of the dial."""
    now, wanted = mine.pair.prediction.confidence, view.get("confidence")
    if now is None or confidence_code(now) == confidence_code(wanted):
        return mine
    mine = uploads().study = mine.with_confidence(wanted)
    return mine


def take(role: str, data: bytes, name: str, scale: str | None) -> Reading | None:
    """Read a file for a role; on an error say so and keep what was there."""
    try:
        return read(data, name, role=role, scale=scale)  # type: ignore[arg-type]
    except ReadError as error:
        st.error(unquoted(error.message), icon=":material/error:")
        return None


def choose_files(where: torch.device) -> None:
    """Three boxes for files; as soon as target and prediction fit, they are the current pair."""
    mine = uploads()
    for role, (label, hint) in ROLES.items():
        file = st.file_uploader(label, type=TYPES, help=hint, key=f"file.{role}")
        if file is None:
            mine.readings.pop(role, None)
            continue
        scale = _chosen_scale(role, mine)
        if role not in mine.readings or mine.read_as.get(role) != (file.file_id, scale):
            reading = take(role, file.getvalue(), file.name, scale)
            if reading is not None:
                mine.readings[role], mine.read_as[role] = reading, (file.file_id, scale)
    _join(mine, where)


def _chosen_scale(role: str, mine: Uploads) -> str | None:
    """How the visitor wants a black-and-white prediction read; None leaves it to the reader."""
    reading = mine.readings.get(role)
    if role != "prediction" or reading is None or len(set(reading.array.flat[::1])) > 2:
        return None
    return st.segmented_control(
        "Read it as",
        ["hard", "probability"],
        format_func={"hard": "hard mask", "probability": "probabilities"}.get,
        default="hard",
        required=True,
        key="scale",
        help="A hard mask says p = c or 1 − c with the confidence c; "
        "as probabilities its black and white are 0.2 % and 99.8 %.",
    )


def _join(mine: Uploads, where: torch.device) -> None:
    target, prediction = mine.readings.get("target"), mine.readings.get("prediction")
    if target is None or prediction is None:
        if mine.readings:
            missing = [
                ROLES[r][0].lower() for r in ("target", "prediction") if r not in mine.readings
            ]
            st.info(f"Now the {' and the '.join(missing)}.", icon=":material/upload_file:")
        return
    arrays = {role: _fitting(mine, role, target.size) for role in mine.readings}
    if any(array is None for array in arrays.values()):
        return
    made_of = tuple((r, x.digest, x.scale, arrays[r].shape) for r, x in mine.readings.items())
    if made_of == mine.made_of:
        return
    try:
        pair = Pair(
            image=arrays.get("image"),
            target=arrays["target"],
            prediction=_prediction(prediction, arrays["prediction"]),
            name=target.name,
            origin="upload",
            names={role: reading.name for role, reading in mine.readings.items()},
            notes=tuple(
                f"{ROLES[role][0]}: {note}"
                for role, reading in mine.readings.items()
                for note in reading.assumptions
            ),
        )
    except ValueError as error:
        st.error(plain(f"These files do not make a pair: {error}."), icon=":material/error:")
        return
    mine.study, mine.made_of = Study(pair, where), made_of
    view.put("pair", view.UPLOAD)
    view.put("pin", None)
    st.rerun()


def _fitting(mine: Uploads, role: str, size: tuple[int, int]) -> Any:
    """The role's array at the target's size; resizing is offered, never done unasked."""
    reading = mine.readings[role]
    if reading.size == size:
        return reading.array
    if mine.resize.get(role) == reading.digest:
        return resized(reading.array, size, role)  # type: ignore[arg-type]
    (h, w), (th, tw) = reading.size, size
    how = "bilinear" if role == "image" or reading.scale == "probability" else "nearest pixel"
    st.error(
        f"{ROLES[role][0]} is {w} × {h} pixels, the target is {tw} × {th}. "
        "Choose a file of the target's size, or have this one resized.",
        icon=":material/straighten:",
    )
    if st.button(f"Resize to {tw} × {th} ({how})", key=f"resize.{role}"):
        mine.resize[role] = reading.digest
        st.rerun()
    return None


def _prediction(reading: Reading, array: Any) -> Prediction:
    if array.dtype != "uint8":
        return Prediction.floating(array)
    if reading.scale == "hard":
        return Prediction.hard(array, view.get("confidence"))
    return Prediction.coded(array)
