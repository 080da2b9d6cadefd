"""Region losses as one another, of hard masks, and by hand."""

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene
from .quantities import counts, mask_of, mse

L = LOSSES


def lovasz_slope(e, y, order):
    """∂L/∂e by the published algorithm, for one order of the pixels."""
    truth = y.flatten()[order]
    intersection = truth.sum() - truth.cumsum(0)
    delta = 1 - intersection / (truth.sum() + (1 - truth).cumsum(0))
    slope = torch.empty_like(delta)
    slope[order] = torch.diff(delta, prepend=delta.new_zeros(1))
    return slope.view(e.shape)


IDENTITIES = {
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
    "hard masks: dice loss = 1 − Dice score": lambda z, y: (
        L["dice"](mask_of(z), y, smooth=0),
        1 - 2 * ((z > 0) * y).sum() / ((z > 0).sum() + y.sum()),
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
    "hard masks: squared dice = dice": lambda z, y: (
        L["squared_dice"](800 * z.sign(), y),
        L["dice"](800 * z.sign(), y),
    ),
    "power_jaccard(1) = jaccard": lambda z, y: (
        L["power_jaccard"](z, y, power=1, smooth=3), L["jaccard"](z, y, smooth=3),
    ),
    "power_jaccard(2) = 2D/(1 + D), D = squared_dice(2s)": lambda z, y: (
        L["power_jaccard"](z, y, power=2, smooth=3),
        2 * L["squared_dice"](z, y, smooth=6) / (1 + L["squared_dice"](z, y, smooth=6)),
    ),
    "soft_f1(1) = dice(0)": lambda z, y: (L["soft_f1"](z, y, w=1), L["dice"](z, y, smooth=0)),
    "soft_f1(w) mixes dice of both classes": lambda z, y: (
        L["soft_f1"](z, y, w=0.3),
        0.3 * L["dice"](z, y, smooth=0) + 0.7 * L["dice"](-z, 1 - y, smooth=0),
    ),
    "dice_semimetric(0) = dice": lambda z, y: (
        L["dice_semimetric"](z, y, epsilon=0, smooth=3), L["dice"](z, y, smooth=3),
    ),
    "dice_semimetric of sure masks: the error keeps 1 − ε of its weight": lambda z, y: (
        L["dice_semimetric"](mask_of(z), y, epsilon=0.2, smooth=3),
        (0.8 * ((z > 0) != (y > 0)).double().sum() + 0.1 * y.numel())
        / ((z > 0).double().sum() + 0.8 * y.sum() + 0.1 * y.numel() + 3),
    ),
    "tanimoto_complement of sure masks = mean jaccard of both classes": lambda z, y: (
        L["tanimoto_complement"](mask_of(z), y, smooth=3),
        (L["jaccard"](mask_of(z), y, smooth=3) + L["jaccard"](mask_of(-z), 1 - y, smooth=3)) / 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_generalised_dice_without_a_class_is_the_mean_error():
    z, y = scene()
    for target in (torch.zeros_like(y), torch.ones_like(y)):
        same(L["generalized_dice"](z, target), L["mae"](z, target), 1e-13)


def test_a_missing_class_is_named():
    z, y = scene()
    for target in (torch.zeros_like(y), torch.ones_like(y)):
        answer = L["generalized_dice"].at(Pixels.from_logits(z, target))
        assert answer.note is Note.BORROWED_WEIGHT


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


def test_dice_of_soft_labels_prefers_a_sure_prediction_and_the_semimetric_does_not():
    y = scene()[1]
    label = 0.9 * y + 0.05
    sure = (800 * (2 * y - 1)).sigmoid()

    def dice(p):
        return float(1 - 2 * (p * label).sum() / (p + label).sum())

    assert dice(label) > dice(sure) + 0.01
    best, hard = (
        float(L["dice_semimetric"](torch.logit(p), y, smooth=0))
        for p in (label, sure.clamp(1e-16, 1 - 1e-16))
    )
    assert best < 1e-14 and hard > 0.05


def test_a_missing_class_is_named_where_it_has_a_part():
    z, y = scene()
    empty, full = torch.zeros_like(y), torch.ones_like(y)

    def note(target, w):
        return L["soft_f1"].at(Pixels.from_logits(z, target), w=w).note

    assert note(empty, 0.5) is note(full, 0.5) is Note.MISSING_OVERLAP
    assert note(empty, 0.0) is note(full, 1.0) is note(y, 0.5) is None
    assert float(L["soft_f1"](z, empty, w=1)) == 1
    nothing = Pixels.from_logits(z * 0 - 1e4, empty)
    assert L["soft_f1"].at(nothing).note is Note.ZERO_OVER_ZERO
    assert float(L["soft_f1"].at(nothing).value) == 0


def test_ranks_count_weight_by_class():
    z = torch.tensor([[2.0, 0.5, -2.0, -0.5, 7.0]]).double()
    y = torch.tensor([[0.0, 0.0, 1.0, 1.0, 0.0]]).double()
    weight = torch.tensor([[1.0, 2.0, 3.0, 4.0, 0.0]]).double()
    worse1, equal1, worse0, equal0 = Pixels.from_logits(z, y, weight).ranks()
    assert worse1[0, :4].tolist() == [0, 3, 0, 3]
    assert equal1[0, :4].tolist() == [3, 4, 3, 4]
    assert worse0[0, :4].tolist() == [0, 1, 0, 1]
    assert equal0[0, :4].tolist() == [1, 2, 1, 2]


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
