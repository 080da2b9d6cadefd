"""Every loss on one pair, and two predictions of one target, against direct evaluation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, comparison, maps
from segloss_core.comparison import (
    Preference,
    count_votes,
    disagreeing_first,
    ledger,
    prefer,
    rival,
    small,
    work_out,
)
from segloss_core.geometry import contour, distance_to
from segloss_core.pair import Pair, Prediction
from segloss_core.spec import Note
from segloss_core.study import BAND, Study, Value

from .laws import same

SIDE = (40, 52)


def made(kind: str, seed: int = 3) -> Pair:
    """Two objects, seen with mistakes of both kinds."""
    random = np.random.default_rng(seed)
    target = np.zeros(SIDE, np.uint8)
    target[6:18, 8:25] = target[24:36, 30:48] = 1
    p = np.clip(0.15 + 0.6 * np.roll(target, 2, 1) + random.normal(0, 0.2, SIDE), 0.01, 0.99)
    if kind == "coded":
        return Pair(None, target, Prediction.coded((255 * p).astype(np.uint8)), kind)
    if kind == "hard":
        return Pair(None, target, Prediction.hard(p > 0.5), kind)
    return Pair(None, target, Prediction.floating(p), kind)


@pytest.fixture(scope="module")
def studies() -> dict[str, Study]:
    return {kind: Study(made(kind)) for kind in ("coded", "hard", "float")}


@pytest.mark.parametrize("kind", ["coded", "hard", "float"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=str)
def test_a_standing_is_what_the_dense_maps_add_up_to(loss, kind, studies):
    study = studies[kind]
    z = torch.from_numpy(study.pair.prediction.logits())
    y = torch.from_numpy(study.pair.target.astype(np.float64))
    share, slope = maps.share(loss, z, y), maps.gradient(loss, z, y)
    found = ledger(study, 0.4).of(loss)
    same(found.value.value, loss(z, y), 1e-9)
    same(found.gradient_norm, slope.square().sum().sqrt(), 1e-9)
    said, object_ = torch.sigmoid(z) > 0.4, y > 0
    distance = distance_to(contour(object_))
    whole = share.sum()
    parts = {
        found.false_positives: said & ~object_,
        found.false_negatives: ~said & object_,
        **{found.within(width): distance <= width for width in (0, 1, 2.5, BAND, 7, 64)},
    }
    for part, where in parts.items():
        assert part == pytest.approx(float(share[where].sum() / whole), abs=1e-9)


@pytest.mark.parametrize("kind", ["coded", "float"])
def test_the_band_may_be_of_any_width(kind, studies):
    study = studies[kind]
    found = study.maps(LOSSES["bce"])
    book = ledger(study, 0.5)
    for width in (0.0, 1.5, 3.0, 9.0):
        paid = study.payers(found, 0.5, width)
        assert paid is not None
        same(book.of(LOSSES["bce"]).within(width), paid.boundary_band, 1e-9)
    assert study.payers(found, 0.5).boundary_band == study.payers(found, 0.5, BAND).boundary_band
    assert study.band_of(9.0).sum() > study.band.sum() > study.band_of(0.0).sum() > 0


def test_a_loss_that_nobody_pays_has_no_payers():
    target = np.zeros((16, 16), np.uint8)
    target[4:9, 4:9] = 1
    study = Study(Pair(None, target, Prediction.hard(np.zeros((16, 16))), "x"))
    empty = Study(Pair(None, target * 0, Prediction.hard(np.zeros((16, 16))), "x"))
    found = ledger(empty).of(LOSSES["boundary"])
    assert found.within(3) is None and found.false_positives is None
    # Without a contour no pixel is near it.
    assert ledger(empty).of(LOSSES["bce"]).within(64) == 0
    assert ledger(study).of(LOSSES["bce"]).within(64) == pytest.approx(1)


def test_a_small_picture_keeps_one_wrong_pixel_and_its_sign():
    plane = np.full((300, 517), 0.25)
    plane[131, 402], plane[17, 5] = -9.0, 4.0
    shown = small(plane)
    assert max(shown.shape) <= 128 and shown.shape[1] > shown.shape[0]
    k = -(-517 // 128)
    assert shown[131 // k, 402 // k] == -9 and shown[17 // k, 5 // k] == 4
    assert (np.sort(np.unique(shown)) == [-9, 0.25, 4]).all()
    assert small(plane[:50, :60]) is not None and small(plane[:50, :60]).shape == (50, 60)


@pytest.mark.parametrize("kind", ["coded", "hard", "float"])
@pytest.mark.parametrize(
    ("how", "amount"), [("shift", 5), ("grow", 2), ("grow", -1), ("blur", 1.5), ("sure", 2)]
)
def test_a_rival_is_the_prediction_moved(kind, how, amount, studies):
    from segloss_core.moves import blurred, grown, shifted, tempered

    study = studies[kind]
    z = torch.from_numpy(study.pair.prediction.logits())
    moved = {
        "shift": lambda: shifted(z, amount, 0), "grow": lambda: grown(z, amount),
        "blur": lambda: blurred(z, amount), "sure": lambda: tempered(z, 1 / amount, 0),
    }[how]()  # fmt: skip
    found = rival(study, how, amount)
    same(found.pair.prediction.logits(), moved, 1e-12)
    assert found.pair.target is study.pair.target or (found.pair.target == study.pair.target).all()
    assert found.is_coded == (study.is_coded and how in ("shift", "grow"))
    for name in ("focal", "tversky", "hausdorff_dt"):
        y = torch.from_numpy(study.pair.target.astype(np.float64))
        same(found.value(LOSSES[name]).value, LOSSES[name](moved, y), 1e-9)


@pytest.mark.parametrize("kind", ["coded", "hard"])
def test_a_surer_rival_answers_by_kinds_as_it_does_pixel_by_pixel(kind, studies):
    found = rival(studies[kind], "sure", 2)
    dense = studies[kind].with_prediction(found.pair.prediction)
    for name in ("bce", "dice", "lovasz_sigmoid", "topk_bce", "cldice"):
        loss = LOSSES[name]
        assert not dense.by_kinds(loss) and found.by_kinds(loss) == (not loss.positional)
        one, other = found.value(loss), dense.value(loss)
        same(one.value, other.value, 1e-12)
        assert one.relative == pytest.approx(other.relative, rel=1e-9)
        maps = [study.dense(study.maps(loss)) for study in (found, dense)]
        for a, b in zip(*maps, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-15)
        who = [study.payers(study.maps(loss), 0.5) for study in (found, dense)]
        same(who[0].false_negatives, who[1].false_negatives, 1e-9)
    with pytest.raises(ValueError, match="table"):
        studies[kind].with_levels(found.pair.prediction, np.zeros(256))


@pytest.mark.parametrize("kind", ["coded", "hard"])
@pytest.mark.parametrize("name", ["bce", "lovasz_sigmoid", "hausdorff_dt"])
def test_a_surer_rival_has_standings_as_its_dense_twin(kind, name, studies):
    found = rival(studies[kind], "sure", 2)
    dense = studies[kind].with_prediction(found.pair.prediction)
    assert found.has_kinds and not dense.has_kinds
    one, other = (ledger(study, 0.4).of(LOSSES[name]) for study in (found, dense))
    assert one.coded == (name != "hausdorff_dt") and not other.coded
    same(one.value.value, other.value.value, 1e-9)
    same(one.gradient_norm, other.gradient_norm, 1e-9)
    assert one.false_positives == pytest.approx(other.false_positives, abs=1e-9)
    assert one.false_negatives == pytest.approx(other.false_negatives, abs=1e-9)
    for width in (0, 2.5, 7):
        assert one.within(width) == pytest.approx(other.within(width), abs=1e-9)


def test_another_confidence_needs_a_hard_mask(studies):
    assert rival(studies["hard"], "confidence", 0.7).pair.prediction.confidence < 0.75
    with pytest.raises(ValueError, match="confidence"):
        rival(studies["coded"], "confidence", 0.7)
    with pytest.raises(ValueError, match="rival is"):
        rival(studies["coded"], "spin", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="positive"):
        rival(studies["coded"], "sure", 0)


def test_the_yardstick_is_the_same_for_every_prediction_of_a_target(studies):
    one, other = studies["coded"], rival(studies["coded"], "blur", 2)
    fresh = Study(other.pair)
    for loss in LOSSES.values():
        assert one.yardstick(loss) == pytest.approx(fresh.yardstick(loss), rel=1e-12)


def test_a_preference_is_the_smaller_value_on_the_comparable_scale():
    note = Note.NO_BOUNDARY_IN_PREDICTION
    good, bad = Value(0.2, 0, None, 0.5), Value(0.3, 0, None, 0.75)
    assert prefer(good, bad) == Preference("A", 0.25)
    assert prefer(bad, good) == Preference("B", 0.25)
    assert prefer(good, good) == Preference("", 0.0)
    assert prefer(Value(1, 0, None, None), good) == Preference("B", None)
    assert prefer(Value(0.0, 0, note, 0.0), good) == Preference(None, None)
    assert prefer(Value(0.2, 0, note, None), Value(0.3, 0, note, None)).side == "A"


def test_those_who_disagree_come_first_and_the_surest_of_them_leads():
    votes = {
        "a": Preference("A", 0.1), "b": Preference("B", 0.2), "c": Preference("A", None),
        "d": Preference("", 0.0), "e": Preference("B", 0.9), "f": Preference("A", 0.7),
        "g": Preference(None, None),
    }  # fmt: skip
    assert disagreeing_first(votes) == ["e", "b", "f", "a", "c", "d", "g"]
    found = count_votes(list(votes.values()))
    assert (found.a, found.b, found.draws, found.undefined, found.minority) == (3, 2, 1, 1, "B")
    assert count_votes([Preference("A", 1.0)]).minority == ""


def test_surer_is_what_overlap_asks_for_and_cross_entropy_punishes(studies):
    a, b = studies["coded"], rival(studies["coded"], "sure", 3)
    sides = {n: prefer(a.value(LOSSES[n]), b.value(LOSSES[n])).side for n in ("bce", "dice", "mae")}
    assert sides == {"bce": "A", "dice": "B", "mae": "B"}


def test_work_is_answered_in_order_and_told_of(studies):
    asked = [(LOSSES[name], {}) for name in ("ssim", "bce", "cldice", "dice")]
    told: list[float] = []
    found = work_out(lambda loss, setting: loss.name, asked, told.append)
    assert found == ["ssim", "bce", "cldice", "dice"] and told == [0.25, 0.5, 0.75, 1.0]

    def fails(loss, setting):
        raise RuntimeError(loss.name)

    with pytest.raises(RuntimeError):
        work_out(fails, asked)


def test_answers_are_kept_and_can_be_asked_for():
    study = Study(made("coded"))
    book = ledger(study)
    assert book is ledger(study) and book is not ledger(study, 0.3)
    assert book.of.known(LOSSES["dice"], smooth=1.0) is None
    found = book.of(LOSSES["dice"], smooth=1.0)
    assert book.of.known(LOSSES["dice"], smooth=1.0) is found
    assert book.of.known(LOSSES["dice"], smooth=2.0) is None
    kept = [comparison.rival_of(study, "shift", n) for n in range(1, 7)]
    assert comparison.rival_of(study, "shift", 6) is kept[-1] and len(study.kept["rivals"]) == 4


def test_the_rivals_asked_for_last_are_kept():
    study = Study(made("coded"))
    first = comparison.rival_of(study, "shift", 1)
    for n in range(2, 7):  # a fifth and a sixth come, but the first is still asked for
        comparison.rival_of(study, "shift", n)
        assert comparison.rival_of(study, "shift", 1) is first
    assert list(study.kept["rivals"]) == [("shift", n) for n in (4, 5, 6, 1)]


def test_visitors_who_drop_each_others_rivals_all_get_one(monkeypatch):
    study = Study(made("coded"))
    whole = comparison.rival

    def interrupted(of, how, amount):
        """While one is made, others fill the shelf, one of them with the same."""
        found = whole(of, how, amount)
        if amount == 1:
            for n in (2, 3, 4, 5):
                comparison.rival_of(of, how, n)
            of.kept["rivals"][how, 1] = twin
        return found

    twin = whole(study, "shift", 1)
    monkeypatch.setattr(comparison, "rival", interrupted)
    assert comparison.rival_of(study, "shift", 1) is twin, "one answer for all who ask at once"
    monkeypatch.setattr(comparison, "_RIVALS", 0)
    assert comparison.rival_of(study, "shift", 9).pair.size == study.pair.size
