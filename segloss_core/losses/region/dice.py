from __future__ import annotations

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    not_convex_in_probability,
    note_on_empty_target,
    perfect,
    quasi_linear,
    two_tone,
    within,
)
from ...counts import Smooth, counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss


@loss(
    formula=r"L = 1 - \frac{2\,TP + s}{2\,TP + FP + FN + s} = \frac{FP + FN}{2\,TP + FP + FN + s}",
    source="Drozdzal et al. 2016, arXiv:1608.04117; Jadon 2020, eq. 8",
    pixel=Arithmetic("(1 - p) / (2 * TP + FP + FN + smooth)", "p / (2 * TP + FP + FN + smooth)"),
    presets={
        "MONAI (s = 1e-5)": {"smooth": 1e-5},
        "smp (no smoothing)": {"smooth": 0.0},
        "nnU-Net (s = 1)": {"smooth": 1.0},
    },
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 1 - 2 * 0.8 / (0.8 + 0.4 + 1), smooth=0),
        by_hand([[0.8, 0.4]], [[1, 0]], 1 - (2 * 0.8 + 1) / (0.8 + 0.4 + 1 + 1), smooth=1),
        within(0, 1),
        perfect(),
        two_tone(),
        quasi_linear(),
        not_convex_in_probability(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, smooth=0),
    ),
)
def dice(px: Pixels, *, smooth: Smooth = 1.0) -> Answer:
    """Asks how much prediction and target overlap; the size of the image does not matter.

    Dice loss

    One minus the Dice coefficient of the soft prediction: the total error over the sizes of both
    masks. The loss is one ratio per image, so each pixel's push depends on all the others, but its
    gradient in p knows only two values, one per class.

    Also called: soft Dice, Sørensen-Dice, DSC, 1 − F1.

    Known problems: The gradient in the logit dies where the prediction is sure, right or wrong, so
    a confident mistake is not repaired. It drives probabilities to 0 and 1. On an empty target
    without smoothing it is 1 with gradient 0. It is not convex, smoothing or not.

    Where it belongs: Small objects in large images, whenever Dice is what will be measured; beside
    a cross-entropy, which repairs what Dice cannot.

    Unit: 1
    """
    c = counts(px)
    sizes = 2 * c.tp + c.wrong + smooth
    unsmoothed = torch.as_tensor(smooth, device=px.z.device) == 0
    empty = (px.n1 == 0) & unsmoothed
    return Answer(
        ratio(c.wrong, sizes),
        lambda: ratio(px.weighted(px.e), sizes),
        notes={
            Note.ZERO_OVER_ZERO: empty & (c.wrong == 0),
            Note.NOTHING_TO_OVERLAP: empty & (c.wrong > 0),
        },
    )
