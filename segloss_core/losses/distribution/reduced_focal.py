from __future__ import annotations

from typing import Annotated

import torch

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    equals,
    perfect,
    silences_easy_pixels,
)
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

Focus = Annotated[
    Number, Param(r"\gamma", "[0, 10]", (0, 5), "how strongly pixels that are right are silenced")
]
Threshold = Annotated[
    Number,
    Param("t", "[0.05, 1]", (0.1, 0.9), "below this p_t a pixel pays all of its cross-entropy"),
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -f_r(p_t)\ln p_t,\quad f_r = \begin{cases} 1 & p_t < t \\"
        r" \left(\frac{1 - p_t}{t}\right)^{\gamma} & p_t \ge t \end{cases},"
        r"\quad p_t = p y + (1 - p)(1 - y)"
    ),
    source="Sergievskiy & Ponamarev 2019, Reduced focal loss, arXiv:1903.01347",
    pixel=Arithmetic("-f * ln(p) / N", "-f * ln(1 - p) / N", {"f": "f_r"}),
    presets={
        "paper (t = 0.5, γ = 2)": {"gamma": 2.0, "threshold": 0.5},
        "cross-entropy (t = 1)": {"gamma": 2.0, "threshold": 1.0},
    },
    claims=(
        by_hand(
            [[0.2, 0.3, 0.3]],
            [[1, 0, 1]],
            (1.6094379124341003 + 0.5**3 * 0.35667494393873245 + 1.2039728043259361) / 3,
            gamma=3,
            threshold=0.6,
        ),
        equals("bce", when={"threshold": 1}),
        equals("bce", when={"gamma": 0, "threshold": 0.3}),
        silences_easy_pixels("gamma"),
        perfect(),
        blind_to_class_names(),
        confident_mistake("keeps its push"),
    ),
)
def reduced_focal(px: Pixels, *, gamma: Focus = 2.0, threshold: Threshold = 0.5) -> Answer:
    """Silences pixels that are right, and leaves the wrong ones their whole cross-entropy.

    Reduced focal loss

    Focal loss damps hard pixels too, a little. Here the focusing factor is 1 below the threshold,
    and falls from there on as the pixel becomes right.

    Also called: focal loss with a cut-off, smp's FocalLoss with reduced_threshold.

    Known problems: This factor, which is also smp's, is continuous at t = ½ alone: at t it jumps
    from 1 to (1/t − 1)^γ. For t < ½ that is up, and a pixel pays more for being less wrong.
    pytorch-toolbelt has come to divide by 1 − t instead of t, which is continuous; only t = ½ means
    the same in both.

    Where it belongs: As focal loss, where hard pixels are believed to be labelled rightly.

    Unit: nats
    """
    error = torch.where(px.y > 0, px.log_q, px.log_p)
    factor = torch.where(px.e > 1 - threshold, 1, torch.exp(gamma * error) * threshold ** (-gamma))
    cost = factor * px.ce
    return Answer(px.mean(cost), lambda: px.spread(cost), terms=lambda: {"f": factor})
