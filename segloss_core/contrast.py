"""Where two maps of one loss differ, and which pixels make up most of the difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST = 0.8  # of the whole difference: what the marked pixels hold


@dataclass(frozen=True)
class Contrast:
    """A − B, pixel by pixel, H×W, in the unit of the maps.

    `marked` are the fewest pixels that hold MOST of Σ|A − B|, with all that differ as much as the
    last of them; none where A and B are alike. `top` ends a colour range: 98 % of Σ|A − B| lies
    in pixels that differ less, and it is 1 where nothing differs.
    """

    difference: Array
    marked: NDArray[np.bool_]
    top: float

    @property
    def count(self) -> int:
        """How many pixels are marked."""
        return int(np.count_nonzero(self.marked))


def contrast(a: Array, b: Array) -> Contrast:
    """Compare two maps of one shape. Raises ValueError where the shapes differ."""
    if a.shape != b.shape:
        raise ValueError(f"maps of one pair have one shape, got {a.shape} and {b.shape}")
    difference = a - b
    size = np.nan_to_num(np.abs(difference))  # what is no number does not differ
    falling = np.sort(size, axis=None)[::-1]
    mass = np.cumsum(falling)
    if not mass[-1] > 0:
        return Contrast(difference, np.zeros(a.shape, dtype=bool), 1.0)
    level = falling[np.searchsorted(mass, MOST * mass[-1])]
    marked = (size >= level) & (size > 0)
    return Contrast(difference, marked, float(falling[np.searchsorted(mass, 0.02 * mass[-1])]))
