"""The region losses once more, literally as printed: slow, naive, independent."""

from __future__ import annotations

import numpy as np

from ..reference_scene import Array, Scene
from .shared import error_of, softened


def dice_coefficient(s: Scene, smooth: float) -> float:
    return float((2 * s.TP + smooth) / (s.p.sum() + s.n1 + smooth))


def dice(s: Scene, smooth: float) -> float:
    return 1 - dice_coefficient(s, smooth)


def tversky(s: Scene, alpha: float, beta: float, smooth: float) -> float:
    return 1 - (s.TP + smooth) / (s.TP + alpha * s.FP + beta * s.FN + smooth)


def focal_tversky(s: Scene, alpha: float, beta: float, gamma: float, smooth: float) -> float:
    return tversky(s, alpha, beta, smooth) ** (1 / gamma)


def log_cosh_dice(s: Scene, smooth: float) -> float:
    return float(np.log(np.cosh(dice(s, smooth))))


def sensitivity_specificity(s: Scene, w: float, power: float) -> float:
    missed, false = (s.y * s.q**power).sum(), ((1 - s.y) * s.p**power).sum()
    return float(w * missed / max(s.n1, 1) + (1 - w) * false / max(s.n0, 1))


def jaccard(s: Scene, smooth: float) -> float:
    union = s.p.sum() + s.y.sum() - (s.p * s.y).sum()
    return float(1 - ((s.p * s.y).sum() + smooth) / (union + smooth))


def fbeta(s: Scene, b: float, smooth: float) -> float:
    agreed = (1 + b**2) * (s.TP + smooth)
    return float(1 - agreed / (agreed + b**2 * s.FN + s.FP))


def squared_dice(s: Scene, smooth: float) -> float:
    return float(1 - (2 * s.TP + smooth) / ((s.p**2).sum() + (s.y**2).sum() + smooth))


def noise_robust_dice(s: Scene, gamma: float, smooth: float) -> float:
    return float((error_of(s) ** gamma).sum() / ((s.p**2).sum() + (s.y**2).sum() + smooth))


def generalized_dice(s: Scene) -> float:
    w1, w0 = (1 / n**2 if n else np.inf for n in (s.n1, s.n0))
    w1, w0 = (b if np.isinf(a) else a for a, b in ((w1, w0), (w0, w1)))
    both = w1 * (s.p.sum() + s.n1) + w0 * (s.q.sum() + s.n0)
    return float(1 - 2 * (w1 * s.TP + w0 * s.TN) / both)


def mcc(s: Scene, eps: float) -> float:
    four = (s.TP + s.FP) * (s.TP + s.FN) * (s.TN + s.FP) * (s.TN + s.FN)
    return float(1 - (s.TP * s.TN - s.FP * s.FN) / np.sqrt(four + eps))


def _lovasz(s: Scene, error: Array) -> float:
    """The sum over thresholds of 1 − IoU of the mask that goes wrong above them."""
    total, lower = 0.0, 0.0
    y = s.y > 0
    for level in np.unique(error[error > 0]):
        wrong = error >= level
        mask = y ^ wrong
        total += (level - lower) * (1 - (mask & y).sum() / (mask | y).sum())
        lower = level
    return float(total)


def lovasz_hinge(s: Scene) -> float:
    return _lovasz(s, np.maximum(1 - (2 * s.y - 1) * s.z, 0))


def lovasz_sigmoid(s: Scene) -> float:
    return _lovasz(s, error_of(s))


def power_jaccard(s: Scene, power: float, smooth: float) -> float:
    hit = (s.p * s.y).sum()
    return float(1 - (hit + smooth) / ((s.p**power).sum() + (s.y**power).sum() - hit + smooth))


def _f1(hit: float, wrong: float) -> float:
    if hit + wrong == 0:
        raise ZeroDivisionError
    return 2 * hit / (2 * hit + wrong)


def soft_f1(s: Scene, w: float) -> float:
    wrong = s.FP + s.FN
    return float(w * (1 - _f1(s.TP, wrong)) + (1 - w) * (1 - _f1(s.TN, wrong)))


def dice_semimetric(s: Scene, epsilon: float, smooth: float) -> float:
    label = softened(s, epsilon)
    sizes = s.p.sum() + label.sum()
    if sizes + smooth == 0:
        raise ZeroDivisionError
    return float(1 - (sizes - np.abs(s.p - label).sum() + smooth) / (sizes + smooth))


def tanimoto_complement(s: Scene, smooth: float) -> float:
    def T(p: Array, y: Array) -> float:
        return ((p * y).sum() + smooth) / ((p**2 + y**2).sum() - (p * y).sum() + smooth)

    return float(1 - (T(s.p, s.y) + T(s.q, 1 - s.y)) / 2)


# Two settings per loss, all dials unequal and none at its default: a swapped dial shows.
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "dice": ({"smooth": 0.0}, {"smooth": 2.5}),
    "tversky": (
        {"alpha": 0.2, "beta": 0.9, "smooth": 0.0},
        {"alpha": 1.3, "beta": 0.4, "smooth": 2.0},
    ),
    "focal_tversky": (
        {"alpha": 0.2, "beta": 0.9, "gamma": 2.0, "smooth": 0.0},
        {"alpha": 1.3, "beta": 0.4, "gamma": 0.75, "smooth": 2.0},
    ),
    "log_cosh_dice": ({"smooth": 0.0}, {"smooth": 3.0}),
    "sensitivity_specificity": ({"w": 0.3, "power": 1.0}, {"w": 0.8, "power": 1.6}),
    "jaccard": ({"smooth": 0.0}, {"smooth": 2.5}),
    "fbeta": ({"b": 2.0, "smooth": 0.0}, {"b": 0.4, "smooth": 2.5}),
    "squared_dice": ({"smooth": 0.0}, {"smooth": 2.5}),
    "noise_robust_dice": ({"gamma": 1.2, "smooth": 0.5}, {"gamma": 1.9, "smooth": 2.5}),
    "generalized_dice": ({},),
    "mcc": ({"eps": 1e3}, {"eps": 1e5}),
    "lovasz_hinge": ({},),
    "lovasz_sigmoid": ({},),
    "power_jaccard": ({"power": 1.3, "smooth": 0.0}, {"power": 1.8, "smooth": 2.5}),
    "soft_f1": ({"w": 0.2}, {"w": 0.9}),
    "dice_semimetric": ({"epsilon": 0.3, "smooth": 0.0}, {"epsilon": 0.0, "smooth": 2.5}),
    "tanimoto_complement": ({"smooth": 0.0}, {"smooth": 2.5}),
}
