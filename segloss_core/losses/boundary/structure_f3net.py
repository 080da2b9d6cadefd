from __future__ import annotations

from math import log
from typing import Annotated

from torch import Tensor

from ...claims import by_hand, confident_mistake, perfect, within
from ...geometry import box_mean
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

Gain = Annotated[
    Number, Param("g", "[0, 1e6]", (0, 10), "extra weight of pixels unlike their surroundings")
]
Window = Annotated[
    int, Param("m", "[1, 101]", (3, 61), "width of the surroundings in pixels", odd=True)
]
Smooth = Annotated[
    Number, Param("s", "(0, 1e6]", (0.01, 100), "weighted pixels added to both areas of the IoU")
]


@loss(
    formula=(
        r"L = \frac{\sum_i w_i\,\mathrm{CE}_i}{\sum_i w_i}"
        r" + 1 - \frac{\sum_i w_i\,p_i y_i + s}{\sum_i w_i (p_i + y_i - p_i y_i) + s},"
        r"\quad w_i = 1 + g\,\left|\overline{y}_{m \times m} - y_i\right|"
    ),
    source="Wei, Wang, Huang 2020, F3Net: Fusion, Feedback and Focus for Salient Object Detection",
    pixel=Arithmetic(
        "-w * ln(p) / W + w * (1 - p) / (U + smooth)",
        "-w * ln(1 - p) / W + w * p / (U + smooth)",
        {"w": "w", "W": r"\sum w", "U": "U"},
    ),
    claims=(
        # m = 3: the object fills 1/9 of both windows, so w = 1 + 4.5 · 8/9 and 1 + 4.5 · 1/9.
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            -(5 * log(0.8) + 1.5 * log(0.6)) / 6.5 + (5 * 0.2 + 1.5 * 0.4) / (5 + 1.5 * 0.4 + 2),
            gain=4.5,
            window=3,
            smooth=2,
        ),
        perfect(),
        within(0, float("inf")),
        confident_mistake("keeps its push"),
    ),
)
def structure_f3net(
    px: Pixels, *, gain: Gain = 5.0, window: Window = 31, smooth: Smooth = 1.0
) -> Answer:
    """Cross-entropy plus IoU, both with more weight on pixels that differ from their surroundings.

    Structure loss of F3Net

    The weight of a pixel is 1 plus g times the difference between its label and the mean label of
    the window around it: outlines, thin parts and small objects weigh up to 1 + g, the inside of
    large regions 1. With g = 0 it is cross-entropy plus Jaccard.

    Also called: pixel position aware loss, PPA, weighted BCE plus weighted IoU.

    Known problems: Beyond the image everything counts as background, so an object that touches the
    edge weighs more there. In a large window a small object's whole neighbourhood is nearly
    background: the weights then single out the object, not its outline.

    Where it belongs: Salient and camouflaged objects, polyps: single objects with fine outlines.

    Unit: mixed
    """
    around = px.field("surroundings", lambda: box_mean(px.y.double(), window), of=window)
    unlike = (around.to(px.z.dtype) - px.y).abs()
    w = 1 + gain * unlike

    def total(x: Tensor) -> Tensor:  # Σ w x, the dial outside of the sum
        return px.sum(x) + gain * px.sum(unlike * x)

    everything = px.N + gain * px.sum(unlike)
    union = total(px.y + px.background * px.p)
    return Answer(
        ratio(total(px.ce), everything) + total(px.e) / (union + smooth),
        lambda: (
            ratio(px.weighted(w * px.ce), everything) + px.weighted(w * px.e) / (union + smooth)
        ),
        terms=lambda: {"w": w, "W": everything, "U": union},
    )
