from __future__ import annotations

from math import log
from typing import Annotated

import torch
from torch import Tensor

from ...claims import (
    by_hand,
    confident_mistake,
    equals,
    note_on_empty_target,
    perfect,
)
from ...counts import counts
from ...pixels import Pixels, power, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

FocalPart = Annotated[
    Number,
    Param(r"\lambda", "[0, 1]", (0, 1), "part of the focal loss; 1 − λ is that of the overlap"),
]
MissPrice = Annotated[
    Number,
    Param(r"\delta", "[0, 1]", (0, 1), "price of a class's misses; 1 − δ of its false alarms"),
]
Focus = Annotated[
    Number,
    Param(r"\gamma", "[0, 1)", (0, 0.95), "silences easy pixels, stresses nearly solved overlaps"),
]


def overlaps(px: Pixels, delta: Number) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Priced errors of object and background, and how far each class's overlap is from 1."""
    c, true_negatives = counts(px), px.sum(px.background * px.q)
    of_object = delta * c.fn + (1 - delta) * c.fp
    of_background = delta * c.fp + (1 - delta) * c.fn
    off = ratio(of_object, c.tp + of_object), ratio(of_background, true_negatives + of_background)
    return of_object, of_background, *off


def spread_overlaps(px: Pixels, delta: Number, on_object: Tensor, on_background: Tensor) -> Tensor:
    """Each pixel's part of both overlaps, whose values per priced error are given."""
    own, other = px.weighted(px.y * px.q), px.weighted(px.background * px.p)
    return on_object * (delta * own + (1 - delta) * other) + on_background * (
        (1 - delta) * own + delta * other
    )


@loss(
    formula=(
        r"L = \lambda\,\overline{\delta_t (1 - p_t)^{\gamma}\,\mathrm{CE}}"
        r" + (1 - \lambda)\,\tfrac12 \sum_{l} (1 - TI_l)^{1 - \gamma},"
        r"\quad TI_l = \tfrac{TP_l}{TP_l + (1 - \delta)\,FP_l + \delta\,FN_l}"
    ),
    source="Yeung et al. 2022, Unified Focal loss, arXiv:2102.04525, eq. 19-20",
    pixel=Arithmetic(
        "-lam * delta * (1 - p)**gamma * ln(p) / N"
        " + (1 - lam) / 2 * G_1 * delta * (1 - p) / (delta * FN + (1 - delta) * FP)"
        " + (1 - lam) / 2 * G_0 * (1 - delta) * (1 - p) / (delta * FP + (1 - delta) * FN)",
        "-lam * (1 - delta) * p**gamma * ln(1 - p) / N"
        " + (1 - lam) / 2 * G_1 * (1 - delta) * p / (delta * FN + (1 - delta) * FP)"
        " + (1 - lam) / 2 * G_0 * delta * p / (delta * FP + (1 - delta) * FN)",
        {"G_1": r"(1 - TI_1)^{1 - \gamma}", "G_0": r"(1 - TI_0)^{1 - \gamma}"},
    ),
    claims=(
        # Object: TP = 0.8, FN = 0.2, FP = 0.4; background: TP = 0.6, FN = 0.4, FP = 0.2.
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            -0.3 * (0.7 * 0.2**0.5 * log(0.8) + 0.3 * 0.4**0.5 * log(0.6)) / 2
            + 0.7 * ((0.26 / 1.06) ** 0.5 + (0.34 / 0.94) ** 0.5) / 2,
            lam=0.3,
            delta=0.7,
            gamma=0.5,
        ),
        equals(
            "focal",
            when={"lam": 1, "delta": 0.8, "gamma": 0.4},
            at={"alpha": 0.8, "gamma": 0.4},
        ),
        perfect(),
        confident_mistake("keeps its push"),
        note_on_empty_target(Note.MISSING_OVERLAP),
    ),
)
def unified_focal_sym(
    px: Pixels, *, lam: FocalPart = 0.5, delta: MissPrice = 0.6, gamma: Focus = 0.5
) -> Answer:
    """Focal cross-entropy and focal overlap of both classes under one price and one focus.

    Symmetric unified focal loss

    λ parts of a focal loss and 1 − λ parts of a focal Tversky loss averaged over object and
    background. One δ prices misses in both, one γ focuses both: easy pixels fade, and the overlap
    is pushed the harder the more nearly it is solved.

    Also called: unified focal loss, focal plus focal Tversky.

    Known problems: The paper puts λ on the focal part in its equation and on the overlap in its
    figure and code; here it is the equation. MONAI halves the focal part. There is no smoothing: a
    class that is missing costs a constant in the overlap.

    Where it belongs: Unbalanced classes, where one price and one focus should be enough to tune.

    Unit: mixed
    """
    missed = px.y * torch.exp(gamma * px.log_q) * -px.log_p
    false = px.background * torch.exp(gamma * px.log_p) * -px.log_q
    E_1, E_0, off_1, off_0 = overlaps(px, delta)
    G_1, G_0 = power(off_1, 1 - gamma), power(off_0, 1 - gamma)
    return Answer(
        lam * (delta * px.mean(missed) + (1 - delta) * px.mean(false))
        + (1 - lam) / 2 * (G_1 + G_0),
        lambda: (
            lam * px.spread(delta * missed + (1 - delta) * false)
            + (1 - lam) / 2 * spread_overlaps(px, delta, ratio(G_1, E_1), ratio(G_0, E_0))
        ),
        notes={Note.MISSING_OVERLAP: (px.n1 == 0) | (px.n0 == 0)},
        terms=lambda: {"G_1": G_1, "G_0": G_0},
    )
