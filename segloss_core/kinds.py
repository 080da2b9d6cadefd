"""Compress a coded pair to at most 512 weighted kinds of pixel, and unfold tables into maps.

An 8-bit prediction against a binary mask holds at most 2 × 256 different pixels. A loss that does
not look at places is an exact function of how many there are of each kind, and its maps are
tables with one entry per kind. An ignored pixel is of no kind: it is not counted, and every map is
0 there. OpenCV, where installed, counts several times faster than NumPy, and
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
from .replay import Row, say
from .spec import Loss, Note, Number

try:
    import cv2
except ImportError:  # the library needs torch and numpy only
    cv2 = None  # type: ignore[assignment]

LEVELS = 256
IGNORED = 2 * LEVELS  # the code of a pixel that counts nowhere
_OBJECT = np.repeat([0.0, 1.0], LEVELS)  # the target of each kind
_OBJECT.setflags(write=False)
_MODERATE = 40.0  # logits up to here are harmless in every formula
_LANES = 4  # neighbours mostly are of one kind, and would wait for each other at one counter
_BLOCK = 1 << 18  # words of four, counted at once: OpenCV's counters are exact up to 2²⁴ only


def code(
    codes: NDArray[np.uint8],
    target: NDArray[np.uint8],
    ignored: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint16]:
    """Number the kind of every pixel: grey level + 256 · target, uint16 of the same shape.

    An ignored pixel is numbered IGNORED, whatever it holds.
    """
    if codes.shape != target.shape:
        raise ValueError(f"prediction has shape {codes.shape}, target {target.shape}")
    numbers = _numbers(codes, target)
    if ignored is not None:
        numbers[ignored] = IGNORED
    return numbers


def _numbers(codes: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.uint16]:
    if cv2 is None or sys.byteorder != "little":
        return codes + np.uint16(LEVELS) * (target > 0)
    # The bytes of the number, side by side: one pass.
    planes = [x.reshape(1, -1) for x in (codes, (target > 0).view(np.uint8))]
    return cv2.merge(planes).view(np.uint16).reshape(codes.shape)


def count(code: NDArray[np.uint16]) -> NDArray[np.int64]:
    """How many pixels are of each kind: int64 (512,), the ignored ones left out.

    Raises ValueError for codes that do not exist.
    """
    most = int(code.max(initial=0))
    if most > IGNORED:
        raise ValueError(f"a code is at most {IGNORED}, found {most}")
    kinds = 2 * LEVELS + (most == IGNORED)
    if cv2 is None:
        return np.bincount(code.ravel(), minlength=kinds)[: 2 * LEVELS]
    flat = code.ravel()
    whole = flat.size // _LANES * _LANES
    words = flat[:whole].view(np.uint64)  # of four codes
    here = np.empty(min(words.size, _BLOCK), dtype=np.uint64)
    found = np.bincount(flat[whole:], minlength=kinds)
    for start in range(0, words.size, _BLOCK):
        part = words[start : start + _BLOCK]
        found += _counted(part, here[: part.size], kinds)
    return found[: 2 * LEVELS]


def count_pair(codes: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.int64]:
    """`count(code(codes, target))`, block by block: no plane of codes is made."""
    if cv2 is None or sys.byteorder != "little" or codes.shape != target.shape:
        return count(code(codes, target))
    grey, mask, block = codes.ravel(), target.ravel(), _LANES * _BLOCK
    whole = grey.size // _LANES * _LANES
    here = np.empty((1, min(whole, block), 2), dtype=np.uint8)
    found = np.bincount(grey[whole:] + np.uint16(LEVELS) * (mask[whole:] > 0), minlength=2 * LEVELS)
    for start in range(0, whole, block):
        parts = [x[None, start : min(start + block, whole)] for x in (grey, mask)]
        parts[1] = (parts[1] > 0).view(np.uint8)
        room = here[:, : parts[0].size]
        cv2.merge(parts, room)
        words = room.reshape(-1).view(np.uint64)
        found += _counted(words, words, 2 * LEVELS)
    return found


def _counted(words: NDArray[np.uint64], here: NDArray[np.uint64], kinds: int) -> NDArray[np.int64]:
    """Count words of four codes, using `here`: one addition puts each code into its lane."""
    bins = _LANES * kinds
    lanes = np.arange(0, bins, kinds, dtype=np.uint16).view(np.uint64)
    laned = np.add(words, lanes, out=here).view(np.uint16)[None]
    found = cv2.calcHist([laned], [0], None, [bins], [0, bins]).astype(np.int64)
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
    """The kinds of pixel of one pair, counted, and the logit of each of the 256 levels."""

    count: NDArray[np.int64]
    logits: NDArray[np.float64]

    @classmethod
    def of(cls, code: NDArray[np.uint16], logits: NDArray[np.float64]) -> Kinds:
        """Count a coded pair. `code` is H×W as made by `code()`, `logits` the 256 levels' logits.

        Raises ValueError for codes that do not exist and for a table of another length.
        """
        if logits.shape != (LEVELS,):
            raise ValueError(f"need the logits of {LEVELS} levels, got shape {logits.shape}")
        return cls(count(code), logits)

    @classmethod
    def of_pair(
        cls, codes: NDArray[np.uint8], target: NDArray[np.uint8], logits: NDArray[np.float64]
    ) -> Kinds:
        """Count grey levels against a mask of the same shape; `logits` are those of the levels.

        Raises ValueError for shapes that differ.
        """
        return cls(count_pair(codes, target), logits)

    @classmethod
    def of_counts(cls, counted: NDArray[np.int64], logits: NDArray[np.float64]) -> Kinds:
        """Kinds that were counted before, such as those of several images added up: (512,)."""
        return cls(counted, logits)

    def at_levels(self, logits: NDArray[np.float64]) -> Kinds:
        """The same counts with other logits of the levels: what a confidence dial changes."""
        return Kinds(self.count, logits)

    @cached_property
    def pixels(self) -> Pixels:
        """One weighted row of all kinds."""
        z = torch.from_numpy(np.tile(self.logits, 2))[None]
        y = torch.tensor(_OBJECT)[None]
        return Pixels.from_logits(z, y, torch.from_numpy(self.count.astype(np.float64))[None])

    @cached_property
    def occurring(self) -> Pixels:
        """The kinds that do occur, as one row: the same sums of fewer columns."""
        some, px = torch.from_numpy(self.count > 0), self.pixels
        if not bool(some.any()):  # all is ignored
            return px
        assert px.weight is not None
        return Pixels(*(x[:, some] for x in (px.z, px.y, px.weight)))

    @cached_property
    def row(self) -> Row:
        """All kinds as what losses are replayed on.

        Kinds that do not occur keep their logits, so that pairs of the same grey levels have them
        in common; but where e^z overflows they would be more than nothing.
        """
        z = np.tile(self.logits, 2)
        if not np.abs(self.logits).max() <= _MODERATE:
            z = self.pixels.z.numpy()[0]
        return Row(z, _OBJECT, self.count.astype(np.float64))

    @cached_property
    def _part(self) -> NDArray[np.float64]:
        """One pixel's part of its kind."""
        return 1 / np.maximum(self.count, 1)


def tables(loss: Loss, kinds: Kinds, *, wrt: Wrt = "logit", **dials: Number | None) -> Tables:
    """Evaluate a loss and both maps on kinds of pixel, exactly as on the full image.

    Raises ValueError for a loss that looks at where pixels lie.
    """
    if loss.positional:
        raise ValueError(f"{loss.name} looks at where pixels lie; kinds of pixel do not know")
    if wrt not in ("logit", "probability"):
        raise ValueError(f"wrt must be 'logit' or 'probability', got {wrt!r}")
    setting = loss.setting(**dials)
    if not any(isinstance(value, Tensor) for value in setting.values()):
        said = say(loss, kinds.row, setting, ("share", wrt))
        if said is not None:
            share, gradient = said.rows
            part = kinds._part
            return Tables(said.value, said.floor, said.note, share * part, gradient * part)
    answer, slope = answer_at(loss, kinds.pixels, wrt=wrt, **dials)
    with torch.no_grad():
        parts = answer.share()
    return Tables(
        answer.value.item(),
        torch.as_tensor(answer.floor).item(),
        answer.note,
        *(x.detach().numpy().ravel() * kinds._part for x in (parts, slope)),
    )


def value_of(loss: Loss, kinds: Kinds, **dials: float | None) -> tuple[float, float, Note | None]:
    """A loss's value, its floor and the undefined case it stands on, without any map.

    Raises ValueError for a loss that looks at where pixels lie.
    """
    if loss.positional:
        raise ValueError(f"{loss.name} looks at where pixels lie; kinds of pixel do not know")
    said = say(loss, kinds.row, loss.setting(**dials))
    if said is not None:
        return said.value, said.floor, said.note
    with torch.no_grad():
        answer = loss.at(kinds.pixels, **dials)
    return float(answer.value), float(answer.floor), answer.note


def unfold(
    table: NDArray[Any], code: NDArray[np.uint16], out: NDArray[Any] | None = None
) -> NDArray[Any]:
    """The dense map H×W of a table, 0 where a pixel is ignored: one gather.

    It goes into `out`, and into its dtype, if that is given.

    A large new plane costs several times what is written into it: give maps of one size one `out`.
    """
    table = table if out is None else table.astype(out.dtype, copy=False)
    return lookup.gather(lookup.full(table), code, out)
