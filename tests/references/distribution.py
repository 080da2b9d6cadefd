"""The distribution losses once more, literally as printed: slow, naive, independent."""

from __future__ import annotations

import numpy as np

from ..reference_scene import Array, Scene
from .shared import error_of, softened


def bce(s: Scene) -> float:
    return float(s.ce.mean())


def weighted_bce(s: Scene, beta: float) -> float:
    return s.class_ce(beta, 1)


def balanced_bce(s: Scene, beta: float | None = None) -> float:
    b = s.n0 / s.N if beta is None else beta
    return s.class_ce(b, 1 - b)


def focal(s: Scene, alpha: float, gamma: float) -> float:
    p_t, a_t = np.where(s.y > 0, s.p, s.q), np.where(s.y > 0, alpha, 1 - alpha)
    return float((a_t * (1 - p_t) ** gamma * s.ce).mean())


def mse(s: Scene) -> float:
    return float(((s.p - s.y) ** 2).mean())


def mae(s: Scene) -> float:
    return float(np.abs(s.p - s.y).mean())


def _right(s: Scene) -> Array:
    return np.where(s.y > 0, s.p, s.q)


def gce(s: Scene, q: float) -> float:
    return float(((1 - _right(s) ** q) / q).mean())


def poly1_bce(s: Scene, epsilon: float) -> float:
    return float((s.ce + epsilon * error_of(s)).mean())


def poly1_focal(s: Scene, epsilon: float, alpha: float, gamma: float) -> float:
    a_t = np.where(s.y > 0, alpha, 1 - alpha)
    focal = a_t * error_of(s) ** gamma * s.ce
    return float((focal + epsilon * error_of(s) ** (gamma + 1)).mean())


def label_smoothing_bce(s: Scene, epsilon: float) -> float:
    soft = s.y * (1 - epsilon) + epsilon / 2
    return float(-(soft * s.log_p + (1 - soft) * s.log_q).mean())


def topk_bce(s: Scene, k: float) -> float:
    worst = np.sort(s.ce.ravel())[::-1]
    K = max(1.0, k * s.N)
    whole = int(K)
    part = (K - whole) * worst[whole] if whole < K else 0.0
    return float((worst[:whole].sum() + part) / K)


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


def quality_focal(s: Scene, beta: float, epsilon: float) -> float:
    label = softened(s, epsilon)
    ce = -(label * s.log_p + (1 - label) * s.log_q)
    return float((np.abs(label - s.p) ** beta * ce).mean())


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


# Two settings per loss, all dials unequal and none at its default: a swapped dial shows.
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "bce": ({},),
    "weighted_bce": ({"beta": 3.5}, {"beta": 0.2}),
    "balanced_bce": ({}, {"beta": 0.8}, {"beta": 0.15}),
    "focal": ({"alpha": 0.7, "gamma": 3.0}, {"alpha": 0.1, "gamma": 0.4}),
    "mse": ({},),
    "mae": ({},),
    "gce": ({"q": 0.3}, {"q": 1.0}),
    "poly1_bce": ({"epsilon": 3.0}, {"epsilon": -0.5}),
    "poly1_focal": (
        {"epsilon": 2.0, "alpha": 0.7, "gamma": 3.0},
        {"epsilon": 0.5, "alpha": 0.1, "gamma": 0.4},
    ),
    "label_smoothing_bce": ({"epsilon": 0.3}, {"epsilon": 0.02}),
    "topk_bce": ({"k": 0.37}, {"k": 0.003}),
    "asymmetric": (
        {"gamma_pos": 0.4, "gamma_neg": 3.0, "margin": 0.0},
        {"gamma_pos": 2.0, "gamma_neg": 0.5, "margin": 0.21},
    ),
    "reduced_focal": (
        {"gamma": 3.0, "threshold": 0.37},
        {"gamma": 0.6, "threshold": 0.71},
    ),
    "quality_focal": ({"beta": 3.0, "epsilon": 0.3}, {"beta": 1.4, "epsilon": 0.0}),
    "bi_tempered": ({"t1": 0.4, "t2": 2.2}, {"t1": 1.0, "t2": 1.5}, {"t1": 0.6, "t2": 1.0}),
}
