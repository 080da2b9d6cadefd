"""Compress a coded pair to at most 512 weighted kinds of pixel, and unfold tables into maps.

An 8-bit prediction against a binary mask holds at most 2 × 256 different pixels. A loss that does
not look at places is an exact function of how many there are of each kind, and its maps are
tables with one entry per kind. OpenCV, where installed, counts several times faster than NumPy, and
the same.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import lookup
from .maps import Wrt, answer_at
from .pixels import Pixels
from .spec import Loss, Note, Number

try:
    import cv2
except ImportError:  # the library needs torch and numpy only
    cv2 = None  # type: ignore[assignment]

LEVELS = 256
_LANES = 4  # neighbours mostly are of one kind, and would wait for each other at one counter
_BLOCK = 1 << 18  # words of four, counted at once: OpenCV's counters are exact up to 2²⁴ only


def code(codes: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Number the kind of every pixel: grey level + 256 · target, uint16 of the same shape."""
    if codes.shape != target.shape:
        raise ValueError(f"prediction has shape {codes.shape}, target {target.shape}")
    if cv2 is None or sys.byteorder != "little":
        return codes + np.uint16(LEVELS) * (target > 0)
    # The bytes of the number, side by side: one pass.
    planes = [x.reshape(1, -1) for x in (codes, (target > 0).view(np.uint8))]
    return cv2.merge(planes).view(np.uint16).reshape(codes.shape)


def count(code: NDArray[np.uint16]) -> NDArray[np.int64]:
    """How many pixels are of each kind: int64 (512,). Raises ValueError for codes beyond 511."""
    most = int(code.max(initial=0))
    if most >= 2 * LEVELS:
        raise ValueError(f"a code is at most {2 * LEVELS - 1}, found {most}")
    if cv2 is None:
        return np.bincount(code.ravel(), minlength=2 * LEVELS)
    flat, bins = code.ravel(), _LANES * 2 * LEVELS
    whole = flat.size // _LANES * _LANES
    # Four codes are one word, and one addition puts each into its lane.
    words = flat[:whole].view(np.uint64)
    lanes = np.arange(0, bins, 2 * LEVELS, dtype=np.uint16).view(np.uint64)
    found = np.bincount(flat[whole:], minlength=bins)
    here = np.empty(min(words.size, _BLOCK), dtype=np.uint64)
    for start in range(0, words.size, _BLOCK):
        part = words[start : start + _BLOCK]
        laned = np.add(part, lanes, out=here[: part.size]).view(np.uint16)[None]
        found += cv2.calcHist([laned], [0], None, [bins], [0, bins]).ravel().astype(np.int64)
    return found.reshape(_LANES, -1).sum(0)


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
        counted = count(code)
        return cls(counted, cls._row(counted, logits))

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
    answer, gradient = answer_at(loss, kinds.pixels, wrt=wrt, **dials)
    with torch.no_grad():
        share = answer.share()
    return Tables(
        answer.value.item(),
        torch.as_tensor(answer.floor).item(),
        answer.note,
        _per_pixel(share, kinds.count),
        _per_pixel(gradient, kinds.count),
    )


def _per_pixel(of_kind: Tensor, count: NDArray[np.int64]) -> NDArray[np.float64]:
    return of_kind.detach().numpy().ravel() / np.maximum(count, 1)


def unfold(
    table: NDArray[Any], code: NDArray[np.uint16], out: NDArray[Any] | None = None
) -> NDArray[Any]:
    """The dense map H×W of a table: one gather, into `out` and in its dtype if that is given.

    A large new plane costs several times what is written into it: give maps of one size one `out`.
    """
    table = table if out is None else table.astype(out.dtype, copy=False)
    return lookup.gather(lookup.full(table), code, out)
