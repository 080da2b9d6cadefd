from __future__ import annotations

from typing import Annotated

from ...claims import confident_mistake, farther_costs_more, note_on_empty_target, perfect
from ...geometry import distance_to_other_class
from ...pixels import Pixels, power
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Reach = Annotated[
    Number, Param(r"\alpha", "[0, 6]", (0, 3), "how steeply the price grows with distance")
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i (p_i - y_i)^2\,\left(d_y^{\alpha} + d_{\hat y}^{\alpha}\right)"
    ),
    source="Karimi & Salcudean 2019, arXiv:1904.10030; Jadon 2020, eq. 23 prints the metric",
    pixel=Arithmetic(
        "(1 - p)**2 * (d_y**alpha + d_pred**alpha) / N",
        "p**2 * (d_y**alpha + d_pred**alpha) / N",
        {"d_y": r"d_y", "d_pred": r"d_{\hat y}"},
    ),
    claims=(
        farther_costs_more(),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NO_BOUNDARY_IN_TARGET),
    ),
)
def hausdorff_dt(px: Pixels, *, alpha: Reach = 2.0) -> Answer:
    """Charges a mistake by how far it lies from the outlines of target and prediction.

    Hausdorff loss (distance transform)

    Squared error times the distances, raised to α, to the boundary of the target and of the
    prediction cut at ½. The distances are constants for the gradient. α = 0 is twice the mean
    squared error.

    Also called: HD loss, distance-transform loss.

    Known problems: An average, not the maximum that its name promises. Its unit is pixels to the
    α: bring it to scale before adding it to Dice. It jumps where a pixel crosses ½. A mask without
    boundary has no distances: on an empty target an all-wrong flat prediction costs 0.

    Where it belongs: Stray false alarms far from the object; late in training, beside Dice.

    Unit: pxᵅ
    """
    # Fields stay float64: predictions of another dtype share those of the target.
    d_y = px.field("distance", lambda: distance_to_other_class(px.mask)).to(px.z.dtype)
    d_pred = px.constant("distance of the prediction", lambda: distance_to_other_class(px.hard))
    d_pred = d_pred.to(px.z.dtype)
    reach = power(d_y, alpha) + power(d_pred, alpha)
    cost = px.e.square() * reach
    no_target, no_pred = (~(d > 0).any(-1).any(-1)[..., None, None] for d in (d_y, d_pred))
    return Answer(
        px.mean(cost),
        lambda: px.spread(cost),
        notes={
            Note.NO_BOUNDARY: no_target & no_pred,
            Note.NO_BOUNDARY_IN_TARGET: no_target & ~no_pred,
            Note.NO_BOUNDARY_IN_PREDICTION: no_pred & ~no_target,
        },
        terms=lambda: {"d_y": d_y, "d_pred": d_pred},
    )
