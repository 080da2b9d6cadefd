"""Boundary losses as one another, as plain geometry, and by hand."""

from itertools import pairwise

import pytest
import torch

from segloss_core import LOSSES, Note, Pixels, maps
from segloss_core.geometry import box_mean, distance_to_other_class, gaussian_variance

from .laws import same, scene
from .quantities import error, mask_of, mse

L = LOSSES


def level_set(y):
    d = distance_to_other_class(y > 0)
    return torch.where(y > 0, 1 - d, d)


def square(side, inside):
    y = torch.zeros(side, side, dtype=torch.float64)
    y[2 : 2 + inside, 2 : 2 + inside] = 1
    return y


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


IDENTITIES = {
    "distance_map_bce(0) = bce": lambda z, y: (L["distance_map_bce"](z, y, scale=0), L["bce"](z, y)),
    "hausdorff_dt(0) = 2 mse": lambda z, y: (L["hausdorff_dt"](z, y, alpha=0), 2 * mse(z, y)),
    "shape_aware with the right outline = bce": lambda z, y: (
        L["shape_aware"](z.abs() * (2 * y - 1), y),
        L["bce"](z.abs() * (2 * y - 1), y),
    ),
    "ssl_correlation(λ=1) = bce": lambda z, y: (L["ssl_correlation"](z, y, lam=1), L["bce"](z, y)),
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
}  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES.values(), ids=IDENTITIES.keys())
def test_identity(identity):
    for seed in range(3):
        same(*identity(*scene(seed)), 1e-12)


def test_a_ramp_has_the_length_of_its_slope():
    p = torch.linspace(0.1, 0.9, 5, dtype=torch.float64).expand(4, 5)
    value = L["active_contour"](torch.logit(p), torch.zeros(4, 5), lam=0, eps=1e-12)
    assert float(value) == pytest.approx(4 * 0.2 / 5, rel=1e-5)  # four steps of 0.2 in each row


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


def test_without_stretching_nothing_survives_a_second_erosion():
    """Why minmax is part of the formula: a mean of at most 1, lowered by ½ twice, is at most 0."""
    z, y = scene()
    kernel = torch.tensor([[0, 1, 0], [1, 1, 1], [0, 1, 0]]).double()[None, None] / 5
    x = (torch.sigmoid(-z) - y).square()[None, None]
    left = [x := torch.relu(torch.nn.functional.conv2d(x, kernel, padding=1) - 0.5) for _ in (1, 2)]
    assert float(left[0].max()) > 0 and float(left[1].max()) == 0
