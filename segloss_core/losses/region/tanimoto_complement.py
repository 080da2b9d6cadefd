from __future__ import annotations

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    note_on_empty_target,
    perfect,
    within,
)
from ...counts import Smooth
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss


@loss(
    formula=(
        r"L = 1 - \frac{T(p, y) + T(1 - p, 1 - y)}{2},"
        r"\quad T(p, y) = \frac{\sum p\,y + s}{\sum p^2 + \sum y^2 - \sum p\,y + s}"
    ),
    source="Diakogiannis, Waldner, Caccetta, Wu 2020, ResUNet-a, arXiv:1904.00592",
    pixel=Arithmetic(
        "(1 - p)**2 / (2 * U_1) + (1 - p)**2 / (2 * U_0)",
        "p**2 / (2 * U_1) + p**2 / (2 * U_0)",
        {"U_1": "U_1", "U_0": "U_0"},
    ),
    claims=(
        # Wrong is 0.2² + 0.4²; the overlaps are 0.8 and 0.6.
        by_hand([[0.8, 0.4]], [[1, 0]], (0.2 / (0.2 + 0.8) + 0.2 / (0.2 + 0.6)) / 2, smooth=0),
        blind_to_class_names(),
        within(0, 1),
        perfect(),
        confident_mistake("goes silent"),
        note_on_empty_target(Note.MISSING_OVERLAP, smooth=0),
    ),
)
def tanimoto_complement(px: Pixels, *, smooth: Smooth = 1.0) -> Answer:
    """Overlap of the objects and overlap of the backgrounds, half each, with squared errors.

    Tanimoto loss with complement

    T is the Jaccard index with squares: the squared error over itself plus the overlap. The
    average with the same of 1 − p and 1 − y treats object and background alike, and keeps a push
    where one of the two overlaps is nearly 0.

    Also called: Tanimoto dual loss, Jaccard with complement.

    Known problems: The background of a small object is nearly right from the start, so half of the
    loss says little. As with squared Dice the push fades as an error becomes slight, and confident
    mistakes are not repaired. The weights that the paper gives to classes cancel where there is
    one class against the rest.

    Where it belongs: Land cover from the air, where object and background matter alike.

    Unit: 1
    """
    error = px.e.square()
    wrong = px.sum(error)
    objects = wrong + px.sum(px.y * px.p) + smooth
    backgrounds = wrong + px.sum(px.background * px.q) + smooth
    missing = (torch.as_tensor(smooth, device=px.z.device) == 0) & ((px.n1 == 0) | (px.n0 == 0))
    return Answer(
        (ratio(wrong, objects) + ratio(wrong, backgrounds)) / 2,
        lambda: (ratio(px.weighted(error), objects) + ratio(px.weighted(error), backgrounds)) / 2,
        notes={
            Note.ZERO_OVER_ZERO: missing & (wrong == 0),
            Note.MISSING_OVERLAP: missing & (wrong > 0),
        },
        terms=lambda: {"U_1": objects, "U_0": backgrounds},
    )
