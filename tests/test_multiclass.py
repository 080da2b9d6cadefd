"""Losses over all classes at once: by hand, and as torch and MONAI compute them."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from segloss_core.multiclass import NO_CHOICE, NOTHING, cross_entropy, generalized_dice

RANDOM = np.random.default_rng(6)
TRUTH = RANDOM.integers(0, 3, (8, 7))
TRUTH[0] = 255
LOGITS = RANDOM.normal(0, 3, (4, *TRUTH.shape))
P = np.exp(LOGITS) / np.exp(LOGITS).sum(0)
COUNTS = TRUTH != 255
OF = {"ignore": 255}


# ---- by hand -------------------------------------------------------------------------------------

# Two pixels of class 0, one of class 1, one ignored; class 2 is absent.
SMALL = np.array([[0, 0, 1, 255]])
SURE = np.array([[[0.5, 0.25, 0.2, 0.9]], [[0.25, 0.25, 0.6, 0.05]], [[0.25, 0.5, 0.2, 0.05]]])


def test_cross_entropy_by_hand():
    found = cross_entropy(SMALL, SURE, 3, scale="probabilities", **OF)
    assert found.value == pytest.approx(-(math.log(0.5) + math.log(0.25) + math.log(0.6)) / 3)
    assert found.absent == (2,)


def test_generalized_dice_by_hand():
    found = generalized_dice(SMALL, SURE, 3, scale="probabilities", **OF)
    # n = 2, 1, 0: weights 1/4, 1, and the largest, 1, for the absent class.
    both = 0.75 / 4 + 0.6
    everything = (0.95 + 2) / 4 + (1.1 + 1) + 0.95
    assert found.value == pytest.approx(1 - 2 * both / everything)


def test_labels_are_right_with_the_given_confidence():
    said = np.array([[0, 2, 1, 1]])
    c = 230.5 / 256
    found = cross_entropy(SMALL, said, 3, scale="labels", confidence=0.9, **OF)
    assert found.value == pytest.approx(-(2 * math.log(c) + math.log((1 - c) / 2)) / 3)
    p = np.where(np.arange(3)[:, None, None] == said, c, (1 - c) / 2)
    other = generalized_dice(SMALL, p, 3, scale="probabilities", **OF)
    mine = generalized_dice(SMALL, said, 3, scale="labels", confidence=0.9, **OF)
    assert mine.value == pytest.approx(other.value)


# ---- against other libraries ----------------------------------------------------------------------


def test_cross_entropy_is_torchs():
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(LOGITS)[None], torch.tensor(TRUTH)[None], ignore_index=255
    )
    assert cross_entropy(TRUTH, LOGITS, 4, scale="softmax", **OF).value == pytest.approx(
        float(theirs), rel=1e-12
    )
    same = cross_entropy(TRUTH, P, 4, scale="probabilities", **OF)
    assert same.value == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize("scale", ["softmax", "sigmoid", "probabilities"])
def test_generalized_dice_is_monais(scale):
    monai = pytest.importorskip("monai.losses")
    said = P if scale == "probabilities" else LOGITS
    kind = {} if scale == "probabilities" else {scale: True}
    loss = monai.GeneralizedDiceLoss(smooth_nr=0.0, smooth_dr=0.0, **kind)
    # MONAI ignores no pixels: those that count are cut out.
    cut = torch.tensor(said[:, COUNTS])[None, :, None]
    truth = torch.nn.functional.one_hot(torch.tensor(TRUTH[COUNTS]), 4).T[None, :, None].double()
    mine = generalized_dice(TRUTH, said, 4, scale=scale, **OF)
    assert mine.absent == (3,), "an absent class, whose weight is a rule"
    # Its weights are float32.
    assert mine.value == pytest.approx(float(loss(cut, truth)), rel=1e-7)


def test_two_classes_are_the_binary_generalized_dice():
    from segloss_core import LOSSES

    truth = np.where(TRUTH == 255, 0, TRUTH) > 0
    found = generalized_dice(truth.astype(int), LOGITS[:2], 2, scale="softmax")
    z = torch.tensor(LOGITS[1] - LOGITS[0])
    binary = LOSSES["generalized_dice"](z, torch.tensor(truth.astype(float)))
    assert found.value == pytest.approx(float(binary), rel=1e-9)


# ---- edges ---------------------------------------------------------------------------------------


def test_a_sure_softmax_keeps_its_digits():
    z = np.zeros((3, 1, 1))
    z[1] = 800
    assert cross_entropy([[0]], z, 3, scale="softmax").value == 800
    assert cross_entropy([[1]], z, 3, scale="softmax").value == 0
    wrong = cross_entropy([[0]], np.array([[[0.0]], [[1.0]]], np.float32), 2, scale="probabilities")
    assert math.isfinite(wrong.value) and wrong.value > 15


def test_what_is_ignored_may_hold_anything():
    broken = LOGITS.copy()
    broken[:, ~COUNTS] = np.nan
    for loss in (cross_entropy, generalized_dice):
        whole = loss(TRUTH, LOGITS, 4, scale="softmax", **OF)
        assert loss(TRUTH, broken, 4, scale="softmax", **OF) == whole
        with pytest.raises(ValueError, match="finite"):
            loss(np.where(COUNTS, TRUTH, 0), broken, 4, scale="softmax")


def test_undefined_cases_are_named():
    nothing = np.full_like(TRUTH, 255)
    for loss in (cross_entropy, generalized_dice):
        found = loss(nothing, LOGITS, 4, scale="softmax", **OF)
        assert (found.value, found.why, found.absent) == (None, NOTHING, (0, 1, 2, 3))
    assert cross_entropy(TRUTH, LOGITS, 4, scale="sigmoid", **OF).why == NO_CHOICE


@pytest.mark.parametrize(
    ("target", "prediction", "classes", "scale", "words"),
    [
        (TRUTH, LOGITS, 4, "softmax", "labels lie from 0 to 3, found 0 to 255"),
        (SMALL * 0, LOGITS, 4, "softmax", "prediction must be"),
        (SMALL * 0, SURE, 1, "probabilities", "two at least"),
        (SMALL * 0, 2 * SURE, 3, "probabilities", r"\[0, 1\]"),
        (SMALL * 0, SURE.astype(int), 3, "probabilities", "floats"),
        (SMALL * 0, SURE, 3, "logits", "scale must be"),
        (SMALL * 0, TRUTH, 3, "labels", "prediction must be"),
    ],
)
def test_what_does_not_fit_is_refused(target, prediction, classes, scale, words):
    for loss in (cross_entropy, generalized_dice):
        with pytest.raises(ValueError, match=words):
            loss(target, prediction, classes, scale=scale)


# ---- many classes --------------------------------------------------------------------------------


def dense(truth: np.ndarray, log_p: np.ndarray) -> tuple[float, float]:
    """Cross-entropy and generalized Dice with every plane at once, in float64."""
    counts = truth != 255
    log_p, truth = log_p[:, counts], truth[counts]
    y = (np.arange(len(log_p))[:, None] == truth).astype(float)
    n = y.sum(1)
    weight = 1 / np.where(n > 0, n, n[n > 0].min()) ** 2
    p = np.exp(log_p)
    dice = 1 - 2 * (weight * (p * y).sum(1)).sum() / (weight * (p.sum(1) + n)).sum()
    return -(log_p * y).sum() / len(truth), dice


@pytest.mark.parametrize("scale", ["labels", "softmax", "sigmoid", "probabilities"])
def test_class_by_class_is_all_planes_at_once(scale):
    random = np.random.default_rng(2)
    truth = random.integers(0, 11, (31, 23))
    truth[random.random(truth.shape) < 0.2] = 255
    z = random.normal(0, 9, (12, *truth.shape))
    p = torch.tensor(z).softmax(0).numpy()
    if scale == "labels":
        said = np.where(random.random(truth.shape) < 0.6, truth, random.integers(0, 14, z[0].shape))
        sure = 230.5 / 256
        log_p = np.log(np.where(np.arange(12)[:, None, None] == said, sure, (1 - sure) / 11))
    else:
        said = p if scale == "probabilities" else z
        log_p = {
            "softmax": torch.tensor(z).log_softmax(0),
            "sigmoid": torch.nn.functional.logsigmoid(torch.tensor(z)),
            "probabilities": torch.tensor(p).clamp_min(np.finfo(float).epsneg / 2).log(),
        }[scale].numpy()
    entropy, dice = dense(truth, log_p)
    given = {"scale": scale, "confidence": 0.9, **OF}
    assert generalized_dice(truth, said, 12, **given).value == pytest.approx(dice, rel=1e-12)
    if scale != "sigmoid":
        assert cross_entropy(truth, said, 12, **given).value == pytest.approx(entropy, rel=1e-12)


def test_labels_are_computed_in_double_precision():
    c = 201.5 / 256  # a third of what is left is no number of single precision
    found = cross_entropy([[0, 1, 2, 3]], [[0, 1, 2, 0]], 4, scale="labels", confidence=c)
    mean = -(3 * math.log(c) + math.log((1 - c) / 3)) / 4
    assert (1 - c) / 3 != float(np.float32((1 - c) / 3))
    assert found.value == pytest.approx(mean, rel=1e-14)


MEASURED = """
import resource
import numpy as np
from segloss_core.multiclass import cross_entropy, generalized_dice

def ask(side, classes, scale):
    truth = (np.arange(side * side, dtype=np.uint8) % classes).reshape(side, side)
    said = truth if scale == "labels" else np.full((classes, side, side), 1 / classes, "f4")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for loss in (cross_entropy, generalized_dice):
        loss(truth, said, classes, scale=scale)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

ask(64, 64, {0!r})
print(ask(512, 64, {0!r}) * 1024 / (8 * 512 * 512))
"""


@pytest.mark.parametrize("scale", ["labels", "softmax", "probabilities"])
def test_memory_is_a_few_planes_whatever_the_number_of_classes(scale):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(scale)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 30, "planes of float64; one for each class would be 64 at least"
