"""Weigh the surroundings of every pixel by a window, and pull gradients back through it.

With OpenCV, on the CPU. Edges are reflected without repeating the edge pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

try:
    import cv2
except ImportError:  # the library needs torch and numpy only
    cv2 = None  # type: ignore[assignment]

Array = NDArray[np.float64]
INSTALLED = cv2 is not None


def serves(x: Tensor) -> bool:
    """Whether x can be windowed here: on the CPU, and not inside a transformation by torch."""
    return (
        cv2 is not None
        and isinstance(x, Tensor)
        and x.device.type == "cpu"
        and not torch.compiler.is_compiling()
        and not torch._C._functorch.is_functorch_wrapped_tensor(x)
    )


def gaussian(window: int, sigma: float) -> Array:
    """The weights along one axis, (window,); they sum to 1."""
    at = np.arange(-(window // 2), window // 2 + 1, dtype=np.float64)
    weights = np.exp(-0.5 * np.square(at / sigma))
    return weights / weights.sum()


def averaged(x: Array, weights: Array) -> Array:
    """Mean of x (H, W) in the window around every pixel; `weights` are symmetric."""
    found: Any = cv2.sepFilter2D(x, -1, weights, weights, borderType=cv2.BORDER_REFLECT_101)
    return found


def spread_back(g: Array, weights: Array) -> Array:
    """The adjoint of `averaged`: how much each pixel gave to all means, each weighed by g (H, W).

    Each window's g is spread over it, beyond the edges too; what fell there is folded back.
    """
    radius = len(weights) // 2
    edge = (radius,) * 4
    wide: Any = cv2.copyMakeBorder(g, *edge, cv2.BORDER_CONSTANT, value=0)
    wide = cv2.sepFilter2D(wide, -1, weights, weights, borderType=cv2.BORDER_CONSTANT)
    return _folded(_folded(wide, radius).T, radius).T


def _folded(wide: Array, radius: int) -> Array:
    """Add the rows beyond both edges to those that they mirror."""
    n = wide.shape[0] - 2 * radius
    inner = wide[radius : radius + n]
    for beyond in (*range(-radius, 0), *range(n, n + radius)):
        inside = abs(beyond) % (2 * n - 2) if n > 1 else 0
        inner[min(inside, 2 * n - 2 - inside) if n > 1 else 0] += wide[beyond + radius]
    return inner


class LocalVariance(torch.autograd.Function):
    """Mean and variance of x (..., H, W) in a square Gaussian window, worked out in float64.

    E[x²] − E[x]² there leaves 1e-16 of x² where x is flat.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: int, sigma: float) -> tuple[Tensor, Tensor]:
        weights = gaussian(window, sigma)
        planes = x.detach().double().reshape(-1, *x.shape[-2:]).numpy()
        means, variances = np.empty_like(planes), np.empty_like(planes)
        for plane, mean, variance in zip(planes, means, variances, strict=True):
            mean[:] = averaged(plane, weights)
            variance[:] = averaged(np.square(plane), weights)
            np.maximum(variance - np.square(mean), 0, out=variance)
        found = tuple(torch.from_numpy(a.reshape(x.shape)) for a in (means, variances))
        ctx.weights = weights
        ctx.save_for_backward(x, found[0])
        return found[0].to(x.dtype), found[1].to(x.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, to_mean: Tensor, to_variance: Tensor) -> tuple[Tensor, None, None]:
        """Var = A x² − (A x)², so that A' (g₁ − 2 A x g₂) + 2 x A' g₂ comes back."""
        x, mean = ctx.saved_tensors
        shape = (-1, *x.shape[-2:])
        g1, g2, x64, mean = (
            a.double().reshape(shape).numpy() for a in (to_mean, to_variance, x, mean)
        )
        back = np.empty_like(x64)
        for of_mean, of_variance, plane, middle, here in zip(g1, g2, x64, mean, back, strict=True):
            here[:] = 2 * plane * spread_back(of_variance, ctx.weights)
            here += spread_back(of_mean - 2 * middle * of_variance, ctx.weights)
        return torch.from_numpy(back).reshape(x.shape).to(x.dtype), None, None
