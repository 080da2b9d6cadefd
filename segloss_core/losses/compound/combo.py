from __future__ import annotations

from typing import Annotated

from ...claims import by_hand, confident_mistake, equals, perfect, punishes
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss
from ..distribution.balanced_bce import balanced_bce
from ..region.dice import dice

CrossEntropyPart = Annotated[
    Number, Param(r"\alpha", "[0, 1]", (0, 1), "part of cross-entropy; 1 − α is the part of Dice")
]
ObjectPrice = Annotated[
    Number,
    Param(r"\beta", "[0, 1]", (0, 1), "price of missed object pixels in the cross-entropy"),
]


@loss(
    formula=(
        r"L = \alpha\,\frac{1}{N}\sum_i -\left[\beta\,y_i\ln p_i"
        r" + (1-\beta)(1-y_i)\ln(1-p_i)\right]"
        r" - (1 - \alpha)\,\frac{2\,TP + s}{2\,TP + FP + FN + s}"
    ),
    source="Taghanaki et al. 2018, arXiv:1805.02798, eq. 3 as corrected; Jadon 2020, eq. 17-18",
    pixel=Arithmetic(
        "-alpha * beta * ln(p) / N + (1 - alpha) * (1 - p) / (2 * TP + FP + FN + smooth)",
        "-alpha * (1 - beta) * ln(1 - p) / N + (1 - alpha) * p / (2 * TP + FP + FN + smooth)",
    ),
    claims=(
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            0.7 * 0.6931471805599453 / 2 - 0.3 * (2 * 0.5) / (1 + 1),
            alpha=0.7,
            beta=0.2,
            smooth=0,
        ),
        equals("bce", when={"alpha": 1, "beta": 0.5}, times=0.5),
        equals("balanced_bce", when={"alpha": 1, "beta": 0.3}, at={"beta": 0.3}),
        punishes("beta", "false negatives"),
        perfect(-0.5),
        confident_mistake("keeps its push"),
    ),
)
def combo(
    px: Pixels, *, alpha: CrossEntropyPart = 0.5, beta: ObjectPrice = 0.5, smooth: Smooth = 1.0
) -> Answer:
    """Cross-entropy and Dice in one: local votes and global overlap.

    Combo loss

    α parts of balanced cross-entropy minus 1 − α parts of the Dice coefficient. It is negative by
    design: a perfect prediction costs −(1 − α), shown as the floor.

    Also called: Dice plus balanced BCE.

    Known problems: Three different slips circulate: the logarithm misplaced in the paper's
    equation, the Dice loss subtracted instead of the coefficient, and a wrong sign on the
    background's cross-entropy in the authors' own code. Each rewards a wrong mask.

    Where it belongs: The usual choice for organs and lesions: cross-entropy repairs confident
    mistakes, Dice minds the small object.

    Unit: mixed
    """
    ce = balanced_bce.term(px, beta=beta)
    overlap = dice.term(px, smooth=smooth)
    floor = -(1 - alpha)
    return Answer(
        alpha * ce.value + (1 - alpha) * overlap.value + floor,
        lambda: alpha * ce.share() + (1 - alpha) * overlap.share(),
        floor,
        overlap.notes,
    )
