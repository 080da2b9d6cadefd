"""Windows through OpenCV against sums of squares in torch, and their gradients against those."""

import pytest
import torch

from segloss_core import LOSSES, geometry, windows

SHAPES = ((1, 1), (1, 7), (6, 1), (2, 3), (9, 12), (30, 21))


def plane(shape, seed=0, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("window, sigma", [(1, 1.5), (3, 0.4), (5, 1.5), (11, 1.5), (31, 9.0)])
@pytest.mark.parametrize("shape", SHAPES)
def test_mean_variance_and_gradient_are_those_of_the_sums_of_squares(shape, window, sigma):
    """Windows larger than the image too: its edges are then mirrored again and again."""
    pushes = [plane((2, *shape), seed) - 0.5 for seed in (1, 2)]
    answers = []
    for of in (windows.LocalVariance.apply, geometry.squares_about_means):
        x = plane((2, *shape)).requires_grad_()
        found = of(x, window, sigma)
        torch.autograd.backward(found, pushes)
        answers.append((*found, x.grad))
    for ours, theirs in zip(*answers, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("shape, window", [((4, 5), 3), ((3, 2), 9), ((1, 4), 5), ((7, 7), 5)])
def test_the_gradient_is_that_of_finite_differences(shape, window):
    x = plane(shape).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: windows.LocalVariance.apply(x, window, 1.5), (x,))


@pytest.mark.parametrize("shape", SHAPES)
def test_spreading_back_is_the_adjoint(shape):
    a, b, weights = plane(shape, 1).numpy(), plane(shape, 2).numpy(), windows.gaussian(7, 2.0)
    there = (windows.averaged(a, weights) * b).sum()
    back = (windows.spread_back(b, weights) * a).sum()
    assert abs(there - back) < 1e-13 * abs(there)


def test_float32_is_windowed_in_float64():
    x = 0.999 + 1e-4 * plane((40, 40))
    mean, variance = geometry.gaussian_variance(x.float(), 11, 1.5)
    exact = geometry.squares_about_means(x.float().double(), 11, 1.5)
    assert mean.dtype == variance.dtype == torch.float32
    torch.testing.assert_close(variance.double(), exact[1], rtol=1e-6, atol=1e-15)


def test_no_variance_is_negative():
    x = torch.full((50, 50), 0.7).double() + 1e-9 * plane((50, 50))
    assert float(geometry.gaussian_variance(x, 11, 1.5)[1].min()) >= 0


def test_torch_can_still_transform_the_loss():
    """vmap has its own tensors, which OpenCV cannot read."""
    z, y = 3 * plane((3, 12, 9)) - 1.5, (plane((3, 12, 9), 1) > 0.6).double()
    pixels = torch.func.vmap(lambda x: geometry.gaussian_variance(x, 5, 1.5)[1])
    torch.testing.assert_close(pixels(z), geometry.gaussian_variance(z, 5, 1.5)[1])
    assert LOSSES["ssim"](z, y).shape == (3,)
