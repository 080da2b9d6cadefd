from __future__ import annotations

from typing import Annotated

from ...claims import by_hand, confident_mistake, equals, perfect
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss
from ..distribution.bce import bce
from ..region.dice import dice

CrossEntropyWeight = Annotated[
    Number, Param("w", "[0, 1e6]", (0, 5), "weight of cross-entropy beside the Dice loss")
]


@loss(
    formula=(
        r"L = 1 - \frac{2\,TP + s}{2\,TP + FP + FN + s}"
        r" + \frac{w}{N}\sum_i -\left[y_i\ln p_i + (1 - y_i)\ln(1 - p_i)\right]"
    ),
    source="Isensee et al. 2021, nnU-Net, arXiv:1904.08128, uses the unweighted sum",
    pixel=Arithmetic(
        "(1 - p) / (2 * TP + FP + FN + smooth) - w * ln(p) / N",
        "p / (2 * TP + FP + FN + smooth) - w * ln(1 - p) / N",
    ),
    presets={"no smoothing, plain sum": {"smooth": 0.0, "w": 1.0}},
    claims=(
        by_hand(
            [[0.5, 0.5]], [[1, 0]], 1 - 2 * 0.5 / (1 + 1) + 3 * 0.6931471805599453, smooth=0, w=3
        ),
        equals("dice", when={"w": 0, "smooth": 2}, at={"smooth": 2}),
        perfect(),
        confident_mistake("keeps its push"),
    ),
)
def dice_bce(px: Pixels, *, smooth: Smooth = 1.0, w: CrossEntropyWeight = 1.0) -> Answer:
    """The plain sum of an overlap loss and cross-entropy: each repairs what the other cannot.

    Dice plus cross-entropy

    Dice minds the small object, cross-entropy repairs confident mistakes and keeps a push on an
    empty target. The plain sum is the usual first choice.

    Also called: Dice-CE, DiceBCE, compound Dice loss.

    Known problems: The two halves have different units: Dice is at most 1, cross-entropy has no
    bound, so early in training the latter decides. w is often left at 1 without a look.

    Where it belongs: Nearly any binary task, as the loss to compare others with.

    Unit: mixed
    """
    overlap, ce = dice.term(px, smooth=smooth), bce.term(px)
    return Answer(
        overlap.value + w * ce.value,
        lambda: overlap.share() + w * ce.share(),
        notes=overlap.notes,
    )
