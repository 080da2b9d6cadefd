"""Turn two weights of a mix over a grid: a plane, of one evaluation of each part.

A mix is linear in its weights, so its landscape over them needs no grid of evaluations: parts that
look at places, and would take long, are worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .landscape import Landscape
from .mix import Mix
from .spec import Note
from .study import Study


def over_weights(
    study: Study, mix: Mix, axes: Mapping[str, ArrayLike], **fixed: float | int | None
) -> Landscape:
    """The mix's value at every point of a grid over two of its weights, as `over_dials` gives it.

    `axes` maps two weight dials, `w_<part>`, to their values; `fixed` sets other dials. Raises
    ValueError unless both are weights, and for a weight outside [0, 1e6].
    """
    weights = {part.weight_dial: part for part in mix.parts}
    if len(axes) != 2 or not set(axes) <= set(weights):
        raise ValueError(f"need two of {', '.join(weights)}, got {', '.join(axes)}")
    grid = {name: np.asarray(values, dtype=np.float64) for name, values in axes.items()}
    for name, values in grid.items():
        for value in values:
            mix.dials[name].check(mix.name, float(value))
    shape = tuple(len(values) for values in grid.values())
    surface, floor = np.zeros(shape), np.zeros(shape)
    notes: dict[Note, NDArray[np.bool_]] = {}
    now = {**mix.defaults, **fixed}
    for name, part in weights.items():
        found = study.value(part.loss, **{k: now[part.dial(k)] for k in part.loss.dials})
        weight = np.asarray(now[name], dtype=np.float64)
        for i, axis in enumerate(grid):
            if axis == name:
                weight = grid[axis].reshape([-1 if k == i else 1 for k in range(2)])
        surface += weight * found.value
        floor += weight * found.floor
        if found.note is not None:
            here = np.broadcast_to(weight > 0, shape)
            notes[found.note] = notes.get(found.note, np.zeros(shape, dtype=bool)) | here
    return Landscape(mix.name, "value", grid, surface, floor, notes, {}, True)
