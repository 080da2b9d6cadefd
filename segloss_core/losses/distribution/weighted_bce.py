from __future__ import annotations

from typing import Annotated

from ...claims import by_hand, convex_in_logit, equals, perfect, punishes, settles_at
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

ObjectPrice = Annotated[
    Number, Param(r"\beta", "(0, 1e6]", (0.05, 20), "price of a missed object pixel")
]


@loss(
    formula=r"L = \frac{1}{N}\sum_i -\left[\beta\, y_i \ln p_i + (1 - y_i)\ln(1 - p_i)\right]",
    source="Jadon 2020, eq. 2; Ronneberger, Fischer, Brox 2015, arXiv:1505.04597",
    pixel=Arithmetic("-beta * ln(p) / N", "-ln(1 - p) / N"),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], (3 + 1) * 0.6931471805599453 / 2, beta=3),
        equals("bce", when={"beta": 1}),
        punishes("beta", "false negatives"),
        # Every logit is shifted by ln β: 0.1 becomes 3·0.1 / (3·0.1 + 0.9).
        settles_at(0.1, 0.25, beta=3),
        perfect(),
        convex_in_logit(),
    ),
)
def weighted_bce(px: Pixels, *, beta: ObjectPrice = 2.0) -> Answer:
    """Makes a missed object pixel β times as dear as a false one.

    Weighted cross-entropy

    What deep-learning libraries call `pos_weight`. β above 1 raises recall, below 1 precision.

    Also called: WCE, pos_weight, positively weighted BCE.

    Known problems: It is not a proper score: every logit is shifted by ln β, so weighting by β
    and cutting at 0.5 does what plain cross-entropy cut at 1/(1 + β) does. On an empty target β
    has no effect.

    Where it belongs: Mild imbalance, when missing and false pixels have known costs.

    Unit: nats
    """
    object_part, background_part = px.y * -px.log_p, px.background * -px.log_q
    return Answer(
        beta * px.mean(object_part) + px.mean(background_part),
        lambda: px.spread(beta * object_part + background_part),
    )
