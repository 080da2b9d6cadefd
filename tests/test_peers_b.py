"""The same numbers as MONAI and kornia for overlap compounds, centrelines and windows."""

import pytest
import torch

from segloss_core import LOSSES

from .peers import agree

kornia = pytest.importorskip("kornia.losses")
monai = pytest.importorskip("monai.losses")


def both(z, y):
    """Background and object as two channels, as MONAI's unified focal losses want them."""
    p = torch.sigmoid(z)
    return torch.cat([1 - p, p], 1), torch.cat([1 - y, y], 1)


def unified_in_monai(z, y, lam, delta, gamma):
    # MONAI means over the two channels of the cross-entropy, which halves it, and has λ the same way.
    focal = monai.unified_focal_loss.AsymmetricFocalLoss(delta=delta, gamma=gamma)(*both(z, y))
    overlap = monai.unified_focal_loss.AsymmetricFocalTverskyLoss(delta=delta, gamma=gamma)
    return lam * 2 * focal + (1 - lam) * overlap(*both(z, y))


PEERS = {
    "MONAI Dice and cross-entropy": (
        lambda z, y: monai.DiceCELoss(sigmoid=True, smooth_nr=2.5, smooth_dr=2.5, lambda_ce=0.4)(
            z, y
        ),
        lambda z, y: LOSSES["dice_bce"](z, y, smooth=2.5, w=0.4),
        1e-5,
    ),
    "MONAI clDice": (
        lambda z, y: monai.SoftclDiceLoss(iter_=3, smooth_nr=2.0, smooth_dr=2.0, smooth=1e-12)(
            torch.sigmoid(z), y
        ),
        lambda z, y: LOSSES["cldice"](z, y, iters=3, smooth=2),
        1e-5,
    ),
    "MONAI asymmetric unified focal": (
        lambda z, y: unified_in_monai(z, y, 0.3, 0.8, 0.4),
        lambda z, y: LOSSES["unified_focal_asym"](z, y, lam=0.3, delta=0.8, gamma=0.4),
        1e-4,  # it clamps probabilities at 1e-7
    ),
    "kornia SSIM": (
        lambda z, y: 2 * kornia.ssim_loss(torch.sigmoid(z), y, window_size=5, max_val=1.0),
        lambda z, y: LOSSES["ssim"](z, y, window=5),
        1e-6,  # it adds 1e-12 to the denominator
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    theirs, ours, tolerance = PEERS[name]
    agree(theirs, ours, tolerance)
