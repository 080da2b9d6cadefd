"""A descent ends where its function says, is named for it, and knows when there is no end."""

from __future__ import annotations

import math
from time import process_time as perf_counter

import numpy as np
import pytest
import torch

from segloss_core import LOSSES
from segloss_core.descent import Outcome, descend, toy
from segloss_core.errata import ALL

Y = toy()


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """These pictures are too small to share: a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def pull(on_object: float, on_background: float):
    """Squared distance to one probability on the object and another on the background."""

    def f(p, y):
        return (y * (p - on_object) ** 2 + (1 - y) * (p - on_background) ** 2).mean()

    return f


def test_the_toy_is_a_fifth_object():
    assert Y.shape == (12, 12) and Y.dtype == torch.float64
    assert int(Y.sum()) == 30
    assert round(100 * float(Y.mean()), 1) == 20.8


@pytest.mark.parametrize(
    ("where", "outcome", "dice"),
    [
        ((1, 0), Outcome.MASK, 1),
        ((0, 1), Outcome.INVERSE, 0),
        ((0, 0), Outcome.BACKGROUND, 0),
        ((1, 1), Outcome.OBJECT, 60 / 174),
    ],
)
def test_an_end_has_its_name(where, outcome, dice):
    end = descend(pull(*where), Y)
    assert end.outcome == outcome
    assert end.dice[-1] == pytest.approx(dice)
    assert not end.runs_away
    assert end.values[-1] < 1e-3 < end.values[0]


@pytest.mark.parametrize(
    ("f", "outcome"),
    [
        (lambda p, y: (y * (1 - p)).mean(), Outcome.NO_PUSH_ON_BACKGROUND),
        (lambda p, y: ((1 - y) * p).mean(), Outcome.NO_PUSH_ON_OBJECT),
        (lambda p, y: (p > 0.5).double().mean(), Outcome.UNMOVED),
        (lambda p, y: 0 * p.mean(), Outcome.UNMOVED),
        # A checkerboard of wishes: half of each class ends on either side.
        (
            lambda p, y: ((p - torch.arange(144).view(12, 12) % 2) ** 2).mean(),
            Outcome.UNSETTLED,
        ),
        (lambda p, y: torch.log(p.mean() - 0.4), Outcome.NO_NUMBER),
    ],
)
def test_what_is_not_pushed_is_named(f, outcome):
    end = descend(f, Y)
    assert end.outcome == outcome
    assert len(end.frames) == len(end.steps) == len(end.values) == len(end.dice)


@pytest.mark.parametrize("steps", [100, 400, 1000])
def test_it_knows_what_has_no_end(steps):
    assert descend(lambda p, y: torch.log(p).mean(), Y, steps).runs_away
    assert descend(lambda z, y: -z.mean(), Y, steps, of="logit").runs_away
    assert not descend(LOSSES["bce"], Y, steps, of="logit").runs_away
    assert not descend(LOSSES["dice"], Y, steps, of="logit").runs_away
    assert not descend(lambda p, y: p.mean() * 0 + 3, Y, steps).runs_away
    assert not descend(lambda p, y: -p.mean(), Y, steps).runs_away, "bounded by −1"


# What the errata run is tried there; the rest are seconds each, or another's twin.
SLOW = {e.loss for e in ALL if e.literal} | {"ssim", "dice_cldice", "unified_focal_sym"}
ASTRAY = {
    "boundary": Outcome.UNSETTLED,  # no push on the inner outline
    "cldice": Outcome.UNSETTLED,  # none off the skeletons
    "skeleton_recall": Outcome.UNMOVED,  # none on the background
    "hausdorff_er": Outcome.UNMOVED,  # none on what is hesitant
}


@pytest.mark.parametrize("name", sorted(set(LOSSES) - SLOW))
def test_no_loss_of_the_library_runs_away_and_nearly_all_find_the_mask(name):
    end = descend(LOSSES[name], Y, of="logit")
    assert not end.runs_away
    assert end.outcome == ASTRAY.get(name, Outcome.MASK)


def test_adam_is_torchs():
    loss = LOSSES["focal"]
    start = torch.randn(12, 12, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    z = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([z], lr=0.03)
    for _ in range(50):
        optimiser.zero_grad()
        loss(z, Y).backward()
        optimiser.step()
    end = descend(loss, Y, 50, rate=0.03, initial=start, of="logit")
    np.testing.assert_allclose(end.frames[-1], torch.sigmoid(z.detach()).numpy(), rtol=1e-12)
    np.testing.assert_allclose(end.values[-1], loss(z.detach(), Y).item(), rtol=1e-12)


def test_frames_values_and_dice_belong_to_their_steps():
    end = descend(pull(1, 0), Y, 100, frames=6)
    assert end.steps.tolist() == [0, 20, 40, 60, 80, 100]
    assert end.frames.shape == (6, 12, 12) and end.curve.shape == (101,)
    np.testing.assert_array_equal(end.values, end.curve[end.steps])
    for frame, value, dice in zip(end.frames, end.values, end.dice, strict=True):
        assert float(pull(1, 0)(torch.from_numpy(frame), Y)) == value
        hard, target = frame > 0.5, Y.numpy() > 0
        assert dice == 2 * (hard & target).sum() / (hard.sum() + target.sum())


def test_probability_and_logit_are_the_same_descent():
    a = descend(lambda p, y: ((p - y) ** 2).mean(), Y)
    b = descend(lambda z, y: ((torch.sigmoid(z) - y) ** 2).mean(), Y, of="logit")
    np.testing.assert_allclose(a.frames, b.frames, rtol=1e-12)


def test_seed_and_beginning_are_what_it_starts_from():
    begun = [descend(pull(1, 0), Y, 1, seed=s).frames[0] for s in (0, 0, 1)]
    assert np.array_equal(begun[0], begun[1]) and not np.array_equal(begun[0], begun[2])
    given = torch.full((12, 12), math.log(3))
    end = descend(pull(1, 0), Y, 1, initial=given)
    np.testing.assert_allclose(end.frames[0], 0.75, rtol=1e-6)
    assert torch.equal(given, torch.full((12, 12), math.log(3))), "the beginning is not written on"


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_a_target_of_one_class_has_an_end_too(fill):
    target = torch.full((5, 7), fill)
    end = descend(LOSSES["bce"], target, of="logit")
    assert end.outcome == Outcome.MASK and end.dice[-1] == 1


def test_it_runs_where_gradients_are_switched_off():
    with torch.inference_mode():
        assert descend(pull(1, 0), toy(), 200).outcome == Outcome.MASK
    with torch.no_grad():
        assert descend(pull(1, 0), Y, 200).outcome == Outcome.MASK


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": Y[None]}, "one picture"),
        ({"target": 2 * Y}, "0 and 1"),
        ({"initial": Y[:5]}, "shape"),
        ({"steps": 0}, "step"),
        ({"frames": 1}, "frames"),
        ({"of": "odds"}, "of must be"),
        ({"f": lambda p, y: p}, "one number"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        descend(**{"f": pull(1, 0), "target": Y, **arguments})


def test_four_hundred_steps_are_quick():
    """As a ratio to the bare work: a sigmoid, the function and its slope, 400 times."""
    f, z = pull(1, 0), torch.zeros(12, 12, dtype=torch.float64)

    def bare() -> None:
        for _ in range(400):
            leaf = z.clone().requires_grad_()
            torch.autograd.grad(f(torch.sigmoid(leaf), Y), leaf)

    def seconds(run) -> float:
        start = perf_counter()
        run()
        return perf_counter() - start

    descend(f, Y)
    best = [min(seconds(run) for _ in range(5)) for run in (bare, lambda: descend(f, Y))]
    assert best[1] < 4 * best[0], best
