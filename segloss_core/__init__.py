"""Segmentation losses for binary masks: values, per-pixel shares and gradients, all exact."""

from . import arithmetic, kinds, maps
from .losses import LOSSES
from .pixels import Pixels
from .spec import Answer, Claim, Loss, Note, Param, loss

__all__ = [
    "LOSSES",
    "Answer",
    "Claim",
    "Loss",
    "Note",
    "Param",
    "Pixels",
    "arithmetic",
    "kinds",
    "loss",
    "maps",
]
