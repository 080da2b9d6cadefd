"""Dials that were asked for do what was asked: measured again, by other means than the answer's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, maps
from segloss_core.ask import Found, Impossible, balanced_start, boundary_part, keeps, price_ratio
from segloss_core.pair import Pair, Prediction
from segloss_core.study import Study


def study(*, coded: bool = True, empty: bool = False) -> Study:
    random = np.random.default_rng(3)
    target = np.zeros((40, 50), np.uint8)
    if not empty:
        target[12:26, 15:33] = 1
    p = np.clip(0.15 + 0.7 * target + random.normal(0, 0.2, target.shape), 0.01, 0.99)
    codes = (p * 255).astype(np.uint8)
    prediction = Prediction.coded(codes) if coded else Prediction.floating(p)
    return Study(Pair(None, target, prediction, "test"))


def by_name(answers):
    return {answer.loss.name: answer for answer in answers}


# ---- prices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [0.01, 0.5, 1.0, 3.0, 250.0])
def test_a_missed_pixel_costs_r_times_a_false_one(r):
    answers = by_name(price_ratio(r))
    assert set(answers) == {
        "weighted_bce", "balanced_bce", "focal", "tversky", "focal_tversky", "fbeta", "combo",
        "unified_focal_sym",
    }  # fmt: skip
    # One missed and one false pixel, equally wrong, on a larger image than the answer looks at.
    y = torch.zeros(6, 7, dtype=torch.float64)
    y[2:4, 2:5] = 1
    z = 4 * (2 * y - 1)
    z[2, 2], z[0, 0] = -0.7, 0.7
    for name, found in answers.items():
        if not isinstance(found, Found):
            assert (name, r) == ("fbeta", 250.0)
            continue
        assert found.measured == pytest.approx(r, rel=1e-9) and found.asked == r
        share = maps.share(LOSSES[name], z, y, **{**found.dials, **found.only})
        assert float(share[2, 2] / share[0, 0]) == pytest.approx(r, rel=1e-9), name
    for name in ("tversky", "focal_tversky"):
        assert sum(answers[name].dials.values()) == pytest.approx(1)


def test_prices_are_the_closed_forms():
    answers = by_name(price_ratio(4.0))
    assert answers["weighted_bce"].dials == {"beta": 4.0}
    assert answers["balanced_bce"].dials == answers["combo"].dials == {"beta": 0.8}
    assert answers["tversky"].dials == {"alpha": 0.2, "beta": 0.8}
    assert answers["fbeta"].dials == {"b": 2.0}
    assert answers["unified_focal_sym"].dials == {"delta": 0.8}


def test_impossible_prices_say_why():
    answers = by_name(price_ratio(1e8))
    assert "beta would be 1e+08" in answers["weighted_bce"].reason
    assert "b would be 1e+04" in answers["fbeta"].reason
    assert isinstance(answers["tversky"], Found)
    assert "digits" in by_name(price_ratio(1e17))["balanced_bce"].reason
    for bad in (0, -1, math.inf, math.nan):
        with pytest.raises(ValueError, match="positive and finite"):
            price_ratio(bad)


# ---- focus ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "w"), [(0.9, 0.01), (0.6, 0.2), (0.5, 0.5), (0.99, 1.0)])
def test_an_easy_pixel_keeps_what_was_asked(p, w):
    found = keeps(p, w)
    assert isinstance(found, Found) and found.measured == pytest.approx(w, rel=1e-12)
    assert found.dials["gamma"] == pytest.approx(math.log(w) / math.log(1 - p), abs=1e-12)
    # Its background twin, right with the same probability, keeps as much.
    y = torch.zeros(3, 3, dtype=torch.float64)
    z = torch.full_like(y, math.log((1 - p) / p))
    ratio = LOSSES["focal"](z, y, alpha=0.0, **found.dials) / LOSSES["bce"](z, y)
    assert float(ratio) == pytest.approx(w, rel=1e-9)


def test_what_the_focal_loss_cannot_keep():
    assert keeps(0.9, 0.01).dials["gamma"] == pytest.approx(2.0)
    assert "below 0" in keeps(0.9, 1.5).reason
    assert "No γ" in keeps(0.9, 0).reason
    assert "lies in [0, 1e3]" in keeps(1e-6, 0.5).reason
    for bad in ((0, 0.5), (1, 0.5), (0.5, -1), (0.5, math.nan)):
        with pytest.raises(ValueError):
            keeps(*bad)


# ---- the start -----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["half", "prevalence"])
@pytest.mark.parametrize("gamma", [0.0, 2.0, 5.0])
def test_both_classes_push_equally_on_the_whole_picture(start, gamma):
    pair = study()
    y = torch.tensor(pair.pair.target)
    p = 0.5 if start == "half" else float(y.double().mean())
    z = torch.full(y.shape, math.log(p / (1 - p)), dtype=torch.float64)
    for found in balanced_start(pair, start, gamma):
        assert isinstance(found, Found) and found.measured == pytest.approx(1, rel=1e-9)
        slope = maps.gradient(found.loss, z, y, **{**found.dials, **found.only}).abs()
        assert float(slope[y > 0].sum()) == pytest.approx(float(slope[y == 0].sum()), rel=1e-9)


def test_the_start_at_half_is_the_imbalance():
    pair = study()
    n1 = int(pair.pair.target.sum())
    n0 = pair.pair.target.size - n1
    found = by_name(balanced_start(pair))
    assert found["weighted_bce"].dials["beta"] == pytest.approx(n0 / n1)
    assert found["balanced_bce"].dials["beta"] == pytest.approx(n0 / (n0 + n1))
    assert found["focal"].dials["alpha"] == pytest.approx(n0 / (n0 + n1))
    natural = by_name(balanced_start(pair, "prevalence"))
    assert natural["weighted_bce"].dials["beta"] == pytest.approx(1)
    assert natural["balanced_bce"].dials["beta"] == pytest.approx(0.5)


def test_nothing_to_balance():
    for answer in balanced_start(study(empty=True)):
        assert isinstance(answer, Impossible) and "one class only" in answer.reason
    answers = by_name(balanced_start(study(), "prevalence", 1e3))
    assert "silences" in answers["focal"].reason
    with pytest.raises(ValueError, match="half or prevalence"):
        balanced_start(study(), "zero")
    with pytest.raises(ValueError, match="gamma must lie"):
        balanced_start(study(), gamma=-1)


# ---- place ---------------------------------------------------------------------------------------


def in_band(pair: Study, name: str, **dials: float) -> float:
    z, y = torch.from_numpy(pair.pair.prediction.logits()), torch.tensor(pair.pair.target)
    slope = maps.gradient(LOSSES[name], z, y, **dials).abs()
    return float(slope[torch.from_numpy(pair.band)].sum() / slope.sum())


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize(
    ("name", "dial", "a", "b"),
    [
        ("focal", "alpha", 0.3, 0.9),
        ("distance_map_bce", "scale", 0.7, 3.1),
        ("weighted_bce", "beta", 1, 9),
    ],
)
def test_the_band_holds_the_part_that_was_asked(coded, name, dial, a, b):
    pair = study(coded=coded)
    ends = [in_band(pair, name, **{dial: x}) for x in (a, b)]
    assert abs(ends[1] - ends[0]) > 1e-3
    found = boundary_part(pair, LOSSES[name], dial, sum(ends) / 2)
    assert isinstance(found, Found) and found.how == "bisection"
    assert found.measured == pytest.approx(sum(ends) / 2, abs=1e-5)
    assert in_band(pair, name, **found.dials) == pytest.approx(found.measured, abs=1e-12)


def test_other_dials_are_kept():
    pair = study()
    part = in_band(pair, "focal", alpha=0.8, gamma=1.3)
    found = boundary_part(pair, LOSSES["focal"], "gamma", part, alpha=0.8)
    assert found.only == {"alpha": 0.8}
    assert in_band(pair, "focal", **found.dials, **found.only) == pytest.approx(part, abs=1e-5)


def test_out_of_reach_says_the_range():
    pair = study()
    answer = boundary_part(pair, LOSSES["distance_map_bce"], "scale", 0.999)
    assert isinstance(answer, Impossible) and answer.reachable
    low, high = answer.reachable
    assert low == pytest.approx(in_band(pair, "distance_map_bce", scale=0), abs=1e-12)
    assert low < high < 0.999 and f"{high:.4g}" in answer.reason
    nowhere = boundary_part(study(empty=True), LOSSES["focal"], "gamma", 0.5)
    assert "no contour" in nowhere.reason
    flat = boundary_part(pair, LOSSES["tversky"], "smooth", 0.999)
    assert flat.reachable[0] == pytest.approx(flat.reachable[1], abs=0.1)
    with pytest.raises(ValueError, match="whole number"):
        boundary_part(pair, LOSSES["ssim"], "window", 0.5)
    with pytest.raises(TypeError, match="no dial 'x'"):
        boundary_part(pair, LOSSES["focal"], "x", 0.5)
    with pytest.raises(ValueError, match="part lies"):
        boundary_part(pair, LOSSES["focal"], "gamma", 2)
