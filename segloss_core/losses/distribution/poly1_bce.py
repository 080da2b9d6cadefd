from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    equals,
    perfect,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

Extra = Annotated[
    Number, Param(r"\epsilon", "[-1, 1e6]", (-1, 5), "weight of the plain error added on top")
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \left[-\ln p_t + \epsilon\,(1 - p_t)\right],"
        r"\quad p_t = p y + (1 - p)(1 - y)"
    ),
    source="Leng et al. 2022, PolyLoss, arXiv:2204.12511",
    pixel=Arithmetic("-ln(p) / N + epsilon * (1 - p) / N", "-ln(1 - p) / N + epsilon * p / N"),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], 0.6931471805599453 + 3 * 0.5, epsilon=3),
        equals("bce", when={"epsilon": 0}),
        perfect(),
        blind_to_class_names(),
        confident_mistake("keeps its push"),
    ),
)
def poly1_bce(px: Pixels, *, epsilon: Extra = 1.0) -> Answer:
    """Cross-entropy with a dial on the first term of its polynomial.

    Poly-1 cross-entropy

    Cross-entropy is the sum of (1 − p_t)^j / j over j = 1, 2, …; this changes the coefficient of
    j = 1 from 1 to 1 + ε. That is cross-entropy plus ε times the mean absolute error.

    Also called: PolyLoss, Poly-1.

    Known problems: Not a proper score unless ε = 0: a positive ε makes predictions surer than they
    should be. The best ε depends on the task and its sign is not known beforehand.

    Where it belongs: As a one-dial search around cross-entropy; negative where it is overconfident.

    Unit: nats
    """
    return Answer(
        px.mean(px.ce) + epsilon * px.mean(px.e),
        # −ln p is at least 1 − p, but not when both are rounded.
        lambda: px.spread(torch.relu(px.ce + epsilon * px.e)),
    )
