"""What "ours" is: a faster face of the library is put in here, and all rows follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segloss_core import LOSSES, Loss
from segloss_core.kinds import Kinds, Tables, code, tables, unfold
from segloss_core.landscape import Landscape, over_dials
from segloss_core.pair import LEVELS, Pair, Prediction
from segloss_core.study import Maps, Study

Code = NDArray[np.uint16]
Bytes = NDArray[np.uint8]


def losses(names: Sequence[str]) -> list[Loss]:
    """Losses by name."""
    return [LOSSES[name] for name in names]


def kinds(codes: Bytes, target: Bytes) -> Kinds:
    """From two 8-bit planes to the counted kinds of pixel."""
    return Kinds.of_pair(codes, target, LEVELS)


def count(codes: Bytes, target: Bytes) -> tuple[Code, Kinds]:
    """The same with the plane of codes, from which dense maps are made."""
    coded = code(codes, target)
    return coded, Kinds.of(coded, LEVELS)


def all_tables(of: Sequence[Loss], counted: Kinds) -> list[Tables]:
    """Value and both maps of many losses, as tables."""
    return [tables(loss, counted) for loss in of]


def buffer(coded: Code) -> NDArray[np.floating]:
    """A plane that `plane` may write into again and again."""
    return np.empty(coded.shape, dtype=np.float32)


def plane(table: NDArray[np.float64], coded: Code, into: NDArray) -> NDArray:
    """A table as a dense map; `into` is a plane that may be written over."""
    return unfold(table, coded, into)


def study(codes: Bytes, target: Bytes) -> Study:
    """A study from two 8-bit planes, which knows nothing yet."""
    return Study(Pair(None, target, Prediction.coded(codes), "benchmark"))


def again(known: Study) -> Study:
    """The same pair, of which nothing is known but what depends on the target alone."""
    return known.with_prediction(known.pair.prediction)


def dense(of: Study, loss: Loss, **dials: float) -> tuple[Maps, NDArray, NDArray]:
    """Value and both maps of one loss as planes."""
    maps = of.maps(loss, **dials)
    return maps, *of.dense(maps)


def landscape(of: Study, loss: Loss, axes: Mapping[str, ArrayLike]) -> Landscape:
    """A loss's value over a grid of two dials."""
    return over_dials(of, loss, axes)


def tick(of: Study, loss: Loss, **dials: float) -> bytes:
    """What the server works out and sends for one step of a slider: numbers, then both tables."""
    maps, value = of.maps(loss, **dials), of.value(loss, **dials)
    said = {
        "value": value.value,
        "total": maps.value - maps.floor,
        "bar": value.relative,
        "note": maps.note.value if maps.note else None,
        "tops": [maps.share_top, maps.gradient_top],
    }
    planes = np.stack([maps.share, maps.gradient]).astype(np.float32)
    return json.dumps(said).encode() + planes.tobytes()


def page(of: Study, loss: Loss) -> None:
    """What Inspect works out of a pair: one loss's maps, all values, metrics, who pays."""
    maps = of.maps(loss)
    of.payers(maps, 0.5)
    of.metrics(0.5)
    for each in LOSSES.values():
        if not each.positional:
            of.value(each)
