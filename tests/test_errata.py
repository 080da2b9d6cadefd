"""Every print is run: it ends where it is said to, and what is computed instead ends at the mask."""

from __future__ import annotations

import math
import re

import pytest
import torch

from segloss_core import LOSSES
from segloss_core.descent import Outcome, descend, toy
from segloss_core.errata import ALL, CLASHES, computed, of
from segloss_core.errata.in_survey_formulas import minus_for_times, unlike
from segloss_core.losses.boundary.ssl_correlation import structural_error
from segloss_core.pixels import Pixels

from .laws import scene

Y = toy()
BY_KEY = {erratum.key: erratum for erratum in ALL}
RUN = [erratum for erratum in ALL if erratum.literal]
IDS = [erratum.key for erratum in RUN]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """These pictures are too small to share: a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def value(key: str, p: torch.Tensor, y: torch.Tensor = Y) -> float:
    return float(BY_KEY[key].literal(p, y))


def slope(key: str, p: torch.Tensor, y: torch.Tensor = Y) -> torch.Tensor:
    p = p.clone().requires_grad_()
    return torch.autograd.grad(BY_KEY[key].literal(p, y), p)[0]


def flat(p: float) -> torch.Tensor:
    return torch.full_like(Y, p)


def near(error: float) -> torch.Tensor:
    """The mask, each pixel this far off."""
    return Y * (1 - 2 * error) + error


# ---- the catalogue ------------------------------------------------------------------------------


def test_every_entry_of_the_catalogue_is_there_once():
    expected = [
        *(f"A{i}" for i in range(1, 11)),
        *(f"B{i}" for i in range(1, 19)),
        *(f"C{i}" for i in range(1, 14)),
        *(f"D{i}" for i in range(1, 7)),
        *(f"E{i}" for i in range(1, 7)),
    ]
    assert sorted(BY_KEY) == sorted(expected) and len(ALL) == len(expected)
    assert {"A1", "A2", "A4", "B2", "B3", "B4", "B5", "B6", "B7", "C2"} <= set(IDS)


@pytest.mark.parametrize("erratum", ALL, ids=lambda e: e.key)
def test_an_entry_is_complete_and_speaks_to_people(erratum):
    assert set(erratum.losses) <= set(LOSSES)
    assert erratum.kind in ("formula", "text", "code", "convention")
    for text in (erratum.title, erratum.where, erratum.printed, erratum.right, erratum.reason):
        assert text == text.strip() != ""
    assert erratum.reason.endswith(".")
    assert len({other.title for other in ALL}) == len(ALL)
    own = [erratum.title, erratum.where, erratum.reason, erratum.reads, erratum.does]
    assert not re.search(r"\b[A-E]\d+\b", " ".join(own)), "keys are internal"
    if erratum.kind == "formula":
        for latex in (erratum.printed, erratum.right):
            assert latex.count("{") == latex.count("}") and not re.search(r"[α-ωŷ]", latex)
    assert (erratum.literal is None) == (erratum.reads == "") == (erratum.ends is None)
    if erratum.literal:
        assert erratum.loss and erratum.reads.endswith(".") and erratum.does.endswith(".")
        assert erratum.literal.__doc__
        for name, dial in erratum.dials.items():
            LOSSES[erratum.loss].dials[name].check(erratum.loss, dial)


def test_of_finds_what_concerns_a_loss_and_what_can_be_run_first():
    for name in LOSSES:
        found = of(name)
        assert set(found) == {e for e in ALL if name in e.losses}
        runnable = [e.literal is not None for e in found]
        assert runnable == sorted(runnable, reverse=True)
    assert [e.key for e in of("combo")][:4] == ["B6", "B7", "C1", "C2"]
    assert of("no such loss") == ()


def test_clashes_are_errata_too():
    for clash in CLASHES:
        erratum = BY_KEY[clash.key]
        assert erratum.kind == "convention" and erratum.losses == clash.losses
        assert len(clash.rows) >= 2 and clash.here.endswith(".")
        assert all(who in erratum.printed and what in erratum.printed for who, what in clash.rows)


# ---- what the prints do ----------------------------------------------------------------------


@pytest.mark.parametrize("erratum", RUN, ids=IDS)
def test_the_print_ends_where_it_is_said_to(erratum):
    end = descend(erratum.literal, Y)
    assert (end.outcome, end.runs_away) == (erratum.ends, erratum.falls)
    assert erratum.does.startswith(f"It ends at {end.outcome.value}")
    assert ("falls without bound" in erratum.does.split(".")[0]) == end.runs_away
    assert torch.isfinite(torch.from_numpy(end.curve)).all()


SETTINGS = {(e.loss, tuple(e.dials.items())): e for e in RUN}


@pytest.mark.parametrize("erratum", SETTINGS.values(), ids=map(str, SETTINGS))
def test_what_is_computed_ends_at_the_mask(erratum):
    end = descend(computed(erratum), Y, of="logit")
    assert end.outcome == Outcome.MASK and end.dice[-1] == 1 and not end.runs_away


@pytest.mark.parametrize("erratum", RUN, ids=IDS)
def test_the_print_has_a_finite_slope_unless_it_is_a_score(erratum):
    for p in (flat(0.5), near(1e-9), 1 - near(1e-9), near(0.3), flat(1 - 1e-16)):
        leaf = p.clone().requires_grad_()
        result = erratum.literal(leaf, Y)
        assert result.ndim == 0 and bool(torch.isfinite(result))
        if erratum.ends == Outcome.UNMOVED:
            assert not result.requires_grad
        else:
            (g,) = torch.autograd.grad(result, leaf)
            assert bool(torch.isfinite(g).all())


@pytest.mark.parametrize("erratum", RUN, ids=IDS)
@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_a_target_of_one_class_gives_a_number(erratum, fill):
    for p in (flat(0.2), flat(0.7)):
        assert bool(torch.isfinite(erratum.literal(p, torch.full_like(Y, fill))))


def test_what_is_computed_is_the_loss_at_its_dials():
    z, _ = scene(3, shape=(12, 12))
    for erratum in RUN:
        f, loss = computed(erratum), LOSSES[erratum.loss]
        for logits in (z, -z):
            assert float(f(logits, Y)) == float(loss(logits, Y, **erratum.dials))
    assert computed(BY_KEY["A9"]) is None


# ---- prints that are another of our losses ------------------------------------------------------

Z, T = scene(3)
P = torch.sigmoid(Z)


def ours(name: str, **dials: float) -> float:
    return float(LOSSES[name](Z, T, **dials))


def distance() -> float:
    """The E of the shape-aware loss: what its wrong pixels pay beyond cross-entropy."""
    return float(LOSSES["shape_aware"].at(Pixels.from_logits(Z, T)).terms()["E"])


EQUAL = {
    "A4": lambda: 1 - ours("tversky", alpha=0.3, beta=0.7, smooth=1),
    "A7": lambda: 0.8 * ours("dice", smooth=1) + 0.2 * ours("bce"),
    "B3": lambda: ours("focal_tversky", gamma=3 / 4, alpha=0.3, beta=0.7, smooth=1),
    "B4": lambda: 1 - ours("sensitivity_specificity", w=0.5, power=1),
    "B5": lambda: -(1 + distance()) * ours("bce"),
    "B7": lambda: 0.5 * ours("balanced_bce", beta=0.5) - 0.5 * ours("dice", smooth=1),
    "B8": lambda: ours("exp_log", w_dice=0.8 * 0.3, gamma_dice=1, gamma_cross=0.3),
    "C5": lambda: ours("bce"),
    "C7": lambda: ours("exp_log", gamma_dice=0.3, gamma_cross=1),
    "C12": lambda: ours("weighted_bce", beta=1 / 3),
}


@pytest.mark.parametrize("key", EQUAL)
def test_a_print_that_is_another_loss_of_ours(key):
    assert value(key, P, T) == pytest.approx(EQUAL[key](), rel=1e-12)


# ---- prints by hand -------------------------------------------------------------------------------


def test_prints_by_hand():
    """Two pixels, an object at p = 0.8 and background at p = 0.4."""
    p = torch.tensor([[0.8, 0.4]], dtype=torch.float64)
    y = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    ln = math.log
    expected = {
        "A1": -0.25 * 0.2 * 2 * ln(0.8) / 2,
        "A2": (2 * 0.8 + 1) / (1 + 1.2 + 1),
        "B1": -(0.5 * ln(0.8) + 0 * ln(0.6)) / 2,
        "B2": (0.2 / 2.8 + 0.4 / 1.4) / 2,
        "B6": -(0.5 * (1 - ln(0.8)) + 0.5 * (0 - ln(0.4)) + 0.5 * ln(0.6)) / 2,
        "C2": 0.5 * (-0.5 * ln(0.8) + 0.5 * ln(0.6)) / 2 - 0.5 * (1.6 + 1) / (1.2 + 1 + 1),
        "C8": (ln(1 + math.exp(0.8)) - 0.8 + 1 - 2.6 / 2.64) / 2
        + (ln(1 + math.exp(0.4)) + 1 - 1 / 1.16) / 2,
        "C11": 0.2**2 * (1 + 1) / 2,
        # 1 + φ is 1 where a side is one pixel thick.
        "B9": -(ln(0.8) + ln(0.6)) / 2,
    }
    for key, number in expected.items():
        assert value(key, p, y) == pytest.approx(number, rel=1e-12), key
    assert value("C1", p, y) == value("B6", p, y)


def test_a_distance_and_its_square():
    target, found = torch.zeros_like(Y), torch.zeros_like(Y)
    target[2, 2] = found[5, 5] = 1
    assert value("B10", found, target) == pytest.approx(math.sqrt(18))
    assert f"{value('B10', found, target):.2f}" == "4.24"
    assert value("A6", found, target) == pytest.approx(18)
    assert "4.24 pixels, not 18" in BY_KEY["A6"].reason


# ---- the sentences beside ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["A1", "B1"])
def test_nothing_pushes_the_background(key):
    push = slope(key, near(0.3))
    assert bool((push[Y == 0] == 0).all()) and bool((push[Y == 1] < 0).all())


def test_the_last_row_is_pushed_far_harder():
    push = slope("A5", flat(0.6)).abs()  # everything is called object, so E is not 0
    assert float(push[-1].mean()) > 10 * float(push[0].mean())


def test_a_pixel_alone_pays_for_itself_whatever_the_others_are():
    p = near(0.1)
    before = slope("B2", p)
    p[0] = 0.9
    after = slope("B2", p)
    assert torch.equal(before[1:], after[1:])


def test_the_power_fades_and_the_root_grows():
    z = {error: torch.logit(near(error)) for error in (0.1, 0.01, 0.001)}

    def push(gamma: float) -> list[float]:
        pushes = []
        for error in z:
            p = near(error).requires_grad_()
            loss = LOSSES["focal_tversky"].at(Pixels.from_probabilities(p, Y), gamma=gamma).value
            pushes.append(float(torch.autograd.grad(loss, p)[0].abs().sum()))
        return pushes

    literal = [float(slope("B3", near(error)).abs().sum()) for error in z]
    root, power = push(4 / 3), push(3 / 4)
    assert literal == pytest.approx(power, rel=1e-6)
    assert literal[0] > literal[1] > literal[2] and root[0] < root[1] < root[2]


def test_with_half_of_dice_taken_off_it_still_falls():
    dice = LOSSES["dice"]

    def compound(z, y):
        return 0.5 * minus_for_times(torch.sigmoid(z), y) + 0.5 * (dice(z, y) - 1)

    assert descend(compound, Y, of="logit").runs_away


def test_where_a_mistake_lies_makes_no_difference():
    edge, far = near(0.01), near(0.01)
    edge[3, 3] = far[11, 0] = 0.9
    assert value("B9", edge) == pytest.approx(value("B9", far), rel=1e-12)
    right = [
        float(LOSSES["distance_map_bce"].at(Pixels.from_probabilities(p, Y)).value)
        for p in (edge, far)
    ]
    assert right[0] > 1.2 * right[1]


def test_an_all_object_picture_misses_nothing():
    assert value("B10", flat(0.9)) == 0 == value("A6", flat(0.9))
    assert value("B10", flat(0.1)) == pytest.approx(math.hypot(12, 12))


def test_a_perfect_prediction_is_unlike_its_target():
    sure = near(1e-12)
    right = structural_error(Pixels.from_probabilities(sure, Y), 0.01, 3, 1.5)
    assert float(right.max()) < 1e-6
    assert float(unlike(sure, Y).max()) > 0.5


def test_the_surest_background_still_costs_ln_2():
    nothing = torch.zeros_like(Y)
    assert value("C8", flat(1e-15), nothing) == pytest.approx(math.log(2))
    assert value("C8", flat(0.2), nothing) > math.log(2)


def test_the_two_lengths_of_a_single_pixel_differ():
    dot = torch.zeros_like(Y)
    dot[5, 5] = 1
    sure = (dot * 0.999998 + 1e-6).clone()  # flat places cost the root of 1e-8 each
    right = LOSSES["active_contour"].at(Pixels.from_probabilities(sure, dot), eps=1e-8).value
    assert 144 * value("C10", sure, dot) == pytest.approx(4, abs=0.02)
    assert 144 * float(right) == pytest.approx(2 + math.sqrt(2), abs=0.02)
    assert f"{2 + math.sqrt(2):.2f}" in BY_KEY["C10"].does


def test_background_below_a_half_is_pushed_no_further():
    end = descend(BY_KEY["C11"].literal, Y)
    below = (end.frames[0] < 0.5) & (Y.numpy() == 0)
    assert below.sum() > 40
    assert (end.frames[0][below] == end.frames[-1][below]).all()


def test_a_wrong_background_pixel_is_pushed_three_times_as_hard():
    push = slope("C12", flat(0.5)).abs()
    assert float(push[Y == 0].mean() / push[Y == 1].mean()) == pytest.approx(3)


# ---- entries about a number ------------------------------------------------------------------------


def test_the_table_is_quoted_with_worked_out_numbers():
    assert "0.9873" in BY_KEY["B16"].right and "0.9876" in BY_KEY["B16"].right
    assert "3.4 to 6.0 %" in BY_KEY["B17"].right
    assert "15,000" in BY_KEY["B18"].right and "40,000" in BY_KEY["B18"].printed
    assert "0.977" in BY_KEY["B15"].right and "0.989" in BY_KEY["B15"].right


def test_dice_is_not_convex_but_never_turns_back():
    """The statement about Dice, on straight ways between two predictions."""
    random = torch.Generator().manual_seed(0)
    t = torch.linspace(0, 1, 21, dtype=torch.float64)[:, None, None]
    bulges = 0
    for _ in range(50):
        a, b = torch.rand(2, 12, 12, generator=random, dtype=torch.float64)
        mix = (1 - t) * a + t * b
        both = 2 * (mix * Y).sum((-2, -1)) + 1
        loss = 1 - both / (mix.sum((-2, -1)) + Y.sum() + 1)
        steps = loss.diff()
        assert bool((steps >= 0).all() or (steps <= 0).all())
        bulges += bool((steps.diff() < -1e-9).any())
    assert bulges > 5
