"""Compress a coded pair to at most 512 weighted kinds of pixel, and unfold tables into maps.

An 8-bit prediction against a binary mask holds at most 2 × 256 different pixels. A loss that does
not look at places is an exact function of how many there are of each kind, and its maps are
tables with one entry per kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .maps import Wrt, gradient_at
from .pixels import Pixels
from .spec import Loss, Note, Number

LEVELS = 256


def code(codes: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Number the kind of every pixel: grey level + 256 · target, uint16 of the same shape."""
    if codes.shape != target.shape:
        raise ValueError(f"prediction has shape {codes.shape}, target {target.shape}")
    return codes + np.uint16(LEVELS) * (target > 0)


@dataclass(frozen=True)
class Tables:
    """A loss's answer on kinds; share and gradient are those of ONE pixel of each kind."""

    value: float
    floor: float
    note: Note | None
    share: NDArray[np.float64]
    gradient: NDArray[np.float64]


@dataclass(frozen=True)
class Kinds:
    """The kinds of pixel of one pair, counted, as Pixels of one weighted row."""

    count: NDArray[np.int64]
    pixels: Pixels

    @classmethod
    def of(cls, code: NDArray[np.uint16], logits: NDArray[np.float64]) -> Kinds:
        """Count a coded pair. `code` is H×W as made by `code()`, `logits` the 256 levels' logits.

        Raises ValueError for codes of 512 and more and for a table of another length.
        """
        if logits.shape != (LEVELS,):
            raise ValueError(f"need the logits of {LEVELS} levels, got shape {logits.shape}")
        count = np.bincount(code.ravel(), minlength=2 * LEVELS)
        if len(count) > 2 * LEVELS:
            raise ValueError(f"a code is at most {2 * LEVELS - 1}, found {code.max()}")
        return cls(count, cls._row(count, logits))

    def at_levels(self, logits: NDArray[np.float64]) -> Kinds:
        """The same counts with other logits of the levels: what a confidence dial changes."""
        return Kinds(self.count, self._row(self.count, logits))

    @cached_property
    def occurring(self) -> Pixels:
        """The kinds that do occur, as one row: the same sums of fewer columns."""
        some, px = torch.from_numpy(self.count > 0), self.pixels
        assert px.weight is not None
        return Pixels(*(x[:, some] for x in (px.z, px.y, px.weight)))

    @staticmethod
    def _row(count: NDArray[np.int64], logits: NDArray[np.float64]) -> Pixels:
        z = torch.from_numpy(np.tile(logits, 2))[None]
        y = torch.from_numpy(np.repeat([0.0, 1.0], LEVELS))[None]
        return Pixels.from_logits(z, y, torch.from_numpy(count.astype(np.float64))[None])


def tables(loss: Loss, kinds: Kinds, *, wrt: Wrt = "logit", **dials: Number | None) -> Tables:
    """Evaluate a loss and both maps on kinds of pixel, exactly as on the full image.

    Raises ValueError for a loss that looks at where pixels lie.
    """
    if loss.positional:
        raise ValueError(f"{loss.name} looks at where pixels lie; kinds of pixel do not know")
    answer = loss.at(kinds.pixels, **dials)
    with torch.no_grad():
        share = answer.share()
    return Tables(
        float(answer.value),
        float(torch.as_tensor(answer.floor)),
        answer.note,
        _per_pixel(share, kinds.count),
        _per_pixel(gradient_at(loss, kinds.pixels, wrt=wrt, **dials), kinds.count),
    )


def _per_pixel(of_kind: Tensor, count: NDArray[np.int64]) -> NDArray[np.float64]:
    return of_kind.numpy().ravel() / np.maximum(count, 1)


def unfold(table: NDArray[np.float64], code: NDArray[np.uint16]) -> NDArray[np.float64]:
    """The dense map H×W of a table: one gather."""
    return np.take(table, code)
