"""What a call carried over by name really computes in other libraries, each proved by a plain formula.

A row is: what is meant (this project's value), what the other library returns, and the formula that
explains the difference. So a row fails when the other library changes its mind, and says how.
"""

from __future__ import annotations

import pytest
import torch

from segloss_core import LOSSES as L
from segloss_core.libraries import calls

from . import smp_losses
from .laws import same, scene
from .test_libraries import batch

pytestmark = pytest.mark.filterwarnings("ignore")  # MONAI warns of one channel

monai = pytest.importorskip("monai.losses")
kornia = pytest.importorskip("kornia.losses")
smp = smp_losses.load()

needs_smp = pytest.mark.skipif(smp is None, reason="segmentation-models-pytorch is not installed")


def image():
    """One image of 33 × 29 pixels, as a batch of one channel."""
    z, y = scene(5, shape=(33, 29))
    return z[None, None], y[None, None]


def pair(z):
    """Logits whose softmax is (1 − p, p)."""
    return torch.cat([torch.zeros_like(z), z], 1)


def chance_of_label(z, y):
    return torch.sigmoid((2 * y - 1) * z)


def cross_entropy(z, y):
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")


def overlap(p, y, smooth):
    """Dice of whatever is taken for probabilities."""
    return 1 - (2 * (p * y).sum() + smooth) / (p.sum() + y.sum() + smooth)


def generalised(z, y, smooth):
    """Generalised Dice with the smoothing beside sums that are weighted by 1/n²."""
    p = torch.sigmoid(z)
    both = [(p, y), (1 - p, 1 - y)]
    agreed = sum((a * b).sum() / b.sum() ** 2 for a, b in both)
    sizes = sum((a.sum() + b.sum()) / b.sum() ** 2 for a, b in both)
    return 1 - (2 * agreed + smooth) / (sizes + smooth)


def unified(p, y, lam=0.5, delta=0.7, gamma=0.5):
    """The asymmetric unified focal loss with half the cross-entropy, of clipped probabilities."""
    p = p.clamp(1e-7, 1 - 1e-7)
    missed, false = -delta * y * p.log(), -(1 - delta) * (1 - y) * p**gamma * (1 - p).log()

    def index(p, y):
        tp, fp, fn = (p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum()
        return (tp + 1e-7) / (tp + delta * fn + (1 - delta) * fp + 1e-7)

    both = (1 - index(p, y)) ** (1 - gamma) + 1 - index(1 - p, 1 - y)
    return lam * (missed + false).mean() / 2 + (1 - lam) * both / 2


# The dials at which a row is meant, what is meant, what is returned, what that really is.
ROWS = {
    "MONAI focal: α as a list weighs the object alone": (
        ("MONAI", "focal", {"alpha": 0.25, "gamma": 2.0}),
        lambda z, y: monai.FocalLoss(alpha=[0.25], gamma=2.0)(z, y),
        lambda z, y: (
            torch.where(y > 0, 0.25, 1.0) * (1 - chance_of_label(z, y)) ** 2 * cross_entropy(z, y)
        ).mean(),
    ),
    "smp smooth_factor: a flipped label, twice ε": (
        ("smp", "label_smoothing_bce", {"epsilon": 0.1}),
        lambda z, y: smp.losses.SoftBCEWithLogitsLoss(smooth_factor=0.1)(z, y),
        lambda z, y: L["label_smoothing_bce"](z, y, epsilon=0.2).mean(),
    ),
    "kornia dice_loss: the micro average is the mean error": (
        ("kornia", "dice", {"smooth": 0.0}),
        lambda z, y: kornia.dice_loss(pair(z), y[:, 0].long()),
        lambda z, y: (1 - chance_of_label(z, y)).mean(),
    ),
    "smp Dice: smoothing beside TP counts twice": (
        ("smp", "dice", {"smooth": 1.0}),
        lambda z, y: smp.losses.DiceLoss("binary", smooth=1.0)(z, y),
        lambda z, y: overlap(torch.sigmoid(z), y, 2.0),
    ),
    "MONAI Jaccard: smoothing beside 2 TP counts half": (
        ("MONAI", "jaccard", {"smooth": 1.0}),
        lambda z, y: monai.DiceLoss(sigmoid=True, jaccard=True, smooth_nr=1.0, smooth_dr=1.0)(z, y),
        lambda z, y: L["jaccard"](z, y, smooth=0.5).mean(),
    ),
    "MONAI Dice without sigmoid=True: logits are taken for probabilities": (
        ("MONAI", "dice", {"smooth": 1e-5}),
        lambda z, y: monai.DiceLoss()(z, y),
        lambda z, y: overlap(z, y, 1e-5),
    ),
    "MONAI Dice of one channel: softmax=True is ignored": (
        (None, "dice", {"smooth": 1e-5}),
        lambda z, y: monai.DiceLoss(softmax=True)(z, y),
        lambda z, y: overlap(z, y, 1e-5),
    ),
    "MONAI generalised Dice of one channel: plain Dice, 1e-5 · n₁² of smoothing": (
        ("MONAI", "generalized_dice", {}),
        lambda z, y: monai.GeneralizedDiceLoss(sigmoid=True)(z, y),
        lambda z, y: overlap(torch.sigmoid(z), y, 1e-5 * y.sum() ** 2),
    ),
    "MONAI generalised Dice: its smoothing competes with 1/n²": (
        (None, "generalized_dice", {}),
        lambda z, y: monai.GeneralizedDiceLoss(softmax=True, to_onehot_y=True)(pair(z), y),
        lambda z, y: generalised(z, y, 1e-5),
    ),
    "MONAI unified focal: documented for logits, takes probabilities": (
        (None, "unified_focal_asym", {"lam": 0.5, "delta": 0.7, "gamma": 0.5}),
        lambda z, y: monai.AsymmetricUnifiedFocalLoss()(z, y),
        # 1 − z and z are clipped one by one.
        lambda z, y: unified(z, y),
    ),
    "MONAI unified focal: half the cross-entropy": (
        ("MONAI", "unified_focal_asym", {"lam": 0.5, "delta": 0.7, "gamma": 0.5}),
        lambda z, y: monai.AsymmetricUnifiedFocalLoss()(torch.sigmoid(z), y),
        lambda z, y: unified(torch.sigmoid(z), y),
    ),
    "kornia focal of a softmax pair: the mean divides by the classes too": (
        ("kornia", "focal", {"alpha": 0.25, "gamma": 2.0}),
        lambda z, y: kornia.focal_loss(
            pair(z), y[:, 0].long(), alpha=0.25, gamma=2.0, reduction="mean"
        ),
        lambda z, y: L["focal"](z, y, alpha=0.25, gamma=2.0).mean() / 2,
    ),
    "kornia SSIM: (1 − SSIM)/2": (
        ("kornia", "ssim", {"window": 11}),
        lambda z, y: kornia.ssim_loss(torch.sigmoid(z), y, 11),
        lambda z, y: L["ssim"](z, y).mean() / 2,
    ),
}  # fmt: skip

# MONAI casts to float32 in its focal losses; its clip leaves 1e-7 and kornia divides by 1e-12 more.
TOLERANCE = {"MONAI": 1e-6, "kornia": 1e-8, "smp": 1e-12}


@pytest.mark.parametrize("row", ROWS)
def test_the_same_name_means_something_else(row):
    (library, name, dials), returned, really = ROWS[row]
    if row.startswith("smp") and smp is None:
        pytest.skip("segmentation-models-pytorch is not installed")
    z, y = image()
    meant, got = float(L[name](z, y, **dials)), returned(z, y)
    same(got, really(z, y), TOLERANCE[row.split()[0]])
    assert abs(float(got) - meant) > 1e-5 * abs(meant), (meant, got)
    if library is None:
        return
    said = next(call for call in calls(name, dials) if call.library == library)
    room = {"logits": z, "target": y}
    exec(compile(said.naive or "", "naive.py", "exec"), room)
    # What the page warns of is this very number.
    same(room["value"], got, 1e-12)


@needs_smp
def test_smp_mcc_takes_probabilities_and_says_nan_of_logits():
    z, y = image()
    same(smp.losses.MCCLoss(eps=0.0)(torch.sigmoid(z), y), L["mcc"](z, y).mean(), 1e-12)
    assert bool(smp.losses.MCCLoss()(z - 2, y).isnan())


@needs_smp
def test_smp_mcc_smooths_every_count_and_pools_the_batch():
    z, y = batch()
    p, eps = torch.sigmoid(z), 3.0
    tp, fp, fn, tn = (
        (a * b).sum() + eps for a, b in ((p, y), (p, 1 - y), (1 - p, y), (1 - p, 1 - y))
    )
    root = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).sqrt()
    same(smp.losses.MCCLoss(eps=eps)(p, y), 1 - (tp * tn - fp * fn) / root, 1e-12)


@needs_smp
def test_smp_lovasz_refuses_float64_and_averages_classes():
    z, y = image()
    with pytest.raises(RuntimeError):
        smp.losses.LovaszLoss("binary")(z, y)
    got = smp.losses.LovaszLoss("multiclass")(pair(z).float(), y[:, 0].long())
    both = [L["lovasz_sigmoid"](sign * z, target) for sign, target in ((1, y), (-1, 1 - y))]
    same(got, (both[0] + both[1]).mean() / 2, 1e-5)


@needs_smp
def test_smp_reduced_focal_divides_by_the_threshold_itself():
    """The step at the threshold is continuous only if it is ½: (1 − p)/(1 − t) would be, always."""
    z, y = image()
    p_t, t = chance_of_label(z, y), 0.3

    def formula(divisor):
        factor = torch.where(p_t < t, 1, ((1 - p_t) / divisor) ** 2)
        return (factor * cross_entropy(z, y)).mean()

    got = smp.losses.FocalLoss("binary", reduced_threshold=t)(z, y)
    same(got, formula(t), 1e-12)
    assert float(got) > 1.5 * float(formula(1 - t))


def test_monai_focal_sums_means():
    """reduction="sum" adds up one mean per image, not every pixel."""
    z, y = batch()
    got = monai.FocalLoss(reduction="sum")(z, y)
    pixels = (1 - chance_of_label(z, y)) ** 2 * cross_entropy(z, y)
    same(got, pixels.mean((1, 2, 3)).sum(), 1e-6)
    assert float(pixels.sum()) > 100 * float(got)


def test_kornia_and_monai_crop_ssim_alike():
    """Without padding both average the inner windows; one of them halves."""
    from monai.losses import SSIMLoss

    z, y = image()
    p = torch.sigmoid(z)
    theirs = SSIMLoss(spatial_dims=2)(p, y)
    same(2 * kornia.ssim_loss(p, y, 11, padding="valid"), theirs, 1e-6)
    assert abs(float(theirs) - float(L["ssim"](z, y))) > 1e-3


@needs_smp
@pytest.mark.parametrize(
    ("make", "name", "dials"),
    [
        (lambda: smp.losses.DiceLoss("binary", smooth=1.0), "dice", {"smooth": 2.0}),
        (lambda: smp.losses.JaccardLoss("binary", smooth=1.0), "jaccard", {"smooth": 1.0}),
        (
            lambda: smp.losses.TverskyLoss("binary", alpha=0.2, beta=0.9, smooth=1.0),
            "tversky",
            {"alpha": 0.2, "beta": 0.9, "smooth": 1.0},
        ),
    ],
    ids=["Dice", "Jaccard", "Tversky"],
)
def test_smp_pools_a_batch_into_one_image(make, name, dials):
    z, y = batch()
    got = make()(z, y)
    same(got, L[name](z.flatten(0, 2), y.flatten(0, 2), **dials), 1e-12)
    assert abs(float(got) - float(L[name](z, y, **dials).mean())) > 1e-3


@needs_smp
@pytest.mark.parametrize("name", ["DiceLoss", "TverskyLoss", "JaccardLoss"])
def test_smp_lets_false_alarms_on_an_empty_target_go_free(name):
    z, y = image()
    leaf = z.clone().requires_grad_()
    value = getattr(smp.losses, name)("binary", smooth=1.0)(leaf, y * 0)
    (slope,) = torch.autograd.grad(value, leaf)
    assert float(value) == 0 and not bool(slope.any())
    assert float(L["dice"](z, y * 0, smooth=2)) > 0.9  # here they are dear


@needs_smp
def test_smp_focal_tversky_has_no_slope_on_an_empty_target():
    z, y = image()
    leaf = z.clone().requires_grad_()
    value = smp.losses.TverskyLoss("binary", alpha=0.3, beta=0.7, gamma=0.75)(leaf, y * 0)
    (slope,) = torch.autograd.grad(value, leaf)
    assert float(value) == 0 and bool(slope.isnan().all())


@needs_smp
def test_smp_divides_by_ignored_pixels_too():
    z, y = image()
    marked, weight = y.clone(), torch.ones_like(y)
    marked[..., 10:], weight[..., 10:] = -100, 0
    got = smp.losses.SoftBCEWithLogitsLoss()(z, marked)
    same(got, L["bce"](z, y, weight).mean() * weight.mean(), 1e-12)


def test_monai_tells_nothing_of_a_full_mask():
    """The boundary loss of a mask without boundary is 0 in both; here it is said why."""
    z, y = image()
    full = torch.ones_like(y)
    assert float(monai.BoundaryLoss(sigmoid=True)(z, full)) == 0 == float(L["boundary"](z, full))


def test_too_few_erosions_find_no_skeleton_of_an_inverted_mask():
    """A square 32 px wide: below 16 erosions the loss of the opposite mask reads 0, in both."""
    y = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    y[..., 16:48, 16:48] = 1
    z = 40.0 * (1 - 2 * y)
    for iters, wrong in ((3, False), (10, False), (16, True), (20, True)):
        theirs = monai.SoftclDiceLoss(
            iter_=iters, smooth_nr=1.0, smooth_dr=1.0, smooth=1e-12, sigmoid=True
        )(z, y)
        ours = L["cldice"](z, y, iters=iters, smooth=1.0)
        values = float(theirs), float(ours)
        assert values[0] == pytest.approx(values[1], abs=1e-9)
        assert values[1] > 0.9 if wrong else values[1] < 1e-6, (iters, values)


def test_monai_generalised_dice_smoothing_grows_with_the_object():
    """An inverted prediction costs all but 1; with n = 1600 a smoothing of 1e-5 takes 1e-4 of it."""
    y = torch.zeros(1, 1, 512, 512, dtype=torch.float64)
    y[..., 100:140, 100:140] = 1
    z = -20.0 * (2 * y - 1)
    found = [
        float(
            monai.GeneralizedDiceLoss(
                softmax=True, to_onehot_y=True, smooth_nr=s, smooth_dr=s
            )(pair(z), y)
        )
        for s in (0.0, 1e-5)
    ]  # fmt: skip
    assert found[0] == pytest.approx(float(L["generalized_dice"](z, y)), abs=1e-7)
    assert found[1] == pytest.approx(float(generalised(z, y, 1e-5)), abs=1e-7)
    assert found[0] - found[1] > 3e-5
