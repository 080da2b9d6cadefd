"""The boundary losses once more, literally as printed: slow, naive, independent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy import ndimage

from ..reference_scene import Array, Scene


def other_class_distance(mask: Array) -> Array:
    if mask.all() or not mask.any():
        return np.zeros(mask.shape)
    inside, outside = ndimage.distance_transform_edt(mask), ndimage.distance_transform_edt(~mask)
    return inside + outside


def contour(mask: Array) -> Array:
    return mask & ~ndimage.binary_erosion(mask)


def distance_map_bce(s: Scene, scale: float) -> float:
    m = s.y > 0
    phi = np.zeros(s.y.shape)
    if m.any() and not m.all():
        inside, outside = ndimage.distance_transform_edt(m), ndimage.distance_transform_edt(~m)
        phi = np.where(m, 1 - inside / inside.max(), 1 - outside / outside.max())
    return float(((1 + scale * phi) * s.ce).mean())


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


def window_moments(x: Array, window: int, sigma: float) -> tuple[Array, Array]:
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
    (my, sy), (mp, sp) = (window_moments(x, window, sigma) for x in (s.y, s.p))
    e = np.abs((s.y - my + C4) / (sy + C4) - (s.p - mp + C4) / (sp + C4))
    f = e > beta * e.max()
    structural = (e * f * s.ce).sum() / f.sum() if f.any() else 0.0
    return float(lam * s.ce.mean() + (1 - lam) * structural)


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


def soft_skeleton(x: Array, iters: int) -> Array:
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
    sp, sl = soft_skeleton(s.p, iters), soft_skeleton(s.y, iters)
    precision = ((sp * s.y).sum() + smooth) / (sp.sum() + smooth)
    recall = ((sl * s.p).sum() + smooth) / (sl.sum() + smooth)
    return float(1 - 2 * precision * recall / (precision + recall))


CROSS = ndimage.generate_binary_structure(2, 1)


SQUARE = np.ones((3, 3), bool)


def boundary_dou(s: Scene, smooth: float) -> float:
    neighbours = ndimage.correlate(s.y, CROSS.astype(float), mode="constant")
    C, S = np.count_nonzero(s.y * neighbours % 5), np.count_nonzero(s.y)
    alpha = min(2 * (1 - (C + smooth) / (S + smooth)) - 1, 0.8)
    inter, z_sum, y_sum = (s.p * s.y).sum(), (s.p**2).sum(), (s.y**2).sum()
    above = z_sum + y_sum - 2 * inter + smooth
    return float(above / (z_sum + y_sum - (1 + alpha) * inter + smooth))


def skeleton_of(mask: Array) -> Array:
    skeleton, eroded = np.zeros_like(mask), mask
    for _ in range(max(mask.shape)):
        smaller = ndimage.binary_erosion(eroded, CROSS, border_value=1)
        skeleton |= eroded & ~ndimage.binary_dilation(smaller, SQUARE)
        eroded = smaller
    return skeleton


def skeleton_recall(s: Scene, radius: int, smooth: float) -> float:
    tube = skeleton_of(s.y > 0)
    for _ in range(int(radius)):
        tube = ndimage.binary_dilation(tube, CROSS)
    tube = tube & (s.y > 0)
    if tube.sum() + smooth == 0:
        raise ZeroDivisionError
    return float(1 - ((s.p * tube).sum() + smooth) / (tube.sum() + smooth))


def unet_border_bce(s: Scene, w0: float, sigma: float) -> float:
    number, count = ndimage.label(s.y, SQUARE)
    border = np.zeros(s.y.shape)
    if count > 1:
        d = np.sort([ndimage.distance_transform_edt(number != k + 1) for k in range(count)], axis=0)
        border = w0 * np.exp(-((d[0] + d[1]) ** 2) / (2 * sigma**2)) * (number == 0)
    return float(((1 + border) * s.ce).mean())


def hausdorff_er(s: Scene, alpha: float, iterations: int) -> float:
    bound, eroded = (s.p - s.y) ** 2, np.zeros(s.y.shape)
    for k in range(int(iterations)):
        bound = np.maximum(ndimage.convolve(bound, CROSS / 5, mode="constant") - 0.5, 0)
        if np.ptp(bound) > 0:
            bound = (bound - bound.min()) / np.ptp(bound)
        eroded += bound * (k + 1) ** alpha
    return float(eroded.mean())


# Two settings per loss, all dials unequal and none at its default: a swapped dial shows.
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "distance_map_bce": ({"scale": 2.5}, {"scale": 0.3}),
    "hausdorff_dt": ({"alpha": 1.0}, {"alpha": 2.7}),
    "shape_aware": ({},),
    "ssl_correlation": (
        {"beta": 0.3, "lam": 0.2, "C4": 0.05, "window": 5, "sigma": 1.1},
        {"beta": 0.05, "lam": 0.7, "C4": 0.02, "window": 3, "sigma": 2.0},
    ),
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
    "boundary_dou": ({"smooth": 0.3}, {"smooth": 4.0}),
    "skeleton_recall": ({"radius": 0, "smooth": 0.0}, {"radius": 1, "smooth": 4.0}),
    "unet_border_bce": ({"w0": 3.0, "sigma": 1.5}, {"w0": 0.7, "sigma": 12.0}),
    "hausdorff_er": ({"alpha": 1.0, "iterations": 3}, {"alpha": 2.7, "iterations": 5}),
}

# What a perfect prediction of a target costs, where that is not 0.
PERFECT: dict[str, Callable[..., float]] = {
    "boundary": lambda y: boundary(Scene(1e4 * (2 * y.numpy() - 1), y.numpy())),
    "active_contour": lambda y: active_contour(
        Scene(1e4 * (2 * y.numpy() - 1), y.numpy()), 1.0, 1.0, 1e-8
    ),
    "boundary_dou": lambda y: boundary_dou(Scene(1e4 * (2 * y.numpy() - 1), y.numpy()), 1e-5),
}
