"""The one way in: bytes and a name become a Reading, or a ReadError says why not."""

from __future__ import annotations

import hashlib
from typing import Literal

from .errors import ReadError
from .formats import READABLE, Format, recognised
from .limits import LIMITS, Limits
from .names import clean_name, quoted
from .reading import Raster, Reading, ReadingKind, Role, Scale
from .roles import as_image, as_prediction, as_target

_KINDS: dict[Role, ReadingKind] = {"image": "image", "target": "mask", "prediction": "prediction"}


def read(
    data: bytes,
    name: str,
    *,
    role: Role,
    size: tuple[int, int] | None = None,
    values: Literal["binary"] | None = None,
    scale: Scale | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Read a file for one role, deciding its type from its content.

    data: the whole file.  name: its name, only shown.
    size: (height, width) in pixels it has to have, or None for any.
    values: how a target's values are meant; None means "binary".
    scale: how a prediction's values are meant; None guesses and says so in `assumptions`.

    Raises ReadError with a `code` for anything wrong with the file, and nothing else for any
    bytes. Raises ValueError for a role, values or scale that does not exist.
    """
    if role not in _KINDS:
        raise ValueError(f"role must be image, target or prediction, got {role!r}")
    if values not in (None, "binary"):
        raise ValueError(f"values must be 'binary' or None, got {values!r}")
    if scale not in (None, "probability", "hard"):
        raise ValueError(f"scale must be 'probability', 'hard' or None, got {scale!r}")
    row = _format_of(data, name, limits)
    assert row.decode is not None
    raster = row.decode(data, name, role, limits)
    _check_size(raster, name, size)
    if role == "image":
        array, found, notes = as_image(raster)
    elif role == "target":
        array, found, notes = as_target(raster, name)
    else:
        array, found, notes = as_prediction(raster, name, scale)
    return Reading(
        array=array,
        kind=_KINDS[role],
        scale=found,
        class_names=(),
        assumptions=(*_suffix_note(row, name), *notes),
        digest=hashlib.sha256(data).hexdigest(),
        name=clean_name(name),
    )


def _format_of(data: bytes, name: str, limits: Limits) -> Format:
    if not data:
        raise ReadError(
            "empty", f"{quoted(name)} is empty (0 bytes). Save it again and choose it once more."
        )
    if len(data) > limits.file_bytes:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is {len(data) / 1e6:,.1f} MB; up to "
            f"{limits.file_bytes / 1e6:,.0f} MB are read. Crop it or make it smaller.",
        )
    row = recognised(data)
    if row is None:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is of no known picture type ({len(data):,} bytes). {READABLE}; "
            "save it as PNG.",
        )
    if row.code == "pickle":
        raise ReadError(
            "pickle",
            f"{quoted(name)} looks like {row.called}, which can run code when opened and is never "
            f"opened here. {READABLE}; {row.advice}.",
        )
    if row.decode is None:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} looks like {row.called}. {READABLE}; {row.advice}.",
        )
    return row


def _check_size(raster: Raster, name: str, size: tuple[int, int] | None) -> None:
    height, width = raster.array.shape[:2]
    if size is not None and (height, width) != tuple(size):
        raise ReadError(
            "size_mismatch",
            f"{quoted(name)} is {width} × {height} pixels (width × height), the pair is "
            f"{size[1]} × {size[0]}. Choose a file of that size, or have this one resized.",
        )


def _suffix_note(row: Format, name: str) -> tuple[str, ...]:
    stem, dot, suffix = clean_name(name).rpartition(".")
    known = suffix.lower()
    if not (stem and dot and known.isalnum()) or known in row.suffixes:
        return ()
    return (f"The name ends in .{known[:8]}, the content is {row.called}; the content is read",)
