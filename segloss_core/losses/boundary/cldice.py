from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from ...claims import by_hand, confident_mistake, note_on_empty_target, perfect, within
from ...geometry import soft_skeleton
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Iterations = Annotated[
    int, Param("k", "[0, 101]", (1, 25), "erosions: half the width of the thickest structure")
]
# 0 is left out: a mask without skeleton would be 0/0.
Smooth = Annotated[
    Number, Param("s", "(0, 1e6]", (0.01, 100), "pixels added to numerators and denominators")
]


def skeletons(px: Pixels, iters: int) -> tuple[Tensor, Tensor]:
    """Soft skeletons of the prediction and of the target; ignored pixels are background."""
    rank, p, q = px.z, px.visible(px.p), px.q
    if px.weight is not None:
        rank = rank.masked_fill(px.weight == 0, -torch.inf)
        q = q.masked_fill(px.weight == 0, 1)
    y = px.y.double()
    of_y = px.field("skeleton", lambda: soft_skeleton(y, y, 1 - y, iters), of=iters)
    return soft_skeleton(rank, p, q, iters), of_y.to(p.dtype)


@loss(
    formula=(
        r"L = 1 - \frac{2ab}{a + b},\quad a = \frac{\sum S_p\,y + s}{\sum S_p + s},"
        r"\quad b = \frac{\sum S_y\,p + s}{\sum S_y + s},"
        r"\quad S = \text{soft skeleton after}\ k\ \text{erosions}"
    ),
    source="Shit, Paetzold et al. 2021, clDice, CVPR, arXiv:2003.07311",
    pixel=Arithmetic(
        "a / (a + b) * S_y * (1 - p) / (K_y + smooth)",
        "b / (a + b) * S_p / (K_p + smooth)",
        {"a": "a", "b": "b", "S_y": "S_y", "S_p": "S_p", "K_y": r"\sum S_y", "K_p": r"\sum S_p"},
    ),
    claims=(
        # The prediction's skeleton is 0.4 on the background pixel, the target's its one pixel.
        by_hand(
            [[0.4, 0.8]],
            [[1, 0]],
            1 - 2 * (2 / 2.4) * (2.4 / 3) / (2 / 2.4 + 2.4 / 3),
            iters=2,
            smooth=2,
        ),
        within(0, 1),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NO_SKELETON_IN_TARGET),
    ),
)
def cldice(px: Pixels, *, iters: Iterations = 10, smooth: Smooth = 1.0) -> Answer:
    """Asks whether centrelines lie inside the other mask, so that a broken vessel is dear.

    clDice loss

    Both masks are thinned to soft skeletons by repeated erosion. a is how much of the predicted
    centreline lies in the target, b how much of the target's lies in the prediction; the loss is
    one minus their harmonic mean. A gap of one pixel in a long vessel costs as much as it would in
    a thick one.

    Also called: soft clDice, centerline Dice.

    Known problems: Too few erosions leave thick structures without a centreline. A flat prediction
    has no skeleton: on an empty target it costs 0 however much it predicts, so it is never used
    alone. The skeleton is only piecewise smooth, and it cannot repair a confident mistake.

    Where it belongs: Vessels, roads, neurites: where being connected matters more than width.

    Unit: 1
    """
    s_p, s_y = skeletons(px, iters)
    k_p, k_y = px.sum(s_p), px.sum(s_y)
    false = px.sum(s_p * px.background) / (k_p + smooth)
    missed = px.sum(s_y * px.q) / (k_y + smooth)
    a, b = 1 - false, 1 - missed
    return Answer(
        (a * missed + b * false) / (a + b),
        lambda: px.weighted(
            a / (a + b) * s_y * px.q / (k_y + smooth)
            + b / (a + b) * s_p * px.background / (k_p + smooth)
        ),
        notes={
            Note.NO_SKELETON: (k_p == 0) & (k_y == 0),
            Note.NO_SKELETON_IN_TARGET: (k_p > 0) & (k_y == 0),
            Note.NO_SKELETON_IN_PREDICTION: (k_p == 0) & (k_y > 0),
        },
        terms=lambda: {"a": a, "b": b, "S_y": s_y, "S_p": s_p, "K_y": k_y, "K_p": k_p},
    )
