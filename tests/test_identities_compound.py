"""Compound losses as sums of their parts."""

import pytest
import torch
import torch.nn.functional as F

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene
from .quantities import counts

L = LOSSES


def dice_score(z, y, s):
    tp, fp, fn = counts(z, y)
    return (2 * tp + s) / (2 * tp + fp + fn + s)


def dice_of_both(z, y, s):
    return (L["dice"](z, y, smooth=s) + L["dice"](-z, 1 - y, smooth=s)) / 2


IDENTITIES = {
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
    "dice_bce = dice + w bce": lambda z, y: (
        L["dice_bce"](z, y, smooth=2, w=0.3),
        L["dice"](z, y, smooth=2) + 0.3 * L["bce"](z, y),
    ),
    "dice_bce = 2 combo(½, ½) + 1 at w = ½": lambda z, y: (
        L["dice_bce"](z, y, w=0.5),
        2 * L["combo"](z, y, alpha=0.5, beta=0.5) + 1,
    ),
    "dice_cldice = (1−α) dice + α cldice": lambda z, y: (
        L["dice_cldice"](z, y, alpha=0.3, iters=2, smooth=4),
        0.7 * L["dice"](z, y, smooth=4) + 0.3 * L["cldice"](z, y, iters=2, smooth=4),
    ),
    "combo − its floor = ½ dice + ¼ bce": lambda z, y: (
        L["combo"](z, y, smooth=3) + 0.5, L["dice_bce"](z, y, smooth=3, w=0.5) / 2,
    ),
    "unified_focal_sym(γ=0) = unified_focal_asym(γ=0)": lambda z, y: (
        L["unified_focal_sym"](z, y, lam=0.3, delta=0.8, gamma=0),
        L["unified_focal_asym"](z, y, lam=0.3, delta=0.8, gamma=0),
    ),
    "unified_focal(γ=0, δ=½) = λ bce / 2 + (1−λ) mean dice of both classes": lambda z, y: (
        L["unified_focal_sym"](z, y, lam=0.3, delta=0.5, gamma=0),
        0.3 * L["bce"](z, y) / 2 + 0.7 * dice_of_both(z, y, 0),
    ),
    "unified_focal_sym(λ=0) = mean focal Tversky of both classes": lambda z, y: (
        L["unified_focal_sym"](z, y, lam=0, delta=0.8, gamma=0.4),
        (L["focal_tversky"](z, y, alpha=0.2, beta=0.8, gamma=1 / 0.6, smooth=0)
         + L["focal_tversky"](-z, 1 - y, alpha=0.2, beta=0.8, gamma=1 / 0.6, smooth=0)) / 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_the_overlap_of_a_missing_class_pushes_nowhere():
    z, y = scene()
    for name in ("unified_focal_sym", "unified_focal_asym"):
        for target, sign in ((torch.zeros_like(y), 1), (torch.ones_like(y), -1)):
            px = Pixels.from_logits(z, target)
            assert L[name].at(px, lam=0).note is Note.MISSING_OVERLAP
            # The other class still pushes, every pixel towards the target.
            assert bool((maps.gradient(L[name], z, target, lam=0) * sign > 0).all())
            term = L[name].at(px, lam=0).terms()["G_1" if sign == 1 else "G_0"]
            assert float(term) == pytest.approx(1, abs=1e-12)
