"""Say who pays a loss: how concentrated its share map is, and which kinds of mistake hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Payers:
    """Who pays. `pixels` and `paid` are fractions, rising together, the dearest pixels first."""

    pixels: Array
    paid: Array
    false_positives: float
    false_negatives: float
    boundary_band: float

    @property
    def right(self) -> float:
        """Fraction paid by pixels on the right side of the threshold."""
        return max(0.0, 1.0 - self.false_positives - self.false_negatives)

    def pixels_paying(self, part: float) -> float:
        """The smallest fraction of the pixels that pays at least `part` of the loss."""
        return float(np.interp(part, self.paid, self.pixels))


def payers(
    share: Array, count: Array, false_positive: Array, false_negative: Array, band: Array
) -> Payers | None:
    """Read a share map, or a table of it: `share` is what ONE pixel pays, `count` how many do.

    `false_positive`, `false_negative` and `band` hold how many of each kind's pixels are that
    (0 or 1 for a dense map). All are flat and of one length. None when nothing is paid.
    """
    total = float((share * count).sum())
    if total <= 0:
        return None
    order = np.argsort(-share)
    pixels = np.concatenate([[0.0], np.cumsum(count[order])]) / count.sum()
    paid = np.concatenate([[0.0], np.cumsum((share * count)[order])]) / total
    keep = _few(pixels)
    return Payers(
        pixels[keep],
        paid[keep],
        *(float((share * part).sum()) / total for part in (false_positive, false_negative, band)),
    )


def _few(pixels: Array, most: int = 240) -> NDArray[np.intp]:
    """Indices of a curve thinned evenly in log x, the ends kept: what a plot can show."""
    if len(pixels) <= most:
        return np.arange(len(pixels))
    wanted = np.concatenate([[0.0], np.geomspace(pixels[1], 1.0, most)])
    return np.unique(np.searchsorted(pixels, wanted).clip(0, len(pixels) - 1))
