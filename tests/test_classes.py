"""Several classes are as many binary problems, and absent ones are named, not averaged."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segloss_core import losses
from segloss_core.classes import Scale, against_the_rest, by_class, every_by_class
from segloss_core.spec import Note
from segloss_core.study import Study

RNG = np.random.default_rng(4)
TRUTH = np.array([[0, 1, 1, 2], [0, 1, 255, 2], [0, 0, 0, 255]])
SAID = np.array([[0, 1, 0, 2], [0, 1, 2, 1], [0, 0, 0, 0]])
NAMES = ["road", "animal", "person", "sky"]
LOGITS = RNG.normal(0, 3, (4, *TRUTH.shape))
ALL = list(losses.LOSSES.values())
DICE, CE = losses.LOSSES["dice"], losses.LOSSES["bce"]


def binary(p: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy in nats, written out."""
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def test_a_softmax_class_has_the_logit_of_its_probability() -> None:
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(0)
    for index in range(4):
        one = against_the_rest(TRUTH, LOGITS, index, scale="softmax")
        assert np.allclose(one.prediction.logits(), np.log(p[index] / (1 - p[index])), atol=1e-12)
        assert np.array_equal(one.target, index == TRUTH)
    both = [against_the_rest(TRUTH, LOGITS[:2], i, scale="softmax").prediction for i in (0, 1)]
    assert np.allclose(both[0].logits(), LOGITS[0] - LOGITS[1])
    assert np.allclose(both[1].logits(), -both[0].logits())


def test_a_sure_softmax_keeps_its_digits() -> None:
    z = np.zeros((3, 1, 1))
    z[1] = 800.0
    one, other = (against_the_rest([[1]], z, i, scale="softmax").prediction for i in (1, 0))
    assert one.logits()[0, 0] == 800 - math.log(2)
    assert other.logits()[0, 0] == -800.0


def test_sigmoids_and_probabilities_stand_for_themselves() -> None:
    one = against_the_rest(TRUTH, LOGITS, 2, scale="sigmoid")
    assert np.array_equal(one.prediction.logits(), LOGITS[2])
    p = 1 / (1 + np.exp(-LOGITS))
    again = against_the_rest(TRUTH, p, 2, scale="probabilities")
    assert np.allclose(again.prediction.logits(), LOGITS[2], atol=1e-9)


def test_labels_are_right_with_the_given_confidence() -> None:
    one = against_the_rest(TRUTH, SAID, 1, scale="labels", confidence=0.9)
    p = one.prediction.probabilities()
    assert np.array_equal(p > 0.5, SAID == 1)
    assert set(np.unique(p)) == {1 - (230 + 0.5) / 256, (230 + 0.5) / 256}


def test_ignored_pixels_count_nowhere() -> None:
    counts = TRUTH != 255
    for index in range(3):
        one = against_the_rest(TRUTH, LOGITS, index, scale="sigmoid", ignore=255)
        p = 1 / (1 + np.exp(-LOGITS[index][counts]))
        value = float(CE.at(one.pixels()).value)
        assert value == pytest.approx(binary(p, (index == TRUTH)[counts]), abs=1e-12)
    broken = LOGITS.copy()
    broken[:, ~counts] = np.nan
    for scale in ("softmax", "sigmoid"):
        found = by_class(DICE, TRUTH, broken, NAMES, scale=scale, ignore=255)
        assert found == by_class(DICE, TRUTH, LOGITS, NAMES, scale=scale, ignore=255)
        with pytest.raises(ValueError, match="finite"):
            against_the_rest(TRUTH, broken, 1, scale=scale)


@pytest.mark.parametrize("loss", ALL, ids=lambda loss: loss.name)
def test_kinds_of_pixel_agree_with_the_dense_image_where_pixels_are_ignored(loss) -> None:
    truth = np.kron(TRUTH, np.ones((4, 4), int))
    said = np.kron(SAID, np.ones((4, 4), int))
    said[3:6, 5:9] = 2
    one = against_the_rest(truth, said, 1, scale="labels", ignore=255)
    kinds, dense = loss.at(one.pixels_for(loss)), loss.at(one.pixels())
    assert float(kinds.value) == pytest.approx(float(dense.value), rel=1e-9, abs=1e-12)
    assert (kinds.note, one.pixels_for(loss).z.shape[-2] == 1) == (dense.note, not loss.positional)
    # What is predicted where nothing counts changes nothing.
    other = against_the_rest(truth, np.where(truth == 255, 1, said), 1, scale="labels", ignore=255)
    assert float(loss.at(other.pixels()).value) == float(dense.value)


@pytest.mark.parametrize("scale", ["labels", "softmax"])
def test_a_class_without_ignored_pixels_is_a_pair_with_the_same_value(scale: Scale) -> None:
    truth, said = np.where(TRUTH == 255, 0, TRUTH), SAID if scale == "labels" else LOGITS
    for loss in (DICE, CE):
        table = by_class(loss, truth, said, NAMES, scale=scale)
        for row in table.rows:
            one = against_the_rest(truth, said, row.index, scale=scale, ignore=255)
            value = Study(one.pair()).value(loss)
            assert (row.value, row.floor) == pytest.approx((value.value, value.floor), abs=1e-12)


@pytest.mark.parametrize("scale", ["labels", "softmax"])
def test_a_class_with_ignored_pixels_is_a_pair_that_ignores_them(scale: Scale) -> None:
    said = SAID if scale == "labels" else LOGITS
    for loss in (DICE, CE):
        for row in by_class(loss, TRUTH, said, NAMES, scale=scale, ignore=255).rows:
            pair = against_the_rest(TRUTH, said, row.index, scale=scale, ignore=255).pair()
            assert np.array_equal(pair.ignored, TRUTH == 255) and pair.counted == 10
            value = Study(pair).value(loss)
            assert (row.value, row.floor, row.note) == pytest.approx(
                (value.value, value.floor, value.note), abs=1e-12
            )


def test_the_mean_is_over_the_classes_that_are_there_by_hand() -> None:
    # Counted pixels: road 5 of 10, all found and one animal taken for road; animal 3, two found and
    # one person taken for animal; person 2, one found. Nearly sure, so Dice is near its hard value.
    found = by_class(
        DICE, TRUTH, SAID, NAMES, scale="labels", ignore=255, confidence=0.998, smooth=0.0
    )
    p, q = 255.5 / 256, 0.5 / 256
    hands = []
    for tp, fp, fn, tn in ((5, 1, 0, 4), (2, 1, 1, 6), (1, 0, 1, 8)):
        overlap = tp * p + fn * q
        total = (tp + fp) * p + (fn + tn) * q + (tp + fn)
        hands.append(1 - 2 * overlap / total)
    assert [row.value for row in found.rows[:3]] == pytest.approx(hands, abs=1e-12)
    assert [row.name for row in found.rows] == NAMES
    assert [row.present for row in found.rows] == [True, True, True, False]
    assert found.absent == ("sky",)
    assert found.mean == pytest.approx(sum(hands) / 3, abs=1e-12)
    fewer = by_class(
        DICE,
        TRUTH,
        SAID,
        NAMES,
        scale="labels",
        ignore=255,
        confidence=0.998,
        smooth=0.0,
        skip=(0,),
    )
    assert fewer.mean == pytest.approx((hands[1] + hands[2]) / 2, abs=1e-12)


def test_many_losses_say_what_each_of_them_says() -> None:
    told: list[float] = []
    asked = [(CE, {}), (DICE, {"smooth": 0.0}), (losses.LOSSES["boundary"], {})]
    found = every_by_class(
        asked, TRUTH, LOGITS, NAMES, scale="softmax", ignore=255, progress=told.append
    )
    for (loss, dials), one in zip(asked, found, strict=True):
        assert one == by_class(loss, TRUTH, LOGITS, NAMES, scale="softmax", ignore=255, **dials)
    assert told == sorted(told) and told[-1] == 1 and len(told) == 12


def test_a_prediction_is_kept_where_it_is_ignored_if_it_is_a_number() -> None:
    p = 1 / (1 + np.exp(-LOGITS))
    for scale, said in (("sigmoid", LOGITS), ("softmax", LOGITS), ("probabilities", p)):
        whole, some = (against_the_rest(TRUTH, said, 1, scale=scale, ignore=i) for i in (None, 255))
        assert np.array_equal(whole.prediction.logits(), some.prediction.logits())
    p[:, TRUTH == 255] = np.nan
    one = against_the_rest(TRUTH, p, 1, scale="probabilities", ignore=255)
    assert not one.prediction.logits()[TRUTH == 255].any()


def test_nothing_that_counts_has_no_mean() -> None:
    empty = np.full((3, 4), 255)
    found = by_class(CE, empty, SAID, NAMES, scale="labels", ignore=255)
    assert found.mean is None
    assert found.absent == tuple(NAMES)
    assert {row.note for row in found.rows} == {Note.NO_PIXELS}
    assert all(math.isfinite(row.value) for row in found.rows)


def test_weights_reach_the_gradient() -> None:
    px = against_the_rest(TRUTH, LOGITS, 0, scale="sigmoid", ignore=255).pixels()
    z = px.z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(DICE(z, px.y, px.weight), z)
    assert bool((slope[torch.from_numpy(TRUTH == 255)] == 0).all())
    assert bool((slope[torch.from_numpy(TRUTH == 0)] != 0).all())


@pytest.mark.parametrize(
    ("target", "prediction", "index", "scale", "says"),
    [
        (TRUTH, SAID[:2], 0, "labels", "must be"),
        (TRUTH, SAID, 0, "softmax", "must be C x"),
        (TRUTH, LOGITS[:, :2], 0, "softmax", "must be C x"),
        (TRUTH, LOGITS, 4, "softmax", "beyond"),
        (TRUTH, LOGITS, -1, "softmax", "no class"),
        (TRUTH, LOGITS, 255, "softmax", "no class"),
        (TRUTH, LOGITS[:1], 0, "softmax", "one class"),
        (TRUTH, LOGITS, 0, "probabilities", "lie in"),
        (TRUTH, LOGITS.astype(int), 0, "sigmoid", "floats"),
        (TRUTH, LOGITS[0], 0, "labels", "whole numbers"),
        (TRUTH * 1.0, SAID, 0, "labels", "whole numbers"),
        (TRUTH[0], SAID[0], 0, "labels", "H x W"),
        (TRUTH, SAID, 0, "logits", "scale must be"),
    ],
)
def test_what_does_not_fit_is_refused(target, prediction, index, scale, says) -> None:
    with pytest.raises(ValueError, match=says):
        against_the_rest(target, prediction, index, scale=scale, ignore=255)


def test_labels_without_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 255"):
        by_class(DICE, TRUTH, SAID, NAMES, scale="labels")
    with pytest.raises(ValueError, match="-1 to 2"):
        by_class(DICE, np.where(TRUTH == 255, -1, TRUTH), SAID, NAMES, scale="labels")
    with pytest.raises(ValueError, match="0 to 5, and 2 have names"):
        every_by_class(
            [(DICE, {}), (CE, {})], [[0, 1, 2, 5]], [[0, 1, 1, 0]], NAMES[:2], scale="labels"
        )
