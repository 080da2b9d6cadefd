"""DICOM pictures and segmentations: pixels, rescale and window; nothing about a patient is kept."""

from __future__ import annotations

import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .asked import Asked
from .errors import Question, ReadError
from .headers import TooManyParts
from .names import clean_name, quoted
from .planes import check_bytes, check_planes, no_such_page
from .reading import Raster

_PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"}
_RLE = "1.2.840.10008.1.2.5"
_SEG = "1.2.840.10008.5.1.4.1.1.66.4"
_GREY = {"MONOCHROME1", "MONOCHROME2"}
# Only these are parsed at all; every other tag is stepped over unread.
_TAGS = [
    "SOPClassUID",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "SegmentationType",
    "MaximumFractionalValue",
    "SegmentSequence",
    "PerFrameFunctionalGroupsSequence",
    "PixelData",
]
_SEQUENCES = ("SegmentSequence", "PerFrameFunctionalGroupsSequence")
_SEQUENCE_BYTES = 2_000_000
_LISTED = 8


_READING: ContextVar[bool] = ContextVar("reading", default=False)
_ONE_AT_A_TIME = threading.Lock()


class _Deflated(Exception):
    """The whole data set is compressed."""


class _Metered(io.BytesIO):
    """Bytes that may be asked for so many times: a file of a million small tags takes minutes."""

    def __init__(self, data: bytes, times: int) -> None:
        super().__init__(data)
        self._left = times

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            # pydicom asks for the whole rest only to inflate it, without a cap.
            raise _Deflated
        self._left -= 1
        if self._left < 0:
            raise TooManyParts
        return super().read(size)


def decode(data: bytes, name: str, asked: Asked) -> Raster:
    """Read all frames of a DICOM file as a stack, or `asked.page`.

    Greys are rescaled by slope and intercept; an image is shown through its window. Of a
    segmentation with several segments `asked.member` names one. Needs pydicom.

    Raises ReadError: unsupported, corrupt, too_large, multiframe, bad_mode, ambiguous.
    """
    try:
        with _quiet():
            dataset = _parsed(data, name, asked)
            return _read(dataset, len(data), name, asked)
    except ReadError:
        raise
    except MemoryError:
        raise _too_large(name) from None
    except Exception:
        # pydicom raises a dozen types on broken files, and their texts echo the tags.
        raise _corrupt(name) from None


def _not_reading(record: logging.LogRecord) -> bool:
    return not _READING.get()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pydicom from logging and warning here: both repeat the values of tags."""
    logger = logging.getLogger("pydicom")
    logger.addFilter(_not_reading)
    token = _READING.set(True)
    try:
        # Filters of warnings belong to the whole process: one reader at a time bends them.
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _READING.reset(token)


def _parsed(data: bytes, name: str, asked: Asked) -> Any:
    try:
        import pydicom
    except ImportError:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} looks like a DICOM file, which needs the package pydicom. Install "
            "segloss-core[dicom], or export it as PNG.",
        ) from None
    try:
        tags: list[Any] = list(_TAGS)
        return pydicom.dcmread(_Metered(data, asked.limits.tags), specific_tags=tags)
    except TooManyParts:
        raise _too_large(name) from None
    except _Deflated:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a deflated DICOM file, which is not read. Save it without "
            "compression, or export it as PNG.",
        ) from None
    except Exception:
        raise _corrupt(name) from None


def _read(dataset: Any, length: int, name: str, asked: Asked) -> Raster:
    frames, size = _checked(dataset, length, name, asked)
    if str(dataset.get("SOPClassUID", "")) == _SEG:
        return _segmentation(dataset, frames, name, asked)
    wanted = _wanted(frames, name, asked)
    check_planes(size, len(wanted), name, asked.limits)
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric in _GREY:
        raster = _greys(dataset, _pixels(dataset, frames, wanted), photometric, asked)
    else:
        raster = _colours(dataset, frames, wanted, photometric, name, asked)
    return _stack(raster, frames)


def _checked(dataset: Any, length: int, name: str, asked: Asked) -> tuple[int, tuple[int, int]]:
    """Check all sizes before a pixel is touched; give frames and (height, width)."""
    if "PixelData" not in dataset or "Rows" not in dataset:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a DICOM file without pixels (a report, or drawn contours). Choose "
            "a picture or a segmentation.",
        )
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax not in _PLAIN and syntax != _RLE:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a DICOM file whose pixels are compressed (JPEG or another "
            "method), which is not read. Save it without compression, or export it as PNG.",
        )
    height, width = int(dataset.Rows), int(dataset.Columns)
    frames, bits = int(dataset.get("NumberOfFrames") or 1), int(dataset.BitsAllocated)
    samples = int(dataset.get("SamplesPerPixel", 1))
    if min(height, width, frames, samples) < 1 or bits not in (1, 8, 16, 32):
        raise _corrupt(name)
    check_planes((height, width), 1, name, asked.limits)
    check_bytes(height * width * frames * samples * max(1, bits // 8), name, asked.limits)
    if syntax == _RLE and length > asked.limits.rle_bytes:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is a run-length coded DICOM file of {length:,} bytes; up to "
            f"{asked.limits.rle_bytes:,} are read. Save it without compression.",
        )
    needed = (height * width * frames * samples * bits + 7) // 8
    if syntax != _RLE and len(dataset.PixelData) < needed:
        raise _corrupt(name)
    return frames, (height, width)


def _wanted(frames: int, name: str, asked: Asked) -> list[int]:
    if asked.page is None:
        return list(range(frames))
    if asked.page >= frames:
        raise no_such_page(name, asked.page, frames)
    return [asked.page]


def _pixels(dataset: Any, frames: int, wanted: list[int], channels: int = 1) -> NDArray[Any]:
    """Give the stored values of some frames, with a leading axis: N x H x W (x C)."""
    array = np.asarray(dataset.pixel_array)
    array = array if frames > 1 else array[None]
    colours = (channels,) * (channels > 1)
    if array.shape != (frames, int(dataset.Rows), int(dataset.Columns), *colours):
        raise ValueError("the pixels are of another shape than the header says")
    return array if len(wanted) == frames else array[wanted]


def _greys(dataset: Any, pixels: NDArray[Any], photometric: str, asked: Asked) -> Raster:
    notes: tuple[str, ...] = ()
    slope = float(dataset.get("RescaleSlope") or 1)
    intercept = float(dataset.get("RescaleIntercept") or 0)
    if not np.isfinite([slope, intercept]).all():
        raise ValueError("the rescaling is no number")
    if (slope, intercept) != (1, 0):
        pixels = pixels.astype(np.float32 if pixels.itemsize <= 2 else np.float64)
        np.multiply(pixels, slope, out=pixels)
        np.add(pixels, intercept, out=pixels)
        notes += (f"Values rescaled as the file says: × {slope:g} + {intercept:g}",)
    if asked.role == "image":
        pixels, note = _windowed(dataset, pixels)
        notes += note
        if photometric == "MONOCHROME1":
            # The complement turns whole numbers of any type around without overflow.
            pixels = -pixels if pixels.dtype.kind == "f" else ~pixels
            notes += ("MONOCHROME1: shown with its lowest value white",)
    elif photometric == "MONOCHROME1":
        notes += ("MONOCHROME1: values are read as stored, not as they look",)
    return Raster(pixels, notes=tuple(note.replace("-", "−") for note in notes))


def _windowed(dataset: Any, pixels: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Show values through the first window of the file: DICOM PS3.3 C.11.2.1.2.1."""
    centre, width = (_first(dataset.get(tag)) for tag in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None or not width >= 1 or not np.isfinite([centre, width]).all():
        return pixels, ()
    shown = np.empty(pixels.shape, np.uint8)
    for grey, plane in zip(shown, pixels, strict=True):
        # A width of 1 is a step just below the centre.
        ramp = (plane.astype(np.float32) - (centre - 0.5)) / max(width - 1, 1e-6) + 0.5
        grey[:] = np.rint(np.clip(ramp, 0, 1) * 255)
    return shown, (f"Shown through its window: centre {centre:g}, width {width:g}",)


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    many = isinstance(value, (list, tuple)) or hasattr(value, "insert")
    return float(value[0] if many else value)


def _colours(
    dataset: Any, frames: int, wanted: list[int], photometric: str, name: str, asked: Asked
) -> Raster:
    if photometric == "PALETTE COLOR" and asked.role != "image":
        note = "Palette picture read by index, not by colour"
        return Raster(_pixels(dataset, frames, wanted), notes=(note,))
    if photometric != "RGB" or asked.role != "image":
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} is a DICOM picture of colours ({clean_name(photometric)[:20]}); grey "
            "pictures are read, and RGB as an image. Export it as PNG.",
        )
    return Raster(_pixels(dataset, frames, wanted, channels=3))


def _stack(raster: Raster, pages: int) -> Raster:
    if len(raster.array) == 1:
        return replace(raster, array=raster.array[0], pages=pages)
    return replace(raster, stacked=True, pages=pages)


def _segmentation(dataset: Any, frames: int, name: str, asked: Asked) -> Raster:
    """Give the frames of one segment."""
    # A sequence of defined length is parsed when it is looked at, and nothing meters it then.
    raw = [dataset.get_item(tag) for tag in _SEQUENCES if tag in dataset]
    size = sum(len(item.value) for item in raw if isinstance(item.value, bytes))
    if frames > asked.limits.pages or size > _SEQUENCE_BYTES:
        raise _too_large(name)
    segments = {int(s.SegmentNumber): str(s.SegmentLabel) for s in dataset.SegmentSequence}
    labels = [clean_name(label) for label in segments.values()]
    number = _segment(segments, labels, name, asked)
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if len(segments) > 1 and len(groups) != frames:
        raise _corrupt(name)
    mine = [
        at
        for at in range(frames)
        if len(segments) == 1
        or int(groups[at].SegmentIdentificationSequence[0].ReferencedSegmentNumber) == number
    ]
    if not mine:
        raise ReadError(
            "no_objects", f"{quoted(name)} has no frame of that segment. Choose another."
        )
    wanted = [mine[at] for at in _wanted(len(mine), name, asked)]
    check_planes((int(dataset.Rows), int(dataset.Columns)), len(wanted), name, asked.limits)
    pixels = _pixels(dataset, frames, wanted)
    label = clean_name(segments[number])
    notes: tuple[str, ...] = (f"Segment “{label}”",)
    if str(dataset.get("SegmentationType", "BINARY")) == "FRACTIONAL":
        most = int(dataset.get("MaximumFractionalValue") or 255)
        pixels = pixels.astype(np.float32) / most
        notes += (f"Fractions of {most}",)
    raster = Raster(pixels, notes=notes, member=label, class_names=(label,))
    return _stack(raster, len(mine))


def _segment(segments: dict[int, str], labels: list[str], name: str, asked: Asked) -> int:
    listed = ", ".join(quoted(label) for label in labels[:_LISTED])
    listed += f" and {len(labels) - _LISTED:,} more" if len(labels) > _LISTED else ""
    if not segments or (asked.member is None and len(segments) == 1):
        return next(iter(segments))
    matching = [n for n, label in zip(segments, labels, strict=True) if label == asked.member]
    if len(matching) == 1:
        return matching[0]
    raise ReadError(
        "ambiguous",
        f"{quoted(name)} holds {len(segments)} segments: {listed}. Choose one of them.",
        Question.of_names("member", tuple(label for label in labels if labels.count(label) == 1)),
    )


def _corrupt(name: str) -> ReadError:
    return ReadError(
        "corrupt",
        f"{quoted(name)} is a DICOM file that is cut off or damaged. Save or export it again.",
    )


def _too_large(name: str) -> ReadError:
    return ReadError(
        "too_large",
        f"{quoted(name)} is a DICOM file of more parts or pixels than are read. Export the "
        "pictures you need as PNG.",
    )
