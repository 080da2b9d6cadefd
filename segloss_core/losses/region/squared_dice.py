from __future__ import annotations

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
from ...counts import Smooth
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss


@loss(
    formula=(
        r"L = 1 - \frac{2\,TP + s}{\sum_i p_i^2 + n_1 + s}"
        r" = \frac{\sum_i (p_i - y_i)^2}{\sum_i p_i^2 + n_1 + s}"
    ),
    source="Milletari, Navab, Ahmadi 2016, V-Net, arXiv:1606.04797",
    pixel=Arithmetic(
        "(1 - p)**2 / (P2 + n1 + smooth)",
        "p**2 / (P2 + n1 + smooth)",
        {"P2": r"\textstyle\sum p^2"},
    ),
    presets={"MONAI (s = 1e-5)": {"smooth": 1e-5}, "no smoothing": {"smooth": 0.0}},
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 1 - 2 * 0.8 / (0.64 + 0.16 + 1), smooth=0),
        on_sure_masks("dice"),
        equals("noise_robust_dice", when={"smooth": 3}, at={"gamma": 2, "smooth": 3}),
        within(0, 1),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, smooth=0),
    ),
)
def squared_dice(px: Pixels, *, smooth: Smooth = 1.0) -> Answer:
    """Squares each error before it is compared with the size of the masks.

    Squared Dice loss

    Dice with squared probabilities in the denominator: the sum of squared errors over the squared
    sizes. On sure masks both are the same; in between a slight error weighs less here.

    Also called: V-Net loss, squared soft Dice.

    Known problems: The push on a false pixel fades as p² as it becomes right, so a faint grey
    remains. Confident mistakes are not repaired. On an empty target without smoothing it is 1
    whatever is predicted.

    Where it belongs: As Dice; where plain Dice drives predictions to 0 and 1 too fast.

    Unit: 1
    """
    squares = px.sum(px.p.square())
    error = px.e.square()
    sizes = squares + px.n1 + smooth
    wrong = px.sum(error)
    empty = (px.n1 == 0) & (torch.as_tensor(smooth, device=px.z.device) == 0)
    return Answer(
        ratio(wrong, sizes),
        lambda: ratio(px.weighted(error), sizes),
        notes={
            Note.ZERO_OVER_ZERO: empty & (sizes == 0),
            Note.NOTHING_TO_OVERLAP: empty & (sizes > 0),
        },
        terms=lambda: {"P2": squares},
    )
