from __future__ import annotations

import torch
from torch import Tensor

from ...claims import (
    by_hand,
    confident_mistake,
    convex_in_logit,
    note_on_empty_target,
    perfect,
)
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, loss


def jaccard_steps(px: Pixels) -> Tensor:
    """What each pixel adds to the Jaccard loss when pixels go wrong in turn, the worst first.

    After M object and B background pixels went wrong the loss is (M + B)/(n1 + B). Equally wrong
    pixels enter as one group: the mean of objects first and background first, equal in a class.
    """
    worse1, equal1, worse0, equal0 = px.ranks()
    before, after = px.n1 + worse0, px.n1 + worse0 + equal0
    missed = (ratio(px.y, before) + ratio(px.y, after)) / 2
    # On average over the two orders; never below 0, but for rounding.
    overlap = torch.relu(px.n1 - worse1 - equal1 / 2)
    false = ratio(px.background * overlap, before * after)
    first = (px.n1 == 0) & (worse0 == 0)  # of an empty target the worst pixels take all
    return missed + torch.where(first, ratio(px.background, equal0), false)


@loss(
    formula=(
        r"L = \sum_k \max(m_{\pi_k}, 0)\,g_{\pi_k},\quad m = 1 - (2y - 1)z,\quad"
        r" g_{\pi_k} = \Delta(\{\pi_1 \ldots \pi_k\}) - \Delta(\{\pi_1 \ldots \pi_{k-1}\})"
    ),
    source="Berman, Rannen Triki, Blaschko 2018, arXiv:1705.08790, algorithm 1",
    pixel=Arithmetic("g * m", "g * m", {"g": "g", "m": r"\max(m, 0)"}),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], 1.0),
        by_hand([[0.8, 0.4]], [[1, 0]], 0.5 * (1 - 0.4054651081081644)),
        convex_in_logit(),
        perfect(),
        note_on_empty_target(Note.ONLY_THE_WORST),
        confident_mistake("keeps its push"),
    ),
)
def lovasz_hinge(px: Pixels) -> Answer:
    """Prices each pixel's margin by what its mistake would do to the overlap; convex in the logits.

    Lovász hinge

    Pixels are sorted by their margin error m, the worst first. g is what a pixel adds to the
    Jaccard loss Δ when it goes wrong after all that are worse, so the gradient is that of a real
    overlap at this moment. Where m is 0 or 1 everywhere it is 1 − IoU.

    Also called: Lovász loss, Lovász extension of the Jaccard loss.

    Known problems: On an empty target only the worst pixel pays. Pixels that are right by a margin
    of 1 get no push, so probabilities stay near 0.27 and 0.73. The value jumps in slope whenever
    two pixels change places; equally wrong pixels are one group here.

    Where it belongs: Fine-tuning for intersection over union, after a start with cross-entropy.

    Unit: 1
    """
    g = jaccard_steps(px)
    m = torch.relu(1 - (px.y - px.background) * px.z)
    return Answer(
        px.sum(g * m),
        lambda: px.weighted(g * m),
        notes={Note.ONLY_THE_WORST: (px.n1 == 0) & (px.N > 0)},
        terms=lambda: {"g": g, "m": m},
    )
