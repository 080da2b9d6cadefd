"""Turn one or two dials of any loss over a grid: its value, its push, or what its errors cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..pixels import Pixels
from ..spec import Loss, Note, Number
from ..study import Study
from .grid import Array, Block, Bools, Grid
from .measures import MEASURES, Sheet, What, replayed, steps

T = TypeVar("T", bound=str)

CANCELLED = "cancelled before this point was reached"
_KINDS = 512 * 8  # bytes of a plane of kinds
NOT_FINITE = "the result is beyond the largest number"


@dataclass(frozen=True, eq=False)
class Landscape:
    """What was measured at every point of a grid; arrays are indexed [first axis, second axis].

    axes: dial to the values asked for, float64, in order.
    surface: float64 of shape (n,) or (n, m), in the loss's unit for "value", that per unit of logit
    for "gradient norm", 1 for "price ratio". NaN exactly where `undefined` has a reason.
    floor: the same shape: the value of a perfect prediction for "value", 0 for the other two.
    notes: undefined cases of the loss that occur, and where; the surface has its number there.
    undefined: why there is no number, as a sentence, and where.
    complete: False when it was cancelled.
    """

    loss: str
    what: What
    axes: dict[str, Array]
    surface: Array
    floor: Array
    notes: dict[Note, Bools]
    undefined: dict[str, Bools]
    complete: bool


@torch.inference_mode(False)  # a gradient is asked for in evaluation code too
def over_dials(
    study: Study,
    loss: Loss,
    axes: Mapping[str, ArrayLike],
    what: What = "value",
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    **fixed: float | None,
) -> Landscape:
    """Measure a loss on the pair at every point of a grid over one or two of its dials.

    An axis is a row of finite numbers in any order; values that leave the dial's domain are named
    in `undefined`. `fixed` sets other dials. "gradient norm" is the Euclidean norm of ∂L/∂z over
    the pixels; "price ratio" is what a unit of error |p − y| pays on the object, over what it pays
    on the background. Kinds of pixel answer where they suffice; float predictions and losses that
    look at places are worked out block by block, all of them exactly. `progress` is told which part
    is done, `cancelled` is asked before every block.

    Raises TypeError for a dial that the loss does not have or that is set twice, ValueError for no
    axis or more than two, for an axis that is no row of finite numbers, for a fixed dial outside
    its domain and for another `what`.
    """
    if what not in MEASURES:
        raise ValueError(f"what must be one of {', '.join(MEASURES)}; got {what!r}")
    grid, measure = Grid(loss, axes, fixed), MEASURES[what]
    paper = _Paper(grid)
    complete, done = True, 0
    if grid.size:
        pixels = cache(lambda: _pixels(study, loss))  # not needed where all is replayed
        by_kinds = study.by_kinds(loss)
        row = study.kinds.row if by_kinds and what == "value" else None
        plane = _KINDS if by_kinds else pixels().z.nbytes
        for block in grid.blocks(steps(measure, loss, plane, grid), study.device):
            if cancelled is not None and cancelled():
                complete = False
                break
            sheet = None if row is None else replayed(loss, row, block)
            paper.lay(block, sheet or measure.of(loss, pixels(), block))
            done += block.size
            if progress is not None:
                progress(done / grid.size)
        if not study.pair.counted:
            paper.without_pixels()
    return paper.landscape(loss.name, what, complete)


def _pixels(study: Study, loss: Loss) -> Pixels:
    """What answers for this loss, on the study's device."""
    if not study.by_kinds(loss):
        return study.pixels()
    px = study.kinds.occurring
    if study.device.type == "cpu" or px.weight is None:
        return px
    return Pixels(px.z.to(study.device), px.y.to(study.device), px.weight.to(study.device))


class _Paper:
    """The whole grid, on which blocks are laid as they are measured."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.surface, self.floor = np.full(grid.full, np.nan), np.zeros(grid.full)
        self.notes: dict[Note, Bools] = {}
        self.undefined: dict[str, Bools] = {}

    def lay(self, block: Block, sheet: Sheet) -> None:
        """Put a block in its place."""
        self.surface[block.where] = _array(sheet.surface)
        if not isinstance(sheet.floor, float | int) or sheet.floor:
            self.floor[block.where] = _array(sheet.floor)
        self._mark(self.notes, sheet.notes, block)
        self._mark(self.undefined, sheet.undefined, block)

    def without_pixels(self) -> None:
        """All is ignored: what has a number is 0 by definition, as it is for one setting."""
        self.surface[~np.isnan(self.surface)] = self.floor[...] = 0
        self.notes[Note.NO_PIXELS] = np.ones(self.grid.full, dtype=bool)

    def _mark(
        self, kept: dict[T, Bools], found: Mapping[T, Tensor | NDArray[Any]], block: Block
    ) -> None:
        for name, here in found.items():
            if bool(here.any()):
                mask = kept.setdefault(name, np.zeros(self.grid.full, dtype=bool))
                mask[block.where] = _array(here)

    def landscape(self, loss: str, what: What, complete: bool) -> Landscape:
        """All that was laid, with a reason wherever there is no number."""
        undefined = {**self.grid.outside, **self.undefined}
        nowhere = ~np.isfinite(self.surface)
        for where in undefined.values():
            nowhere |= where
        if nowhere.any():
            named = np.logical_or.reduce([np.zeros_like(nowhere), *undefined.values()])
            if (rest := nowhere & ~named).any():
                undefined[NOT_FINITE if complete else CANCELLED] = rest
            self.surface[nowhere] = self.floor[nowhere] = np.nan
        shape = self.grid.shape
        return Landscape(
            loss,
            what,
            self.grid.axes,
            self.surface.reshape(shape),
            self.floor.reshape(shape),
            {note: where.reshape(shape) for note, where in self.notes.items()},
            {reason: where.reshape(shape) for reason, where in undefined.items()},
            complete,
        )


def _array(x: Number | NDArray[Any]) -> NDArray[Any] | float:
    """A result of a block, as numbers that broadcast to its points."""
    if not isinstance(x, Tensor):
        return x
    return x[..., 0, 0].cpu().numpy()
