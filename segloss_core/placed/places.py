"""Evaluate a loss that looks at places on a coded pair: value, share and gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import windows
from ..maps import Wrt, slope
from ..pixels import Kept, Pixels
from ..spec import Answer, Loss, Number
from . import rules  # noqa: F401  (tells planes what torch's functions do)
from .grid import Grid
from .lazy import Lazy, Plane, Terms, Unplaced
from .near import Near, reach_of
from .pixels import PlacedPixels
from .similarity import Similarity
from .strips import one_thread

LEVELS = 256
Array = NDArray[np.float64]


class Places:
    """A coded pair: `code` H×W as `kinds.code` makes it, `count` (512,), the `logits` (256,).

    `fields` are those of the target, shared with whatever has the same target. What losses declare
    constant for this prediction is kept here. All is float64.
    """

    def __init__(
        self, code: NDArray[np.uint16], count: NDArray[np.int64], logits: Array, fields: Kept
    ) -> None:
        self.code, self.fields = code, fields
        self.count = torch.from_numpy(count.astype(np.float64))[None]
        z = torch.from_numpy(np.tile(logits, 2))[None]
        self.row = Pixels(z, torch.from_numpy(np.repeat([0.0, 1.0], LEVELS))[None])
        self.frozen: Kept = {}

    def answer(self, loss: Loss, **dials: Number | None) -> Answer:
        """What the loss says, without gradients. Raises Unplaced."""
        _only_numbers(dials)
        near = self._near(loss, dials)
        if near is not None:
            return near.answer()
        levels = {k: getattr(self.row, k) for k in ("z", "p", "q", "log_p", "log_q")}
        with torch.no_grad(), one_thread():
            return loss.at(self._on(Grid(self.code, self.count), levels), **dials)

    def planes(
        self, loss: Loss, *, wrt: Wrt = "logit", **dials: Number | None
    ) -> tuple[Answer, Array, Array]:
        """What the loss says, share and gradient of every pixel H×W. Raises Unplaced."""
        _only_numbers(dials)
        near = self._near(loss, dials)
        if near is not None:
            return near.planes(wrt)
        with one_thread():
            answer, gradient = self.maps(loss, wrt=wrt, **dials)
            with torch.no_grad():
                share = answer.share()
            dense = share.dense() if isinstance(share, Lazy) else share
            return answer, dense.double().numpy(), gradient.dense().numpy()

    def gradient(
        self, loss: Loss, *, wrt: Wrt = "logit", **dials: Number | None
    ) -> tuple[Answer, Array]:
        """What the loss says, and the gradient of every pixel H×W. Raises Unplaced."""
        _only_numbers(dials)
        near = self._near(loss, dials)
        if near is not None:
            answer, _, found = near.planes(wrt)
            return answer, found
        with one_thread():
            answer, gradient = self.maps(loss, wrt=wrt, **dials)
            return answer, gradient.dense().numpy()

    def maps(
        self, loss: Loss, *, wrt: Wrt = "logit", **dials: Number | None
    ) -> tuple[Answer, Terms]:
        """What the loss says, and its gradient as a plane that is not made yet. Raises Unplaced.

        Sums over the image are variables: their tables are differentiated apart, so that each
        pixel gets its own place's factor instead of the mean over its kind.
        """
        _only_numbers(dials)
        grid = Grid(self.code, self.count)
        with torch.inference_mode(False), torch.enable_grad():
            _, free = self.row.leaves()
            answer = loss.at(self._on(grid, free), **dials)
            tables = _pushes(answer.value, grid.sums)
            made = {f: _slope(table, free, wrt) for f, table in tables.items()}
        some = {f: t for f, t in made.items() if bool((t != 0).any())}
        zero: dict[Plane | None, Tensor] = {None: torch.zeros(1, 1, dtype=torch.float64)}
        return answer, Terms(grid, some or zero)

    def _near(self, loss: Loss, dials: Mapping[str, Number | None]) -> Near | Similarity | None:
        """How a loss that looks at near surroundings is evaluated; None for all others."""
        if loss.name == "ssim" and dials.keys() <= loss.dials.keys() and windows.INSTALLED:
            window: Any = {**loss.defaults, **dials}["window"]
            loss.dials["window"].check(loss.name, window)
            return Similarity(self.code, self.row, self.fields, round(float(window)))
        reach = reach_of(loss, dials)
        if reach is None:
            return None
        return Near(self.code, self.row, self.fields, reach, loss, dials)

    def _on(self, grid: Grid, levels: dict[str, Tensor]) -> Pixels:
        return PlacedPixels(grid, self.row, levels, self.fields, self.frozen)


def _pushes(value: Tensor, sums: list[tuple[Tensor, Terms]]) -> dict[Plane | None, Tensor]:
    """By plane, the table that moves the value as it moves itself, where the plane is 1."""
    tables: dict[Plane | None, Tensor] = {}
    if not value.requires_grad:  # nothing depends on the pixels: an undefined case, or dials at 0
        return tables
    pushes = torch.autograd.grad(value, [s for s, _ in sums], allow_unused=True)
    for push, (_, terms) in zip(pushes, sums, strict=True):
        for f, table in terms.parts.items():
            if push is not None and table.requires_grad:
                tables[f] = tables[f] + push * table if f in tables else push * table
    return tables


def _slope(table: Tensor, free: dict[str, Tensor], wrt: Wrt) -> Tensor:
    found = torch.autograd.grad(
        table.sum(), list(free.values()), retain_graph=True, allow_unused=True
    )
    g = {
        k: torch.zeros_like(v) if x is None else x
        for (k, v), x in zip(free.items(), found, strict=True)
    }
    return slope(g, free["p"].detach(), free["q"].detach(), wrt)


def _only_numbers(dials: Mapping[str, Number | None]) -> None:
    if any(isinstance(value, Tensor) for value in dials.values()):
        raise Unplaced("a grid of dials has no one table")
