"""Answer for a loss of a row of weighted pixels in microseconds: heard once, replayed as NumPy.

Of 512 pixels a loss and its gradient are some hundred operations that cost next to nothing, and
PyTorch's ways to them cost a thousand times as much. What cannot be replayed is not: ask the loss.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import torch

from ..pixels import Pixels
from ..spec import Loss, Note
from .aten import Unsaid
from .record import LEAVES, Array, Levels, Recording, record

__all__ = ["Row", "Said", "prepared", "say", "sweep"]

_MOST = 256  # recordings that are kept; a mix has its own
_OFTEN = 3


class Said(NamedTuple):
    """A replayed answer; a row says of every kind what all its pixels do, a number one for all."""

    value: float
    floor: float
    note: Note | None
    rows: tuple[Array | float, ...]


class Row:
    """One row of weighted pixels, made once for all losses that are replayed."""

    def __init__(self, z: Array, y: Array, weight: Array) -> None:
        """Take finite logits, a target of 0 and 1, and weights >= 0: float64 of shape (n,)."""
        self.levels = _levels(z.tobytes())
        self.y, self.weight = y, weight
        self.target = y.tobytes()


@lru_cache(maxsize=64)
def _levels(z: bytes) -> Levels:
    """What all pixels of these logits have in common, and all pairs with these grey levels."""
    with torch.inference_mode(False), torch.no_grad():
        row = torch.from_numpy(np.frombuffer(z).copy())[None]
        px = Pixels(row, torch.zeros_like(row))
        return Levels([getattr(px, name).numpy()[0] for name in LEAVES])


_kept: OrderedDict[Hashable, Recording | str] = OrderedDict()  # or why there is none
_asked: OrderedDict[Hashable, int] = OrderedDict()  # how often, for what is not kept
_lock = Lock()


def say(
    loss: Loss, row: Row, setting: Mapping[str, Any], wanted: tuple[str, ...] = ()
) -> Said | None:
    """Replay a loss; None if it has not been asked for often, or cannot be replayed.

    `setting` is that of every dial, checked; `wanted` are names of `record.ROWS`. A recording costs
    some ten evaluations. What is asked for its value and its maps may never be asked again, a mix
    with a weight that is being dragged say; the third question makes a recording.
    """
    found = _recording(loss, row, setting)
    if found is None:
        return None
    dials = tuple([setting[name] for name in found.turned])
    with np.errstate(all="ignore"):
        value, floor, *others = found.player(row.levels, dials, *wanted)(row.weight)
    given, occurs = others[: len(wanted)], others[len(wanted) :]
    note = None
    if True in occurs:
        note = next(note for note, there in zip(found.notes, occurs, strict=True) if there)
    return Said(float(value), float(floor), note, tuple(given))


def sweep(
    loss: Loss, row: Row, setting: Mapping[str, Any], axes: Mapping[str, Array]
) -> tuple[Any, Any, dict[Note, Any]] | None:
    """Value, floor and notes over a grid: numbers, or arrays of the shape that the axes have.

    `axes` are arrays of one shape length which broadcast against each other, each for a dial that
    is a number in `setting`. None when `say` would be None, and where a dial sorts pixels.
    """
    found = _recording(loss, row, setting)
    if found is None:
        return None
    try:
        replay = found.sweeper(*axes)
    except Unsaid:
        return None
    dials = [axes[name][..., None] if name in axes else setting[name] for name in found.turned]
    with np.errstate(all="ignore"):
        answers = replay(row.weight, *row.levels.leaves, *dials)
    value, floor, *notes = (x[..., 0] if isinstance(x, np.ndarray) else x for x in answers)
    return value, floor, dict(zip(found.notes, notes, strict=True))


def _recording(loss: Loss, row: Row, setting: Mapping[str, Any]) -> Recording | None:
    key = _key(loss, row, setting)
    found = _kept.get(key)
    if found is None:
        if not _often(key):
            return None
        found = prepared(loss, row, setting)
    return found if isinstance(found, Recording) else None


def prepared(loss: Loss, row: Row, setting: Mapping[str, Any]) -> Recording | str:
    """The recording of a loss, made now if need be, or why it cannot be replayed."""
    key = _key(loss, row, setting)
    with _lock:  # one thread records, the others wait for it
        found = _kept.get(key)
        if found is None:
            try:
                found = record(loss, row.y, setting)
            except Exception as why:  # the loss itself answers, or says what is wrong
                found = str(why) or type(why).__name__
            _kept[key] = found
            if len(_kept) > _MOST:
                _kept.popitem(last=False)
    return found


def _often(key: Hashable) -> bool:
    """Count a question; whether it is the third one."""
    with _lock:
        _asked[key] = times = _asked.pop(key, 0) + 1
        if len(_asked) > _MOST:
            _asked.popitem(last=False)
    return times >= _OFTEN


def _key(loss: Loss, row: Row, setting: Mapping[str, Any]) -> Hashable:
    """What a recording is made for."""
    return (
        loss,
        row.target,
        tuple(
            [setting[name] if whole else setting[name] is None for name, whole in _staying(loss)]
        ),
    )


@lru_cache(maxsize=_MOST)
def _staying(loss: Loss) -> tuple[tuple[str, bool], ...]:
    """The dials that are no input of a recording, ever (True), or where they are automatic."""
    return tuple(
        (name, dial.kind != "number")
        for name, dial in loss.dials.items()
        if dial.kind != "number" or dial.param.automatic is not None
    )
