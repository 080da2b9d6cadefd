"""The audit's numbers are worked out, agree with brute force, and leave nothing typed in."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import product

import pytest

from segloss_core import LOSSES, survey
from segloss_core.survey import HALF, TABLE, conclusions, dice_bound, implied_prevalence, row


def test_nine_rows_each_of_one_of_our_losses():
    assert len(TABLE) == len({r.loss for r in TABLE}) == 9
    assert {r.loss for r in TABLE} <= set(LOSSES)
    assert [r.dice for r in TABLE] == [
        0.968,
        0.962,
        0.936,
        0.970,
        0.965,
        0.977,
        0.957,
        0.972,
        0.989,
    ]
    assert [r.sensitivity for r in TABLE] == [
        0.976, 0.966, 0.952, 0.981, 0.979, 0.990, 0.980, 0.982, 0.975,
    ]  # fmt: skip
    assert [r.specificity for r in TABLE] == [
        0.998, 0.998, 0.999, 0.998, 0.996, 0.997, 0.996, 0.997, 0.997,
    ]  # fmt: skip


# ---- the bound -------------------------------------------------------------------------------


def test_the_bound_holds_for_every_small_picture_and_is_met_without_false_alarms():
    for tp, fp, fn in product(range(6), repeat=3):
        if tp + fn == 0:
            continue
        dice = 2 * tp / (2 * tp + fp + fn)
        bound = dice_bound(tp / (tp + fn))
        assert dice <= bound + 1e-15
        assert (dice == pytest.approx(bound, abs=1e-15)) == (fp == 0 or tp == 0)


def test_the_bound_holds_for_averages_over_pictures_with_an_object():
    rng = random.Random(0)
    for _ in range(300):
        counts = [[rng.randint(0, 9) for _ in range(3)] for _ in range(rng.randint(1, 8))]
        counts = [(tp, fp, fn + (tp + fn == 0)) for tp, fp, fn in counts]
        dice = sum(2 * a / (2 * a + b + c) for a, b, c in counts) / len(counts)
        se = sum(a / (a + c) for a, _, c in counts) / len(counts)
        assert dice <= dice_bound(se) + 1e-12


def test_dice_grows_with_precision_as_the_proof_says():
    for se in (0.1, 0.5, 0.9, 1.0):
        dice = [2 * pr * se / (pr + se) for pr in (i / 50 for i in range(1, 51))]
        assert dice == sorted(dice) and dice[-1] == pytest.approx(dice_bound(se))
    assert "concave" in survey.PROOF


def test_one_row_is_impossible_rounding_allowed_for():
    assert [r.loss for r in survey.impossible_rows()] == ["log_cosh_dice"]
    assert [r.loss for r in TABLE if r.exceeds] == ["log_cosh_dice"]
    impossible = row("log_cosh_dice")
    assert f"{impossible.bound:.4f}" == "0.9873"
    assert f"{impossible.bound_with_rounding:.4f}" == "0.9876"
    assert impossible.prevalence is None


def test_rounding_can_excuse_a_row():
    near = survey.Row("near", "dice", dice=0.988, sensitivity=0.976, specificity=0.99)
    assert near.exceeds and not near.impossible


@pytest.mark.parametrize("se", [-0.1, 1.1])
def test_no_sensitivity_lies_outside(se):
    with pytest.raises(ValueError, match="sensitivity"):
        dice_bound(se)


# ---- the prevalence --------------------------------------------------------------------------


@pytest.mark.parametrize("pi", [0.01, 0.2, 0.7])
@pytest.mark.parametrize(("se", "sp"), [(0.9, 0.99), (0.5, 0.7), (1.0, 0.9)])
def test_the_closed_form_inverts_counting(pi, se, sp):
    n = 1_000_000
    tp, fn, fp = pi * n * se, pi * n * (1 - se), (1 - pi) * n * (1 - sp)
    dice = 2 * tp / (2 * tp + fn + fp)
    assert survey.pooled_dice(pi, se, sp) == pytest.approx(dice, rel=1e-12)
    assert survey.prevalence_of(dice, se, sp) == pytest.approx(pi, rel=1e-9)


@pytest.mark.parametrize(
    ("loss", "low", "high"),
    [("bce", 3.4, 6.0), ("focal", 0.6, 1.8), ("tversky", 6.4, 8.5)],
)
def test_the_ranges_that_rows_imply(loss, low, high):
    found = row(loss).prevalence
    assert found is not None
    assert (round(100 * found[0], 1), round(100 * found[1], 1)) == (low, high)


@pytest.mark.parametrize("line", [r for r in TABLE if r.prevalence], ids=lambda r: r.loss)
def test_the_corners_are_the_extremes_of_the_box_of_rounding(line):
    steps = [-HALF, -HALF / 2, 0, HALF / 2, HALF]
    inside = [
        survey.prevalence_of(line.dice + a, line.sensitivity + b, line.specificity + c)
        for a, b, c in product(steps, repeat=3)
    ]
    assert line.prevalence == pytest.approx((min(inside), max(inside)), rel=1e-12)


def test_undefined_prevalences_are_named_by_none_and_by_ends():
    assert implied_prevalence(0.989, 0.975, 0.997) is None, "above the bound"
    assert survey.prevalence_of(0.9, 0.5, 0.9) is None
    assert survey.prevalence_of(0.9, 0.95, 1.0) is None, "no false alarms: any would do"
    low, high = implied_prevalence(0.9, 0.95, 1.0)
    assert low == 0 and 0 < high < 1
    assert implied_prevalence(1.0, 1.0, 1.0) == (0.0, 1.0)
    assert survey.pooled_dice(0, 0.5, 1) == 1


def test_rows_that_no_common_test_set_explains():
    pairs = {frozenset((a.loss, b.loss)) for a, b in survey.disjoint_rows()}
    for pair in (("bce", "focal"), ("bce", "tversky"), ("focal", "tversky")):
        assert frozenset(pair) in pairs
    assert frozenset(("bce", "dice")) not in pairs
    assert all(a.prevalence[1] < b.prevalence[0] for a, b in survey.disjoint_rows())
    assert not survey.disjoint_rows(TABLE[:2])


# ---- the ranking -----------------------------------------------------------------------------


def test_ranks_and_gaps():
    assert [r.dice for r in survey.ranked()] == sorted((r.dice for r in TABLE), reverse=True)
    assert survey.gaps() == (0.012, 0.005, 0.002, 0.002, 0.003, 0.003, 0.005, 0.021)
    assert sum(survey.gaps()) == pytest.approx(0.989 - 0.936)


def test_five_of_nine_within_a_hundredth():
    group = survey.closest(0.010)
    assert len(group) == 5 and (group[-1].dice, group[0].dice) == (0.962, 0.972)
    assert {r.loss for r in group} == {"exp_log", "dice", "bce", "tversky", "weighted_bce"}
    assert len(survey.closest(0.0)) == 1 and len(survey.closest(1.0)) == 9


# ---- the rest ----------------------------------------------------------------------------------


def test_the_data_set():
    assert survey.DATA_AS_PRINTED.product == survey.DATA.product == survey.DATA.examples == 15_000
    assert survey.DATA_AS_PRINTED.examples == 40_000
    assert (survey.DATA.name, survey.DATA.modality) == ("NFBS", "MRI")
    assert (survey.DATA_AS_PRINTED.name, survey.DATA_AS_PRINTED.modality) == ("NBFS", "CT")
    assert len(survey.NOT_REPORTED) == 8


def test_conclusions_say_what_the_functions_find():
    both = conclusions()
    may = " ".join(c.sentence for c in both if c.holds)
    may_not = " ".join(c.sentence for c in both if not c.holds)
    for said in ("0.9873", "0.9876", "3.4 to 6.0 %", "0.6 to 1.8 %", "6.4 to 8.5 %", "15,000"):
        assert said in may
    for said in ("five of nine", "0.962 to 0.972", "0.002 to 0.003"):
        assert said in may_not
    assert all(c.sentence.endswith(".") for c in both)


def test_no_number_of_a_conclusion_is_typed_in():
    """Another table, other sentences: every number follows the rows."""

    def numbers(table) -> set[str]:
        return set(re.findall(r"0\.\d{3,4}", " ".join(c.sentence for c in conclusions(table))))

    moved = tuple(
        replace(r, dice=r.dice - 0.111, sensitivity=r.sensitivity - 0.197, specificity=0.991)
        for r in TABLE
    )
    # What stays are differences, which a shift of all rows leaves alone.
    assert numbers(TABLE) & numbers(moved) == {"0.002", "0.003", "0.010"}
    assert len(numbers(moved)) >= 8


def test_a_sound_table_is_not_accused():
    sound = tuple(
        replace(r, dice=round(survey.pooled_dice(0.05, r.sensitivity, r.specificity), 3))
        for r in TABLE
    )
    assert not survey.impossible_rows(sound) and not survey.disjoint_rows(sound)
    said = " ".join(c.sentence for c in conclusions(sound) if c.holds)
    assert "does not go with" not in said and "pooled" not in said
