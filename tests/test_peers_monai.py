"""The same numbers as MONAI, where it has the loss and means the same by it."""

import pytest
import torch

from segloss_core import LOSSES

from .peers import agree

monai = pytest.importorskip("monai.losses")


def monai_dice(z, y, smooth, **how):
    return monai.DiceLoss(sigmoid=True, smooth_nr=smooth, smooth_dr=smooth, **how)(z, y)


def monai_tversky(z, y, alpha, beta, smooth):
    # MONAI smooths with nr on TP and dr on the denominator, as Salehi does.
    return monai.TverskyLoss(
        sigmoid=True, alpha=alpha, beta=beta, smooth_nr=smooth, smooth_dr=smooth
    )(z, y)


def both(z, y):
    """Background and object as two channels, as several of MONAI's losses want them."""
    p = torch.sigmoid(z)
    return torch.cat([1 - p, p], 1), torch.cat([1 - y, y], 1)


def unified_in_monai(z, y, lam, delta, gamma):
    # MONAI means over the two channels of the cross-entropy, which halves it, and has λ the same way.
    focal = monai.unified_focal_loss.AsymmetricFocalLoss(delta=delta, gamma=gamma)(*both(z, y))
    overlap = monai.unified_focal_loss.AsymmetricFocalTverskyLoss(delta=delta, gamma=gamma)
    return lam * 2 * focal + (1 - lam) * overlap(*both(z, y))


# 1e-5: MONAI casts to float32 inside several losses.
PEERS = {
    "Dice": (
        lambda z, y: monai_dice(z, y, 2.5),
        lambda z, y: LOSSES["dice"](z, y, smooth=2.5),
        1e-5,
    ),
    "Tversky": (
        lambda z, y: monai_tversky(z, y, 0.2, 0.9, 1.5),
        lambda z, y: LOSSES["tversky"](z, y, alpha=0.2, beta=0.9, smooth=1.5),
        1e-5,
    ),
    "Focal": (
        lambda z, y: monai.FocalLoss(alpha=0.7, gamma=3.0)(z, y),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.7, gamma=3.0),
        1e-5,
    ),
    "Focal with γ below 1": (
        lambda z, y: monai.FocalLoss(alpha=0.2, gamma=0.4)(z, y),
        lambda z, y: LOSSES["focal"](z, y, alpha=0.2, gamma=0.4),
        1e-5,
    ),
    "Hausdorff": (
        lambda z, y: monai.HausdorffDTLoss(sigmoid=True, alpha=1.5)(z, y),
        lambda z, y: LOSSES["hausdorff_dt"](z, y, alpha=1.5),
        1e-5,
    ),
    "Jaccard": (
        lambda z, y: monai_dice(z, y, 3.0, jaccard=True),
        lambda z, y: LOSSES["jaccard"](z, y, smooth=1.5),
        1e-5,
    ),
    "Squared Dice": (
        lambda z, y: monai_dice(z, y, 2.5, squared_pred=True),
        lambda z, y: LOSSES["squared_dice"](z, y, smooth=2.5),
        1e-5,
    ),
    "Generalised Dice of both classes": (
        lambda z, y: monai.GeneralizedDiceLoss(softmax=True, smooth_nr=0, smooth_dr=0)(
            torch.cat([-z / 2, z / 2], 1), torch.cat([1 - y, y], 1)
        ),
        lambda z, y: LOSSES["generalized_dice"](z, y),
        1e-5,
    ),
    "Dice plus cross-entropy": (
        lambda z, y: monai.DiceCELoss(
            sigmoid=True, smooth_nr=2.5, smooth_dr=2.5, lambda_dice=1.0, lambda_ce=0.3
        )(z, y),
        lambda z, y: LOSSES["dice_bce"](z, y, smooth=2.5, w=0.3),
        1e-5,
    ),
    "ClDice": (
        lambda z, y: monai.SoftclDiceLoss(iter_=3, smooth_nr=2.0, smooth_dr=2.0, smooth=1e-12)(
            torch.sigmoid(z), y
        ),
        lambda z, y: LOSSES["cldice"](z, y, iters=3, smooth=2),
        1e-5,
    ),
    "Asymmetric unified focal": (
        lambda z, y: unified_in_monai(z, y, 0.3, 0.8, 0.4),
        lambda z, y: LOSSES["unified_focal_asym"](z, y, lam=0.3, delta=0.8, gamma=0.4),
        1e-4,
    ),
    "Jaccard with squared probabilities": (
        monai.DiceLoss(sigmoid=True, jaccard=True, squared_pred=True, smooth_nr=5.0, smooth_dr=5.0),
        lambda z, y: LOSSES["power_jaccard"](z, y, power=2, smooth=2.5),
        1e-5,
    ),
    "Dice of two channels": (
        lambda z, y: monai.DiceLoss(smooth_nr=0, smooth_dr=0)(*both(z, y)),
        lambda z, y: LOSSES["soft_f1"](z, y),
        1e-5,
    ),
    "Dice of soft labels": (
        lambda z, y: monai.DiceLoss(sigmoid=True, soft_label=True, smooth_nr=2.5, smooth_dr=2.5)(
            z, 0.7 * y + 0.15
        ),
        lambda z, y: LOSSES["dice_semimetric"](z, y, epsilon=0.3, smooth=2.5),
        1e-5,
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    agree(*PEERS[name])


def test_dice_without_soft_label_is_another_loss_of_soft_labels():
    theirs = monai.DiceLoss(sigmoid=True, smooth_nr=2.5, smooth_dr=2.5)
    with pytest.raises(AssertionError):
        agree(
            lambda z, y: theirs(z, 0.7 * y + 0.15),
            lambda z, y: LOSSES["dice_semimetric"](z, y, epsilon=0.3, smooth=2.5),
            1e-2,
        )
