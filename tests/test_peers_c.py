"""The same numbers as MONAI for the power Jaccard, double soft F1 and Dice semimetric losses."""

import pytest
import torch

from segloss_core import LOSSES

from .peers import agree

monai = pytest.importorskip("monai.losses")


def both(z, y):
    """Object and background as two channels."""
    p = torch.sigmoid(z)
    return torch.cat([p, 1 - p], 1), torch.cat([y, 1 - y], 1)


PEERS = {
    "MONAI Jaccard with squared probabilities": (
        monai.DiceLoss(sigmoid=True, jaccard=True, squared_pred=True, smooth_nr=5.0, smooth_dr=5.0),
        lambda z, y: LOSSES["power_jaccard"](z, y, power=2, smooth=2.5),
    ),
    "MONAI Dice of two channels": (
        lambda z, y: monai.DiceLoss(smooth_nr=0, smooth_dr=0)(*both(z, y)),
        lambda z, y: LOSSES["soft_f1"](z, y),
    ),
    "MONAI Dice of soft labels": (
        lambda z, y: monai.DiceLoss(sigmoid=True, soft_label=True, smooth_nr=2.5, smooth_dr=2.5)(
            z, 0.7 * y + 0.15
        ),
        lambda z, y: LOSSES["dice_semimetric"](z, y, epsilon=0.3, smooth=2.5),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    theirs, ours = PEERS[name]
    agree(theirs, ours, 1e-5)  # MONAI casts to float32 inside


def test_its_dice_without_that_word_is_another_loss_of_soft_labels():
    theirs = monai.DiceLoss(sigmoid=True, smooth_nr=2.5, smooth_dr=2.5)
    with pytest.raises(AssertionError):
        agree(
            lambda z, y: theirs(z, 0.7 * y + 0.15),
            lambda z, y: LOSSES["dice_semimetric"](z, y, epsilon=0.3, smooth=2.5),
            1e-2,
        )
