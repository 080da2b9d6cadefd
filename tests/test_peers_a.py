"""The same numbers as MONAI, kornia and torch, where they have the loss and mean the same by it."""

import pytest
import torch
import torch.nn.functional as F

from segloss_core import LOSSES

from .peers import agree

kornia = pytest.importorskip("kornia.losses")
monai = pytest.importorskip("monai.losses")


def monai_dice(z, y, smooth, **how):
    return monai.DiceLoss(sigmoid=True, smooth_nr=smooth, smooth_dr=smooth, **how)(z, y)


PEERS = {
    "MONAI Jaccard": (
        lambda z, y: monai_dice(z, y, 3.0, jaccard=True),
        lambda z, y: LOSSES["jaccard"](z, y, smooth=1.5),
    ),
    "MONAI squared Dice": (
        lambda z, y: monai_dice(z, y, 2.5, squared_pred=True),
        lambda z, y: LOSSES["squared_dice"](z, y, smooth=2.5),
    ),
    "MONAI generalised Dice of both classes": (
        lambda z, y: monai.GeneralizedDiceLoss(softmax=True, smooth_nr=0, smooth_dr=0)(
            torch.cat([-z / 2, z / 2], 1), torch.cat([1 - y, y], 1)
        ),
        lambda z, y: LOSSES["generalized_dice"](z, y),
    ),
    "MONAI Dice plus cross-entropy": (
        lambda z, y: monai.DiceCELoss(
            sigmoid=True, smooth_nr=2.5, smooth_dr=2.5, lambda_dice=1.0, lambda_ce=0.3
        )(z, y),
        lambda z, y: LOSSES["dice_bce"](z, y, smooth=2.5, w=0.3),
    ),
    "kornia Lovász hinge": (
        lambda z, y: kornia.lovasz_hinge_loss(z, y[:, 0].long()),
        lambda z, y: LOSSES["lovasz_hinge"](z, y),
    ),
    "kornia Lovász softmax of the object": (
        lambda z, y: kornia.lovasz_softmax_loss(
            torch.cat([-z / 2, z / 2], 1), y[:, 0].long(), weight=torch.tensor([0.0, 2.0]).double()
        ),
        lambda z, y: LOSSES["lovasz_sigmoid"](z, y),
    ),
    "torch mse": (
        lambda z, y: F.mse_loss(torch.sigmoid(z), y),
        lambda z, y: LOSSES["mse"](z, y),
    ),
    "torch mae": (
        lambda z, y: F.l1_loss(torch.sigmoid(z), y),
        lambda z, y: LOSSES["mae"](z, y),
    ),
    "torch label smoothing": (
        lambda z, y: F.cross_entropy(
            torch.cat([-z / 2, z / 2], 1), y[:, 0].long(), label_smoothing=0.3
        ),
        lambda z, y: LOSSES["label_smoothing_bce"](z, y, epsilon=0.3),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    theirs, ours = PEERS[name]
    # MONAI casts to float32 inside several losses.
    agree(theirs, ours, 1e-5 if "MONAI" in name else 1e-10)
