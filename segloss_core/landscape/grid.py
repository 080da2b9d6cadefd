"""Check the axes of a grid, name what leaves a dial's domain, and cut the rest into blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..spec import Dial, Loss, Number

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Block:
    """A rectangle of the grid: which rows and columns, and every dial there.

    A swept dial is a tensor of shape (rows, 1, 1, 1) or (1, columns, 1, 1), so that it broadcasts
    against an image; where there is one value, or a dial cannot be swept, it is a number.
    """

    rows: Indices
    columns: Indices
    dials: dict[str, Number | None]

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return len(self.rows), len(self.columns)

    @property
    def where(self) -> tuple[slice | Indices, ...]:
        """An index of the grid: slices where the block has no gaps, which are faster."""
        cuts = [(x[0], x[-1] + 1) for x in (self.rows, self.columns)]
        if all(high - low == n for (low, high), n in zip(cuts, self.shape, strict=True)):
            return tuple(slice(low, high) for low, high in cuts)
        return np.ix_(self.rows, self.columns)

    @property
    def size(self) -> int:
        """How many points."""
        return len(self.rows) * len(self.columns)


class Grid:
    """One or two axes and the setting of all other dials; two-dimensional inside, (n, 1) for one.

    Raises what `over_dials` says it raises.
    """

    def __init__(
        self, loss: Loss, axes: Mapping[str, ArrayLike], fixed: Mapping[str, float | None]
    ) -> None:
        if not 1 <= len(axes) <= 2:
            raise ValueError(f"a landscape has one or two axes, got {len(axes)}")
        for name in [*axes, *fixed]:
            if name not in loss.dials:
                known = ", ".join(loss.dials) or "no dials"
                raise TypeError(f"{loss.name} has no dial {name!r}; it has {known}")
            if name in axes and name in fixed:
                raise TypeError(f"{loss.name}: {name} is an axis and fixed at the same time")
        self.swept = [loss.dials[name] for name in axes]
        self.axes = {dial.name: _axis(loss, dial, axes[dial.name]) for dial in self.swept}
        others = {k: v for k, v in {**loss.defaults, **fixed}.items() if k not in axes}
        self.fixed = {k: _fixed(loss, loss.dials[k], v) for k, v in others.items()}
        self.shape = tuple(len(values) for values in self.axes.values())
        self.full = (*self.shape, 1)[:2]
        self.outside: dict[str, Bools] = {}
        inside = [np.arange(n) for n in self.full]
        for i, dial in enumerate(self.swept):
            refused = _refused(loss, dial, self.axes[dial.name])
            for reason, which in refused.items():
                where = which[:, None] if i == 0 else which[None, :]
                self.outside[reason] = np.broadcast_to(where, self.full).copy()
                inside[i] = inside[i][~which[inside[i]]]
        self.rows, self.columns = inside

    @property
    def size(self) -> int:
        """How many points lie inside the dials' domains."""
        return len(self.rows) * len(self.columns)

    def blocks(self, steps: tuple[int, int], device: torch.device) -> Iterator[Block]:
        """Cut what is inside into blocks of so many rows and columns."""
        cuts = [
            [x[i : i + step] for i in range(0, len(x), step)]
            for x, step in zip((self.rows, self.columns), steps, strict=True)
        ]
        for rows, columns in product(*cuts):
            dials = dict(self.fixed)
            for i, (dial, which) in enumerate(zip(self.swept, (rows, columns), strict=False)):
                values = self.axes[dial.name][which]
                if len(values) == 1:
                    dials[dial.name] = number(dial, values[0])
                else:
                    shape = (-1, 1, 1, 1) if i == 0 else (1, -1, 1, 1)
                    dials[dial.name] = torch.from_numpy(values).to(device).reshape(shape)
            yield Block(rows, columns, dials)

    def steps(self, most: int, touching: tuple[bool, bool]) -> tuple[int, int]:
        """Rows and columns of a block in which at most `most` points touch every pixel.

        An axis that touches sums alone costs nothing and is taken whole; a dial that cannot be
        swept is taken value by value.
        """
        steps = [1, 1]
        left = max(1, most)
        for i in (1, 0):
            if i < len(self.swept) and self.swept[i].kind == "number":
                steps[i] = min(self.full[i], left) if touching[i] else self.full[i]
                left = left // steps[i] if touching[i] else left
        return max(1, steps[0]), max(1, steps[1])


def _axis(loss: Loss, dial: Dial, values: ArrayLike) -> Array:
    """The axis as float64, or ValueError."""
    of = f"{loss.name}: the axis {dial.name}"
    try:
        axis = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{of} must hold numbers") from error
    if axis.ndim != 1 or axis.size == 0:
        raise ValueError(f"{of} must be a row of at least one number, got shape {axis.shape}")
    if not np.isfinite(axis).all():
        raise ValueError(f"{of} must hold finite numbers")
    return axis


def _fixed(loss: Loss, dial: Dial, value: float | None) -> Number | None:
    """The setting of a dial that stays, checked."""
    if isinstance(value, Tensor):
        raise ValueError(f"{loss.name}: {dial.name} is no axis, so it must be one number")
    dial.check(loss.name, value)
    return None if value is None else number(dial, value)


def number(dial: Dial, value: float) -> float:
    """One setting of the dial as a plain number, whole where the dial is."""
    return round(float(value)) if dial.kind == "whole" else float(value)


def _refused(loss: Loss, dial: Dial, values: Array) -> dict[str, Bools]:
    """Why values are no setting of the dial, and which of them."""
    if dial.kind != "whole" and all(dial.param.contains(x) for x in (values.min(), values.max())):
        return {}  # a domain is an interval
    found: dict[str, Bools] = {}
    for i, value in enumerate(values):
        try:
            dial.check(loss.name, float(value))
        except ValueError as error:
            reason = str(error).partition(", got ")[0]
            found.setdefault(reason, np.zeros(len(values), dtype=bool))[i] = True
    return found
