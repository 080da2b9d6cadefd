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
from pages.parts.say import unquoted
from segloss_core import LOSSES
from segloss_core.readers import ReadError, read
from segloss_core.volume import Volume

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
    next(b for b in app.button if "pick the object" in b.label).click().run()
    assert not app.exception and not app.error
    app = give(app, "prediction", "g.png", png(guess))
    assert not app.exception and not app.error
    assert slot(app, "target").wanted.class_ == slot(app, "prediction").wanted.class_ == 2
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.target, truth == 2)
    np.testing.assert_array_equal(pair.prediction.hard_mask(0.5) > 0, guess == 2)
    next(b for b in app.selectbox if b.label == "Object").select(1).run()
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.target, truth == 1)
    np.testing.assert_array_equal(pair.prediction.hard_mask(0.5) > 0, guess == 1)
    [b for b in app.selectbox if b.label == "Object"][1].select(2).run()
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.target, truth == 1)
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
    next(b for b in app.button if "pick the object" in b.label).click().run()
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


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def disc() -> np.ndarray:
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[8:20, 8:20] = 255
    return truth


def scale_of(app: AppTest):
    return next(b for b in app.get("segmented_control") if str(b.key).startswith("scale."))


def test_floats_guessed_as_probabilities_can_be_read_as_logits():
    values = np.random.default_rng(1).random((SIDE, SIDE)).astype(np.float32)
    app = give(give(inspect(), "target", "t.png", png(disc())), "prediction", "p.npy", npy(values))
    assert scale_of(app).value == "probability"
    app = scale_of(app).set_value("logit").run()
    assert not app.exception and not app.error and not app.warning
    np.testing.assert_array_equal(mine(app).study.pair.prediction.logits(), values)
    app = scale_of(app).set_value("probability").run()
    assert slot(app, "prediction").wanted.scale is None, "the guess itself"


def test_a_choice_that_does_not_fit_is_one_sentence_and_changes_nothing():
    values = np.random.default_rng(1).normal(size=(SIDE, SIDE)).astype(np.float32)
    app = give(give(inspect(), "target", "t.png", png(disc())), "prediction", "p.npy", npy(values))
    before = mine(app).study
    for wrong in ("hard", "probability", "hard"):
        app = scale_of(app).set_value(wrong).run()
        assert not app.exception and not app.error and len(app.warning) == 1
        assert "It stays as it was: logits" in app.warning[0].value
        assert mine(app).study is before and scale_of(app).value == "logit"
        assert any(c.value.startswith("Why it does not fit") for c in app.caption)
    app = app.run()
    assert len(app.warning) == 1 and mine(app).study is before


def test_one_of_several_arrays_is_chosen_by_its_name():
    hard, soft = disc() // 255, np.random.default_rng(1).random((SIDE, SIDE)).astype(np.float32)
    archive = npz(hard=hard, soft=soft, flat=np.zeros(3))
    app = give(give(inspect(), "target", "t.png", png(disc())), "prediction", "p.npz", archive)
    assert not app.exception and not app.error
    assert "3 arrays" in app.info[0].value
    box = next(b for b in app.selectbox if b.label == "Part of the file")
    assert box.value is None and box.options == ["hard", "soft", "flat"]
    app = box.select("soft").run()
    assert not app.exception and not app.error
    assert slot(app, "prediction").wanted.code == ", member='soft'"
    kept = mine(app).study
    np.testing.assert_allclose(kept.pair.prediction.probabilities(), soft, atol=1e-6)
    box = next(b for b in app.selectbox if b.label == "Part of the file")
    app = box.select("flat").run()
    assert not app.exception and len(app.warning) == 1 and mine(app).study is kept
    box = next(b for b in app.selectbox if b.label == "Part of the file")
    assert box.value == "soft"
    app = box.select("hard").run()
    assert mine(app).study.pair.prediction.kind == "hard" and not app.warning


def coco(*names: str) -> bytes:
    images = [
        {"id": n, "file_name": name, "height": SIDE, "width": SIDE} for n, name in enumerate(names)
    ]
    notes = [
        {"id": n, "image_id": n, "category_id": 1, "iscrowd": 0,
         "segmentation": [[4 * n, 4, 4 * n + 9, 4, 4 * n + 9, 30, 4 * n, 30]]}
        for n, _ in enumerate(names)
    ]  # fmt: skip
    return json.dumps(
        {"images": images, "annotations": notes, "categories": [{"id": 1, "name": "cell"}]}
    ).encode()


def test_one_of_several_pictures_is_chosen_by_its_file_name():
    app = give(inspect(), "target", "all.json", coco("a.jpg", "b.jpg", "c.jpg"))
    assert not app.exception and "3 pictures" in app.info[0].value
    next(b for b in app.selectbox if b.label == "Picture").select("c.jpg").run()
    assert slot(app, "target").wanted.picture == "c.jpg"
    assert slot(app, "target").reading.array[10].nonzero()[0].min() == 8


def test_the_picture_named_like_another_file_is_taken():
    guess = np.full((SIDE, SIDE), 0.3, np.float32)
    app = give(inspect(), "prediction", "b.npy", npy(guess))
    app = give(app, "target", "all.json", coco("a.jpg", "b.jpg", "c.jpg"))
    assert not app.exception and not app.error
    assert slot(app, "target").wanted.picture == "b.jpg"
    assert mine(app).study is not None


def test_which_axis_counts_pages_is_asked_and_can_be_changed():
    stack = np.zeros((4, SIDE, 4), np.uint8)
    stack[1, 8:20] = 1
    app = give(inspect(), "target", "odd.npy", npy(stack))
    assert not app.exception and not app.error
    box = next(b for b in app.selectbox if b.label == "Pages lie along")
    assert box.value is None
    app = box.select_index(0).run()
    assert slot(app, "target").reading.size == (SIDE, 4)
    box = next(b for b in app.selectbox if b.label == "Pages lie along")
    app = box.select_index(1).run()
    assert slot(app, "target").reading.size == (4, 4), "cut along the other axis"
    assert slot(app, "target").reading.pages == SIDE


def test_pages_of_different_sizes_are_offered():
    file = io.BytesIO()
    first, second = Image.fromarray(disc()), Image.fromarray(disc()[:20])
    first.save(file, "TIFF", save_all=True, append_images=[second])
    app = give(inspect(), "target", "two.tif", file.getvalue())
    assert not app.exception
    next(b for b in app.selectbox if b.label == "Page").select_index(1).run()
    assert not app.exception and slot(app, "target").reading.size == (20, SIDE)


def test_the_prediction_follows_the_slice_of_the_target():
    truth = np.zeros((5, SIDE, SIDE), np.uint8)
    for z in range(5):
        truth[z, 4 : 10 + 4 * z, 4:20] = 1
    guess = np.roll(truth, 2, 2) * np.float32(0.8) + np.float32(0.1)
    app = give(inspect(), "target", "t.nii.gz", volume(truth))
    app = give(app, "prediction", "p.nii.gz", volume(guess))
    assert not app.exception and not app.error
    sliders = [s for s in app.slider if s.label == "Slice"]
    assert len(sliders) == 1, "one for both"
    sliders[0].set_value(4).run()
    assert not app.exception and not app.error
    pair = mine(app).study.pair
    np.testing.assert_array_equal(pair.target, truth[4])
    np.testing.assert_allclose(pair.prediction.probabilities(), guess[4], atol=1e-5)


def test_classes_of_a_volume_stay_chosen_on_slices_without_them():
    truth = np.zeros((4, SIDE, SIDE), np.int16)
    truth[1:3, 4:20, 4:20], truth[2, 30:40, 30:40] = 2, 7
    app = give(inspect(), "target", "t.nii.gz", volume(truth))
    next(b for b in app.button if "pick the object" in b.label).click().run()
    app = give(app, "prediction", "p.nii.gz", volume(truth))
    assert not app.exception and not app.error
    assert slot(app, "target").wanted.class_ == slot(app, "prediction").wanted.class_ == 2
    next(b for b in app.selectbox if b.label == "Object").select(7).run()
    assert not app.exception and slot(app, "target").wanted.class_ == 7
    next(s for s in app.slider if s.label == "Slice").set_value(0).run()
    assert not app.exception and not app.error and not app.warning
    assert int(mine(app).study.pair.target.sum()) == 0


def test_a_resized_file_goes_back_to_its_own_size():
    small = np.zeros((SIDE // 2, SIDE // 2), np.uint8)
    small[3:9, 3:9] = 255
    app = give(give(inspect(), "target", "t.png", png(disc())), "prediction", "p.png", png(small))
    app.button(key="resize.prediction").click().run()
    assert not app.error
    kept = mine(app).study
    next(t for t in app.toggle if t.label.startswith("Resized")).set_value(False).run()
    assert not app.exception and len(app.error) == 1 and mine(app).study is kept


def test_numbers_of_instances_are_classes_however_large():
    truth = np.zeros((SIDE, SIDE), np.uint16)
    truth[8:20, 8:20], truth[30:44, 10:40] = 24001, 26002
    app = give(inspect(loss="dice"), "target", "t.png", png(truth))
    next(b for b in app.button if "pick the object" in b.label).click().run()
    app = give(app, "prediction", "g.png", png(np.roll(truth, 2, 1)))
    assert not app.exception and not app.error
    assert slot(app, "prediction").wanted.class_ == 26002
    np.testing.assert_array_equal(mine(app).study.pair.target, truth == 26002)
    app.session_state["tabs"] = ":material/category: By class"
    app.run()
    assert not app.exception
    table = next(m.value for m in app.markdown if m.value.startswith("| class | value"))
    assert [row.split("|")[1].strip() for row in table.splitlines()[2:]] == [
        "class 24001", "class 26002",
    ]  # fmt: skip


def open_slices(app: AppTest) -> AppTest:
    app.session_state["tabs"] = ":material/layers: Slices"
    return app.run()


def values_shown(app: AppTest) -> list[float]:
    line = next(m.value for m in app.markdown if "slices: **" in m.value)
    return [float(part) for part in line.split("**")[1::2]]


def test_the_loss_of_every_slice_and_of_the_volume():
    rng = np.random.default_rng(0)
    truth = (rng.random((6, SIDE, SIDE)) < 0.3).astype(np.uint8)
    truth[0] = 0
    guess = rng.random((6, SIDE, SIDE)).astype(np.float32)
    app = give(inspect(loss="dice"), "target", "t.nii.gz", volume(truth))
    app = open_slices(give(app, "prediction", "p.nii.gz", volume(guess)))
    assert not app.exception and not app.error
    dice = lambda p, y: 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)  # noqa: E731
    each = [dice(guess[z].astype(float), truth[z]) for z in range(6)]
    whole, mean, here = values_shown(app)
    assert whole == pytest.approx(dice(guess.astype(float), truth), rel=1e-3)
    assert mean == pytest.approx(np.mean(each), rel=1e-3)
    assert here == pytest.approx(each[3], rel=1e-3)
    assert any("target: 1 of 6" in c.value for c in app.caption)


@pytest.mark.parametrize("mark", [255, -1])
@pytest.mark.parametrize("everywhere", [True, False])
def test_what_a_volume_ignores_counts_on_none_of_its_slices(mark, everywhere):
    rng = np.random.default_rng(4)
    truth = rng.choice([0, 1, 2, mark], (5, SIDE, SIDE), p=[0.5, 0.2, 0.1, 0.2]).astype(np.int16)
    if not everywhere:  # the slice on screen at first lacks the mark
        truth[2][truth[2] == mark] = 0
    guess = rng.random(truth.shape).astype(np.float32)
    app = give(inspect(loss="dice"), "target", "t.nii.gz", volume(truth))
    next(b for b in app.button if "pick the object" in b.label).click().run()
    assert not app.exception and slot(app, "target").wanted.ignore == mark
    app = give(app, "prediction", "p.nii.gz", volume(guess))
    next(b for b in app.selectbox if b.label == "Object").select(1).run()
    app = open_slices(app)
    assert not app.exception and not app.error
    counts, p = truth != mark, guess.astype(float)
    dice = lambda p, y: 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)  # noqa: E731
    each = [dice(p[z][counts[z]], (truth[z] == 1)[counts[z]]) for z in range(5)]
    whole, mean, here = values_shown(app)
    assert whole == pytest.approx(dice(p[counts], (truth == 1)[counts]), rel=1e-3)
    assert mean == pytest.approx(np.mean(each), rel=1e-3)
    assert here == pytest.approx(each[2], rel=1e-3)
    assert here == pytest.approx(mine(app).study.value(LOSSES["dice"]).value, rel=1e-3)
    if mark == 255:
        next(b for b in app.selectbox if b.label == "Ignore").select(None).run()
        assert not app.exception
        whole, *_ = values_shown(app)
        assert whole == pytest.approx(dice(p, truth == 1), rel=1e-3), "all pixels count"


def random_volumes(seed: int = 0) -> tuple[bytes, bytes]:
    rng = np.random.default_rng(seed)
    truth = (rng.random((5, SIDE, SIDE)) < 0.3).astype(np.uint8)
    return volume(truth), volume(rng.random(truth.shape).astype(np.float32))


def the_volume(app: AppTest) -> Volume:
    (found,) = app.session_state["slices"].values()
    return found


def test_a_volume_is_read_once_and_a_few_of_its_losses_are_kept():
    truth, guess = random_volumes()
    app = give(inspect(loss="focal"), "target", "t.nii.gz", truth)
    app = open_slices(give(app, "prediction", "p.nii.gz", guess))
    first, shown = the_volume(app), values_shown(app)
    next(s for s in app.slider if s.label == "Slice").set_value(4).run()
    assert the_volume(app) is first and values_shown(app)[:2] == shown[:2]
    assert len(app.session_state["slices.found"]) == 1, "another slice asks nothing anew"
    seen = {shown[0]}
    for gamma in np.linspace(0, 4, 14):
        app.session_state["view"]["focal.gamma"] = float(gamma)
        app.run()
        assert not app.exception
        seen.add(values_shown(app)[0])
    assert len(seen) >= 14, "every setting has its own answer"
    assert len(app.session_state["slices.found"]) == 12
    assert the_volume(app) is first
    give(app, "prediction", "q.nii.gz", random_volumes(1)[1])
    assert not app.exception and the_volume(app) is not first
    assert len(app.session_state["slices.found"]) == 1, "what was said of other files is gone"


def test_what_is_hard_is_read_anew_with_another_confidence():
    truth = np.zeros((3, SIDE, SIDE), np.uint8)
    truth[:, 8:20, 8:20] = 1
    app = give(inspect(loss="bce"), "target", "t.nii.gz", volume(truth))
    app = open_slices(give(app, "prediction", "p.nii.gz", volume(np.roll(truth, 3, 2))))
    seen = set()
    for confidence in (0.6, 0.9):
        app.session_state["view"]["confidence"] = confidence
        app.run()
        here = values_shown(app)[2]
        assert here == pytest.approx(mine(app).study.value(LOSSES["bce"]).value, rel=1e-3)
        seen.add(here)
    assert len(seen) == 2


def test_nothing_of_a_forgotten_volume_or_rival_stays():
    truth, guess = random_volumes()
    app = give(inspect(), "target", "t.nii.gz", truth)
    app = open_slices(give(app, "prediction", "p.nii.gz", guess))
    app.switch_page("pages/compare.py")
    app.session_state["view"]["rival"] = "file"
    app.run()
    app.file_uploader(key="choose.rival.file.0").upload("b.npy", npy(np.full((SIDE, SIDE), 0.3)))
    app.run()
    assert not app.exception and app.session_state["rival.file"]["reading"].name == "b.npy"
    assert the_volume(app).targets.shape == (5, SIDE, SIDE) and app.session_state["slices.found"]
    next(b for b in app.button if b.label == "Forget my files").click().run()
    assert not app.exception
    assert "slices" not in app.session_state and "slices.found" not in app.session_state
    assert not app.session_state["rival.file"], "neither kept nor read again from its box"


def test_a_loss_of_places_says_that_slices_are_not_put_together():
    truth = np.zeros((3, SIDE, SIDE), np.uint8)
    truth[:, 8:20, 8:20] = 1
    app = give(inspect(loss="hausdorff_dt"), "target", "t.nii.gz", volume(truth))
    app = open_slices(give(app, "prediction", "p.nii.gz", volume(np.roll(truth, 3, 2))))
    assert not app.exception and not app.error
    assert len(values_shown(app)) == 2
    assert any("looks at places" in m.value for m in app.markdown)


def test_too_many_exact_probabilities_are_said_in_numbers(monkeypatch):
    monkeypatch.setattr("segloss_core.volume.DENSE", 5 * SIDE * SIDE - 1)
    truth, guess = random_volumes()
    app = give(inspect(loss="dice"), "target", "t.nii.gz", truth)
    app = open_slices(give(app, "prediction", "p.nii.gz", guess))
    assert not app.exception and len(values_shown(app)) == 2
    line = next(m.value for m in app.markdown if "slices: **" in m.value)
    assert "has 11,520 pixels with exact probabilities" in line


def test_pages_that_are_no_volume_are_refused_in_the_reader_s_words():
    file = io.BytesIO()
    first, second = Image.fromarray(disc()), Image.fromarray(disc()[:20])
    first.save(file, "TIFF", save_all=True, append_images=[second])
    app = inspect()
    for role in ("target", "prediction"):
        app = give(app, role, f"{role}.tif", file.getvalue())
        [b for b in app.selectbox if b.label == "Page"][-1].select_index(0).run()
    app = open_slices(app)
    assert not app.exception and not app.error and mine(app).study is not None
    with pytest.raises(ReadError) as refused:
        read(file.getvalue(), "target.tif", role="target")
    assert unquoted(refused.value.message) in [m.value for m in app.markdown]


def test_a_slice_that_looks_like_a_hard_mask_is_read_like_the_others():
    truth = np.zeros((3, SIDE, SIDE), np.uint8)
    truth[1, 8:20, 8:20] = 1
    guess = np.zeros((3, SIDE, SIDE), np.float32)
    guess[1] = np.random.default_rng(0).random((SIDE, SIDE))
    app = give(inspect(), "target", "t.nii.gz", volume(truth))
    app = give(app, "prediction", "p.nii.gz", volume(guess))
    next(s for s in app.slider if s.label == "Slice").set_value(0).run()
    assert not app.exception and not app.error
    assert slot(app, "prediction").reading.scale == "probability"


def test_volumes_that_lie_differently_are_said_to():
    truth = np.zeros((3, SIDE, SIDE), np.uint8)
    truth[1, 8:20, 8:20] = 1
    turned = nibabel.Nifti1Image(
        np.ascontiguousarray(truth.transpose(2, 1, 0)), np.diag([-1, 1, 2.5, 1])
    ).to_bytes()
    app = give(inspect(), "target", "t.nii.gz", volume(truth))
    app = give(app, "prediction", "p.nii", turned)
    assert not app.exception and not app.error
    assert len(app.warning) == 1
    for part in ("R A S and to L A S", "1 × 1 × 1 and 1 × 1 × 2.5"):
        assert part in app.warning[0].value and any(part in n for n in mine(app).study.pair.notes)
    app = give(app, "prediction", "same.nii.gz", volume(truth))
    assert not app.warning


def test_what_was_guessed_can_be_changed_on_another_page_too():
    values = np.random.default_rng(1).random((SIDE, SIDE)).astype(np.float32)
    app = give(give(inspect(), "target", "t.png", png(disc())), "prediction", "p.npy", npy(values))
    app.switch_page("pages/compare.py").run()
    assert not app.exception and any("Still open" in c.value for c in app.caption)
    scale_of(app).set_value("logit").run()
    assert not app.exception
    np.testing.assert_array_equal(mine(app).study.pair.prediction.logits(), values)


def test_the_script_reads_what_the_page_read(tmp_path, monkeypatch):
    """Chosen parts, slices and scales are in it, also where a slice alone would be guessed."""
    truth = np.zeros((3, SIDE, SIDE), np.uint8)
    truth[:, 8:20, 8:20] = 1
    guess = np.zeros((3, SIDE, SIDE), np.float32)
    guess[1] = np.random.default_rng(0).random((SIDE, SIDE))
    files = {"t.nii.gz": volume(truth), "p.npz": npz(soft=guess, other=truth)}
    app = give(inspect(loss="bce"), "target", "t.nii.gz", files["t.nii.gz"])
    app = give(app, "prediction", "p.npz", files["p.npz"])
    next(b for b in app.selectbox if b.label == "Part of the file").select("soft").run()
    next(s for s in app.slider if s.label == "Slice").set_value(0).run()
    app.session_state["tabs"] = ":material/code: Code"
    app.run()
    assert not app.exception and not app.error
    script = next(c.value for c in app.code if "Path(guess)" in c.value)
    assert "member='soft'" in script and "page=0" in script
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    exec(compile(script, "script.py", "exec"), space)
    pair = mine(app).study.pair
    np.testing.assert_array_equal(space["target"], pair.target)
    np.testing.assert_array_equal(space["prediction"].logits(), pair.prediction.logits())
