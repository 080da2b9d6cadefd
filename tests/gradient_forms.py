"""∂L/∂p of every loss by hand, in NumPy: one line for object pixels, one for background pixels.

Independent of the library: no automatic differentiation, no formula of the value. Where the
quotient by p(1 − p) is what is known (∂L/∂z), `from_logit` divides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from scipy.special import expit

from .reference_scene import Array, Scene
from .references.boundary import (
    CROSS,
    SQUARE,
    contour,
    other_class_distance,
    skeleton_of,
    window_moments,
)

Form = Callable[..., Array]


def split(s: Scene, on_object: Array | float, on_background: Array | float) -> Array:
    return np.where(s.y > 0, on_object, on_background)


def from_logit(s: Scene, on_object: Array | float, on_background: Array | float) -> Array:
    """∂L/∂p where ∂L/∂z is known."""
    return split(s, on_object, on_background) / (s.p * s.q)


# ---- cross-entropies ---------------------------------------------------------------------------


def bce(s: Scene) -> Array:
    return from_logit(s, (s.p - 1) / s.N, s.p / s.N)


def weighted_bce(s: Scene, beta: float) -> Array:
    return bce(s) * split(s, beta, 1)


def balanced_bce(s: Scene, beta: float | None = None) -> Array:
    beta = s.n0 / s.N if beta is None else beta
    return bce(s) * split(s, beta, 1 - beta)


def focal(s: Scene, alpha: float, gamma: float) -> Array:
    missed = gamma * s.q ** (gamma - 1) * s.log_p - s.q**gamma / s.p
    false = s.p**gamma / s.q - gamma * s.p ** (gamma - 1) * s.log_q
    return split(s, alpha / s.N * missed, (1 - alpha) / s.N * false)


def asymmetric(s: Scene, gamma_pos: float, gamma_neg: float, margin: float) -> Array:
    missed = gamma_pos * s.q ** (gamma_pos - 1) * s.log_p - s.q**gamma_pos / s.p
    paid, rest = s.p > margin, s.q + margin
    over = np.where(paid, s.p - margin, 1.0)
    log_rest = s.log_q if margin == 0 else np.log(rest)
    false = over**gamma_neg / rest - gamma_neg * over ** (gamma_neg - 1) * log_rest
    return split(s, missed, paid * false) / s.N


def reduced_focal(s: Scene, gamma: float, threshold: float) -> Array:
    right, wrong = split(s, s.p, s.q), split(s, s.q, s.p)
    eased = (wrong / threshold) ** gamma * (gamma * s.ce / wrong + 1 / right)
    return np.where(right < threshold, 1 / right, eased) * split(s, -1, 1) / s.N


def _off_label(s: Scene, epsilon: float) -> Array:
    """p − y', without cancellation."""
    return split(s, epsilon / 2 - s.q, s.p - epsilon / 2)


def quality_focal(s: Scene, beta: float, epsilon: float) -> Array:
    off = _off_label(s, epsilon)
    label = split(s, 1 - epsilon / 2, epsilon / 2)
    ce, d = -(label * s.log_p + (1 - label) * s.log_q), np.abs(off)
    nearer = beta * d ** (beta - 1) * np.sign(off) * ce
    return (nearer + d**beta * off / (s.p * s.q)) / s.N


def tempered(a: Array, t: float) -> tuple[Array, Array]:
    """π and 1 − π with log_t π − log_t (1 − π) = a, by halving the log-odds, which |a| bounds."""

    def log_t(x: Array) -> Array:
        return np.log(x) if t == 1 else (x ** (1 - t) - 1) / (1 - t)

    low, high = -np.abs(a), np.abs(a)
    for _ in range(70):
        u = (low + high) / 2
        less = log_t(expit(u)) - log_t(expit(-u)) < a
        low, high = np.where(less, u, low), np.where(less, high, u)
    return expit(u), expit(-u)


def bi_tempered(s: Scene, t1: float, t2: float) -> Array:
    """∂L/∂a of the logit of the true class: (1 − π)(π^−t₁ + (1 − π)^−t₁) over dA/dπ."""
    r, w = tempered(split(s, s.z, -s.z), t2)
    push = w * (r**-t1 + w**-t1) / (r**-t2 + w**-t2) / s.N
    return from_logit(s, -push, push)


def unet_border_bce(s: Scene, w0: float, sigma: float) -> Array:
    number, count = ndimage.label(s.y, SQUARE)
    to = [ndimage.distance_transform_edt(number != k) for k in range(1, count + 1)]
    first, second = np.sort(to, axis=0)[:2]
    border = np.exp(-((first + second) ** 2) / (2 * sigma**2))
    return bce(s) * split(s, 1, 1 + w0 * border)


def distance_map_bce(s: Scene, scale: float) -> Array:
    inside = ndimage.distance_transform_edt(s.y > 0)
    outside = ndimage.distance_transform_edt(s.y == 0)
    phi = split(s, 1 - inside / inside.max(), 1 - outside / outside.max())
    return bce(s) * (1 + scale * phi)


def shape_aware(s: Scene) -> Array:
    to_target = ndimage.distance_transform_edt(~contour(s.y > 0))
    E = to_target[contour(s.hard)].mean()
    return bce(s) * (1 + E * (s.hard != (s.y > 0)))


def ssl_correlation(
    s: Scene, beta: float, lam: float, C4: float, window: int, sigma: float
) -> Array:
    (my, sy), (mp, sp) = (window_moments(x, window, sigma) for x in (s.y, s.p))
    e = np.abs((s.y - my + C4) / (sy + C4) - (s.p - mp + C4) / (sp + C4))
    f = e > beta * e.max()
    return bce(s) * (lam + (1 - lam) * s.N / f.sum() * e * f)


def topk_bce(s: Scene, k: float) -> Array:
    """Places are filled from the worst on; the last may be filled in part."""
    K = max(1.0, k * s.N)
    rank = np.argsort(np.argsort(-s.ce.ravel())).reshape(s.ce.shape)
    return bce(s) * s.N / K * np.clip(K - rank, 0, 1)


def poly1_bce(s: Scene, epsilon: float) -> Array:
    return bce(s) + split(s, -epsilon / s.N, epsilon / s.N)


def poly1_focal(s: Scene, epsilon: float, alpha: float, gamma: float) -> Array:
    extra = epsilon * (gamma + 1) / s.N * split(s, -(s.q**gamma), s.p**gamma)
    return focal(s, alpha, gamma) + extra


def label_smoothing_bce(s: Scene, epsilon: float) -> Array:
    return from_logit(s, (s.p - 1 + epsilon / 2) / s.N, (s.p - epsilon / 2) / s.N)


def mse(s: Scene) -> Array:
    return split(s, -2 * s.q / s.N, 2 * s.p / s.N)


def mae(s: Scene) -> Array:
    return split(s, -1 / s.N, 1 / s.N)


def gce(s: Scene, q: float) -> Array:
    return split(s, -(s.p ** (q - 1)) / s.N, s.q ** (q - 1) / s.N)


# ---- ratios of counts --------------------------------------------------------------------------


def _dsc(s: Scene, smooth: float) -> tuple[float, float]:
    S = s.p.sum() + s.n1 + smooth
    return (2 * s.TP + smooth) / S, S


def dice(s: Scene, smooth: float) -> Array:
    DSC, S = _dsc(s, smooth)
    return split(s, (DSC - 2) / S, DSC / S)


def log_cosh_dice(s: Scene, smooth: float) -> Array:
    return dice(s, smooth) * np.tanh(1 - _dsc(s, smooth)[0])


def squared_dice(s: Scene, smooth: float) -> Array:
    S = (s.p**2).sum() + s.n1 + smooth
    DSC = (2 * s.TP + smooth) / S
    return split(s, -2 * (1 - s.p * DSC) / S, 2 * s.p * DSC / S)


def generalized_dice(s: Scene) -> Array:
    w1, w0 = 1 / s.n1**2, 1 / s.n0**2
    den = w1 * (s.p.sum() + s.n1) + w0 * (s.N - s.p.sum() + s.n0)
    L = 1 - 2 * (w1 * s.TP + w0 * s.TN) / den
    tilt = L * (w1 - w0)
    return split(s, (-(w1 + w0) - tilt) / den, ((w1 + w0) - tilt) / den)


def jaccard(s: Scene, smooth: float) -> Array:
    U = s.TP + s.FP + s.FN + smooth
    return split(s, -1 / U, (s.TP + smooth) / U / U)


def power_jaccard(s: Scene, power: float, smooth: float) -> Array:
    U = (s.p**power).sum() + s.n1 - s.TP + smooth
    T = (s.TP + smooth) / U
    return (power * s.p ** (power - 1) * T - s.y * (1 + T)) / U


def dice_semimetric(s: Scene, epsilon: float, smooth: float) -> Array:
    S = s.p.sum() + split(s, 1 - epsilon / 2, epsilon / 2).sum() + smooth
    off = _off_label(s, epsilon)
    return (np.sign(off) - np.abs(off).sum() / S) / S


def tanimoto_complement(s: Scene, smooth: float) -> Array:
    off = split(s, -s.q, s.p)
    W = (off**2).sum()
    found: Array | float = 0.0
    for overlap, slope in ((s.TP, s.y), (s.TN, s.y - 1)):
        U = W + overlap + smooth
        found = found + (2 * off * (1 - W / U) - slope * W / U) / U / 2
    return found


def boundary_dou(s: Scene, smooth: float) -> Array:
    a = min(1 - 2 * (contour(s.y > 0).sum() + smooth) / (s.n1 + smooth), 0.8)
    off = split(s, -s.q, s.p)
    above = (off**2).sum() + smooth
    D = above + (1 - a) * s.TP
    return (2 * off * (1 - above / D) - (1 - a) * s.y * above / D) / D


def _index(s: Scene, alpha: float, beta: float, smooth: float) -> tuple[float, float]:
    D = s.TP + alpha * s.FP + beta * s.FN + smooth
    return (s.TP + smooth) / D, D


def tversky(s: Scene, alpha: float, beta: float, smooth: float) -> Array:
    TI, D = _index(s, alpha, beta, smooth)
    return split(s, -(1 - (1 - beta) * TI) / D, alpha * TI / D)


def fbeta(s: Scene, b: float, smooth: float) -> Array:
    return tversky(s, 1 / (1 + b**2), b**2 / (1 + b**2), smooth)


def focal_tversky(s: Scene, alpha: float, beta: float, gamma: float, smooth: float) -> Array:
    TI, _ = _index(s, alpha, beta, smooth)
    return tversky(s, alpha, beta, smooth) * (1 - TI) ** (1 / gamma - 1) / gamma


def sensitivity_specificity(s: Scene, w: float, power: float) -> Array:
    missed, false = s.q ** (power - 1) / s.n1, s.p ** (power - 1) / s.n0
    return split(s, -power * w * missed, power * (1 - w) * false)


def mcc(s: Scene, eps: float) -> Array:
    a, b, c, d = s.TP + s.FP, s.TP + s.FN, s.TN + s.FP, s.TN + s.FN
    n, q = s.TP * s.TN - s.FP * s.FN, a * b * c * d + eps

    def slope(n_x: float, q_x: float) -> float:
        return -n_x / np.sqrt(q) + n * q_x / (2 * q**1.5)

    tp, fp = slope(s.TN, (a + b) * c * d), slope(-s.FN, (a + c) * b * d)
    fn, tn = slope(-s.FP, (b + d) * a * c), slope(s.TP, (c + d) * a * b)
    return split(s, tp - fn, fp - tn)


def noise_robust_dice(s: Scene, gamma: float, smooth: float) -> Array:
    S = (s.p**2).sum() + s.n1 + smooth
    L = (split(s, s.q, s.p) ** gamma).sum() / S
    return (gamma * split(s, -(s.q ** (gamma - 1)), s.p ** (gamma - 1)) - 2 * s.p * L) / S


def _lovasz_steps(s: Scene, error: Array) -> Array:
    """g of every pixel: what the Jaccard loss grows by when it goes wrong too, the worst first."""
    wrong = np.zeros(s.y.size, dtype=bool)
    y, g, before = s.y.ravel() > 0, np.zeros(s.y.size), 0.0
    for i in np.argsort(-error.ravel()):
        wrong[i] = True
        after = 1 - (y & ~wrong).sum() / (y | wrong).sum()
        g[i], before = after - before, after
    return g.reshape(s.y.shape)


def lovasz_sigmoid(s: Scene) -> Array:
    g = _lovasz_steps(s, split(s, s.q, s.p))
    return split(s, -g, g)


def lovasz_hinge(s: Scene) -> Array:
    margin = 1 - (2 * s.y - 1) * s.z
    g = _lovasz_steps(s, margin) * (margin > 0)
    return from_logit(s, -g, g)


# ---- places ------------------------------------------------------------------------------------


def hausdorff_dt(s: Scene, alpha: float) -> Array:
    reach = sum(other_class_distance(m) ** alpha for m in (s.y > 0, s.hard))
    return split(s, -2 * s.q * reach / s.N, 2 * s.p * reach / s.N)


def boundary(s: Scene) -> Array:
    outside = ndimage.distance_transform_edt(s.y == 0)
    inside = ndimage.distance_transform_edt(s.y > 0)
    return split(s, -(inside - 1) / s.N, outside / s.N)


def skeleton_recall(s: Scene, radius: int, smooth: float) -> Array:
    tube = skeleton_of(s.y > 0)
    if radius:
        tube = ndimage.binary_dilation(tube, CROSS, iterations=radius) & (s.y > 0)
    return np.where(tube, -1 / (tube.sum() + smooth), 0.0)


def active_contour(s: Scene, lam: float, mu: float, eps: float) -> Array:
    dx, dy = np.zeros(s.p.shape), np.zeros(s.p.shape)
    dx[:, :-1], dy[:-1] = np.diff(s.p, axis=1), np.diff(s.p, axis=0)
    length = np.sqrt(dx**2 + dy**2 + eps)
    u, v = dx / length, dy / length  # 0 at the far edges
    div = np.diff(u, axis=1, prepend=0) + np.diff(v, axis=0, prepend=0)
    return split(s, -lam / s.N, lam * mu / s.N) - div / s.N


# ---- sums of the rows above --------------------------------------------------------------------


def _opposite(s: Scene) -> Scene:
    """Object and background exchanged; a slope in its p is minus the slope in ours."""
    return Scene(-s.z, 1 - s.y)


def exp_log(
    s: Scene, w_dice: float, w_cross: float, gamma_dice: float, gamma_cross: float, smooth: float
) -> Array:
    w1, w0 = np.sqrt(s.N / s.n1), np.sqrt(s.N / s.n0)
    steep = w_cross * gamma_cross / s.N * s.ce ** (gamma_cross - 1)
    found = split(s, -steep * w1 / s.p, steep * w0 / s.q)
    for label, sign in ((s, 1), (_opposite(s), -1)):
        DSC, _ = _dsc(label, smooth)
        outer = gamma_dice * (-np.log(DSC)) ** (gamma_dice - 1) / DSC
        found = found + w_dice / 2 * outer * sign * dice(label, smooth)
    return found


def soft_f1(s: Scene, w: float) -> Array:
    return w * dice(s, 0.0) - (1 - w) * dice(_opposite(s), 0.0)


def combo(s: Scene, alpha: float, beta: float, smooth: float) -> Array:
    return alpha * balanced_bce(s, beta) + (1 - alpha) * dice(s, smooth)


def histoseg(s: Scene, alpha: float, gamma: float, smooth: float) -> Array:
    return bce(s) + focal(s, alpha, gamma) + dice(s, smooth)


def dice_bce(s: Scene, smooth: float, w: float) -> Array:
    return dice(s, smooth) + w * bce(s)


def _overlaps(s: Scene, delta: float, gammas: tuple[float, float]) -> Array:
    """Half the focal Tversky slopes of both classes; γ of the object, then of the background."""
    found = 0.0
    for label, sign, gamma in ((s, 1, gammas[0]), (_opposite(s), -1, gammas[1])):
        TI, _ = _index(label, 1 - delta, delta, 0.0)
        outer = (1 - gamma) * (1 - TI) ** -gamma
        found = found + sign * outer * tversky(label, 1 - delta, delta, 0.0) / 2
    return found


def unified_focal_sym(s: Scene, lam: float, delta: float, gamma: float) -> Array:
    return lam * focal(s, delta, gamma) + (1 - lam) * _overlaps(s, delta, (gamma, gamma))


def unified_focal_asym(s: Scene, lam: float, delta: float, gamma: float) -> Array:
    focused = split(s, balanced_bce(s, delta), focal(s, delta, gamma))
    return lam * focused + (1 - lam) * _overlaps(s, delta, (gamma, 0.0))


# The table's rows, by the losses that each one speaks of.
TABLE: dict[str, tuple[Form, ...]] = {
    "BCE": (bce,),
    "WCE / balanced": (weighted_bce, balanced_bce),
    "focal": (focal,),
    "asymmetric, reduced, quality focal": (asymmetric, reduced_focal, quality_focal),
    "bi-tempered (in z)": (bi_tempered,),
    "distance-map, shape-aware, border": (distance_map_bce, shape_aware, unet_border_bce),
    "correlation SSL": (ssl_correlation,),
    "top-k": (topk_bce,),
    "Poly-1": (poly1_bce, poly1_focal),
    "label smoothing": (label_smoothing_bce,),
    "MSE, MAE, GCE": (mse, mae, gce),
    "Dice": (dice,),
    "log-cosh Dice": (log_cosh_dice,),
    "squared Dice": (squared_dice,),
    "GDL": (generalized_dice,),
    "Jaccard, with powers, both classes, of the contour": (
        jaccard, power_jaccard, tanimoto_complement, boundary_dou,
    ),
    "Dice of soft labels": (dice_semimetric,),
    "Tversky": (tversky, fbeta),
    "focal Tversky": (focal_tversky,),
    "sens-spec": (sensitivity_specificity,),
    "MCC": (mcc,),
    "noise-robust Dice": (noise_robust_dice,),
    "Lovász sigmoid (hinge in z)": (lovasz_sigmoid, lovasz_hinge),
    "Hausdorff DT": (hausdorff_dt,),
    "boundary": (boundary,),
    "active contour": (active_contour,),
    "skeleton recall": (skeleton_recall,),
    "double soft F1": (soft_f1,),
    "exp-log": (exp_log,),
    "combo, HistoSeg, Dice+CE, unified focal": (
        combo, histoseg, dice_bce, unified_focal_sym, unified_focal_asym,
    ),
}  # fmt: skip

FORMS: dict[str, Form] = {f.__name__: f for row in TABLE.values() for f in row}

# No useful closed form: a pooled minimum, a window around every pixel, or a stretch between the
# extremes after each of many erosions.
AUTOGRAD = {"cldice", "dice_cldice", "ssim", "structure_f3net", "hausdorff_er"}
