from __future__ import annotations

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    convex_in_logit,
    equals,
    settles_at,
)
from ...labels import Doubt, half, opposite, soft_cross_entropy
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, loss


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -\left[y'_i \ln p_i + (1 - y'_i)\ln(1 - p_i)\right],"
        r"\quad y' = (1 - \epsilon)\,y + \tfrac{\epsilon}{2}"
    ),
    source="Szegedy et al. 2016, Rethinking the Inception architecture, arXiv:1512.00567",
    pixel=Arithmetic(
        "-(1 - epsilon / 2) * ln(p) / N - epsilon / 2 * ln(1 - p) / N - H / N",
        "-(1 - epsilon / 2) * ln(1 - p) / N - epsilon / 2 * ln(p) / N - H / N",
        {"H": r"H(\tfrac{\epsilon}{2})"},
    ),
    presets={"no doubt: cross-entropy": {"epsilon": 0.0}},
    claims=(
        by_hand(
            [[0.8, 0.2]],
            [[1, 0]],
            0.9 * 0.22314355131420976 + 0.1 * 1.6094379124341003,
            epsilon=0.2,
        ),
        equals("bce", when={"epsilon": 0}),
        settles_at(0.1, 0.18, epsilon=0.2),
        blind_to_class_names(),
        convex_in_logit(),
        confident_mistake("keeps its push"),
    ),
)
def label_smoothing_bce(px: Pixels, *, epsilon: Doubt = 0.1) -> Answer:
    """Doubts every label a little, so that no prediction should be entirely sure.

    Label-smoothed cross-entropy

    Targets 1 and 0 become 1 − ε/2 and ε/2. It equals cross-entropy plus ε/2 times the mean margin,
    so the best logit is finite, ln((2 − ε)/ε). The least value is the entropy H(ε/2), shown as the
    floor; the rest is how far each pixel is from that best prediction.

    Also called: label smoothing, soft-label cross-entropy.

    Known problems: A prediction that is right and surer than 1 − ε/2 pays for it, the more the
    surer. The doubt is equal everywhere, though labels are doubtful at edges. Some libraries call
    ε what is ε/2 here.

    Where it belongs: Against overconfidence, where labels are known to be imperfect.

    Unit: nats
    """
    doubt = half(px, epsilon)
    floor = torch.special.entr(doubt) + torch.special.entr(1 - doubt)
    return Answer(
        (1 - doubt) * px.mean(px.ce) + doubt * px.mean(opposite(px)),
        # Never below the entropy, but for rounding.
        lambda: px.spread(torch.relu(soft_cross_entropy(px, epsilon) - floor)),
        floor,
        terms=lambda: {"H": floor},
    )
