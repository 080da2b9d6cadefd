"""Predictions with a plane per class, dropped into the boxes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import several
from pages.parts.say import short
from segloss_core import LOSSES, export
from segloss_core.classes import against_the_rest, by_class
from segloss_core.multiclass import cross_entropy, generalized_dice

from .test_app import give, inspect, run
from .test_app_files import SIDE, mine, npy, png, slot

TRUTH = np.zeros((SIDE, SIDE), np.uint8)
TRUTH[8:30, 8:30], TRUTH[34:44, 10:40], TRUTH[6:14, 36:44] = 1, 2, 3
TRUTH[:3] = 255
Z = np.random.default_rng(5).normal(0, 1, (5, SIDE, SIDE)).astype(np.float32)
Z += 3 * (np.arange(5)[:, None, None] == np.roll(TRUTH, 2, 1))
SMOOTH = {"smooth": 1.0}


def labelled(app: AppTest | None = None) -> AppTest:
    app = give(app or inspect(), "target", "t.png", png(TRUTH))
    next(b for b in app.button if "pick the object" in b.label).click().run()
    assert not app.exception and not app.error
    return app


def opened(planes: np.ndarray) -> AppTest:
    app = give(labelled(), "prediction", "p.npy", npy(planes))
    assert not app.exception and not app.error
    return app


def logits(app: AppTest) -> np.ndarray:
    return mine(app).study.pair.prediction.logits()


def said(app: AppTest) -> str:
    return " ".join(c.value for c in app.caption)


@pytest.mark.parametrize("axis", [0, 2])
def test_planes_of_logits_are_classes_of_the_targets_kind(axis):
    app = opened(np.moveaxis(Z, 0, axis))
    found = slot(app, "prediction").channels
    assert (found.meaning, found.axis, found.guessed) == ("softmax", axis, True)
    assert "5 classes × 48 × 48, softmax of logits" in said(app).replace("\\", "")
    one = against_the_rest(TRUTH, Z, 1, scale="softmax", ignore=255)
    np.testing.assert_array_equal(logits(app), one.prediction.logits())
    assert not [s for s in app.slider if s.label == "Slice"]
    box = next(b for b in app.selectbox if b.label == "Object")
    app = box.select(2).run()
    assert not app.exception and not app.error
    two = against_the_rest(TRUTH, Z, 2, scale="softmax", ignore=255)
    np.testing.assert_array_equal(logits(app), two.prediction.logits())
    np.testing.assert_array_equal(mine(app).study.pair.target, TRUTH == 2)


def test_what_was_guessed_can_be_changed_and_taken_back():
    app = opened(Z)
    radio = next(r for r in app.radio if r.label == "The numbers are")
    assert "probabilities" not in radio.options
    app = radio.set_value("sigmoid").run()
    assert not app.exception
    counts = TRUTH != 255
    np.testing.assert_array_equal(logits(app)[counts], Z[1][counts])
    app = next(r for r in app.radio if r.label == "The numbers are").set_value("slices").run()
    assert not app.exception
    assert slot(app, "prediction").channels is None
    assert [s for s in app.slider if s.label == "Slice"]
    app = next(b for b in app.button if "as classes" in b.label).click().run()
    assert not app.exception and slot(app, "prediction").channels.meaning == "softmax"


def test_probabilities_are_known_by_their_range():
    p = np.exp(Z) / np.exp(Z).sum(0)
    app = opened(p.astype(np.float32))
    found = slot(app, "prediction").channels
    assert (found.meaning, found.exclusive) == ("probabilities", True)
    counts = TRUTH != 255
    np.testing.assert_allclose(
        mine(app).study.pair.prediction.probabilities()[counts], p[1][counts], rtol=1e-5
    )


def test_the_order_of_the_files_does_not_matter_and_a_target_that_leaves_takes_the_classes_along():
    app = give(inspect(), "prediction", "p.npy", npy(Z))
    assert not app.exception and slot(app, "prediction").channels is None
    app = labelled(app)
    assert slot(app, "prediction").channels is not None
    np.testing.assert_array_equal(mine(app).study.pair.target, TRUTH == 1)
    app = give(app, "target", "other.png", png((TRUTH == 1).astype(np.uint8)))
    assert not app.exception
    assert slot(app, "prediction").channels is None, "five planes are no object and background"


def test_a_binary_mask_and_two_planes_are_background_and_object():
    two = np.stack([-Z[1], Z[1]])
    app = give(inspect(), "target", "t.png", png((TRUTH == 1).astype(np.uint8)))
    app = give(app, "prediction", "p.npy", npy(two))
    assert not app.exception and not app.error
    np.testing.assert_allclose(logits(app), 2 * Z[1].astype(np.float64))


def test_by_class_is_of_the_planes():
    app = opened(Z)
    app.session_state["view"]["loss"] = "dice"
    app.session_state["tabs"] = next(t.label for t in app.tabs if "By class" in t.label)
    app = app.run()
    assert not app.exception
    loss = LOSSES["dice"]
    names = [f"class {n}" for n in range(5)]
    found = by_class(loss, TRUTH, Z, names, scale="softmax", ignore=255, skip=(0,))
    text = " ".join(m.value for m in app.markdown)
    overall = cross_entropy(TRUTH, Z, 5, scale="softmax", ignore=255)
    assert f"Softmax cross-entropy | {short(overall.value)} nats" in text
    dice = generalized_dice(TRUTH, Z, 5, scale="softmax", ignore=255)
    assert f"Generalized Dice | {short(dice.value)} |" in text
    app = next(b for b in app.button if b.label == "Every loss, class by class").click().run()
    assert not app.exception
    table = next(m.value for m in app.markdown if m.value.startswith("| loss | class"))
    cells = [f"{short(row.value)}" for row in found.rows] + [short(found.mean)]
    assert f"| {LOSSES['dice'].title} | {' | '.join(cells)} |" in table
    assert "Boundary loss" not in table
    assert f"{found.mean:.4g}" in text and "Absent, and not in the mean: class 4" in text


def test_answers_by_class_are_kept_until_something_is_asked_otherwise(monkeypatch):
    asked: list[str] = []

    def told(what):
        def tell(*given, **how):
            asked.append(what.__name__)
            return what(*given, **how)

        return tell

    monkeypatch.setattr(several, "by_class", told(by_class))
    both = (("A", "", told(cross_entropy)), ("B", "", told(generalized_dice)))
    monkeypatch.setattr(several, "_AT_ONCE", both)
    app = opened(Z)
    app.session_state["view"]["loss"] = "dice"
    app.session_state["tabs"] = next(t.label for t in app.tabs if "By class" in t.label)
    app = app.run()
    assert sorted(asked) == ["by_class", "cross_entropy", "generalized_dice"]
    asked.clear()
    app = app.run()
    assert not app.exception and not asked, "nothing was asked otherwise"
    app.session_state["view"]["dice.smooth"] = 3.0
    app = app.run()
    assert asked == ["by_class"]
    asked.clear()
    app = give(
        app, "prediction", "other.npy", npy(Z * np.array([1, 1, 1, 1, 2], "f4")[:, None, None])
    )
    app = app.run()
    assert not app.exception and set(asked) == {"by_class", "cross_entropy", "generalized_dice"}


def test_the_script_prints_the_number_on_screen(tmp_path):
    (tmp_path / "t.png").write_bytes(png(TRUTH))
    (tmp_path / "p.npy").write_bytes(npy(Z))
    app = opened(Z)
    value = mine(app).study.value(LOSSES["dice"], **SMOOTH).value
    source = export.from_channels("t.png", "p.npy", 1, "softmax", 0, several=True, ignore=255)
    script = export.snippet(LOSSES["dice"], SMOOTH, "logit", source, value, ignoring=True)
    assert float(run(script, tmp_path)) == pytest.approx(value, rel=1e-9)
    app.session_state["tabs"] = next(t.label for t in app.tabs if "Code" in t.label)
    app = app.run()
    assert not app.exception
    assert any("read_channels" in c.value and "ignore=255" in c.value for c in app.code)


def test_the_script_names_the_part_of_an_archive(tmp_path):
    file = io.BytesIO()
    np.savez(file, probs=Z, other=Z[::-1])
    (tmp_path / "t.png").write_bytes(png(TRUTH))
    (tmp_path / "p.npz").write_bytes(file.getvalue())
    source = export.from_channels(
        "t.png", "p.npz", 1, "softmax", 0, several=True, ignore=255,
        how={"target": ", ignore=255", "prediction": ", member='probs'"},
    )  # fmt: skip
    expected = mine(opened(Z)).study.value(LOSSES["dice"], **SMOOTH).value
    script = export.snippet(LOSSES["dice"], SMOOTH, "logit", source, expected, ignoring=True)
    assert float(run(script, tmp_path)) == pytest.approx(expected, rel=1e-9)
