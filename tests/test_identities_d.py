"""Losses on outlines, skeletons, gaps between objects and erosions, as others and by hand."""

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps

from .laws import same, scene
from .test_identities import mask_of

L = LOSSES


def square(side, inside):
    y = torch.zeros(side, side, dtype=torch.float64)
    y[2 : 2 + inside, 2 : 2 + inside] = 1
    return y


IDENTITIES = {
    "boundary_dou of lines = squared_dice, smoothed above too": lambda z, y: (
        L["boundary_dou"](z, lines(y), smooth=2),
        L["squared_dice"](z, lines(y), smooth=2) + 2 / (torch.sigmoid(z).square().sum() + 17 + 2),
    ),
    "boundary_dou of a full target": lambda z, y: (
        L["boundary_dou"](z, y * 0 + 1, smooth=2),
        rim_of_all(z, 2 * (46 + 2) / (154 + 2)),
    ),
    "skeleton_recall in a tube as wide as the target = 1 − recall": lambda z, y: (
        L["skeleton_recall"](z, y, radius=50, smooth=3),
        L["tversky"](z, y, alpha=0, beta=1, smooth=3),
    ),
    "skeleton_recall of a bare skeleton = the recall term of clDice": lambda z, y: (
        L["skeleton_recall"](z, y, radius=0, smooth=3), cldice_missed(z, y, 3),
    ),
    "unet_border_bce(w₀) − bce grows as w₀": lambda z, y: (
        L["unet_border_bce"](z, y, w0=6, sigma=2) - L["bce"](z, y),
        3 * (L["unet_border_bce"](z, y, w0=2, sigma=2) - L["bce"](z, y)),
    ),
    "unet_border_bce between two lines: both distances are known": lambda z, y: (
        L["unet_border_bce"](z, walls(y), w0=4, sigma=3), between_walls(z, walls(y), 4, 3),
    ),
}  # fmt: skip


def lines(y):
    """A target without an inside: every object pixel lies on its contour."""
    thin = torch.zeros_like(y)
    thin[3, 2:9] = thin[7, 4:] = 1
    return thin


def walls(y):
    """Two columns, three and nine: d₁ + d₂ is 6 between them and more outside."""
    found = torch.zeros_like(y)
    found[:, 3] = found[:, 9] = 1
    return found


def between_walls(z, y, w0, sigma):
    column = torch.arange(y.shape[1], dtype=torch.float64)
    reach = (column - 3).abs() + (column - 9).abs()
    ce = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")
    return ((1 + w0 * (1 - y) * torch.exp(-(reach**2) / (2 * sigma**2))) * ce).mean()


def rim_of_all(z, rest):
    p = torch.sigmoid(z)
    return ((1 - p).square().sum() + 2) / ((1 - p).square().sum() + rest * p.sum() + 2)


def cldice_missed(z, y, smooth):
    terms = L["cldice"].at(Pixels.from_logits(z, y), iters=20, smooth=smooth).terms()
    return 1 - terms["b"][0, 0]


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_a_large_object_has_its_alpha_cut_off():
    y = square(64, 60)
    z = y * 4 - 2
    answer = L["boundary_dou"].at(Pixels.from_logits(z, y))
    assert float(answer.terms()["a"]) == 0.8
    p = torch.sigmoid(z)
    wrong = (p - y).square().sum()
    same(answer.value, wrong / (wrong + 0.2 * (p * y).sum()), 1e-6)


def test_an_empty_target_costs_boundary_dou_one():
    z, y = scene()
    for logits in (z, mask_of(z), 0 * z - 1e4):
        answer = L["boundary_dou"].at(Pixels.from_logits(logits, 0 * y))
        assert float(answer.value) == 1 and answer.note is Note.ONE_ON_EMPTY_TARGET
        assert bool((maps.gradient(L["boundary_dou"], logits, 0 * y) == 0).all())


def test_a_gap_costs_a_thin_vessel_as_much_as_a_thick_one():
    y = torch.zeros(30, 60, dtype=torch.float64)
    y[4], y[12:27] = 1, 1  # one pixel and fifteen pixels wide
    costs = []
    for rows in (slice(4, 5), slice(12, 27)):
        broken = y.clone()
        broken[rows, 20:25] = 0
        costs.append(float(L["skeleton_recall"](800 * (2 * broken - 1), y, radius=0)))
    assert costs[0] == pytest.approx(costs[1], rel=1e-12) and costs[0] > 0


def test_a_border_needs_two_objects_apart():
    z, y = scene()
    loss, touching = L["unet_border_bce"], torch.zeros_like(y)
    touching[2:5, 3:6] = touching[5:8, 6:9] = 1  # at a corner: one object
    for target in (touching, 0 * y, 0 * y + 1):
        answer = loss.at(Pixels.from_logits(z, target))
        assert answer.note is Note.NO_TWO_OBJECTS
        same(answer.value, L["bce"](z, target), 1e-14)
    assert loss.at(Pixels.from_logits(z, y)).note is None
    border = loss.at(Pixels.from_logits(z, y)).terms()["b"]
    assert bool((border[y > 0] == 0).all()) and float(border.max()) < 1


def test_a_learned_width_of_the_border_has_a_finite_slope():
    z, y = scene()
    sigma = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)
    both = L["unet_border_bce"](torch.stack([z, z]), torch.stack([y, 0 * y]), sigma=sigma)
    (slope,) = torch.autograd.grad(both.sum(), sigma)
    assert float(slope) > 0
