from __future__ import annotations

from typing import Annotated

import torch

from ...claims import by_hand, confident_mistake, equals, perfect
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

Exponent = Annotated[
    Number,
    Param(r"\gamma", "[1, 2]", (1, 2), "exponent of the error: 1 forgives outliers, 2 does not"),
]
# Without smoothing the loss of a faint prediction on an empty target grows without bound.
Smooth = Annotated[
    Number, Param("s", "[1e-7, 1e6]", (1e-5, 100), "pixels added to the denominator")
]


@loss(
    formula=r"L = \frac{\sum_i |p_i - y_i|^{\gamma}}{\sum_i p_i^2 + n_1 + s}",
    source="Wang et al. 2020, COPLE-Net, IEEE Transactions on Medical Imaging",
    pixel=Arithmetic(
        "(1 - p)**gamma / (P2 + n1 + smooth)",
        "p**gamma / (P2 + n1 + smooth)",
        {"P2": r"\textstyle\sum p^2"},
    ),
    presets={
        "paper (γ = 1.5)": {"gamma": 1.5, "smooth": 1e-5},
        "squared Dice (γ = 2)": {"gamma": 2.0, "smooth": 1e-5},
        "absolute error (γ = 1)": {"gamma": 1.0, "smooth": 1e-5},
    },
    claims=(
        by_hand(
            [[0.84, 0.36]], [[1, 0]], (0.4**3 + 0.6**3) / (0.84**2 + 0.36**2 + 1 + 2), smooth=2
        ),
        equals("squared_dice", when={"gamma": 2, "smooth": 3}, at={"smooth": 3}),
        perfect(),
        confident_mistake("goes silent"),
    ),
)
def noise_robust_dice(px: Pixels, *, gamma: Exponent = 1.5, smooth: Smooth = 1e-5) -> Answer:
    """Lets mislabelled pixels weigh less than squares would, between absolute and squared error.

    Noise-robust Dice loss

    The error to the power γ over the squared sizes of the masks. γ = 2 is the squared Dice loss,
    γ = 1 the total absolute error over the same sizes.

    Also called: NR-Dice, COPLE-Net loss.

    Known problems: For γ < 2 it is not 1 minus an overlap: its value can exceed 1, by far on an
    empty target with a faint prediction. The smoothing is in the denominator alone. Confident
    mistakes are not repaired.

    Where it belongs: Masks drawn by several hands or by a machine, with whole regions mislabelled.

    Unit: 1
    """
    squares = px.sum(px.p.square())
    # |p − y|^γ by its logarithm: no infinite second slope at sure pixels.
    error = px.y * torch.exp(gamma * px.log_q) + px.background * torch.exp(gamma * px.log_p)
    sizes = squares + px.n1 + smooth
    return Answer(
        ratio(px.sum(error), sizes),
        lambda: ratio(px.weighted(error), sizes),
        terms=lambda: {"P2": squares},
    )
