"""Losses that become one another at the edges of their dials, and what torch says of the same."""

import math

import pytest
import torch
import torch.nn.functional as F

from segloss_core import LOSSES, Pixels

from .laws import same, scene
from .references import PERFECT

L = LOSSES


def counts(z, y):
    p = torch.sigmoid(z)
    return (p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum()


def dice_score(z, y, s):
    tp, fp, fn = counts(z, y)
    return (2 * tp + s) / (2 * tp + fp + fn + s)


def mse(z, y):
    return (torch.sigmoid(z) - y).square().mean()


def beta_auto(y):
    return float(1 - y.mean())


def mask_of(z):
    """A prediction that is sure everywhere, so that soft counts are whole numbers."""
    return z.sign() * 800


IDENTITIES = {
    "bce is torch's": lambda z, y: (L["bce"](z, y), F.binary_cross_entropy_with_logits(z, y)),
    "weighted_bce is pos_weight": lambda z, y: (
        L["weighted_bce"](z, y, beta=3.5),
        F.binary_cross_entropy_with_logits(z, y, pos_weight=torch.tensor(3.5).double()),
    ),
    "weighted_bce(1) = bce": lambda z, y: (L["weighted_bce"](z, y, beta=1), L["bce"](z, y)),
    "balanced_bce(½) = bce / 2": lambda z, y: (L["balanced_bce"](z, y, beta=0.5), L["bce"](z, y) / 2),
    "balanced_bce(β) = (1−β) weighted_bce(β/(1−β))": lambda z, y: (
        L["balanced_bce"](z, y, beta=0.7),
        0.3 * L["weighted_bce"](z, y, beta=0.7 / 0.3),
    ),
    "automatic β is n0/N": lambda z, y: (
        L["balanced_bce"](z, y),
        L["balanced_bce"](z, y, beta=beta_auto(y)),
    ),
    "focal(½, 0) = bce / 2": lambda z, y: (L["focal"](z, y, alpha=0.5, gamma=0), L["bce"](z, y) / 2),
    "focal(α, 0) = balanced_bce(α)": lambda z, y: (
        L["focal"](z, y, alpha=0.8, gamma=0),
        L["balanced_bce"](z, y, beta=0.8),
    ),
    "distance_map_bce(0) = bce": lambda z, y: (L["distance_map_bce"](z, y, scale=0), L["bce"](z, y)),
    "tversky(½, ½, s) = dice(2s)": lambda z, y: (
        L["tversky"](z, y, alpha=0.5, beta=0.5, smooth=3),
        L["dice"](z, y, smooth=6),
    ),
    "tversky(1, 0, 0) = 1 − precision": lambda z, y: (
        L["tversky"](z, y, alpha=1, beta=0, smooth=0),
        1 - counts(z, y)[0] / (counts(z, y)[0] + counts(z, y)[1]),
    ),
    "tversky(0, 1, 0) = 1 − recall": lambda z, y: (
        L["tversky"](z, y, alpha=0, beta=1, smooth=0),
        1 - counts(z, y)[0] / y.sum(),
    ),
    "tversky(1, 1, s) = jaccard(s) = 2D/(1+D), D = dice(2s)": lambda z, y: (
        L["tversky"](z, y, alpha=1, beta=1, smooth=2),
        2 * L["dice"](z, y, smooth=4) / (1 + L["dice"](z, y, smooth=4)),
    ),
    "focal_tversky(γ=1) = tversky": lambda z, y: (
        L["focal_tversky"](z, y, alpha=0.2, beta=0.9, gamma=1),
        L["tversky"](z, y, alpha=0.2, beta=0.9),
    ),
    "log_cosh_dice = ln cosh dice": lambda z, y: (
        L["log_cosh_dice"](z, y, smooth=2),
        torch.log(torch.cosh(L["dice"](z, y, smooth=2))),
    ),
    "sensitivity_specificity(n1/N) = mse": lambda z, y: (
        L["sensitivity_specificity"](z, y, w=float(y.mean())),
        mse(z, y),
    ),
    "sensitivity_specificity(n1/N, power 1) = mae": lambda z, y: (
        L["sensitivity_specificity"](z, y, w=float(y.mean()), power=1),
        (torch.sigmoid(z) - y).abs().mean(),
    ),
    "hausdorff_dt(0) = 2 mse": lambda z, y: (L["hausdorff_dt"](z, y, alpha=0), 2 * mse(z, y)),
    "shape_aware with the right outline = bce": lambda z, y: (
        L["shape_aware"](z.abs() * (2 * y - 1), y),
        L["bce"](z.abs() * (2 * y - 1), y),
    ),
    "ssl_correlation(λ=1) = bce": lambda z, y: (L["ssl_correlation"](z, y, lam=1), L["bce"](z, y)),
    "combo(1, ½) = bce / 2": lambda z, y: (L["combo"](z, y, alpha=1, beta=0.5), L["bce"](z, y) / 2),
    "combo(0) = −DSC": lambda z, y: (L["combo"](z, y, alpha=0, smooth=2), -dice_score(z, y, 2)),
    "combo = α balanced + (1−α) dice − (1−α)": lambda z, y: (
        L["combo"](z, y, alpha=0.3, beta=0.8),
        0.3 * L["balanced_bce"](z, y, beta=0.8) + 0.7 * L["dice"](z, y) - 0.7,
    ),
    "exp_log(γ=1, w_D=0) = weighted cross-entropy": lambda z, y: (
        L["exp_log"](z, y, w_dice=0, w_cross=1, gamma_cross=1),
        (torch.where(y > 0, y.mean() ** -0.5, (1 - y.mean()) ** -0.5)
         * F.binary_cross_entropy_with_logits(z, y, reduction="none")).mean(),
    ),
    "exp_log(γ=1, w_C=0) = mean −ln DSC of both labels": lambda z, y: (
        L["exp_log"](z, y, w_dice=1, w_cross=0, gamma_dice=1, smooth=2),
        -(torch.log(dice_score(z, y, 2)) + torch.log(dice_score(-z, 1 - y, 2))) / 2,
    ),
    "histoseg(½, 0) = 1.5 bce + dice": lambda z, y: (
        L["histoseg"](z, y, alpha=0.5, gamma=0),
        1.5 * L["bce"](z, y) + L["dice"](z, y),
    ),
    "hard masks: dice loss = 1 − Dice score": lambda z, y: (
        L["dice"](mask_of(z), y, smooth=0),
        1 - 2 * ((z > 0) * y).sum() / ((z > 0).sum() + y.sum()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_both_classes_weigh_the_same_under_the_automatic_beta():
    _z, y = scene()
    beta = beta_auto(y)
    assert beta * float(y.sum()) == pytest.approx((1 - beta) * float((1 - y).sum()))


def test_bce_does_not_care_which_class_is_called_object():
    z, y = scene()
    same(L["bce"](z, y), L["bce"](-z, 1 - y), 1e-14)


# Losses whose best prediction is not a sure one: the logit at which they are least.
BEST_LOGIT = dict.fromkeys(
    ("label_smoothing_bce", "quality_focal", "dice_semimetric"), math.log(1.9 / 0.1)
)
HEAVY_TAILED = {"bi_tempered"}  # the least value is approached by a power of the logit
KINKED = {"dice_semimetric"}  # at its least the push jumps from one side to the other


@pytest.mark.parametrize("loss", L.values(), ids=lambda x: x.name)
def test_a_perfect_prediction_gives_the_minimum_exactly(loss):
    _, y = scene()
    for dtype in (torch.float64, torch.float32):
        z = ((2 * y - 1) * BEST_LOGIT.get(loss.name, 1e4)).to(dtype).requires_grad_()
        answer = loss.at(Pixels.from_logits(z, y))
        (slope,) = torch.autograd.grad(answer.value, z)
        if loss.name in BEST_LOGIT:
            assert answer.value.item() == pytest.approx(float(answer.floor), rel=1e-6, abs=1e-7)
            assert loss.name in KINKED or float(slope.abs().max()) < 1e-8
        elif loss.name in HEAVY_TAILED:
            assert 0 < answer.value.item() - float(answer.floor) < 1e-13
            assert 0 < float(slope.abs().max()) < 1e-17
        else:
            assert bool((slope == 0).all())
            if loss.name != "active_contour":  # a perfect outline has a length, which costs
                assert answer.value.item() == float(answer.floor)
        if loss.name in PERFECT:
            assert answer.value.item() == pytest.approx(PERFECT[loss.name](y), rel=1e-6)


def test_floors_are_the_stated_ones():
    _, y = scene()
    stated = {
        "combo": -(1 - 0.5),
        "label_smoothing_bce": -(0.05 * math.log(0.05) + 0.95 * math.log(0.95)),
        "boundary": PERFECT["boundary"](y),
        "boundary_dou": PERFECT["boundary_dou"](y),
    }
    for loss in L.values():
        floor = float(loss.at(Pixels.from_logits(2 * y - 1, y)).floor)
        if loss.name == "mcc":  # the ε under its root
            assert 0 < floor < 1e-13
        else:
            same(floor, stated.get(loss.name, 0.0), 1e-15)


def test_weighting_by_beta_shifts_every_logit_by_its_logarithm():
    """The minimiser of weighted_bce for a chance π is that of bce with ln β added to the logit."""
    y = torch.zeros(20, 20).double()
    y.view(-1)[:60] = 1  # π = 0.15
    for beta in (0.3, 4.0):
        z = torch.full_like(y, math.log(0.15 / 0.85) + math.log(beta)).requires_grad_()
        (slope,) = torch.autograd.grad(L["weighted_bce"](z, y, beta=beta), z)
        assert abs(float(slope.sum())) < 1e-14
