"""Plain formulas of variants of focal loss and of overlap losses, and of losses on soft labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .reference_scene import Array, Scene


def asymmetric(s: Scene, gamma_pos: float, gamma_neg: float, margin: float) -> float:
    shifted = np.maximum(s.p - margin, 0)
    rest = np.where(shifted > 0, s.q + margin, 1.0)
    # ln(1 − p) itself where there is no margin: 1 − p underflows
    log_rest = s.log_q if margin == 0 else np.log(rest)
    missed, false = s.q**gamma_pos * -s.log_p, shifted**gamma_neg * -log_rest
    return float(np.where(s.y > 0, missed, false).mean())


def reduced_focal(s: Scene, gamma: float, threshold: float) -> float:
    right, wrong = np.where(s.y > 0, s.p, s.q), np.where(s.y > 0, s.q, s.p)
    factor = np.where(right < threshold, 1.0, (wrong / threshold) ** gamma)
    return float((factor * s.ce).mean())


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


def _softened(s: Scene, epsilon: float) -> Array:
    return s.y * (1 - epsilon) + epsilon / 2


def quality_focal(s: Scene, beta: float, epsilon: float) -> float:
    label = _softened(s, epsilon)
    ce = -(label * s.log_p + (1 - label) * s.log_q)
    return float((np.abs(label - s.p) ** beta * ce).mean())


def dice_semimetric(s: Scene, epsilon: float, smooth: float) -> float:
    label = _softened(s, epsilon)
    sizes = s.p.sum() + label.sum()
    if sizes + smooth == 0:
        raise ZeroDivisionError
    return float(1 - (sizes - np.abs(s.p - label).sum() + smooth) / (sizes + smooth))


def _log_t(x: Array, t: float) -> Array:
    return np.log(x) if t == 1 else (x ** (1 - t) - 1) / (1 - t)


def bi_tempered(s: Scene, t1: float, t2: float) -> float:
    """The smaller of both tempered probabilities by bisection of its logarithm."""
    low, high = np.full(s.z.shape, -60.0), np.full(s.z.shape, np.log(0.5))
    for _ in range(80):
        middle = (low + high) / 2
        r = np.exp(middle)
        too_small = _log_t(1 - r, t2) - _log_t(r, t2) > np.abs(s.z)
        low, high = np.where(too_small, middle, low), np.where(too_small, high, middle)
    less = np.exp((low + high) / 2)
    right = np.where((s.z > 0) == (s.y > 0), 1 - less, less)
    # ∑ over both classes of y log y − y log p − y^(2−t)/(2−t) + p^(2−t)/(2−t), as published
    probabilities = right ** (2 - t1) + (1 - right) ** (2 - t1)
    return float((-_log_t(right, t1) - 1 / (2 - t1) + probabilities / (2 - t1)).mean())


REFERENCES: dict[str, Callable[..., float]] = {
    f.__name__: f
    for f in (
        asymmetric, reduced_focal, power_jaccard, soft_f1, quality_focal, dice_semimetric,
        bi_tempered,
    )
}  # fmt: skip

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "asymmetric": (
        {"gamma_pos": 0.4, "gamma_neg": 3.0, "margin": 0.0},
        {"gamma_pos": 2.0, "gamma_neg": 0.5, "margin": 0.21},
    ),
    "reduced_focal": (
        {"gamma": 3.0, "threshold": 0.37},
        {"gamma": 0.6, "threshold": 0.71},
    ),
    "power_jaccard": ({"power": 1.3, "smooth": 0.0}, {"power": 1.8, "smooth": 2.5}),
    "soft_f1": ({"w": 0.2}, {"w": 0.9}),
    "quality_focal": ({"beta": 3.0, "epsilon": 0.3}, {"beta": 1.4, "epsilon": 0.0}),
    "bi_tempered": ({"t1": 0.4, "t2": 2.2}, {"t1": 1.0, "t2": 1.5}, {"t1": 0.6, "t2": 1.0}),
    "dice_semimetric": ({"epsilon": 0.3, "smooth": 0.0}, {"epsilon": 0.0, "smooth": 2.5}),
}
