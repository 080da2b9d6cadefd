"""Greys become an image, a binary target or a prediction, or a sentence says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .counts import value_counts, values_in
from .errors import ReadError
from .names import quoted
from .reading import Raster, Scale
from .wide import (
    as_logits,
    as_probabilities,
    check_finite,
    is_wide,
    looked_up,
    narrow_image,
    narrowed,
    out_of_range,
    shown,
    some_values,
)

Meaning = tuple[NDArray[Any], Scale | None, tuple[str, ...]]

_BINARY = ({0, 1}, {0, 255}, {0, 65535})
_LISTED = 8
_SLACK = 1e-6
# A lossy format spreads 0 and 255 into their neighbourhoods. Between the ends only edges may lie:
# greys of 64 to 191 have to be few, and nowhere a flat patch of their own.
_LOW_END, _HIGH_END = 64, 192
_MIDDLE_SHARE = 0.02
_PATCH_SHARE = 0.0005


def as_image(raster: Raster, name: str) -> Meaning:
    """Give uint8 H x W or H x W x 3; more than 8 bits are stretched from lowest to highest.

    Raises ReadError nonfinite.
    """
    if is_wide(raster.array):
        raster = narrow_image(raster, name)
    array = raster.array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255), None, raster.notes
    if array.dtype != np.uint16:
        return array, None, raster.notes
    lowest, highest = int(array.min()), int(array.max())
    steps = (np.arange(65536) - lowest) * (255 / max(1, highest - lowest))
    ramp = np.clip(np.rint(steps), 0, 255).astype(np.uint8)
    note = f"16-bit greys {lowest} to {highest} are shown as 0 to 255"
    return looked_up(ramp, array), None, (*raster.notes, note)


def as_target(raster: Raster, name: str) -> Meaning:
    """Give uint8 H x W of 0 and 1. Raises ReadError not_binary, nonfinite."""
    raster = _narrow(raster, name, "a binary mask")
    mask, notes = _binary(raster, name, "a binary mask")
    return mask, None, raster.notes + notes


def as_prediction(raster: Raster, name: str, scale: Scale | None) -> Meaning:
    """Give uint8 codes, or float32 probabilities or logits.

    scale None: hard where the values are those of a binary mask, logits for floats on both sides
    of 0, else probabilities. Raises ReadError not_binary where "hard" is asked for and more
    values occur, range and nonfinite.
    """
    if scale == "logit" or is_wide(raster.array):
        check_finite(raster.array, name)
        found = _wide_prediction(raster, name, scale)
        if found is not None:
            return found
        raster = _narrow(raster, name, "a hard prediction")
    array, notes = raster.array, raster.notes
    if raster.lossy:
        notes += ("JPEG and lossy WebP change greys a little: values are near the true ones",)
    guessed = scale is None
    if scale is None:
        scale = "hard" if array.dtype == np.bool_ or _is_binary(values_in(array)) else "probability"
    if scale == "hard":
        mask, more = _binary(raster, name, "a hard prediction")
        if guessed:
            seen = values_in(array)
            occur = " and ".join(map(str, seen)) + (" occurs" if len(seen) == 1 else " occur")
            more += (f"Only {occur}: read as a hard mask",)
        return mask * np.uint8(255), "hard", notes + more
    values = values_in(array)
    if array.dtype == np.uint8 and set(values) == {0, 1}:
        # Black and white written as 0 and 1; as greys both would be certain background.
        return array * np.uint8(255), "probability", (*notes, "0 and 1 read as black and white")
    if array.dtype == np.uint16:
        levels = ((np.arange(65536) + 0.5) / 65536).astype(np.float32)
        note = "16-bit greys read as probabilities (g + ½)/65536"
        return looked_up(levels, array), "probability", (*notes, note)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    note = "8-bit greys read as probabilities (g + ½)/256"
    return array, "probability", (*notes, note)


def _narrow(raster: Raster, name: str, needed: str) -> Raster:
    """Bring whole numbers of any dtype to uint8 or uint16, or say why they cannot be binary."""
    check_finite(raster.array, name)
    narrow = narrowed(raster.array)
    if narrow is not None:
        return replace(raster, array=narrow)
    raise ReadError(
        "not_binary",
        f"{quoted(name)} holds other values than two whole numbers ({some_values(raster.array)}); "
        f"{needed} holds only 0 and 1, 0 and 255 or 0 and 65535. Are these several classes, or "
        "probabilities? Then save one class alone as a mask.",
    )


def _wide_prediction(raster: Raster, name: str, scale: Scale | None) -> Meaning | None:
    """Read floats, and whole numbers that are no greys; None leaves them to be read as greys."""
    array, floating = raster.array, raster.array.dtype.kind == "f"
    lowest, highest = array.min().item(), array.max().item()
    if scale == "logit":
        logits, notes = as_logits(array, name)
        return logits, "logit", raster.notes + notes
    narrow = narrowed(array) if scale != "probability" or not floating else None
    binary = narrow is not None and _is_binary(values_in(narrow))
    if scale == "hard" or (scale is None and binary):
        return None
    if floating and scale is None and lowest < -_SLACK and highest > 0:
        logits, notes = as_logits(array, name)
        notes += (f"Values {shown(lowest)} to {shown(highest)}: read as logits",)
        return logits, "logit", raster.notes + notes
    if floating:
        probabilities, notes = as_probabilities(array, name)
        if scale is None:
            notes += ("Floats from 0 to 1: read as probabilities",)
        return probabilities, "probability", raster.notes + notes
    if narrow is None or narrow.dtype != np.uint8:
        raise out_of_range(array, name)
    return None


def _is_binary(values: tuple[int, ...]) -> bool:
    return any(set(values) <= pair for pair in _BINARY)


def _binary(raster: Raster, name: str, needed: str) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    array = raster.array
    values = values_in(array)
    if _is_binary(values):
        return (array > 0).astype(np.uint8), ()
    if raster.lossy and _two_ends(array):
        between = sum(0 < value < 255 for value in values)
        note = f"Lossy picture: {between} greys between black and white are cut at half"
        return (array >= 128).astype(np.uint8), (note,)
    raise _not_binary(raster, values, name, needed)


def _two_ends(array: NDArray[Any]) -> bool:
    """Tell whether greys are black and white blurred by compression, with no third level."""
    if array.dtype != np.uint8:
        return False
    counts = value_counts(array)
    low, high = int(counts[:_LOW_END].sum()), int(counts[_HIGH_END:].sum())
    if not low or not high:
        return False
    if array.size - low - high > _MIDDLE_SHARE * array.size:
        return False
    middle = (array >= _LOW_END) & (array < _HIGH_END)
    rows = middle[..., :-2, :] & middle[..., 1:-1, :] & middle[..., 2:, :]
    patches = rows[..., :-2] & rows[..., 1:-1] & rows[..., 2:]
    return int(patches.sum()) <= _PATCH_SHARE * array.size


def _not_binary(raster: Raster, values: tuple[int, ...], name: str, needed: str) -> ReadError:
    listed = ", ".join(str(value) for value in values[:_LISTED])
    rest = len(values) - _LISTED
    listed += f" and {rest:,} more" if rest > 0 else ""
    noun = "value" if len(values) == 1 else "different values"
    lossy = " Lossy compression may have changed them: save the mask as PNG." * raster.lossy
    return ReadError(
        "not_binary",
        f"{quoted(name)} holds {len(values):,} {noun} ({listed}); {needed} holds only 0 and 1, "
        f"0 and 255 or 0 and 65535.{lossy} Are these several classes? Then save one class alone "
        "as a mask.",
    )
