from __future__ import annotations

from typing import Annotated

from torch import Tensor

from ...claims import (
    by_hand,
    ignores,
    linear_in_probability,
    note_on_empty_target,
    perfect,
    within,
)
from ...geometry import city_block_to, skeleton
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Radius = Annotated[
    int, Param("r", "[0, 101]", (0, 10), "steps by which the skeleton is widened to a tube")
]
Smooth = Annotated[
    Number, Param("s", "[0, 1e6]", (0, 100), "pixels added to numerator and denominator")
]


def tube(mask: Tensor, radius: int) -> Tensor:
    """The skeleton of a boolean mask, widened by `radius` steps and cut to the mask."""
    return mask & (city_block_to(skeleton(mask)) <= radius)


@loss(
    formula=(
        r"L = 1 - \frac{\sum p\,S + s}{\sum S + s} = \frac{\sum (1 - p)\,S}{\sum S + s},"
        r"\quad S = \text{target within}\ r\ \text{steps of its skeleton}"
    ),
    source="Kirchhoff, Rokuss, Roy et al. 2024, Skeleton Recall Loss, ECCV, arXiv:2404.03010",
    pixel=Arithmetic(
        "S * (1 - p) / (K + smooth)",
        "S * p / (K + smooth)",
        {"S": "S", "K": r"\sum S"},
    ),
    presets={
        "authors' nnU-Net (r = 2, s = 1e-5)": {"radius": 2, "smooth": 1e-5},
        "the bare skeleton": {"radius": 0, "smooth": 1.0},
    },
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 0.2 / (1 + 3), radius=1, smooth=3),
        ignores("false positives"),
        linear_in_probability(),
        within(0, 1),
        perfect(),
        note_on_empty_target(Note.NO_SKELETON_IN_TARGET),
    ),
)
def skeleton_recall(px: Pixels, *, radius: Radius = 2, smooth: Smooth = 1.0) -> Answer:
    """Asks how much of the target's centreline is found, so that every gap in a vessel shows.

    Skeleton recall loss

    The target alone is thinned to its skeleton and widened again to a tube, once, without gradient;
    the loss is the part of the tube that is missed. A thin vessel is all tube, a thick one only
    its core, so both weigh by their length. Nothing is thinned in the prediction: that makes it
    cheap and leaves an even push on every tube pixel.

    Also called: soft skeleton recall, SkelRec.

    Known problems: It does not see false positives: alone, it asks for an image full of object, so
    it is added to Dice and cross-entropy. The authors' skeleton is a thinning by scikit-image;
    here it is the morphological one, which may have small gaps that the tube closes. The authors
    minimise minus the recall, which is lower by 1.

    Where it belongs: Beside Dice and cross-entropy for vessels, roads, nerves and cracks.

    Unit: 1
    """
    inside = px.field("tube", lambda: tube(px.mask, radius), of=radius)
    inside = inside.to(px.z.dtype)
    long = px.sum(inside)
    return Answer(
        ratio(px.sum(inside * px.q), long + smooth),
        lambda: ratio(px.weighted(inside * px.q), long + smooth),
        notes={Note.NO_SKELETON_IN_TARGET: long == 0},
        terms=lambda: {"S": inside, "K": long},
    )
