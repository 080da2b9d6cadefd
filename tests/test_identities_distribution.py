"""Distribution losses as one another, as torch's own, and by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from segloss_core import LOSSES, maps

from .laws import same, scene

L = LOSSES


def beta_auto(y):
    return float(1 - y.mean())


def margin(z, y):
    return (2 * y - 1) * z


def all_but_the_easiest(z, y, m):
    """ASL without focus, written as the background's probability moved down."""
    p = torch.sigmoid(z)
    rest = (1 - p + m).clamp(max=1)
    return -(y * torch.log(p) + (1 - y) * torch.log(rest)).mean()


def brier_of_tempered(z, y):
    """1/(1 − π) − 1/π = z, and at t₁ = 0 the divergence is the squared error."""
    root = (z.square() + 4).sqrt()
    less = 2 / (z.abs() + 2 + root)
    p = torch.where(z > 0, 1 - less, less)
    return (p - y).square().mean()


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
    "mse = sensitivity_specificity(n1/N)": lambda z, y: (
        L["mse"](z, y),
        L["sensitivity_specificity"](z, y, w=float(y.mean())),
    ),
    "asymmetric(0, 0, 0) = bce": lambda z, y: (
        L["asymmetric"](z, y, gamma_pos=0, gamma_neg=0, margin=0), L["bce"](z, y),
    ),
    "asymmetric(γ, γ, 0) = 2 focal(½, γ)": lambda z, y: (
        L["asymmetric"](z, y, gamma_pos=1.5, gamma_neg=1.5, margin=0),
        2 * L["focal"](z, y, alpha=0.5, gamma=1.5),
    ),
    "asymmetric(0, 0, m): ln of 1 − p + m, at most 0": lambda z, y: (
        L["asymmetric"](z, y, gamma_pos=0, gamma_neg=0, margin=0.3), all_but_the_easiest(z, y, 0.3),
    ),
    "reduced_focal(t = 1) = bce": lambda z, y: (
        L["reduced_focal"](z, y, gamma=3, threshold=1), L["bce"](z, y),
    ),
    "reduced_focal(γ = 0) = bce": lambda z, y: (
        L["reduced_focal"](z, y, gamma=0, threshold=0.2), L["bce"](z, y),
    ),
    "reduced_focal of right pixels = 2 t^−γ focal(½, γ)": lambda z, y: (
        L["reduced_focal"](z.abs() * (2 * y - 1), y, gamma=3, threshold=0.4),
        2 * 0.4**-3 * L["focal"](z.abs() * (2 * y - 1), y, alpha=0.5, gamma=3),
    ),
    "reduced_focal of wrong pixels = bce": lambda z, y: (
        L["reduced_focal"](-z.abs() * (2 * y - 1), y), L["bce"](-z.abs() * (2 * y - 1), y),
    ),
    "bi_tempered(1, 1) = bce": lambda z, y: (L["bi_tempered"](z, y, t1=1, t2=1), L["bce"](z, y)),
    "bi_tempered(t₁, 2): π of z in closed form": lambda z, y: (
        L["bi_tempered"](z, y, t1=0, t2=2), brier_of_tempered(z, y),
    ),
    "bi_tempered(t₁, 1) at t₁ = 0 = mse": lambda z, y: (
        L["bi_tempered"](z, y, t1=0, t2=1), L["mse"](z, y),
    ),
    "quality_focal(β, 0) = 2 focal(½, β)": lambda z, y: (
        L["quality_focal"](z, y, beta=1.5, epsilon=0), 2 * L["focal"](z, y, alpha=0.5, gamma=1.5),
    ),
    "quality_focal(β → 0) = label_smoothing_bce": lambda z, y: (
        L["quality_focal"](z, y, beta=1e-15, epsilon=0.3), L["label_smoothing_bce"](z, y, epsilon=0.3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_bce_does_not_care_which_class_is_called_object():
    z, y = scene()
    same(L["bce"](z, y), L["bce"](-z, 1 - y), 1e-14)


def test_weighting_by_beta_shifts_every_logit_by_its_logarithm():
    """The minimiser of weighted_bce for a chance π is that of bce with ln β added to the logit."""
    y = torch.zeros(20, 20).double()
    y.view(-1)[:60] = 1  # π = 0.15
    for beta in (0.3, 4.0):
        z = torch.full_like(y, math.log(0.15 / 0.85) + math.log(beta)).requires_grad_()
        (slope,) = torch.autograd.grad(L["weighted_bce"](z, y, beta=beta), z)
        assert abs(float(slope.sum())) < 1e-14


def test_gce_goes_to_cross_entropy_as_q_goes_to_zero():
    z, y = scene()
    same(L["gce"](z, y, q=1e-9), L["bce"](z, y), 1e-7)


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


def test_the_margin_frees_easy_background_and_silences_confident_mistakes():
    y = torch.zeros(1, 3, dtype=torch.float64)
    z = torch.logit(torch.tensor([[0.04, 0.06, 0.5]], dtype=torch.float64))
    share = maps.share(L["asymmetric"], z, y, margin=0.05)
    assert share[0, 0] == 0 < share[0, 1]
    sure = torch.full((1, 1), 30.0, dtype=torch.float64)
    push = [
        float(maps.gradient(L["asymmetric"], sure, y[:, :1], margin=m)[0, 0]) for m in (0.0, 0.05)
    ]
    assert push[0] > 1 and push[1] < 1e-10


def test_the_logarithm_beside_a_margin_is_exact_however_sure_the_mistake():
    y, z = torch.zeros(1, 1), torch.full((1, 1), 1e4)
    for margin in (1e-9, 1e-30):
        value = L["asymmetric"](z, y, gamma_neg=0, margin=margin)
        same(value, -torch.log(torch.tensor(margin, dtype=torch.float64)), 1e-6)


def test_the_reduced_factor_jumps_unless_the_threshold_is_a_half():
    y = torch.ones(1, 1, dtype=torch.float64)

    def jump(threshold):
        below, above = (
            float(L["reduced_focal"](torch.logit(y * threshold + d), y, threshold=threshold))
            for d in (-1e-9, 1e-9)
        )
        return above / below

    assert jump(0.5) == pytest.approx(1, abs=1e-7)
    assert jump(0.25) == pytest.approx(9, rel=1e-6)  # (1/t − 1)^γ
    assert jump(0.8) == pytest.approx(1 / 16, rel=1e-6)


@pytest.mark.parametrize("t2", [1.0, 1.0 + 1e-9, 1.3, 4.0, 10.0])
def test_the_tempered_probability_is_found_to_the_last_digit(t2):
    """Along the exact curve: z of a chosen π, then the loss of that π."""
    less = torch.logspace(-12, -0.31, 300, dtype=torch.float64)
    surprise = [
        -torch.log(x) if t2 == 1 else torch.expm1((1 - t2) * torch.log(x)) / (t2 - 1)
        for x in (less, 1 - less)
    ]
    z = surprise[0] - surprise[1]
    z, y = z[:, None, None], torch.zeros(300, 1, 1, dtype=torch.float64)
    found = L["bi_tempered"](z, y, t1=0, t2=t2).sqrt()  # 1 − π of the background
    same(found, 1 - less, 1e-13)


def test_the_learned_temperature_gets_its_slope():
    z, y = scene()
    t2 = torch.tensor(1.4, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda t: L["bi_tempered"](z, y, t2=t), (t2,))


def test_equal_tempered_classes_still_push():
    z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    (slope,) = torch.autograd.grad(L["bi_tempered"](z, y), z)
    assert slope[0, 0] < -0.1 and slope[0, 0] == -slope[0, 1]


def test_both_classes_weigh_the_same_under_the_automatic_beta():
    _z, y = scene()
    beta = beta_auto(y)
    assert beta * float(y.sum()) == pytest.approx((1 - beta) * float((1 - y).sum()))
