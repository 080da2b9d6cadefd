"""A flat prediction against an empty, a full and a one-pixel target: values on paper, cases named.

Everything is 8 × 8. No value here is NaN, no gradient is, and what is undefined is said in a
sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.optimize import brentq

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene
from .reference_scene import Scene
from .references import REFERENCES

SIDE, N = 8, 64
AT = (3, 3)  # of the one object pixel
TARGETS = {"empty": 0, "full": 64, "one pixel": 1}


def target(kind: str) -> torch.Tensor:
    y = torch.full((SIDE, SIDE), float(kind == "full"), dtype=torch.float64)
    if kind == "one pixel":
        y[AT] = 1
    return y


def flat(p: float) -> torch.Tensor:
    return torch.full((SIDE, SIDE), math.log(p / (1 - p)), dtype=torch.float64)


DISTANCE = np.hypot(*np.meshgrid(np.arange(SIDE) - AT[0], np.arange(SIDE) - AT[1], indexing="ij"))
RING = np.pad(np.zeros((SIDE - 2, SIDE - 2), dtype=bool), 1, constant_values=True)
DIAGONAL = math.hypot(SIDE, SIDE)


def case(p: float, kind: str) -> SimpleNamespace:
    """Counts of a flat prediction."""
    n1, q = TARGETS[kind], 1 - p
    n0 = N - n1
    tp, fp, fn, tn = n1 * p, n0 * p, n1 * q, n0 * q
    ce1, ce0 = -math.log(p), -math.log(q)
    return SimpleNamespace(
        p=p, q=q, kind=kind, n1=n1, n0=n0, tp=tp, fp=fp, fn=fn, tn=tn, ce1=ce1, ce0=ce0,
        wrong=fp + fn, bce=(n1 * ce1 + n0 * ce0) / N,
    )  # fmt: skip


def dice(c, s=1.0):
    return c.wrong / (2 * c.tp + c.wrong + s)


def index(c, alpha, beta, s=1.0):
    return (alpha * c.fp + beta * c.fn) / (c.tp + alpha * c.fp + beta * c.fn + s)


def balanced(c, beta):
    return (beta * c.n1 * c.ce1 + (1 - beta) * c.n0 * c.ce0) / N


def focal(c, alpha=0.25, gamma=2.0):
    missed, false = c.n1 * c.q**gamma * c.ce1, c.n0 * c.p**gamma * c.ce0
    return (alpha * missed + (1 - alpha) * false) / N


def generalised(c):
    if c.kind != "one pixel":  # the missing class borrows the other's weight: all cancels
        return c.wrong / N
    w1, w0 = 1 / c.n1**2, 1 / c.n0**2
    sizes = w1 * (c.tp + c.fp + c.n1) + w0 * (c.tn + c.fn + c.n0)
    return 1 - 2 * (w1 * c.tp + w0 * c.tn) / sizes


def lovasz(c, miss, false):
    """All errors of a class are tied: the larger goes first, and the first mistake of one object
    pixel makes the overlap 0."""
    if c.kind != "one pixel":
        return miss if c.n1 else false
    return miss if miss > false else (63 * false + miss) / 64


def exp_log(c):
    overlap = sum(math.log1p(c.wrong / (2 * hit + 1)) ** 0.3 for hit in (c.tp, c.tn)) / 2
    w1, w0 = (math.sqrt(N / n) if n else 0 for n in (c.n1, c.n0))
    return 0.8 * overlap + 0.2 * (w1 * c.n1 * c.ce1**0.3 + w0 * c.n0 * c.ce0**0.3) / N


def unified(c, gamma1, gamma_background):
    """A class that is missing has an overlap of 0: 1 whatever the exponent."""
    off1 = (0.6 * c.fn + 0.4 * c.fp) / (c.tp + 0.6 * c.fn + 0.4 * c.fp)
    off0 = (0.6 * c.fp + 0.4 * c.fn) / (c.tn + 0.6 * c.fp + 0.4 * c.fn)
    missed, false = 0.6 * c.n1 * c.q**gamma1 * c.ce1, 0.4 * c.n0 * c.p**0.5 * c.ce0
    overlap = off1**0.5 + off0 ** (1 - gamma_background)
    return 0.5 * (missed + false) / N + 0.5 * overlap / 2


def cldice(c):
    """A flat prediction has no skeleton, nor have an empty and a full target."""
    if c.kind != "one pixel":
        return 0.0
    recall = (c.p + 1) / 2
    return 1 - 2 * recall / (1 + recall)


def shape_aware(c):
    hard = c.p > 0.5
    if c.kind == "one pixel":
        far = DISTANCE[RING].mean() if hard else DIAGONAL
        return c.bce + far * (63 * c.ce0 if hard else c.ce1) / N
    wrong = hard != (c.kind == "full")
    return c.bce * (1 + DIAGONAL * wrong)


def distance_map(c):
    if c.kind != "one pixel":
        return c.bce
    phi = 1 - DISTANCE / DISTANCE.max()  # 1 − 1/1 = 0 on the object: too thin to count
    return c.bce + (phi[DISTANCE > 0].sum() * c.ce0) / N


def topk(c):
    """6.4 places; the object pixel takes one if it is more wrong than the others."""
    if c.kind == "one pixel" and c.ce1 > c.ce0:
        return (c.ce1 + 5.4 * c.ce0) / 6.4
    return c.ce1 if c.kind == "full" else c.ce0


def reference(name):
    def of(c):
        scene_ = Scene(flat(c.p).numpy(), target(c.kind).numpy())
        return REFERENCES[name](scene_, **LOSSES[name].defaults)

    return of


def where_flat(name, value):
    """On paper where the target is flat too; else by the plain formula."""
    return lambda c: value(c) if c.kind != "one pixel" else reference(name)(c)


def asymmetric(c):
    over = max(c.p - 0.05, 0)
    return (c.n1 * c.q * c.ce1 + c.n0 * over**4 * -math.log(1 - over)) / N


def reduced(c):
    of_object = 1 if c.p < 0.5 else (c.q / 0.5) ** 2
    of_background = 1 if c.q < 0.5 else (c.p / 0.5) ** 2
    return (of_object * c.n1 * c.ce1 + of_background * c.n0 * c.ce0) / N


def quality(c):
    missed = abs(0.95 - c.p) ** 2 * (0.95 * c.ce1 + 0.05 * c.ce0)
    false = abs(0.05 - c.p) ** 2 * (0.95 * c.ce0 + 0.05 * c.ce1)
    return (c.n1 * missed + c.n0 * false) / N


def bi_tempered(c):
    """π of the object from its logit at t₂ = 1.3; both prices at t₁ = 0.8."""
    z = math.log(c.p / c.q)

    def off(pi):
        return (1 - pi**-0.3) / 0.3 - (1 - (1 - pi) ** -0.3) / 0.3 - z

    pi = brentq(off, 1e-6, 1 - 1e-6, xtol=1e-15, rtol=1e-14)
    both = (1 - pi**1.2 - (1 - pi) ** 1.2) / 1.2
    object_, background = ((1 - right**0.2) / 0.2 - both for right in (pi, 1 - pi))
    return (c.n1 * object_ + c.n0 * background) / N


def power_jaccard(c):
    union = N * c.p**2 + c.n1 - c.tp + 1
    return 1 - (c.tp + 1) / union


def semimetric(c):
    wrong = c.n1 * abs(0.95 - c.p) + c.n0 * abs(0.05 - c.p)
    return wrong / (N * c.p + 0.95 * c.n1 + 0.05 * c.n0 + 1)


def tanimoto(c):
    wrong = c.n1 * c.q**2 + c.n0 * c.p**2
    return (wrong / (wrong + c.tp + 1) + wrong / (wrong + c.tn + 1)) / 2


def dou(c):
    """The rim of the full mask is the image's border, that of one pixel the pixel."""
    rim = {"empty": 0, "full": int(RING.sum()), "one pixel": 1}[c.kind]
    kept = 1 - min(1 - 2 * (rim + 1e-5) / (c.n1 + 1e-5), 0.8)
    wrong = c.n1 * c.q**2 + c.n0 * c.p**2 + 1e-5
    return wrong / (wrong + kept * c.tp)


@cache
def peeled() -> float:
    """Ten erosions of a mistake all over the image, in fractions.

    The cross of five loses a fifth at an edge and two at a corner, so that the first stretch leaves
    1, ½ and 0 whatever the mistake was: nothing after it depends on p.
    """
    edge = [i in (0, SIDE - 1) for i in range(SIDE)]
    left = [[Fraction(2 - a - b, 2) for b in edge] for a in edge]
    total = sum(map(sum, left))
    for k in range(2, 11):
        wide = [[Fraction(0)] * (SIDE + 2) for _ in range(SIDE + 2)]
        for i, row in enumerate(left):
            wide[i + 1][1:-1] = row
        cross = ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))
        left = [
            [
                max(sum(wide[i + a][j + b] for a, b in cross) / 5 - Fraction(1, 2), Fraction(0))
                for j in range(1, SIDE + 1)
            ]
            for i in range(1, SIDE + 1)
        ]
        low, high = min(map(min, left)), max(map(max, left))
        left = [[(x - low) / (high - low) for x in row] for row in left] if high > low else left
        total += k * k * sum(map(sum, left))
    return float(total / N)


def eroded(c):
    """Errors whose square is below ½ never pass; 0.99² does, also at the corners: 3/5 of it."""
    return peeled() if (c.q if c.n1 else c.p) > 0.9 else 0.0


def ssim(c):
    y = float(c.kind == "full")
    return 1 - (2 * c.p * y + 1e-4) / (c.p**2 + y + 1e-4)


VALUES: dict[str, Callable] = {
    "bce": lambda c: c.bce,
    "weighted_bce": lambda c: (2 * c.n1 * c.ce1 + c.n0 * c.ce0) / N,
    "balanced_bce": lambda c: balanced(c, c.n0 / N),  # 0 where a class is missing
    "focal": focal,
    "distance_map_bce": distance_map,
    "shape_aware": shape_aware,
    "ssl_correlation": where_flat("ssl_correlation", lambda c: 0.5 * c.bce),  # nothing is unlike
    "topk_bce": topk,
    "poly1_bce": lambda c: c.bce + c.wrong / N,
    "poly1_focal": lambda c: focal(c) + (c.n1 * c.q**3 + c.n0 * c.p**3) / N,
    "label_smoothing_bce": lambda c: 0.95 * c.bce + 0.05 * (c.n1 * c.ce0 + c.n0 * c.ce1) / N,
    "mse": lambda c: (c.n1 * c.q**2 + c.n0 * c.p**2) / N,
    "mae": lambda c: c.wrong / N,
    "gce": lambda c: (c.n1 * (1 - c.p**0.7) + c.n0 * (1 - c.q**0.7)) / 0.7 / N,
    "dice": dice,
    "log_cosh_dice": lambda c: math.log(math.cosh(dice(c))),
    "squared_dice": lambda c: (c.n1 * c.q**2 + c.n0 * c.p**2) / (N * c.p**2 + c.n1 + 1),
    "generalized_dice": generalised,
    "jaccard": lambda c: index(c, 1, 1),
    "tversky": lambda c: index(c, 0.3, 0.7),
    "fbeta": lambda c: index(c, 1 / 3.25, 2.25 / 3.25),
    "focal_tversky": lambda c: index(c, 0.3, 0.7) ** 0.75,
    "sensitivity_specificity": lambda c: (
        (0.05 * c.q**2 if c.n1 else 0) + (0.95 * c.p**2 if c.n0 else 0)
    ),
    "mcc": lambda c: 1.0,  # a flat prediction is uncorrelated with anything
    "noise_robust_dice": lambda c: (
        (c.n1 * c.q**1.5 + c.n0 * c.p**1.5) / (N * c.p**2 + c.n1 + 1e-5)
    ),
    "lovasz_sigmoid": lambda c: lovasz(c, c.q, c.p),
    "lovasz_hinge": lambda c: lovasz(
        c, max(1 - math.log(c.p / c.q), 0), max(1 + math.log(c.p / c.q), 0)
    ),
    "hausdorff_dt": lambda c: (
        0.0
        if c.kind != "one pixel"
        else (c.q**2 * 1 + c.p**2 * (DISTANCE**2).sum()) / N  # the object pixel is 1 px from others
    ),
    "boundary": lambda c: 0.0 if c.kind != "one pixel" else c.p * DISTANCE.sum() / N,
    "active_contour": lambda c: 1e-4 + c.wrong / N,
    "cldice": cldice,
    "dice_cldice": lambda c: (dice(c) + cldice(c)) / 2,
    "ssim": where_flat("ssim", ssim),
    "structure_f3net": lambda c: (
        c.bce + index(c, 1, 1) if c.kind == "empty" else reference("structure_f3net")(c)
    ),
    "combo": lambda c: 0.5 * balanced(c, 0.5) - 0.5 * (1 - dice(c)),
    "exp_log": exp_log,
    "histoseg": lambda c: c.bce + focal(c) + dice(c),
    "unified_focal_sym": lambda c: unified(c, 0.5, 0.5),
    "unified_focal_asym": lambda c: unified(c, 0.0, 0.0),
    "dice_bce": lambda c: dice(c) + c.bce,
    "asymmetric": asymmetric,
    "reduced_focal": reduced,
    "quality_focal": quality,
    "bi_tempered": bi_tempered,
    "power_jaccard": power_jaccard,
    "soft_f1": lambda c: (
        c.wrong / (2 * c.tp + c.wrong) / 2 + c.wrong / (2 * c.tn + c.wrong) / 2
    ),
    "dice_semimetric": semimetric,
    "tanimoto_complement": tanimoto,
    "boundary_dou": dou,
    "skeleton_recall": lambda c: c.q / 2 if c.kind == "one pixel" else 0.0,  # 1 pixel, and s = 1
    "unet_border_bce": lambda c: c.bce,  # fewer than two objects: no gap
    "hausdorff_er": where_flat("hausdorff_er", eroded),
}  # fmt: skip

ONE_CLASS_NOTES = {
    "balanced_bce": Note.ONE_CLASS,
    "distance_map_bce": Note.NO_BOUNDARY_IN_TARGET,
    "boundary": Note.NO_BOUNDARY_IN_TARGET,
    "hausdorff_dt": Note.NO_BOUNDARY,
    "cldice": Note.NO_SKELETON,
    "dice_cldice": Note.NO_SKELETON,
    "mcc": Note.NO_CORRELATION,
    "generalized_dice": Note.BORROWED_WEIGHT,
    "sensitivity_specificity": Note.MISSING_CLASS,
    "exp_log": Note.MISSING_LABEL,
    "unified_focal_sym": Note.MISSING_OVERLAP,
    "unified_focal_asym": Note.MISSING_OVERLAP,
    "soft_f1": Note.MISSING_OVERLAP,
    "skeleton_recall": Note.NO_SKELETON_IN_TARGET,
}
ONE_PIXEL_NOTES = {
    "hausdorff_dt": Note.NO_BOUNDARY_IN_PREDICTION,
    "cldice": Note.NO_SKELETON_IN_PREDICTION,
    "dice_cldice": Note.NO_SKELETON_IN_PREDICTION,
}


def note_of(name: str, p: float, kind: str) -> Note | None:
    if name == "shape_aware":
        outline, wanted = p > 0.5, kind != "empty"  # a full mask has one: the image's border
        return Note.NO_CONTOUR if outline != wanted else None
    if name == "unet_border_bce":
        return Note.NO_TWO_OBJECTS
    if name == "boundary_dou":
        return Note.ONE_ON_EMPTY_TARGET if kind == "empty" else None
    if name.startswith("lovasz"):
        return Note.ONLY_THE_WORST if kind == "empty" else None
    return (ONE_PIXEL_NOTES if kind == "one pixel" else ONE_CLASS_NOTES).get(name)


def test_every_loss_has_its_edge_values():
    assert set(VALUES) == set(LOSSES)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", VALUES)
def test_a_flat_prediction_costs_what_is_worked_out(name, kind):
    loss, y = LOSSES[name], target(kind)
    for p in (0.01, 0.3, 0.7, 0.99):
        answer = loss.at(Pixels.from_logits(flat(p), y))
        expected = VALUES[name](case(p, kind))
        assert float(answer.value) == pytest.approx(expected, rel=1e-9, abs=1e-13), p
        assert answer.note is note_of(name, p, kind), p
        for wrt in ("logit", "probability"):
            assert bool(torch.isfinite(maps.gradient(loss, flat(p), y, wrt=wrt)).all())
        share = answer.share()
        assert bool((share >= 0).all())
        same(share.sum(), answer.value - answer.floor, 1e-6 if name == "mcc" else 1e-11)


# What is undefined, at which dials, for which logits and target; value; whether anything is pushed.
# Without a note: defined, one dial away from what is not.
SURE = torch.full((SIDE, SIDE), -1e4, dtype=torch.float64)  # σ is exactly 0
ZEROS = torch.zeros(SIDE, SIDE, dtype=torch.float64)
NO_SMOOTHING = (
    "dice", "tversky", "jaccard", "fbeta", "focal_tversky", "squared_dice", "power_jaccard",
)  # fmt: skip
UNDEFINED = [
    *(
        (name, {"smooth": 0.0}, flat(p), "empty", 1.0, False, Note.NOTHING_TO_OVERLAP)
        for name in NO_SMOOTHING
        for p in (0.01, 0.99)
    ),
    *((name, {"smooth": 0.0}, SURE, "empty", 0.0, False, Note.ZERO_OVER_ZERO) for name in NO_SMOOTHING),
    ("log_cosh_dice", {"smooth": 0.0}, flat(0.3), "empty", math.log(math.cosh(1)), False, Note.NOTHING_TO_OVERLAP),
    ("log_cosh_dice", {"smooth": 0.0}, SURE, "empty", 0.0, False, Note.ZERO_OVER_ZERO),
    ("combo", {"smooth": 0.0, "alpha": 0.0}, flat(0.3), "empty", 0.0, False, Note.NOTHING_TO_OVERLAP),
    ("histoseg", {"smooth": 0.0}, SURE, "empty", 0.0, True, Note.ZERO_OVER_ZERO),
    ("dice_bce", {"smooth": 0.0, "w": 0.0}, flat(0.3), "empty", 1.0, False, Note.NOTHING_TO_OVERLAP),
    ("tversky", {"alpha": 0.0, "beta": 0.0}, flat(0.3), "one pixel", 0.0, False, Note.FREE_ERRORS),
    ("tversky", {"alpha": 0.0, "beta": 0.0, "smooth": 0.0}, SURE, "empty", 0.0, False, Note.FREE_ERRORS),
    ("tversky", {"alpha": 0.0}, flat(0.3), "empty", 0.0, False, Note.FREE_ERRORS),
    ("tversky", {"beta": 0.0}, flat(0.3), "full", 0.0, False, Note.FREE_ERRORS),
    ("focal_tversky", {"alpha": 0.0}, flat(0.3), "empty", 0.0, False, Note.FREE_ERRORS),
    ("fbeta", {"b": 0.0}, flat(0.3), "full", 0.0, False, Note.FREE_ERRORS),
    ("balanced_bce", {}, flat(0.99), "empty", 0.0, False, Note.ONE_CLASS),
    ("balanced_bce", {}, flat(0.01), "full", 0.0, False, Note.ONE_CLASS),
    ("mcc", {}, scene(0, shape=(SIDE, SIDE))[0], "empty", 1.0, False, Note.NO_CORRELATION),
    ("mcc", {}, scene(0, shape=(SIDE, SIDE))[0], "full", 1.0, False, Note.NO_CORRELATION),
    ("boundary", {}, scene(0, shape=(SIDE, SIDE))[0], "empty", 0.0, False, Note.NO_BOUNDARY_IN_TARGET),
    ("hausdorff_dt", {"alpha": 1.3}, flat(0.99), "empty", 0.0, False, Note.NO_BOUNDARY),
    ("cldice", {}, flat(0.99), "empty", 0.0, False, Note.NO_SKELETON),
    ("sensitivity_specificity", {"w": 1.0}, flat(0.3), "empty", 0.0, False, Note.MISSING_CLASS),
    ("generalized_dice", {}, flat(0.3), "empty", 0.3, True, Note.BORROWED_WEIGHT),
    ("exp_log", {"w_dice": 0.0, "w_cross": 1.0, "gamma_cross": 1.0}, flat(0.3), "empty", -math.log(0.7), True, Note.MISSING_LABEL),
    ("unified_focal_sym", {"lam": 0.0, "gamma": 0.0}, SURE, "empty", 0.0, False, Note.MISSING_OVERLAP),
    ("unified_focal_asym", {"lam": 0.0, "gamma": 0.0, "delta": 0.6}, flat(0.3), "empty", (1 + 0.18 / 0.88) / 2, True, Note.MISSING_OVERLAP),
    ("shape_aware", {}, flat(0.7), "empty", -math.log(0.3) * (1 + DIAGONAL), True, Note.NO_CONTOUR),
    ("lovasz_sigmoid", {}, flat(0.3), "empty", 0.3, True, Note.ONLY_THE_WORST),
    ("cldice", {}, 1e4 * (2 * target("one pixel") - 1), "empty", 1 - 2 * 0.5 / 1.5, None, Note.NO_SKELETON_IN_TARGET),
    ("cldice", {}, flat(0.3), "one pixel", 1 - 2 * 0.65 / 1.65, True, Note.NO_SKELETON_IN_PREDICTION),
    ("dice_semimetric", {"smooth": 0.0, "epsilon": 0.0}, flat(0.3), "empty", 1.0, False, Note.NOTHING_TO_OVERLAP),
    ("dice_semimetric", {"smooth": 0.0, "epsilon": 0.0}, SURE, "empty", 0.0, False, Note.ZERO_OVER_ZERO),
    ("dice_semimetric", {"smooth": 0.0, "epsilon": 0.2}, flat(0.3), "empty", 0.5, True, None),
    ("soft_f1", {"w": 1.0}, flat(0.3), "empty", 1.0, False, Note.MISSING_OVERLAP),
    ("soft_f1", {"w": 0.0}, flat(0.3), "full", 1.0, False, Note.MISSING_OVERLAP),
    ("soft_f1", {"w": 0.0}, flat(0.3), "empty", 0.3 / 1.7, True, None),
    ("soft_f1", {"w": 0.5}, SURE, "empty", 0.0, True, Note.ZERO_OVER_ZERO),
    ("tanimoto_complement", {"smooth": 0.0}, flat(0.3), "empty", (1 + 0.09 / 0.79) / 2, True, Note.MISSING_OVERLAP),
    ("tanimoto_complement", {"smooth": 0.0}, flat(0.3), "full", (1 + 0.49 / 0.79) / 2, True, Note.MISSING_OVERLAP),
    ("boundary_dou", {}, flat(0.3), "empty", 1.0, False, Note.ONE_ON_EMPTY_TARGET),
    ("boundary_dou", {"smooth": 3.0}, SURE, "empty", 1.0, False, Note.ONE_ON_EMPTY_TARGET),
    ("skeleton_recall", {"smooth": 0.0}, flat(0.3), "empty", 0.0, False, Note.NO_SKELETON_IN_TARGET),
    ("skeleton_recall", {"smooth": 0.0}, flat(0.3), "full", 0.0, False, Note.NO_SKELETON_IN_TARGET),
    ("skeleton_recall", {"smooth": 0.0}, flat(0.3), "one pixel", 0.7, True, None),
    ("unet_border_bce", {}, flat(0.3), "one pixel", (-math.log(0.3) - 63 * math.log(0.7)) / 64, True, Note.NO_TWO_OBJECTS),
    ("hausdorff_er", {}, flat(0.7), "empty", 0.0, False, None),
    ("hausdorff_dt", {"alpha": 0.0}, flat(0.3), "one pixel", (0.49 + 63 * 0.09) / 64, True, Note.NO_BOUNDARY_IN_PREDICTION),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "dials", "z", "kind", "value", "pushed", "note"),
    UNDEFINED,
    ids=[f"{case[0]}-{case[3]}-{i}" for i, case in enumerate(UNDEFINED)],
)
def test_what_is_undefined_is_decided_and_named(name, dials, z, kind, value, pushed, note):
    loss, y = LOSSES[name], target(kind)
    answer = loss.at(Pixels.from_logits(z, y), **dials)
    assert float(answer.value) == pytest.approx(value, rel=1e-12, abs=1e-14)
    assert answer.note is note
    slope = maps.gradient(loss, z, y, wrt="probability", **dials)
    assert bool(torch.isfinite(slope).all())
    if pushed is not None:
        assert (float(slope.abs().max()) > 1e-6) == pushed, float(slope.abs().max())


def test_every_note_occurs_and_is_a_sentence():
    seen = {row[-1] for row in UNDEFINED} - {None}
    px = Pixels.from_logits(flat(0.3), ZEROS, ZEROS)  # every weight 0
    seen |= {loss.at(px).note for loss in LOSSES.values()}
    assert all(float(loss.at(px).value) == 0 for loss in LOSSES.values())
    y = scene(0, shape=(SIDE, SIDE))
    seen.add(LOSSES["hausdorff_dt"].at(Pixels.from_logits(y[0], ZEROS)).note)
    assert seen == set(Note)
    assert all(len(note.value.split()) > 5 for note in Note)


def test_noise_robust_dice_can_exceed_one():
    value = float(LOSSES["noise_robust_dice"](flat(0.01), ZEROS))
    assert value == pytest.approx(10, rel=0.01)


def test_a_tail_of_an_empty_target_costs_dice_as_its_area():
    """Without object the loss is P/(P + s) and the push s/(P + s)²."""
    z = scene(0, shape=(SIDE, SIDE))[0]
    P = float(torch.sigmoid(z).sum())
    same(LOSSES["dice"](z, ZEROS, smooth=2.5), P / (P + 2.5), 1e-12)
    slope = maps.gradient(LOSSES["dice"], z, ZEROS, wrt="probability", smooth=2.5)
    same(slope, torch.full_like(z, 2.5 / (P + 2.5) ** 2), 1e-10)


def test_without_a_price_on_false_alarms_the_background_is_never_pushed():
    """Tversky with α = 0 predicts everything: no background pixel is ever pushed down."""
    z, y = scene()
    slope = maps.gradient(LOSSES["tversky"], z, y, alpha=0.0)
    assert not bool(slope[y == 0].any()) and bool((slope[y > 0] < 0).all())


@pytest.mark.parametrize("name", ["distance_map_bce", "hausdorff_dt", "boundary"])
def test_without_a_boundary_in_the_target_both_classes_are_treated_alike(name):
    """Empty and full targets are mirror images of each other."""
    z = scene(0, shape=(SIDE, SIDE))[0]
    same(LOSSES[name](z, ZEROS), LOSSES[name](-z, 1 - ZEROS), 1e-12)


def test_a_thin_object_gets_no_extra_price_from_its_distance_map():
    """One pixel thick: the largest distance inside is 1, so φ is 0 all over the object."""
    z, y = scene()
    y = torch.zeros_like(y)
    y[5, 2:12] = 1
    px = Pixels.from_logits(z, y)
    plain = LOSSES["bce"].at(px).share()
    priced = LOSSES["distance_map_bce"].at(px, scale=3.0).share()
    same(priced[y > 0], plain[y > 0], 1e-13)
    assert bool((priced[4] > 1.5 * plain[4])[2:12].all())
