from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    perfect,
    punishes,
    quasi_linear,
    two_tone,
    within,
)
from ...counts import Smooth, counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

FalsePositivePrice = Annotated[
    Number, Param(r"\alpha", "[0, 1e6]", (0, 1), "price of a false positive")
]
FalseNegativePrice = Annotated[
    Number, Param(r"\beta", "[0, 1e6]", (0, 1), "price of a false negative")
]


@loss(
    formula=(
        r"L = 1 - \frac{TP + s}{TP + \alpha\,FP + \beta\,FN + s}"
        r" = \frac{\alpha\,FP + \beta\,FN}{TP + \alpha\,FP + \beta\,FN + s}"
    ),
    source="Salehi, Erdogmus, Gholipour 2017, arXiv:1706.05721, eq. 1-2; Jadon 2020, eq. 9-10",
    pixel=Arithmetic(
        "beta * (1 - p) / (TP + alpha * FP + beta * FN + smooth)",
        "alpha * p / (TP + alpha * FP + beta * FN + smooth)",
    ),
    presets={
        "paper (α = 0.3, β = 0.7)": {"alpha": 0.3, "beta": 0.7, "smooth": 1.0},
        "MONAI (Dice, s = 1e-5)": {"alpha": 0.5, "beta": 0.5, "smooth": 1e-5},
        "Jaccard": {"alpha": 1.0, "beta": 1.0, "smooth": 1.0},
        "recall first (α = 0.1, β = 0.9)": {"alpha": 0.1, "beta": 0.9, "smooth": 1.0},
    },
    claims=(
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            1 - 0.8 / (0.8 + 0.3 * 0.4 + 0.7 * 0.2),
            alpha=0.3,
            beta=0.7,
            smooth=0,
        ),
        equals("dice", when={"alpha": 0.5, "beta": 0.5, "smooth": 1}, at={"smooth": 2}),
        punishes("alpha", "false positives"),
        punishes("beta", "false negatives"),
        within(0, 1),
        perfect(),
        two_tone(),
        quasi_linear(),
        confident_mistake("goes silent"),
    ),
)
def tversky(
    px: Pixels,
    *,
    alpha: FalsePositivePrice = 0.3,
    beta: FalseNegativePrice = 0.7,
    smooth: Smooth = 1.0,
) -> Answer:
    """Dice with a separate price for each kind of mistake.

    Tversky loss

    α prices false positives, β false negatives. α = β = ½ is Dice, α = β = 1 Jaccard, (1, 0)
    is 1 − precision and (0, 1) is 1 − recall.

    Also called: asymmetric Dice; Jaccard and IoU at α = β = 1.

    Known problems: The letters are swapped in some papers and libraries: go by meaning. α = 0
    takes every push off the background, so everything is predicted. Like Dice it cannot repair
    a confident mistake, and half of Dice's smoothing does the same work.

    Where it belongs: Small lesions, where a missed pixel hurts more than a false one (β > α).

    Unit: 1
    """
    c = counts(px)
    priced = alpha * c.fp + beta * c.fn
    whole = c.tp + priced + smooth
    free_fp, free_fn, rough = (
        torch.as_tensor(dial, device=px.z.device) == 0 for dial in (alpha, beta, smooth)
    )
    free = (free_fp | (px.n0 == 0)) & (free_fn | (px.n1 == 0))
    empty = (px.n1 == 0) & rough & ~free
    return Answer(
        ratio(priced, whole),
        lambda: ratio(px.weighted((alpha * px.background + beta * px.y) * px.e), whole),
        notes={
            Note.FREE_ERRORS: free & (px.N > 0),
            Note.ZERO_OVER_ZERO: empty & (c.fp == 0),
            Note.NOTHING_TO_OVERLAP: empty & (c.fp > 0),
        },
    )
