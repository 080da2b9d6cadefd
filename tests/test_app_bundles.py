"""A bundle opened on a page brings back all of it; a ZIP of pairs has a pair to choose."""

from __future__ import annotations

import gc
import io
import time
import weakref
import zipfile

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from segloss_core import LOSSES, bundle
from segloss_core.pair import Pair, Prediction
from segloss_core.readers import png

from .opened import opened, words
from .test_app_files import give, mine, npy
from .test_bundle import repacked

SIDE = 40
RNG = np.random.default_rng(6)
TARGET = np.zeros((SIDE, SIDE), np.uint8)
TARGET[8:24, 10:30] = 1
CODES = np.clip(TARGET * 150.0 + RNG.integers(0, 100, TARGET.shape), 0, 255).astype(np.uint8)
STATE = {
    "v": "1", "loss": "tversky", "tversky.alpha": "0.35", "tversky.beta": "0.9", "pair": "vessels",
    "t": "0.4", "px": "12,9", "mix": "2*dice+0.25*focal", "wrt": "probability",
}  # fmt: skip


def pair(prediction: Prediction | None = None) -> Pair:
    names = {"target": "my mask.png", "prediction": "my guess.png"}
    guess = Prediction.coded(CODES) if prediction is None else prediction
    return Pair(CODES, TARGET, guess, "my mask.png", "upload", names, ("Said: a note",))


def drop(app: AppTest, name: str, data: bytes, where: str = "own") -> AppTest:
    """Drop a file into the box for archives and run until the page stands still."""
    box = next(b for b in app.file_uploader if b.key.startswith(f"{where}."))
    box.upload(name, data)
    app.run()
    assert not app.exception
    return app


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(
                name.replace("__", "/").replace("_png", ".png").replace("_npy", ".npy"), data
            )
    return out.getvalue()


MANY = zipped(
    masks__a_png=png(TARGET * 255), preds__a_png=png(CODES), images__a_png=png(CODES),
    masks__b_png=png(TARGET.T * 255), preds__b_npy=npy(CODES.T / np.float32(255)),
    masks__c_png=b"no picture", preds__c_png=png(CODES), masks__d_png=png(CODES), readme=b"hello",
)  # fmt: skip


# ---- bundles ------------------------------------------------------------------------------------


def test_a_bundle_brings_back_pair_loss_dials_and_view():
    app = opened("inspect_pixels", loss="dice", **{"focal.gamma": "4"})
    drop(app, "x.segloss.zip", bundle.write(pair(), STATE, "Inspect"))
    assert mine(app).study.pair.digest == pair().digest
    assert app.title[0].value == LOSSES["tversky"].title
    want = {**STATE, "pair": "upload"}
    assert dict(app.query_params.items()) == want, "and nothing of what was there before"
    assert app.selectbox(key="choose.pair").value == "upload"
    assert any("Said" in caption.value for caption in app.caption)
    assert not app.error and not app.warning and not app.info
    assert any("x = 12, y = 9" in text.value for text in app.markdown), "the pinned pixel"


@pytest.mark.parametrize("page", ["compare", "draw", "landscapes", "tune", "inspect_pixels"])
def test_a_bundle_opens_on_every_page(page):
    app = drop(opened(page), "x.segloss.zip", bundle.write(pair(), STATE, page.title()))
    assert mine(app).study.pair.digest == pair().digest
    assert not app.error


def test_the_page_is_the_one_it_was_saved_on():
    app = drop(opened("inspect_pixels"), "x.segloss.zip", bundle.write(pair(), STATE, "Tune"))
    assert app.title[0].value == opened("tune").title[0].value
    assert app.query_params["mix"] == STATE["mix"] and app.query_params["pair"] == "upload"


@pytest.mark.parametrize("page", ["", "Nowhere", "../etc/passwd", "Inspect"])
def test_a_page_that_is_none_stays_here(page):
    app = drop(opened("inspect_pixels"), "x.segloss.zip", bundle.write(pair(), STATE, page))
    assert app.title[0].value == LOSSES["tversky"].title


def test_a_hard_prediction_keeps_its_confidence_on_the_slider():
    sure = Prediction.hard(TARGET, 0.8)
    app = drop(opened("inspect_pixels"), "x.zip", bundle.write(pair(sure), {"v": "1"}, "Inspect"))
    assert mine(app).study.pair.prediction.state_digest == sure.state_digest
    assert app.slider(key="choose.confidence").value == pytest.approx(sure.confidence)
    app.slider(key="choose.confidence").set_value(0.7).run()
    assert not app.exception
    assert mine(app).study.pair.prediction.confidence == Prediction.hard(TARGET, 0.7).confidence


@pytest.mark.parametrize("sure", [0.501, 0.999])
def test_a_confidence_beyond_the_slider_goes_to_its_end(sure):
    whole = bundle.write(pair(Prediction.hard(TARGET, sure)), {"v": "1"}, "Inspect")
    app = drop(opened("inspect_pixels"), "x.zip", whole)
    assert not app.exception
    now = mine(app).study.pair.prediction.confidence
    assert now == Prediction.hard(TARGET, min(0.99, max(0.51, sure))).confidence


@pytest.mark.parametrize("kind", ["logits", "probabilities"])
def test_a_float_prediction_comes_back(kind):
    z = RNG.normal(size=TARGET.shape).astype(np.float32)
    guess = (
        Prediction.from_logits(z) if kind == "logits" else Prediction.floating(1 / (1 + np.exp(-z)))
    )
    app = drop(opened("inspect_pixels"), "x.zip", bundle.write(pair(guess), {}, "Inspect"))
    assert mine(app).study.pair.digest == pair(guess).digest


def test_the_script_opens_the_bundle():
    app = drop(opened("inspect_pixels"), "my.segloss.zip", bundle.write(pair(), {}, "Inspect"))
    app.session_state["tabs"] = ":material/code: Code"
    app.run()
    code = "\n".join(block.value for block in app.code)
    assert "bundle.read(" in code and "'my.segloss.zip'" in code


@pytest.mark.parametrize("damage", ["cut", "newer", "other"])
def test_a_refused_bundle_says_one_sentence_and_loses_nothing(damage):
    whole = bundle.write(pair(), STATE, "Inspect")
    app = drop(opened("inspect_pixels"), "good.segloss.zip", whole)
    before, query = mine(app).study, dict(app.query_params.items())
    bad = {
        "cut": whole[: len(whole) // 2],
        "newer": repacked(whole, manifest={"version": 2}),
        "other": zipped(a_png=b"x"),
    }[damage]
    drop(app, "bad.segloss.zip", bad)
    assert len(app.error) == 1
    assert app.error[0].value.startswith("“bad") and app.error[0].value.endswith(".")
    assert mine(app).study is before and dict(app.query_params.items()) == query
    drop(app, "good.segloss.zip", whole)
    assert not app.error


def test_hostile_words_in_a_bundle_are_text():
    evil = "](https://evil.example) <img src=x onerror=alert(1)> **b**"
    bad = Pair(
        None,
        TARGET,
        Prediction.coded(CODES),
        evil,
        "upload",
        {"target": evil, evil: evil},
        (evil,) * 40,
    )
    app = drop(
        opened("inspect_pixels"), "x.zip", bundle.write(bad, {evil: evil, "loss": evil}, "Inspect")
    )
    assert not app.error
    assert "](https" not in words(app).replace("\\", "\0")
    assert sum("evil" in caption.value for caption in app.caption) <= 20


def test_what_a_bundle_says_that_means_nothing_is_named():
    app = drop(opened("inspect_pixels"), "x.zip", bundle.write(pair(), {"loss": "nope"}, "Inspect"))
    assert "loss" in app.warning[0].value and "nope" in app.warning[0].value


def test_the_window_saves_and_opens():
    app = opened("inspect_pixels")
    assert not any(box.key.startswith("bundle.") for box in app.file_uploader)
    app.button(key="bundle.window").click().run()
    app.run()
    assert any(box.key.startswith("bundle.") for box in app.file_uploader), "another run leaves it"
    app.switch_page("pages/compare.py").run()
    assert not any(box.key.startswith("bundle.") for box in app.file_uploader), (
        "another page does not"
    )
    app.button(key="bundle.window").click().run()
    drop(app, "x.zip", bundle.write(pair(), STATE, "Inspect"), "bundle")
    assert mine(app).study.pair.digest == pair().digest
    assert not any(box.key.startswith("bundle.") for box in app.file_uploader), "it has closed"


# ---- a ZIP of pairs ------------------------------------------------------------------------------


def test_a_zip_of_pairs_has_a_pair_to_choose():
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    assert not app.error
    np.testing.assert_array_equal(mine(app).study.pair.target, TARGET)
    assert mine(app).study.pair.image is not None
    box = next(b for b in app.selectbox if b.label.startswith("Pair of"))
    assert box.options == ["1 of 3: a", "2 of 3: b", "3 of 3: c"]
    assert any("of no pair: masks/d.png, readme" in c.value.replace("\\", "") for c in app.caption)
    box.set_value(1).run()
    assert not app.exception and not app.error
    now = mine(app).study.pair
    np.testing.assert_array_equal(now.target, TARGET.T)
    assert now.image is None and now.prediction.kind == "float"
    assert set(mine(app).slots) == {"target", "prediction"}


def test_a_pair_that_cannot_be_read_is_named_and_the_one_before_stays():
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    before = mine(app).study
    next(b for b in app.selectbox if b.label.startswith("Pair of")).set_value(2).run()
    assert not app.exception and len(app.error) == 1
    assert "c\\.png" in app.error[0].value and mine(app).study is before
    assert any("Still showing the last whole pair" in w.value for w in app.warning)
    next(b for b in app.selectbox if b.label.startswith("Pair of")).set_value(0).run()
    assert not app.exception and not app.error and not app.warning


def test_only_the_chosen_pair_is_decoded(monkeypatch):
    read, seen = zipfile.ZipFile.open, []
    monkeypatch.setattr(
        zipfile.ZipFile,
        "open",
        lambda self, info, *a, **k: seen.append(info.filename) or read(self, info, *a, **k),
    )
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    assert set(seen) == {"masks/a.png", "preds/a.png", "images/a.png"}
    assert len(seen) == 3
    next(b for b in app.selectbox if b.label.startswith("Pair of")).set_value(1).run()
    assert set(seen[3:]) == {"masks/b.png", "preds/b.npy"}


def test_a_zip_without_pairs_says_so_and_loses_nothing():
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    before = mine(app).study
    drop(app, "empty.zip", zipped(a_png=b"x", b_png=b"y"))
    assert len(app.error) == 1 and "no pair" in app.error[0].value
    assert mine(app).study is before and mine(app).archive.name == "class.zip"


def test_a_file_given_by_hand_takes_the_place_of_one_in_the_zip():
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    give(app, "prediction", "other.png", png(255 - CODES))
    assert not app.exception and not app.error
    np.testing.assert_array_equal(mine(app).study.pair.prediction.codes, 255 - CODES)
    np.testing.assert_array_equal(mine(app).study.pair.target, TARGET)


def test_forgetting_forgets_the_zip():
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    next(b for b in app.button if b.label == "Forget my files").click().run()
    assert not app.exception
    assert mine(app).archive is None and mine(app).study is None
    assert not any(b.label.startswith("Pair of") for b in app.selectbox)


# ---- memory --------------------------------------------------------------------------------------


def run_until_free(app: AppTest, old: weakref.ref) -> None:
    """A few more runs, as a visitor makes them: work under way may hold the pair a little longer."""
    for _ in range(8):
        app.run()
        if old() is None:
            return
        time.sleep(0.5)
    raise AssertionError("the pair that was replaced is still held")


def test_a_drawing_that_nobody_painted_goes_with_its_pair():
    """Draw waits for slow losses of it, and the visitor is elsewhere by now."""
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    app.switch_page("pages/draw.py").run()
    drawn = weakref.ref(next(iter(app.session_state["drawings"].values())).study)
    app.switch_page("pages/inspect_pixels.py").run()
    assert drawn() is not None and not app.exception
    next(b for b in app.selectbox if b.label.startswith("Pair of")).set_value(1).run()
    run_until_free(app, drawn)


@pytest.mark.parametrize("page", ["inspect_pixels", "compare", "draw"])
def test_a_replaced_pair_is_given_back(page):
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    old, plane = weakref.ref(mine(app).study), weakref.ref(mine(app).study.pair.target)
    gc.disable()  # by the app's own doing
    try:
        next(b for b in app.selectbox if b.label.startswith("Pair of")).set_value(1).run()
        run_until_free(app, old)
        assert plane() is None
        old = weakref.ref(mine(app).study)
        drop(app, "x.zip", bundle.write(pair(), STATE, "Inspect"))
        run_until_free(app, old)
        old = weakref.ref(mine(app).study)
        next(b for b in app.button if b.label == "Forget my files").click().run()
        run_until_free(app, old)
    finally:
        gc.enable()


def test_the_script_for_a_pair_of_a_zip_tells_its_files_apart():
    """Their names alone are often the same."""
    app = drop(opened("inspect_pixels"), "class.zip", MANY)
    app.session_state["tabs"] = next(t.label for t in app.tabs if "Code" in t.label)
    app.run()
    code = next(c.value for c in app.code if "mask, guess" in c.value)
    assert "mask, guess = 'masks/a.png', 'preds/a.png'" in code


def test_a_setting_that_means_nothing_here_is_named():
    """A setting of a bundle that means nothing here is named, and not called a link."""
    data = bundle.write(pair(), {**STATE, "flavour": "sweet"}, "Inspect")
    app = drop(opened("inspect_pixels"), "x.segloss.zip", data)
    said = [w.value for w in app.warning]
    assert any("flavour=sweet" in one and "link" not in one for one in said), said
