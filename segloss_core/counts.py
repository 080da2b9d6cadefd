"""Count soft true and false positives and negatives: what every overlap loss is made of."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from torch import Tensor

from .pixels import Pixels
from .spec import Number, Param

Smooth = Annotated[
    Number,
    Param("s", "[0, 1e6]", (0, 100), "pixels added to numerator and denominator: keeps 0/0 away"),
]


class Counts(NamedTuple):
    """Soft counts of one image, in pixels; image axes kept with size 1."""

    tp: Tensor
    fp: Tensor
    fn: Tensor

    @property
    def wrong(self) -> Tensor:
        """FP + FN: the total error."""
        return self.fp + self.fn


def counts(px: Pixels) -> Counts:
    """TP = Σ p·y, FP = Σ p·(1 − y), FN = Σ (1 − p)·y."""
    return Counts(px.sum(px.y * px.p), px.sum(px.background * px.p), px.sum(px.y * px.q))
