"""The pair keeps what it was given, mirrors exactly and refuses what does not fit."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from segloss_core.pair import LEVELS, Pair, Prediction, confidence_code

RNG = np.random.default_rng(5)
CODES = RNG.integers(0, 256, (7, 9), dtype=np.uint8)
MASK = (CODES > 99).astype(np.uint8)


def make_pair(**changes: object) -> Pair:
    """Build a small valid pair with some fields replaced."""
    fields: dict[str, object] = {
        "image": np.stack([CODES] * 3, axis=-1),
        "target": MASK,
        "prediction": Prediction.coded(CODES),
        "name": "small",
    }
    return Pair(**{**fields, **changes})  # type: ignore[arg-type]


def test_levels_are_the_logits_of_the_greys() -> None:
    p = (np.arange(256) + 0.5) / 256
    assert LEVELS.dtype == np.float64
    assert LEVELS.shape == (256,)
    np.testing.assert_allclose(1 / (1 + np.exp(-LEVELS)), p, rtol=1e-14)
    assert np.all(np.diff(LEVELS) > 0)


def test_levels_are_mirrored_exactly() -> None:
    assert np.array_equal(LEVELS[::-1], -LEVELS)


def test_levels_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        LEVELS[0] = 1.0


def test_coded_prediction_is_half_a_step_off_zero_and_one() -> None:
    prediction = Prediction.coded(CODES)
    np.testing.assert_array_equal(prediction.probabilities(), (CODES + 0.5) / 256)
    np.testing.assert_array_equal(prediction.logits(), LEVELS[CODES])
    assert prediction.logits().dtype == np.float64
    assert (prediction.kind, prediction.confidence, prediction.plane) == ("probability", None, None)


def test_coded_prediction_copies_its_input() -> None:
    mine = CODES.copy()
    prediction = Prediction.coded(mine)
    before = prediction.digest
    mine[:] = 0
    assert prediction.codes is not None
    assert np.array_equal(prediction.codes, CODES)
    assert prediction.digest == before == Prediction.coded(CODES).digest
    with pytest.raises(ValueError, match="read-only"):
        prediction.codes[0, 0] = 1


def test_a_read_only_view_of_a_writable_array_is_copied_too() -> None:
    mine = CODES.copy()
    view = mine.view()
    view.setflags(write=False)
    prediction = Prediction.coded(view)
    mine[:] = 0
    assert np.array_equal(prediction.codes, CODES)


@pytest.mark.parametrize("mask", [MASK, MASK * np.uint8(255), MASK.astype(bool)])
def test_hard_masks_of_every_spelling_are_the_same(mask: np.ndarray) -> None:
    prediction = Prediction.hard(mask)
    assert prediction.confidence == 243.5 / 256 == 0.951171875
    assert np.array_equal(prediction.codes, MASK * 255)
    assert np.array_equal(prediction.hard_mask(), MASK)
    assert np.array_equal(np.unique(prediction.logits()), [LEVELS[12], LEVELS[243]])
    assert prediction.digest == Prediction.hard(MASK).digest


@pytest.mark.parametrize(("confidence", "code"), [(0.501, 128), (0.95, 243), (0.9999, 255)])
def test_confidence_is_rounded_to_the_grid(confidence: float, code: int) -> None:
    assert confidence_code(confidence) == code
    prediction = Prediction.hard(MASK, confidence)
    assert prediction.confidence == (code + 0.5) / 256
    assert abs(prediction.confidence - confidence) <= 0.5 / 256
    assert set(np.unique(prediction.probabilities())) == {
        1 - prediction.confidence,
        prediction.confidence,
    }
    assert Prediction.hard(MASK, prediction.confidence).confidence == prediction.confidence


@pytest.mark.parametrize("confidence", [0.5, 1.0, 0.2, 1.7, float("nan"), -1.0])
def test_confidence_outside_its_domain_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"between 0\.5 and 1"):
        Prediction.hard(MASK, confidence)
    with pytest.raises(ValueError, match=r"between 0\.5 and 1"):
        Prediction.hard(MASK).with_confidence(confidence)


def test_with_confidence_changes_the_table_alone() -> None:
    one = Prediction.hard(MASK)
    two = one.with_confidence(0.7)
    assert two.codes is one.codes
    assert two.digest == one.digest
    assert two.state_digest != one.state_digest
    assert two.confidence == 179.5 / 256
    assert np.array_equal(np.unique(two.logits()), [-LEVELS[179], LEVELS[179]])
    with pytest.raises(ValueError, match="only a hard"):
        Prediction.coded(CODES).with_confidence(0.7)


def test_a_hard_mask_and_equal_greys_differ_in_state_only() -> None:
    hard, grey = Prediction.hard(MASK), Prediction.coded(MASK * np.uint8(255))
    assert hard.digest == grey.digest
    assert hard.state_digest != grey.state_digest


def test_threshold_is_strict() -> None:
    prediction = Prediction.coded(np.array([[127, 128, 129]], np.uint8))
    assert prediction.hard_mask().tolist() == [[0, 1, 1]]
    assert prediction.hard_mask(128.5 / 256).tolist() == [[0, 0, 1]]
    floating = Prediction.floating(np.array([[0.5, 0.50001, 0.8]], np.float32))
    assert floating.hard_mask().tolist() == [[0, 1, 1]]
    assert floating.hard_mask(0.7).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_zero_and_one_become_half_a_step(dtype: type) -> None:
    p = np.array([[0.0, 0.25, 1.0, 1.0]], dtype)
    prediction = Prediction.floating(p)
    half = float(np.finfo(dtype).epsneg) / 2
    edge = np.log(half)
    np.testing.assert_allclose(
        prediction.logits(), [[edge, np.log(1 / 3), -edge, -edge]], rtol=1e-3 * (half > 1e-6) + 1e-6
    )
    assert prediction.clipped == 3
    assert prediction.plane is not None
    assert prediction.plane.dtype == (np.float64 if dtype is np.float64 else np.float32)
    assert np.isfinite(prediction.logits()).all()


def test_float_probabilities_inside_are_kept_exact() -> None:
    p = RNG.uniform(0.001, 0.999, (6, 5))
    prediction = Prediction.floating(p)
    np.testing.assert_allclose(prediction.probabilities(), p, rtol=1e-13)
    assert prediction.clipped == 0
    assert (prediction.codes, prediction.table, prediction.kind) == (None, None, "float")


def test_float_zero_stays_below_every_positive_probability() -> None:
    prediction = Prediction.floating(np.array([[0.0, 1e-30, 1e-3]], np.float32))
    zero, tiny, small = prediction.logits()[0]
    assert zero <= tiny < small
    assert tiny == pytest.approx(np.log(1e-30), rel=1e-5)


@pytest.mark.parametrize(
    "bad",
    [
        np.array([[np.nan]]),
        np.array([[-0.1]]),
        np.array([[1.1]]),
        np.array([[np.inf]]),
        np.array([1, 2]),
        np.zeros((2, 2, 2)),
        np.zeros((0, 3)),
    ],
)
def test_bad_float_predictions_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="probabilities must"):
        Prediction.floating(bad)


@pytest.mark.parametrize("bad", [MASK * 3, MASK + 1, np.array([[0.5, 0]]), MASK[0], MASK[:0]])
def test_bad_hard_masks_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a hard prediction must"):
        Prediction.hard(bad)


def test_a_prediction_cannot_contradict_itself() -> None:
    with pytest.raises(ValueError, match="table does not belong"):
        Prediction(CODES, LEVELS * 2, None, "probability")
    with pytest.raises(ValueError, match="needs a confidence"):
        Prediction(CODES, LEVELS, None, "hard")
    with pytest.raises(ValueError, match="on the grid"):
        Prediction(CODES, LEVELS, None, "hard", 0.95)
    with pytest.raises(ValueError, match="a plane and neither"):
        Prediction(CODES, LEVELS, None, "float")
    with pytest.raises(ValueError, match="uint8 H x W"):
        Prediction.coded(CODES.astype(np.int64))
    with pytest.raises(ValueError, match="finite"):
        Prediction(None, None, np.array([[np.inf]]), "float")
    with pytest.raises(ValueError, match="kind must"):
        Prediction(CODES, LEVELS, None, "soft")  # type: ignore[arg-type]


def test_digest_sees_every_pixel_the_shape_and_the_dtype() -> None:
    base = Prediction.coded(np.zeros((4, 6), np.uint8)).digest
    for row in range(4):
        for column in range(6):
            codes = np.zeros((4, 6), np.uint8)
            codes[row, column] = 1
            assert Prediction.coded(codes).digest != base
    assert Prediction.coded(np.zeros((6, 4), np.uint8)).digest != base
    half = np.full((2, 2), 0.25)
    assert Prediction.floating(half).digest != Prediction.floating(half.astype(np.float32)).digest
    assert len(base) == 32


def test_a_pair_knows_its_size_and_cannot_change() -> None:
    pair = make_pair(names={"image": "a.png"}, notes=("one",))
    assert pair.size == (7, 9)
    assert pair.prediction.size == (7, 9)
    with pytest.raises(FrozenInstanceError):
        pair.name = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        pair.target[0, 0] = 1


def test_pair_digests_follow_their_parts() -> None:
    one = make_pair()
    assert one.digest == make_pair(name="other", notes=("x",)).digest
    flipped = make_pair(target=1 - MASK)
    assert flipped.target_digest != one.target_digest
    assert flipped.image_digest == one.image_digest
    without = make_pair(image=None)
    assert without.image_digest != one.image_digest
    hard = Prediction.hard(MASK)
    first = make_pair(prediction=hard)
    second = make_pair(prediction=hard.with_confidence(0.6))
    assert len({one.digest, flipped.digest, without.digest, first.digest, second.digest}) == 5


def test_a_pair_survives_pickling() -> None:
    pair = make_pair()
    again = pickle.loads(pickle.dumps(pair))
    assert again.digest == pair.digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": MASK[:-1]}, "prediction is"),
        ({"target": MASK * np.uint8(255)}, "only 0 and 1, got 255"),
        ({"target": MASK.astype(bool)}, "uint8 H x W"),
        ({"target": np.zeros((0, 0), np.uint8)}, "uint8 H x W"),
        ({"image": np.zeros((7, 8, 3), np.uint8)}, "image is"),
        ({"image": np.zeros((7, 9, 4), np.uint8)}, "H x W x 3"),
        ({"image": np.zeros((7, 9), np.float32)}, "H x W x 3"),
        ({"origin": "disk"}, "origin must"),
        ({"prediction": Prediction.coded(CODES[:, :-1])}, "prediction is"),
    ],
)
def test_planes_that_do_not_fit_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_pair(**changes)


def test_nothing_of_the_pixels_is_in_the_printed_form() -> None:
    assert "array" not in repr(make_pair())
    assert "small" in repr(make_pair())
