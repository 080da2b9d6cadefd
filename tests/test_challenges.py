"""Every challenge is unsolved at first, can be solved, and says how far one is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from segloss_core import LOSSES
from segloss_core.challenges import CHALLENGES, Challenge, Standing
from segloss_core.geometry import distance_to
from segloss_core.pair import Pair, Prediction
from segloss_core.scenes import SCENES
from segloss_core.study import Study


def standing(
    pair: Pair, codes: np.ndarray, names: tuple[str, ...], steps: tuple[str, ...] = ()
) -> Standing:
    study = Study(replace(pair, prediction=Prediction.coded(codes)))
    metrics = {m.name: m.value for m in study.metrics(0.5)}
    values = {
        name: study.value(LOSSES[name], **LOSSES[name].defaults).value
        if name in LOSSES
        else metrics[name]
        for name in names
    }
    return Standing(values, steps)


def masked(pair: Pair, sure: int) -> np.ndarray:
    return np.where(pair.target > 0, sure, 255 - sure).astype(np.uint8)


def grown(codes: np.ndarray, times: int) -> np.ndarray:
    for _ in range(times):
        wide = np.pad(codes, 1, mode="edge")
        parts = (wide[1:-1, 1:-1], wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:])
        codes = np.maximum.reduce(parts)
    return codes


def far(pair: Pair) -> tuple[int, int]:
    away = distance_to(torch.from_numpy(pair.target > 0))
    return divmod(int(away.argmax()), away.shape[1])


def dotted(codes: np.ndarray, pair: Pair, step: int) -> np.ndarray:
    out = codes.copy()
    away = distance_to(torch.from_numpy(pair.target > 0)).numpy()
    grid = np.zeros_like(out, dtype=bool)
    grid[::step, ::step] = True
    out[grid & (away > 35)] = 243
    return out


def island(pair: Pair, codes: np.ndarray) -> np.ndarray:
    y, x = far(pair)
    out = codes.copy()
    out[max(0, y - 9) : y + 10, max(0, x - 9) : x + 10] = 255
    return out


def wrong(pair: Pair, codes: np.ndarray, part: float) -> np.ndarray:
    out = codes.copy().ravel()
    right = np.where(pair.target.ravel() > 0, out.astype(int), 255 - out.astype(int))
    worst = np.argsort(-right, kind="stable")[: int(part * out.size)]
    out[worst] = np.where(pair.target.ravel()[worst] > 0, 0, 255)
    return out.reshape(codes.shape)


def by_polygon(pair: Pair) -> np.ndarray:
    """The object's bounding ellipse, as a hand would draw it."""
    ys, xs = np.nonzero(pair.target)
    (cy, cx), (ry, rx) = (ys.mean(), xs.mean()), (1.9 * ys.std(), 1.9 * xs.std())
    yy, xx = np.mgrid[: pair.size[0], : pair.size[1]]
    return np.where(((yy - cy) / ry) ** 2 + ((xx - cx) / rx) ** 2 <= 1, 243, 12).astype(np.uint8)


SOLUTIONS = {
    "cheap": lambda pair, codes: np.zeros_like(codes),
    "blind": lambda pair, codes: np.zeros_like(codes),
    "island": island,
    "overlap": lambda pair, codes: dotted(masked(pair, 243), pair, 12),
    "unsure": lambda pair, codes: masked(pair, 140),
    "focal": lambda pair, codes: masked(pair, 191),
    "generous": lambda pair, codes: grown(masked(pair, 243), 5),
    "sure": lambda pair, codes: wrong(pair, codes, 0.0092),
    "steps": lambda pair, codes: by_polygon(pair),
    "threads": lambda pair, codes: grown(masked(pair, 255), 2),
}


def begun(challenge: Challenge) -> tuple[Pair, np.ndarray]:
    pair = SCENES[challenge.scene].draw()
    codes = pair.prediction.codes
    return pair, np.full_like(codes, 12) if challenge.blank else codes


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_unsolved_at_first_and_can_be_solved(name):
    challenge = CHALLENGES[name]
    pair, codes = begun(challenge)
    before = standing(pair, codes, challenge.names)
    at_first = challenge.check(before, before)
    assert not at_first.met and at_first.part < 1
    now = standing(pair, SOLUTIONS[name](pair, codes), challenge.names, ("blank", "polygon"))
    found = challenge.check(before, now)
    assert found.met, [(g.says, g.part, dict(g.values)) for g in found.goals]
    assert found.part == 1


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_is_not_met_by_the_perfect_prediction(name):
    """Otherwise it would teach nothing: the target, surely, must fail at least one goal."""
    challenge = CHALLENGES[name]
    pair, codes = begun(challenge)
    before = standing(pair, codes, challenge.names)
    perfect = standing(pair, masked(pair, 255), challenge.names, ("target",))
    assert not challenge.check(before, perfect).met


def test_copying_the_target_or_an_eleventh_step_is_no_drawing_by_hand():
    challenge = CHALLENGES["steps"]
    values = {"Dice": 0.95, "HD95": 1.0}
    for steps, met in [
        (("blank", *["brush"] * 10), True),
        (("blank", *["brush"] * 11), False),
        (("blank", "target"), False),
        ((), False),
    ]:
        assert challenge.check(Standing(values), Standing(values, steps)).met is met, steps


def test_an_undefined_number_meets_no_goal():
    challenge = CHALLENGES["overlap"]
    now = Standing({"Dice": 0.96, "HD95": None})
    found = challenge.check(now, now)
    assert not found.met and [g.part for g in found.goals] == [1.0, 0.0]


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_challenge_speaks_of_what_exists(name):
    challenge = CHALLENGES[name]
    assert challenge.scene in SCENES
    metrics = {"Dice", "IoU", "Sensitivity", "Specificity", "HD95", "ASSD"}
    assert set(challenge.names) <= set(LOSSES) | metrics
    assert all(
        text.endswith((".", "?")) for text in (challenge.task, challenge.hint, challenge.lesson)
    )


def test_progress_grows_on_the_way():
    challenge = CHALLENGES["cheap"]
    parts = [
        challenge.check(Standing({}), Standing({"bce": b, "dice": d})).part
        for b, d in [(0.4, 0.2), (0.2, 0.4), (0.1, 0.8), (0.02, 0.96)]
    ]
    assert parts == sorted(parts)
