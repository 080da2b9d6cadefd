"""A pixel that is ignored counts nowhere: in no value, no map, no score and no picture of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, ask, losses, maps
from segloss_core.comparison import ledger, rival
from segloss_core.kinds import IGNORED, code, count, unfold
from segloss_core.landscape import over_dials
from segloss_core.maps import answer_at
from segloss_core.moves import over_moves, shifted
from segloss_core.pair import Pair, Prediction
from segloss_core.pixels import Pixels
from segloss_core.spec import Note
from segloss_core.study import Study

SIDE = 24
RANDOM = np.random.default_rng(8)
Y, X = np.mgrid[:SIDE, :SIDE]
TARGET = (((X - 11) ** 2 + (Y - 12) ** 2 < 50) | (X > 20)).astype(np.uint8)
GREY = np.clip(110 + 90 * np.roll(TARGET, 3, 1) + RANDOM.normal(0, 40, TARGET.shape), 0, 255)
CODES = GREY.astype(np.uint8)
# A ring around the object as data sets draw it, a corner, and a row of the image's edge.
IGNORED_HERE = (abs(np.hypot(X - 11, Y - 12) - 7.2) < 1) | ((X < 4) & (Y < 6)) | (Y == SIDE - 1)
COUNTS = ~IGNORED_HERE
ALL = pytest.mark.parametrize("loss", list(LOSSES.values()), ids=lambda loss: loss.name)
OF_KINDS = pytest.mark.parametrize(
    "loss", [loss for loss in LOSSES.values() if not loss.positional], ids=lambda loss: loss.name
)


def study(codes: np.ndarray = CODES, ignored: np.ndarray | None = IGNORED_HERE) -> Study:
    return Study(Pair(None, TARGET, Prediction.coded(codes), "test", ignored=ignored))


def floating(codes: np.ndarray = CODES) -> Study:
    prediction = Prediction.from_logits(Prediction.coded(codes).logits())
    return Study(Pair(None, TARGET, prediction, "test", ignored=IGNORED_HERE))


def cut() -> Study:
    """The pixels that count, side by side in one row."""
    return Study(Pair(None, TARGET[COUNTS][None], Prediction.coded(CODES[COUNTS][None]), "cut"))


# ---- the pair ------------------------------------------------------------------------------------


def test_a_pair_holds_background_where_it_is_ignored() -> None:
    pair = study().pair
    assert not pair.target[IGNORED_HERE].any()
    assert np.array_equal(pair.target[COUNTS], TARGET[COUNTS])
    assert pair.counted == COUNTS.sum()
    assert pair.prevalence == pytest.approx(TARGET[COUNTS].mean())
    assert not pair.ignored.flags.writeable


def test_digests_know_what_is_ignored() -> None:
    pair, whole = study().pair, study(ignored=None).pair
    nothing = study(ignored=np.zeros_like(IGNORED_HERE)).pair
    assert nothing.ignored is None and nothing.digest == whole.digest
    # A target of background alone: ignoring changes no pixel of it, and yet every number.
    empty = replace(whole, target=np.zeros_like(TARGET))
    assert replace(empty, ignored=IGNORED_HERE).target_digest != empty.target_digest
    assert len({pair.digest, whole.digest, empty.digest}) == 3
    other = replace(whole, target=np.where(IGNORED_HERE, 1 - TARGET, TARGET), ignored=IGNORED_HERE)
    assert other.digest == pair.digest, "what the target holds there changes nothing"


@pytest.mark.parametrize("wrong", [IGNORED_HERE.astype(np.uint8), IGNORED_HERE[1:]])
def test_what_does_not_fit_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="ignored must be bool"):
        study(ignored=wrong)


# ---- every loss ----------------------------------------------------------------------------------


@ALL
def test_kinds_and_both_dense_ways_say_the_same(loss) -> None:
    coded, dense = study(), floating()
    value = coded.value(loss)
    direct = loss.at(coded.pixels())
    assert value.value == pytest.approx(float(direct.value), rel=1e-9, abs=1e-12)
    assert value.note is direct.note
    assert dense.value(loss).value == pytest.approx(value.value, rel=1e-9, abs=1e-12)
    assert dense.value(loss).relative == pytest.approx(value.relative, rel=1e-9)
    for wrt in ("logit", "probability"):
        share, slope = coded.dense(coded.maps(loss, wrt=wrt))
        other_share, other_slope = dense.dense(dense.maps(loss, wrt=wrt))
        np.testing.assert_allclose(share, other_share, rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(slope, other_slope, rtol=1e-7, atol=1e-12)


@ALL
def test_an_ignored_pixel_pays_nothing_and_is_pushed_nowhere(loss) -> None:
    for one in (study(), floating()):
        found = one.maps(loss)
        share, slope = one.dense(found)
        assert not share[IGNORED_HERE].any() and not slope[IGNORED_HERE].any()
        assert share.sum() == pytest.approx(found.value - found.floor, rel=1e-9, abs=1e-12)


@ALL
def test_what_is_predicted_where_nothing_counts_changes_nothing(loss) -> None:
    other = np.where(IGNORED_HERE, RANDOM.integers(0, 256, CODES.shape), CODES).astype(np.uint8)
    assert (other != CODES).any()
    for make in (study, floating):
        one, two = make(), make(other)
        mine, changed = one.value(loss), two.value(loss)
        # The last digit depends on whether the loss answered itself or was replayed.
        assert mine.value == pytest.approx(changed.value, rel=1e-12)
        assert mine.relative == pytest.approx(changed.relative, rel=1e-12)
        for a, b in zip(one.dense(one.maps(loss)), two.dense(two.maps(loss)), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * np.abs(a).max(initial=1e-300))
    assert study().metrics(0.5) == study(other).metrics(0.5)


@OF_KINDS
def test_without_its_ignored_pixels_the_image_says_the_same(loss) -> None:
    one, two = study(), cut()
    a, b = one.value(loss), two.value(loss)
    assert (a.value, a.floor, a.note) == pytest.approx((b.value, b.floor, b.note), abs=1e-12)
    assert a.relative == pytest.approx(b.relative, rel=1e-12)
    for mine, other in zip(one.dense(one.maps(loss)), two.dense(two.maps(loss)), strict=True):
        np.testing.assert_allclose(mine[COUNTS], other[0], rtol=1e-12, atol=1e-15)
    at = tuple(np.argwhere(COUNTS)[30])
    here = COUNTS[: at[0]].sum() + COUNTS[at[0], : at[1]].sum()
    assert one.worked(loss, at).value == pytest.approx(two.worked(loss, (0, here)).value, abs=1e-15)
    assert one.automatic(loss) == pytest.approx(two.automatic(loss))


@ALL
def test_where_all_is_ignored_there_is_a_note_and_no_crash(loss) -> None:
    everything = np.ones_like(IGNORED_HERE)
    coded = study(ignored=everything)
    exact = Prediction.from_logits(coded.pair.prediction.logits())
    for one in (coded, Study(replace(coded.pair, prediction=exact))):
        value = one.value(loss)
        assert value.note is Note.NO_PIXELS and value.relative is None
        found = one.maps(loss)
        assert np.isfinite([found.value, found.floor, found.share_top, found.gradient_top]).all()
        assert not any(x.any() for x in one.dense(found))
        assert one.payers(found, 0.5) is None
        standing = ledger(one).of(loss)
        assert standing.false_positives is None and standing.gradient_norm == 0
        scores = one.metrics(0.5)
        assert {(m.value, m.why) for m in scores} == {(None, "every pixel is ignored")}
        assert not sum(x.sum() for x in one.histogram()[1:])
        moved = over_moves(one, [loss], "temperature × bias", [1, 2], [0, 1])
        assert np.isfinite(moved.values).all()
        if loss.dials:
            name, dial = next(iter(loss.dials.items()))
            axis = [x for x in dial.param.shown if dial.param.contains(x)]
            for what in ("value", "gradient norm"):
                land = over_dials(one, loss, {name: axis}, what)
                assert Note.NO_PIXELS in land.notes
                assert not np.nansum(abs(land.surface)) and not np.nansum(abs(land.floor))


def test_an_ignored_pixel_has_no_arithmetic() -> None:
    with pytest.raises(ValueError, match="row 2, column 1 is ignored"):
        study().worked(LOSSES["dice"], (2, 1))


# ---- kinds ---------------------------------------------------------------------------------------


def test_an_ignored_pixel_is_of_no_kind() -> None:
    codes = code(CODES, TARGET, IGNORED_HERE)
    assert (codes[IGNORED_HERE] == IGNORED).all()
    assert np.array_equal(codes[COUNTS], code(CODES, TARGET)[COUNTS])
    assert np.array_equal(count(codes), np.bincount(codes[COUNTS], minlength=512))
    map_ = unfold(np.arange(1.0, 513.0), codes)
    assert not map_[IGNORED_HERE].any() and np.array_equal(map_[COUNTS], codes[COUNTS] + 1.0)


# ---- the picture as a whole ------------------------------------------------------------------------


def test_scores_by_hand() -> None:
    said, true = (CODES >= 128)[COUNTS], TARGET[COUNTS] > 0
    tp, fp, fn, tn = (
        int((a & b).sum()) for a, b in ((said, true), (said, ~true), (~said, true), (~said, ~true))
    )
    found = {m.name: m.value for m in study().metrics(0.5)}
    assert found["Dice"] == 2 * tp / (2 * tp + fp + fn)
    assert found["IoU"] == tp / (tp + fp + fn)
    assert found["Sensitivity"] == tp / (tp + fn)
    assert found["Specificity"] == tn / (tn + fp)


def test_who_pays_and_how_many_are_of_what_probability() -> None:
    loss = LOSSES["bce"]
    one, dense, two = study(), floating(), cut()
    found = [x.payers(x.maps(loss), 0.5) for x in (one, dense, two)]
    for name in ("false_positives", "false_negatives", "right"):
        assert [getattr(x, name) for x in found] == pytest.approx([getattr(found[2], name)] * 3)
    for part in (0.2, 0.8):
        paying = [x.pixels_paying(part) for x in found]
        assert paying[0] == paying[2] == pytest.approx(paying[1], rel=1e-3)
    share = one.dense(one.maps(loss))[0]
    near = share[one.band].sum() / share.sum()
    assert [x.boundary_band for x in found[:2]] == pytest.approx([near] * 2)
    for x in (one, dense):
        for a, b in zip(x.histogram(), two.histogram(), strict=True):
            assert np.array_equal(a, b)


def test_a_comparison_leaves_them_out() -> None:
    for loss in (LOSSES["bce"], LOSSES["dice"]):
        a, b, c = (ledger(x).of(loss) for x in (study(), floating(), cut()))
        for name in ("gradient_norm", "false_positives", "false_negatives"):
            assert [getattr(a, name), getattr(b, name)] == pytest.approx([getattr(c, name)] * 2)
        assert a.within(3) == pytest.approx(b.within(3))
        assert a.near[-1] == pytest.approx(1)
    other = rival(study(), "shift", 2)
    assert np.array_equal(other.pair.ignored, IGNORED_HERE)


@pytest.mark.parametrize("name", ["bce", "boundary"])
def test_what_lies_under_ignored_pixels_may_be_moved_out(name) -> None:
    loss = LOSSES[name]
    found = over_moves(study(), [loss], "shift", [0, 3], [0, -2])
    z = shifted(torch.from_numpy(Prediction.coded(CODES).logits()), 3, -2)
    weight = torch.from_numpy(COUNTS).double()
    by_hand = loss.at(Pixels.from_logits(z, torch.tensor(study().pair.target), weight))
    assert found.values[0, 1, 1] == pytest.approx(float(by_hand.value), abs=1e-12)
    assert found.values[0, 0, 0] == study().value(loss).value


def test_temperature_and_bias_by_kinds_are_those_of_the_picture() -> None:
    for one in (study(), floating()):
        found = over_moves(one, [LOSSES["dice"]], "temperature × bias", [0.5, 2], [0, 1])
        z = torch.from_numpy(Prediction.coded(CODES).logits()[COUNTS])[None] / 0.5 + 1
        y = torch.from_numpy(TARGET[COUNTS])[None]
        assert found.values[0, 0, 1] == pytest.approx(float(LOSSES["dice"](z, y)), abs=1e-12)


@pytest.mark.parametrize("what", ["value", "gradient norm", "price ratio"])
def test_landscapes_are_those_of_the_pixels_that_count(what) -> None:
    axes = {"alpha": [0.2, 0.7], "beta": [0.1, 1.5, 0.6]}
    lands = [over_dials(x, LOSSES["tversky"], axes, what) for x in (study(), floating(), cut())]
    for land in lands:
        assert land.complete and not land.undefined
        np.testing.assert_allclose(land.surface, lands[2].surface, rtol=1e-9)


def test_a_loss_of_place_has_a_landscape_too() -> None:
    loss = LOSSES["hausdorff_dt"]
    found = over_dials(study(), loss, {"alpha": [1.0, 2.0]}, "gradient norm")
    slope = answer_at(loss, study().pixels(), alpha=2.0)[1]
    assert found.surface[1] == pytest.approx(float(slope.norm()))


def test_wishes_are_measured_without_them() -> None:
    for a, b in zip(ask.balanced_start(study()), ask.balanced_start(cut()), strict=True):
        assert a.dials == pytest.approx(b.dials)
    low, high = ask.boundary_part(study(), LOSSES["focal"], "gamma", 0.0).reachable
    part = (low + high) / 2
    asked = [ask.boundary_part(x, LOSSES["focal"], "gamma", part) for x in (study(), floating())]
    assert asked[0].measured == pytest.approx(part, abs=1e-4)
    slope = abs(study().dense(study().maps(LOSSES["focal"], **asked[0].dials))[1])
    assert slope[study().band].sum() / slope.sum() == pytest.approx(part, abs=1e-4)
    assert asked[1].dials == pytest.approx(asked[0].dials, rel=1e-3)


def test_another_confidence_and_another_prediction_ignore_alike() -> None:
    hard = Study(Pair(None, TARGET, Prediction.hard(CODES > 127), "hard", ignored=IGNORED_HERE))
    surer = hard.with_confidence(0.99)
    fresh = Study(replace(hard.pair, prediction=Prediction.hard(CODES > 127, 0.99)))
    for name in ("dice", "boundary"):
        assert surer.value(LOSSES[name]) == fresh.value(LOSSES[name])
        other = hard.with_prediction(Prediction.coded(CODES))
        assert other.value(LOSSES[name]) == study().value(LOSSES[name])


def test_the_library_takes_the_same_weights() -> None:
    """What a script is told to do gives the numbers of the page."""
    one = study()
    z, y = torch.from_numpy(one.pair.prediction.logits()), torch.tensor(one.pair.target)
    weight = torch.from_numpy(COUNTS).double()
    loss = losses.LOSSES["focal_tversky"]
    assert float(loss(z, y, weight)) == pytest.approx(one.value(loss).value, abs=1e-12)
    share, slope = one.dense(one.maps(loss))
    np.testing.assert_allclose(maps.share(loss, z, y, weight).numpy(), share, atol=1e-12)
    np.testing.assert_allclose(maps.gradient(loss, z, y, weight).numpy(), slope, atol=1e-12)
