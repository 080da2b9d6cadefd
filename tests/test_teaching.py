"""The numbers that lessons quote of the losses, measured on the library."""

from __future__ import annotations

import math

import pytest
import torch

from segloss_core import LOSSES as L
from segloss_core import Pixels, maps
from segloss_core.geometry import contour
from segloss_core.metrics import metrics

from .laws import same, scene

SWEEP = torch.linspace(-8, 8, 160_001, dtype=torch.float64)[None]
ONES = torch.ones_like(SWEEP)


def push(name: str, **dials: float) -> torch.Tensor:
    """|∂L/∂z| of object pixels of every logit, each as if alone."""
    return maps.gradient(L[name], SWEEP, ONES, **dials)[0].abs() * SWEEP.numel()


def probability(z: torch.Tensor) -> float:
    return float(torch.sigmoid(z))


def chances(pi: float) -> torch.Tensor:
    """Like pixels of which a fraction is object, in steps of 1/1000."""
    y = torch.zeros(20, 50, dtype=torch.float64)
    y.view(-1)[: round(1000 * pi)] = 1
    return y


def least(name: str, y: torch.Tensor, **dials: float) -> float:
    """The flat prediction that costs least: where the summed push changes sign."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        z = torch.full_like(y, middle)
        if float(maps.gradient(L[name], z, y, **dials).sum()) < 0:
            low = middle
        else:
            high = middle
    return 1 / (1 + math.exp(-middle))


# ---- cross-entropies ---------------------------------------------------------------------------


def test_with_one_percent_of_object_the_background_has_99_percent_of_the_first_push():
    y = chances(0.01)
    slope = maps.gradient(L["bce"], torch.zeros_like(y), y).abs()
    assert float(slope[y == 0].sum() / slope.sum()) == pytest.approx(0.99, abs=1e-12)


@pytest.mark.parametrize("beta", [0.25, 3.0, 19.0])
def test_weighting_shifts_the_answer_and_so_the_threshold(beta):
    """Settling at βπ/(βπ + 1 − π): cutting it at ½ is cutting the true chance at 1/(1 + β)."""
    for pi in (0.05, 0.1, 0.25, 0.4, 0.8):
        p = least("weighted_bce", chances(pi), beta=beta)
        assert p == pytest.approx(beta * pi / (beta * pi + 1 - pi), rel=1e-9)
        if abs(pi - 1 / (1 + beta)) > 1e-9:
            assert (p > 0.5) == (pi > 1 / (1 + beta))
    edge = least("weighted_bce", chances(0.25), beta=3.0)
    assert edge == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(
    ("gamma", "below", "most", "at"),
    [(1.0, 0.368, 1.14, None), (2.0, 0.298, 1.22, 0.104), (5.0, 0.197, 1.39, None)],
)
def test_focal_pushes_hard_pixels_more_than_cross_entropy_does(gamma, below, most, at):
    """Without α (twice α = ½): stronger below a p_t of 0.298 at γ = 2, by up to 1.22 at 0.104."""
    gain = 2 * push("focal", alpha=0.5, gamma=gamma) / push("bce")
    crossing = SWEEP[0][gain > 1].max()
    assert probability(crossing) == pytest.approx(below, abs=6e-4)
    assert bool((gain[SWEEP[0] <= crossing] > 1).all())
    assert float(gain.max()) == pytest.approx(most, abs=6e-3)
    if at:
        assert probability(SWEEP[0][gain.argmax()]) == pytest.approx(at, abs=2e-3)


def test_focal_is_concave_where_it_is_sure_and_wrong():
    """γ = 2: the push is strongest at a margin of −2.79, p_t = 0.058, and grows no more beyond."""
    slope = push("focal", alpha=0.5, gamma=2.0)
    turn = SWEEP[0][slope.argmax()]
    assert float(turn) == pytest.approx(-2.79, abs=6e-3)
    assert probability(turn) == pytest.approx(0.058, abs=6e-4)
    rising = slope[: int(slope.argmax())].diff()
    assert bool((rising > -1e-13).all()) and float(slope[0]) < float(slope.max())


def test_focal_understates_confidence():
    """Where 10 % of like pixels are object, γ = 2 and α = ½ settle at 0.306."""
    assert least("focal", chances(0.1), alpha=0.5, gamma=2.0) == pytest.approx(0.306, abs=5e-4)
    assert least("bce", chances(0.1)) == pytest.approx(0.1, abs=1e-9)


def test_focus_silences_the_background_so_that_alpha_is_small():
    """At γ = 2 easy background costs so little that α = ¼ on the rare class is no contradiction."""
    y = chances(0.01)
    z = torch.where(y > 0, 0.0, -3.0)
    for gamma, object_first in ((0.0, False), (2.0, True)):
        share = maps.share(L["focal"], z, y, alpha=0.25, gamma=gamma)
        assert (float(share[y > 0].sum()) > float(share[y == 0].sum())) == object_first


@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.4])
def test_smoothed_labels_have_their_best_logit_at_a_finite_place(epsilon):
    best = math.log((2 - epsilon) / epsilon)
    p = least("label_smoothing_bce", chances(1.0), epsilon=epsilon)
    assert math.log(p / (1 - p)) == pytest.approx(best, rel=1e-9)


def test_generalised_cross_entropy_listens_less_where_it_does_not_believe():
    """Its push is that of cross-entropy times p_t to the power of q."""
    for q in (0.3, 0.7):
        same(push("gce", q=q), push("bce") * torch.sigmoid(SWEEP[0]) ** q, 1e-12)


def test_a_second_sigmoid_leaves_a_perfect_pixel_at_0_313():
    """Probabilities handed over as logits: the object cannot cost less than ln(1 + 1/e)."""
    twice = L["bce"](torch.sigmoid(100 * ONES), ONES)
    assert float(twice) == pytest.approx(0.3133, abs=5e-5)


def test_first_values_of_the_three_parts_of_histoseg():
    """At p = ½ focal is next to nothing in the sum: 0.04 to 0.13 beside 0.69 and 0.5 to 0.9."""
    for pi in (0.05, 0.1, 0.3, 0.5):
        y = chances(pi)
        z = torch.zeros_like(y)
        assert float(L["bce"](z, y)) == pytest.approx(0.6931, abs=5e-5)
        assert 0.04 < float(L["focal"](z, y)) < 0.1301
        assert 0.49 < float(L["dice"](z, y)) < 0.92


# ---- overlaps ----------------------------------------------------------------------------------


def overlapping(score: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A soft prediction whose Dice coefficient is `score`: p = score all over the object."""
    y = chances(0.2)
    z = torch.full_like(y, -40.0)
    z[y > 0] = math.log(score / (2 - score) / (1 - score / (2 - score))) if score < 1 else 40.0
    return z, y


@pytest.mark.parametrize(("score", "ratio"), [(0.1, 19), (0.5, 3), (1.0, 1)])
def test_dice_pushes_the_object_more_the_worse_the_overlap(score, ratio):
    """(2 − DSC)/DSC: 19 times as much at 0.1, 3 times at ½, alike at 1."""
    z, y = overlapping(score)
    assert 1 - float(L["dice"](z, y, smooth=0)) == pytest.approx(score, rel=1e-9)
    slope = maps.gradient(L["dice"], z, y, wrt="probability", smooth=0).abs()
    assert float(slope[y > 0].mean() / slope[y == 0].mean()) == pytest.approx(ratio, rel=1e-6)


@pytest.mark.parametrize("score", [0.1, 0.5, 0.9])
def test_jaccard_pushes_the_object_more_by_one_over_the_overlap(score):
    z, y = overlapping(score)
    iou = 1 - float(L["jaccard"](z, y, smooth=0))
    slope = maps.gradient(L["jaccard"], z, y, wrt="probability", smooth=0).abs()
    assert float(slope[y > 0].mean() / slope[y == 0].mean()) == pytest.approx(1 / iou, rel=1e-6)


def test_squared_dice_leaves_easy_background_alone():
    """On background the push fades with p itself; that of Dice does not."""
    z, y = scene()
    z[0, 0] = -30.0
    for name, alone in (("squared_dice", True), ("dice", False)):
        slope = maps.gradient(L[name], z, y, wrt="probability")
        assert (float(slope[0, 0]) < 1e-12 * float(slope.abs().max())) == alone


def test_log_cosh_dice_is_half_a_square_and_ends_at_0_4338():
    values = []
    for seed, gain in ((0, 1.0), (1, -1.0), (2, -3.0), (3, 5.0)):
        z, y = scene(seed, gain=gain)
        D = float(L["dice"](z, y))
        value = float(L["log_cosh_dice"](z, y))
        assert 0.86 * D**2 / 2 < value < D**2 / 2
        slopes = [maps.gradient(L[k], z, y) for k in ("log_cosh_dice", "dice")]
        factor = slopes[0].abs().sum() / slopes[1].abs().sum()
        assert float(factor) == pytest.approx(math.tanh(D), rel=1e-9) and float(factor) < 0.7616
        values.append(value)
    z, y = scene()
    worst = float(L["log_cosh_dice"](800 * (1 - 2 * y), y, smooth=0))
    assert worst == pytest.approx(0.4338, abs=5e-5) and worst >= max(values)


def test_a_root_stresses_nearly_solved_images_and_a_power_silences_them():
    """Focal Tversky's factor (1/γ) T^(1/γ − 1): without bound for γ > 1 as T → 0, to 0 for γ < 1."""
    _, y = scene()
    found: dict[float, list[float]] = {4 / 3: [], 0.75: []}
    for sure in (2.0, 6.0, 12.0):
        z = sure * (2 * y - 1)
        T = float(L["tversky"](z, y, smooth=0))
        plain = maps.gradient(L["tversky"], z, y, smooth=0).abs().sum()
        for gamma, factors in found.items():
            slope = maps.gradient(L["focal_tversky"], z, y, gamma=gamma, smooth=0).abs().sum()
            factors.append(float(slope / plain))
            assert factors[-1] == pytest.approx(T ** (1 / gamma - 1) / gamma, rel=1e-9)
    assert found[4 / 3] == sorted(found[4 / 3]) and found[4 / 3][-1] > 10
    assert found[0.75] == sorted(found[0.75], reverse=True) and found[0.75][-1] < 0.05


def test_sensitivity_specificity_is_convex_in_p_but_not_in_z():
    z, y = scene()
    other = scene(4)[0]
    for t in (0.2, 0.5, 0.8):
        mixed = torch.logit(t * torch.sigmoid(z) + (1 - t) * torch.sigmoid(other))
        ends = [float(L["sensitivity_specificity"](x, y)) for x in (z, other)]
        assert float(L["sensitivity_specificity"](mixed, y)) <= t * ends[0] + (1 - t) * ends[1]
    wrong = 4.0 * (1 - 2 * y)
    values = [float(L["sensitivity_specificity"](k * wrong, y)) for k in (1.0, 1.5, 2.0)]
    assert values[1] > (values[0] + values[2]) / 2


def test_a_dice_of_0_989_cannot_go_with_a_sensitivity_of_0_975():
    """Dice <= 2 Se/(1 + Se) for any image; the survey's best row says 0.989 where 0.9873 is the top."""
    top = 2 * 0.975 / (1 + 0.975)
    assert top == pytest.approx(0.9873, abs=5e-5)
    found = []
    for seed in range(20):
        z, y = scene(seed, gain=0.5)
        of = {m.name: m.value for m in metrics(z > 0, y > 0)}
        score, recall = (next(v for k, v in of.items() if w in k.lower()) for w in ("dice", "sens"))
        assert score <= 2 * recall / (1 + recall) + 1e-12
        found.append(score / (2 * recall / (1 + recall)))
    miss = 800 * (2 * y - 1)
    miss[3, 4:7] = -800  # misses alone: the bound is met
    of = {m.name.lower(): m.value for m in metrics(miss > 0, y > 0)}
    score, recall = (next(v for k, v in of.items() if w in k) for w in ("dice", "sens"))
    assert score == pytest.approx(2 * recall / (1 + recall), rel=1e-12) and max(found) < 1


# ---- places ------------------------------------------------------------------------------------


def test_the_hausdorff_loss_jumps_where_a_pixel_crosses_one_half():
    """The distances of the prediction are those of its cut at ½."""
    z, y = scene(gain=3)
    z[0, 0] = -1e-9
    before = float(L["hausdorff_dt"](z, y))
    z[0, 0] = 1e-9
    assert abs(float(L["hausdorff_dt"](z, y)) - before) > 1e-3 * before
    z[0, 0] = 2e-9
    again = float(L["hausdorff_dt"](z, y))
    z[0, 0] = 1e-9
    assert abs(float(L["hausdorff_dt"](z, y)) - again) < 1e-9 * before


def test_the_boundary_loss_has_no_force_on_the_contour():
    y = torch.zeros(15, 15, dtype=torch.float64)
    y[4:11, 3:12] = 1
    slope = maps.gradient(L["boundary"], scene(shape=(15, 15))[0], y, wrt="probability")
    edge = contour(y > 0)
    assert not bool(slope[edge].any()) and bool((slope[~edge] != 0).all())


def test_a_speck_in_flat_background_dominates_the_structural_error():
    """e is 0 where both sides are flat and about 1 where one is, whatever C₄: the speck pays most."""
    y = torch.zeros(21, 21, dtype=torch.float64)
    y[3:9, 3:9] = 1
    z = 8 * (2 * y - 1)
    z[15, 15] = 3.0
    share = maps.share(L["ssl_correlation"], z, y)
    assert float(share[14:17, 14:17].sum() / share.sum()) > 0.9
    for C4 in (0.1, 0.01, 0.001):
        e = L["ssl_correlation"].at(Pixels.from_logits(z, y), C4=C4).terms()["c"]
        assert 0.5 < float(e[14:17, 14:17].max()) < 3 and float(e[17:, :14].max()) < 1e-6


def test_a_perfect_prediction_still_has_an_outline_to_pay_for():
    """A square of side n costs about 4n lengths in the active contour; half its edges meet twice."""
    y = torch.zeros(30, 30, dtype=torch.float64)
    y[10:20, 10:20] = 1
    value = float(L["active_contour"](800 * (2 * y - 1), y, eps=1e-12)) * y.numel()
    # Ten pixels on each of four sides; in the far corner one pixel has both steps.
    assert value == pytest.approx(40 - 2 + math.sqrt(2), abs=1e-2)


# ---- compounds ---------------------------------------------------------------------------------


def test_an_exponent_below_one_pushes_nearly_right_pixels_the_most():
    """Exp-log with γ = 0.3: the push on a right pixel is larger than on a wrong one."""
    slope = push("exp_log", w_dice=0.0, w_cross=1.0, gamma_cross=0.3)
    plain = push("exp_log", w_dice=0.0, w_cross=1.0, gamma_cross=1.0)
    gain = slope / plain  # 0.3 x^(0.3 − 1)
    assert bool((gain.diff() > 0).all())
    assert float(gain[0]) < 0.1 and float(gain[-1]) > 20


def test_combo_ends_below_zero_by_the_part_of_dice():
    _, y = scene()
    for alpha in (0.2, 0.7):
        value = float(L["combo"](1e4 * (2 * y - 1), y, alpha=alpha))
        assert value == pytest.approx(-(1 - alpha), rel=1e-12)
