"""Measure where pixels lie: exact Euclidean distances, contours and local windows.

Plain tensors in, plain tensors out; windows and skeletons are differentiable, distances are not.
torch alone suffices; OpenCV, where installed, measures distances on the CPU several times faster
and gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .windows import LocalVariance, serves

try:
    import cv2
except ImportError:  # the library needs torch and numpy only
    cv2 = None  # type: ignore[assignment]

_STRIP = 1 << 15  # pixels whose planes stay in the second cache
_CHUNK = 1 << 24  # elements of the largest temporary of the torch path


def distance_to(mask: Tensor) -> Tensor:
    """Distance in pixels from every pixel to the nearest True pixel; 0 on it, inf if there is none.

    mask is boolean (..., H, W); the result is float64 of the same shape. Squared distances are
    whole numbers, so rounding them makes both paths exact; OpenCV's up to about 1400 px only, and
    to float32 (1e-7 of the distance) beyond.
    """
    flat = mask.reshape(-1, *mask.shape[-2:])
    one = _distance_cv2 if cv2 is not None and mask.device.type == "cpu" else _distance_torch
    far = [one(m) if bool(m.any()) else torch.full(m.shape, torch.inf).to(m.device) for m in flat]
    return torch.stack([d.double() for d in far]).reshape(mask.shape)


def _distance_cv2(mask: Tensor) -> Tensor:
    return torch.from_numpy(_exact(_measured(mask.numpy())))


def _measured(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance to the nearest True pixel, as OpenCV has it; there must be one."""
    zero_on_mask = (~mask).view(np.uint8)
    width = zero_on_mask.shape[1]
    # Rows of a multiple of 1024 bytes share cache lines: a little padding is 15-30 % faster.
    if width >= 1024 and width % 1024 == 0:
        zero_on_mask = np.pad(zero_on_mask, ((0, 0), (0, 16)), constant_values=1)
    d: NDArray[Any] = cv2.distanceTransform(zero_on_mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return d[:, :width]


def _exact(d: NDArray[np.float32], more: NDArray[np.float32] | None = None) -> NDArray[np.float64]:
    """Distances (plus others that are 0 where these are not) as roots of whole numbers.

    In strips that stay in the cache: passes over a large plane would cost as much as its transform.
    """
    found = np.empty(d.shape)
    step = max(1, _STRIP // d.shape[1])
    for at in range(0, d.shape[0], step):
        part, here = slice(at, at + step), found[at : at + step]
        np.square(d[part] if more is None else d[part] + more[part], out=here, dtype=np.float64)
        np.sqrt(np.rint(here, out=here), out=here)
    return found


def _distance_torch(mask: Tensor) -> Tensor:
    """Felzenszwalb's two passes, the second by brute force: O(H·W²), exact, on any device."""
    height, width = mask.shape
    rows = torch.arange(height, device=mask.device, dtype=torch.float64)[:, None]
    nowhere = float(4 * (height + width))
    above = torch.where(mask, rows, -nowhere).cummax(0).values
    below = torch.where(mask, rows, height + nowhere).flip(0).cummin(0).values.flip(0)
    column = torch.minimum(rows - above, below - rows).square()  # to the nearest in this column
    x = torch.arange(width, device=mask.device, dtype=torch.float64)
    apart = (x[:, None] - x[None, :]).square()
    step = max(1, _CHUNK // (width * width))
    near = [(part[:, None, :] + apart).amin(-1) for part in column.split(step)]
    return torch.cat(near).sqrt()


def has_boundary(mask: Tensor) -> Tensor:
    """Whether a boolean mask (..., H, W) holds both classes; image axes are kept with size 1."""
    return mask.any(-1).any(-1)[..., None, None] & ~mask.all(-1).all(-1)[..., None, None]


def distance_to_other_class(mask: Tensor) -> Tensor:
    """Distance from every pixel to the nearest pixel of the other class: >= 1, inside and outside.

    A mask without boundary (empty or full) has no such field and gives 0 everywhere.
    """
    if mask.ndim == 2 and cv2 is not None and mask.device.type == "cpu":
        if not bool(has_boundary(mask)):
            return torch.zeros(mask.shape, dtype=torch.float64)
        return torch.from_numpy(_exact(*(_measured(m.numpy()) for m in (mask, ~mask))))
    d = torch.where(mask, distance_to(~mask), distance_to(mask))
    return torch.where(has_boundary(mask), d, 0)


def contour(mask: Tensor) -> Tensor:
    """The object pixels with a 4-neighbour in the background; outside the image is background."""
    inner = torch.nn.functional.pad(mask, (1, 1, 1, 1), value=False)
    middle = (
        inner[..., 1:-1, :-2] & inner[..., 1:-1, 2:] & inner[..., :-2, 1:-1] & inner[..., 2:, 1:-1]
    )
    return mask & ~middle


def city_block_to(mask: Tensor) -> Tensor:
    """Steps across edges of pixels to the nearest True pixel; 0 on it, inf if there is none.

    mask is boolean (..., H, W); the result is float32 of the same shape, whole numbers.
    """
    d = torch.where(mask, 0.0, torch.inf)
    for axis in (-2, -1):
        at = torch.arange(mask.shape[axis], device=mask.device, dtype=d.dtype)
        at = at[:, None] if axis == -2 else at
        before = (d - at).cummin(axis).values + at
        behind = (d + at).flip(axis).cummin(axis).values.flip(axis) - at
        d = torch.minimum(before, behind)
    return d


def skeleton(mask: Tensor) -> Tensor:
    """Morphological skeleton of a boolean mask (..., H, W); a full mask has none.

    What an opening (cross erosion, 3×3 dilation) takes away, gathered over all erosions: these are
    the pixels with no neighbour that lies deeper in city-block distance. Outside is not looked at.
    """
    depth = city_block_to(~mask).reshape(-1, 1, *mask.shape[-2:])
    ridge = depth == torch.nn.functional.max_pool2d(depth, 3, 1, 1)
    return (ridge & torch.isfinite(depth)).reshape(mask.shape) & mask


def _reflected(n: int, radius: int, device: torch.device) -> Tensor:
    """Indices -radius .. n-1+radius folded back into the image without repeating its edge."""
    i = torch.arange(-radius, n + radius, device=device)
    if n == 1:
        return torch.zeros_like(i)
    i = i.abs() % (2 * n - 2)
    return torch.where(i < n, i, 2 * n - 2 - i)


def gaussian_mean(x: Tensor, window: int, sigma: float) -> Tensor:
    """Local mean of x (..., H, W) in a square Gaussian window, differentiable.

    `window` (odd) and `sigma` are in pixels; edges are reflected.
    """
    at = torch.arange(-(window // 2), window // 2 + 1, device=x.device, dtype=x.dtype)
    kernel = torch.exp(-0.5 * (at / sigma).square())
    weights = (kernel / kernel.sum()).unbind()
    for axis in (-1, -2):
        n = x.shape[axis]
        wide = x.index_select(axis, _reflected(n, window // 2, x.device))
        x = sum(w * wide.narrow(axis, i, n) for i, w in enumerate(weights))  # type: ignore[assignment]
    return x


def gaussian_moments(x: Tensor, window: int, sigma: float) -> tuple[Tensor, Tensor]:
    """Local mean and standard deviation of x (..., H, W) in a square Gaussian window.

    Not to be differentiated: a root has no slope where x is flat. See `gaussian_variance`.
    """
    mean, variance = squares_about_means(x, window, sigma)
    return mean, variance.sqrt()


def gaussian_variance(x: Tensor, window: int, sigma: float) -> tuple[Tensor, Tensor]:
    """Local mean and variance of x (..., H, W) in a square Gaussian window, differentiable.

    `window` and `sigma` are in pixels; edges are reflected. Where x is flat the variance is 0 to
    1e-16 of x²; one that is to be rooted needs more digits: see `gaussian_moments`.
    """
    if cv2 is not None and serves(x):
        return LocalVariance.apply(x, window, sigma)
    return squares_about_means(x, window, sigma)


def squares_about_means(x: Tensor, window: int, sigma: float) -> tuple[Tensor, Tensor]:
    """Local mean and variance of x (..., H, W), the variance to its own last digit.

    It is that along rows plus that of the row means along columns, each a sum of squares:
    E[x²] − E[x]² leaves 1e-16 where x is flat, whose root is 1e-8.
    """
    at = torch.arange(-(window // 2), window // 2 + 1, device=x.device, dtype=x.dtype)
    kernel = torch.exp(-0.5 * (at / sigma).square())
    weights = (kernel / kernel.sum()).unbind()

    def along(axis: int, of: Tensor) -> list[Tensor]:
        n = of.shape[axis]
        wide = of.index_select(axis, _reflected(n, window // 2, of.device))
        return [wide.narrow(axis, i, n) for i in range(len(weights))]

    def mean(parts: Iterable[Tensor]) -> Tensor:
        total = torch.zeros_like(x)
        for k, part in zip(weights, parts, strict=True):
            total += k * part
        return total

    rows = along(-1, x)
    row_mean = mean(rows)
    row_variance = mean((part - row_mean).square() for part in rows)
    columns = along(-2, row_mean)
    mean_here = mean(columns)
    between = mean((part - mean_here).square() for part in columns)
    return mean_here, mean(along(-2, row_variance)) + between


def box_mean(x: Tensor, window: int) -> Tensor:
    """Mean of x (..., H, W) in a square window; outside the image is 0, and counts.

    From running sums: the cost does not grow with the window, and whole numbers stay exact.
    """
    for axis in (-2, -1):
        n, radius = x.shape[axis], window // 2
        at = torch.arange(n, device=x.device)
        first, last = (at - radius).clamp_min(0), (at + radius + 1).clamp_max(n)
        before = torch.zeros_like(x.narrow(axis, 0, 1))
        total = torch.cat([before, x.cumsum(axis)], axis)
        x = total.index_select(axis, last) - total.index_select(axis, first)
    return x / window**2


def soft_skeleton(rank: Tensor, p: Tensor, q: Tensor, iterations: int) -> Tensor:
    """Soft skeleton of p (..., H, W), differentiable in p and q = 1 − p; in [0, 1].

    What an opening (cross erosion, 3×3 dilation) takes away, gathered over repeated erosions.
    `rank` decides which pixel a minimum or maximum picks: any increasing function of p, best the
    logit, which still differs where p has rounded to 1. Outside the image nothing is picked.
    """
    height, width = rank.shape[-2:]
    shape = (-1, 1, height, width)
    high, chance, rest = rank.detach().reshape(shape), p.reshape(shape), q.reshape(shape)
    here = torch.arange(height * width, device=rank.device).reshape(1, 1, height, width)
    here = here.expand(high.shape)

    def take(x: Tensor, at: Tensor) -> Tensor:
        return x.flatten(-2).gather(-1, at.flatten(-2)).view(at.shape)

    def largest(x: Tensor, at: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        pad = (size[0] // 2, size[1] // 2)
        best, where = torch.nn.functional.max_pool2d(x, size, 1, pad, return_indices=True)
        return best, take(at, where)

    def erode(x: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        (tall, at_tall), (wide, at_wide) = largest(-x, at, (3, 1)), largest(-x, at, (1, 3))
        return -torch.maximum(tall, wide), torch.where(tall >= wide, at_tall, at_wide)

    skeleton = torch.zeros_like(chance)
    for _ in range(iterations + 1):
        low, at_low = erode(high, here)
        opened, at_opened = largest(low, at_low, (3, 3))
        # p − p' as p q' − p' q: exact where both are near 1.
        lost = take(chance, here) * take(rest, at_opened) - take(chance, at_opened) * take(
            rest, here
        )
        lost = torch.where((high > opened) & (lost > 0), lost, 0)
        skeleton = skeleton + lost * (1 - skeleton)
        high, here = low, at_low
    return skeleton.reshape(p.shape)
