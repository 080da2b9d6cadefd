"""The same numbers as MONAI and kornia, where they have the loss and mean the same by it."""

import pytest
import torch

from segloss_core import LOSSES

from .peers import agree

kornia = pytest.importorskip("kornia.losses")
monai = pytest.importorskip("monai.losses")


def monai_dice(z, y, smooth):
    return monai.DiceLoss(sigmoid=True, smooth_nr=smooth, smooth_dr=smooth)(z, y)


def monai_tversky(z, y, alpha, beta, smooth):
    # MONAI smooths with nr on TP and dr on the denominator, as Salehi does.
    return monai.TverskyLoss(
        sigmoid=True, alpha=alpha, beta=beta, smooth_nr=smooth, smooth_dr=smooth
    )(z, y)


PEERS = {
    "MONAI Dice": (
        lambda z, y: monai_dice(z, y, 2.5),
        lambda z, y: LOSSES["dice"](z, y, smooth=2.5),
    ),
    "MONAI Tversky": (
        lambda z, y: monai_tversky(z, y, 0.2, 0.9, 1.5),
        lambda z, y: LOSSES["tversky"](z, y, alpha=0.2, beta=0.9, smooth=1.5),
    ),
    "MONAI focal": (
        lambda z, y: monai.FocalLoss(alpha=0.7, gamma=3.0)(z, y),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.7, gamma=3.0),
    ),
    "MONAI focal with γ below 1": (
        lambda z, y: monai.FocalLoss(alpha=0.2, gamma=0.4)(z, y),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.2, gamma=0.4),
    ),
    "MONAI Hausdorff": (
        lambda z, y: monai.HausdorffDTLoss(sigmoid=True, alpha=1.5)(z, y),
        lambda z, y: LOSSES["hausdorff_dt"](z, y, alpha=1.5),
    ),
    "kornia focal": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=0.7, gamma=3.0, reduction="mean"
        ),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.7, gamma=3.0),
    ),
    "kornia weighted cross-entropy": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=None, gamma=0.0, pos_weight=torch.tensor([3.5]).double(), reduction="mean"
        ),
        lambda z, y: LOSSES["weighted_bce"](z, y, beta=3.5),
    ),
    "kornia balanced cross-entropy": (
        lambda z, y: kornia.binary_focal_loss_with_logits(
            z, y, alpha=0.8, gamma=0.0, reduction="mean"
        ),
        lambda z, y: LOSSES["balanced_bce"](z, y, beta=0.8),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    theirs, ours = PEERS[name]
    # MONAI casts to float32 inside several losses.
    agree(theirs, ours, 1e-5 if "MONAI" in name else 1e-10)
