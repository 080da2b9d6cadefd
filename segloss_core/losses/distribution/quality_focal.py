from __future__ import annotations

from typing import Annotated

from ...claims import blind_to_class_names, by_hand, confident_mistake, equals, least_at
from ...labels import Doubt, soft_cross_entropy, soft_error
from ...pixels import Pixels, power
from ...spec import Answer, Arithmetic, Number, Param, loss

Focus = Annotated[
    Number,
    Param(r"\beta", "(0, 1e3]", (0.1, 5), "how strongly pixels near their label are silenced"),
]


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i -|y'_i - p_i|^{\beta}"
        r"\left[y'_i \ln p_i + (1 - y'_i)\ln(1 - p_i)\right],"
        r"\quad y' = (1 - \epsilon)\,y + \tfrac{\epsilon}{2}"
    ),
    source="Li et al. 2020, Generalized focal loss, arXiv:2006.04388; labels softened by ε",
    pixel=Arithmetic(
        "-d**beta * (1 - epsilon / 2) * ln(p) / N - d**beta * epsilon / 2 * ln(1 - p) / N",
        "-d**beta * (1 - epsilon / 2) * ln(1 - p) / N - d**beta * epsilon / 2 * ln(p) / N",
        {"d": r"|y' - p|"},
    ),
    presets={"hard labels: focal loss": {"beta": 2.0, "epsilon": 0.0}},
    claims=(
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            0.4**3 * 0.6931471805599453,
            beta=3,
            epsilon=0.2,
        ),
        equals(
            "focal",
            when={"beta": 3, "epsilon": 0},
            at={"alpha": 0.5, "gamma": 3},
            times=2,
        ),
        least_at(0.9, beta=1.5, epsilon=0.2),
        blind_to_class_names(),
        confident_mistake("keeps its push"),
    ),
)
def quality_focal(px: Pixels, *, beta: Focus = 2.0, epsilon: Doubt = 0.1) -> Answer:
    """Silences pixels near their softened label, and calls surer ones back.

    Quality focal loss

    Focal loss for labels between 0 and 1: the focusing factor is the distance from prediction to
    label. In detection the label is how well a box fits. A mask has only 0 and 1, so here they are
    softened by label smoothing, to ε/2 and 1 − ε/2; the loss is least, and 0, right there.

    Also called: QFL, generalised focal loss (of which it is one half).

    Known problems: The softened labels are this project's stand-in: the paper has no ε. Around the
    label the push fades as fast as focal loss does, so that p settles near it, not on it. For β < 1
    the slope is infinite at the label.

    Where it belongs: Imperfect labels, where easy background still should fade.

    Unit: nats
    """
    distance = soft_error(px, epsilon)
    cost = power(distance, beta) * soft_cross_entropy(px, epsilon)
    return Answer(px.mean(cost), lambda: px.spread(cost), terms=lambda: {"d": distance})
