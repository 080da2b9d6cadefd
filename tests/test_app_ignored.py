"""A target that marks pixels as not judged: the page says so, and no number counts them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import downloads
from pages.parts.browser import Document
from pages.parts.drawings import Drawing
from segloss_core import LOSSES, export
from segloss_core.pair import Pair, Prediction
from segloss_core.readers import ReadError, read
from segloss_core.study import Study

from .test_app import give, inspect, run
from .test_app_files import SIDE, mine, npy, png, slot

TRUTH = np.zeros((SIDE, SIDE), np.uint8)
TRUTH[8:30, 8:30] = 1
TRUTH[12:20, 32:44] = 2
TRUTH[6:8, 6:32] = TRUTH[30:32, 6:32] = 255  # and most of the picture's margin
TRUTH[:, :3] = TRUTH[:3] = 255
GUESS = np.clip(200 * np.roll(TRUTH == 1, 2, 1) + np.arange(SIDE), 0, 255).astype(np.uint8)
BINARY = np.where(TRUTH == 2, 0, TRUTH)


def values(app: AppTest, loss: str = "bce") -> float:
    return mine(app).study.value(LOSSES[loss]).value


def box(app: AppTest, label: str):
    return next(b for b in app.selectbox if b.label == label)


def open_both(target: bytes, prediction: bytes | None = None, name: str = "t.png") -> AppTest:
    app = give(inspect(), "target", name, target)
    assert len(app.error) == 1
    next(b for b in app.button if "ignored: pick the object" in b.label).click().run()
    assert not app.exception and not app.error
    if prediction is None:
        prediction = png(GUESS)
    app = give(app, "prediction", "g.png", prediction)
    assert not app.exception and not app.error
    return app


# ---- reading -------------------------------------------------------------------------------------


def test_one_class_is_read_with_what_is_ignored() -> None:
    found = read(png(TRUTH), "t.png", role="target", class_=1, ignore=255)
    np.testing.assert_array_equal(found.array, TRUTH == 1)
    np.testing.assert_array_equal(found.ignored, TRUTH == 255)
    minus = np.where(TRUTH == 255, -1, TRUTH.astype(np.int16))
    other = read(npy(minus), "t.npy", role="target", class_=1, ignore=-1)
    np.testing.assert_array_equal(other.array, found.array)
    np.testing.assert_array_equal(other.ignored, found.ignored)
    assert read(png(TRUTH), "t.png", role="target", class_=1, ignore=7).ignored is None
    assert read(png(TRUTH), "t.png", role="target", class_=1).ignored is None
    with pytest.raises(ReadError, match="choose −1 as ignore"):
        read(npy(minus), "t.npy", role="target", class_=1)
    with pytest.raises(ValueError, match="must differ"):
        read(png(TRUTH), "t.png", role="target", class_=1, ignore=1)


# ---- the page ------------------------------------------------------------------------------------


def test_255_is_ignored_unasked_and_the_page_says_how_many():
    app = open_both(png(BINARY))
    assert slot(app, "target").wanted.class_ == 1 and slot(app, "target").wanted.ignore == 255
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.ignored, TRUTH == 255)
    np.testing.assert_array_equal(pair.target, BINARY == 1)
    many = int((TRUTH == 255).sum())
    said = " ".join(c.value for c in app.caption)
    assert f"{many:,} pixels" in said and "count nowhere" in said
    assert "take them for background" in said
    counts = TRUTH != 255
    row = Pair(None, pair.target[counts][None], Prediction.coded(GUESS[counts][None]), "by hand")
    assert values(app) == pytest.approx(Study(row).value(LOSSES["bce"]).value, abs=1e-12)


def test_another_label_may_be_ignored_or_none():
    app = open_both(png(TRUTH))
    assert box(app, "Object").value == 1, "the largest that is judged"
    assert 255 not in [int(o.split()[-1]) for o in box(app, "Object").options]
    first = values(app)
    app = box(app, "Ignore").select(None).run()
    assert not app.exception and mine(app).study.pair.ignored is None
    assert values(app) != first
    assert "count nowhere" not in " ".join(c.value for c in app.caption)
    app = box(app, "Ignore").select(2).run()
    assert not app.exception
    np.testing.assert_array_equal(mine(app).study.pair.ignored, TRUTH == 2)
    app = box(app, "Object").select(255).run()  # nobody forbids it
    assert not app.exception
    np.testing.assert_array_equal(mine(app).study.pair.target, TRUTH == 255)


@pytest.mark.parametrize("grey", [(0, 128, 255), (-1, 1, 0)])
def test_other_spellings(grey):
    marks = np.select([BINARY == 1, BINARY == 255], [grey[1], min(grey) if -1 in grey else 255], 0)
    data = npy(marks.astype(np.int16)) if -1 in grey else png(marks.astype(np.uint8))
    app = open_both(data, name="t.npy" if -1 in grey else "t.png")
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.ignored, TRUTH == 255)
    np.testing.assert_array_equal(pair.target, BINARY == 1)


def test_by_class_leaves_them_out():
    said = np.roll(np.where(TRUTH == 255, 0, TRUTH), 1, 0)
    app = open_both(png(TRUTH), png(said))
    target, prediction, names, ignore = app_classes(app)
    assert ignore == 255 and names == ["class 0", "class 1", "class 2"]
    np.testing.assert_array_equal(target, TRUTH)
    np.testing.assert_array_equal(prediction, said)
    app.session_state["tabs"] = next(t.label for t in app.tabs if "By class" in t.label)
    app = app.run()
    assert not app.exception
    table = next(m.value for m in app.markdown if m.value.startswith("| class"))
    assert "class 1" in table and "255" not in table


def app_classes(app: AppTest):
    """What the page's classes are, asked of the session as the page does."""
    from pages.parts import ignoring

    slots = mine(app).slots
    void = ignoring.kept_as(slots["target"].wanted.ignore)
    labels = [slots[role].labels.array for role in ("target", "prediction")]
    most = int(max(labels[0][labels[0] != void].max(), labels[1].max())) + 1
    return *labels, [f"class {n}" for n in range(most)], void


def test_an_ignored_pixel_that_is_pinned_has_no_arithmetic():
    app = open_both(png(BINARY))
    app.session_state["view"]["pin"] = (1, 1)
    app = app.run()
    assert not app.exception
    assert any("is ignored: it counts nowhere" in m.value for m in app.markdown)


PAGES = (
    ("inspect_pixels", {}), ("compare", {}), ("draw", {}), ("landscapes", {"mode": "curve"}),
    ("landscapes", {"mode": "dials"}), ("landscapes", {"mode": "geometry"}), ("tune", {}),
    ("tune", {"wish": "start"}), ("tune", {"wish": "band"}), ("tune", {"tune": "mix"}),
)  # fmt: skip


@pytest.mark.parametrize(("page", "at"), PAGES, ids=str)
@pytest.mark.parametrize("every", [False, True], ids=["some", "all"])
def test_every_page_stands_where_pixels_are_ignored(page, at, every):
    app = open_both(png(BINARY))
    if every:
        pair = mine(app).study.pair
        mine(app).study = Study(replace(pair, ignored=np.ones(pair.size, dtype=bool)))
    app.session_state["view"].update(at)
    app = app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert "count nowhere" in " ".join(c.value for c in app.caption)
    if page == "inspect_pixels":
        for tab in [tab.label for tab in app.tabs]:
            app.session_state["tabs"] = tab
            app = app.run()
            assert not app.exception, tab


def test_a_drawing_keeps_what_is_ignored_and_a_download_marks_it():
    base = Study(
        Pair(
            None,
            (BINARY == 1).astype(np.uint8),
            Prediction.coded(GUESS),
            "x",
            ignored=BINARY == 255,
        )
    )
    drawing = Drawing(base, Document(GUESS), Document(base.pair.target * 255), base)
    drawing.prediction.codes, drawing.prediction.n = np.full_like(GUESS, 200), 1
    drawing.follow()
    np.testing.assert_array_equal(drawing.study.pair.ignored, BINARY == 255)
    drawing.target.codes, drawing.target.n = np.full_like(GUESS, 255), 1
    drawing.follow()
    pair = drawing.study.pair
    np.testing.assert_array_equal(pair.ignored, BINARY == 255)
    np.testing.assert_array_equal(pair.target, BINARY != 255)
    name, labels, says = downloads._target(drawing)
    assert name == f"target-{pair.target_digest[:8]}" and "255 ignored" in says
    again = read(png(labels), "t.png", role="target", class_=1, ignore=255)
    np.testing.assert_array_equal(again.array, pair.target)
    np.testing.assert_array_equal(again.ignored, pair.ignored)


def test_255_of_very_many_classes_is_a_class():
    every = np.arange(256, dtype=np.uint8).repeat(9).reshape(SIDE, SIDE)
    app = give(inspect(), "target", "t.png", png(every))
    next(b for b in app.button if "pick the object" in b.label).click().run()
    assert not app.exception and slot(app, "target").wanted.ignore is None


def test_the_script_prints_the_number_on_screen(tmp_path):
    (tmp_path / "t.png").write_bytes(png(BINARY))
    (tmp_path / "g.png").write_bytes(png(GUESS))
    app = open_both(png(BINARY))
    pair = mine(app).study.pair
    for name in ("dice", "boundary"):
        value = mine(app).study.value(LOSSES[name]).value
        source = export.from_files(
            "t.png", "g.png", pair.prediction.kind, None,
            how={"target": slot(app, "target").wanted.code}, ignoring=True,
        )  # fmt: skip
        script = export.snippet(LOSSES[name], LOSSES[name].defaults, "logit", source, value, True)
        assert float(run(script, tmp_path)) == pytest.approx(value, rel=1e-9)
    shown = " ".join(c.value for c in app.code)
    assert not shown or "ignore=255" in shown
