from __future__ import annotations

from math import log
from typing import Annotated

from ...claims import by_hand, confident_mistake, equals, perfect, within
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss
from ..distribution.bce import bce
from ..region.dice import dice

CrossEntropyWeight = Annotated[
    Number, Param("w", "[0, 1e6]", (0, 5), "weight of cross-entropy beside Dice")
]


@loss(
    formula=r"L = \frac{FP + FN}{2\,TP + FP + FN + s} + w\,\overline{\mathrm{CE}}",
    source="Isensee et al. 2018, nnU-Net, arXiv:1809.10486",
    pixel=Arithmetic(
        "(1 - p) / (2 * TP + FP + FN + smooth) - w * ln(p) / N",
        "p / (2 * TP + FP + FN + smooth) - w * ln(1 - p) / N",
    ),
    presets={"MONAI DiceCELoss (s = 1e-5)": {"smooth": 1e-5, "w": 1.0}},
    claims=(
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            1 - (2 * 0.8 + 1) / (0.8 + 0.4 + 1 + 1) - 0.3 * (log(0.8) + log(0.6)) / 2,
            smooth=1,
            w=0.3,
        ),
        equals("dice", when={"w": 0, "smooth": 2}, at={"smooth": 2}),
        perfect(),
        within(0, float("inf")),
        confident_mistake("keeps its push"),
    ),
)
def dice_bce(px: Pixels, *, smooth: Smooth = 1.0, w: CrossEntropyWeight = 1.0) -> Answer:
    """Overlap for the small object, a vote of every pixel against confident mistakes.

    Dice plus cross-entropy

    The plain sum: Dice minds the object however small it is, and cross-entropy keeps a push on
    pixels that are surely wrong, where Dice has gone silent.

    Also called: DiceCE, BCE-Dice, nnU-Net's loss.

    Known problems: The two differ in scale: Dice stays below 1, cross-entropy grows without limit,
    so early in training a few sure mistakes lead. On small objects cross-entropy soon fades beside
    Dice.

    Where it belongs: The first choice where nothing is known yet; what other compounds are
    compared with.

    Unit: mixed
    """
    overlap, ce = dice.term(px, smooth=smooth), bce.term(px)
    return Answer(
        overlap.value + w * ce.value,
        lambda: overlap.share() + w * ce.share(),
        notes=overlap.notes,
    )
