"""The same numbers as torch's own losses."""

import pytest
import torch
import torch.nn.functional as F

from segloss_core import LOSSES

from .peers import agree

PEERS = {
    "Mse": (
        lambda z, y: F.mse_loss(torch.sigmoid(z), y),
        lambda z, y: LOSSES["mse"](z, y),
    ),
    "Mae": (
        lambda z, y: F.l1_loss(torch.sigmoid(z), y),
        lambda z, y: LOSSES["mae"](z, y),
    ),
    "Label smoothing": (
        lambda z, y: F.cross_entropy(
            torch.cat([-z / 2, z / 2], 1), y[:, 0].long(), label_smoothing=0.3
        ),
        lambda z, y: LOSSES["label_smoothing_bce"](z, y, epsilon=0.3),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_value_and_gradient_agree(name):
    agree(*PEERS[name], 1e-10)
