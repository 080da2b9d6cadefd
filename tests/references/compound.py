"""The compound losses once more, literally as printed: slow, naive, independent."""

from __future__ import annotations

import numpy as np

from ..reference_scene import Scene
from .boundary import cldice
from .distribution import bce, focal
from .region import dice, dice_coefficient


def combo(s: Scene, alpha: float, beta: float, smooth: float) -> float:
    return alpha * s.class_ce(beta, 1 - beta) - (1 - alpha) * dice_coefficient(s, smooth)


def exp_log(
    s: Scene, w_dice: float, w_cross: float, gamma_dice: float, gamma_cross: float, smooth: float
) -> float:
    flipped = Scene(-s.z, 1 - s.y)
    overlap = np.mean([(-np.log(dice_coefficient(t, smooth))) ** gamma_dice for t in (s, flipped)])
    w = np.where(s.y > 0, np.sqrt(s.N / max(s.n1, 1)), np.sqrt(s.N / max(s.n0, 1)))
    return float(w_dice * overlap + w_cross * (w * s.ce**gamma_cross).mean())


def histoseg(s: Scene, alpha: float, gamma: float, smooth: float) -> float:
    return bce(s) + focal(s, alpha, gamma) + dice(s, smooth)


def dice_bce(s: Scene, smooth: float, w: float) -> float:
    overlap = (2 * s.TP + smooth) / (s.p.sum() + s.n1 + smooth)
    return float(1 - overlap + w * s.ce.mean())


def dice_cldice(s: Scene, alpha: float, iters: int, smooth: float) -> float:
    return (1 - alpha) * dice(s, smooth) + alpha * cldice(s, iters, smooth)


def _unified_focal(s: Scene, lam: float, delta: float, gamma: tuple[float, ...]) -> float:
    """gamma: of the object's and of the background's cross-entropy, then of their overlaps."""
    missed = delta * s.y * s.q ** gamma[0] * s.ce
    false = (1 - delta) * (1 - s.y) * s.p ** gamma[1] * s.ce
    object_ = s.TP / (s.TP + delta * s.FN + (1 - delta) * s.FP)
    background = s.TN / (s.TN + delta * s.FP + (1 - delta) * s.FN)
    overlap = max(1 - object_, 0) ** (1 - gamma[2]) + max(1 - background, 0) ** (1 - gamma[3])
    return float(lam * (missed + false).mean() + (1 - lam) * overlap / 2)


def unified_focal_sym(s: Scene, lam: float, delta: float, gamma: float) -> float:
    return _unified_focal(s, lam, delta, (gamma,) * 4)


def unified_focal_asym(s: Scene, lam: float, delta: float, gamma: float) -> float:
    return _unified_focal(s, lam, delta, (0.0, gamma, gamma, 0.0))


# Two settings per loss, all dials unequal and none at its default: a swapped dial shows.
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "combo": (
        {"alpha": 0.7, "beta": 0.2, "smooth": 0.0},
        {"alpha": 0.1, "beta": 0.9, "smooth": 3.0},
    ),
    "exp_log": (
        {"w_dice": 0.6, "w_cross": 0.4, "gamma_dice": 0.5, "gamma_cross": 1.4, "smooth": 0.9},
        {"w_dice": 0.3, "w_cross": 1.2, "gamma_dice": 2.0, "gamma_cross": 0.7, "smooth": 3.0},
    ),
    "histoseg": (
        {"alpha": 0.7, "gamma": 3.0, "smooth": 0.0},
        {"alpha": 0.1, "gamma": 0.4, "smooth": 3.0},
    ),
    "dice_bce": ({"smooth": 0.0, "w": 0.3}, {"smooth": 2.5, "w": 4.0}),
    "dice_cldice": (
        {"alpha": 0.2, "iters": 1, "smooth": 0.3},
        {"alpha": 0.8, "iters": 3, "smooth": 4.0},
    ),
    "unified_focal_sym": (
        {"lam": 0.3, "delta": 0.8, "gamma": 0.2},
        {"lam": 0.7, "delta": 0.2, "gamma": 0.6},
    ),
    "unified_focal_asym": (
        {"lam": 0.3, "delta": 0.8, "gamma": 0.2},
        {"lam": 0.7, "delta": 0.2, "gamma": 0.6},
    ),
}
