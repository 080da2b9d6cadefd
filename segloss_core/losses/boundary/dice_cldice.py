from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from ...claims import confident_mistake, equals, note_on_empty_target, perfect, within
from ...geometry import soft_skeleton
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Mix = Annotated[
    Number, Param(r"\alpha", "[0, 1]", (0, 1), "part of clDice; 1 − α is the part of Dice")
]
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
        r"L = (1 - \alpha)\,\frac{FP + FN}{2\,TP + FP + FN + s}"
        r" + \alpha\Big(1 - \frac{2ab}{a + b}\Big),"
        r"\quad a = \frac{\sum S_p\,y + s}{\sum S_p + s},"
        r"\quad b = \frac{\sum S_y\,p + s}{\sum S_y + s},"
        r"\quad S = \text{soft skeleton after}\ k\ \text{erosions}"
    ),
    source="Shit, Paetzold et al. 2021, clDice, CVPR, arXiv:2003.07311",
    pixel=Arithmetic(
        "(1 - alpha) * (1 - p) / (2 * TP + FP + FN + smooth)"
        " + alpha * a / (a + b) * S_y * (1 - p) / (K_y + smooth)",
        "(1 - alpha) * p / (2 * TP + FP + FN + smooth)"
        " + alpha * b / (a + b) * S_p / (K_p + smooth)",
        {"a": "a", "b": "b", "S_y": "S_y", "S_p": "S_p", "K_y": r"\sum S_y", "K_p": r"\sum S_p"},
    ),
    presets={"authors' code (k = 3)": {"alpha": 0.5, "iters": 3, "smooth": 1.0}},
    claims=(
        equals("dice", when={"alpha": 0, "smooth": 2}, at={"smooth": 2}),
        equals(
            "cldice",
            when={"alpha": 1, "iters": 2, "smooth": 3},
            at={"iters": 2, "smooth": 3},
        ),
        within(0, 1),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.NO_SKELETON_IN_TARGET),
    ),
)
def dice_cldice(
    px: Pixels, *, alpha: Mix = 0.5, iters: Iterations = 10, smooth: Smooth = 1.0
) -> Answer:
    """Overlap of areas and of centrelines in one: width and connectedness both count.

    Dice plus clDice

    1 − α parts of Dice keep the width right and push on every pixel; α parts of clDice keep thin
    structures in one piece. Both use the same smoothing.

    Also called: soft-clDice loss, combined clDice.

    Known problems: Both parts are ratios of p, so a confident mistake is not repaired. Too few
    erosions leave thick structures without a centreline, and the skeleton is only piecewise smooth.
    The first release ignored its number of erosions and always used 10.

    Where it belongs: Vessels, roads, neurites: the form in which clDice is trained.

    Unit: 1
    """
    s_p, s_y = skeletons(px, iters)
    k_p, k_y = px.sum(s_p), px.sum(s_y)
    false = px.sum(s_p * px.background) / (k_p + smooth)
    missed = px.sum(s_y * px.q) / (k_y + smooth)
    a, b = 1 - false, 1 - missed
    lines = (a * missed + b * false) / (a + b)
    sizes = px.n1 + px.sum(px.p) + smooth
    overlap = px.sum(px.e) / sizes

    def share() -> Tensor:
        on_lines = a / (a + b) * s_y * px.q / (k_y + smooth) + b / (a + b) * s_p * px.background / (
            k_p + smooth
        )
        return px.weighted((1 - alpha) * px.e / sizes + alpha * on_lines)

    return Answer(
        (1 - alpha) * overlap + alpha * lines,
        share,
        notes={
            Note.NO_SKELETON: (k_p == 0) & (k_y == 0),
            Note.NO_SKELETON_IN_TARGET: (k_p > 0) & (k_y == 0),
            Note.NO_SKELETON_IN_PREDICTION: (k_p == 0) & (k_y > 0),
        },
        terms=lambda: {"a": a, "b": b, "S_y": s_y, "S_p": s_p, "K_y": k_y, "K_p": k_p},
    )
