"""The standard scene, and what a card measures on it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, exhibit
from segloss_core.spec import Note

ALL = pytest.mark.parametrize("name", LOSSES)


def test_the_standard_scene_holds_every_kind_of_mistake():
    pair = exhibit.standard()
    target, said = pair.target > 0, pair.prediction.codes >= 128
    for rows, columns, wrong in (
        (slice(26, 34), slice(26, 30), target & ~said),  # the bite
        (slice(46, 58), slice(78, 88), target & ~said),  # the far half of the branch
        (slice(74, 82), slice(71, 78), said & ~target),  # what is not there
    ):
        assert wrong[rows, columns].any()
    assert said[16, 80] and not target[16, 80] and not said[14:19, 78:83].sum() > 1
    assert (target & said).sum() > 0.7 * target.sum()


def test_a_scene_too_small_for_its_branch_is_refused():
    with pytest.raises(ValueError, match="at least 32"):
        exhibit.standard(16)


@ALL
def test_turning_a_pixel_to_its_mistake_costs(name):
    loss = LOSSES[name]
    found = exhibit.curve(loss, loss.defaults)
    assert found.p.shape == found.object.shape == found.background.shape
    assert found.object.min() == found.background.min() == 0
    assert np.isfinite([found.object, found.background]).all()
    soft = {"label_smoothing_bce", "quality_focal", "dice_semimetric"}  # least short of the label
    if not loss.positional and name not in soft | {"topk_bce", "lovasz_hinge"}:
        assert (np.diff(found.object) <= 1e-9).all(), (
            "an object pixel is the better the higher its p"
        )
        assert (np.diff(found.background) >= -1e-9).all()


def test_the_curve_of_cross_entropy_is_its_formula():
    found = exhibit.curve(LOSSES["bce"], {})
    expected = -np.log(found.p)
    np.testing.assert_allclose(found.object, expected - expected.min(), atol=1e-9)
    np.testing.assert_allclose(found.object_slope, -1 / found.p, rtol=1e-9)
    np.testing.assert_allclose(found.background_slope, 1 / (1 - found.p), rtol=1e-9)
    assert found.near(0.5, "probability")[:3:2] == pytest.approx((0.5, -2), rel=0.02)
    np.testing.assert_allclose(found.slopes("logit")[0], found.p - 1, rtol=1e-9)


@ALL
def test_the_cases_are_numbers_and_an_undefined_one_has_its_name(name):
    loss = LOSSES[name]
    for case in exhibit.cases(loss, loss.defaults):
        assert np.isfinite([case.value, case.push]).all(), case
    for found in exhibit.undefined(loss):
        assert found.note.value and found.case and set(found.dials) == set(loss.dials)


def test_every_note_is_shown_on_some_card():
    shown = {found.note for loss in LOSSES.values() for found in exhibit.undefined(loss)}
    assert shown == set(Note) - {Note.NO_PIXELS}  # which no picture without weights can be


@pytest.mark.parametrize(
    ("name", "note", "dials"),
    [
        ("balanced_bce", Note.ONE_CLASS, {}),
        ("mcc", Note.NO_CORRELATION, {}),
        ("boundary", Note.NO_BOUNDARY_IN_TARGET, {}),
        ("hausdorff_dt", Note.NO_BOUNDARY, {}),
        ("cldice", Note.NO_SKELETON, {}),
        ("dice", Note.NOTHING_TO_OVERLAP, {"smooth": 0.0}),
        ("tversky", Note.FREE_ERRORS, {"alpha": 0.0}),
    ],
)
def test_the_known_undefined_cases_are_on_their_cards(name, note, dials):
    loss = LOSSES[name]
    found = {one.note: one for one in exhibit.undefined(loss)}[note]
    assert {k: v for k, v in found.dials.items() if v != loss.defaults[k]} == dials


def test_who_pays_when_a_dial_is_turned():
    loss = LOSSES["tversky"]
    alpha = exhibit.lean(loss, loss.dials["alpha"], loss.defaults)
    beta = exhibit.lean(loss, loss.dials["beta"], loss.defaults)
    assert alpha.at_high < alpha.at_low and beta.at_high > beta.at_low
    assert (alpha.low, alpha.high) == (0, 1), "the slider's very ends"
    pair = exhibit.standard(48)
    z, y = torch.tensor(pair.prediction.logits()), torch.tensor(pair.target).double()
    p = torch.sigmoid(z)
    fp, fn = float((p * (1 - y)).sum()), float(((1 - p) * y).sum())
    expected = 0.7 * fn / (alpha.high * fp + 0.7 * fn)
    assert alpha.at_high == pytest.approx(expected, rel=1e-9)
    assert exhibit.lean(LOSSES["cldice"], LOSSES["cldice"].dials["iters"], {}) is None


@ALL
def test_a_right_prediction_is_better_than_an_undecided_and_that_than_a_wrong_one(name):
    loss = LOSSES[name]
    found = exhibit.scale(loss, loss.defaults)
    if name == "hausdorff_er":  # the erosions do not see a hesitant prediction
        assert found.right == found.undecided == 0 < found.wrong
    else:
        assert found.right < found.undecided < found.wrong
    assert found.right >= found.floor - 1e-9
