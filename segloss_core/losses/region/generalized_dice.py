from __future__ import annotations

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    note_on_empty_target,
    perfect,
    quasi_linear,
    two_tone,
    within,
)
from ...counts import counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss

_SIZES = "(2 * w1 * TP + 2 * w0 * TN + FP + FN)"


@loss(
    formula=(
        r"L = 1 - 2\,\frac{w_1 TP + w_0 TN}{w_1(2\,TP + FP + FN) + w_0(2\,TN + FP + FN)},"
        r"\quad w_1 = \frac{n_0^2}{n_0^2 + n_1^2},\; w_0 = \frac{n_1^2}{n_0^2 + n_1^2}"
    ),
    source="Sudre, Li, Vercauteren, Ourselin, Cardoso 2017, arXiv:1707.03237",
    pixel=Arithmetic(
        f"(1 - p) / {_SIZES}",
        f"p / {_SIZES}",
        {"w1": "w_1", "w0": "w_0", "TN": r"\mathit{TN}"},
    ),
    claims=(
        by_hand(
            [[0.8, 0.4, 0.1]],
            [[1, 0, 0]],
            1 - 2 * (0.8 + 1.5 / 4) / ((1.3 + 1) + (1.7 + 2) / 4),
        ),
        within(0, 1),
        perfect(),
        two_tone(),
        quasi_linear(),
        blind_to_class_names(),
        note_on_empty_target(Note.BORROWED_WEIGHT),
        confident_mistake("goes silent"),
    ),
)
def generalized_dice(px: Pixels) -> Answer:
    """Overlap of both classes at once, the rarer one weighted by its inverse size squared.

    Generalised Dice loss

    The published weights are 1/n² of each class; only their proportion matters, so they are written
    here with the sum 1. They weigh agreement, not mistakes: a false positive and a false negative
    cost the same.

    Also called: GDL, generalized Dice.

    Known problems: With a tiny object the weight jumps from image to image, and one pixel more in
    the target changes the loss much. A class that is missing takes the weight of the other; the
    loss is then the mean error. Confident mistakes are not repaired.

    Where it belongs: Several classes of very different sizes; with two it is close to Dice of the
    rarer one.

    Unit: 1
    """
    c = counts(px)
    tn = px.sum(px.background * px.q)
    missing = (px.n1 == 0) | (px.n0 == 0)
    squares = px.n1.square() + px.n0.square()
    w1, w0 = (torch.where(missing, 0.5, ratio(n.square(), squares)) for n in (px.n0, px.n1))
    sizes = 2 * (w1 * c.tp + w0 * tn) + c.wrong
    return Answer(
        ratio(c.wrong, sizes),
        lambda: ratio(px.weighted(px.e), sizes),
        notes={Note.BORROWED_WEIGHT: missing},
        terms=lambda: {"w1": w1, "w0": w0, "TN": tn},
    )
