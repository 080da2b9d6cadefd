"""One uploaded file for one role: what was read, what else it holds, how the visitor wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from segloss_core.readers import ReadError, Reading, read

from . import ignoring
from .say import unquoted

TYPES = [
    *("png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"),  # pictures
    *("npy", "npz", "nii", "gz", "dcm"),  # arrays and volumes
    *("json", "txt"),  # outlines: LabelMe, Cityscapes, IDD, COCO; YOLO
]


@dataclass(frozen=True)
class Wanted:
    """How a file is to be read; None leaves it to the reader."""

    scale: str | None = None
    class_: int | None = None
    page: int | None = None
    ignore: int | None = None

    @property
    def code(self) -> str:
        """As further arguments of `read`."""
        said = {"class_": self.class_, "page": self.page, "ignore": self.ignore}
        return "".join(f", {name}={value}" for name, value in said.items() if value is not None)


@dataclass
class Slot:
    """What was given for one role: the file as it was read, or why it could not be."""

    file: str
    wanted: Wanted
    reading: Reading | None = None
    error: str = ""
    resize: bool = False  # the visitor asked for it
    labels: Reading | None = None  # the classes of a file that holds several

    @property
    def offers_classes(self) -> bool:
        """Whether the file was refused as one mask, but could be read as several classes."""
        return bool(self.error) and self.labels is not None

    @property
    def classes(self) -> frozenset[int]:
        """The numbers of the classes that the file holds."""
        return frozenset() if self.labels is None else frozenset(np.unique(self.labels.array))


def read_slot(role: str, file: Any, wanted: Wanted, others: Sequence[Slot] = ()) -> Slot:
    """Read a file: of several pages the middle one, of several outlines the largest class.

    `others` are the other files: outlines that say no size have theirs, and a prediction that
    holds no other numbers than their classes is meant as classes too.
    """
    other = next((slot for slot in others if slot.wanted.class_ is not None), None)
    size = next((slot.reading.size for slot in others if slot.reading), None)
    data, name = file.getvalue(), file.name
    how: dict[str, Any] = {"role": role}
    if name.lower().endswith(".txt"):
        how["size"] = size

    def one(wanted: Wanted) -> Reading:
        return read(
            data, name, scale=wanted.scale, class_=wanted.class_, page=wanted.page,
            ignore=wanted.ignore, **how,
        )  # fmt: skip

    labels = None
    try:
        if other is not None and role != "image" and wanted == Wanted():
            labels = _same_classes(data, name, how, other)
            wanted = Wanted(class_=other.wanted.class_) if labels is not None else wanted
        try:
            reading = one(wanted)
        except ReadError as error:
            if role == "image" or error.code not in ("not_binary", "ambiguous"):
                raise
            wanted, labels = _of_several(data, name, how, wanted, error)
            if error.code == "not_binary":  # perhaps no classes at all: the visitor knows
                return Slot(file.file_id, wanted, error=unquoted(error.message), labels=labels)
            reading = one(wanted)
        if reading.stacked:
            wanted = replace(wanted, page=reading.pages // 2)
            reading = one(wanted)
        if wanted.class_ is not None and labels is None:
            labels = _labels(data, name, how, wanted.page)
    except ReadError as error:
        return Slot(file.file_id, wanted, error=unquoted(error.message))
    return Slot(file.file_id, wanted, reading, labels=labels)


def _same_classes(data: bytes, name: str, how: dict[str, Any], other: Slot) -> Reading | None:
    """The file as classes, if it holds no other numbers than another file's classes."""
    try:
        labels = read(data, name, values="labels", **how)
    except ReadError:
        return None
    numbers = frozenset(np.unique(labels.array).tolist()) - {0}
    fits = not labels.stacked and numbers and numbers <= other.classes and max(numbers) < 255
    return labels if fits and other.wanted.class_ in numbers else None


def _of_several(
    data: bytes, name: str, how: dict[str, Any], wanted: Wanted, error: ReadError
) -> tuple[Wanted, Reading]:
    """Choose a class of a file that holds several; what is no file of classes raises `error`."""
    try:
        labels = _labels(data, name, how, wanted.page)
        if labels.stacked:
            wanted = replace(wanted, page=labels.pages // 2)
            labels = _labels(data, name, how, wanted.page)
    except ReadError:
        raise error from None
    ignore = None
    if how["role"] == "target":
        ignore = -1 if ignoring.negative(labels) else ignoring.usual(labels)
    real = (labels.array > 0) & (labels.array != ignoring.kept_as(ignore))
    numbers, counts = np.unique(labels.array[real], return_counts=True)
    if not len(numbers):
        raise error
    largest = int(numbers[np.argmax(counts)])
    return replace(wanted, class_=largest, ignore=ignore), labels


def _labels(data: bytes, name: str, how: dict[str, Any], page: int | None) -> Reading:
    """The file as classes; −1 can only be what is ignored."""
    try:
        return read(data, name, values="labels", page=page, **how)
    except ReadError as error:
        if error.code != "bad_labels" or how["role"] != "target":
            raise
        try:
            return read(data, name, values="labels", page=page, ignore=-1, **how)
        except ReadError:
            raise error from None


def wanted(role: str, slot: Slot) -> Wanted:
    """What the boxes under a file say: class, page, and how a black-and-white one is meant."""
    if slot.error:
        return slot.wanted
    scale = _scale(slot) if role == "prediction" and slot.labels is None else None
    class_ = _class(slot)
    ignore = ignoring.choose(slot) if role == "target" else None
    return Wanted(scale, class_, _page(slot), ignore)


def _class(slot: Slot) -> int | None:
    if slot.labels is None:
        return slot.wanted.class_
    void = ignoring.kept_as(slot.wanted.ignore)
    numbers = [int(n) for n in np.unique(slot.labels.array) if n and n != void]
    if slot.wanted.class_ not in numbers:  # of another page
        numbers = sorted([*numbers, int(slot.wanted.class_ or 1)])
    names, key = slot.labels.class_names, f"class.{slot.file}"
    st.session_state.setdefault(key, slot.wanted.class_)
    chosen: int = st.selectbox(
        "Object", numbers, key=key,
        format_func=lambda n: names[n] if n < len(names) else f"class {n}",
        help="The class that counts as object; all others are background.",
    )  # fmt: skip
    return chosen


def _page(slot: Slot) -> int | None:
    if slot.reading is None or slot.reading.pages < 2:
        return slot.wanted.page
    key = f"page.{slot.file}"
    st.session_state.setdefault(key, slot.wanted.page or 0)
    chosen: int = st.slider("Slice", 0, slot.reading.pages - 1, key=key)
    return chosen


def _scale(slot: Slot) -> str | None:
    """How the visitor wants a black-and-white prediction read; None leaves it to the reader."""
    if slot.reading is None:
        return None
    if slot.reading.scale != "hard" and slot.wanted.scale != "probability":
        return None  # grey: there is nothing to choose
    chosen: str = st.segmented_control(
        "Read it as",
        ["hard", "probability"],
        format_func={"hard": "hard mask", "probability": "probabilities"}.get,
        default="hard",
        required=True,
        key=f"scale.{slot.file}",
        help="A hard mask says p = c or 1 − c with the confidence c; "
        "as probabilities its black and white are 0.2 % and 99.8 %.",
    )
    return "probability" if chosen == "probability" else None
