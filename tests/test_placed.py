"""Tables and fields answer as every pixel does: value, share and both gradients, in float64."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from segloss_core import LOSSES
from segloss_core.maps import answer_at
from segloss_core.pair import Pair, Prediction
from segloss_core.pixels import Pixels, power
from segloss_core.placed import Places, Unplaced
from segloss_core.placed.grid import Grid
from segloss_core.placed.lazy import Plane, Table, Terms
from segloss_core.scenes import SCENES
from segloss_core.study import Study

PLACED = {
    "boundary", "boundary_dou", "distance_map_bce", "hausdorff_dt", "shape_aware",
    "skeleton_recall", "ssl_correlation", "structure_f3net", "unet_border_bce",
}  # fmt: skip
POSITIONAL = {name for name, loss in LOSSES.items() if loss.positional}
UNEQUAL = {
    "distance_map_bce": {"scale": 3.7},
    "hausdorff_dt": {"alpha": 1.3},
    "hausdorff_er": {"alpha": 0.6, "iterations": 3},
    "ssim": {"window": 5},
    "ssl_correlation": {"beta": 0.3, "lam": 0.2, "C4": 0.05, "window": 5, "sigma": 0.9},
    "structure_f3net": {"gain": 2.5, "window": 7, "smooth": 0.3},
    "unet_border_bce": {"w0": 4.5, "sigma": 2.5},
    "boundary_dou": {"smooth": 0.7},
    "skeleton_recall": {"radius": 1, "smooth": 0.4},
    "active_contour": {"lam": 0.4, "mu": 2.5, "eps": 1e-3},
    "cldice": {"iters": 2, "smooth": 0.3},
    "dice_cldice": {"alpha": 0.3, "iters": 2, "smooth": 0.6},
}
RANDOM = np.random.default_rng(4)
SHAPE = (23, 31)
NOTHING, SOME = np.zeros(SHAPE, np.uint8), (RANDOM.random(SHAPE) < 0.3).astype(np.uint8)
ONE = NOTHING.copy()
ONE[5, 7] = 1
MASKS = {"empty": NOTHING, "full": NOTHING + 1, "one pixel": ONE, "speckle": SOME}


def pairs() -> dict[str, Pair]:
    found = {name: scene.draw(64) for name, scene in SCENES.items()}
    for name, target in MASKS.items():
        for other, mask in MASKS.items():
            said = Prediction.hard(mask[::-1].copy(), 0.8)
            found[f"{name} against {other}"] = Pair(None, target, said, "p")
        grey = RANDOM.integers(0, 256, SHAPE).astype(np.uint8)
        found[f"{name} against greys"] = Pair(None, target, Prediction.coded(grey), "p")
    for name, part in (("row", np.s_[:1]), ("column", np.s_[:, :1]), ("pixel", np.s_[5:6, 7:8])):
        found[name] = Pair(None, SOME[part].copy(), Prediction.coded(grey[part].copy()), "p")
    return found


PAIRS = pairs()


def near(a, b, within=1e-12, least=1e-300):
    largest = max(float(np.abs(b).max()), least)
    assert float(np.abs(a - b).max()) <= within * largest


def on_every_pixel(pair, loss, wrt, **dials):
    """The same, from dense float64 pixels that share nothing with the study."""
    z, y = torch.from_numpy(pair.prediction.logits()), torch.tensor(pair.target)
    answer, slope = answer_at(loss, Pixels.from_logits(z, y), wrt=wrt, **dials)
    with torch.no_grad():
        return answer, answer.share().numpy(), slope.numpy()


def same(pair, study, name, **dials):
    loss = LOSSES[name]
    # Where an image is flat, E[x²] − E[x]² leaves 1e-16 beside C₂ = 9e-4, in either evaluation.
    within = 1e-11 if name == "ssim" else 1e-12
    # Pushes of 1 / N that cancel leave rounding: nowhere else is a map's maximum far below that.
    least = 1e-3 / pair.target.size if name == "ssim" else 1e-300
    for wrt in ("logit", "probability"):
        answer, share, slope = on_every_pixel(pair, loss, wrt, **dials)
        maps, value = study.maps(loss, wrt=wrt, **dials), study.value(loss, **dials)
        expected = answer.value.detach().numpy()
        for found in (maps.value, value.value):
            near(np.array(found), expected, within)
        near(np.array(maps.floor), torch.as_tensor(answer.floor).detach().numpy())
        assert maps.note == value.note == answer.note
        near(maps.share, share, within)
        near(maps.gradient, slope, within, least)


@pytest.mark.parametrize("name", sorted(POSITIONAL))
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_a_study_answers_as_every_pixel_does(pair, name):
    study = Study(pair)
    same(pair, study, name)
    same(pair, study, name, **UNEQUAL.get(name, {}))  # with what the first call left behind


@pytest.mark.parametrize("name", sorted(PLACED - {"boundary", "shape_aware"}))
def test_dials_at_their_ends(name):
    pair, loss = PAIRS["brain"], LOSSES[name]
    for dial in loss.dials.values():
        low, high = dial.param.shown
        for end in (low, high):
            end = int(end) if dial.kind == "whole" else end
            if dial.param.contains(end):
                same(pair, Study(pair), name, **{dial.name: end})


def test_which_losses_are_sums_of_tables_times_fields():
    pair = PAIRS["speckle against greys"]
    study, found = Study(pair), set()
    assert study.places is not None
    for name in POSITIONAL:
        try:
            study.places.maps(LOSSES[name])
            found.add(name)
        except Unplaced:
            pass
    assert found == PLACED


@pytest.mark.parametrize("name", sorted(POSITIONAL))
def test_another_confidence_and_another_prediction(name):
    pair = PAIRS["speckle against one pixel"]
    study = Study(pair)
    study.maps(LOSSES[name])
    surer = study.with_confidence(0.97)
    same(surer.pair, surer, name)
    other = study.with_prediction(PAIRS["speckle against greys"].prediction)
    same(other.pair, other, name)


@pytest.mark.parametrize("name", sorted(POSITIONAL))
def test_a_float_prediction_is_evaluated_on_every_pixel(name):
    said = Prediction.floating(RANDOM.random(SHAPE))
    pair = Pair(None, SOME, said, "float")
    study = Study(pair)
    assert study.places is None
    same(pair, study, name)


def test_the_yardstick_is_the_loss_of_the_constant_guess():
    pair = PAIRS["nuclei"]
    n1 = int(pair.target.sum())
    z = float(np.log((n1 + 0.5) / (pair.target.size - n1 + 0.5)))
    for name in sorted(POSITIONAL):
        y = torch.tensor(pair.target)
        guess = LOSSES[name].at(Pixels.from_logits(torch.full(y.shape, z, dtype=torch.float64), y))
        found, above = Study(pair).yardstick(LOSSES[name]), float(guess.value - guess.floor)
        defined = guess.note is None and above > 0
        assert found == (pytest.approx(above, rel=1e-12) if defined else None), name


def test_fields_stay_tensors_that_others_can_share():
    pair = PAIRS["lesion"]
    study = Study(pair)
    for name in sorted(PLACED):
        study.maps(LOSSES[name])
    for _, made in study.fields.values():
        for x in made if isinstance(made, tuple) else (made,):
            assert isinstance(x, torch.Tensor)


# ---- the planes themselves -----------------------------------------------------------------------


ROW = Study(PAIRS["nuclei"]).places.row


@pytest.fixture
def grid():
    study = Study(PAIRS["speckle against greys"])
    assert study.places is not None
    return Grid(study.places.code, study.places.count)


def some(grid, seed=0, **how):
    made = torch.rand(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return made, Plane.of(grid, made)


def test_what_is_done_to_a_plane_is_done_to_its_pixels(grid):
    a, lazy_a = some(grid, 1)
    b, lazy_b = some(grid, 2)
    p, y = (Table(grid, x) for x in (ROW.p, ROW.y))
    dense_p, dense_y = p.dense(), y.dense()
    for of in (
        lambda a, b, p, y: (a - b).abs() * p + 2 * y / (a + 0.1),
        lambda a, b, p, y: torch.where(a > b, p, 1 - y) - 3,
        lambda a, b, p, y: 1 - (p * a + y * b - b) / 7,
        lambda a, b, p, y: -(y * a) * (p * b + 2) / (4 * b + 1),
        lambda a, b, p, y: ~(a > 0.5) & (y > 0) | (p < 0.2),
        lambda a, b, p, y: torch.exp(-(a / 0.3).square() / 2) * y,
    ):
        near(
            of(lazy_a, lazy_b, p, y).dense().double().numpy(),
            of(a, b, dense_p, dense_y).double().numpy(),
        )


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 1.3, 2.0, 6.0])
def test_powers_of_planes_keep_their_zero(grid, alpha):
    made, _ = some(grid)
    made = torch.where(made < 0.3, 0, 40 * made)
    near(power(Plane.of(grid, made), alpha).dense().numpy(), power(made, alpha).numpy())


def test_sums_and_ends_are_those_of_the_image(grid):
    made, lazy = some(grid)
    for name in ("sum", "amax", "amin"):
        of = getattr(torch.Tensor, name)
        for how in ({"dim": (-2, -1), "keepdim": True}, {"dim": -1}, {"dim": -2}):
            torch.testing.assert_close(getattr(lazy, name)(**how), of(made, **how))
    above = (lazy > 0.999).any(-1).any(-1)[..., None, None]
    assert above.shape == (1, 1) and bool(above) == bool((made > 0.999).any())
    count = Table(grid, ROW.y).sum((-2, -1), keepdim=True)
    assert float(count) == SOME.sum()


def test_what_is_no_sum_of_tables_times_fields_says_so(grid):
    z = ROW.z.clone().requires_grad_()
    p, field = Table(grid, z.sigmoid()), some(grid)[1]
    for refused in (
        lambda: (p * field).square(),
        lambda: torch.where(field > 0.5, p, 0),
        lambda: p / (p * field + 1),
        lambda: p.flatten(),
        lambda: p / p.sum((-2, -1), keepdim=True),
        lambda: p * torch.ones(SHAPE[0], 1),
    ):
        with pytest.raises(Unplaced):
            refused()
    assert isinstance(p * field, Terms)


def test_a_grid_of_dials_is_refused():
    study = Study(PAIRS["nuclei"])
    assert isinstance(study.places, Places)
    with pytest.raises(Unplaced):
        study.places.answer(LOSSES["hausdorff_dt"], alpha=torch.tensor([1.0, 2.0]))


def test_dials_are_checked_as_the_loss_checks_them():
    study = Study(PAIRS["nuclei"])
    for name, wrong, error in (
        ("ssim", {"window": 4}, ValueError),
        ("ssim", {"window": 103}, ValueError),
        ("ssim", {"not_a_dial": 4}, TypeError),
        ("active_contour", {"lam": -1.0}, ValueError),
        ("hausdorff_dt", {"alpha": None}, ValueError),
    ):
        for ask in (study.value, study.maps):
            with pytest.raises(error):
                ask(LOSSES[name], **wrong)


@pytest.mark.parametrize("name, dials", [("ssim", {"window": w}) for w in (1, 3, 11, 41)])
@pytest.mark.parametrize("shape", [(3, 2000), (900, 5), (130, 700)])
def test_strips_meet_without_a_seam(name, dials, shape):
    """More strips than one, windows wider than a strip's rows; edges of the image in all of them."""
    target = (RANDOM.random(shape) < 0.4).astype(np.uint8)
    grey = RANDOM.integers(0, 256, shape).astype(np.uint8)
    pair = Pair(None, target, Prediction.coded(grey), "seams")
    same(pair, Study(pair), name, **dials)
    same(pair, Study(pair), "active_contour")


def test_torch_has_its_threads_again_afterwards():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        study = Study(SCENES["nuclei"].draw(160))
        for name in ("ssim", "active_contour", "hausdorff_dt"):
            study.maps(LOSSES[name]), study.value(LOSSES[name])
            assert torch.get_num_threads() == 2
        with pytest.raises(Unplaced):
            study.places.maps(LOSSES["hausdorff_er"])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_two_visitors_at_once_get_what_one_gets():
    """A sample's study is shared: nothing of one evaluation may show in another."""
    pair, names = PAIRS["nuclei"], sorted(PLACED) * 4
    expected, study = {n: Study(pair).maps(LOSSES[n]) for n in names}, Study(pair)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: study._maps(LOSSES[n]), names))
    for name, maps in zip(names, found, strict=True):
        assert maps.value == expected[name].value
        assert np.array_equal(maps.gradient, expected[name].gradient)


@pytest.mark.parametrize("side", [512, 1024])
def test_a_colour_range_sees_a_single_column(side):
    """A stride that divides the width would look at the same columns in every row."""
    target, codes = np.zeros((2, side, side), np.uint8)
    target[100:200, 100:200] = 1
    codes[target > 0] = 255
    codes[:, 5] = 255  # one false line
    study = Study(Pair(None, target, Prediction.coded(codes), "line"))
    maps = study.maps(LOSSES["boundary"])
    flat = np.sort(abs(maps.share.ravel()))
    mass = np.cumsum(flat)
    exact = flat[np.searchsorted(mass, 0.98 * mass[-1])]
    assert maps.share_top == pytest.approx(exact, rel=0.1)
