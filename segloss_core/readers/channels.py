"""A prediction with one plane per class: C × H × W or H × W × C, as probabilities or logits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .door import read
from .errors import ReadError
from .limits import LIMITS, Limits
from .reading import Reading

Meaning = Literal["probabilities", "softmax", "sigmoid"]
"""What the planes hold: probabilities, or logits that a softmax over the classes, or a sigmoid for
each class, turns into them."""

_AXES = (0, 2)  # first or last: what frameworks write
_SUM = 1e-3  # by which probabilities may miss 1 together, and still be one choice among classes


@dataclass(frozen=True, eq=False)
class Channels:
    """Planes of classes, read from a file.

    planes: float32 C x H x W.  meaning: what they hold; `guessed` if nobody said so.
    axis: the one that counts classes; fits: those that could.
    bounded: all lies in [0, 1], so that probabilities are possible.
    exclusive: of probabilities, whether those of each pixel add up to 1.
    reading: the file as a stack.
    """

    planes: NDArray[np.float32] = field(repr=False)
    meaning: Meaning
    guessed: bool
    axis: int
    fits: tuple[int, ...]
    bounded: bool
    exclusive: bool
    reading: Reading = field(repr=False)


def read_channels(
    data: bytes,
    name: str,
    *,
    size: tuple[int, int],
    least: int = 2,
    meaning: Meaning | None = None,
    axis: int | None = None,
    member: str | None = None,
    limits: Limits = LIMITS,
) -> Channels | None:
    """Read a file as planes of classes, or give None where it is none of that size.

    size: (height, width) in pixels of the target.  least: how many classes it has to have.
    meaning: None takes what lies in [0, 1] for probabilities and all else for logits of a softmax.
    member: which part of a file with several named ones.
    axis: which of three axes counts classes, 0 or 2; None takes the one that fits, first of all 0.
    Raises ValueError for another meaning or axis.
    """
    if meaning not in (None, "probabilities", "softmax", "sigmoid"):
        raise ValueError(f"meaning must be probabilities, softmax or sigmoid, got {meaning!r}")
    if axis not in (None, *_AXES):
        raise ValueError(f"axis must be 0 or 2, got {axis}")
    stacks: dict[int, Reading] = {}
    for along in _AXES:
        stack = _stack(data, name, along, member, limits)
        if stack is None or stack.size != tuple(size) or stack.pages < least:
            continue
        if not any(np.array_equal(stack.array, other.array) for other in stacks.values()):
            stacks[along] = stack
    if not stacks or (axis is not None and axis not in stacks):
        return None
    along = next(iter(stacks)) if axis is None else axis
    stack = stacks[along]
    planes = _floats(stack.array)
    bounded = bool(planes.min() >= 0) and bool(planes.max() <= 1)
    if meaning == "probabilities" and not bounded:
        return None
    exclusive = bounded and bool((abs(planes.sum(0, dtype=np.float64) - 1) < _SUM).all())
    found: Meaning = meaning or ("probabilities" if bounded else "softmax")
    fits = tuple(stacks)
    return Channels(planes, found, meaning is None, along, fits, bounded, exclusive, stack)


def _stack(data: bytes, name: str, axis: int, member: str | None, limits: Limits) -> Reading | None:
    """All planes along an axis, numbers as they are; None where the file is no such stack."""
    for scale in (None, "logit"):  # logits above 0 alone are no probabilities: then as logits
        try:
            found = read(
                data, name, role="prediction", axis=axis, scale=scale, member=member, limits=limits
            )
        except ReadError as error:
            if error.code != "range":
                return None
            continue
        return found if found.stacked and found.scale != "hard" else None
    return None


def _floats(planes: NDArray[np.generic]) -> NDArray[np.float32]:
    """8-bit greys as probabilities (g + ½)/256; floats as they are."""
    if planes.dtype == np.uint8:
        return ((planes.astype(np.float32) + 0.5) / 256).astype(np.float32)
    return planes.astype(np.float32, copy=False)
