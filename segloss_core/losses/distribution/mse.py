from __future__ import annotations

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    perfect,
    settles_at,
    smaller_gradient_than,
    within,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, loss


@loss(
    formula=r"L = \frac{1}{N}\sum_i (p_i - y_i)^2",
    source="Brier 1950, Verification of forecasts expressed in terms of probability",
    pixel=Arithmetic("(1 - p)**2 / N", "p**2 / N"),
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], (0.2**2 + 0.4**2) / 2),
        within(0, 1),
        perfect(),
        settles_at(0.1, 0.1),
        smaller_gradient_than("bce"),
        blind_to_class_names(),
        confident_mistake("goes silent"),
    ),
)
def mse(px: Pixels) -> Answer:
    """Charges every pixel the square of its error: large errors dominate, sure ones are stuck.

    Mean squared error

    A proper score like cross-entropy: the best prediction is the true probability. Unlike
    cross-entropy it is bounded, and its gradient in the logit carries the factor p(1 − p).

    Also called: MSE, Brier score, L2 loss.

    Known problems: A confident mistake costs at most 1 and is hardly pushed, because p(1 − p) is
    nearly 0 there. Large backgrounds dominate as they do in cross-entropy.

    Where it belongs: As a bounded measure of calibration; for training, cross-entropy has the
    same optimum and a push that does not fade.

    Unit: 1
    """
    cost = px.e.square()
    return Answer(px.mean(cost), lambda: px.spread(cost))
