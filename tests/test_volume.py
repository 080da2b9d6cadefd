"""A loss on slices: each as its own image, all together as one."""

from __future__ import annotations

import numpy as np
import pytest

from segloss_core import LOSSES
from segloss_core.pair import Pair, Prediction
from segloss_core.study import Study
from segloss_core.volume import DENSE, Volume

RNG = np.random.default_rng(3)
TRUTH = (RNG.random((4, 20, 24)) < np.array([0.0, 0.2, 0.5, 1.0])[:, None, None]).astype(np.uint8)
CODES = RNG.integers(0, 256, TRUTH.shape, dtype=np.uint8)
SOFT = RNG.random(TRUTH.shape).astype(np.float32) * np.float32(0.98) + np.float32(0.01)
MAKERS = {
    "coded": lambda z: Prediction.coded(CODES[z]),
    "hard": lambda z: Prediction.hard(CODES[z] > 128, 0.9),
    "float": lambda z: Prediction.floating(SOFT[z]),
}


def volume(kind: str) -> Volume:
    return Volume(TRUTH, [MAKERS[kind](z) for z in range(len(TRUTH))])


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", ["bce", "dice", "focal", "hausdorff_dt"])
def test_a_slice_is_worth_what_its_pair_is_worth(kind, name):
    loss = LOSSES[name]
    found = volume(kind).by_slice(loss)
    for z, row in enumerate(found.rows):
        alone = Study(Pair(None, TRUTH[z], MAKERS[kind](z), "slice")).value(loss)
        assert row.value == pytest.approx(alone.value, rel=1e-12, abs=1e-15)
        assert (row.index, row.note, row.objects) == (z, alone.note, int(TRUTH[z].sum()))
    assert found.mean == pytest.approx(np.mean([row.value for row in found.rows]))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", [n for n, loss in LOSSES.items() if not loss.positional])
def test_the_volume_is_worth_what_its_slices_side_by_side_are_worth(kind, name):
    wide = {"coded": Prediction.coded(CODES.reshape(-1, 24)),
            "hard": Prediction.hard(CODES.reshape(-1, 24) > 128, 0.9),
            "float": Prediction.floating(SOFT.reshape(-1, 24))}[kind]  # fmt: skip
    expected = Study(Pair(None, TRUTH.reshape(-1, 24), wide, "all")).value(LOSSES[name]).value
    found = volume(kind).by_slice(LOSSES[name])
    assert found.how == "together"
    assert found.whole == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_whole_is_not_the_mean_of_dice():
    found = volume("coded").by_slice(LOSSES["dice"])
    assert found.whole is not None and abs(found.whole - found.mean) > 0.01


def test_a_loss_of_places_has_no_whole():
    found = volume("coded").by_slice(LOSSES["hausdorff_dt"])
    assert found.whole is None and found.how == "positional"


def test_many_floats_are_not_added_up(monkeypatch):
    monkeypatch.setattr("segloss_core.volume.DENSE", TRUTH.size - 1)
    found = volume("float").by_slice(LOSSES["dice"])
    assert TRUTH.size < DENSE and found.whole is None and found.how == "large"
    assert volume("coded").by_slice(LOSSES["dice"]).how == "together"


def test_dials_and_progress_reach_the_loss():
    told: list[float] = []
    one = volume("coded").by_slice(LOSSES["focal"], told.append, gamma=0.0)
    two = volume("coded").by_slice(LOSSES["focal"], gamma=4.0)
    assert one.whole != two.whole and told == [0.25, 0.5, 0.75, 1.0]


SKIPPED = RNG.random(TRUTH.shape) < 0.2
SKIPPED[0], SKIPPED[2] = True, False  # one slice that nobody judged, one that is judged wholly


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("name", ["bce", "dice", "focal", "hausdorff_dt"])
def test_ignored_pixels_count_on_no_slice_and_not_in_the_volume(kind, name):
    marked = np.where(SKIPPED, np.uint8(1), TRUTH)
    predictions = [MAKERS[kind](z) for z in range(len(TRUTH))]
    found = Volume(marked, predictions, SKIPPED).by_slice(LOSSES[name])
    for z, row in enumerate(found.rows):
        pair = Pair(None, marked[z], predictions[z], "slice", ignored=SKIPPED[z])
        alone = Study(pair).value(LOSSES[name])
        assert row.value == pytest.approx(alone.value, rel=1e-12, abs=1e-15)
        assert (row.note, row.objects) == (alone.note, int(pair.target.sum()))
    if name == "hausdorff_dt":
        return
    z = np.concatenate([p.logits()[~SKIPPED[i]] for i, p in enumerate(predictions)])
    kept = Pair(None, TRUTH[~SKIPPED][None], Prediction.from_logits(z[None]), "what counts")
    expected = Study(kept).value(LOSSES[name]).value
    assert found.whole == pytest.approx(expected, rel=1e-9)
    assert found.whole != pytest.approx(volume(kind).by_slice(LOSSES[name]).whole, rel=1e-3)


def test_what_is_ignored_must_lie_on_the_target():
    predictions = [MAKERS["coded"](z) for z in range(len(TRUTH))]
    for wrong in (SKIPPED[0], SKIPPED.astype(np.uint8)):
        with pytest.raises(ValueError, match="ignored must be bool"):
            Volume(TRUTH, predictions, wrong)
    assert Volume(TRUTH, predictions, np.zeros_like(SKIPPED)).ignored is None


def test_what_does_not_fit_is_refused():
    predictions = [MAKERS["coded"](z) for z in range(len(TRUTH))]
    for targets, given, says in (
        (TRUTH[0], predictions, "Z x H x W"),
        (TRUTH, predictions[:2], "do not fit"),
        (TRUTH[:, :5], predictions, "do not fit"),
        (TRUTH, [*predictions[:3], MAKERS["float"](3)], "one kind and confidence"),
        (TRUTH, [*predictions[:3], MAKERS["hard"](3)], "one kind and confidence"),
        (TRUTH, [Prediction.hard(CODES[z] > 128, 0.6 + z / 10) for z in range(4)], "found 4"),
    ):
        with pytest.raises(ValueError, match=says):
            Volume(targets, given)
