"""What a perfect prediction costs: the floor, exactly, and no push."""

import math

import pytest
import torch

from segloss_core import LOSSES, Pixels

from .laws import same, scene
from .references import PERFECT

L = LOSSES


# Losses whose best prediction is not a sure one: the logit at which they are least.
BEST_LOGIT = dict.fromkeys(
    ("label_smoothing_bce", "quality_focal", "dice_semimetric"), math.log(1.9 / 0.1)
)


HEAVY_TAILED = {"bi_tempered"}  # the least value is approached by a power of the logit


KINKED = {"dice_semimetric"}  # at its least the push jumps from one side to the other


@pytest.mark.parametrize("loss", L.values(), ids=lambda x: x.name)
def test_a_perfect_prediction_gives_the_minimum_exactly(loss):
    _, y = scene()
    for dtype in (torch.float64, torch.float32):
        z = ((2 * y - 1) * BEST_LOGIT.get(loss.name, 1e4)).to(dtype).requires_grad_()
        answer = loss.at(Pixels.from_logits(z, y))
        (slope,) = torch.autograd.grad(answer.value, z)
        if loss.name in BEST_LOGIT:
            assert answer.value.item() == pytest.approx(float(answer.floor), rel=1e-6, abs=1e-7)
            assert loss.name in KINKED or float(slope.abs().max()) < 1e-8
        elif loss.name in HEAVY_TAILED:
            assert 0 < answer.value.item() - float(answer.floor) < 1e-13
            assert 0 < float(slope.abs().max()) < 1e-17
        else:
            assert bool((slope == 0).all())
            if loss.name != "active_contour":  # a perfect outline has a length, which costs
                assert answer.value.item() == float(answer.floor)
        if loss.name in PERFECT:
            assert answer.value.item() == pytest.approx(PERFECT[loss.name](y), rel=1e-6)


def test_floors_are_the_stated_ones():
    _, y = scene()
    stated = {
        "combo": -(1 - 0.5),
        "label_smoothing_bce": -(0.05 * math.log(0.05) + 0.95 * math.log(0.95)),
        "boundary": PERFECT["boundary"](y),
        "boundary_dou": PERFECT["boundary_dou"](y),
    }
    for loss in L.values():
        floor = float(loss.at(Pixels.from_logits(2 * y - 1, y)).floor)
        if loss.name == "mcc":  # the ε under its root
            assert 0 < floor < 1e-13
        else:
            same(floor, stated.get(loss.name, 0.0), 1e-15)
