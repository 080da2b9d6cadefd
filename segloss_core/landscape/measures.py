"""What can be measured at a point of a grid: the value, the gradient's norm, the price ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ..maps import wrt_logit
from ..pixels import IMAGE_AXES, Pixels, ratio
from ..replay import Row, sweep
from ..spec import Loss, Note, Number
from .grid import Block, Grid, number

What = Literal["value", "gradient norm", "price ratio"]

MISSING_CLASS = "one class is missing from the target: there is nothing to compare"
NO_ERROR = "the prediction is right to the last digit on one class: its errors have no price"
FREE_BACKGROUND = "an error on the background costs nothing: the ratio has no end"


@dataclass(frozen=True, eq=False)
class Sheet:
    """What was measured in one block: tensors that broadcast to (rows, columns, 1, 1).

    Replayed, it is numbers and arrays that broadcast to (rows, columns).
    """

    surface: Number | NDArray[Any]
    floor: Number | NDArray[Any]
    notes: Mapping[Note, Tensor | NDArray[Any]]
    undefined: Mapping[str, Tensor]


@dataclass(frozen=True)
class Measure:
    """How to measure a block, and how many bytes a plane of pixels of a block may have.

    `everywhere`: every dial touches every pixel, also those that multiply sums in a value.
    """

    of: Callable[[Loss, Pixels, Block], Sheet]
    plane: int
    everywhere: bool


def steps(measure: Measure, loss: Loss, plane: int, grid: Grid) -> tuple[int, int]:
    """Rows and columns of the blocks that fit into memory, of planes of so many bytes."""
    most = measure.plane // plane
    if measure.of is _gradient_norm and loss.positional:
        return 1, 1  # fields of the target are made for one image, not for a batch
    if measure.everywhere or grid.size <= most:
        return grid.steps(most, (True, True))
    return grid.steps(most, _touching(loss, grid))


# ---- the value ------------------------------------------------------------------------------


@torch.no_grad()
def _value(loss: Loss, px: Pixels, block: Block) -> Sheet:
    # `term`, not `at`: the grid has checked its dials once, whatever the number of blocks.
    answer = loss.term(px, **block.dials)
    return Sheet(answer.value, answer.floor, answer.notes, {})


def replayed(loss: Loss, row: Row, block: Block) -> Sheet | None:
    """The value on kinds of pixel as a replay has it; None where it is not replayed."""
    axes = {k: v[..., 0, 0].cpu().numpy() for k, v in block.dials.items() if isinstance(v, Tensor)}
    said = sweep(loss, row, {**block.dials, **dict.fromkeys(axes, 0.0)}, axes)
    if said is None:
        return None
    value, floor, notes = said
    return Sheet(value, floor, {k: np.asarray(where) for k, where in notes.items()}, {})


class _Shapes(TorchFunctionMode):
    """Remember how many elements every tensor has that is computed meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: set[int] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.sizes |= {
            x.numel() for x in (out if isinstance(out, tuple) else (out,)) if isinstance(x, Tensor)
        }
        return out


@torch.no_grad()
def _touching(loss: Loss, grid: Grid) -> tuple[bool, bool]:
    """Whether each axis meets every pixel in the loss's body, or sums alone: tried on a scene.

    A price that multiplies a sum may be swept at no cost; a focus parameter is a power per pixel.
    """
    z = torch.linspace(-3, 3, 17 * 19, dtype=torch.float64).reshape(17, 19)
    px = Pixels.from_logits(z, (z > 1).double())
    primes = (11, 13)  # no size of the image, and all points together are fewer than pixels
    dials = dict(grid.fixed)
    for i, (dial, inside) in enumerate(zip(grid.swept, (grid.rows, grid.columns), strict=False)):
        first = number(dial, grid.axes[dial.name][inside[0]])
        shape = (-1, 1, 1, 1) if i == 0 else (1, -1, 1, 1)
        row = torch.full((primes[i],), first, dtype=torch.float64).reshape(shape)
        dials[dial.name] = row if dial.kind == "number" else first
    with _Shapes() as seen:
        loss.term(px, **dials)
    met = [any(n >= z.numel() and n % prime == 0 for n in seen.sizes) for prime in primes]
    return met[0], met[1]


# ---- the gradient's norm ----------------------------------------------------------------------


def _gradient_norm(loss: Loss, px: Pixels, block: Block) -> Sheet:
    """The Euclidean norm over the pixels of ∂L/∂z, every point an image of a batch."""
    if block.size > 1:
        with torch.no_grad():
            loss.term(px, **_first(block))  # makes what is constant for all points, once
    with torch.inference_mode(False), torch.enable_grad():
        seen, free = _batch(px, block).leaves()
        dials = {k: _along(v, block) for k, v in block.dials.items()}
        answer = loss.term(seen, **dials)
        leaves = list(free.values())
        found: tuple[Tensor | None, ...] = (None,) * len(leaves)
        if answer.value.requires_grad:  # else nothing depends on the pixels: an undefined case
            found = torch.autograd.grad(answer.value.sum(), leaves, allow_unused=True)
    g = {
        k: torch.zeros_like(v) if x is None else x
        for (k, v), x in zip(free.items(), found, strict=True)
    }
    push = wrt_logit(g, free["p"].detach(), free["q"].detach())
    # A kind's gradient is that of all its pixels together: each of n has 1/n of it.
    squares = push.square() if px.weight is None else ratio(push.square(), px.weight)
    norm = squares.sum(IMAGE_AXES).sqrt()
    notes = {note: where.detach() for note, where in answer.notes.items()}
    return Sheet(_unroll(norm, block), 0.0, {k: _unroll(v, block) for k, v in notes.items()}, {})


def _first(block: Block) -> dict[str, Number | None]:
    return {
        k: v.flatten()[0].item() if isinstance(v, Tensor) else v for k, v in block.dials.items()
    }


def _batch(px: Pixels, block: Block) -> Pixels:
    """The pixels as many times as the block has points, without a copy."""
    if block.size == 1:
        return px

    def many(x: Tensor) -> Tensor:
        return x.expand(block.size, *x.shape)

    return Pixels(
        many(px.z),
        many(px.y),
        None if px.weight is None else many(px.weight),
        fields=dict(px.fields),
        frozen=dict(px.frozen),
        given={k: many(getattr(px, k)) for k in ("p", "q", "log_p", "log_q")},
    )


def _along(dial: Number | None, block: Block) -> Number | None:
    """A dial's value at every point of the block, as one row that goes along with the batch."""
    if not isinstance(dial, Tensor):
        return dial
    return dial[..., 0, 0].expand(block.shape).reshape(-1, 1, 1)


def _unroll(x: Tensor, block: Block) -> Tensor:
    return x.reshape(-1).expand(block.size).reshape(*block.shape, 1, 1)


# ---- the price ratio --------------------------------------------------------------------------


@torch.no_grad()
def _price_ratio(loss: Loss, px: Pixels, block: Block) -> Sheet:
    """What a unit of error pays on the object over what it pays on the background."""
    answer = loss.term(px, **block.dials)
    share = answer.share()
    missing = (px.n1 == 0) | (px.n0 == 0)
    wrong = [px.sum(of * px.e) for of in (px.y, px.background)]
    paid = [(of * share).sum(IMAGE_AXES, keepdim=True) for of in (px.y, px.background)]
    right = ~missing & ((wrong[0] == 0) | (wrong[1] == 0))
    free = ~missing & ~right & (paid[1] == 0)
    surface = (paid[0] / wrong[0]) / (paid[1] / wrong[1])
    undefined = {MISSING_CLASS: missing, NO_ERROR: right, FREE_BACKGROUND: free}
    return Sheet(surface, 0.0, answer.notes, undefined)


# Values of 511 kinds on 101 × 101 points are one block. Shares and graphs are many planes that
# every dial touches: small ones stay in the processor's cache.
MEASURES: Mapping[What, Measure] = {
    "value": Measure(_value, 48 << 20, everywhere=False),
    "gradient norm": Measure(_gradient_norm, 2 << 20, everywhere=True),
    "price ratio": Measure(_price_ratio, 4 << 20, everywhere=True),
}
