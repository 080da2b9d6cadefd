"""The same numbers as kornia for mistakes that are eroded."""

import pytest
import torch

from segloss_core import LOSSES

from .laws import scene

kornia = pytest.importorskip("kornia.losses")


@pytest.mark.parametrize(("alpha", "k"), [(2.0, 10), (1.3, 3), (2.7, 1)])
@pytest.mark.parametrize("sign", [1, -1], ids=["mostly right", "mostly wrong"])
def test_kornia_hausdorff_by_erosion(sign, alpha, k):
    """Value and gradient: kornia wants both classes, whose errors are the same."""
    theirs = kornia.HausdorffERLoss(alpha=alpha, k=k).double()
    for seed in range(3):
        z, y = (x[None, None] for x in scene(seed))
        results = []
        for f in (
            lambda z, y=y: LOSSES["hausdorff_er"](z, y, alpha=alpha, iterations=k).sum(),
            lambda z, y=y: theirs(torch.cat([torch.sigmoid(-z), torch.sigmoid(z)], 1), y.long()),
        ):
            leaf = (sign * z).requires_grad_()
            value = f(leaf)
            results.append((value, torch.autograd.grad(value, leaf)[0]))
        for mine, other in zip(*results, strict=True):
            # Its kernel is made in single precision; where one pixel survives, nothing is pushed.
            torch.testing.assert_close(mine, other, rtol=1e-6, atol=1e-8)
