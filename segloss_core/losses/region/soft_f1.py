from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    equals,
    note_on_empty_target,
    perfect,
    two_tone,
    within,
)
from ...counts import counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

ObjectPart = Annotated[
    Number, Param("w", "[0, 1]", (0, 1), "part of the object's F1; 1 − w that of the background's")
]

_OBJECT, _BACKGROUND = "(2 * TP + FP + FN)", "(2 * TN + FP + FN)"


@loss(
    formula=(
        r"L = w\left(1 - \frac{2\,TP}{2\,TP + FP + FN}\right)"
        r" + (1 - w)\left(1 - \frac{2\,TN}{2\,TN + FP + FN}\right)"
    ),
    source="Maiza 2019, The unknown benefits of using a soft-F1 loss in classification systems",
    pixel=Arithmetic(
        f"w * (1 - p) / {_OBJECT} + (1 - w) * (1 - p) / {_BACKGROUND}",
        f"w * p / {_OBJECT} + (1 - w) * p / {_BACKGROUND}",
        {"TN": r"\mathit{TN}"},
    ),
    presets={
        "double soft F1 (w = ½)": {"w": 0.5},
        "F1 of the object: Dice": {"w": 1.0},
    },
    claims=(
        # TP = 1.2, FP = 1, FN = 0.8, TN = 1
        by_hand(
            [[0.8, 0.3], [0.4, 0.7]],
            [[1, 0], [1, 0]],
            0.3 * 1.8 / (2.4 + 1.8) + 0.7 * 1.8 / (2 + 1.8),
            w=0.3,
        ),
        equals("dice", when={"w": 1}, at={"smooth": 0}),
        within(0, 1),
        perfect(),
        two_tone(),
        blind_to_class_names(),
        note_on_empty_target(Note.MISSING_OVERLAP),
        confident_mistake("goes silent"),
    ),
)
def soft_f1(px: Pixels, *, w: ObjectPart = 0.5) -> Answer:
    """Asks for overlap of the object and of the background, each by a share of its own.

    Double soft F1 loss

    F1 is Dice. This is Dice of the object and Dice of the background without smoothing, mixed by w:
    with w = ½ no class is preferred, and a large object pushes as well as a small one.

    Also called: macro double soft F1, two-sided Dice.

    Known problems: A class that is missing costs all of its part whatever is predicted, since
    nothing smooths it. The published one counts over a batch, for each label; here it is each
    image. Others use the object's side alone by the same name. Confident mistakes are not repaired.

    Where it belongs: Objects that fill much of some images and little of others.

    Unit: 1
    """
    c = counts(px)
    tn = px.sum(px.background * px.q)
    of_object, of_background = 2 * c.tp + c.wrong, 2 * tn + c.wrong
    free_object, free_background = (
        torch.as_tensor(part, device=px.z.device) == 0 for part in (w, 1 - w)
    )
    missing = (px.n1 == 0) & ~free_object | (px.n0 == 0) & ~free_background
    return Answer(
        w * ratio(c.wrong, of_object) + (1 - w) * ratio(c.wrong, of_background),
        lambda: (
            w * ratio(px.weighted(px.e), of_object)
            + (1 - w) * ratio(px.weighted(px.e), of_background)
        ),
        notes={
            Note.ZERO_OVER_ZERO: missing & (c.wrong == 0),
            Note.MISSING_OVERLAP: missing & (c.wrong > 0),
        },
        terms=lambda: {"TN": tn},
    )
