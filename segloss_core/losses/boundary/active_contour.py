from __future__ import annotations

from typing import Annotated

from torch import Tensor
from torch.nn.functional import pad

from ...claims import by_hand, confident_mistake, punishes, within
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss

RegionWeight = Annotated[
    Number,
    Param(r"\lambda", "[0, 1e6]", (0, 10), "weight of the region beside the outline's length"),
]
FalsePositivePrice = Annotated[
    Number, Param(r"\mu", "[0, 1e6]", (0, 5), "price of a false positive; a false negative costs 1")
]
Rounding = Annotated[
    Number, Param(r"\epsilon", "[1e-12, 1]", (1e-8, 0.01), "rounds the root off where p is flat")
]


def squared_slope(px: Pixels) -> Tensor:
    """(∂ₓp)² + (∂ᵧp)² by forward differences, zero at the far edges; ignored pixels have p = 0."""
    p, q = px.visible(px.p), px.q
    if px.weight is not None:
        q = q.masked_fill(px.weight == 0, 1)

    def steps(a: Tensor, b: Tensor, rest_a: Tensor, rest_b: Tensor) -> Tensor:
        return (b * rest_a - a * rest_b).square()  # b − a, exact where both are near 1

    along = steps(p[..., :-1], p[..., 1:], q[..., :-1], q[..., 1:])
    down = steps(p[..., :-1, :], p[..., 1:, :], q[..., :-1, :], q[..., 1:, :])
    return pad(along, (0, 1)) + pad(down, (0, 0, 0, 1))


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \sqrt{(\partial_x p)^2 + (\partial_y p)^2 + \epsilon}"
        r" + \lambda\,\frac{\mu\,FP + FN}{N}"
    ),
    source="Chen et al. 2019, Learning Active Contour Models for Medical Image Segmentation, CVPR",
    pixel=Arithmetic(
        "(slope + eps)**0.5 / N + lam * (1 - p) / N",
        "(slope + eps)**0.5 / N + lam * mu * p / N",
        {"slope": r"|\nabla p|^2"},
    ),
    claims=(
        # One step of 0.4 between the two pixels; beyond the right edge there is none.
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            (0.25**0.5 + 0.09**0.5) / 2 + 0.5 * (3 * 0.4 + 0.2) / 2,
            lam=0.5,
            mu=3,
            eps=0.09,
        ),
        punishes("mu", "false positives"),
        confident_mistake("goes silent"),
        within(1e-4, 2.4143),
    ),
)
def active_contour(
    px: Pixels, *, lam: RegionWeight = 1.0, mu: FalsePositivePrice = 1.0, eps: Rounding = 1e-8
) -> Answer:
    """Mean absolute error plus the length of the predicted outline: short outlines are cheap.

    Active contour loss

    The first term is the total variation of p, which is the length of the outline where the
    prediction is sure; the second counts the area that is wrong. λ decides between smooth and
    faithful. Differences look one pixel to the right and one down, and belong to the pixel they
    start from; an ignored pixel has p = 0 and pays nothing itself.

    Also called: AC loss, learned Chan-Vese, total variation plus mean absolute error.

    Known problems: A perfect prediction is not free: its perimeter remains. Thin structures are
    mostly outline and are smoothed away. It cannot repair a confident mistake. The mirror image of
    a prediction can cost slightly more or less. The authors sum over pixels; here it is the mean.

    Where it belongs: Single smooth organs, where frayed outlines are surely wrong.

    Unit: 1
    """
    slope = squared_slope(px)
    length = (slope + eps).sqrt()
    missed, false = px.y * px.q, px.background * px.p
    return Answer(
        px.mean(length) + lam * (mu * px.mean(false) + px.mean(missed)),
        lambda: px.spread(length + lam * (mu * false + missed)),
        terms=lambda: {"slope": slope},
    )
