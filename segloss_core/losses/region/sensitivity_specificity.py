from __future__ import annotations

from typing import Annotated

import torch

from ...claims import by_hand, confident_mistake, note_on_empty_target, perfect, punishes, within
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Weight = Annotated[
    Number, Param("w", "[0, 1]", (0, 1), "price of missed object pixels; 1 − w that of false ones")
]
Exponent = Annotated[
    Number,
    Param("k", "(0, 10]", (1, 2), "exponent of the error: 2 as published, 1 the plain rates"),
]


@loss(
    formula=(
        r"L = w\,\frac{\sum_i y_i (1 - p_i)^k}{n_1}"
        r" + (1 - w)\,\frac{\sum_i (1 - y_i)\, p_i^k}{n_0}"
    ),
    source="Brosch et al. 2015, MICCAI, Deep convolutional encoder networks for MS lesions",
    pixel=Arithmetic("w * (1 - p)**power / n1", "(1 - w) * p**power / n0"),
    presets={
        "paper (w = 0.05, squared)": {"w": 0.05, "power": 2.0},
        "the plain rates (w = ½)": {"w": 0.5, "power": 1.0},
    },
    claims=(
        by_hand([[0.8, 0.4, 0.1]], [[1, 0, 0]], 0.3 * 0.04 + 0.7 * (0.16 + 0.01) / 2, w=0.3),
        by_hand(
            [[0.8, 0.4, 0.1]], [[1, 0, 0]], 1 - (0.3 * 0.8 + 0.7 * (0.6 + 0.9) / 2), w=0.3, power=1
        ),
        punishes("w", "false negatives"),
        within(0, 1),
        note_on_empty_target(Note.MISSING_CLASS),
        confident_mistake("goes silent"),
        perfect(),
    ),
)
def sensitivity_specificity(px: Pixels, *, w: Weight = 0.05, power: Exponent = 2.0) -> Answer:
    """Averages the error over each class apart, then weighs the two classes.

    Sensitivity-specificity loss

    The squared error of the object pixels and that of the background pixels, each divided by its
    own count. With k = 1 it is 1 − (w · sensitivity + (1 − w) · specificity).

    Also called: SSL, Brosch loss.

    Known problems: The survey prints the score itself, w · sensitivity + (1 − w) · specificity;
    minimising that yields the inverse mask. Confident mistakes are not repaired. A missing class
    has no term.

    Where it belongs: Very small lesions, where both rates are reported.

    Unit: 1
    """
    # e**k as exp(k ln e): no infinite slope at sure pixels for k < 1.
    missed, false = px.y * torch.exp(power * px.log_q), px.background * torch.exp(power * px.log_p)
    return Answer(
        w * ratio(px.sum(missed), px.n1) + (1 - w) * ratio(px.sum(false), px.n0),
        lambda: w * ratio(px.weighted(missed), px.n1) + (1 - w) * ratio(px.weighted(false), px.n0),
        notes={Note.MISSING_CLASS: (px.n1 == 0) | (px.n0 == 0)},
    )
