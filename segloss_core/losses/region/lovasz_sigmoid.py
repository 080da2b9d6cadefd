from __future__ import annotations

from ...claims import (
    by_hand,
    confident_mistake,
    note_on_empty_target,
    on_sure_masks,
    perfect,
    within,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Note, loss
from .lovasz_hinge import jaccard_steps


@loss(
    formula=(
        r"L = \sum_k e_{\pi_k}\,g_{\pi_k},\quad e = |p - y|,\quad"
        r" g_{\pi_k} = \Delta(\{\pi_1 \ldots \pi_k\}) - \Delta(\{\pi_1 \ldots \pi_{k-1}\})"
    ),
    source="Berman, Rannen Triki, Blaschko 2018, arXiv:1705.08790, algorithm 1",
    pixel=Arithmetic("g * (1 - p)", "g * p", {"g": "g"}),
    claims=(
        by_hand([[0.8, 0.4]], [[1, 0]], 0.4 * 0.5 + 0.2 * 0.5),
        by_hand([[0.3, 0.4, 0.9]], [[1, 1, 0]], 0.9 / 3 + 0.7 / 3 + 0.6 / 3),
        on_sure_masks("jaccard", smooth=0),
        within(0, 1),
        perfect(),
        note_on_empty_target(Note.ONLY_THE_WORST),
        confident_mistake("goes silent"),
    ),
)
def lovasz_sigmoid(px: Pixels) -> Answer:
    """Prices each pixel's error by what its mistake would do to the real overlap.

    Lovász sigmoid loss

    Pixels are sorted by their error, the worst first. g is what a pixel adds to the Jaccard loss Δ
    when it goes wrong after all that are worse. Between sure masks, where it is
    1 − IoU, it is piecewise linear and convex in p.

    Also called: Lovász-Softmax of two classes, Lovász extension of the Jaccard loss.

    Known problems: On an empty target only the worst pixel pays. A confident mistake is hardly
    pushed, because p(1 − p) is nearly 0 there. Equally wrong pixels are one group here; elsewhere
    their order is that of the memory.

    Where it belongs: Fine-tuning for intersection over union, after a start with cross-entropy.

    Unit: 1
    """
    g = jaccard_steps(px)
    return Answer(
        px.sum(g * px.e),
        lambda: px.weighted(g * px.e),
        notes={Note.ONLY_THE_WORST: (px.n1 == 0) & (px.N > 0)},
        terms=lambda: {"g": g},
    )
