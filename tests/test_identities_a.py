"""Identities of error, overlap and correlation losses, and what ties and edges must do."""

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene

L = LOSSES


def margin(z, y):
    return (2 * y - 1) * z


IDENTITIES = {
    "gce(1) = mae": lambda z, y: (L["gce"](z, y, q=1), L["mae"](z, y)),
    "poly1_bce = bce + ε mae": lambda z, y: (
        L["poly1_bce"](z, y, epsilon=2.5),
        L["bce"](z, y) + 2.5 * L["mae"](z, y),
    ),
    "poly1_bce(0) = bce": lambda z, y: (L["poly1_bce"](z, y, epsilon=0), L["bce"](z, y)),
    "poly1_focal(γ=0, α=½) = (bce + 2 ε mae) / 2": lambda z, y: (
        L["poly1_focal"](z, y, epsilon=0.7, alpha=0.5, gamma=0),
        L["bce"](z, y) / 2 + 0.7 * L["mae"](z, y),
    ),
    "label_smoothing_bce = bce + ε/2 mean margin": lambda z, y: (
        L["label_smoothing_bce"](z, y, epsilon=0.3),
        L["bce"](z, y) + 0.15 * margin(z, y).mean(),
    ),
    "topk_bce(1) = bce": lambda z, y: (L["topk_bce"](z, y, k=1), L["bce"](z, y)),
    "topk_bce(1/N) = the largest": lambda z, y: (
        L["topk_bce"](z, y, k=1 / z.numel()),
        torch.nn.functional.softplus(-margin(z, y).double(), threshold=1000).max(),
    ),
    "jaccard(s) = tversky(1, 1, s)": lambda z, y: (
        L["jaccard"](z, y, smooth=2),
        L["tversky"](z, y, alpha=1, beta=1, smooth=2),
    ),
    "jaccard(s) = 2D/(1+D), D = dice(2s)": lambda z, y: (
        L["jaccard"](z, y, smooth=2),
        2 * L["dice"](z, y, smooth=4) / (1 + L["dice"](z, y, smooth=4)),
    ),
    "fbeta(1, s) = dice(2s)": lambda z, y: (
        L["fbeta"](z, y, b=1, smooth=2),
        L["dice"](z, y, smooth=4),
    ),
    "fbeta(b) = tversky(1/(1+b²), b²/(1+b²))": lambda z, y: (
        L["fbeta"](z, y, b=3, smooth=2),
        L["tversky"](z, y, alpha=0.1, beta=0.9, smooth=2),
    ),
    "squared_dice = Σ(p−y)² / (Σp² + n₁ + s)": lambda z, y: (
        L["squared_dice"](z, y, smooth=2),
        z.numel() * L["mse"](z, y) / (torch.sigmoid(z).square().sum() + y.sum() + 2),
    ),
    "noise_robust_dice(2) = squared_dice": lambda z, y: (
        L["noise_robust_dice"](z, y, gamma=2, smooth=0.5),
        L["squared_dice"](z, y, smooth=0.5),
    ),
    "mse = sensitivity_specificity(n1/N)": lambda z, y: (
        L["mse"](z, y),
        L["sensitivity_specificity"](z, y, w=float(y.mean())),
    ),
    "hausdorff_dt(0) = 2 mse": lambda z, y: (L["hausdorff_dt"](z, y, alpha=0), 2 * L["mse"](z, y)),
    "hard masks: squared dice = dice": lambda z, y: (
        L["squared_dice"](800 * z.sign(), y),
        L["dice"](800 * z.sign(), y),
    ),
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_gce_goes_to_cross_entropy_as_q_goes_to_zero():
    z, y = scene()
    same(L["gce"](z, y, q=1e-9), L["bce"](z, y), 1e-7)


def test_generalised_dice_without_a_class_is_the_mean_error():
    z, y = scene()
    for target in (torch.zeros_like(y), torch.ones_like(y)):
        same(L["generalized_dice"](z, target), L["mae"](z, target), 1e-13)


def test_label_smoothing_charges_a_surer_prediction_more():
    _, y = scene()
    values = [float(L["label_smoothing_bce"](s * (2 * y - 1), y)) for s in (2.944, 6.0, 50.0, 1e4)]
    assert values == sorted(values)


def test_equally_wrong_pixels_share_the_remaining_places():
    """K = 2.5: the worst pixel has a place of its own, three tied ones share one and a half."""
    z = torch.tensor([[3.0, 1.0, 1.0, -1.0, -2.0]]).double()
    y = torch.tensor([[0.0, 0.0, 0.0, 1.0, 0.0]]).double()
    share = maps.share(L["topk_bce"], z, y, k=0.5)
    cost = torch.nn.functional.softplus(torch.tensor([3.0, 1.0, 1.0, 1.0]).double()) / 2.5
    same(share[0], torch.cat([cost * torch.tensor([1, 0.5, 0.5, 0.5]), torch.zeros(1)]), 1e-14)
    # A tied pixel of weight 2 is two of them.
    weight = torch.tensor([[1.0, 2.0, 0.0, 1.0, 1.0]]).double()
    same(L["topk_bce"](z, y, weight, k=0.5), L["topk_bce"](z, y, k=0.5), 1e-14)


def test_ranks_count_weight_by_class():
    z = torch.tensor([[2.0, 0.5, -2.0, -0.5, 7.0]]).double()
    y = torch.tensor([[0.0, 0.0, 1.0, 1.0, 0.0]]).double()
    weight = torch.tensor([[1.0, 2.0, 3.0, 4.0, 0.0]]).double()
    worse1, equal1, worse0, equal0 = Pixels.from_logits(z, y, weight).ranks()
    assert worse1[0, :4].tolist() == [0, 3, 0, 3]
    assert equal1[0, :4].tolist() == [3, 4, 3, 4]
    assert worse0[0, :4].tolist() == [0, 1, 0, 1]
    assert equal0[0, :4].tolist() == [1, 2, 1, 2]


def test_a_missing_class_is_named():
    z, y = scene()
    for target in (torch.zeros_like(y), torch.ones_like(y)):
        answer = L["generalized_dice"].at(Pixels.from_logits(z, target))
        assert answer.note is Note.MISSING_OVERLAP
