from __future__ import annotations

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    convex_in_logit,
    perfect,
    residual,
    settles_at,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, loss


@loss(
    formula=r"L = \frac{1}{N}\sum_i -\left[y_i \ln p_i + (1 - y_i)\ln(1 - p_i)\right]",
    source="Jadon 2020, A survey of loss functions for semantic segmentation, eq. 1",
    pixel=Arithmetic("-ln(p) / N", "-ln(1 - p) / N"),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], 0.6931471805599453),
        perfect(),
        residual(),
        settles_at(0.1, 0.1),
        blind_to_class_names(),
        convex_in_logit(),
        confident_mistake("keeps its push"),
    ),
)
def bce(px: Pixels) -> Answer:
    """Charges every pixel the surprise of its label; all pixels vote equally.

    Binary cross-entropy

    The negative log-likelihood of a Bernoulli variable, averaged over the image. Its gradient in
    the logit is the residual p − y, bounded and never vanishing on a wrong pixel. It is a proper
    score: the best prediction is the true probability.

    Also called: BCE, log loss, logistic loss, negative Bernoulli log-likelihood.

    Known problems: With 1 % object, 99 % of the first gradient comes from background. Low
    cross-entropy and a useless mask go together easily.

    Where it belongs: Balanced classes, calibrated probabilities, and as the steady half of a
    compound with an overlap loss.

    Unit: nats
    """
    return Answer(px.mean(px.ce), lambda: px.spread(px.ce))
