"""One uploaded file for one role: what was read, what else it holds, how the visitor wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from segloss_core.readers import Channels, Meaning, Question, ReadError, Reading, read
from segloss_core.readers.labels import different

from . import ignoring
from .say import unquoted

TYPES = [
    *("png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff"),  # pictures
    *("npy", "npz", "nii", "gz", "dcm"),  # arrays and volumes
    *("json", "txt"),  # outlines: LabelMe, Cityscapes, IDD, COCO; YOLO
]


@dataclass(frozen=True)
class Wanted:
    """How a file is to be read; None leaves it to the reader. Names are arguments of `read`."""

    scale: str | None = None
    class_: int | None = None
    page: int | None = None
    member: str | None = None
    picture: str | None = None
    axis: int | None = None
    ignore: int | None = None

    @property
    def code(self) -> str:
        """As further arguments of `read`, beside the scale."""
        said = {key: value for key, value in asdict(self).items() if key != "scale"}
        return "".join(f", {key}={value!r}" for key, value in said.items() if value is not None)


@dataclass
class Slot:
    """What was given for one role: the file as it was read, or why it could not be."""

    file: str
    wanted: Wanted
    reading: Reading | None = None
    error: str = ""
    resize: bool = False  # the visitor asked for it
    labels: Reading | None = None  # the classes of a file that holds several
    numbers: frozenset[int] = frozenset()  # of all its classes, on whatever slice
    source: Any = field(default=None, repr=False)  # the uploaded file: it can be read otherwise
    asked: dict[str, Question] = field(default_factory=dict)  # what it left open, by argument
    guess: str | None = None  # the scale that was guessed
    floats: bool = False  # of floats, which may be logits
    refused: Wanted | None = None  # a choice that did not fit
    complaint: str = ""  # and why
    round: int = 0  # of its boxes: others after a choice that was not kept
    channels: Channels | None = None  # of a prediction with a plane per class; see channels.py
    meaning: Meaning | None = None  # and how the visitor wants that read
    along: int | None = None
    slices: bool = False
    before: Slot | None = None
    asked_of: tuple[Any, ...] | None = None

    @property
    def part(self) -> tuple[Any, ...]:
        """Which part of the file is meant."""
        return self.wanted.member, self.wanted.picture, self.wanted.axis

    @property
    def offers_classes(self) -> bool:
        """Whether the file was refused as one mask, but could be read as several classes."""
        return bool(self.error) and self.labels is not None

    @property
    def classes(self) -> frozenset[int]:
        """The numbers of the classes that the file holds, background left out."""
        if self.numbers or self.labels is None:
            return self.numbers
        return frozenset(different(self.labels.array)) - {0}


def read_slot(
    role: str, file: Any, wanted: Wanted, others: Sequence[Slot] = (), before: Slot | None = None
) -> Slot:
    """Read a file: of several pages the middle one, of several outlines the largest class.

    `others` are the other files: outlines that say no size have theirs, a picture of their names
    is chosen, and a prediction that holds no other numbers than their classes is meant as classes
    too. `before` is the same file as it was read until now: a choice that does not fit leaves it
    as it is, with a complaint.
    """
    slot = Slot(file.file_id, wanted, source=file)
    if before is not None:
        slot.asked, slot.resize = dict(before.asked), before.resize
        slot.round = before.round
        if slot.part == before.part:
            slot.guess, slot.floats, slot.numbers = before.guess, before.floats, before.numbers
            slot.meaning, slot.along, slot.slices = before.meaning, before.along, before.slices
    try:
        _fill(slot, role, others)
    except ReadError as error:
        slot.error = unquoted(error.message)
        if error.asks is not None:
            slot.asked[error.asks.argument] = error.asks
            named = _of_same_stem(error.asks, others)
            if named is not None and named != wanted.picture:
                again = replace(wanted, picture=named)
                return read_slot(role, file, again, others, replace(slot, round=slot.round + 1))
        elif before is not None and before.reading is not None:
            return replace(before, refused=wanted, complaint=slot.error, round=before.round + 1)
        return slot
    if slot.reading is not None and wanted.scale is None:
        slot.guess, slot.floats = slot.reading.scale, slot.reading.array.dtype == np.float32
    if slot.wanted != wanted or (before is not None and slot.part != before.part):
        slot.round += 1  # other boxes: what was chosen here, or of another part
    return slot


def _fill(slot: Slot, role: str, others: Sequence[Slot]) -> None:
    """Read the file as its slot wants it. Raises ReadError."""
    other = next((slot for slot in others if slot.wanted.class_ is not None), None)
    data, name, wanted = slot.source.getvalue(), slot.source.name, slot.wanted
    how: dict[str, Any] = {"role": role}
    if name.lower().endswith(".txt"):
        how["size"] = next((slot.reading.size for slot in others if slot.reading), None)
    for part in ("member", "picture", "axis"):
        how[part] = getattr(wanted, part)

    def one(wanted: Wanted) -> Reading:
        # What was guessed of all pages holds for each: an empty one looks like a hard mask.
        whole = wanted.page is not None and wanted.class_ is None and "page" not in slot.asked
        scale = wanted.scale or (slot.guess if whole else None)
        return read(
            data, name, scale=scale, class_=wanted.class_, page=wanted.page,  # type: ignore[arg-type]
            ignore=wanted.ignore, **how,
        )  # fmt: skip

    labels = None
    if other is not None and role != "image" and (wanted.scale, wanted.class_) == (None, None):
        labels = _same_classes(data, name, how, wanted, other)
        if labels is not None:
            wanted = replace(wanted, class_=other.wanted.class_, page=labels.page)
    try:
        reading = one(wanted)
    except ReadError as error:
        several = error.code == "not_binary" or (error.code == "ambiguous" and error.asks is None)
        if role == "image" or not several or wanted.scale is not None:
            raise
        wanted, labels, slot.numbers = _of_several(data, name, how, wanted, error)
        if error.code == "not_binary":  # perhaps no classes at all: the visitor knows
            slot.wanted, slot.labels, slot.error = wanted, labels, unquoted(error.message)
            return
        reading = one(wanted)
    if reading.stacked:
        slot.guess = reading.scale if wanted.scale is None else slot.guess
        wanted = replace(wanted, page=reading.pages // 2)
        reading = one(wanted)
    if wanted.class_ is not None and (labels is None or labels.stacked):
        labels = _labels(data, name, how, wanted.page)
    slot.wanted, slot.reading, slot.labels = wanted, reading, labels


def _of_same_stem(asks: Question, others: Sequence[Slot]) -> str | None:
    """The one picture whose name is that of another file, but for the ending."""
    stems = {PurePath(slot.reading.name).stem for slot in others if slot.reading}
    same = [name for name in map(str, asks.choices) if PurePath(name).stem in stems]
    return same[0] if asks.argument == "picture" and len(same) == 1 else None


def _same_classes(
    data: bytes, name: str, how: dict[str, Any], wanted: Wanted, other: Slot
) -> Reading | None:
    """The file as classes, if it holds no other numbers than another file's classes."""
    try:
        labels = read(data, name, values="labels", page=wanted.page, **how)
        numbers = frozenset(different(labels.array)) - {0}
        if not numbers or not numbers <= other.classes or 255 in numbers:
            return None
        if labels.stacked:
            labels = read(data, name, values="labels", page=labels.pages // 2, **how)
    except ReadError:
        return None
    return labels if labels.pages > 1 or other.wanted.class_ in numbers else None


def _of_several(
    data: bytes, name: str, how: dict[str, Any], wanted: Wanted, error: ReadError
) -> tuple[Wanted, Reading, frozenset[int]]:
    """Choose a class of a file that holds several; what is no file of classes raises `error`."""
    try:
        labels = _labels(data, name, how, wanted.page)
        every = frozenset(different(labels.array)) - {0}
        ignore = None
        if how["role"] == "target":  # asked of all pages: the one on screen may lack the mark
            ignore = -1 if ignoring.negative(labels) else ignoring.usual(labels)
        if labels.stacked:
            wanted = replace(wanted, page=labels.pages // 2)
            labels = _labels(data, name, how, wanted.page)
    except ReadError:
        raise error from None
    void = ignoring.kept_as(ignore)
    real = labels.array[(labels.array > 0) & (labels.array != void)]
    numbers, counts = np.unique(real, return_counts=True)
    if not every - {void}:
        raise error
    largest = int(numbers[np.argmax(counts)]) if len(numbers) else min(every - {void})
    return replace(wanted, class_=largest, ignore=ignore), labels, every


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
