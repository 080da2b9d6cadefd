from __future__ import annotations

from math import log

import torch

from ...claims import by_hand, confident_mistake, equals, note_on_empty_target, perfect
from ...pixels import Pixels, power, ratio
from ...spec import Answer, Arithmetic, Note, loss
from .unified_focal_sym import FocalPart, Focus, MissPrice, overlaps, spread_overlaps


@loss(
    formula=(
        r"L = \frac{\lambda}{N}\sum_i \left[\delta\,y\,\mathrm{CE}"
        r" + (1 - \delta)(1 - y)\,p^{\gamma}\,\mathrm{CE}\right]"
        r" + \tfrac{1 - \lambda}{2}\left[(1 - TI_1)^{1 - \gamma} + (1 - TI_0)\right],"
        r"\quad TI_l = \tfrac{TP_l}{TP_l + (1 - \delta)\,FP_l + \delta\,FN_l}"
    ),
    source="Yeung et al. 2022, Unified Focal loss, arXiv:2102.04525, eq. 19-20",
    pixel=Arithmetic(
        "-lam * delta * ln(p) / N"
        " + (1 - lam) / 2 * G_1 * delta * (1 - p) / (delta * FN + (1 - delta) * FP)"
        " + (1 - lam) / 2 * G_0 * (1 - delta) * (1 - p) / (delta * FP + (1 - delta) * FN)",
        "-lam * (1 - delta) * p**gamma * ln(1 - p) / N"
        " + (1 - lam) / 2 * G_1 * (1 - delta) * p / (delta * FN + (1 - delta) * FP)"
        " + (1 - lam) / 2 * G_0 * delta * p / (delta * FP + (1 - delta) * FN)",
        {"G_1": r"(1 - TI_1)^{1 - \gamma}", "G_0": r"(1 - TI_0)"},
    ),
    claims=(
        # Object: TP = 0.8, FN = 0.2, FP = 0.4; background: TP = 0.6, FN = 0.4, FP = 0.2.
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            -0.3 * (0.7 * log(0.8) + 0.3 * 0.4**0.5 * log(0.6)) / 2
            + 0.7 * ((0.26 / 1.06) ** 0.5 + 0.34 / 0.94) / 2,
            lam=0.3,
            delta=0.7,
            gamma=0.5,
        ),
        equals(
            "unified_focal_sym",
            when={"lam": 0.3, "delta": 0.8, "gamma": 0},
            at={"lam": 0.3, "delta": 0.8, "gamma": 0},
        ),
        perfect(),
        confident_mistake("keeps its push"),
        note_on_empty_target(Note.MISSING_OVERLAP),
    ),
)
def unified_focal_asym(
    px: Pixels, *, lam: FocalPart = 0.5, delta: MissPrice = 0.6, gamma: Focus = 0.5
) -> Answer:
    """Silences the easy background alone, and stresses the nearly solved object.

    Asymmetric unified focal loss

    The object is taken to be rare. Its pixels keep their whole cross-entropy, only background
    pixels fade when they are easy; and only the object's overlap is pushed the harder the more
    nearly it is solved. With γ = 0 it is the symmetric form.

    Also called: unified focal loss for a rare object.

    Known problems: It favours whichever class is called object, so a large object is
    over-predicted. λ is on the focal part, as in the paper's equation, not its figure. MONAI halves
    the focal part. There is no smoothing: a class that is missing costs a constant in the overlap.

    Where it belongs: A small lesion in a large image, where every object pixel counts.

    Unit: mixed
    """
    missed = px.y * -px.log_p
    false = px.background * torch.exp(gamma * px.log_p) * -px.log_q
    E_1, E_0, off_1, off_0 = overlaps(px, delta)
    G_1, G_0 = power(off_1, 1 - gamma), off_0
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
