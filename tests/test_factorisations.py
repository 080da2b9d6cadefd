"""Whole landscapes from a few sums of the image, taken once in NumPy, against the library's grids.

Each row of the table of factorisations: the value over a grid of dials follows from the sums alone,
and one call of the library over that grid gives the same, point by point.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pytest
import torch
from scipy import ndimage

from segloss_core import LOSSES

from .gradient_forms import tempered
from .laws import scene
from .reference_scene import Array, Scene
from .references.boundary import (
    CROSS,
    SQUARE,
    contour,
    other_class_distance,
    skeleton_of,
    soft_skeleton,
    window_moments,
)

WINDOW, ITERS, RADIUS = 5, 2, 1


class Sums(Scene):
    """What is taken of an image once; after this no formula below looks at a pixel."""

    def __init__(self, z: Array, y: Array) -> None:
        super().__init__(z, y)
        self.A1, self.A0 = (y * self.ce).sum(), ((1 - y) * self.ce).sum()
        self.S1, self.S0 = (y * self.q**2).sum(), ((1 - y) * self.p**2).sum()
        self.P2, self.P = (self.p**2).sum(), self.p.sum()
        self.margin = ((2 * y - 1) * z).sum()
        self.E = self.FP + self.FN

    def _each(self, f: Callable[[float], float], exponents: Array) -> Array:
        """One pass over the image for every value of an exponent, none for other dials."""
        found = {x: f(x) for x in np.unique(exponents)}
        return np.vectorize(found.__getitem__, otypes=[float])(exponents)

    def _each_pair(self, f: Callable[[float, float], float], *two: Array) -> Array:
        """One pass over the image for every pair of values that belong together."""
        a, b = np.broadcast_arrays(*two)
        found = {(x, y): f(x, y) for x in np.unique(a) for y in np.unique(b)}
        each = [found[x, y] for x, y in zip(a.ravel(), b.ravel(), strict=True)]
        return np.array(each).reshape(a.shape)

    def F1(self, gamma: Array) -> Array:
        return self._each(lambda g: float((self.y * self.q**g * self.ce).sum()), gamma)

    def F0(self, gamma: Array) -> Array:
        return self._each(lambda g: float(((1 - self.y) * self.p**g * self.ce).sum()), gamma)

    def X(self, label: int, gamma: Array) -> Array:
        return self._each(lambda g: float((self.ce**g)[self.y == label].sum()), gamma)

    def error_power(self, label: int, gamma: Array) -> Array:
        error = np.where(self.y > 0, self.q, self.p)
        return self._each(lambda g: float((error**g)[self.y == label].sum()), gamma)

    def right_power(self, exponent: Array) -> Array:
        right = np.where(self.y > 0, self.p, self.q)
        return self._each(lambda q: float((1 - right**q).sum()), exponent)

    @cached_property
    def worst_first(self) -> tuple[Array, Array]:
        """Cross-entropies from the largest on, and their sums so far."""
        falling = np.sort(self.ce.ravel())[::-1]
        return falling, np.concatenate([[0], falling.cumsum()])

    def above_margin(self, gamma: Array, margin: Array) -> Array:
        """Σ over the background of the focused surprise beyond a margin."""

        def total(g: float, m: float) -> float:
            over = np.maximum(self.p - m, 0)
            surprise = -self.log_q if m == 0 else -np.log(np.where(over > 0, self.q + m, 1))
            return float(((1 - self.y) * over**g * surprise).sum())

        return self._each_pair(total, gamma, margin)

    def near_label(self, beta: Array, epsilon: Array) -> Array:
        """Σ |y' − p|^β CE(y', p), from the error and the logit that speaks for the label."""
        error = np.where(self.y > 0, self.q, self.p)
        for_label = (2 * self.y - 1) * self.z
        return self._each_pair(
            lambda b, e: float((np.abs(error - e / 2) ** b * (self.ce + e / 2 * for_label)).sum()),
            beta,
            epsilon,
        )

    def tempered(self, t1: Array, t2: Array) -> Array:
        """Σ −log_t₁ π − (1 − π^(2−t₁) − (1 − π)^(2−t₁))/(2 − t₁), π solved for once per t₂."""
        a = (2 * self.y - 1) * self.z
        solved = {t: tempered(a, t) for t in np.unique(t2)}

        def total(t: float, tail: float) -> float:
            r, w = solved[tail]
            price = -np.log(r) if t == 1 else (1 - r ** (1 - t)) / (1 - t)
            return float((price - (1 - r ** (2 - t) - w ** (2 - t)) / (2 - t)).sum())

        return self._each_pair(total, t1, t2)

    def above_and_below(self, gamma: Array, threshold: Array) -> tuple[Array, Array]:
        """Σ CE of pixels with p_t < t, and Σ (1 − p_t)^γ CE of the others: running sums, sorted."""
        right = np.where(self.y > 0, self.p, self.q).ravel()
        wrong, order = np.where(self.y > 0, self.q, self.p).ravel(), np.argsort(right)
        ce, wrong = self.ce.ravel()[order], wrong[order]
        below = np.searchsorted(right[order], threshold, side="left")
        whole = np.concatenate([[0], ce.cumsum()])[below]
        tails = {g: np.cumsum((wrong**g * ce)[::-1])[::-1] for g in np.unique(gamma)}
        at = np.broadcast_arrays(gamma, below)
        eased = [np.append(tails[g], 0)[i] for g, i in zip(*(x.ravel() for x in at), strict=True)]
        return whole, np.array(eased).reshape(at[0].shape)

    def off_label(self, epsilon: Array) -> Array:
        """Σ |p − y'|: the error's distance to ε/2, from running sums of the sorted errors."""
        error = np.sort(np.where(self.y > 0, self.q, self.p).ravel())
        so_far = np.concatenate([[0], error.cumsum()])
        below = np.searchsorted(error, epsilon / 2)
        return so_far[-1] - 2 * so_far[below] + epsilon / 2 * (2 * below - self.N)

    def powered(self, exponent: Array) -> Array:
        return self._each(lambda k: float((self.p**k).sum()), exponent)

    def between_objects(self, sigma: Array) -> Array:
        """Σ CE of the background by the width of the gap that a pixel lies in."""
        number, count = ndimage.label(self.y, SQUARE)
        to = [ndimage.distance_transform_edt(number != k) for k in range(1, count + 1)]
        width, at = np.unique(np.sort(to, axis=0)[:2].sum(0), return_inverse=True)
        paid = np.bincount(at.ravel(), ((1 - self.y) * self.ce).ravel())
        return self._each(lambda s: float((paid * np.exp(-(width**2) / (2 * s * s))).sum()), sigma)

    @cached_property
    def tube(self) -> tuple[float, float]:
        """What is missed of the widened skeleton, and all of it."""
        wide = ndimage.binary_dilation(skeleton_of(self.y > 0), CROSS, iterations=RADIUS)
        inside = wide & (self.y > 0)
        return float(self.q[inside].sum()), float(inside.sum())

    @cached_property
    def layers(self) -> list[float]:
        """Σ of what is left of the squared error after each erosion."""
        left, found = np.where(self.y > 0, self.q, self.p) ** 2, []
        for _ in range(ITERS):
            left = np.maximum(ndimage.convolve(left, CROSS / 5, mode="constant") - 0.5, 0)
            left = (left - left.min()) / np.ptp(left) if np.ptp(left) else left
            found.append(float(left.sum()))
        return found

    @cached_property
    def structure(self) -> tuple[Array, Array]:
        """Structural errors from the largest on, and the sums so far of error times cross-entropy."""
        (my, sy), (mp, sp) = (window_moments(x, 3, 1.5) for x in (self.y, self.p))
        e = np.abs((self.y - my + 0.01) / (sy + 0.01) - (self.p - mp + 0.01) / (sp + 0.01)).ravel()
        order = np.argsort(-e)
        return e[order], np.concatenate([[0], (e * self.ce.ravel())[order].cumsum()])

    def per_square(self, plane: Array, mask: Array) -> tuple[Array, Array]:
        """The squared distances to the other class that occur, and the plane summed at each."""
        squares = np.rint(other_class_distance(mask) ** 2).astype(int)
        return np.unique(squares), np.bincount(squares.ravel(), plane.ravel())[np.unique(squares)]

    @cached_property
    def nearness(self) -> float:
        """Σ φ CE, with the reversed distance map normalised on each side."""
        m = self.y > 0
        inside, outside = ndimage.distance_transform_edt(m), ndimage.distance_transform_edt(~m)
        phi = np.where(m, 1 - inside / inside.max(), 1 - outside / outside.max())
        return float((phi * self.ce).sum())

    def length(self, eps: float) -> float:
        dx, dy = (
            np.diff(self.p, axis=1, append=self.p[:, -1:]),
            np.diff(self.p, axis=0, append=self.p[-1:]),
        )
        return float(np.sqrt(dx**2 + dy**2 + eps).mean())

    @cached_property
    def lines(self) -> tuple[float, float, float, float]:
        """Of both soft skeletons: what lies in the other mask, and all."""
        sp, sl = soft_skeleton(self.p, ITERS), soft_skeleton(self.y, ITERS)
        return (sp * self.y).sum(), sp.sum(), (sl * self.p).sum(), sl.sum()

    @cached_property
    def unlike(self) -> Array:
        around = ndimage.uniform_filter(self.y, WINDOW, mode="constant", cval=0)
        return np.abs(around - self.y)


def _focal(s, alpha, gamma):
    return (alpha * s.F1(gamma) + (1 - alpha) * s.F0(gamma)) / s.N


def _dice(s, smooth):
    return s.E / (2 * s.TP + s.E + smooth)


def _tversky(s, alpha, beta, smooth):
    priced = alpha * s.FP + beta * s.FN
    return priced / (s.TP + priced + smooth)


def _balanced(s, beta):
    return (beta * s.A1 + (1 - beta) * s.A0) / s.N


def _cldice(s, smooth):
    hit_p, all_p, hit_l, all_l = s.lines
    a, b = (hit_p + smooth) / (all_p + smooth), (hit_l + smooth) / (all_l + smooth)
    return 1 - 2 * a * b / (a + b)


def _exp_log(s, w_dice, w_cross, gamma_dice, gamma_cross, smooth):
    overlap = sum(np.log1p(s.E / (2 * hit + smooth)) ** gamma_dice for hit in (s.TP, s.TN)) / 2
    w1, w0 = np.sqrt(s.N / s.n1), np.sqrt(s.N / s.n0)
    return w_dice * overlap + w_cross * (w1 * s.X(1, gamma_cross) + w0 * s.X(0, gamma_cross)) / s.N


def _unified(s, lam, delta, gamma, F1, gamma_background):
    object_ = (delta * s.FN + (1 - delta) * s.FP) / (s.TP + delta * s.FN + (1 - delta) * s.FP)
    other = (delta * s.FP + (1 - delta) * s.FN) / (s.TN + delta * s.FP + (1 - delta) * s.FN)
    overlap = (object_ ** (1 - gamma) + other ** (1 - gamma_background)) / 2
    return lam * (delta * F1 + (1 - delta) * s.F0(gamma)) / s.N + (1 - lam) * overlap


def _topk(s, k):
    falling, so_far = s.worst_first
    K = np.maximum(1, k * s.N)
    whole = np.floor(K).astype(int)
    part = np.where(whole < s.N, (K - whole) * falling[np.minimum(whole, s.N - 1)], 0)
    return (so_far[whole] + part) / K


def _ssl(s, beta, lam):
    e, so_far = s.structure
    M = np.searchsorted(-e, -beta * e[0], side="left")  # how many are above β e_max
    return lam * (s.A1 + s.A0) / s.N + (1 - lam) * so_far[M] / M


def _hausdorff(s, alpha):
    total = 0.0
    for mask in (s.y > 0, s.hard):
        square, h = s.per_square((s.p - s.y) ** 2, mask)
        total = total + (h * square ** (alpha[..., None] / 2)).sum(-1)
    return total / s.N


def _boundary(s):
    """φ is d outside and 1 − d inside: the prediction summed at each distance."""
    square, outside = s.per_square(s.p * (1 - s.y), s.y > 0)
    _, inside = s.per_square(s.p * s.y, s.y > 0)
    d = np.sqrt(square)
    return (d * outside - (d - 1) * inside).sum() / s.N


def _f3net(s, gain, smooth):
    def total(x):
        return x.sum() + gain * (s.unlike * x).sum()

    error = np.where(s.y > 0, s.q, s.p)
    union = np.where(s.y > 0, 1, s.p)
    return total(s.ce) / total(np.ones_like(s.y)) + total(error) / (total(union) + smooth)


def _mcc(s, eps):
    four = (s.TP + s.FP) * (s.TP + s.FN) * (s.TN + s.FP) * (s.TN + s.FN)
    return 1 - (s.TP * s.TN - s.FP * s.FN) / np.sqrt(four + eps)


def _reduced(s, gamma, threshold):
    whole, eased = s.above_and_below(gamma, threshold)
    return (whole + threshold ** (-gamma) * eased) / s.N


def _power_jaccard(s, power, smooth):
    powers = s.powered(power)
    return (powers + s.n1 - 2 * s.TP) / (powers + s.n1 - s.TP + smooth)


def _semimetric(s, epsilon, smooth):
    labels = s.n1 * (1 - epsilon / 2) + s.n0 * epsilon / 2
    return s.off_label(epsilon) / (s.P + labels + smooth)


def _tanimoto(s, smooth):
    wrong = s.S1 + s.S0
    return sum(wrong / (wrong + hit + smooth) for hit in (s.TP, s.TN)) / 2


def _dou(s, smooth):
    kept = 1 - np.minimum(1 - 2 * (contour(s.y > 0).sum() + smooth) / (s.n1 + smooth), 0.8)
    above = s.S1 + s.S0 + smooth
    return above / (above + kept * s.TP)


def _squared(s, smooth):
    return (s.S1 + s.S0) / (s.P2 + s.n1 + smooth)


def _sensitivity(s, w, power):
    e1, e0 = (s.error_power(label, power) for label in (1, 0))
    return w * e1 / s.n1 + (1 - w) * e0 / s.n0


# The rows, and of each loss: the value from sums, and what is fixed (a window is no sum).
ROWS: dict[str, dict[str, tuple[Callable, dict]]] = {
    "weighted CE": {"weighted_bce": (lambda s, beta: (beta * s.A1 + s.A0) / s.N, {})},
    "balanced CE": {"balanced_bce": (_balanced, {})},
    "focal": {"focal": (_focal, {})},
    "asymmetric, reduced, quality focal": {
        "asymmetric": (
            lambda s, gamma_pos, gamma_neg, margin: (
                (s.F1(gamma_pos) + s.above_margin(gamma_neg, margin)) / s.N
            ),
            {},
        ),
        "reduced_focal": (_reduced, {}),
        "quality_focal": (lambda s, beta, epsilon: s.near_label(beta, epsilon) / s.N, {}),
    },
    "bi-tempered": {"bi_tempered": (lambda s, t1, t2: s.tempered(t1, t2) / s.N, {})},
    "border CE": {
        "unet_border_bce": (
            lambda s, w0, sigma: (s.A1 + s.A0 + w0 * s.between_objects(sigma)) / s.N,
            {},
        )
    },
    "power Jaccard, Tanimoto, boundary DoU": {
        "power_jaccard": (_power_jaccard, {}),
        "tanimoto_complement": (_tanimoto, {}),
        "boundary_dou": (_dou, {}),
    },
    "Dice of soft labels": {"dice_semimetric": (_semimetric, {})},
    "double soft F1": {
        "soft_f1": (
            lambda s, w: w * s.E / (2 * s.TP + s.E) + (1 - w) * s.E / (2 * s.TN + s.E),
            {},
        )
    },
    "skeleton recall": {
        "skeleton_recall": (
            lambda s, smooth: s.tube[0] / (s.tube[1] + smooth),
            {"radius": RADIUS},
        )
    },
    "Hausdorff by erosion": {
        "hausdorff_er": (
            lambda s, alpha: sum(k**alpha * x for k, x in enumerate(s.layers, 1)) / s.N,
            {"iterations": ITERS},
        )
    },
    "distance-map CE": {
        "distance_map_bce": (lambda s, scale: (s.A1 + s.A0 + scale * s.nearness) / s.N, {})
    },
    "Dice, log-cosh Dice, Jaccard": {
        "dice": (_dice, {}),
        "log_cosh_dice": (lambda s, smooth: np.log(np.cosh(_dice(s, smooth))), {}),
        "jaccard": (lambda s, smooth: s.E / (s.TP + s.E + smooth), {}),
    },
    "squared Dice": {"squared_dice": (_squared, {})},
    "sens-spec": {"sensitivity_specificity": (_sensitivity, {})},
    "Tversky, focal Tversky, Fβ": {
        "tversky": (_tversky, {}),
        "focal_tversky": (
            lambda s, alpha, beta, gamma, smooth: _tversky(s, alpha, beta, smooth) ** (1 / gamma),
            {},
        ),
        "fbeta": (
            lambda s, b, smooth: _tversky(s, 1 / (1 + b**2), b**2 / (1 + b**2), smooth),
            {},
        ),
    },
    "combo": {
        "combo": (
            lambda s, alpha, beta, smooth: (
                alpha * _balanced(s, beta) - (1 - alpha) * (1 - _dice(s, smooth))
            ),
            {},
        )
    },
    "exp-log": {"exp_log": (_exp_log, {})},
    "HistoSeg": {
        "histoseg": (
            lambda s, alpha, gamma, smooth: (
                (s.A1 + s.A0) / s.N + _focal(s, alpha, gamma) + _dice(s, smooth)
            ),
            {},
        )
    },
    "unified focal": {
        "unified_focal_sym": (
            lambda s, lam, delta, gamma: _unified(s, lam, delta, gamma, s.F1(gamma), gamma),
            {},
        ),
        "unified_focal_asym": (
            lambda s, lam, delta, gamma: _unified(s, lam, delta, gamma, s.A1, 0),
            {},
        ),
    },
    "Poly-1 CE": {
        "poly1_bce": (lambda s, epsilon: (s.A1 + s.A0 + epsilon * s.E) / s.N, {}),
        "poly1_focal": (
            lambda s, epsilon, alpha, gamma: (
                _focal(s, alpha, gamma)
                + epsilon * (s.error_power(1, gamma + 1) + s.error_power(0, gamma + 1)) / s.N
            ),
            {},
        ),
    },
    "label smoothing": {
        "label_smoothing_bce": (
            lambda s, epsilon: (s.A1 + s.A0 + epsilon / 2 * s.margin) / s.N,
            {},
        )
    },
    "top-k CE": {"topk_bce": (_topk, {})},
    "correlation SSL": {"ssl_correlation": (_ssl, {"C4": 0.01, "window": 3, "sigma": 1.5})},
    "Hausdorff DT": {"hausdorff_dt": (_hausdorff, {})},
    "active contour": {
        "active_contour": (
            lambda s, lam, mu: s.length(0.01) + lam * (mu * s.FP + s.FN) / s.N,
            {"eps": 0.01},
        )
    },
    "boundary, Dice+clDice, Dice+CE": {
        "boundary": (_boundary, {}),
        "dice_cldice": (
            lambda s, alpha, smooth: (1 - alpha) * _dice(s, smooth) + alpha * _cldice(s, smooth),
            {"iters": ITERS},
        ),
        "cldice": (_cldice, {"iters": ITERS}),
        "dice_bce": (lambda s, smooth, w: _dice(s, smooth) + w * (s.A1 + s.A0) / s.N, {}),
    },
    "F3Net structure": {"structure_f3net": (_f3net, {"window": WINDOW})},
    "GCE, noise-robust Dice": {
        "gce": (lambda s, q: s.right_power(q) / q / s.N, {}),
        "noise_robust_dice": (
            lambda s, gamma, smooth: (
                (s.error_power(1, gamma) + s.error_power(0, gamma)) / (s.P2 + s.n1 + smooth)
            ),
            {},
        ),
    },
    "MCC": {"mcc": (_mcc, {})},
}
FACTORISED = {name: row[name] for row in ROWS.values() for name in row}
DIAL_FREE = {
    "bce", "mse", "mae", "generalized_dice", "lovasz_hinge", "lovasz_sigmoid", "shape_aware",
}  # fmt: skip
ONLY_WINDOWS = {"ssim"}  # every window is another computation


def test_every_loss_with_dials_has_its_factorisation():
    assert set(FACTORISED) | DIAL_FREE | ONLY_WINDOWS == set(LOSSES)
    assert all(not LOSSES[name].dials for name in DIAL_FREE)
    assert all(dial.kind == "whole" for n in ONLY_WINDOWS for dial in LOSSES[n].dials.values())


def test_no_dial_is_left_out_of_the_grids():
    """But for windows and iterations, which no sum knows, and what an exponent fixes."""
    for name, (_, fixed) in FACTORISED.items():
        whole = {k for k, d in LOSSES[name].dials.items() if d.kind == "whole"}
        assert whole <= set(fixed) <= whole | {"C4", "sigma", "eps"}, name


def grids(name: str, fixed: dict) -> dict[str, Array]:
    """Unequal values of each free dial over most of its slider, each dial on an axis of its own."""
    dials = {k: d for k, d in LOSSES[name].dials.items() if k not in fixed}
    found = {}
    for i, (k, dial) in enumerate(dials.items()):
        low, high = dial.param.shown
        low = low if dial.param.contains(low) else low + 0.01 * (high - low)
        steps = np.linspace(
            0.03 * i, 0.9 - 0.07 * i, 7 if len(dials) == 1 else 5 - (len(dials) > 3)
        )
        values = low + steps * (high - low)
        found[k] = values.reshape([-1 if j == i else 1 for j in range(len(dials))])
    return found


@pytest.mark.parametrize("name", FACTORISED)
def test_a_landscape_follows_from_sums(name):
    from_sums, fixed = FACTORISED[name]
    dials = grids(name, fixed)
    for seed, gain in ((0, 1.0), (1, 2.0)):
        z, y = scene(seed, gain=gain)
        expected = from_sums(Sums(z.numpy(), y.numpy()), **dials)
        grid = {k: torch.from_numpy(v) for k, v in dials.items()}
        dense = LOSSES[name](z, y, **grid, **fixed).numpy()
        assert dense.shape == np.broadcast_shapes(*(v.shape for v in dials.values()))
        assert np.isfinite(dense).all()
        # A value that crosses 0 is compared on the scale of its grid.
        scale = np.maximum(np.abs(expected), 0.01 * np.abs(expected).max())
        assert (np.abs(dense - expected) <= 1e-12 * scale).all(), np.abs(dense / expected - 1).max()


def test_a_landscape_is_of_this_image():
    """The sums of another image give another landscape: the comparison above can fail."""
    (z, y), (other, _) = scene(0), scene(1)
    for name, (from_sums, fixed) in FACTORISED.items():
        dials = grids(name, fixed)
        mine, theirs = (from_sums(Sums(x.numpy(), y.numpy()), **dials) for x in (z, other))
        assert np.abs(mine - theirs).max() > 1e-6 * np.abs(mine).max(), name
