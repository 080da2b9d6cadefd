from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    perfect,
    punishes,
    settles_at,
    silences_easy_pixels,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

ObjectShare = Annotated[
    Number,
    Param(r"\alpha", "[0, 1]", (0, 1), "price of missed object pixels; 1 − α that of false ones"),
]
Focus = Annotated[
    Number, Param(r"\gamma", "[0, 1e3]", (0, 5), "how strongly pixels that are right are silenced")
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -\alpha_t (1 - p_t)^{\gamma}\ln p_t,"
        r"\quad \alpha_t = \alpha y + (1 - \alpha)(1 - y)"
    ),
    source="Lin, Goyal, Girshick, He, Dollár 2017, arXiv:1708.02002, eq. 5; Jadon 2020, eq. 7",
    pixel=Arithmetic(
        "-alpha * (1 - p)**gamma * ln(p) / N", "-(1 - alpha) * p**gamma * ln(1 - p) / N"
    ),
    presets={
        "paper (α = ¼, γ = 2)": {"alpha": 0.25, "gamma": 2.0},
        "without α (γ = 2)": {"alpha": 0.5, "gamma": 2.0},
        "sharp (γ = 5)": {"alpha": 0.25, "gamma": 5.0},
        "no focus: balanced cross-entropy": {"alpha": 0.25, "gamma": 0.0},
    },
    claims=(
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            (0.75 * 0.125 + 0.25 * 0.125) * 0.6931471805599453 / 2,
            alpha=0.75,
            gamma=3,
        ),
        equals("bce", when={"alpha": 0.5, "gamma": 0}, times=0.5),
        equals("balanced_bce", when={"alpha": 0.2, "gamma": 0}, at={"beta": 0.2}),
        punishes("alpha", "false negatives"),
        silences_easy_pixels("gamma"),
        settles_at(0.1, 0.306, alpha=0.5, gamma=2),
        perfect(),
        confident_mistake("keeps its push"),
    ),
)
def focal(px: Pixels, *, alpha: ObjectShare = 0.25, gamma: Focus = 2.0) -> Answer:
    """Silences pixels that are already right, so that hard ones decide.

    Focal loss

    Cross-entropy times (1 − p_t)^γ, where p_t is the probability given to the true class. With
    γ = 2 the best α of the paper, 0.25, weighs the rare class down: γ has already silenced the
    easy background.

    Also called: RetinaNet loss.

    Known problems: Not convex, not calibrated: where 10 % of like pixels are object it settles at
    p = 0.31 (α = ½, γ = 2). Label noise looks like hard pixels and gets the most attention.

    Where it belongs: Many easy background pixels and few hard object pixels, as in detection.

    Unit: nats
    """
    log_e = px.y * px.log_q + px.background * px.log_p
    focused = torch.exp(gamma * log_e) * px.ce
    missed, false = px.y * focused, px.background * focused
    return Answer(
        alpha * px.mean(missed) + (1 - alpha) * px.mean(false),
        lambda: px.spread(alpha * missed + (1 - alpha) * false),
    )
