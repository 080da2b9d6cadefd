"""Variants of focal and overlap losses, and losses on soft labels, as one another and by hand."""

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene
from .test_identities import mask_of

L = LOSSES


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
    "dice_semimetric(0) = dice": lambda z, y: (
        L["dice_semimetric"](z, y, epsilon=0, smooth=3), L["dice"](z, y, smooth=3),
    ),
    "dice_semimetric of sure masks: the error keeps 1 − ε of its weight": lambda z, y: (
        L["dice_semimetric"](mask_of(z), y, epsilon=0.2, smooth=3),
        (0.8 * ((z > 0) != (y > 0)).double().sum() + 0.1 * y.numel())
        / ((z > 0).double().sum() + 0.8 * y.sum() + 0.1 * y.numel() + 3),
    ),
}  # fmt: skip


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


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


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
