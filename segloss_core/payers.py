"""Say who pays a loss: how concentrated its share map is, and which kinds of mistake hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_POINTS = 240  # of the curve


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
    # Pixels of one kind pay alike, so between the corners the curve is straight: exact, also where
    # a plot with a logarithmic axis needs points in between.
    first = float(pixels[pixels > 0][0])
    at = np.concatenate([[0.0], np.geomspace(first, 1.0, _POINTS)])
    return Payers(
        at,
        np.interp(at, pixels, paid),
        *(float((share * part).sum()) / total for part in (false_positive, false_negative, band)),
    )
