"""Moves against brute force, and the lesson of shifting: who still slopes without an overlap."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, Note
from segloss_core.mix import mix
from segloss_core.moves import blurred, grown, over_moves, shifted, tempered
from segloss_core.pair import Pair, Prediction
from segloss_core.study import Study

SIGMOID = torch.sigmoid


def logits(seed: int = 0, shape: tuple[int, int] = (13, 17)) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 3, shape))


def study(codes: np.ndarray | None = None, target: np.ndarray | None = None) -> Study:
    random = np.random.default_rng(5)
    if target is None:
        target = np.zeros((24, 31), np.uint8)
        target[8:17, 9:20] = 1
    if codes is None:
        rough = 70 + 110 * np.roll(target, 2, 1) + random.normal(0, 25, target.shape)
        codes = np.clip(rough, 0, 255).astype(np.uint8)
    return Study(Pair(None, target, Prediction.coded(codes), "test"))


# ---- one move ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "dy"), [(3, 0), (0, -2), (-4, 5), (17, 0), (0, 13), (-40, 3), (16, -12)]
)
def test_whole_pixels_move_and_the_lowest_logit_enters(dx, dy):
    z = logits()
    expected = torch.full_like(z, float(z.min()))
    for r in range(13):
        for c in range(17):
            if 0 <= r - dy < 13 and 0 <= c - dx < 17:
                expected[r, c] = z[r - dy, c - dx]
    assert torch.equal(shifted(z, dx, dy), expected)


@pytest.mark.parametrize(("dx", "dy"), [(0.5, 0), (0.25, -1.75), (-2.3, 4.6)])
def test_fractions_are_bilinear_in_p(dx, dy):
    z = logits()
    p, low = SIGMOID(z), float(SIGMOID(z).min())

    def at(r: int, c: int) -> float:
        return float(p[r, c]) if 0 <= r < 13 and 0 <= c < 17 else low

    moved = SIGMOID(shifted(z, dx, dy))
    for r, c in [(0, 0), (5, 6), (12, 16), (3, 15), (9, 1)]:
        y, x = r - dy, c - dx
        top, left = math.floor(y), math.floor(x)
        b, a = y - top, x - left
        expected = (1 - b) * ((1 - a) * at(top, left) + a * at(top, left + 1))
        expected += b * ((1 - a) * at(top + 1, left) + a * at(top + 1, left + 1))
        assert float(moved[r, c]) == pytest.approx(expected, rel=1e-12)


def test_a_fraction_of_a_sure_picture_stays_finite():
    z = torch.full((4, 6), -1e4, dtype=torch.float64)
    z[:, 3:] = 1e4
    moved = shifted(z, 0.5, 0)
    assert torch.isfinite(moved).all() and float(moved[2, 3]) == 0 and float(moved[2, 5]) == 1e4
    assert torch.isfinite(blurred(z, 1.5)).all()


def test_a_hard_square_moves_as_a_square():
    z = torch.full((20, 20), -6.0, dtype=torch.float64)
    z[4:9, 5:11] = 6.0
    assert torch.equal(shifted(z, 7, 3), torch.roll(z, (3, 7), (0, 1)))


@pytest.mark.parametrize("distance", [1, 1.4, 1.5, 2, math.sqrt(5), 3.7, 30])
def test_growth_is_the_distance_by_brute_force(distance):
    z = logits(1) - 4
    rows, columns = np.mgrid[:13, :17]
    apart = (rows.reshape(-1, 1) - rows.reshape(1, -1)) ** 2
    apart = apart + (columns.reshape(-1, 1) - columns.reshape(1, -1)) ** 2
    near = apart <= distance**2
    for sign in (1, -1):
        values = (sign * z).numpy().ravel()
        expected = sign * np.where(near, values[None, :], -np.inf).max(1).reshape(13, 17)
        moved = grown(z, sign * distance).numpy()
        assert np.array_equal(moved, expected)
    inside = (z > 0).numpy().ravel()
    gap = np.sqrt(np.where(inside[None, :], apart, np.inf).min(1)).reshape(13, 17)
    assert np.array_equal((grown(z, distance) > 0).numpy(), gap**2 <= distance**2 + 1e-12)


def test_a_grown_then_shrunk_square_is_itself_and_batches_are_loops():
    z = torch.full((20, 20), -3.0, dtype=torch.float64)
    z[7:13, 6:14] = 2.0
    assert torch.equal(grown(grown(z, 2), -2), z)
    assert int((grown(z, 1) > 0).sum()) == 6 * 8 + 2 * (6 + 8)
    both = torch.stack([logits(2), logits(3)])
    for move in (lambda x: grown(x, 2.3), lambda x: blurred(x, 0.8), lambda x: shifted(x, 1.5, 2)):
        assert torch.allclose(move(both), torch.stack([move(x) for x in both]), rtol=1e-12)


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.2])
def test_blur_is_a_direct_convolution(sigma):
    z, radius = logits(4), max(1, math.ceil(4 * sigma))
    p = SIGMOID(z).numpy()
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel = np.outer(kernel, kernel) / kernel.sum() ** 2
    wide = np.pad(p, radius, mode="reflect")
    moved = SIGMOID(blurred(z, sigma)).numpy()
    for r, c in np.ndindex(13, 17):
        window = wide[r : r + 2 * radius + 1, c : c + 2 * radius + 1]
        assert moved[r, c] == pytest.approx(float((window * kernel).sum()), rel=1e-10)


def test_temper_is_the_formula():
    z = logits()
    p = SIGMOID(z)
    expected = p**0.5 * math.exp(0.7) / (p**0.5 * math.exp(0.7) + (1 - p) ** 0.5)
    assert torch.allclose(SIGMOID(tempered(z, 2.0, 0.7)), expected, rtol=1e-9)


def test_no_move_gives_the_very_logits():
    z = logits()
    for still in (shifted(z, 0, 0), grown(z, 0), blurred(z, 0), tempered(z, 1, 0)):
        assert still is z


def test_impossible_moves_are_refused():
    z = logits()
    for bad in (lambda: blurred(z, -1), lambda: tempered(z, 0, 0), lambda: tempered(z, -1, 0)):
        with pytest.raises(ValueError):
            bad()


# ---- losses over moves ---------------------------------------------------------------------------

SOME = ["bce", "balanced_bce", "topk_bce", "dice", "lovasz_hinge", "boundary", "hausdorff_dt"]
MOVES = {
    "shift": ([-2.5, 0.0, 3.0], [0.0, 1.0], lambda z, x, y: shifted(z, x, y)),
    "grow × blur": ([-1.0, 0.0, 2.0], [0.0, 0.7], lambda z, x, y: blurred(grown(z, x), y)),
    "temperature × bias": ([0.5, 1.0, 3.0], [-1.0, 0.0], lambda z, x, y: z / x + y),
}


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize("move", MOVES)
def test_a_surface_is_the_loss_of_the_picture_moved_by_hand(move, coded):
    pair = study()
    if not coded:
        p = pair.pair.prediction.probabilities()
        pair = Study(Pair(None, pair.pair.target, Prediction.floating(p), "test"))
    xs, ys, by_hand = MOVES[move]
    losses = [
        *(LOSSES[n] for n in SOME),
        (LOSSES["tversky"], {"alpha": 0.9}),
        mix({"dice": 1, "boundary": 0.2}),
    ]
    told: list[float] = []
    surface = over_moves(pair, losses, move, xs, ys, progress=told.append)
    assert surface is not None and surface.values.shape == (9, 3, 2)
    z, y = torch.from_numpy(pair.pair.prediction.logits()), torch.tensor(pair.pair.target)
    for k, item in enumerate(losses):
        loss, dials = item if isinstance(item, tuple) else (item, {})
        for i, j in np.ndindex(3, 2):
            expected = float(loss(by_hand(z, xs[i], ys[j]), y, **dials))
            assert surface.values[k, i, j] == pytest.approx(expected, rel=1e-11), (loss.name, i, j)
    assert told == sorted(told) and told[-1] == pytest.approx(1)


@pytest.mark.parametrize("move", MOVES)
def test_no_move_is_the_value_of_the_pair_exactly(move):
    pair, losses = study(), [LOSSES[n] for n in SOME]
    xs, ys, _ = MOVES[move]
    surface = over_moves(pair, losses, move, xs, ys)
    still = (xs.index(1.0), ys.index(0.0)) if "bias" in move else (xs.index(0.0), ys.index(0.0))
    for k, loss in enumerate(losses):
        assert surface.values[k][still] == pair.value(loss).value


def test_undefined_cases_are_named_where_they_occur():
    pair = study(target=np.zeros((24, 31), np.uint8), codes=np.full((24, 31), 90, np.uint8))
    losses = [LOSSES["hausdorff_dt"], LOSSES["balanced_bce"], LOSSES["bce"]]
    surface = over_moves(pair, losses, "temperature × bias", [1.0, 2.0], [0.0, 4.0])
    assert set(surface.notes[0].ravel()) == {Note.NO_BOUNDARY}
    assert set(surface.notes[1].ravel()) == {Note.ONE_CLASS}
    assert set(surface.notes[2].ravel()) == {None}
    shift = over_moves(study(), losses, "shift", [0, 100], [0])
    assert shift.notes[0].ravel().tolist() == [None, Note.NO_BOUNDARY_IN_PREDICTION]


def test_a_surface_can_be_given_up():
    calls: list[float] = []
    stopped = over_moves(
        study(), [LOSSES["dice"]], "shift", range(5), range(5),
        progress=calls.append, cancelled=lambda: len(calls) >= 3,
    )  # fmt: skip
    assert stopped is None and len(calls) == 3


@pytest.mark.parametrize(
    ("losses", "move", "xs", "ys", "says"),
    [
        (["dice"], "turn", [0], [0], "a move is shift"),
        ([], "shift", [0], [0], "at least one loss"),
        (["dice"], "shift", [], [0], "at least one"),
        (["dice"], "shift", [math.nan], [0], "finite"),
        (["dice"], "grow × blur", [0], [-1], "a blur is"),
        (["dice"], "temperature × bias", [0], [0], "a temperature is positive"),
    ],
)
def test_what_is_no_surface_is_refused(losses, move, xs, ys, says):
    with pytest.raises(ValueError, match=says):
        over_moves(study(), [LOSSES[n] for n in losses], move, xs, ys)


def test_without_an_overlap_dice_is_flat_and_distances_still_slope():
    target = np.zeros((40, 80), np.uint8)
    target[15:25, 5:15] = 1
    codes = np.full(target.shape, 2, np.uint8)
    codes[15:25, 20:30] = 250
    pair = study(codes, target)
    away = np.arange(0, 45, 5)  # of 5 pixels between the two, ever farther to the right
    names = ["dice", "tversky", "jaccard", "bce", "hausdorff_dt", "boundary"]
    surface = over_moves(pair, [LOSSES[n] for n in names], "shift", away, [0])
    values = dict(zip(names, surface.values[:, :, 0], strict=True))
    for name in ("dice", "tversky", "jaccard", "bce"):
        assert np.ptp(values[name]) < 1e-12, name
    for name in ("hausdorff_dt", "boundary"):
        assert (np.diff(values[name]) > 1e-2).all(), name
    # Nearer, where they overlap, Dice slopes too.
    towards = over_moves(pair, [LOSSES["dice"]], "shift", [-15, -12, -9, -6], [0]).values[0, :, 0]
    assert (np.diff(towards) > 0.1).all()
