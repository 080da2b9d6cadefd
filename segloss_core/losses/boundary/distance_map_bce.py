from __future__ import annotations

from typing import Annotated

from torch import Tensor

from ...claims import convex_in_logit, equals, nearer_costs_more, note_on_empty_target, perfect
from ...geometry import distance_to_other_class, has_boundary
from ...pixels import IMAGE_AXES, Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Scale = Annotated[
    Number, Param(r"\lambda", "[0, 1e6]", (0, 10), "extra price right at the object's edge")
]


def nearness(mask: Tensor) -> Tensor:
    """1 − d/max d on each side of the target's edge: near 1 at the edge, 0 farthest from it."""
    d = distance_to_other_class(mask)
    inside, outside = d * mask, d * ~mask
    deepest = mask * inside.amax(IMAGE_AXES, keepdim=True)
    farthest = ~mask * outside.amax(IMAGE_AXES, keepdim=True)
    far = ratio(d, deepest + farthest)
    return (1 - far) * (d > 0)


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i (1 + \lambda\,\phi_i)\,\mathrm{CE}_i,"
        r"\quad \phi_i = 1 - \frac{d_i}{\max d}\ \text{on each side of the edge}"
    ),
    source="Caliva et al. 2019, arXiv:1908.03679; Jadon 2020, eq. 22",
    pixel=Arithmetic(
        "-(1 + scale * phi) * ln(p) / N",
        "-(1 + scale * phi) * ln(1 - p) / N",
        {"phi": r"\phi"},
    ),
    claims=(
        equals("bce", when={"scale": 0}),
        nearer_costs_more(),
        note_on_empty_target(Note.NO_BOUNDARY_IN_TARGET),
        perfect(),
        convex_in_logit(),
    ),
)
def distance_map_bce(px: Pixels, *, scale: Scale = 1.0) -> Answer:
    """Makes mistakes near the target's edge up to 1 + λ times as dear.

    Distance-map penalised cross-entropy

    φ is the reversed distance map of the target, normalised on each side of the edge so that λ
    keeps its meaning whatever the object's size. The constant 1 keeps a push on far pixels.

    Also called: distance penalised BCE, boundary-weighted CE.

    Known problems: An object one pixel thick is nowhere deeper than its edge, so φ = 0 on it: the
    penalty ignores thin structures. Without a boundary it is plain cross-entropy.

    Where it belongs: Compact organs whose outline matters more than their inside.

    Unit: nats
    """
    phi = px.field("nearness", lambda: nearness(px.mask)).to(px.z.dtype)
    bounded = px.field("has boundary", lambda: has_boundary(px.mask))
    return Answer(
        px.mean(px.ce) + scale * px.mean(phi * px.ce),
        lambda: px.spread((1 + scale * phi) * px.ce),
        notes={Note.NO_BOUNDARY_IN_TARGET: ~bounded},
        terms=lambda: {"phi": phi},
    )
