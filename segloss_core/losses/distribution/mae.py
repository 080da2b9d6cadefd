from __future__ import annotations

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    equals,
    perfect,
    two_tone,
    within,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, loss


@loss(
    formula=r"L = \frac{1}{N}\sum_i |p_i - y_i|",
    source="Ghosh, Kumar, Sastry 2017, arXiv:1712.09482",
    pixel=Arithmetic("(1 - p) / N", "p / N"),
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], (0.2 + 0.4) / 2),
        equals("gce", at={"q": 1}),
        within(0, 1),
        perfect(),
        two_tone(),
        blind_to_class_names(),
        confident_mistake("goes silent"),
    ),
)
def mae(px: Pixels) -> Answer:
    """Charges every pixel its plain error: the expected part of wrong pixels.

    Mean absolute error

    (FP + FN)/N with soft counts. It is the common ground of many losses: the numerator of Dice,
    the extra term of Poly-1, and sensitivity-specificity with exponent 1 are all this error.

    Also called: MAE, L1 loss.

    Known problems: Not a proper score: where fewer than half of like pixels are object, it pushes
    them all to 0. A small object is cheaper to miss than to find. Confident mistakes are not
    repaired.

    Where it belongs: Under label noise that hits both classes alike, where it has the same optimum
    as without noise; as a yardstick for other losses.

    Unit: 1
    """
    return Answer(px.mean(px.e), lambda: px.spread(px.e))
