"""Files of every kind dropped into the boxes: classes and slices are chosen, the pair follows."""

from __future__ import annotations

import gzip
import io
import json

import nibabel
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.parts.current import Uploads
from pages.parts.files import Slot

from .test_app import give, inspect

SIDE = 48


def street() -> bytes:
    """An outline file with road, animal and person, as driving data sets have them."""
    box = lambda x, y, w, h: [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]  # noqa: E731
    objects = [
        {"label": "road", "polygon": box(0, 24, 47, 23)},
        {"label": "animal", "polygon": box(4, 28, 9, 6)},
        {"label": "person", "polygon": box(30, 20, 5, 14)},
    ]
    return json.dumps({"imgHeight": SIDE, "imgWidth": SIDE, "objects": objects}).encode()


def png(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def volume(array: np.ndarray) -> bytes:
    """A volume (z, y, x) as NIfTI keeps it."""
    image = nibabel.Nifti1Image(np.ascontiguousarray(array.transpose(2, 1, 0)), np.eye(4))
    return gzip.compress(image.to_bytes())


def mine(app: AppTest) -> Uploads:
    return app.session_state["uploads"]


def slot(app: AppTest, role: str) -> Slot:
    return mine(app).slots[role]


def test_outlines_with_several_classes_become_one_against_the_rest():
    app = give(inspect(), "target", "street.json", street())
    assert not app.exception
    box = next(b for b in app.selectbox if b.label == "Object")
    assert box.value == slot(app, "target").wanted.class_
    names = slot(app, "target").labels.class_names
    assert set(names) >= {"road", "animal", "person"} and names[box.value] == "road", "the largest"
    app = give(app, "prediction", "p.npy", npy(np.full((SIDE, SIDE), 0.3, np.float32)))
    assert not app.exception and not app.error
    road = int(mine(app).study.pair.target.sum())
    box = next(b for b in app.selectbox if b.label == "Object")
    app = box.select(names.index("person")).run()
    assert not app.exception
    assert 0 < int(mine(app).study.pair.target.sum()) < road
    assert "class_=" in slot(app, "target").wanted.code


def test_a_mask_of_class_numbers_asks_which_class_and_the_prediction_follows():
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[8:20, 8:20], truth[30:44, 10:40] = 1, 2
    guess = np.roll(truth, 2, 1)
    app = give(inspect(), "target", "t.png", png(truth))
    assert len(app.error) == 1, "more than two values are no mask"
    next(b for b in app.button if "several classes" in b.label).click().run()
    assert not app.exception and not app.error
    app = give(app, "prediction", "g.png", png(guess))
    assert not app.exception and not app.error
    assert slot(app, "target").wanted.class_ == slot(app, "prediction").wanted.class_ == 2
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.target, truth == 2)
    np.testing.assert_array_equal(pair.prediction.hard_mask(0.5) > 0, guess == 2)


def test_a_volume_has_a_slice_to_choose():
    truth = np.zeros((5, SIDE, SIDE), np.uint8)
    for z in range(5):
        truth[z, 4 : 10 + 4 * z, 4:20] = 1
    app = give(inspect(), "target", "brain.nii.gz", volume(truth))
    assert not app.exception
    slider = next(s for s in app.slider if s.label == "Slice")
    assert slider.value == 2
    np.testing.assert_array_equal(slot(app, "target").reading.array, truth[2])
    app = slider.set_value(4).run()
    assert not app.exception
    np.testing.assert_array_equal(slot(app, "target").reading.array, truth[4])


@pytest.mark.parametrize("kind", ["logits", "probabilities"])
def test_float_predictions_are_kept_exact(kind):
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[8:20, 8:20] = 255
    z = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32) * 3
    values = z if kind == "logits" else (1 / (1 + np.exp(-z))).astype(np.float32)
    app = give(give(inspect(), "target", "t.png", png(truth)), "prediction", "p.npy", npy(values))
    assert not app.exception and not app.error
    np.testing.assert_allclose(mine(app).study.pair.prediction.logits(), z, rtol=2e-4, atol=2e-4)


def test_what_holds_no_classes_is_still_refused_in_one_sentence():
    noise = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32)
    app = give(inspect(), "target", "t.npy", npy(noise))
    assert not app.exception and len(app.error) == 1


def test_the_loss_of_every_class_and_their_mean():
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[8:20, 8:20], truth[30:44, 10:40] = 1, 2
    guess = np.roll(truth, 3, 0)
    app = give(inspect(loss="dice"), "target", "t.png", png(truth))
    next(b for b in app.button if "several classes" in b.label).click().run()
    app = give(app, "prediction", "g.png", png(guess))
    app.session_state["tabs"] = ":material/category: By class"
    app.run()
    assert not app.exception
    table = next(m.value for m in app.markdown if m.value.startswith("| class | value"))
    c = mine(app).study.pair.prediction.confidence
    expected = []
    for k in (1, 2):
        p, y = np.where(guess == k, c, 1 - c), truth == k
        expected.append(1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1))
    shown = [float(line.split("|")[2]) for line in table.splitlines()[2:]]
    assert shown == pytest.approx(expected, rel=1e-3)
    mean = next(m.value for m in app.markdown if "Mean over the classes present" in m.value)
    assert float(mean.split("**")[1]) == pytest.approx(np.mean(expected), rel=1e-3)
