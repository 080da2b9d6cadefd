from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    note_on_empty_target,
    on_sure_masks,
    perfect,
    within,
)
from ...counts import Smooth, counts
from ...pixels import Pixels, expm1, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Exponent = Annotated[
    Number,
    Param("k", "[1, 2]", (1, 2), "exponent of the probabilities in the union: 1 is Jaccard"),
]

_UNION = "(S + n1 - TP + smooth)"


@loss(
    formula=(
        r"L = 1 - \frac{TP + s}{\sum_i p_i^k + n_1 - TP + s}"
        r" = \frac{\sum_i p_i^k + n_1 - 2\,TP}{\sum_i p_i^k + n_1 - TP + s}"
    ),
    source="Duque-Arias et al. 2021, On power Jaccard losses for semantic segmentation, VISAPP",
    pixel=Arithmetic(
        f"(p**power - p**2 + (1 - p)**2) / {_UNION}",
        f"p**power / {_UNION}",
        {"S": r"\textstyle\sum p^k"},
    ),
    presets={
        "Jaccard (k = 1)": {"power": 1.0},
        "squared Jaccard (k = 2)": {"power": 2.0},
    },
    claims=(
        by_hand(
            [[0.64, 0.36]],
            [[1, 0]],
            1 - 2.64 / (0.512 + 0.216 + 1 - 0.64 + 2),
            power=1.5,
            smooth=2,
        ),
        equals("jaccard", when={"power": 1, "smooth": 3}, at={"smooth": 3}),
        on_sure_masks("jaccard"),
        within(0, 1),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, smooth=0),
    ),
)
def power_jaccard(px: Pixels, *, power: Exponent = 2.0, smooth: Smooth = 1.0) -> Answer:
    """Raises probabilities in the union to a power, so that slight errors weigh less.

    Power Jaccard loss

    Jaccard with p^k and y^k in the denominator; y^k is y for a mask. k = 1 is Jaccard, k = 2 to
    Jaccard what the squared Dice loss is to Dice. On sure masks all of them are the same.

    Also called: generalised Jaccard loss; squared Jaccard or Tanimoto loss at k = 2.

    Known problems: Above k = 2 an object pixel that is nearly right would earn more than one that
    is right, so k ends there. For k > 1 the push on a false pixel fades as it becomes right, and a
    faint grey remains. Confident mistakes are not repaired.

    Where it belongs: As Jaccard; where that drives predictions to 0 and 1 too fast.

    Unit: 1
    """
    powered = torch.exp(power * px.log_p)
    # p^k + 1 − 2p of an object pixel as p^k (1 − p^(2 − k)) + (1 − p)², which cancels nowhere.
    uneven = powered * -expm1((2 - power) * px.log_p)
    error = px.y * (uneven + px.q.square()) + px.background * powered
    total = px.sum(powered)
    union = total + counts(px).fn + smooth
    empty = (px.n1 == 0) & (torch.as_tensor(smooth, device=px.z.device) == 0)
    return Answer(
        ratio(px.sum(error), union),
        lambda: ratio(px.weighted(error), union),
        notes={
            Note.ZERO_OVER_ZERO: empty & (union == 0),
            Note.NOTHING_TO_OVERLAP: empty & (union > 0),
        },
        terms=lambda: {"S": total},
    )
