"""The same numbers as kornia, where it has the loss and means the same by it."""

import pytest
import torch

from segloss_core import LOSSES

from .laws import scene
from .peers import agree

kornia = pytest.importorskip("kornia.losses")

PEERS = {
    "Focal": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=0.7, gamma=3.0, reduction="mean"
        ),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.7, gamma=3.0),
        1e-10,
    ),
    "Weighted cross-entropy": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=None, gamma=0.0, pos_weight=torch.tensor([3.5]).double(), reduction="mean"
        ),
        lambda z, y: LOSSES["weighted_bce"](z, y, beta=3.5),
        1e-10,
    ),
    "Balanced cross-entropy": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=0.8, gamma=0.0, reduction="mean"
        ),
        lambda z, y: LOSSES["balanced_bce"](z, y, beta=0.8),
        1e-10,
    ),
    "Lovász hinge": (
        lambda z, y: kornia.lovasz_hinge_loss(z, y[:, 0].long()),
        lambda z, y: LOSSES["lovasz_hinge"](z, y),
        1e-10,
    ),
    "Lovász softmax of the object": (
        lambda z, y: kornia.lovasz_softmax_loss(
            torch.cat([-z / 2, z / 2], 1), y[:, 0].long(), weight=torch.tensor([0.0, 2.0]).double()
        ),
        lambda z, y: LOSSES["lovasz_sigmoid"](z, y),
        1e-10,
    ),
    "SSIM": (
        lambda z, y: 2 * kornia.ssim_loss(torch.sigmoid(z), y, window_size=5, max_val=1.0),
        lambda z, y: LOSSES["ssim"](z, y, window=5),
        1e-6,
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    agree(*PEERS[name])


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
