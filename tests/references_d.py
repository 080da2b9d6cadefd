"""Plain formulas of losses on outlines, skeletons, gaps between objects and erosions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from .reference_scene import Array, Scene

CROSS = ndimage.generate_binary_structure(2, 1)
SQUARE = np.ones((3, 3), bool)


def boundary_dou(s: Scene, smooth: float) -> float:
    neighbours = ndimage.correlate(s.y, CROSS.astype(float), mode="constant")
    C, S = np.count_nonzero(s.y * neighbours % 5), np.count_nonzero(s.y)
    alpha = min(2 * (1 - (C + smooth) / (S + smooth)) - 1, 0.8)
    inter, z_sum, y_sum = (s.p * s.y).sum(), (s.p**2).sum(), (s.y**2).sum()
    above = z_sum + y_sum - 2 * inter + smooth
    return float(above / (z_sum + y_sum - (1 + alpha) * inter + smooth))


def _skeleton(mask: Array) -> Array:
    skeleton, eroded = np.zeros_like(mask), mask
    for _ in range(max(mask.shape)):
        smaller = ndimage.binary_erosion(eroded, CROSS, border_value=1)
        skeleton |= eroded & ~ndimage.binary_dilation(smaller, SQUARE)
        eroded = smaller
    return skeleton


def skeleton_recall(s: Scene, radius: int, smooth: float) -> float:
    tube = _skeleton(s.y > 0)
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


def tanimoto_complement(s: Scene, smooth: float) -> float:
    def T(p: Array, y: Array) -> float:
        return ((p * y).sum() + smooth) / ((p**2 + y**2).sum() - (p * y).sum() + smooth)

    return float(1 - (T(s.p, s.y) + T(s.q, 1 - s.y)) / 2)


REFERENCES: dict[str, Callable[..., float]] = {
    f.__name__: f
    for f in (boundary_dou, skeleton_recall, unet_border_bce, hausdorff_er, tanimoto_complement)
}

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "boundary_dou": ({"smooth": 0.3}, {"smooth": 4.0}),
    "skeleton_recall": ({"radius": 0, "smooth": 0.0}, {"radius": 1, "smooth": 4.0}),
    "unet_border_bce": ({"w0": 3.0, "sigma": 1.5}, {"w0": 0.7, "sigma": 12.0}),
    "hausdorff_er": ({"alpha": 1.0, "iterations": 3}, {"alpha": 2.7, "iterations": 5}),
    "tanimoto_complement": ({"smooth": 0.0}, {"smooth": 2.5}),
}

# What a perfect prediction of a target costs, where that is not 0.
PERFECT: dict[str, Callable[..., float]] = {
    "boundary_dou": lambda y: boundary_dou(Scene(1e4 * (2 * y.numpy() - 1), y.numpy()), 1e-5),
}
