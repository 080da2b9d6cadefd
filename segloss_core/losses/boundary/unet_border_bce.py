from __future__ import annotations

from math import exp, log
from typing import Annotated

import torch
from torch import Tensor

from ...claims import (
    by_hand,
    confident_mistake,
    convex_in_logit,
    equals,
    narrower_gaps_cost_more,
    perfect,
)
from ...components import two_nearest
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

BorderWeight = Annotated[
    Number, Param("w_0", "[0, 1e6]", (0, 20), "extra price in the narrowest gap between objects")
]
Width = Annotated[
    Number,
    Param(r"\sigma", "[0.01, 1000]", (1, 20), "how wide a gap still counts as narrow, in pixels"),
]


def gap(mask: Tensor) -> Tensor:
    """d₁ + d₂ of every background pixel; inf on objects and where there are not two of them."""
    first, second = two_nearest(mask)
    return torch.where(mask, torch.inf, first + second)


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i (1 + w_0\,b_i)\,\mathrm{CE}_i,"
        r"\quad b_i = (1 - y_i)\,e^{-(d_1 + d_2)^2 / 2\sigma^2},"
        r"\quad d_1,\ d_2 = \text{distance to the nearest two objects}"
    ),
    source="Ronneberger, Fischer, Brox 2015, U-Net, MICCAI, arXiv:1505.04597, eq. 2",
    pixel=Arithmetic("-ln(p) / N", "-(1 + w0 * b) * ln(1 - p) / N", {"b": "b"}),
    claims=(
        # Between two pixels of object d₁ = d₂ = 1.
        by_hand(
            [[0.8, 0.4, 0.9]],
            [[1, 0, 1]],
            -(log(0.8) + (1 + 3 * exp(-2 / 1.5**2)) * log(0.6) + log(0.9)) / 3,
            w0=3,
            sigma=1.5,
        ),
        equals("bce", when={"w0": 0}),
        narrower_gaps_cost_more(),
        perfect(),
        convex_in_logit(),
        confident_mistake("keeps its push"),
    ),
)
def unet_border_bce(px: Pixels, *, w0: BorderWeight = 10.0, sigma: Width = 5.0) -> Answer:
    """Cross-entropy that is dear in narrow gaps between objects, so that neighbours stay apart.

    U-Net border-weighted cross-entropy

    A background pixel weighs more, the nearer the two nearest objects are: d₁ + d₂ is about the
    width of the gap it lies in. Everything else has weight 1. Objects are what touches at an edge
    or a corner in the target; distances are to their nearest pixels.

    Also called: U-Net weight map, separation border loss.

    Known problems: Objects that touch in the mask are one object, and the gap that should part them
    does not exist: cut them apart first, as the paper does. With fewer than two objects it is plain
    cross-entropy. The paper adds a weight for class frequencies, which it does not spell out and
    which public code reads in different ways; here it is 1. That the border lies on background
    alone is the reading of public code.

    Where it belongs: Cells and nuclei that nearly touch and are to be counted.

    Unit: nats
    """
    apart = px.field("gap", lambda: gap(px.mask))
    between = torch.isfinite(apart)
    width = torch.where(between, apart, 0).to(px.z.dtype)
    border = between * torch.exp(-(width / sigma).square() / 2)
    return Answer(
        px.mean(px.ce) + w0 * px.mean(border * px.ce),
        lambda: px.spread((1 + w0 * border) * px.ce),
        notes={Note.NO_TWO_OBJECTS: ~between.any(-1).any(-1)[..., None, None]},
        terms=lambda: {"b": border},
    )
