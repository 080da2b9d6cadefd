from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from ...claims import by_hand, confident_mistake, note_on_empty_target, perfect
from ...counts import counts
from ...pixels import Pixels, power, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

DiceWeight = Annotated[Number, Param("w_D", "[0, 1e6]", (0, 1), "weight of the Dice part")]
CrossWeight = Annotated[
    Number, Param("w_C", "[0, 1e6]", (0, 1), "weight of the cross-entropy part")
]
DiceExponent = Annotated[
    Number, Param(r"\gamma_D", "(0, 5]", (0.1, 3), "exponent of the Dice part's logarithm")
]
CrossExponent = Annotated[
    Number, Param(r"\gamma_C", "(0, 5]", (0.1, 3), "exponent of each pixel's cross-entropy")
]
# 0 is left out: the logarithm of an empty overlap would be infinite.
Smooth = Annotated[
    Number, Param("s", "(0, 1e6]", (0.01, 100), "pixels added to numerator and denominator")
]


@loss(
    formula=(
        r"L = w_D\,\overline{(-\ln DSC_l)^{\gamma_D}}"
        r" + w_C\,\overline{w_l\,(-\ln p_t)^{\gamma_C}},"
        r"\quad w_l = \sqrt{N/n_l},\quad DSC_l = \tfrac{2\,TP_l + s}{2\,TP_l + FP + FN + s}"
    ),
    source="Wong, Moradi, Tang, Syeda-Mahmood 2018, arXiv:1809.00076; Jadon 2020, eq. 19-21",
    pixel=Arithmetic(
        "w_dice * G * (1 - p) / (FP + FN) + w_cross * w_1 * (-ln(p))**gamma_cross / N",
        "w_dice * G * p / (FP + FN) + w_cross * w_0 * (-ln(1 - p))**gamma_cross / N",
        {"G": r"\overline{(-\ln DSC_l)^{\gamma_D}}", "w_1": "w_1", "w_0": "w_0"},
    ),
    presets={
        "paper (γ = 0.3)": {"gamma_dice": 0.3, "gamma_cross": 0.3},
        "plain logarithms (γ = 1)": {"gamma_dice": 1.0, "gamma_cross": 1.0},
    },
    claims=(
        # Both labels have TP = ½ and E = 1: DSC = (1 + 1)/(2 + 1); both weights are √2.
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            0.6 * math.log(1.5) ** 2 + 0.4 * math.sqrt(2) * math.log(2) ** 0.5,
            w_dice=0.6,
            w_cross=0.4,
            gamma_dice=2,
            gamma_cross=0.5,
            smooth=1,
        ),
        confident_mistake("keeps a weak push"),
        note_on_empty_target(Note.MISSING_LABEL),
        perfect(),
    ),
)
def exp_log(
    px: Pixels,
    *,
    w_dice: DiceWeight = 0.8,
    w_cross: CrossWeight = 0.2,
    gamma_dice: DiceExponent = 0.3,
    gamma_cross: CrossExponent = 0.3,
    smooth: Smooth = 1.0,
) -> Answer:
    """Logarithms of Dice and cross-entropy under an exponent: rare labels count, all scales matter.

    Exponential logarithmic loss

    Both labels have a Dice coefficient and a weight √(N/n), so a rare label counts more. Exponents
    below 1 push hardest on pixels that are nearly right, above 1 on those that are wrong.

    Also called: ELL, exponential log.

    Known problems: For exponents below 1 the slope grows without bound near a perfect prediction,
    and a confident mistake is pushed only weakly. The paper's label frequencies are those of the
    training set; here, with one image, they are the image's. A label that is missing gets weight 0.

    Where it belongs: Several structures of very different size in one image.

    Unit: mixed
    """
    c = counts(px)
    true_negatives = px.sum(px.background * px.q)

    def label(hit: Tensor) -> Tensor:  # −ln DSC = ln(1 + E / (2 TP + s)): exact near 0
        return power(torch.log1p(c.wrong / (2 * hit + smooth)), gamma_dice)

    overlap = (label(c.tp) + label(true_negatives)) / 2
    w_1, w_0 = ratio(px.N, px.n1).sqrt(), ratio(px.N, px.n0).sqrt()
    cross = power(px.ce, gamma_cross)
    missed, false = px.y * cross, px.background * cross

    def share() -> Tensor:
        error = ratio(px.weighted(px.e), c.wrong)
        return w_dice * overlap * error + w_cross * px.spread(w_1 * missed + w_0 * false)

    return Answer(
        w_dice * overlap + w_cross * (w_1 * px.mean(missed) + w_0 * px.mean(false)),
        share,
        notes={Note.MISSING_LABEL: (px.n1 == 0) | (px.n0 == 0)},
        terms=lambda: {"G": overlap, "w_1": w_1, "w_0": w_0},
    )
