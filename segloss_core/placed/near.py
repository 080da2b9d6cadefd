"""Evaluate losses whose pixels cost what their near surroundings say, strip by strip.

Such a loss is a mean over the image of a cost that looks at most `reach` pixels away. A strip of
rows with the rows that its costs and their gradients look at knows all that its pixels need, and
what autograd leaves behind of a strip fits into the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import lookup
from ..maps import Wrt, slope
from ..pixels import Kept, Pixels
from ..spec import Answer, Loss
from .strips import Strip, each, strips

Array = NDArray[np.float64]

_REACH: Mapping[str, Callable[[Mapping[str, Any]], int]] = {
    "active_contour": lambda dials: 1,
}
_STRIP = 1 << 16  # pixels of a strip
_LEAVES = ("z", "p", "q")


def reach_of(loss: Loss, dials: Mapping[str, Any]) -> int | None:
    """How far a pixel's cost looks; None where the loss is no mean of costs that look near."""
    reach = _REACH.get(loss.name)
    return None if reach is None else reach({**loss.defaults, **dials})


class Near:
    """A loss on a coded pair in strips; `code` is H×W as `kinds.code` makes it, `row` its kinds."""

    def __init__(
        self,
        code: NDArray[np.uint16],
        row: Pixels,
        fields: Kept,
        reach: int,
        loss: Loss,
        dials: Mapping[str, Any],
    ) -> None:
        self.code, self.fields, self.reach, self.loss, self.dials = code, fields, reach, loss, dials
        self.tables = {k: lookup.full(getattr(row, k).numpy()) for k in (*_LEAVES, "y")}
        self.strips = strips(code.shape, _STRIP, 4 * reach)

    def looked_up(self, name: str, rows: slice) -> Tensor:
        """Some rows of z, p, q or y."""
        return torch.from_numpy(lookup.gather(self.tables[name], self.code[rows]))

    def answer(self) -> Answer:
        """What the loss says."""

        def one(core: Strip) -> tuple[Answer, float]:
            px = _StripPixels(self, *core)
            with torch.no_grad():
                answer = self.loss.at(px, **self.dials)
                return answer, float(answer.share()[px.core].sum())

        found = each(one, self.strips)
        return _whole(found[0][0], sum(x for _, x in found))

    def planes(self, wrt: Wrt) -> tuple[Answer, Array, Array]:
        """What the loss says, share and gradient of every pixel H×W."""
        share, gradient = np.empty(self.code.shape), np.empty(self.code.shape)

        def one(core: Strip) -> Answer:
            px = _StripPixels(self, *core, leaves=True)
            free = {k: getattr(px, k) for k in _LEAVES}
            with torch.inference_mode(False), torch.enable_grad():
                answer = self.loss.at(px, **self.dials)
                found = torch.autograd.grad(
                    answer.value, list(free.values()), retain_graph=True, materialize_grads=True
                )
            g = {k: x[px.core] for k, x in zip(free, found, strict=True)}
            g |= dict.fromkeys(("log_p", "log_q"), torch.zeros(1, 1))  # made of z where asked for
            with torch.no_grad():
                p, q = (free[k].detach()[px.core] for k in ("p", "q"))
                gradient[slice(*core)] = slope(g, p, q, wrt)
                share[slice(*core)] = answer.share()[px.core]
            return answer

        answers = each(one, self.strips)
        return _whole(answers[0], float(share.sum())), share, gradient


class _StripPixels(Pixels):
    """The pixels of some rows, and of those that they look at; what is summed is theirs alone.

    The gradient of a pixel needs the costs up to `reach` rows off, and those look as far again.
    """

    def __init__(self, image: Near, top: int, end: int, leaves: bool = False) -> None:
        height, reach = image.code.shape[0], image.reach
        first, last = max(0, top - 2 * reach), min(height, end + 2 * reach)
        self.image, self.part, self.core = (
            image,
            slice(first, last),
            slice(top - first, end - first),
        )
        # Costs at a cut have not seen all that they look at, and do not count.
        self.counted = slice(max(0, top - reach) - first, min(height, end + reach) - first)
        z, p, q = (image.looked_up(k, self.part).requires_grad_(leaves) for k in _LEAVES)
        y = image.looked_up("y", self.part)
        super().__init__(z, y, fields=image.fields, given={"p": p, "q": q})

    def afresh(self) -> Pixels:
        return self  # made for one evaluation

    @property
    def N(self) -> Tensor:
        return torch.full((1, 1), float(self.image.code.size), dtype=torch.float64)

    def sum(self, x: Tensor) -> Tensor:
        return super().sum(x[self.counted])

    def field(self, name: str, make: Callable[[], Any], of: Hashable = None) -> Any:
        """Some rows of a field, which is made of the whole target."""

        def made() -> Any:
            here, self.y = self.y, self.image.looked_up("y", slice(None))
            try:
                return make()
            finally:
                self.y = here

        found = super().field(name, made, of)
        return tuple(x[self.part] for x in found) if isinstance(found, tuple) else found[self.part]


def _whole(of_strip: Answer, above: float) -> Answer:
    """The answer of the image: what its pixels pay, above the floor that every strip has."""
    floor = torch.as_tensor(of_strip.floor, dtype=torch.float64)
    return Answer(floor + above, of_strip.share, floor, of_strip.notes)
