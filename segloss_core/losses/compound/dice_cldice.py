from __future__ import annotations

from typing import Annotated

from ...claims import confident_mistake, equals, note_on_empty_target, perfect, within
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, Number, Param, loss
from ..boundary.cldice import Iterations, Smooth, cldice
from ..region.dice import dice

Mix = Annotated[
    Number, Param(r"\alpha", "[0, 1]", (0, 1), "part of clDice; 1 − α is the part of Dice")
]


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
    overlap, lines = dice.term(px, smooth=smooth), cldice.term(px, iters=iters, smooth=smooth)
    return Answer(
        (1 - alpha) * overlap.value + alpha * lines.value,
        lambda: (1 - alpha) * overlap.share() + alpha * lines.share(),
        notes=lines.notes,
        terms=lines.terms,
    )
