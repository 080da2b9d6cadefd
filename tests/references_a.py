"""More plain formulas, literally as printed: error, overlap and correlation losses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .reference_scene import Array, Scene


def mse(s: Scene) -> float:
    return float(((s.p - s.y) ** 2).mean())


def mae(s: Scene) -> float:
    return float(np.abs(s.p - s.y).mean())


def _right(s: Scene) -> Array:
    return np.where(s.y > 0, s.p, s.q)


def _wrong(s: Scene) -> Array:
    return np.where(s.y > 0, s.q, s.p)


def gce(s: Scene, q: float) -> float:
    return float(((1 - _right(s) ** q) / q).mean())


def poly1_bce(s: Scene, epsilon: float) -> float:
    return float((s.ce + epsilon * _wrong(s)).mean())


def poly1_focal(s: Scene, epsilon: float, alpha: float, gamma: float) -> float:
    a_t = np.where(s.y > 0, alpha, 1 - alpha)
    focal = a_t * _wrong(s) ** gamma * s.ce
    return float((focal + epsilon * _wrong(s) ** (gamma + 1)).mean())


def label_smoothing_bce(s: Scene, epsilon: float) -> float:
    soft = s.y * (1 - epsilon) + epsilon / 2
    return float(-(soft * s.log_p + (1 - soft) * s.log_q).mean())


def topk_bce(s: Scene, k: float) -> float:
    worst = np.sort(s.ce.ravel())[::-1]
    K = max(1.0, k * s.N)
    whole = int(K)
    part = (K - whole) * worst[whole] if whole < K else 0.0
    return float((worst[:whole].sum() + part) / K)


def jaccard(s: Scene, smooth: float) -> float:
    union = s.p.sum() + s.y.sum() - (s.p * s.y).sum()
    return float(1 - ((s.p * s.y).sum() + smooth) / (union + smooth))


def fbeta(s: Scene, b: float, smooth: float) -> float:
    agreed = (1 + b**2) * (s.TP + smooth)
    return float(1 - agreed / (agreed + b**2 * s.FN + s.FP))


def squared_dice(s: Scene, smooth: float) -> float:
    return float(1 - (2 * s.TP + smooth) / ((s.p**2).sum() + (s.y**2).sum() + smooth))


def noise_robust_dice(s: Scene, gamma: float, smooth: float) -> float:
    return float((_wrong(s) ** gamma).sum() / ((s.p**2).sum() + (s.y**2).sum() + smooth))


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
    return _lovasz(s, _wrong(s))


def dice_bce(s: Scene, smooth: float, w: float) -> float:
    overlap = (2 * s.TP + smooth) / (s.p.sum() + s.n1 + smooth)
    return float(1 - overlap + w * s.ce.mean())


REFERENCES: dict[str, Callable[..., float]] = {
    f.__name__: f
    for f in (
        mse, mae, gce, poly1_bce, poly1_focal, label_smoothing_bce, topk_bce,
        jaccard, fbeta, squared_dice, noise_robust_dice, generalized_dice,
        mcc, lovasz_hinge, lovasz_sigmoid, dice_bce,
    )
}  # fmt: skip

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
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
    "jaccard": ({"smooth": 0.0}, {"smooth": 2.5}),
    "fbeta": ({"b": 2.0, "smooth": 0.0}, {"b": 0.4, "smooth": 2.5}),
    "squared_dice": ({"smooth": 0.0}, {"smooth": 2.5}),
    "noise_robust_dice": ({"gamma": 1.2, "smooth": 0.5}, {"gamma": 1.9, "smooth": 2.5}),
    "generalized_dice": ({},),
    "mcc": ({"eps": 1e3}, {"eps": 1e5}),
    "lovasz_hinge": ({},),
    "lovasz_sigmoid": ({},),
    "dice_bce": ({"smooth": 0.0, "w": 0.3}, {"smooth": 2.5, "w": 4.0}),
}
