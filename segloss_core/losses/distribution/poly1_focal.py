from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    perfect,
    punishes,
    silences_easy_pixels,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

Extra = Annotated[
    Number, Param(r"\epsilon", "[0, 1e6]", (0, 5), "weight of the powered error added on top")
]
ObjectShare = Annotated[
    Number,
    Param(r"\alpha", "[0, 1]", (0, 1), "price of missed object pixels; 1 − α that of false ones"),
]
Focus = Annotated[
    Number, Param(r"\gamma", "[0, 1e3]", (0, 5), "how strongly pixels that are right are silenced")
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \left[-\alpha_t (1 - p_t)^{\gamma}\ln p_t"
        r" + \epsilon\,(1 - p_t)^{\gamma + 1}\right],"
        r"\quad \alpha_t = \alpha y + (1 - \alpha)(1 - y)"
    ),
    source="Leng et al. 2022, PolyLoss, arXiv:2204.12511",
    pixel=Arithmetic(
        "-alpha * (1 - p)**gamma * ln(p) / N + epsilon * (1 - p)**(gamma + 1) / N",
        "-(1 - alpha) * p**gamma * ln(1 - p) / N + epsilon * p**(gamma + 1) / N",
    ),
    claims=(
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            (0.7 * 0.125 + 0.3 * 0.125) * 0.6931471805599453 / 2 + 2 * 0.0625,
            epsilon=2,
            alpha=0.7,
            gamma=3,
        ),
        equals(
            "focal",
            when={"epsilon": 0, "alpha": 0.7, "gamma": 3},
            at={"alpha": 0.7, "gamma": 3},
        ),
        punishes("alpha", "false negatives"),
        silences_easy_pixels("gamma"),
        perfect(),
        confident_mistake("keeps its push"),
    ),
)
def poly1_focal(
    px: Pixels, *, epsilon: Extra = 1.0, alpha: ObjectShare = 0.25, gamma: Focus = 2.0
) -> Answer:
    """Focuses on hard pixels and adds a bounded price for being wrong.

    Poly-1 focal loss

    The first term of focal loss's polynomial, (1 − p_t)^(γ + 1), with a dial of its own. It has no
    class price, so α weighs the logarithm alone.

    Also called: PolyLoss, Poly-1 focal.

    Known problems: With the usual α = ¼ and ε = 1 the added term is as large as focal loss itself
    at p = ½, and larger below; comparing values with focal loss says nothing. Negative ε, which the
    paper allows, is left out: a pixel could then earn by being wrong.

    Where it belongs: As a one-dial search around focal loss.

    Unit: nats
    """
    missed_power, false_power = (torch.exp(gamma * x) for x in (px.log_q, px.log_p))
    missed, false = px.y * missed_power * -px.log_p, px.background * false_power * -px.log_q
    extra = px.y * missed_power * px.q + px.background * false_power * px.p
    return Answer(
        alpha * px.mean(missed) + (1 - alpha) * px.mean(false) + epsilon * px.mean(extra),
        lambda: px.spread(alpha * missed + (1 - alpha) * false + epsilon * extra),
    )
