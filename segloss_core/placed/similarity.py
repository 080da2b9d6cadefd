"""SSIM of a coded pair and its gradient in closed form: what autograd would do in thirty planes.

The formula is that of `losses/boundary/ssim.py`, in the same parts: u = b + c s with brightness
b = (μ_p − μ_y)² / S, c = (2 μ_p μ_y + C₁) / S, S = μ_p² + μ_y² + C₁ and structure
s = var(p − y) / (var p + var y + C₂). Moments are windowed means of p, p² and (p − y)², so their
slopes come back through the same window: a pixel's gradient is
W'g₁ + 2 p W'g₂ + 2 (p − y) W'g₃, with g those of u by the three means.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import lookup
from ..geometry import gaussian_variance
from ..losses.boundary.ssim import C1, C2, SIGMA
from ..maps import Wrt
from ..pixels import Kept, Pixels
from ..spec import Answer
from ..windows import averaged, gaussian, spread_back
from .strips import each, strips

Array = NDArray[np.float64]
_STRIP = 1 << 17  # pixels of a strip


class Similarity:
    """SSIM on a coded pair; `code` is H×W as `kinds.code` makes it, `row` its kinds."""

    def __init__(self, code: NDArray[np.uint16], row: Pixels, fields: Kept, window: int) -> None:
        def of_target() -> tuple[Tensor, Tensor]:
            y = lookup.gather(lookup.full(row.y.numpy()), code)
            return gaussian_variance(torch.from_numpy(y), window, SIGMA)

        self.code, self.weights, self.radius = code, gaussian(window, SIGMA), window // 2
        # The field of the loss itself, by its name: whoever comes first makes it.
        found = Pixels(row.z, row.y, fields=fields).field("means and variances", of_target, window)
        self.of_target = tuple(x.numpy() for x in found)
        p, e = row.p.numpy(), (row.p - row.y).numpy()
        self.tables = [lookup.full(x) for x in (p, p * p, e * e)]
        self.twice = [lookup.full(2 * x) for x in (p, e)]
        self.by_logit = lookup.full((row.p * row.q).numpy())
        self.strips = strips(code.shape, min(_STRIP, code.size // 4), 4 * self.radius)

    def answer(self) -> Answer:
        """What the loss says."""
        found = each(lambda strip: float(self.unlike(*strip)[0].sum()), self.strips)
        return _answer(sum(found) / self.code.size)

    def planes(self, wrt: Wrt) -> tuple[Answer, Array, Array]:
        """What the loss says, share and gradient of every pixel H×W."""
        share, gradient = np.empty(self.code.shape), np.empty(self.code.shape)

        def one(strip: tuple[int, int]) -> None:
            rows = slice(*strip)
            unlike, slope = self.gradient(*strip)
            np.divide(unlike, self.code.size, out=share[rows])
            np.divide(slope, self.code.size, out=gradient[rows])
            if wrt == "logit":
                gradient[rows] *= lookup.gather(self.by_logit, self.code[rows])

        each(one, self.strips)
        return _answer(float(share.sum())), share, gradient

    def _rows(self, top: int, end: int) -> slice:
        return slice(max(0, top), min(self.code.shape[0], end))

    def unlike(self, top: int, end: int, slopes: bool = False) -> tuple[Array, ...]:
        """1 − SSIM of some rows; with `slopes` also g₁, g₂ and g₃."""
        seen = self._rows(top - self.radius, end + self.radius)
        here = slice(top - seen.start, end - seen.start)
        code = self.code[seen]
        mean, p2, e2 = (averaged(lookup.gather(t, code), self.weights)[here] for t in self.tables)
        mean_y, var_y = (x[top:end] for x in self.of_target)
        off = mean - mean_y
        size = np.square(mean)
        p2 -= size  # the variance of p
        size += np.square(mean_y)
        size += C1
        bright = np.square(off)
        e2 -= bright  # the variance of p − y
        np.maximum(e2, 0, out=e2)
        np.maximum(p2, 0, out=p2)
        bright /= size
        p2 += var_y
        p2 += C2
        part = 2 * mean
        part *= mean_y
        part += C1
        part /= size
        structure = np.divide(e2, p2, out=e2)
        found = part * structure
        found += bright
        if not slopes:
            return (found,)
        g3 = np.divide(part, p2)  # by E (p − y)²
        g2 = np.multiply(g3, structure)
        np.negative(g2, out=g2)  # by E p²
        # By the mean: through b and c, and through both variances.
        part *= mean
        np.subtract(mean_y, part, out=part)
        part *= structure
        bright *= mean
        part += off
        part -= bright
        part /= size
        off *= g3
        part -= off
        mean *= g2
        part -= mean
        part *= 2
        return found, part, g2, g3

    def gradient(self, top: int, end: int) -> tuple[Array, Array]:
        """1 − SSIM of some rows, and of its sum over the image the slope by p there.

        One row more than the window reaches: what is folded back at a cut ends before these rows.
        """
        near = self._rows(top - self.radius - 1, end + self.radius + 1)
        unlike, g1, g2, g3 = self.unlike(near.start, near.stop, slopes=True)
        here = slice(top - near.start, end - near.start)
        code = self.code[top:end]
        found = spread_back(g1, self.weights)[here]
        for table, g in zip(self.twice, (g2, g3), strict=True):
            back = spread_back(g, self.weights)[here]
            back *= lookup.gather(table, code)
            found += back
        return unlike[here], found


def _answer(value: float) -> Answer:
    found = torch.tensor(value, dtype=torch.float64)
    return Answer(found, lambda: found, torch.zeros_like(found))
