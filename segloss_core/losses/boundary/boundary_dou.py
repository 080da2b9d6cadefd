from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    note_on_empty_target,
    perfect_is_the_floor,
    within,
)
from ...geometry import contour
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

# 0 is left out: an empty target without false alarms would be 0/0.
Smooth = Annotated[
    Number,
    Param("s", "(0, 1e6]", (1e-5, 10), "pixels added to both areas, and to contour and size"),
]

MOST = 0.8  # the authors cut α off here


@loss(
    formula=(
        r"L = \frac{G \cup P - G \cap P + s}{G \cup P - \alpha\,G \cap P + s}"
        r" = \frac{\sum (p - y)^2 + s}{\sum (p - y)^2 + (1 - \alpha)\sum p\,y + s},"
        r"\quad \alpha = \min\left(1 - 2\,\frac{C + s}{S + s},\ 0.8\right)"
    ),
    source="Sun, Luo, Li 2023, Boundary Difference Over Union Loss, MICCAI, arXiv:2308.00220",
    pixel=Arithmetic(
        "(1 - a) * (n1 * (1 - p)**2 + smooth * (1 - p)) / (D * D_best)",
        "(1 - a) * n1 * p**2 / (D * D_best)",
        {"a": r"\alpha", "D": "D", "D_best": r"D_{p = y}"},
    ),
    claims=(
        # One pixel is all contour: C = S, so α = −1. Wrong is 0.2² + 0.4².
        by_hand([[0.8, 0.4]], [[1, 0]], (0.2 + 0.5) / (0.2 + 2 * 0.8 + 0.5), smooth=0.5),
        within(0, 1),
        perfect_is_the_floor(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.ONE_ON_EMPTY_TARGET),
    ),
)
def boundary_dou(px: Pixels, *, smooth: Smooth = 1e-5) -> Answer:
    """Wrong area over union, where a large object's inside counts less and its rim decides.

    Boundary difference over union loss

    IoU loss with part of the intersection taken out of the denominator: α, set by the target
    alone, grows with its size S relative to the length C of its contour. A small object gives
    α near −1 and a Dice-like ratio; a large one α = 0.8, and near the perfect prediction a mistake
    then costs five times as much as in IoU. Areas are soft: G ∩ P is Σ p y, and G ∪ P is
    Σ p² + Σ y − Σ p y.

    Also called: boundary DoU, DoU.

    Known problems: It never looks where a mistake lies: the contour only sets one number per image,
    and a hole inside costs as much as a dent in the rim. On an empty target it is 1 whatever is
    predicted. The squared areas, the smoothing s, the cut of α at 0.8 and negative α are those of
    the authors' code; the paper states α in [0, 1).

    Where it belongs: Organs of very different sizes in one data set, alone or beside cross-entropy.

    Unit: 1
    """
    rim = px.field("contour", lambda: contour(px.mask))
    length = px.sum(rim.to(px.z.dtype))
    fits = 1 - 2 * (length + smooth) / (px.n1 + smooth)
    alpha = torch.where(fits < MOST, fits, MOST)
    wrong, missed = px.sum(px.e.square()), px.sum(px.y * px.q)
    whole = wrong + (1 - alpha) * px.sum(px.y * px.p) + smooth
    best = (1 - alpha) * px.n1 + smooth
    floor = (0 * best + smooth) / best  # a number over a tensor is rounded twice
    return Answer(
        floor + (1 - alpha) * (px.n1 * wrong + smooth * missed) / whole / best,
        lambda: (
            (1 - alpha) * px.weighted(px.n1 * px.e.square() + smooth * px.y * px.q) / whole / best
        ),
        floor,
        notes={Note.ONE_ON_EMPTY_TARGET: px.n1 == 0},
        terms=lambda: {"a": alpha, "D": whole, "D_best": best},
    )
