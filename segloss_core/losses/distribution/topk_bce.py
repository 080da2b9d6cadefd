from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    convex_in_logit,
    equals,
    perfect,
)
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

Part = Annotated[
    Number, Param("k", "(0, 1]", (0.01, 1), "part of the image's pixels that counts: the worst")
]


@loss(
    formula=(
        r"L = \frac{1}{K}\sum_{i\,\in\,\text{worst } K} \mathrm{CE}_i"
        r" = \frac{1}{K}\sum_i f_i\,\mathrm{CE}_i,\quad K = \max(1, k N)"
    ),
    source="Wu, Shen, van den Hengel 2016, arXiv:1605.06885",
    pixel=Arithmetic("-f * ln(p) / K", "-f * ln(1 - p) / K", {"f": "f", "K": "K"}),
    presets={"worst tenth": {"k": 0.1}, "every pixel: cross-entropy": {"k": 1.0}},
    claims=(
        by_hand(
            [[0.8, 0.4, 0.1, 0.5]],
            [[1, 0, 0, 1]],
            (0.6931471805599453 + 0.5108256237659907) / 2,
            k=0.5,
        ),
        equals("bce", when={"k": 1}),
        perfect(),
        convex_in_logit(),
        blind_to_class_names(),
    ),
)
def topk_bce(px: Pixels, *, k: Part = 0.1) -> Answer:
    """Averages the worst pixels only; all others are free.

    Top-k cross-entropy

    The K = k·N pixels with the largest cross-entropy count, the others get no push: the hard
    version of focal weighting. f is 1 for a chosen pixel and 0 for the others; pixels equally
    wrong share the places that remain, so f lies between for them.

    Also called: OHEM, online hard example mining, online bootstrapping.

    Known problems: Mislabelled pixels are always among the worst. The value jumps in meaning when
    k changes. Pixels that are right at the moment may drift until they are chosen.

    Where it belongs: Large images whose background is soon right, with clean labels.

    Unit: nats
    """
    worse1, equal1, worse0, equal0 = px.ranks()
    worse, equal = worse1 + worse0, equal1 + equal0
    K = torch.maximum(k * px.N, torch.ones_like(px.N))
    f = ratio(torch.minimum(torch.relu(K - worse), equal), equal)
    chosen = px.sum(f)  # K, or N where that is less
    return Answer(
        ratio(px.sum(f * px.ce), chosen),
        lambda: ratio(px.weighted(f * px.ce), chosen),
        terms=lambda: {"f": f, "K": chosen},
    )
