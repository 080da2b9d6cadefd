from __future__ import annotations

from typing import Annotated

from torch import Tensor

from ...claims import by_hand, equals, perfect, punishes, ranks_like, two_tone, within
from ...counts import Smooth, counts
from ...pixels import Pixels, power, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss
from .tversky import FalseNegativePrice, FalsePositivePrice, tversky

Root = Annotated[
    Number, Param(r"\gamma", "[0.1, 10]", (0.5, 3), "the loss is the γ-th root of the Tversky loss")
]


@loss(
    formula=(r"L = (1 - TI)^{1/\gamma},\quad TI = \frac{TP + s}{TP + \alpha\,FP + \beta\,FN + s}"),
    source="Abraham & Khan 2018, arXiv:1810.07842, eq. 3-4; Jadon 2020, eq. 11",
    pixel=Arithmetic(
        "L * beta * (1 - p) / (alpha * FP + beta * FN)", "L * alpha * p / (alpha * FP + beta * FN)"
    ),
    presets={
        "paper (γ = 4/3)": {"alpha": 0.3, "beta": 0.7, "gamma": 4 / 3, "smooth": 1.0},
        "Tversky (γ = 1)": {"alpha": 0.3, "beta": 0.7, "gamma": 1.0, "smooth": 1.0},
        "as the survey prints it (γ = ¾)": {"alpha": 0.3, "beta": 0.7, "gamma": 0.75},
    },
    claims=(
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            (1 - 0.8 / (0.8 + 0.3 * 0.4 + 0.7 * 0.2)) ** 0.5,
            alpha=0.3,
            beta=0.7,
            gamma=2,
            smooth=0,
        ),
        equals("tversky", when={"gamma": 1}),
        ranks_like("tversky"),
        punishes("alpha", "false positives"),
        punishes("beta", "false negatives"),
        within(0, 1),
        perfect(),
        two_tone(),
    ),
)
def focal_tversky(
    px: Pixels,
    *,
    alpha: FalsePositivePrice = 0.3,
    beta: FalseNegativePrice = 0.7,
    gamma: Root = 4 / 3,
    smooth: Smooth = 1.0,
) -> Answer:
    """Tversky under a root: pushes harder where an image is nearly solved.

    Focal Tversky loss

    The exponent is 1/γ. For γ > 1 the gradient's factor grows without bound as the overlap becomes
    complete, so training dwells on nearly solved images; γ < 1 does the reverse.

    Also called: FTL.

    Known problems: Half of the libraries call the exponent itself γ, so that 4/3 there is 3/4
    here. The paper's α is on false negatives; here, as in Tversky's own, it is on false positives.

    Where it belongs: Small structures that are nearly right and must become exact.

    Unit: 1
    """
    inner = tversky.term(px, alpha=alpha, beta=beta, smooth=smooth)
    value = power(inner.value, 1 / gamma)

    def share() -> Tensor:
        c = counts(px)
        priced = px.weighted((alpha * px.background + beta * px.y) * px.e)
        return value * ratio(priced, alpha * c.fp + beta * c.fn)

    return Answer(value, share, notes=inner.notes)
