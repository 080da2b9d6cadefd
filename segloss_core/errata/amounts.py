"""Say in terms of p and y what prints are made of: logarithms, sums over the picture, overlaps.

All take probabilities p in (0, 1) and a target y of 0 and 1, of one picture (H, W).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..geometry import contour, distance_to
from ..losses.boundary.shape_aware import contour_distance
from ..pixels import ratio


def ln(p: Tensor) -> Tensor:
    """ln p, of at least the smallest positive number."""
    return torch.log(p.clamp_min(torch.finfo(p.dtype).tiny))


def ln_not(p: Tensor) -> Tensor:
    """ln(1 − p), of at least the smallest positive number that 1 − p can be."""
    return torch.log((1 - p).clamp_min(torch.finfo(p.dtype).eps / 2))


def cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    """−y ln p − (1 − y) ln(1 − p) of each pixel, in nats."""
    return -(y * ln(p) + (1 - y) * ln_not(p))


def balanced(p: Tensor, y: Tensor, beta: Tensor | float = 0.5) -> Tensor:
    """−β y ln p − (1 − β)(1 − y) ln(1 − p) of each pixel."""
    return -(beta * y * ln(p) + (1 - beta) * (1 - y) * ln_not(p))


def overlaps(p: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Soft TP, FP, FN and TN, in pixels."""
    return (y * p).sum(), ((1 - y) * p).sum(), (y * (1 - p)).sum(), ((1 - y) * (1 - p)).sum()


def coefficient(p: Tensor, y: Tensor, smooth: float = 1.0) -> Tensor:
    """The Dice coefficient DSC of the objects: 1 where p = y."""
    tp, fp, fn, _ = overlaps(p, y)
    return (2 * tp + smooth) / (2 * tp + fp + fn + smooth)


def tversky_index(p: Tensor, y: Tensor, alpha: float = 0.3, beta: float = 0.7) -> Tensor:
    """(TP + 1) / (TP + α FP + β FN + 1): 1 where p = y."""
    tp, fp, fn, _ = overlaps(p, y)
    return (tp + 1) / (tp + alpha * fp + beta * fn + 1)


def class_weights(y: Tensor) -> Tensor:
    """√(N/n) of each pixel's class."""
    n = torch.as_tensor(float(y.numel()), dtype=y.dtype)
    return y * ratio(n, y.sum()).sqrt() + (1 - y) * ratio(n, (1 - y).sum()).sqrt()


def outline_distance(p: Tensor, y: Tensor) -> Tensor:
    """Mean distance in pixels of the predicted outline (p > ½) to the target's; no gradient."""
    found, _ = contour_distance(contour(p.detach() > 0.5), distance_to(contour(y > 0)))
    return found.squeeze().to(p.dtype)


def farthest(a: Tensor, b: Tensor) -> Tensor:
    """Largest distance in pixels from a pixel of mask a to mask b; image diagonal without one."""
    height, width = a.shape
    if not bool(a.any()):
        return torch.zeros((), dtype=torch.float64)
    if not bool(b.any()):
        return torch.tensor(float(height**2 + width**2), dtype=torch.float64).sqrt()
    return distance_to(b)[a].max()
