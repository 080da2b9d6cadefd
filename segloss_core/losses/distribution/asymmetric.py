from __future__ import annotations

from typing import Annotated

import torch

from ...claims import by_hand, equals, perfect, punishes
from ...pixels import Pixels, log_plus, power
from ...spec import Answer, Arithmetic, Number, Param, loss

ObjectFocus = Annotated[
    Number,
    Param(
        r"\gamma_+", "[0, 1e3]", (0, 5), "how strongly object pixels that are right are silenced"
    ),
]
BackgroundFocus = Annotated[
    Number,
    Param(
        r"\gamma_-",
        "[0, 1e3]",
        (0, 8),
        "how strongly background pixels that are right are silenced",
    ),
]
Margin = Annotated[
    Number, Param("m", "[0, 1)", (0, 0.5), "background pixels with p up to m are free")
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -\left[y\,(1 - p)^{\gamma_+}\ln p"
        r" + (1 - y)\,p_m^{\gamma_-}\ln(1 - p_m)\right],\quad p_m = \max(p - m,\,0)"
    ),
    source="Ridnik et al. 2021, Asymmetric loss for multi-label classification, arXiv:2009.14119",
    pixel=Arithmetic(
        "-(1 - p)**gamma_pos * ln(p) / N",
        "-pm**gamma_neg * l / N",
        {"pm": "p_m", "l": r"\ln(1 - p_m)"},
    ),
    presets={
        "paper (γ₊ = 0, γ₋ = 4, m = 0.05)": {"gamma_pos": 0.0, "gamma_neg": 4.0, "margin": 0.05},
        "timm (γ₊ = 1, γ₋ = 4, m = 0.05)": {"gamma_pos": 1.0, "gamma_neg": 4.0, "margin": 0.05},
        "cross-entropy": {"gamma_pos": 0.0, "gamma_neg": 0.0, "margin": 0.0},
    },
    claims=(
        by_hand(
            [[0.5, 0.7]],
            [[1, 0]],
            (0.25 + 0.125) * 0.6931471805599453 / 2,
            gamma_pos=2,
            gamma_neg=3,
            margin=0.2,
        ),
        by_hand([[0.15, 0.02]], [[0, 0]], 0.0, margin=0.2),
        equals("bce", when={"gamma_pos": 0, "gamma_neg": 0, "margin": 0}),
        equals(
            "focal",
            when={"gamma_pos": 3, "gamma_neg": 3, "margin": 0},
            at={"alpha": 0.5, "gamma": 3},
            times=2,
        ),
        punishes("margin", "false negatives"),
        punishes("gamma_neg", "false negatives"),
        perfect(),
    ),
)
def asymmetric(
    px: Pixels,
    *,
    gamma_pos: ObjectFocus = 1.0,
    gamma_neg: BackgroundFocus = 4.0,
    margin: Margin = 0.05,
) -> Answer:
    """Focuses each class by its own exponent, and lets easy background go entirely.

    Asymmetric loss

    Focal loss with one γ for object and another for background pixels, so that the many easy
    background pixels fade without the rare object fading too. Background probabilities are lowered
    by the margin m first: up to p = m a pixel costs nothing. The paper sums over labels; here it is
    the mean over pixels.

    Also called: ASL, asymmetric focal loss (which in segmentation also means something else).

    Known problems: The margin takes the push off background pixels that are surely called object,
    since 1 − p_m never falls below m: meant for wrong labels, it also spares confident mistakes.
    Some code treats the focusing factors as constants, which is another gradient. Settings come
    from multi-label pictures, not from masks.

    Where it belongs: Rare objects in easy background, with some object left out of the masks.

    Unit: nats
    """
    shifted = torch.relu(px.p - margin)
    low = shifted < 0.5
    # Near 0 by log1p, so that it never is below 0; near 1 from ln(1 − p), which is exact there.
    surprise = torch.where(
        low, -torch.log1p(-torch.where(low, shifted, 0)), -log_plus(px.log_q, margin)
    )
    cost = (
        px.y * torch.exp(gamma_pos * px.log_q) * -px.log_p
        + px.background * power(shifted, gamma_neg) * surprise
    )
    return Answer(
        px.mean(cost), lambda: px.spread(cost), terms=lambda: {"pm": shifted, "l": -surprise}
    )
