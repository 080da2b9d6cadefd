"""The painter's Python side: what arrives is exactly what was painted, or is asked for again."""

from __future__ import annotations

import base64
import threading
import time
import zlib
from dataclasses import replace

import numpy as np
import pytest

from pages.parts import later, stroke_words
from pages.parts.browser.codec import plane_bytes
from pages.parts.browser.painter_part import Document
from pages.parts.drawings import Drawing, codes_of
from segloss_core import LOSSES
from segloss_core.kinds import code
from segloss_core.metrics import NAMES
from segloss_core.pair import Pair, Prediction
from segloss_core.readers import png, read
from segloss_core.scenes import SCENES
from segloss_core.study import Study


def message(document: Document, codes: np.ndarray, within=None, **other):
    """What the browser says after it has painted `codes`."""
    height, width = codes.shape
    x0, y0, x1, y1 = within or (0, 0, width, height)
    part = np.ascontiguousarray(codes[y0:y1, x0:x1])
    body = part.tobytes()
    if within:
        changed = (part != document.codes[y0:y1, x0:x1]).ravel()
        body = np.packbits(changed, bitorder="little").tobytes() + part.ravel()[changed].tobytes()
    said = {
        "doc": document.name, "n": document.n + 1, "from": document.n if within else -1, "step": "brush",
        "size": [width, height], "box": [x0, y0, x1, y1], "sum": zlib.crc32(codes.tobytes()),
        "z": base64.b64encode(zlib.compress(body)).decode(),
    }  # fmt: skip
    return said | other


@pytest.fixture
def document():
    return Document(np.arange(48, dtype=np.uint8).reshape(6, 8))


def painted(document: Document, value=200) -> np.ndarray:
    codes = document.codes.copy()
    codes[2:4, 1:5] = value
    return codes


# ---- messages --------------------------------------------------------------------------------------


def test_a_box_changes_its_pixels_and_no_other(document):
    codes = painted(document)
    assert document.hear(message(document, codes, (1, 2, 5, 4)))
    assert np.array_equal(document.codes, codes)
    assert (document.n, document.step, document.asks) == (1, "brush", False)


def test_the_document_cannot_be_written_to(document):
    assert document.hear(message(document, painted(document), (1, 2, 5, 4)))
    with pytest.raises(ValueError, match="read-only"):
        document.codes[0, 0] = 1


def test_a_stale_message_never_overwrites_a_newer_document(document):
    old = message(document, painted(document, 10), (1, 2, 5, 4))
    newer = painted(document, 99)
    assert document.hear(message(document, newer, n=5))
    assert not document.hear(old)
    assert np.array_equal(document.codes, newer)
    assert not document.asks


def test_another_documents_message_is_not_taken(document):
    assert not document.hear(message(document, painted(document), doc="another"))
    assert document.n == 0 and not document.asks


def test_a_message_that_holds_more_than_is_missing_is_taken(document):
    """Changes since step 0 repair a document at step 1, too: a message may have been lost."""
    assert document.hear(message(document, painted(document, 10), (1, 2, 5, 4)))
    codes = painted(document, 10)
    codes[0, 0] = 77
    assert document.hear(message(document, codes, (0, 0, 5, 4), n=3, **{"from": 0}))
    assert np.array_equal(document.codes, codes) and document.n == 3


def test_a_gap_or_a_wrong_sum_asks_for_the_whole_plane_and_keeps_what_was(document):
    before = document.codes
    codes = painted(document)
    for wrong in (
        message(document, codes, (1, 2, 5, 4), n=9, **{"from": 4}),
        message(document, codes, (1, 2, 5, 4), sum=1),
        message(document, codes, (1, 2, 5, 3)),  # a box that leaves out a change
    ):
        document.asks = False
        assert not document.hear(wrong)
        assert document.asks and document.codes is before and document.n == 0
    assert document.hear(message(document, codes, n=9, **{"from": -1}))
    assert np.array_equal(document.codes, codes) and not document.asks


@pytest.mark.parametrize(
    "spoiled",
    [
        {"box": [0, 0, 9, 6]},
        {"box": [3, 3, 3, 4]},
        {"box": [-1, 0, 2, 2]},
        {"box": "all!"},
        {"box": 4},
        {"z": "no base64!"},
        {"z": base64.b64encode(b"no zlib").decode()},
        {"z": base64.b64encode(zlib.compress(b"short")).decode()},
        {"z": base64.b64encode(zlib.compress(b"\0" * (1 << 24))).decode()},
        {"sum": "x"},
        {"z": 7},
        {"from": "x", "box": [0, 0, 1, 1]},
    ],
)
def test_nonsense_changes_nothing_and_raises_nothing(document, spoiled):
    before = document.codes
    assert not document.hear(message(document, painted(document), **spoiled))
    assert document.codes is before and document.asks


@pytest.mark.parametrize("lost", ["doc", "n", "box", "z", "from", "sum"])
def test_a_message_without_a_part_changes_nothing(document, lost):
    said = message(document, painted(document), (1, 2, 5, 4))
    del said[lost]
    assert not document.hear(said) and document.n == 0


@pytest.mark.parametrize("size", [1, 2048])
def test_the_smallest_and_the_largest_document_travel(size):
    rng = np.random.default_rng(0)
    document = Document(np.zeros((size, size), np.uint8))
    codes = rng.integers(0, 256, (size, size), dtype=np.uint8)
    assert document.hear(message(document, codes))
    assert np.array_equal(document.codes, codes)


def test_a_tab_that_lost_the_document_begins_from_what_is_here(document):
    codes = painted(document)
    document.hear(message(document, codes))
    n, plane = document.given
    assert n == 0 and not np.array_equal(plane.array, codes)
    document.give_anew()
    n, plane = document.given
    assert n == 1 and zlib.decompress(plane_bytes(plane)) == codes.tobytes()


# ---- the drawing -------------------------------------------------------------------------------------


@pytest.fixture
def drawing():
    base = Study(SCENES["lesion"].draw(128))
    codes = codes_of(base.pair.prediction)
    return Drawing(base, Document(codes), Document(base.pair.target * 255), Study(base.pair))


def test_a_stroke_makes_a_study_of_what_was_painted(drawing):
    codes = drawing.prediction.codes.copy()
    codes[:20, :20] = 243
    drawing.prediction.hear(message(drawing.prediction, codes))
    first = drawing.study
    drawing.follow()
    assert drawing.touched and drawing.before is first
    assert np.array_equal(drawing.study.pair.prediction.codes, codes)
    fresh = Study(replace(drawing.base.pair, prediction=Prediction.coded(codes)))
    for loss in LOSSES.values():
        if "cldice" not in loss.name:
            mine, theirs = (s.value(loss, **loss.defaults) for s in (drawing.study, fresh))
            assert mine.value == pytest.approx(theirs.value, rel=1e-12), loss.name
            assert mine.relative == (theirs.relative and pytest.approx(theirs.relative, rel=1e-12))
    again = drawing.study
    drawing.follow()
    assert drawing.study is again


def test_a_drawn_target_gets_fields_of_its_own(drawing):
    loss = LOSSES["boundary"]
    drawing.study.value(loss, **loss.defaults)
    target = drawing.target.codes.copy()
    target[10:30, 10:30] = 255
    drawing.target.hear(message(drawing.target, target))
    drawing.follow()
    pair = drawing.study.pair
    assert np.array_equal(pair.target, target // 255)
    fresh = Study(Pair(pair.image, pair.target, pair.prediction, "fresh"))
    mine, theirs = (s.value(loss, **loss.defaults).value for s in (drawing.study, fresh))
    assert mine == pytest.approx(theirs, rel=1e-12)


def test_yardsticks_are_those_of_the_target():
    study = Study(SCENES["nuclei"].draw(128))
    loss = LOSSES["dice"]
    first = study.value(loss, **loss.defaults)
    other = study.with_prediction(Prediction.coded(255 - study.pair.prediction.codes))
    second = other.value(loss, **loss.defaults)
    assert second.relative / first.relative == pytest.approx(second.value / first.value)


def test_any_prediction_lands_on_the_painters_grid():
    hard = Prediction.hard(np.array([[0, 1]]), 0.95)
    assert codes_of(hard).tolist() == [[12, 243]]
    real = Prediction.floating(np.array([[0.0, 0.5, 0.999, 1.0]]))
    assert codes_of(real).tolist() == [[0, 128, 255, 255]]
    codes = np.array([[3, 200]], np.uint8)
    assert codes_of(Prediction.coded(codes)).tolist() == [[3, 200]]


# ---- words and files -----------------------------------------------------------------------------


def test_a_stroke_is_told_in_pixels():
    target = np.zeros((4, 4), np.uint8)
    target[0] = 1
    before = np.full((4, 4), 12, np.uint8)
    after = before.copy()
    after[0:2, 0:3] = 243
    said = stroke_words.of_prediction(before, after, target)
    assert said == "+6 px predicted object: 3 are real object, 3 are false alarms."
    back = stroke_words.of_prediction(after, before, target)
    assert back == "−6 px predicted object: 3 were real object, 3 were false alarms."
    alarm = stroke_words.of_prediction(after, np.where(target > 0, after, 12), target)
    assert alarm == "−3 px predicted object: all were false alarms."
    surer = before.copy()
    surer[0, 0] = 0
    assert "No pixel has changed sides; 1 px" in stroke_words.of_prediction(before, surer, target)
    assert stroke_words.of_target(target, 1 - target) == "Target: +12 px, −4 px object."


def test_the_words_name_what_fell_and_what_rose_and_nothing_else():
    study = Study(SCENES["lesion"].draw(128))
    names = ("bce", "dice", "mae", "focal")
    was = {n: study.value(LOSSES[n], **LOSSES[n].defaults) for n in names}

    def moved(**by):
        return {
            n: replace(v, value=v.value + by.get(n, 0), relative=v.relative + by.get(n, 0))
            for n, v in was.items()
        }

    units = {"bce": "nats"}
    said = stroke_words.of_losses(was, moved(bce=0.5, dice=-0.25, mae=1), "focal", units)
    assert said == (
        "Dice loss fell by 0.250; Binary cross-entropy rose by 0.500 nats; Focal loss stayed."
    )
    others = stroke_words.of_losses(was, moved(bce=1234.5, mae=0.1, focal=-3e-5), "mae", {})
    assert others == (
        "Dice loss stayed; Binary cross-entropy rose by 1\u202f234; "
        "Mean absolute error rose by 0.100."
    )
    famous = stroke_words.of_losses(was, moved(mae=0.5, focal=-0.0123), "dice", {})
    assert famous == ("Dice loss stayed; Binary cross-entropy stayed; Focal loss fell by 0.0123.")
    assert stroke_words.of_losses(was, was, "dice", {}) == "No loss has moved."
    assert stroke_words.of_losses({}, was, "dice", {}) == ""
    told = stroke_words.most_moved(was, moved(mae=0.1, focal=-0.5, bce=0.2), "dice")
    assert told == ["dice", "focal", "bce", "mae"]
    assert stroke_words.most_moved({}, was, "mae") == ["mae", "dice", "bce"]


def test_a_drawing_is_read_back_from_its_file_exactly():
    codes = np.random.default_rng(1).integers(0, 256, (33, 57), dtype=np.uint8)
    found = read(png(codes), "drawing.png", role="prediction")
    assert np.array_equal(found.array, codes)


# ---- what takes long -----------------------------------------------------------------------------


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def tasks(study, *names):
    return {n: later.value(study, LOSSES[n], LOSSES[n].defaults) for n in names}


def test_slow_values_come_later_and_are_the_same():
    study, waiting = Study(SCENES["lesion"].draw(64)), later.Later()
    asked = tasks(study, "boundary", "hausdorff_dt")
    waiting.answers(study, asked)
    until(lambda: len(waiting.answers(study, asked)) == 2)
    for name, found in waiting.answers(study, asked).items():
        assert found == Study(study.pair).value(LOSSES[name], **LOSSES[name].defaults)


def test_a_newer_picture_takes_the_place_of_an_older_one():
    first, second = Study(SCENES["lesion"].draw(64)), Study(SCENES["nuclei"].draw(64))
    waiting, gate, told = later.Later(), threading.Event(), []
    waiting.answers(first, {"a": gate.wait, "b": lambda: told.append("old")})
    waiting.answers(second, {"b": lambda: told.append("new")})
    gate.set()
    until(lambda: "b" in waiting.answers(second, {"b": lambda: None}))
    assert told == ["new"]  # what was begun is finished, what came after it is dropped


def test_an_error_of_the_worker_is_raised_where_people_look():
    study, waiting = Study(SCENES["lesion"].draw(64)), later.Later()
    with pytest.raises(ZeroDivisionError):
        for _ in range(400):
            waiting.answers(study, {"a": lambda: 1 / 0})
            time.sleep(0.02)


def test_the_names_of_the_metrics_are_those_that_are_computed():
    study = Study(SCENES["lesion"].draw(64))
    assert tuple(m.name for m in study.metrics(0.5)) == NAMES


def test_codes_and_target_make_kinds_of_pixel(drawing):
    assert np.array_equal(
        drawing.study.code, code(drawing.prediction.codes, drawing.base.pair.target)
    )
