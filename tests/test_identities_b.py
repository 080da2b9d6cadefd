"""Losses on outlines, centrelines and windows, and three compounds, as one another and by hand."""

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps
from segloss_core.geometry import box_mean, distance_to_other_class, gaussian_variance

from .laws import same, scene
from .test_identities import mask_of

L = LOSSES


def level_set(y):
    d = distance_to_other_class(y > 0)
    return torch.where(y > 0, 1 - d, d)


def error(z, y):
    return (torch.sigmoid(z) - y).abs()


def dice_of_both(z, y, s):
    return (L["dice"](z, y, smooth=s) + L["dice"](-z, 1 - y, smooth=s)) / 2


IDENTITIES = {
    "boundary is the mean of φp": lambda z, y: (
        L["boundary"](z, y), (level_set(y) * torch.sigmoid(z)).mean(),
    ),
    "boundary − its floor = mean |φ| |p − y|": lambda z, y: (
        L["boundary"](z, y) - (level_set(y) * y).mean(), (level_set(y).abs() * error(z, y)).mean(),
    ),
    "active_contour(λ) − active_contour(0) = λ mae": lambda z, y: (
        L["active_contour"](z, y, lam=0.7) - L["active_contour"](z, y, lam=0), 0.7 * error(z, y).mean(),
    ),
    "active_contour of a flat prediction = √ε + λ mae": lambda z, y: (
        L["active_contour"](z * 0 - 1, y, lam=0.7, eps=0.04), 0.2 + 0.7 * error(z * 0 - 1, y).mean(),
    ),
    "active_contour(λ = 0) does not see the target": lambda z, y: (
        L["active_contour"](z, y, lam=0), L["active_contour"](z, 1 - y, lam=0),
    ),
    "ssim is symmetric in prediction and target": lambda z, y: (
        L["ssim"](mask_of(z), y), L["ssim"](mask_of(2 * y - 1), (z > 0).double()),
    ),
    "structure_f3net(0) = bce + jaccard": lambda z, y: (
        L["structure_f3net"](z, y, gain=0, smooth=2),
        L["bce"](z, y) + L["tversky"](z, y, alpha=1, beta=1, smooth=2),
    ),
    "structure_f3net in a window of one pixel = bce + jaccard": lambda z, y: (
        L["structure_f3net"](z, y, window=1),
        L["bce"](z, y) + L["tversky"](z, y, alpha=1, beta=1, smooth=1),
    ),
    "cldice: erosions beyond the thickest structure change nothing": lambda z, y: (
        L["cldice"](mask_of(z), y, iters=8), L["cldice"](mask_of(z), y, iters=60),
    ),
    "cldice of hard masks is symmetric": lambda z, y: (
        L["cldice"](mask_of(z), y), L["cldice"](mask_of(2 * y - 1), (z > 0).double()),
    ),
    "dice_cldice = (1−α) dice + α cldice": lambda z, y: (
        L["dice_cldice"](z, y, alpha=0.3, iters=2, smooth=4),
        0.7 * L["dice"](z, y, smooth=4) + 0.3 * L["cldice"](z, y, iters=2, smooth=4),
    ),
    "dice_bce = dice + w bce": lambda z, y: (
        L["dice_bce"](z, y, smooth=3, w=0.4), L["dice"](z, y, smooth=3) + 0.4 * L["bce"](z, y),
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


def test_ignored_pixels_are_background_and_pay_nothing():
    """What is counted pays as if the ignored pixels had been predicted and labelled background."""
    z, y = scene()
    weight = torch.ones_like(y)
    weight[4:, 6:] = 0  # through the object
    unseen_z, unseen_y = z.clone(), y.clone()
    unseen_z[4:, 6:], unseen_y[4:, 6:] = -1e4, 0
    spoiled = torch.where(weight > 0, z, torch.nan)
    counted = int(weight.sum())
    for name in ("boundary", "active_contour", "ssim"):
        mine = maps.share(L[name], spoiled, y, weight) * counted
        theirs = maps.share(L[name], unseen_z, unseen_y) * y.numel()
        same(mine, theirs * weight, 1e-12)
    for name in ("cldice", "dice_cldice"):
        same(L[name](spoiled, y, weight), L[name](unseen_z, unseen_y), 1e-12)


def test_a_ramp_has_the_length_of_its_slope():
    p = torch.linspace(0.1, 0.9, 5, dtype=torch.float64).expand(4, 5)
    value = L["active_contour"](torch.logit(p), torch.zeros(4, 5), lam=0, eps=1e-12)
    assert float(value) == pytest.approx(4 * 0.2 / 5, rel=1e-5)  # four steps of 0.2 in each row


def test_a_broken_vessel_costs_more_in_centrelines_than_in_area():
    y = torch.zeros(9, 40, dtype=torch.float64)
    y[3:6] = 1
    broken = y.clone()
    broken[:, 18:22] = 0
    thin = y.clone()
    thin[5] = 0
    lines, area = (
        [float(L[k](800 * (2 * m - 1), y)) for m in (broken, thin)] for k in ("cldice", "dice")
    )
    assert lines[0] > 4 * lines[1] and area[0] < area[1]


def test_notes_say_what_happens_to_a_mask_without_skeleton():
    z, y = scene()
    empty, full, flat = torch.zeros_like(y), torch.ones_like(y), torch.full_like(y, 3.0)
    for name in ("cldice", "dice_cldice"):
        for target in (empty, full):
            answer = L[name].at(Pixels.from_logits(z, target))
            assert answer.note is Note.NO_SKELETON_IN_TARGET
            assert float(answer.terms()["b"]) == 1
            assert L[name].at(Pixels.from_logits(flat, target)).note is Note.NO_SKELETON
        answer = L[name].at(Pixels.from_logits(flat, y))
        assert answer.note is Note.NO_SKELETON_IN_PREDICTION and float(answer.terms()["a"]) == 1
    assert float(L["cldice"](flat, empty)) == 0


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


def test_windows_are_differentiable_and_exact():
    x = torch.rand(5, 7, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda t: gaussian_variance(t, 5, 1.5), (x,))
    torch.autograd.gradcheck(lambda t: box_mean(t, 3), (x,))
    mask = (torch.rand(2, 33, 20) < 0.3).double()
    padded = torch.nn.functional.avg_pool2d(mask, 31, 1, 15)
    same(box_mean(mask, 31), padded, 1e-14)


def test_no_push_is_lost_where_probabilities_have_rounded_to_one():
    """In float32 all of p is 1 above z = 17: skeletons and differences still know the order."""
    z = torch.zeros(9, 9, dtype=torch.float64) + 20
    z[4] = torch.linspace(30, 38, 9)
    y = torch.zeros_like(z)
    y[2] = 1
    for name in ("cldice", "active_contour"):
        a, b = (maps.gradient(L[name], t, y, wrt="probability") for t in (z.float(), z))
        same(a, b, 2e-5)
