from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import pad

from ...claims import blind_to_specks, by_hand, perfect, within
from ...pixels import IMAGE_AXES, Pixels, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

Reach = Annotated[
    Number, Param(r"\alpha", "[0, 6]", (0, 3), "how steeply the price grows with each erosion")
]
Iterations = Annotated[
    int, Param("K", "[1, 101]", (1, 20), "erosions: how often mistakes are peeled")
]


def erode(x: Tensor) -> Tensor:
    """What exceeds ½ of the mean over a cross of five, stretched to [0, 1] in each image."""
    wide = pad(x, (1, 1, 1, 1))
    beside = wide[..., 1:-1, :-2] + wide[..., 1:-1, 2:]
    left = torch.relu((x + beside + wide[..., :-2, 1:-1] + wide[..., 2:, 1:-1]) / 5 - 0.5)
    low, high = left.amin(IMAGE_AXES, keepdim=True), left.amax(IMAGE_AXES, keepdim=True)
    # Measured from the nearer end: the largest is 1 and has no slope, without rounding.
    far, near = ratio(left - low, high - low), 1 - ratio(high - left, high - low)
    return torch.where(high > low, torch.where(2 * left > low + high, near, far), left)


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \sum_{k=1}^{K} k^{\alpha}\,x_i^{(k)},"
        r"\quad x^{(k)} = \mathrm{minmax}\left(\max\left("
        r"x^{(k-1)} * \tfrac{1}{5}\,\mathrm{cross} - \tfrac{1}{2},\ 0\right)\right),"
        r"\quad x^{(0)} = (p - y)^2"
    ),
    source="Karimi & Salcudean 2019, arXiv:1904.10030; minmax as in kornia's HausdorffERLoss",
    pixel=Arithmetic("left / N", "left / N", {"left": r"\sum_k k^{\alpha} x^{(k)}"}),
    claims=(
        # Edges lose a fifth of 0.81 beyond the image, corners two: 0.31, 0.148 and 0 are left.
        by_hand(
            [[0.1, 0.1, 0.1]] * 3,
            [[1, 1, 1]] * 3,
            (1 + 4 * 0.148 / 0.31) / 9,
            iterations=1,
            alpha=1.7,
        ),
        blind_to_specks(),
        within(0, 385),
        perfect(),
    ),
)
def hausdorff_er(px: Pixels, *, alpha: Reach = 2.0, iterations: Iterations = 10) -> Answer:
    """Peels mistakes layer by layer: the more erosions a mistake survives, the dearer its core.

    Hausdorff loss (erosion)

    The squared error is eroded again and again: averaged over a cross of five pixels, lowered by ½
    and stretched so that the largest value is 1. What is left after the k-th erosion costs k to the
    α. A round mistake of radius r lasts about 1.4 r erosions, so no distances are needed.

    Also called: HD loss by erosion, HausdorffERLoss.

    Known problems: Errors below 0.7 never pass the first ½, so a hesitant prediction costs nothing:
    training cannot start with it. Nor does a mistake of one pixel cost anything, however far off.
    Without the stretching, which public code adds, nothing would be left after the second erosion;
    with it the value jumps where a mistake just survives, a faint mistake counts like a sure one,
    and a single survivor gets no push. Where nothing thicker is wrong, a line is eaten from its
    ends alone and a square of four pixels never goes. Beyond the image there is no error, so
    mistakes at its edge erode there.

    Where it belongs: Beside Dice, against thick mistakes, where distance transforms are too slow.

    Unit: 1
    """
    x = px.visible(px.e.square())
    layers = []
    for _ in range(iterations):
        x = erode(x)
        layers.append(x)

    def total(of: list[Tensor]) -> Tensor:
        """Σ kᵅ of the k-th: maps before the mean, numbers after it."""
        return torch.stack([k**alpha * x for k, x in enumerate(of, 1)]).sum(0)

    left = [px.mean(x) for x in layers]
    return Answer(
        total(left),
        lambda: px.spread(total(layers)),
        terms=lambda: {"left": total(layers)},
    )
