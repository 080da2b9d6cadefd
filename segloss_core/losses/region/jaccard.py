from __future__ import annotations

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    note_on_empty_target,
    perfect,
    quasi_linear,
    two_tone,
    within,
)
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, loss
from .tversky import tversky


@loss(
    formula=r"L = 1 - \frac{TP + s}{TP + FP + FN + s} = \frac{FP + FN}{TP + FP + FN + s}",
    source="Rahman & Wang 2016, Optimizing intersection-over-union in deep neural networks",
    pixel=Arithmetic("(1 - p) / (TP + FP + FN + smooth)", "p / (TP + FP + FN + smooth)"),
    presets={"MONAI (s = 5e-6)": {"smooth": 5e-6}, "no smoothing": {"smooth": 0.0}},
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 1 - 0.8 / (1 + 0.4), smooth=0),
        equals("tversky", when={"smooth": 3}, at={"alpha": 1, "beta": 1, "smooth": 3}),
        within(0, 1),
        perfect(),
        two_tone(),
        quasi_linear(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, smooth=0),
    ),
)
def jaccard(px: Pixels, *, smooth: Smooth = 1.0) -> Answer:
    """Charges the total error by the union of both masks, harder than Dice does.

    Jaccard loss

    One minus intersection over union of the soft prediction. With D the Dice loss at smoothing 2s
    it is 2D/(1 + D): the same order of predictions, the same best one, another scale.

    Also called: soft IoU loss, Tanimoto loss.

    Known problems: As Dice: confident mistakes are not repaired, and it is 1 without a push on an
    empty target without smoothing. Libraries differ by a factor 2 in the smoothing.

    Where it belongs: Where intersection over union is what will be measured; Dice does the same
    work.

    Unit: 1
    """
    return tversky.term(px, alpha=1.0, beta=1.0, smooth=smooth)
