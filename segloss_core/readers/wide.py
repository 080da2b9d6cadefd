"""Numbers wider than greys: floats and whole numbers of any dtype, with what must hold of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ReadError
from .names import quoted
from .reading import Raster

Array = NDArray[Any]

_PIECE = 2**20
_LISTED = 8
_SLACK = 1e-6


def is_wide(array: Array) -> bool:
    """Tell whether an array is none of bool, uint8 and uint16, which greys come in."""
    return array.dtype not in (np.bool_, np.uint8, np.uint16)


def pieces(array: Array) -> Iterator[Array]:
    """Walk the values in order without copying the whole, so that extra memory stays small."""
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        for start in range(0, flat.size, _PIECE):
            yield flat[start : start + _PIECE]
        return
    rows = max(1, _PIECE * array.shape[0] // array.size)
    for start in range(0, array.shape[0], rows):
        yield array[start : start + rows].reshape(-1)


def check_finite(array: Array, name: str) -> None:
    """Refuse NaN and infinities, saying how many and where. Raises ReadError nonfinite."""
    if array.dtype.kind != "f":
        return
    nan = plus = minus = at = 0
    first = -1
    for piece in pieces(array):
        bad = ~np.isfinite(piece)
        if bad.any():
            if first < 0:
                first = at + int(np.argmax(bad))
            nan += int(np.isnan(piece).sum())
            plus += int(np.isposinf(piece).sum())
            minus += int(np.isneginf(piece).sum())
        at += piece.size
    if first < 0:
        return
    counted = ((nan, "NaN"), (plus, "+∞"), (minus, "−∞"))
    seen = ", ".join(f"{count:,} × {called}" for count, called in counted if count)
    raise ReadError(
        "nonfinite",
        f"{quoted(name)} holds {seen} among {array.size:,} values, the first at "
        f"{_place(array.shape, first)} (counted from 0). Replace what is not finite and save it "
        "again.",
    )


def _place(shape: tuple[int, ...], flat: int) -> str:
    place = [int(n) for n in np.unravel_index(flat, shape)]
    page = f"page {place.pop(0)}, " if len(place) == 3 and shape[-1] not in (3, 4) else ""
    return f"{page}row {place[0]}, column {place[1]}"


def bounds(array: Array) -> tuple[Any, Any]:
    """Give the lowest and highest value as Python numbers."""
    return array.min().item(), array.max().item()


def whole(array: Array) -> bool:
    """Tell whether every value is a whole number."""
    if array.dtype.kind != "f":
        return True
    return all(bool(np.all(piece == np.rint(piece))) for piece in pieces(array))


def narrowed(array: Array) -> Array | None:
    """Give the same values as uint8 or uint16, or None where they do not fit.

    The array has to be finite.
    """
    if not is_wide(array):
        return array
    lowest, highest = bounds(array)
    if lowest < 0 or highest > 65535 or not whole(array):
        return None
    return array.astype(np.uint8 if highest <= 255 else np.uint16)


def some_values(array: Array) -> str:
    """List a few of the different values of a finite array, for a message."""
    different = np.unique(next(pieces(array)))
    listed = ", ".join(shown(value.item()) for value in different[:_LISTED])
    more = len(different) > _LISTED or array.size > _PIECE
    return listed + (" and more" if more else "")


def shown(value: float) -> str:
    """Write a number shortly, with a true minus sign."""
    text = str(value) if isinstance(value, (bool, int)) else f"{value:.6g}"
    return text.replace("-", "−")


def looked_up(table: Array, array: Array) -> Array:
    """Give `table[array]`, in pieces: NumPy widens a whole index to 8 bytes a value."""
    out = np.empty(array.shape, table.dtype)
    flat, at = out.reshape(-1), 0
    for piece in pieces(array):
        flat[at : at + piece.size] = table[piece]
        at += piece.size
    return out


def narrow_image(raster: Raster, name: str) -> Raster:
    """Give greys or colours as uint8: 0..255 as they are, 0..1 spread, others stretched."""
    array = raster.array
    check_finite(array, name)
    lowest, highest = bounds(array)
    floating = array.dtype.kind == "f"
    if lowest >= 0 and highest <= 255 and (not floating or (highest > 1 and whole(array))):
        return replace(raster, array=array.astype(np.uint8))
    low, high = (0.0, 1.0) if floating and lowest >= 0 and highest <= 1 else (lowest, highest)
    # Halves first: the difference of two large floats may not be a float.
    half = high / 2 - low / 2
    scale = 127.5 / half if half > 0 else 0.0
    grey = np.empty(array.shape, np.uint8)
    flat, at = grey.reshape(-1), 0
    for piece in pieces(array):
        wide = (piece.astype(np.float64) / 2 - low / 2) * scale * 2
        flat[at : at + piece.size] = np.clip(np.rint(wide), 0, 255)
        at += piece.size
    note = f"Values {shown(low)} to {shown(high)} are shown as 0 to 255"
    return replace(raster, array=grey, notes=(*raster.notes, note))


def as_probabilities(array: Array, name: str) -> tuple[Array, tuple[str, ...]]:
    """Give float32 in [0, 1]. The array has to be finite. Raises ReadError range."""
    lowest, highest = bounds(array)
    if lowest < -_SLACK or highest > 1 + _SLACK:
        raise out_of_range(array, name)
    notes: tuple[str, ...] = ()
    if lowest < 0 or highest > 1:
        notes = ("Probabilities less than 0.000001 outside 0 to 1 are cut to 0 or 1",)
    kept = array.astype(np.float32)
    return np.clip(kept, 0, 1, out=kept), notes + _rounded(array)


def as_logits(array: Array, name: str) -> tuple[Array, tuple[str, ...]]:
    """Give finite float32. The array has to be finite. Raises ReadError range."""
    lowest, highest = bounds(array)
    largest = float(np.finfo(np.float32).max)
    if lowest < -largest or highest > largest:
        raise ReadError(
            "range",
            f"{quoted(name)} holds values from {shown(lowest)} to {shown(highest)}, beyond what "
            "32-bit floats hold. Logits are rarely beyond −100 to 100; save them again.",
        )
    return array.astype(np.float32), _rounded(array)


def _rounded(array: Array) -> tuple[str, ...]:
    wide = array.dtype.kind == "f" and array.dtype.itemsize > 4
    return ("64-bit floats are kept with 32 bits",) * wide


def out_of_range(array: Array, name: str) -> ReadError:
    """The error for values that are no probabilities and no greys."""
    lowest, highest = bounds(array)
    outside = sum(int(((p < -_SLACK) | (p > 1 + _SLACK)).sum()) for p in pieces(array))
    return ReadError(
        "range",
        f"{quoted(name)} holds values from {shown(lowest)} to {shown(highest)}, of which "
        f"{outside:,} lie outside 0 to 1; probabilities lie inside. If they are logits, choose "
        "logits; else divide them by their largest possible value.",
    )
