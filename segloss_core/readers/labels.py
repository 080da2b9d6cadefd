"""Labels of classes: whole numbers from 0, at most 256 different ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .counts import values_in
from .errors import ReadError
from .names import quoted
from .reading import Raster
from .wide import bounds, check_finite, is_wide, narrowed, pieces, shown, some_values, whole

MOST = 256
_IGNORED = 255
_LISTED = 8


def as_labels(
    raster: Raster, name: str, ignore: int | None
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Give labels in the smallest of uint8, uint16 and int32.

    ignore: a label that stands for "not judged", which may then be -1; -1 becomes 255.
    Raises ReadError: nonfinite, bad_labels.
    """
    array = raster.array
    check_finite(array, name)
    if raster.lossy:
        raise _bad(name, "is stored with loss, which changes labels", "Save it as PNG.")
    if not whole(array):
        fix = "Round it where it was made and save it again."
        raise _bad(name, f"holds values that are no whole numbers ({some_values(array)})", fix)
    notes = raster.notes
    if raster.step > 1:
        array = array // raster.step
    lowest, highest = bounds(array)
    if lowest < 0:
        array = _without_minus_one(array, name, ignore, lowest)
        notes += ("Label −1 is ignored and kept as 255",)
        lowest, highest = bounds(array)
    elif ignore is not None and ignore >= 0:
        count = sum(int((piece == ignore).sum()) for piece in pieces(array))
        notes += (f"Label {ignore} is ignored, in {count:,} pixels",)
    if highest > np.iinfo(np.int32).max:
        fix = "Give the classes small numbers."
        raise _bad(name, f"holds label {shown(highest)}, which is too large", fix)
    narrow = narrowed(array)
    array = array.astype(np.int32) if narrow is None else narrow
    found = set(different(array))
    found.discard(-1 if ignore is None else ignore)
    if len(found) > MOST:
        listed = ", ".join(map(str, sorted(found)[:_LISTED]))
        seen = f"holds more than {MOST} different labels ({listed}, …)"
        raise _bad(name, seen, "Is it a picture, or a map of single objects? Save the classes.")
    if array.dtype == np.bool_:
        array = array.astype(np.uint8)
    if array.dtype == np.uint16 and int(array.max()) <= 255:
        array = array.astype(np.uint8)
    return array, notes


def different(array: NDArray[Any]) -> tuple[int, ...]:
    """Give the different numbers, ascending; of far too many, only some."""
    if not is_wide(array):
        return values_in(array)
    seen: set[int] = set()
    for piece in pieces(array):
        seen.update(np.unique(piece).tolist())
        if len(seen) > MOST + 1:
            break
    return tuple(sorted(seen))


def _without_minus_one(
    array: NDArray[Any], name: str, ignore: int | None, lowest: float
) -> NDArray[Any]:
    if lowest < -1 or ignore != -1:
        hint = " If −1 means pixels to ignore, choose −1 as ignore." if lowest == -1 else ""
        count = sum(int((piece < 0).sum()) for piece in pieces(array))
        seen = f"holds negative labels, down to {shown(lowest)}, in {count:,} pixels"
        raise _bad(name, seen, f"Labels count from 0.{hint}")
    if any(bool((piece == _IGNORED).any()) for piece in pieces(array)):
        fix = "Give the class 255 another number."
        raise _bad(name, "holds label 255 beside an ignored −1, which is kept as 255", fix)
    # int8 holds −1 but not 255.
    wide = array.astype(np.int16) if array.dtype == np.int8 else array
    return np.where(wide == -1, wide.dtype.type(_IGNORED), wide)


def _bad(name: str, seen: str, fix: str) -> ReadError:
    return ReadError("bad_labels", f"{quoted(name)} {seen}; labels are whole numbers from 0. {fix}")
