from __future__ import annotations

import math

import torch

from ...claims import by_hand, perfect, ranks_like, smaller_gradient_than, two_tone, within
from ...counts import Smooth, counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, loss
from .dice import dice


@loss(
    formula=(r"L = \ln\cosh(DL),\quad DL = 1 - \frac{2\,TP + s}{2\,TP + FP + FN + s}"),
    source="Jadon 2020, eq. 32",
    pixel=Arithmetic("L * (1 - p) / (FP + FN)", "L * p / (FP + FN)"),
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], math.log(math.cosh(1 - 1.6 / 2.2)), smooth=0),
        within(0, math.log(math.cosh(1))),
        ranks_like("dice"),
        smaller_gradient_than("dice"),
        perfect(),
        two_tone(),
    ),
)
def log_cosh_dice(px: Pixels, *, smooth: Smooth = 1.0) -> Answer:
    """Half the squared Dice loss, nearly: the same goal with a fading push.

    Log-cosh Dice loss

    ln cosh x is close to x²/2 for x between 0 and 1, so the gradient is that of Dice times
    tanh(Dice loss): never more than 0.76 of it and vanishing near the optimum.

    Also called: ln cosh Dice.

    Known problems: It is said to make Dice tractable or convex. A monotone function keeps level
    sets and minimisers: nothing becomes convex. What it adds is a learning-rate schedule.

    Where it belongs: Where Dice training is unstable at the end; a smaller learning rate does the
    same.

    Unit: 1
    """
    inner = dice.term(px, smooth=smooth)
    # ln cosh x = ln(1 + 2 sinh²(x/2)) has no cancellation for small x.
    value = torch.log1p(2 * torch.sinh(inner.value / 2).square())
    return Answer(
        value,
        lambda: value * ratio(px.weighted(px.e), counts(px).wrong),
        notes=inner.notes,
    )
