"""Losses as a user writes them from the paper, in plain PyTorch on logits and a mask.

For the losses that MONAI, smp and kornia do not have. Distances come from SciPy, as in the code
that is published for these losses, and are worked out in every call, as MONAI does.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import logsigmoid


def focal(z: Tensor, y: Tensor, alpha: float, gamma: float) -> Tensor:
    p = torch.sigmoid(z)
    wrong = y * (1 - p) + (1 - y) * p
    price = alpha * y + (1 - alpha) * (1 - y)
    return (price * wrong**gamma * cross_entropy(z, y, reduction="none")).mean()


def tversky(z: Tensor, y: Tensor, alpha: float, beta: float) -> Tensor:
    p = torch.sigmoid(z)
    tp, fp, fn = (p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum()
    return 1 - (tp + 1) / (tp + alpha * fp + beta * fn + 1)


def focal_tversky(z: Tensor, y: Tensor, alpha: float, gamma: float) -> Tensor:
    return tversky(z, y, alpha, 0.7) ** (1 / gamma)


def combo(z: Tensor, y: Tensor, alpha: float, beta: float) -> Tensor:
    p = torch.sigmoid(z)
    ce = -(beta * y * logsigmoid(z) + (1 - beta) * (1 - y) * logsigmoid(-z)).mean()
    return alpha * ce - (1 - alpha) * (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)


def exp_log(z: Tensor, y: Tensor, gamma_dice: float = 0.3, gamma_cross: float = 0.3) -> Tensor:
    p = torch.sigmoid(z)
    overlap = [
        (2 * (a * b).sum() + 1) / (a.sum() + b.sum() + 1) for a, b in ((p, y), (1 - p, 1 - y))
    ]
    dice = sum((-torch.log(x)) ** gamma_dice for x in overlap) / 2
    rare = [(y.numel() / x.sum()).sqrt() for x in (y, 1 - y)]
    price = rare[0] * y + rare[1] * (1 - y)
    ce = (price * cross_entropy(z, y, reduction="none") ** gamma_cross).mean()
    return 0.8 * dice + 0.2 * ce


def sensitivity_specificity(z: Tensor, y: Tensor, w: float = 0.05) -> Tensor:
    error = (torch.sigmoid(z) - y) ** 2
    missed, false = (error * y).sum() / y.sum(), (error * (1 - y)).sum() / (1 - y).sum()
    return w * missed + (1 - w) * false


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(mask))


def _as_mask(x: Tensor) -> NDArray[np.bool_]:
    return np.asarray((x[0, 0].detach() > 0).cpu().numpy())


def distance_map_bce(z: Tensor, y: Tensor) -> Tensor:
    mask = _as_mask(y)
    inside, outside = _distance(mask), _distance(~mask)
    near = np.where(mask, 1 - inside / inside.max(), 1 - outside / outside.max())
    weight = 1 + torch.from_numpy(near).to(z)
    return (weight * cross_entropy(z, y, reduction="none")).mean()


def shape_aware(z: Tensor, y: Tensor) -> Tensor:
    from scipy.ndimage import binary_erosion

    mask, hard = _as_mask(y), _as_mask(z)
    outline, predicted = mask & ~binary_erosion(mask), hard & ~binary_erosion(hard)
    apart = float(_distance(~outline)[predicted].mean())
    wrong = torch.from_numpy(hard != mask).to(z)
    return ((1 + apart * wrong) * cross_entropy(z, y, reduction="none")).mean()


UNSAID = {f.__name__: f for f in (exp_log, sensitivity_specificity, distance_map_bce, shape_aware)}
"""What no library has, at the default dials."""
