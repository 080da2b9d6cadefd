"""Plain formulas of the losses on outlines, centrelines and windows, and of three compounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from .reference_scene import Array, Scene


def _level_set(y: Array) -> Array:
    m = y > 0
    if m.all() or not m.any():
        return np.zeros(y.shape)
    outside, inside = ndimage.distance_transform_edt(~m), ndimage.distance_transform_edt(m)
    return outside - np.maximum(inside - 1, 0)


def boundary(s: Scene) -> float:
    return float((_level_set(s.y) * s.p).mean())


def active_contour(s: Scene, lam: float, mu: float, eps: float) -> float:
    dx = np.diff(s.p, axis=1, append=s.p[:, -1:])
    dy = np.diff(s.p, axis=0, append=s.p[-1:])
    region = mu * (s.p * (1 - s.y) ** 2).mean() + (s.q * s.y**2).mean()
    return float(np.sqrt(dx**2 + dy**2 + eps).mean() + lam * region)


def ssim(s: Scene, window: int) -> float:
    at = np.arange(window) - window // 2
    g = np.exp(-(at**2) / (2 * 1.5**2))
    kernel = np.outer(g, g) / np.outer(g, g).sum()

    def mean(x: Array) -> Array:
        return ndimage.correlate(x, kernel, mode="mirror")

    mp, my = mean(s.p), mean(s.y)
    vp, vy, cov = mean(s.p**2) - mp**2, mean(s.y**2) - my**2, mean(s.p * s.y) - mp * my
    c1, c2 = 0.01**2, 0.03**2
    similar = (2 * mp * my + c1) * (2 * cov + c2) / ((mp**2 + my**2 + c1) * (vp + vy + c2))
    return float(1 - similar.mean())


def structure_f3net(s: Scene, gain: float, window: int, smooth: float) -> float:
    around = ndimage.uniform_filter(s.y, window, mode="constant", cval=0)
    w = 1 + gain * np.abs(around - s.y)
    inter, union = (w * s.p * s.y).sum(), (w * (s.p + s.y)).sum()
    iou = (inter + smooth) / (union - inter + smooth)
    return float((w * s.ce).sum() / w.sum() + 1 - iou)


def _soft_skeleton(x: Array, iters: int) -> Array:
    cross = ndimage.generate_binary_structure(2, 1)

    def erode(a: Array) -> Array:
        return ndimage.grey_erosion(a, footprint=cross, mode="nearest")

    def opened(a: Array) -> Array:
        return ndimage.grey_dilation(erode(a), size=(3, 3), mode="nearest")

    skeleton = np.maximum(x - opened(x), 0)
    for _ in range(iters):
        x = erode(x)
        delta = np.maximum(x - opened(x), 0)
        skeleton = skeleton + np.maximum(delta - skeleton * delta, 0)
    return skeleton


def cldice(s: Scene, iters: int, smooth: float) -> float:
    sp, sl = _soft_skeleton(s.p, iters), _soft_skeleton(s.y, iters)
    precision = ((sp * s.y).sum() + smooth) / (sp.sum() + smooth)
    recall = ((sl * s.p).sum() + smooth) / (sl.sum() + smooth)
    return float(1 - 2 * precision * recall / (precision + recall))


def _dice(s: Scene, smooth: float) -> float:
    return float(1 - (2 * s.TP + smooth) / (s.p.sum() + s.y.sum() + smooth))


def dice_cldice(s: Scene, alpha: float, iters: int, smooth: float) -> float:
    return (1 - alpha) * _dice(s, smooth) + alpha * cldice(s, iters, smooth)


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


REFERENCES: dict[str, Callable[..., float]] = {
    f.__name__: f
    for f in (
        boundary, active_contour, ssim, structure_f3net, cldice, dice_cldice,
        unified_focal_sym, unified_focal_asym,
    )
}  # fmt: skip

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "boundary": ({},),
    "active_contour": (
        {"lam": 0.4, "mu": 3.0, "eps": 1e-3},
        {"lam": 2.5, "mu": 0.2, "eps": 1e-6},
    ),
    "ssim": ({"window": 5}, {"window": 7}),
    "structure_f3net": (
        {"gain": 2.5, "window": 5, "smooth": 0.3},
        {"gain": 0.7, "window": 9, "smooth": 4.0},
    ),
    "cldice": ({"iters": 1, "smooth": 0.3}, {"iters": 3, "smooth": 4.0}),
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

# What a perfect prediction of a target costs, where that is not 0.
PERFECT: dict[str, Callable[..., float]] = {
    "boundary": lambda y: boundary(Scene(1e4 * (2 * y.numpy() - 1), y.numpy())),
    "active_contour": lambda y: active_contour(
        Scene(1e4 * (2 * y.numpy() - 1), y.numpy()), 1.0, 1.0, 1e-8
    ),
}
