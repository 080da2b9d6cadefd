from __future__ import annotations

import torch
from torch import Tensor

from ...claims import (
    by_hand,
    confident_mistake,
    farther_costs_more,
    linear_in_probability,
    note_on_empty_target,
    perfect_is_the_floor,
)
from ...geometry import distance_to_other_class, has_boundary
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, loss


def level_set(mask: Tensor) -> Tensor:
    """Signed distance: d outside, −(d − 1) inside, 0 on the inner contour; 0 without boundary."""
    d = distance_to_other_class(mask)
    return torch.where(has_boundary(mask), torch.where(mask, 1 - d, d), 0)


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \varphi_i\,p_i,"
        r"\quad \varphi_i = d_i\ \text{outside},\ -(d_i - 1)\ \text{inside}"
    ),
    source="Kervadec et al. 2019, arXiv:1812.07032",
    pixel=Arithmetic("far * (1 - p) / N", "far * p / N", {"far": r"|\varphi|"}),
    claims=(
        # The object pixel lies on the contour (φ = 0), its neighbour one pixel outside.
        by_hand([[0.8, 0.4]], [[1, 0]], 0.4 / 2),
        perfect_is_the_floor(),
        linear_in_probability(),
        farther_costs_more(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NO_BOUNDARY_IN_TARGET),
    ),
)
def boundary(px: Pixels) -> Answer:
    """Charges what is predicted outside by its distance to the outline, and rewards the inside.

    Boundary loss

    The mean of p times a signed distance to the target's outline. Above its floor, which the
    perfect prediction costs, it is the error |p − y| times the distance: an L1 error that grows
    with depth. It approximates the area between the two outlines, weighted by distance.

    Also called: Kervadec's loss, signed distance loss, surface loss.

    Known problems: It is negative when things go well. It has no force on the object's outermost
    pixels (φ = 0) and none on an empty or full target, and its push never depends on the
    prediction: it is added to a region loss, with a weight that grows during training.

    Where it belongs: Beside Dice on small objects, against stray false alarms far away.

    Unit: px
    """
    phi = px.field("level set", lambda: level_set(px.mask)).to(px.z.dtype)
    bounded = px.field("has boundary", lambda: has_boundary(px.mask))
    far = phi.abs()
    floor = px.mean(phi * px.y)
    return Answer(
        floor + px.mean(far * px.e),
        lambda: px.spread(far * px.e),
        floor,
        notes={Note.NO_BOUNDARY_IN_TARGET: ~bounded},
        terms=lambda: {"far": far},
    )
