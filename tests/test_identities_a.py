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
    "hard masks: lovasz_sigmoid = 1 − IoU": lambda z, y: (
        L["lovasz_sigmoid"](800 * z.sign(), y),
        1 - ((z > 0) & (y > 0)).sum() / ((z > 0) | (y > 0)).sum().double(),
    ),
    "margins 0 and 1: lovasz_hinge = 1 − IoU": lambda z, y: (
        L["lovasz_hinge"](torch.where((z > 0) == (y > 0), 2 * y - 1, 0), y),
        1 - ((z > 0) & (y > 0)).sum() / ((z > 0) | (y > 0)).sum().double(),
    ),
    "hard masks: mcc = 1 − Matthews' correlation": lambda z, y: (
        L["mcc"](800 * z.sign(), y, eps=1e-12),
        1 - torch.corrcoef(torch.stack([(z > 0).double().flatten(), y.flatten()]))[0, 1],
    ),
    "mcc of the opposite prediction = 2 − mcc": lambda z, y: (
        L["mcc"](-z, y),
        2 - L["mcc"](z, y),
    ),
    "dice_bce = dice + w bce": lambda z, y: (
        L["dice_bce"](z, y, smooth=2, w=0.3),
        L["dice"](z, y, smooth=2) + 0.3 * L["bce"](z, y),
    ),
    "dice_bce = 2 combo(½, ½) + 1 at w = ½": lambda z, y: (
        L["dice_bce"](z, y, w=0.5),
        2 * L["combo"](z, y, alpha=0.5, beta=0.5) + 1,
    ),
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
        assert answer.note is Note.BORROWED_WEIGHT


def test_lovasz_on_an_empty_target_is_the_worst_pixel():
    z, y = scene()
    for name, error in (
        ("lovasz_sigmoid", torch.sigmoid(z)),
        ("lovasz_hinge", torch.relu(1 + z)),
    ):
        answer = L[name].at(Pixels.from_logits(z, y * 0))
        same(answer.value, error.max(), 1e-14)
        assert int((answer.share() > 0).sum()) == 1
        assert answer.note is Note.ONLY_THE_WORST


def lovasz_slope(e, y, order):
    """∂L/∂e by the published algorithm, for one order of the pixels."""
    truth = y.flatten()[order]
    intersection = truth.sum() - truth.cumsum(0)
    delta = 1 - intersection / (truth.sum() + (1 - truth).cumsum(0))
    slope = torch.empty_like(delta)
    slope[order] = torch.diff(delta, prepend=delta.new_zeros(1))
    return slope.view(e.shape)


def test_tied_pixels_get_the_mean_of_the_two_class_orders():
    """Many ties of both classes: equal in a class, and the mean over all orders inside one."""
    z, y = scene()
    z = z.round()
    e = torch.where(y > 0, torch.sigmoid(-z), torch.sigmoid(z)).flatten()
    rank = torch.where(y > 0, z, -z).flatten()  # exact ties
    means = []
    for first in (y.flatten(), 1 - y.flatten()):  # which class goes first where margins are equal
        order = sorted(range(rank.numel()), key=lambda i, f=first: (float(rank[i]), -float(f[i])))
        slope = lovasz_slope(e, y, torch.tensor(order))
        for margin_of_group in rank.unique():
            for label in (0, 1):
                group = (rank == margin_of_group) & (y.flatten() == label)
                if bool(group.any()):
                    slope[group] = slope[group].mean()
        means.append(slope)
    expected = (means[0] + means[1]) / 2
    share = maps.share(L["lovasz_sigmoid"], z, y)
    same(share.flatten(), expected * e, 1e-12)
    push = maps.gradient(L["lovasz_sigmoid"], z, y, wrt="probability")
    same(push.flatten(), expected * (1 - 2 * y.flatten()), 1e-10)


def test_mcc_shares_are_the_averages_along_the_straight_way():
    """Against a plain midpoint rule over the path from the mask to the prediction."""
    z, y = scene()
    p, steps = torch.sigmoid(z), 4000
    t = (torch.arange(steps).double() + 0.5) / steps
    on_way = (y + t[:, None, None] * (p - y)).requires_grad_()
    tp, fp = (on_way * y).sum((1, 2)), (on_way * (1 - y)).sum((1, 2))
    fn, tn = ((1 - on_way) * y).sum((1, 2)), ((1 - on_way) * (1 - y)).sum((1, 2))
    root = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) + 1e-7).sqrt()
    (slope,) = torch.autograd.grad((-(tp * tn - fp * fn) / root).sum(), on_way)
    same(maps.share(L["mcc"], z, y), (p - y) * slope.mean(0), 1e-6)


def test_mcc_counts_for_what_quadrature_leaves():
    """A prediction of one class ends the way in a root: the shares sum to the loss all the same."""
    _, y = scene()
    for logit in (-1e4, -30.0, 30.0, 1e4):
        share = maps.share(L["mcc"], torch.full_like(y, logit), y)
        assert float(share.min()) >= 0
        same(share.sum(), torch.tensor(1.0), 1e-5)


def test_mcc_without_a_class_is_one_and_pushes_nowhere():
    z, y = scene()
    for target in (torch.zeros_like(y), torch.ones_like(y)):
        assert float(L["mcc"](z, target)) == pytest.approx(1, abs=1e-15)
        assert float(maps.gradient(L["mcc"], z, target).abs().max()) < 1e-15
        assert L["mcc"].at(Pixels.from_logits(z, target)).note is Note.NO_CORRELATION
