"""Every gradient by hand, the theorem of losses that only count, and confident mistakes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, maps

from .gradient_forms import AUTOGRAD, FORMS, tempered
from .laws import same, scene, settings
from .reference_scene import Scene

# ---- every row of the table --------------------------------------------------------------------

SCENES = {
    "mistakes of both kinds": lambda: scene(0),
    "another size, surer": lambda: scene(1, shape=(20, 17), gain=2.5),
    "nearly right": lambda: (lambda z, y: (z + 6 * (2 * y - 1), y))(*scene(2)),
    "nearly all wrong": lambda: (lambda z, y: (z - 5 * (2 * y - 1), y))(*scene(3)),
}
CASES = [
    pytest.param(name, dials, id=f"{name}-{i}")
    for name in FORMS
    for i, dials in enumerate(settings(LOSSES[name]))
]


def test_every_loss_is_in_the_table_or_named_as_without_a_closed_form():
    assert set(FORMS) | AUTOGRAD == set(LOSSES)
    assert not set(FORMS) & AUTOGRAD


@pytest.mark.parametrize("where", SCENES)
@pytest.mark.parametrize(("name", "dials"), CASES)
def test_the_gradient_is_that_of_the_table(name, dials, where):
    z, y = SCENES[where]()
    loss, s = LOSSES[name], Scene(z.numpy(), y.numpy())
    full = {k: v for k, v in {**loss.defaults, **dials}.items() if v is not None}
    by_p = FORMS[name](s, **full)
    same(maps.gradient(loss, z, y, wrt="probability", **dials), by_p, 1e-10)
    same(maps.gradient(loss, z, y, **dials), by_p * s.p * s.q, 1e-10)


def test_the_settings_tell_dials_apart():
    """Of each loss one setting at least is off its defaults in every dial, all dials unequal."""
    for name in FORMS:
        dials = LOSSES[name].dials
        if not dials:
            continue
        ok = [
            all(s.get(k, d.default) != d.default for k, d in dials.items())
            and len(set(s.values())) == len(s)
            for s in settings(LOSSES[name])
        ]
        assert any(ok), name


# ---- losses that only count --------------------------------------------------------------------


def _index(tp, fp, fn, alpha, beta, s):
    return 1 - (tp + s) / (tp + alpha * fp + beta * fn + s)


def _generalised(tp, fp, fn, tn):
    w1, w0 = (tp + fn).detach() ** -2, (tn + fp).detach() ** -2  # of the target: constants
    return 1 - 2 * (w1 * tp + w0 * tn) / (w1 * (2 * tp + fp + fn) + w0 * (2 * tn + fp + fn))


# Each as a function of the four soft counts, and the dials it is tried at.
COUNTING = {
    "dice": ({"smooth": 2.5}, lambda tp, fp, fn, tn: _index(tp, fp, fn, 0.5, 0.5, 1.25)),
    "tversky": (
        {"alpha": 0.2, "beta": 0.9, "smooth": 2.5},
        lambda tp, fp, fn, tn: _index(tp, fp, fn, 0.2, 0.9, 2.5),
    ),
    "jaccard": ({"smooth": 2.5}, lambda tp, fp, fn, tn: _index(tp, fp, fn, 1, 1, 2.5)),
    "generalized_dice": ({}, _generalised),
    "mcc": (
        {"eps": 1e3},
        lambda tp, fp, fn, tn: (
            1
            - (tp * tn - fp * fn)
            / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) + 1e3).sqrt()
        ),
    ),
    "log_cosh_dice": (
        {"smooth": 2.5},
        lambda tp, fp, fn, tn: _index(tp, fp, fn, 0.5, 0.5, 1.25).cosh().log(),
    ),
    "focal_tversky": (
        {"alpha": 0.2, "beta": 0.9, "gamma": 2.0, "smooth": 2.5},
        lambda tp, fp, fn, tn: _index(tp, fp, fn, 0.2, 0.9, 2.5) ** 0.5,
    ),
    "fbeta": (
        {"b": 2.0, "smooth": 2.5},
        lambda tp, fp, fn, tn: _index(tp, fp, fn, 0.2, 0.8, 2.5),
    ),
    "soft_f1": (
        {"w": 0.2},
        lambda tp, fp, fn, tn: (
            0.2 * _index(tp, fp, fn, 0.5, 0.5, 0) + 0.8 * _index(tn, fn, fp, 0.5, 0.5, 0)
        ),
    ),
    "mae": ({}, lambda tp, fp, fn, tn: (fp + fn) / (tp + fp + fn + tn).detach()),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTING)
def test_a_loss_that_only_counts_has_two_gradients_in_p(name):
    """∂L/∂p is L_TP − L_FN on the object and L_FP − L_TN on the background; ∂L/∂z fades by p(1 − p)."""
    dials, of_counts = COUNTING[name]
    for where in SCENES.values():
        z, y = where()
        p, q = torch.sigmoid(z), torch.sigmoid(-z)
        four = [(a * b).sum() for a, b in ((p, y), (p, 1 - y), (q, y), (q, 1 - y))]
        four = [x.requires_grad_() for x in four]
        value = of_counts(*four)
        same(value, LOSSES[name](z, y, **dials), 1e-10)
        slopes = torch.autograd.grad(value, four, allow_unused=True)
        tp, fp, fn, tn = (0.0 if x is None else float(x) for x in slopes)
        two = y * (tp - fn) + (1 - y) * (fp - tn)
        same(maps.gradient(LOSSES[name], z, y, wrt="probability", **dials), two, 1e-10)
        same(maps.gradient(LOSSES[name], z, y, **dials), two * p * q, 1e-10)


def tones(name):
    """How many values ∂L/∂p takes on the object and on the background of a scene of 9 digits."""
    z, y = scene(0)
    g = maps.gradient(LOSSES[name], z, y, wrt="probability")
    g = np.round((g / g.abs().max()).numpy(), 9)
    return tuple(len(np.unique(g[y.numpy() == label])) for label in (1, 0))


def test_no_other_loss_has_two_gradients():
    """But for those of which a place or a label in between decides, pixel by pixel."""
    two = {name for name in LOSSES if not LOSSES[name].positional and tones(name) == (1, 1)}
    assert two == set(COUNTING)


# ---- confident mistakes ------------------------------------------------------------------------


def poor() -> tuple[torch.Tensor, torch.Tensor, tuple[int, int]]:
    """A poor prediction of an object of 4 × 5 pixels in 10 × 12, and a background pixel beside it.

    Everything is at |z| = 3; of the object 10 pixels are missed, of the background 62 called
    object, by a fixed draw. The pixel returned is among those that are right.
    """
    y = np.zeros((10, 12))
    y[3:7, 3:8] = 1
    at = (4, 2)
    wrong = np.zeros(y.size, dtype=bool)
    random = np.random.default_rng(SEED)
    object_ = np.flatnonzero(y.ravel())
    background = np.setdiff1d(np.flatnonzero(y.ravel() == 0), [np.ravel_multi_index(at, y.shape)])
    wrong[random.choice(object_, 10, replace=False)] = True
    wrong[random.choice(background, 62, replace=False)] = True
    z = 3 * (2 * y - 1) * np.where(wrong.reshape(y.shape), -1, 1)
    return torch.from_numpy(z), torch.from_numpy(y), at


SEED = 0


def push(name: str, logit: float) -> float:
    z, y, at = poor()
    z[at] = logit
    return abs(float(maps.gradient(LOSSES[name], z, y)[at]))


ALIVE = {
    "bce", "weighted_bce", "balanced_bce", "focal", "distance_map_bce", "shape_aware",
    "ssl_correlation", "poly1_bce", "poly1_focal", "label_smoothing_bce", "combo", "histoseg",
    "unified_focal_sym", "unified_focal_asym", "dice_bce", "structure_f3net", "reduced_focal",
    "quality_focal", "unet_border_bce",
}  # fmt: skip
DEAD = {
    "dice", "squared_dice", "tversky", "focal_tversky", "log_cosh_dice", "jaccard",
    "generalized_dice", "fbeta", "mcc", "sensitivity_specificity", "mse", "mae",
    "noise_robust_dice", "boundary", "hausdorff_dt", "cldice", "dice_cldice", "active_contour",
    "ssim", "power_jaccard", "soft_f1", "dice_semimetric", "tanimoto_complement", "boundary_dou",
}  # fmt: skip
# Named one by one; a rank, a power or a sum of both kinds decides.
NAMED = {
    "lovasz_hinge": 33.0, "exp_log": 0.07, "gce": 8e-4, "lovasz_sigmoid": 8e-4,
    "bi_tempered": 0.22, "asymmetric": 2.2e-3, "hausdorff_er": 2.7e-3,
}  # fmt: skip
SILENT_UNTIL_CHOSEN = {"topk_bce"}
NEVER = {"skeleton_recall"}  # no background pixel is pushed


def test_every_loss_is_alive_dead_or_named():
    groups = (ALIVE, DEAD, set(NAMED), SILENT_UNTIL_CHOSEN, NEVER)
    assert set.union(*groups) == set(LOSSES)
    assert sum(map(len, groups)) == len(LOSSES)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_what_becomes_of_the_push_on_a_confident_mistake(name):
    """∂L/∂z of a background pixel at z = 12, relative to the same pixel at z = 0."""
    unsure, sure = push(name, 0.0), push(name, 12.0)
    if name in SILENT_UNTIL_CHOSEN:
        assert unsure == 0 and sure > 0.5 / (0.1 * 120)
    elif name in NEVER:
        assert unsure == 0 == sure
    elif name in NAMED:
        assert sure / unsure == pytest.approx(NAMED[name], rel=0.1)
    else:
        assert (sure / unsure >= 0.5) if name in ALIVE else (sure / unsure <= 1e-4)


P, Q = (
    float(torch.sigmoid(torch.tensor(12.0).double())),
    float(torch.sigmoid(torch.tensor(-12.0).double())),
)
LESS, MORE = tempered(np.array([-12.0, 0.0]), 1.3)  # of the true class, and of the other


def _tempered_push(i: int) -> float:
    r, w = LESS[i], MORE[i]
    return float(w * (r**-0.8 + w**-0.8) / (r**-1.3 + w**-1.3))


def _margin_push(p: float, q: float) -> float:
    """At γ₋ = 4 and m = 0.05."""
    over, rest = p - 0.05, q + 0.05
    return p * q * (over**4 / rest - 4 * over**3 * np.log(rest))


def _towards_label(p: float, log_q: float, z: float) -> float:
    """At β = 2 and ε = 0.1: the label is 0.05."""
    d, ce = p - 0.05, -log_q - 0.05 * z
    return 2 * d * p * (1 - p) * ce + d**3


# Where nothing but the pixel itself decides: the ratio in every scene.
EVERYWHERE = {
    **dict.fromkeys(("bce", "weighted_bce", "balanced_bce", "distance_map_bce"), 2 * P),
    "poly1_bce": (P + P * Q) / 0.75,
    "label_smoothing_bce": (P - 0.05) / 0.45,
    "focal": P**2 * (P + 2 * Q * 12.000006144212353) / (0.25 * (0.5 + np.log(2))),
    "reduced_focal": P / (0.5 * (1 + 2 * np.log(2))),  # at z = 0 the factor is 1 and falls
    "quality_focal": _towards_label(P, -12.000006144212353, 12.0)
    / _towards_label(0.5, -np.log(2), 0.0),
    "asymmetric": _margin_push(P, Q) / _margin_push(0.5, 0.5),
    "bi_tempered": _tempered_push(0) / _tempered_push(1),
    "unet_border_bce": 2 * P,  # of one object
    "gce": Q**0.7 * P / 0.5**1.7,
    "mae": 4 * P * Q,
    "mse": 8 * P * P * Q,
    "sensitivity_specificity": 8 * P * P * Q,
    "boundary": 4 * P * Q,
}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_push_that_depends_on_the_pixel_alone(name):
    assert push(name, 12.0) / push(name, 0.0) == pytest.approx(EVERYWHERE[name], rel=1e-9)
