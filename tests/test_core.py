"""The face of the library: shapes, errors, dials, training, and what Pixels promises."""

import copy
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, Note, Param, Pixels, maps
from segloss_core.pixels import power, ratio

from .laws import same, scene


def test_shapes_that_differ_are_refused_instead_of_broadcast():
    z, y = torch.zeros(2, 1, 8, 8), torch.zeros(2, 8, 8)
    with pytest.raises(ValueError, match=r"target has shape \(2, 8, 8\), logits \(2, 1, 8, 8\)"):
        LOSSES["bce"](z, y)
    with pytest.raises(ValueError, match="weight has shape"):
        LOSSES["bce"](z, z, y)
    with pytest.raises(ValueError, match="two image axes"):
        LOSSES["bce"](torch.zeros(8), torch.zeros(8))


@pytest.mark.parametrize("bad", [255.0, 0.5, -1.0, float("nan")])
def test_a_target_is_zero_or_one(bad):
    y = torch.zeros(4, 4)
    y[1, 1] = bad
    with pytest.raises(ValueError, match="0 and 1 only"):
        LOSSES["dice"](torch.zeros(4, 4), y)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_weights_are_finite_and_not_negative(bad):
    w = torch.ones(4, 4)
    w[0, 0] = bad
    with pytest.raises(ValueError, match="weights must be"):
        LOSSES["dice"](torch.zeros(4, 4), torch.zeros(4, 4), w)


def test_dials_outside_their_domain_and_unknown_dials_are_refused():
    z, y = scene()
    with pytest.raises(ValueError, match=r"focal: gamma must lie in \[0, 1e3\], got -1"):
        LOSSES["focal"](z, y, gamma=-1)
    with pytest.raises(ValueError, match="beta must lie"):
        LOSSES["weighted_bce"](z, y, beta=0)
    with pytest.raises(ValueError, match="alpha must lie"):
        LOSSES["focal"](z, y, alpha=torch.tensor([0.2, 1.2]))
    with pytest.raises(ValueError, match="alpha must lie"):
        LOSSES["focal"](z, y, alpha=float("nan"))
    with pytest.raises(ValueError, match="whole number"):
        LOSSES["ssl_correlation"](z, y, window=3.5)
    with pytest.raises(ValueError, match="window must be odd, got 4"):
        LOSSES["ssl_correlation"](z, y, window=4)
    with pytest.raises(ValueError, match="no automatic value"):
        LOSSES["focal"](z, y, alpha=None)
    with pytest.raises(ValueError, match="must be a number"):
        LOSSES["focal"](z, y, alpha="0.5")
    with pytest.raises(TypeError, match="tversky has no dial 'gamma'; it has alpha, beta, smooth"):
        LOSSES["tversky"](z, y, gamma=2)
    with pytest.raises(TypeError, match="bce has no dial 'x'; it has no dials"):
        LOSSES["bce"].criterion(x=1)
    with pytest.raises(ValueError, match="gamma must lie"):
        LOSSES["focal"].criterion(gamma=-2)


def test_a_domain_means_what_it_says():
    half_open = Param("x", "(0, 1]", (0, 1), "a test")
    assert half_open.contains(1) and half_open.contains(1e-300)
    assert not half_open.contains(0) and not half_open.contains(1 + 1e-12)
    assert not half_open.contains(float("nan")) and not half_open.contains(float("inf"))
    with pytest.raises(ValueError, match="not an interval"):
        Param("x", "0..1", (0, 1), "a test")
    with pytest.raises(ValueError, match="leaves the domain"):
        Param("x", "[0, 1]", (0, 2), "a test")


def test_the_face_in_the_readme_works():
    z, y = scene()
    a, g = torch.linspace(0.1, 0.9, 5).double(), torch.linspace(0, 4, 3).double()
    assert LOSSES["tversky"](z, y, alpha=0.3, beta=0.7).shape == ()
    assert LOSSES["focal"](z, y, alpha=a[:, None], gamma=g[None]).shape == (5, 3)
    answer = LOSSES["combo"].at(Pixels.from_logits(z, y), alpha=0.25)
    assert answer.note is None and float(answer.floor) == -0.75
    share = maps.share(LOSSES["dice"], z, y)
    same(share.sum(), LOSSES["dice"](z, y), 1e-12)
    with pytest.raises(ValueError, match="wrt must be"):
        maps.gradient(LOSSES["dice"], z, y, wrt="z")


def test_windows_are_swept_by_a_loop():
    z, y = scene()
    windows, parts = torch.tensor([3, 5, 7]), torch.tensor([0.2, 0.6], dtype=torch.float64)
    dense = LOSSES["ssl_correlation"](z, y, window=windows, lam=parts[:, None])
    shares = maps.share(LOSSES["ssl_correlation"], z, y, window=windows, lam=parts[:, None])
    assert dense.shape == (2, 3) and shares.shape == (2, 3, *z.shape)
    for i, lam in enumerate((0.2, 0.6)):
        for j, window in enumerate((3, 5, 7)):
            same(dense[i, j], LOSSES["ssl_correlation"](z, y, window=window, lam=lam), 1e-14)
            one = maps.share(LOSSES["ssl_correlation"], z, y, window=window, lam=lam)
            same(shares[i, j], one, 1e-14)


def test_dials_can_be_learned():
    z, y = scene()
    alpha = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    LOSSES["tversky"](z, y, alpha=alpha, beta=0.7).backward()
    step = 1e-6
    up, down = (LOSSES["tversky"](z, y, alpha=0.3 + s, beta=0.7) for s in (step, -step))
    assert float(alpha.grad) == pytest.approx(float(up - down) / (2 * step), rel=1e-6)


# An undecided prediction costs nothing there, so nothing starts: it is never used alone.
NEVER_STARTS = {"hausdorff_er"}
STARTS = [loss for loss in LOSSES.values() if loss.name not in NEVER_STARTS]


@pytest.mark.parametrize("loss", STARTS, ids=lambda x: x.name)
def test_a_criterion_trains_a_small_network_under_autocast(loss):
    """The loss falls and nearly every object pixel ends above nearly every background pixel.

    Not Dice at ½: a loss may well settle below it (sensitivity_specificity with w = 0.05 does).
    """
    torch.manual_seed(0)
    y = torch.zeros(2, 1, 24, 24)
    y[0, 0, 5:15, 6:18], y[1, 0, 8:20, 3:12] = 1, 1
    x = y + 0.3 * torch.randn_like(y)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv2d(8, 1, 3, padding=1)
    )
    criterion = loss.criterion()
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    values = []
    for _ in range(60):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            z = net(x)
            assert z.dtype == torch.bfloat16
            value = criterion(z, y)
        assert value.dtype == torch.float32 and bool(torch.isfinite(value))
        optimiser.zero_grad()
        value.backward()
        assert all(bool(torch.isfinite(p.grad).all()) for p in net.parameters())
        optimiser.step()
        values.append(value.item())
    z = net(x).detach()
    assert values[-1] < values[0]
    assert float(z[y > 0].quantile(0.1)) > float(z[y == 0].quantile(0.9))


def test_a_criterion_is_the_mean_over_the_batch_and_travels():
    z = torch.stack([scene(s)[0] for s in range(3)])[:, None]
    y = torch.stack([scene(s)[1] for s in range(3)])[:, None]
    criterion = LOSSES["focal"].criterion(gamma=3.0)
    same(criterion(z, y), LOSSES["focal"](z, y, gamma=3.0).mean(), 1e-14)
    for other in (copy.deepcopy(criterion), pickle.loads(pickle.dumps(criterion))):
        same(other(z, y), criterion(z, y), 0)
    assert repr(criterion) == "Criterion(focal, gamma=3.0)"


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_maps_can_be_asked_for_where_gradients_are_off(off):
    z, y = scene()
    for loss in LOSSES.values():
        expected = maps.gradient(loss, z, y)
        with off():
            same(maps.gradient(loss, z.clone(), y.clone()), expected, 1e-14)
            same(maps.share(loss, z.clone(), y.clone()), maps.share(loss, z, y), 1e-14)


def test_pixels_can_be_used_again_with_and_without_gradients():
    z, y = scene()
    leaf = z.clone().requires_grad_()
    px = Pixels.from_logits(leaf, y)
    with torch.no_grad():
        LOSSES["dice"].at(px)
    (slope,) = torch.autograd.grad(LOSSES["combo"].at(px).value, leaf)
    same(slope, maps.gradient(LOSSES["combo"], z, y), 1e-12)
    LOSSES["dice"].at(px).value.backward()
    LOSSES["tversky"].at(px).value.backward()
    both = maps.gradient(LOSSES["dice"], z, y) + maps.gradient(LOSSES["tversky"], z, y)
    same(leaf.grad, both, 1e-12)


def test_pixels_can_be_used_again_with_other_dials():
    """Nothing that is kept with the pixels may belong to another setting."""
    z, y = scene()
    for loss in LOSSES.values():
        px = Pixels.from_logits(z, y)
        for name, dial in loss.dials.items():
            low, high = dial.param.shown
            for part in (0.30, 0.3001, 0.6, 0.30):
                value = low + part * (high - low)
                value = 2 * round(value / 2) + 1 if dial.kind == "whole" else value
                again = loss.at(px, **{name: value})
                fresh = loss.at(Pixels.from_logits(z, y), **{name: value})
                same(again.value, fresh.value, 0)
                same(again.share(), fresh.share(), 0)


def test_ignored_pixels_are_background_to_losses_that_look_at_places():
    z, y = scene()
    weight = torch.ones_like(y)
    weight[4:, 6:] = 0  # through the object
    unseen_z, unseen_y = z.clone(), y.clone()
    unseen_z[4:, 6:], unseen_y[4:, 6:] = -1e4, 0
    for name in ("hausdorff_dt", "ssl_correlation", "shape_aware", "distance_map_bce"):
        ignoring = LOSSES[name].at(Pixels.from_logits(z, y, weight)).terms()
        unseen = LOSSES[name].at(Pixels.from_logits(unseen_z, unseen_y)).terms()
        for term in ("d_y", "d_pred", "phi", "E"):
            if term in ignoring:
                same(ignoring[term], unseen[term], 1e-12)
        if name == "ssl_correlation":
            same(ignoring["c"], torch.where(weight > 0, unseen["c"], 0), 1e-12)
            assert float(ignoring["M"]) == float((ignoring["f"] * weight).sum())
    half = LOSSES["ssl_correlation"].at(Pixels.from_logits(z, y, torch.full_like(y, 0.5)))
    same(half.value, LOSSES["ssl_correlation"](z, y), 1e-12)


def test_ties_go_to_the_background():
    y = scene()[1]
    assert not bool(Pixels.from_logits(torch.zeros_like(y), y).hard.any())
    flat = LOSSES["shape_aware"](torch.zeros_like(y), y)  # no predicted contour: the diagonal
    expected = math.log(2) * (1 + math.hypot(11, 14) * float(y.mean()))
    assert float(flat) == pytest.approx(expected, rel=1e-12)


def test_infinite_logits_are_sure_and_finite():
    z, y = scene()
    z[3, 3], z[0, 0], z[9, 9] = math.inf, math.inf, -math.inf
    for loss in LOSSES.values():
        for dtype in (torch.float64, torch.float32, torch.float16):
            assert bool(torch.isfinite(loss(z.to(dtype), y))), loss.name
            assert bool(torch.isfinite(maps.gradient(loss, z.to(dtype), y)).all()), loss.name


@pytest.mark.parametrize(
    "bad",
    [
        torch.zeros(4, 4).bool(),
        torch.zeros(4, 4, dtype=torch.complex64),
        torch.zeros(0, 4, 4),
        torch.zeros(4, 0),
    ],
    ids=["bool", "complex", "no image", "no pixel"],
)
def test_what_is_no_picture_of_logits_is_refused(bad):
    with pytest.raises(ValueError, match="logits"):
        LOSSES["hausdorff_dt"](bad, torch.zeros(bad.shape))


def test_weights_whose_sum_overflows_are_refused():
    with pytest.raises(ValueError, match="so must their sum"):
        LOSSES["bce"](torch.zeros(4, 4), torch.zeros(4, 4), torch.full((4, 4), 1e38))


def test_numpy_numbers_are_dials():
    z, y = scene()
    same(LOSSES["focal"](z, y, gamma=np.float32(2.5)), LOSSES["focal"](z, y, gamma=2.5), 0)
    window = LOSSES["ssl_correlation"](z, y, window=np.int64(5))
    same(window, LOSSES["ssl_correlation"](z, y, window=5), 0)
    with pytest.raises(ValueError, match="gamma must lie"):
        LOSSES["focal"](z, y, gamma=10**400)


def test_a_criterion_owns_its_tensor_dials():
    learned = torch.nn.Parameter(torch.tensor(0.3))
    criterion = LOSSES["tversky"].criterion(alpha=learned, beta=torch.tensor(0.7))
    assert list(criterion.parameters()) == [learned]
    assert set(criterion.state_dict()) == {"alpha", "beta"}


def test_gradients_flow_to_the_logits_of_every_loss():
    z, y = scene()
    for loss in LOSSES.values():
        # Thick mistakes for a loss that peels them: a single survivor gets no push.
        leaf = (-z if loss.name in NEVER_STARTS else z).float().requires_grad_()
        loss(leaf, y).backward()
        assert float(leaf.grad.abs().sum()) > 0, loss.name


def test_notes_name_the_undefined_cases():
    z, y = scene()
    empty, full, sure = torch.zeros_like(y), torch.ones_like(y), torch.full_like(y, -1e4)

    def note(name, logits, target, **dials):
        return LOSSES[name].at(Pixels.from_logits(logits, target), **dials).note

    assert note("balanced_bce", z, empty) is Note.ONE_CLASS
    assert note("balanced_bce", z, full) is Note.ONE_CLASS
    assert note("balanced_bce", z, empty, beta=0.5) is None
    assert note("dice", z, empty) is None
    assert note("dice", z, empty, smooth=0) is Note.NOTHING_TO_OVERLAP
    assert note("dice", sure, empty, smooth=0) is Note.ZERO_OVER_ZERO
    assert note("tversky", z, y, alpha=0, beta=0) is Note.FREE_ERRORS
    assert note("tversky", sure, empty, smooth=0) is Note.ZERO_OVER_ZERO
    assert note("hausdorff_dt", z, full) is Note.NO_BOUNDARY_IN_TARGET
    assert note("hausdorff_dt", sure, empty) is Note.NO_BOUNDARY
    assert note("shape_aware", sure, empty) is None
    assert note("shape_aware", sure, y) is Note.NO_CONTOUR
    assert note("distance_map_bce", z, full) is Note.NO_BOUNDARY_IN_TARGET
    assert note("sensitivity_specificity", z, full) is Note.MISSING_CLASS
    assert note("exp_log", z, empty) is Note.MISSING_LABEL
    assert note("tversky", z, empty, smooth=0) is Note.NOTHING_TO_OVERLAP
    assert note("tversky", z, empty, alpha=0) is Note.FREE_ERRORS
    assert note("tversky", z, full, beta=0) is Note.FREE_ERRORS
    assert note("tversky", z, y, alpha=0) is None
    assert note("focal_tversky", z, empty, smooth=0) is Note.NOTHING_TO_OVERLAP
    assert note("hausdorff_dt", sure, y) is Note.NO_BOUNDARY_IN_PREDICTION
    assert float(LOSSES["balanced_bce"](z, empty)) == 0
    assert float(LOSSES["dice"](z, empty, smooth=0)) == 1
    assert float(LOSSES["dice"](sure, empty, smooth=0)) == 0
    assert float(LOSSES["hausdorff_dt"](-sure, empty)) == 0


def constant_at(loss, target, value, **dials):
    """The loss has this value whatever is predicted, and pushes nothing."""
    for seed in range(3):
        z = scene(seed)[0]
        assert float(loss(z, target, **dials)) == pytest.approx(value, abs=1e-15)
        assert float(maps.gradient(loss, z, target, **dials).abs().max()) < 1e-15


def test_notes_say_what_happens():
    empty, full = torch.zeros(11, 14).double(), torch.ones(11, 14).double()
    for target in (empty, full):  # "the automatic β makes the loss 0 for any prediction"
        constant_at(LOSSES["balanced_bce"], target, 0)
    # "the overlap is 0 whatever is predicted, and pushes nowhere"
    constant_at(LOSSES["dice"], empty, 1, smooth=0)
    constant_at(LOSSES["tversky"], empty, 1, smooth=0)
    constant_at(LOSSES["focal_tversky"], empty, 1, smooth=0)
    constant_at(LOSSES["log_cosh_dice"], empty, math.log(math.cosh(1)), smooth=0)
    constant_at(LOSSES["combo"], empty, 0, smooth=0, alpha=0)
    # "the loss is 0 for any prediction"
    for name in ("tversky", "focal_tversky"):
        constant_at(LOSSES[name], scene()[1], 0, alpha=0, beta=0)
        constant_at(LOSSES[name], empty, 0, alpha=0)
        constant_at(LOSSES[name], full, 0, beta=0)
    # "its term is 0"
    z = scene()[0]
    same(
        LOSSES["sensitivity_specificity"](z, full, w=0.3),
        0.3 * (1 - torch.sigmoid(z)).square().mean(),
        1e-12,
    )
    # "its cross-entropy has weight 0"
    absent = LOSSES["exp_log"](z, empty, w_dice=0, w_cross=1, gamma_cross=1)
    same(absent, LOSSES["bce"](z, empty), 1e-12)


def test_an_empty_image_of_a_batch_is_noted_where_it_is():
    z = torch.stack([scene(s)[0] for s in range(3)])
    y = torch.stack([scene(0)[1], torch.zeros(z.shape[1:]), scene(2)[1]]).double()
    answer = LOSSES["dice"].at(Pixels.from_logits(z, y), smooth=torch.tensor([0.0, 1.0]))
    assert answer.notes[Note.NOTHING_TO_OVERLAP].tolist() == [[False, True, False], [False] * 3]


def test_probabilities_of_exactly_zero_and_one_are_half_a_step_inside():
    p = torch.tensor([[0.0, 1.0, 0.25]], dtype=torch.float64)
    px = Pixels.from_probabilities(p, torch.tensor([[0.0, 1.0, 1.0]]))
    half = torch.finfo(torch.float64).eps / 4
    assert float(px.p[0, 0]) == pytest.approx(half, rel=1e-6)
    assert float(px.q[0, 1]) == pytest.approx(half, rel=1e-6)
    assert float(px.p[0, 2]) == pytest.approx(0.25, rel=1e-14)
    small = torch.tensor([[0.0, 1e-30, 0.5]], dtype=torch.float64)
    px = Pixels.from_probabilities(small, torch.zeros(1, 3))
    assert px.p[0].tolist() == pytest.approx([1e-30, 1e-30, 0.5], rel=1e-9)
    px = Pixels.from_probabilities(torch.ones(1, 1).half(), torch.ones(1, 1))
    assert px.q.item() == pytest.approx(2**-12, rel=1e-6)  # half a step of float16
    for bad in (-0.01, 1.01, float("nan")):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            Pixels.from_probabilities(torch.tensor([[bad]]), torch.zeros(1, 1))


def test_the_complement_of_a_sure_pixel_keeps_its_digits():
    px = Pixels.from_logits(torch.tensor([[40.0, -90.0, 1e4]]), torch.tensor([[1.0, 0.0, 1.0]]))
    assert px.q[0, 0].item() == pytest.approx(math.exp(-40), rel=1e-6)  # 1 − σ(40) is 0
    assert px.log_q[0].tolist() == pytest.approx([-40, 0, -1e4])
    assert px.p[0, 1].item() == pytest.approx(math.exp(-90), rel=1e-6)
    exact = Pixels.from_logits(torch.tensor([[20.5]]).double(), torch.zeros(1, 1)).log_q.item()
    assert exact == pytest.approx(-20.5 - math.exp(-20.5), rel=1e-15)  # F.softplus drops the rest
    assert px.log_p[0, 0].item() == pytest.approx(-math.exp(-40), rel=1e-6)


def test_ratio_and_power_decide_zero_over_zero_and_zero_to_a_power():
    a = torch.tensor([0.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
    value = ratio(a, torch.tensor([0.0, 0.0, 4.0], dtype=torch.float64))
    assert value.tolist() == [0, 0, 0.75]
    x = torch.tensor([0.0, 4.0], dtype=torch.float64, requires_grad=True)
    root = power(x, 0.5)
    (slope,) = torch.autograd.grad(root.sum(), x)
    assert root.tolist() == [0, 2] and slope.tolist() == [0, 0.25]


def test_importing_the_core_brings_torch_and_numpy_only():
    code = (
        "import sys, segloss_core;"
        "bad = {'streamlit', 'plotly', 'PIL', 'scipy', 'pandas'} & set(sys.modules);"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
