"""A landscape is the same as asking at every point, for every loss and every pair of its dials."""

from itertools import combinations, product

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, Pixels, maps
from segloss_core.landscape import CANCELLED, NOT_FINITE, measures, over_dials
from segloss_core.landscape.measures import FREE_BACKGROUND, MEASURES, MISSING_CLASS, NO_ERROR
from segloss_core.pair import Pair, Prediction
from segloss_core.spec import Note
from segloss_core.study import Study


def a_pair(kind: str = "coded", size: tuple[int, int] = (11, 13), seed: int = 0) -> Pair:
    """A blob and a speck, predicted with mistakes of both kinds, some of them confident."""
    random = np.random.default_rng(seed)
    target = np.zeros(size, dtype=np.uint8)
    target[2:8, 3:9] = 1
    target[9, 10:12] = 1
    z = 4 * (target - 0.5) + 2.5 * random.standard_normal(size)
    if kind == "float":
        return Pair(None, target, Prediction(None, None, z, "float"), "test")
    codes = np.clip(np.rint(256 / (1 + np.exp(-z)) - 0.5), 0, 255).astype(np.uint8)
    return Pair(None, target, Prediction.coded(codes), "test")


def planes(pair: Pair) -> tuple[torch.Tensor, torch.Tensor]:
    z = torch.from_numpy(np.array(pair.prediction.logits(), dtype=np.float64))
    return z, torch.tensor(pair.target, dtype=torch.float64)


def at_a_point(loss, pair, what, **dials):
    """The same from the dense maps, one point at a time."""
    z, y = planes(pair)
    if what == "value":
        return float(loss(z, y, **dials))
    if what == "gradient norm":
        return float(maps.gradient(loss, z, y, **dials).square().sum().sqrt())
    share, e = maps.share(loss, z, y, **dials), Pixels.from_logits(z, y).e
    object_, background = (share[where].sum() / e[where].sum() for where in (y > 0, y == 0))
    return float(object_ / background)


def some(dial, n):
    """Unequal settings inside the slider's range, falling."""
    low, high = dial.param.shown
    values = [low + part * (high - low) for part in (0.7, 0.2, 0.45)[:n]]
    if dial.kind == "whole":
        return [round(v) // 2 * 2 + 1 if dial.param.odd else round(v) for v in values]
    return values


def equal(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


PAIRS = [
    (loss, names)
    for loss in LOSSES.values()
    for names in (list(combinations(loss.dials, 2)) or [(name,) for name in loss.dials])
]


@pytest.mark.parametrize("what", MEASURES)
@pytest.mark.parametrize(
    ("loss", "names"), PAIRS, ids=[f"{loss.name} {' '.join(names)}" for loss, names in PAIRS]
)
def test_a_grid_equals_its_points(loss, names, what):
    pair = a_pair()
    axes = {name: some(loss.dials[name], n) for name, n in zip(names, (3, 2), strict=False)}
    found = over_dials(Study(pair), loss, axes, what)
    assert found.complete and not found.notes
    if loss.name == "skeleton_recall" and what == "price ratio":  # it asks for recall alone
        assert list(found.undefined) == [FREE_BACKGROUND] and found.undefined[FREE_BACKGROUND].all()
        return
    points = product(*axes.values())
    wanted = [at_a_point(loss, pair, what, **dict(zip(axes, p, strict=True))) for p in points]
    assert not found.undefined
    assert (found.loss, found.what, list(found.axes)) == (loss.name, what, list(axes))
    assert found.surface.shape == found.floor.shape == tuple(map(len, axes.values()))
    equal(found.surface.ravel(), wanted)


@pytest.mark.parametrize("what", MEASURES)
@pytest.mark.parametrize("name", ["focal", "exp_log", "topk_bce", "unified_focal_asym"])
def test_float_predictions_too(name, what):
    loss, pair = LOSSES[name], a_pair("float")
    axes = {dial: some(loss.dials[dial], 2) for dial in list(loss.dials)[:2]}
    found = over_dials(Study(pair), loss, axes, what)
    points = product(*axes.values())
    wanted = [at_a_point(loss, pair, what, **dict(zip(axes, p, strict=True))) for p in points]
    equal(found.surface.ravel(), wanted)


@pytest.mark.parametrize("what", MEASURES)
@pytest.mark.parametrize("kind", ["coded", "float"])
def test_small_blocks_give_the_same(kind, what, monkeypatch):
    study, axes = Study(a_pair(kind)), {"gamma": np.linspace(0, 5, 40), "alpha": [0.9, 0.1, 0.5]}
    whole = over_dials(study, LOSSES["focal"], axes, what)
    for plane in (1, 8 * 143 * 4, 8 * 143 * 9):
        small = measures.Measure(MEASURES[what].of, plane, MEASURES[what].everywhere)
        monkeypatch.setitem(MEASURES, what, small)
        parts = []
        found = over_dials(study, LOSSES["focal"], axes, what, progress=parts.append)
        assert len(parts) > 1
        equal(found.surface, whole.surface)


def test_an_axis_that_multiplies_sums_is_not_cut(monkeypatch):
    study = Study(a_pair("float"))
    one_row = measures.Measure(MEASURES["value"].of, 1, everywhere=False)
    monkeypatch.setitem(MEASURES, "value", one_row)

    def blocks(name, **axes):
        parts = []
        over_dials(study, LOSSES[name], axes, progress=parts.append)
        return len(parts)

    five = np.linspace(0.2, 0.8, 5)
    assert blocks("tversky", alpha=five, beta=five) == 1
    assert blocks("focal", alpha=five, gamma=five) == 5
    assert blocks("exp_log", gamma_dice=five, gamma_cross=five) == 5
    assert blocks("ssl_correlation", window=[3, 5, 7], sigma=five) == 15


def test_the_price_ratio_is_that_of_the_dials():
    study, values = Study(a_pair()), np.array([0.2, 0.5, 2.0])
    found = over_dials(
        study, LOSSES["tversky"], {"alpha": values, "beta": values}, "price ratio"
    ).surface
    equal(found, values[None, :] / values[:, None])
    # Of two losses that differ by β on the object, one costs β times as much there.
    found = over_dials(study, LOSSES["weighted_bce"], {"beta": [1.0, 3.0]}, "price ratio").surface
    equal(found[1], 3 * found[0])
    found = over_dials(study, LOSSES["balanced_bce"], {"beta": [0.5, 0.8]}, "price ratio").surface
    equal(found[1], 4 * found[0])


def test_one_axis_one_point_falling_and_repeated_values():
    study, loss = Study(a_pair()), LOSSES["focal"]
    point = over_dials(study, loss, {"gamma": [2.0]}, alpha=0.3)
    assert point.surface.shape == (1,)
    equal(point.surface[0], at_a_point(loss, study.pair, "value", gamma=2.0, alpha=0.3))
    assert over_dials(study, loss, {"gamma": [2], "alpha": [0.3]}).surface.shape == (1, 1)
    rising = over_dials(study, loss, {"gamma": [0, 1, 2, 2], "alpha": [0.1, 0.9]})
    falling = over_dials(study, loss, {"gamma": [2, 2, 1, 0], "alpha": [0.9, 0.1]})
    equal(falling.surface[::-1, ::-1], rising.surface)
    turned = over_dials(study, loss, {"alpha": [0.1, 0.9], "gamma": [0, 1, 2, 2]})
    equal(turned.surface.T, rising.surface)
    assert rising.surface[2, 0] == rising.surface[3, 0]


def test_points_outside_a_domain_are_named():
    study = Study(a_pair())
    for what in MEASURES:
        axes = {"alpha": [-0.5, 0.25, 1.5], "gamma": [1.0, -1.0, 3.0, 2000.0]}
        found = over_dials(study, LOSSES["focal"], axes, what)
        inside = np.zeros((3, 4), dtype=bool)
        inside[1, [0, 2]] = True
        assert (np.isfinite(found.surface) == inside).all()
        assert (np.isfinite(found.floor) == inside).all()
        assert found.complete and set(found.undefined) == {
            "focal: alpha must lie in [0, 1]",
            "focal: gamma must lie in [0, 1e3]",
        }
        first, second = found.undefined.values()
        assert (first == ~np.array([0, 1, 0], dtype=bool)[:, None]).all()
        assert (second == np.array([0, 1, 0, 1], dtype=bool)[None, :]).all()
    nowhere = over_dials(study, LOSSES["focal"], {"alpha": [2.0, 3.0]})
    assert np.isnan(nowhere.surface).all() and nowhere.complete


def test_whole_numbers_are_whole_and_odd():
    loss = LOSSES["ssim"]
    axes = {"window": [3, 4, 5.5, 7.0, 103]}
    found = over_dials(Study(a_pair()), loss, axes)
    assert {k: v.tolist() for k, v in found.undefined.items()} == {
        "ssim: window must be odd": [False, True, False, False, False],
        "ssim: window must be a whole number": [False, False, True, False, False],
        "ssim: window must lie in [1, 101]": [False, False, False, False, True],
    }
    equal(found.surface[3], at_a_point(loss, a_pair(), "value", window=7))


def test_undefined_cases_of_the_loss_keep_their_number_and_their_name():
    axes = {"alpha": [0.0, 0.5], "beta": [0.0, 0.7]}
    for what in ("value", "gradient norm"):
        found = over_dials(Study(a_pair()), LOSSES["tversky"], axes, what)
        assert {k: v.tolist() for k, v in found.notes.items()} == {
            Note.FREE_ERRORS: [[True, False], [False, False]]
        }
        assert found.surface[0, 0] == 0 and not found.undefined
    found = over_dials(Study(a_pair()), LOSSES["tversky"], axes, "price ratio")
    assert found.undefined[FREE_BACKGROUND].tolist() == [[True, True], [False, False]]
    assert found.surface[1].tolist() == pytest.approx([0.0, 1.4])


def test_a_class_that_is_missing_has_no_price():
    pair = a_pair()
    empty = Pair(None, np.zeros_like(pair.target), pair.prediction, "test")
    found = over_dials(Study(empty), LOSSES["focal"], {"gamma": [0.0, 2.0]}, "price ratio")
    assert np.isnan(found.surface).all()
    assert list(found.undefined) == [MISSING_CLASS] and found.undefined[MISSING_CLASS].all()
    z = np.where(pair.target > 0, 2000.0, -1.0)
    sure = Pair(None, pair.target, Prediction(None, None, z, "float"), "test")
    found = over_dials(Study(sure), LOSSES["focal"], {"gamma": [0.0, 2.0]}, "price ratio")
    assert list(found.undefined) == [NO_ERROR] and np.isnan(found.surface).all()


def test_floors():
    loss, alpha = LOSSES["combo"], np.array([0.2, 0.6])
    found = over_dials(Study(a_pair()), loss, {"alpha": alpha, "beta": [0.3, 0.4, 0.5]})
    equal(found.floor, np.repeat(alpha[:, None] - 1, 3, axis=1))
    assert not over_dials(Study(a_pair()), loss, {"alpha": alpha}, "gradient norm").floor.any()


@pytest.mark.parametrize("name", ["ssl_correlation", "focal"])
def test_cancel_and_progress(name, monkeypatch):
    loss, study = LOSSES[name], Study(a_pair("float"))
    monkeypatch.setitem(MEASURES, "value", measures.Measure(MEASURES["value"].of, 1, False))
    first, second = list(loss.dials)[-2:]
    axes = {second: some(loss.dials[second], 3), first: some(loss.dials[first], 2)}
    whole = over_dials(study, loss, axes)
    said: list[float] = []
    over_dials(study, loss, axes, progress=said.append)
    assert said == sorted(said) and said[-1] == 1.0 and len(said) >= 3
    told: list[float] = []
    part = over_dials(study, loss, axes, progress=told.append, cancelled=lambda: len(told) == 2)
    assert not part.complete and told == said[:2]
    missing = np.isnan(part.surface)
    assert missing.sum() == round(part.surface.size * (1 - told[-1]))
    assert (part.undefined[CANCELLED] == missing).all() and NOT_FINITE not in part.undefined
    equal(part.surface[~missing], whole.surface[~missing])
    never = over_dials(study, loss, axes, cancelled=lambda: True)
    assert np.isnan(never.surface).all() and never.undefined[CANCELLED].all()


@pytest.mark.parametrize(
    ("error", "axes", "more"),
    [
        (ValueError, {}, {}),
        (ValueError, {"alpha": [0.3], "beta": [0.3], "smooth": [1]}, {}),
        (ValueError, {"alpha": []}, {}),
        (ValueError, {"alpha": 0.3}, {}),
        (ValueError, {"alpha": [[0.3, 0.4]]}, {}),
        (ValueError, {"alpha": [0.3, float("nan")]}, {}),
        (ValueError, {"alpha": [0.3, float("inf")]}, {}),
        (ValueError, {"alpha": ["much"]}, {}),
        (ValueError, {"alpha": [None]}, {}),
        (TypeError, {"delta": [0.3]}, {}),
        (TypeError, {"alpha": [0.3]}, {"delta": 1.0}),
        (TypeError, {"alpha": [0.3]}, {"alpha": 1.0}),
        (ValueError, {"alpha": [0.3]}, {"beta": -1.0}),
        (ValueError, {"alpha": [0.3]}, {"beta": torch.tensor([0.1, 0.2])}),
        (ValueError, {"alpha": [0.3]}, {"beta": None}),
        (ValueError, {"alpha": [0.3]}, {"what": "height"}),
    ],
)
def test_what_makes_no_sense_is_an_error(error, axes, more):
    with pytest.raises(error, match=r"\w+"):
        over_dials(Study(a_pair()), LOSSES["tversky"], axes, **more)


def test_points_do_not_disturb_the_study():
    """Constants of a batch of points must not stay behind for the next question."""
    study, loss = Study(a_pair()), LOSSES["topk_bce"]
    before = Study(a_pair()).maps(loss)
    dial = next(iter(loss.dials))
    over_dials(study, loss, {dial: some(loss.dials[dial], 3)}, "gradient norm")
    after = study.maps(loss)
    assert after.value == pytest.approx(before.value, rel=1e-12)
    equal(after.gradient, before.gradient)


@pytest.mark.parametrize("what", MEASURES)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_evaluation_code_may_ask(what, mode):
    axes = {"alpha": [0.2, 0.7], "gamma": [0.5, 3.0]}
    for kind in ("coded", "float"):
        wanted = over_dials(Study(a_pair(kind)), LOSSES["focal"], axes, what).surface
        with mode():
            study = Study(a_pair(kind))
            study.value(LOSSES["focal"])
            equal(over_dials(study, LOSSES["focal"], axes, what).surface, wanted)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("kind", ["coded", "float"])
@pytest.mark.parametrize("what", MEASURES)
def test_on_cuda(kind, what):
    axes = {"alpha": [0.2, 0.7], "gamma": [0.5, 3.0]}
    for name in ("focal", "focal_tversky"):
        here = over_dials(Study(a_pair(kind)), LOSSES[name], axes, what)
        there = over_dials(Study(a_pair(kind), "cuda"), LOSSES[name], axes, what)
        np.testing.assert_allclose(there.surface, here.surface, rtol=1e-12)
