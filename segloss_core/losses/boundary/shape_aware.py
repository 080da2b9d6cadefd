from __future__ import annotations

import math

import torch
from torch import Tensor

from ...claims import confident_mistake, note_on_empty_target, perfect
from ...geometry import contour, distance_to
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, loss


def contour_distance(predicted: Tensor, distance_to_target: Tensor) -> tuple[Tensor, Tensor]:
    """Mean distance of predicted contour points to the target's contour, and where undefined.

    predicted is a boolean contour (..., H, W), distance_to_target its map of distances (inf where
    the target has no contour). One contour missing: the image diagonal; both missing: 0.
    """
    found = predicted.flatten(-2).sum(-1)[..., None, None]
    near = torch.where(predicted, distance_to_target, 0).sum((-2, -1), keepdim=True)
    no_target = torch.isinf(distance_to_target).any(-1).any(-1)[..., None, None]
    diagonal = math.hypot(*predicted.shape[-2:])
    alone = no_target ^ (found == 0)
    mean = torch.where(found > 0, near / found.clamp_min(1), 0)
    return torch.where(alone, diagonal, torch.where(no_target, 0, mean)), alone


@loss(
    formula=(
        r"L = \frac{1}{N}\Big(\sum_i \mathrm{CE}_i + E\sum_{\hat y_i \neq y_i}\mathrm{CE}_i\Big),"
        r"\quad E = \text{mean distance of the predicted to the target contour}"
    ),
    source="Al Arif, Knapp, Slabaugh 2017, Shape-aware deep CNN, MSKI; Jadon 2020, eq. 15-16",
    pixel=Arithmetic(
        "-(1 + E * wrong) * ln(p) / N",
        "-(1 + E * wrong) * ln(1 - p) / N",
        {"E": "E", "wrong": r"[\hat y \neq y]"},
    ),
    claims=(
        perfect(),
        confident_mistake("keeps its push"),
        note_on_empty_target(Note.NO_CONTOUR),
    ),
)
def shape_aware(px: Pixels) -> Answer:
    """Cross-entropy that charges misclassified pixels more, the farther the outline is off.

    Shape-aware loss

    E is one number per image: how far, on average, the predicted contour lies from the target's.
    Every misclassified pixel pays 1 + E times its cross-entropy. E and the set of misclassified
    pixels carry no gradient. With E = 0 it is cross-entropy.

    Also called: contour-distance cross-entropy, BCE.

    Known problems: E is the same for all wrong pixels, so it is a weight on mistakes, not a force
    on the outline. It looks one way only: a missed part of the object far from the predicted
    contour does not count. It jumps when a pixel crosses ½.

    Where it belongs: Single compact objects of known shape, such as vertebrae.

    Unit: nats
    """
    to_target = px.field("distance to the contour", lambda: distance_to(contour(px.mask)))
    far, alone = px.constant(
        "contour distance", lambda: contour_distance(contour(px.hard), to_target)
    )
    far = far.to(px.z.dtype)
    wrong = px.constant("misclassified", lambda: (px.hard != px.mask).to(px.z.dtype))
    return Answer(
        px.mean(px.ce) + far * px.mean(wrong * px.ce),
        lambda: px.spread((1 + far * wrong) * px.ce),
        notes={Note.NO_CONTOUR: alone},
        terms=lambda: {"E": far, "wrong": wrong},
    )
