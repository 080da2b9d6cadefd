from __future__ import annotations

from typing import Annotated

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    note_on_empty_target,
    perfect,
    punishes,
    quasi_linear,
    two_tone,
    within,
)
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss
from .tversky import tversky

Emphasis = Annotated[
    Number, Param("b", "[0, 1e3]", (0, 4), "how many times recall matters as much as precision")
]


@loss(
    formula=(
        r"L = 1 - \frac{(1 + b^2)(TP + s)}{(1 + b^2)(TP + s) + b^2 FN + FP}"
        r" = \frac{FP + b^2 FN}{(1 + b^2)(TP + s) + b^2 FN + FP}"
    ),
    source="Hashemi et al. 2019, Asymmetric loss functions and deep densely connected networks",
    pixel=Arithmetic(
        "b**2 * (1 - p) / ((1 + b**2) * (TP + smooth) + b**2 * FN + FP)",
        "p / ((1 + b**2) * (TP + smooth) + b**2 * FN + FP)",
    ),
    presets={
        "paper (b = 1.5)": {"b": 1.5},
        "F1: Dice": {"b": 1.0},
        "F2: recall first": {"b": 2.0},
        "F½: precision first": {"b": 0.5},
    },
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 1 - 5 * 0.8 / (5 * 0.8 + 4 * 0.2 + 0.4), b=2, smooth=0),
        equals("dice", when={"b": 1, "smooth": 1}, at={"smooth": 2}),
        equals("tversky", when={"b": 2, "smooth": 3}, at={"alpha": 0.2, "beta": 0.8, "smooth": 3}),
        punishes("b", "false negatives"),
        within(0, 1),
        perfect(),
        two_tone(),
        quasi_linear(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, smooth=0),
    ),
)
def fbeta(px: Pixels, *, b: Emphasis = 1.5, smooth: Smooth = 1.0) -> Answer:
    """Weighs recall b times as much as precision, with one dial.

    F-beta loss

    One minus the F-score of the soft prediction. It is the Tversky loss whose two prices sum to 1,
    α = 1/(1 + b²) for false positives and β = b²/(1 + b²) for false negatives. b = 1 is Dice,
    b = 0 is 1 − precision.

    Also called: asymmetric similarity loss, Fβ, F-measure loss.

    Known problems: As Tversky: a confident mistake is not repaired. b enters squared, so b = 2
    already makes a missed pixel four times as dear as a false one. b = 0 asks for no recall.

    Where it belongs: Small lesions, where a missed pixel hurts more (b > 1), and a report in F2.

    Unit: 1
    """
    fp_price = 1 / (1 + b * b)
    return tversky.term(px, alpha=fp_price, beta=b * b * fp_price, smooth=smooth)
