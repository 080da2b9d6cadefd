from __future__ import annotations

from typing import Annotated

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    equals,
    perfect,
    smaller_gradient_than,
)
from ...pixels import Pixels, expm1
from ...spec import Answer, Arithmetic, Number, Param, loss

Robustness = Annotated[
    Number,
    Param("q", "(0, 1]", (0.01, 1), "from cross-entropy (near 0) to absolute error (1)"),
]


@loss(
    formula=r"L = \frac{1}{N}\sum_i \frac{1 - p_t^{\,q}}{q},\quad p_t = p y + (1 - p)(1 - y)",
    source="Zhang & Sabuncu 2018, arXiv:1805.07836",
    pixel=Arithmetic("(1 - p**q) / (q * N)", "(1 - (1 - p)**q) / (q * N)"),
    presets={
        "paper (q = 0.7)": {"q": 0.7},
        "absolute error (q = 1)": {"q": 1.0},
    },
    claims=(
        by_hand([[0.81, 0.36]], [[1, 0]], ((1 - 0.9) + (1 - 0.8)) / 0.5 / 2, q=0.5),
        equals("mae", when={"q": 1}),
        perfect(),
        smaller_gradient_than("bce"),
        blind_to_class_names(),
        confident_mistake("goes silent"),
    ),
)
def gce(px: Pixels, *, q: Robustness = 0.7) -> Answer:
    """Ignores pixels it believes to be mislabelled, the more the larger q is.

    Generalised cross-entropy

    The gradient in the logit is that of cross-entropy times p_t to the q, where p_t is the
    probability given to the true class: the less the prediction believes a label, the less it
    listens. q near 0 is cross-entropy, q = 1 the mean absolute error.

    Also called: GCE, Lq loss.

    Known problems: A mislabelled pixel and a confident mistake look the same: neither is repaired.
    Early in training the rare class is what is not believed.

    Where it belongs: Noisy labels, after a start with cross-entropy.

    Unit: 1
    """
    cost = -expm1(-q * px.ce) / q
    return Answer(px.mean(cost), lambda: px.spread(cost))
