"""Losses on outlines, skeletons, gaps between objects and erosions, as others and by hand."""

from itertools import pairwise

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
    "hausdorff_er of one erosion does not depend on α": lambda z, y: (
        L["hausdorff_er"](-z, y, iterations=1, alpha=0.4), L["hausdorff_er"](-z, y, iterations=1, alpha=3),
    ),
    "hausdorff_er of a sure mask is symmetric": lambda z, y: (
        L["hausdorff_er"](mask_of(-z), y), L["hausdorff_er"](mask_of(2 * y - 1), (z < 0).double()),
    ),
    "tanimoto_complement of sure masks = mean jaccard of both classes": lambda z, y: (
        L["tanimoto_complement"](mask_of(z), y, smooth=3),
        (L["jaccard"](mask_of(z), y, smooth=3) + L["jaccard"](mask_of(-z), 1 - y, smooth=3)) / 2,
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


def test_deep_erosions_have_the_right_slope_and_survive_single_precision():
    loss = L["hausdorff_er"]
    for seed in range(3):
        z, y = scene(seed)
        z = -z
        lasting = [loss(z, y, iterations=k) for k in (1, 2, 3)]
        assert lasting[0] < lasting[1] < lasting[2]
        leaf = z.clone().requires_grad_()
        torch.autograd.gradcheck(
            lambda x, y=y: loss(x, y, alpha=1.3), (leaf,), atol=1e-7, rtol=1e-5
        )
        coarse = z.float()
        same(loss(coarse, y), loss(coarse.double(), y), 2e-5)
        a, b = (maps.gradient(loss, t, y) for t in (coarse, coarse.double()))
        same(a, b, 2e-5)


def test_a_thick_mistake_costs_more_than_the_same_area_in_pieces():
    y = torch.zeros(40, 40, dtype=torch.float64)
    block, strips = y.clone(), y.clone()
    block[8:20, 8:20] = 1
    strips[4:36:3, 5:17] = 1  # twelve pixels eleven times
    one, many = (float(L["hausdorff_er"](800 * (2 * m - 1), y)) for m in (block, strips))
    assert one > 2 * many


def test_without_stretching_nothing_survives_a_second_erosion():
    """Why minmax is part of the formula: a mean of at most 1, lowered by ½ twice, is at most 0."""
    z, y = scene()
    kernel = torch.tensor([[0, 1, 0], [1, 1, 1], [0, 1, 0]]).double()[None, None] / 5
    x = (torch.sigmoid(-z) - y).square()[None, None]
    left = [x := torch.relu(torch.nn.functional.conv2d(x, kernel, padding=1) - 0.5) for _ in (1, 2)]
    assert float(left[0].max()) > 0 and float(left[1].max()) == 0


def test_how_long_mistakes_last():
    """Discs 1.4 times their radius; lines and squares of four pixels longer than they are thick."""
    down, along = torch.meshgrid(*[torch.arange(60)] * 2, indexing="ij")
    nothing = torch.zeros(60, 60, dtype=torch.float64)

    def lasts(mistake):
        z = 800 * (2 * mistake.double() - 1)
        each = [float(L["hausdorff_er"](z, nothing, iterations=k)) for k in range(1, 35)]
        return 1 + sum(a < b for a, b in pairwise(each))

    for radius, erosions in ((5, 7), (10, 14), (20, 29)):
        assert lasts((down - 30) ** 2 + (along - 30) ** 2 <= radius**2) == erosions
    assert lasts((down == 9) & (along >= 10) & (along < 30)) == 9  # from both ends
    assert lasts((down // 2 == 9) & (along // 2 == 9)) == 34  # to the end


def test_a_hesitant_prediction_costs_nothing_when_eroded():
    """0.7² < ½: training cannot start with it."""
    _, y = scene()
    z = 0.8 * (1 - 2 * y)  # wrong everywhere by 0.69
    answer = L["hausdorff_er"].at(Pixels.from_logits(z, y))
    assert float(answer.value) == 0 and bool((maps.gradient(L["hausdorff_er"], z, y) == 0).all())
