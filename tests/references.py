"""Every loss once more, literally as its formula is printed, in plain numpy: slow, naive, independent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy import ndimage

from . import references_a, references_b, references_c, references_d
from .reference_scene import Array, Scene


def other_class_distance(mask: Array) -> Array:
    if mask.all() or not mask.any():
        return np.zeros(mask.shape)
    inside, outside = ndimage.distance_transform_edt(mask), ndimage.distance_transform_edt(~mask)
    return inside + outside


def contour(mask: Array) -> Array:
    return mask & ~ndimage.binary_erosion(mask)


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


def distance_map_bce(s: Scene, scale: float) -> float:
    m = s.y > 0
    phi = np.zeros(s.y.shape)
    if m.any() and not m.all():
        inside, outside = ndimage.distance_transform_edt(m), ndimage.distance_transform_edt(~m)
        phi = np.where(m, 1 - inside / inside.max(), 1 - outside / outside.max())
    return float(((1 + scale * phi) * s.ce).mean())


def _dice_coefficient(s: Scene, smooth: float) -> float:
    return float((2 * s.TP + smooth) / (s.p.sum() + s.n1 + smooth))


def dice(s: Scene, smooth: float) -> float:
    return 1 - _dice_coefficient(s, smooth)


def tversky(s: Scene, alpha: float, beta: float, smooth: float) -> float:
    return 1 - (s.TP + smooth) / (s.TP + alpha * s.FP + beta * s.FN + smooth)


def focal_tversky(s: Scene, alpha: float, beta: float, gamma: float, smooth: float) -> float:
    return tversky(s, alpha, beta, smooth) ** (1 / gamma)


def log_cosh_dice(s: Scene, smooth: float) -> float:
    return float(np.log(np.cosh(dice(s, smooth))))


def sensitivity_specificity(s: Scene, w: float, power: float) -> float:
    missed, false = (s.y * s.q**power).sum(), ((1 - s.y) * s.p**power).sum()
    return float(w * missed / max(s.n1, 1) + (1 - w) * false / max(s.n0, 1))


def hausdorff_dt(s: Scene, alpha: float) -> float:
    reach = 0.0
    for mask in (s.y > 0, s.hard):
        d = other_class_distance(mask)
        reach = reach + np.where(d > 0, np.where(d > 0, d, 1) ** alpha, 0)
    return float(((s.p - s.y) ** 2 * reach).mean())


def shape_aware(s: Scene) -> float:
    mine, theirs = contour(s.hard), contour(s.y > 0)
    if mine.any() and theirs.any():
        E = ndimage.distance_transform_edt(~theirs)[mine].mean()
    else:
        E = np.hypot(*s.y.shape) if mine.any() or theirs.any() else 0.0
    wrong = s.hard != (s.y > 0)
    return float((s.ce.sum() + E * s.ce[wrong].sum()) / s.N)


def _window_moments(x: Array, window: int, sigma: float) -> tuple[Array, Array]:
    r = window // 2
    g = np.exp(-0.5 * (np.arange(-r, r + 1) / sigma) ** 2)
    kernel = np.outer(g, g) / g.sum() ** 2
    wide = np.pad(x, r, mode="reflect")
    parts = [
        (kernel[i, j], wide[i : i + x.shape[0], j : j + x.shape[1]])
        for i, j in product(range(window), repeat=2)
    ]
    mean = sum(k * part for k, part in parts)
    return mean, np.sqrt(sum(k * (part - mean) ** 2 for k, part in parts))


def ssl_correlation(
    s: Scene, beta: float, lam: float, C4: float, window: int, sigma: float
) -> float:
    (my, sy), (mp, sp) = (_window_moments(x, window, sigma) for x in (s.y, s.p))
    e = np.abs((s.y - my + C4) / (sy + C4) - (s.p - mp + C4) / (sp + C4))
    f = e > beta * e.max()
    structural = (e * f * s.ce).sum() / f.sum() if f.any() else 0.0
    return float(lam * s.ce.mean() + (1 - lam) * structural)


def combo(s: Scene, alpha: float, beta: float, smooth: float) -> float:
    return alpha * s.class_ce(beta, 1 - beta) - (1 - alpha) * _dice_coefficient(s, smooth)


def exp_log(
    s: Scene, w_dice: float, w_cross: float, gamma_dice: float, gamma_cross: float, smooth: float
) -> float:
    flipped = Scene(-s.z, 1 - s.y)
    overlap = np.mean([(-np.log(_dice_coefficient(t, smooth))) ** gamma_dice for t in (s, flipped)])
    w = np.where(s.y > 0, np.sqrt(s.N / max(s.n1, 1)), np.sqrt(s.N / max(s.n0, 1)))
    return float(w_dice * overlap + w_cross * (w * s.ce**gamma_cross).mean())


def histoseg(s: Scene, alpha: float, gamma: float, smooth: float) -> float:
    return bce(s) + focal(s, alpha, gamma) + dice(s, smooth)


REFERENCES: dict[str, Callable[..., float]] = {
    f.__name__: f
    for f in (
        bce, weighted_bce, balanced_bce, focal, distance_map_bce, dice, tversky, focal_tversky,
        log_cosh_dice, sensitivity_specificity, hausdorff_dt, shape_aware, ssl_correlation,
        combo, exp_log, histoseg,
    )
}  # fmt: skip

# Two settings per loss, all dials unequal and none at its default: a swapped dial shows.
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "bce": ({},),
    "weighted_bce": ({"beta": 3.5}, {"beta": 0.2}),
    "balanced_bce": ({}, {"beta": 0.8}, {"beta": 0.15}),
    "focal": ({"alpha": 0.7, "gamma": 3.0}, {"alpha": 0.1, "gamma": 0.4}),
    "distance_map_bce": ({"scale": 2.5}, {"scale": 0.3}),
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
    "hausdorff_dt": ({"alpha": 1.0}, {"alpha": 2.7}),
    "shape_aware": ({},),
    "ssl_correlation": (
        {"beta": 0.3, "lam": 0.2, "C4": 0.05, "window": 5, "sigma": 1.1},
        {"beta": 0.05, "lam": 0.7, "C4": 0.02, "window": 3, "sigma": 2.0},
    ),
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
}

REFERENCES |= references_a.REFERENCES | references_b.REFERENCES
SETTINGS |= references_a.SETTINGS | references_b.SETTINGS
REFERENCES |= references_c.REFERENCES
SETTINGS |= references_c.SETTINGS
REFERENCES |= references_d.REFERENCES
SETTINGS |= references_d.SETTINGS
