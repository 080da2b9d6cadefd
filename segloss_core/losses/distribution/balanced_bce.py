from __future__ import annotations

from typing import Annotated

from ...claims import (
    by_hand,
    convex_in_logit,
    equals,
    note_on_empty_target,
    perfect,
    punishes,
)
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

ClassPrice = Annotated[
    Number | None,
    Param(
        r"\beta",
        "[0, 1]",
        (0, 1),
        "price of missed object pixels; 1 − β is the price of false ones",
        automatic="the background's part of the image, n₀/N",
    ),
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -\left[\beta\, y_i \ln p_i"
        r" + (1 - \beta)(1 - y_i)\ln(1 - p_i)\right]"
    ),
    source="Xie & Tu 2015, Holistically-nested edge detection, eq. 2; Jadon 2020, eq. 3",
    pixel=Arithmetic("-beta * ln(p) / N", "-(1 - beta) * ln(1 - p) / N"),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], (0.8 + 0.2) * 0.6931471805599453 / 2, beta=0.8),
        equals("bce", when={"beta": 0.5}, times=0.5),
        equals("weighted_bce", when={"beta": 0.8}, at={"beta": 4}, times=0.2),
        equals("focal", when={"beta": 0.3}, at={"alpha": 0.3, "gamma": 0}),
        punishes("beta", "false negatives"),
        note_on_empty_target(Note.ONE_CLASS),
        perfect(),
        convex_in_logit(),
    ),
)
def balanced_bce(px: Pixels, *, beta: ClassPrice = None) -> Answer:
    """Gives object and background the same say, however small the object is.

    Balanced cross-entropy

    With the automatic β = n₀/N both classes weigh the same in the sum: β·n₁ = (1 − β)·n₀.

    Also called: class-balanced cross-entropy, HED loss, BCE.

    Known problems: With the automatic β an image without object (or without background) has loss
    and gradient 0 for any prediction: false alarms on empty images are free.

    Where it belongs: Edges and other thin structures where nearly every pixel is background.

    Unit: nats
    """
    chosen = ratio(px.n0, px.N) if beta is None else beta
    object_part, background_part = px.y * -px.log_p, px.background * -px.log_q
    notes = {Note.ONE_CLASS: (px.n1 == 0) | (px.n0 == 0)} if beta is None else {}
    return Answer(
        chosen * px.mean(object_part) + (1 - chosen) * px.mean(background_part),
        lambda: px.spread(chosen * object_part + (1 - chosen) * background_part),
        notes=notes,
        terms=lambda: {"beta": ratio(px.n0, px.N)} if beta is None else {},
    )
