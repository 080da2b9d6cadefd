"""Soften a mask's labels: y' = (1 − ε) y + ε/2, what label smoothing makes of 0 and 1."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from .pixels import Pixels
from .spec import Number, Param

Doubt = Annotated[
    Number, Param(r"\epsilon", "[0, 1)", (0, 0.5), "how much of each label is spread over both")
]


def half(px: Pixels, epsilon: Number) -> Tensor:
    """ε/2: the softened label of a background pixel; that of an object pixel is 1 − ε/2."""
    return torch.as_tensor(epsilon, dtype=px.z.dtype, device=px.z.device) / 2


def soft_cross_entropy(px: Pixels, epsilon: Number) -> Tensor:
    """−y' ln p − (1 − y') ln(1 − p) of each pixel, in nats."""
    doubt = half(px, epsilon)
    return (1 - doubt) * px.ce + doubt * opposite(px)


def opposite(px: Pixels) -> Tensor:
    """What each pixel's cross-entropy would be if its label were the other one."""
    return -(px.y * px.log_q + px.background * px.log_p)


def soft_error(px: Pixels, epsilon: Number) -> Tensor:
    """|p − y'| of each pixel, from its error, which keeps its digits where p is sure."""
    return (px.e - half(px, epsilon)).abs()
