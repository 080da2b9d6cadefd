"""Which whole numbers occur in an array, and how often."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_PIECE = 2**20


def value_counts(array: NDArray[Any]) -> NDArray[np.int64]:
    """Count each value of a bool, uint8 or uint16 array: int64, (256,) or (65536,)."""
    levels = 65536 if array.dtype == np.uint16 else 256
    flat = array.ravel()
    total = np.zeros(levels, np.int64)
    # bincount widens its input to 8 bytes a value, so a large picture goes through in pieces.
    for start in range(0, flat.size, _PIECE):
        total += np.bincount(flat[start : start + _PIECE], minlength=levels)
    return total


def values_in(array: NDArray[Any]) -> tuple[int, ...]:
    """Give the different values of a bool, uint8 or uint16 array, ascending."""
    return tuple(np.flatnonzero(value_counts(array)).tolist())
