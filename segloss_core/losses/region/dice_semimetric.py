from __future__ import annotations

import torch

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    least_at,
    note_on_empty_target,
    within,
)
from ...counts import Smooth
from ...labels import Doubt, half, soft_error
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss

_SIZES = "(P + Y + smooth)"


@loss(
    formula=(
        r"L = 1 - \frac{\sum_i (p_i + y'_i - |p_i - y'_i|) + s}{\sum_i (p_i + y'_i) + s}"
        r" = \frac{\sum_i |p_i - y'_i|}{\sum_i (p_i + y'_i) + s},"
        r"\quad y' = (1 - \epsilon)\,y + \tfrac{\epsilon}{2}"
    ),
    source=(
        "Wang, Popordanoska, Bertels, Lemmens, Blaschko 2023, Dice semimetric losses, MICCAI, "
        "arXiv:2303.16296; labels softened by ε"
    ),
    pixel=Arithmetic(
        f"d / {_SIZES}",
        f"d / {_SIZES}",
        {"d": "|p - y'|", "P": r"\textstyle\sum p", "Y": r"\textstyle\sum y'"},
    ),
    presets={
        "hard labels: Dice": {"epsilon": 0.0, "smooth": 1.0},
        "no smoothing of the ratio": {"epsilon": 0.1, "smooth": 0.0},
    },
    claims=(
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            (0.1 + 0.3) / (0.8 + 0.4 + 1 + 2),
            epsilon=0.2,
            smooth=2,
        ),
        equals("dice", when={"epsilon": 0, "smooth": 3}, at={"smooth": 3}),
        least_at(0.9, epsilon=0.2, smooth=3),
        within(0, 1),
        note_on_empty_target(Note.NOTHING_TO_OVERLAP, epsilon=0, smooth=0),
        confident_mistake("goes silent"),
    ),
)
def dice_semimetric(px: Pixels, *, epsilon: Doubt = 0.1, smooth: Smooth = 1.0) -> Answer:
    """Dice that is least at softened labels, where plain Dice would still ask for sure ones.

    Dice semimetric loss

    The overlap is written by the distance of prediction and label instead of their product. For 0
    and 1 both are the same; for labels in between the product is wrong: soft Dice of a prediction
    that equals a soft label is not 0, and a sure prediction is cheaper. Here nothing is cheaper
    than the label, to which 0 and 1 are softened: ε/2 and 1 − ε/2.

    Also called: DML₁, MONAI's DiceLoss with soft_label.

    Known problems: The labels are softened here because a mask has only 0 and 1; the paper takes
    them from several annotators, smoothing or a teacher. Every background pixel adds ε/2 to the
    size of the target, so a small object in a large image counts little. At the label the push
    jumps from one side to the other. Confident mistakes are not repaired.

    Where it belongs: Masks that are not to be trusted to the last bit, where Dice will be measured.

    Unit: 1
    """
    distance = soft_error(px, epsilon)
    doubt = half(px, epsilon)
    of_p, of_y = px.sum(px.p), px.n1 * (1 - doubt) + px.n0 * doubt
    sizes = of_p + of_y + smooth
    wrong = px.sum(distance)
    rough = torch.as_tensor(smooth, device=px.z.device) == 0
    empty = (of_y == 0) & rough
    return Answer(
        ratio(wrong, sizes),
        lambda: ratio(px.weighted(distance), sizes),
        notes={
            Note.ZERO_OVER_ZERO: empty & (wrong == 0),
            Note.NOTHING_TO_OVERLAP: empty & (wrong > 0),
        },
        terms=lambda: {"d": distance, "P": of_p, "Y": of_y},
    )
