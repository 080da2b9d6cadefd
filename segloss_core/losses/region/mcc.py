from __future__ import annotations

from functools import cache
from typing import Annotated

import torch
from torch import Tensor

from ...claims import (
    blind_to_class_names,
    by_hand,
    confident_mistake,
    note_on_empty_target,
    two_tone,
    within,
)
from ...counts import counts
from ...pixels import Pixels, ratio
from ...spec import Answer, Arithmetic, Note, Number, Param, loss

Rest = Annotated[
    Number, Param(r"\epsilon", "[1e-12, 1e12]", (1e-7, 1e5), "added under the root, in pixels⁴")
]


def lack_of_correlation(tp: Tensor, fp: Tensor, fn: Tensor, tn: Tensor, eps: Tensor) -> Tensor:
    """1 − n/R, with n = TP·TN − FP·FN, written without a difference of equals where n >= 0.

    R² − n² is a sum of products that all contain a mistake.
    """
    n = tp * tn - fp * fn
    root = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) + eps).sqrt()
    rest = (tp * tn + fp * fn) * (tp * fp + fn * tn + tp * fn + fp * tn)
    rest = rest + (tp * fn + fp * tn) * (tp * fp + fn * tn) + 4 * tp * fp * fn * tn
    below = n < 0
    size = torch.where(below, -n, n)
    return torch.where(below, 1 + size / root, (rest + eps) / (root * (root + size)))


@cache
def nodes(count: int = 64) -> tuple[Tensor, Tensor]:
    """Points and weights of Gauss-Legendre quadrature on [0, 1], in float64."""
    k = torch.arange(1, count, dtype=torch.float64)
    beside = torch.diag(k / (4 * k * k - 1).sqrt(), 1)
    points, vectors = torch.linalg.eigh(beside + beside.T)
    return (points + 1) / 2, vectors[0].square()


def prices(tp: Tensor, fp: Tensor, fn: Tensor, tn: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
    """What a unit of error costs on average on the straight way from the mask to the prediction.

    For object and for background pixels (Aumann and Shapley). The way is walked in u = √(1 − t),
    which smooths the root of a prediction of one class at its end.
    """
    u, part = (x.to(tp.device) for x in nodes())
    tp, fp, fn, tn, eps = (x[..., None] for x in (tp, fp, fn, tn, eps))
    t = 1 - u * u
    tp, tn, fp, fn = tp + u * u * fn, tn + u * u * fp, t * fp, t * fn
    n, n1, n0 = tp * tn - fp * fn, tp + fn, tn + fp
    square = (tp + fp) * n1 * n0 * (tn + fn) + eps
    lean = n * (tp + fp - tn - fn) / (2 * square)
    step = 2 * u * part / square.sqrt()
    return (step * n0 * (1 + n1 * lean)).sum(-1), (step * n1 * (1 - n0 * lean)).sum(-1)


@loss(
    formula=(
        r"L = 1 - \frac{TP \cdot TN - FP \cdot FN}"
        r"{\sqrt{(TP + FP)(TP + FN)(TN + FP)(TN + FN) + \epsilon}}"
    ),
    source="Abhishek & Hamarneh 2021, arXiv:2010.13454, eq. 3-5",
    pixel=Arithmetic("A1 * (1 - p)", "A0 * p", {"A1": "A_1", "A0": "A_0"}),
    presets={"paper (ε = 1e-7)": {"eps": 1e-7}},
    claims=(
        by_hand(
            [[0.8, 0.4, 0.1]],
            [[1, 0, 0]],
            1 - (0.8 * 1.5 - 0.5 * 0.2) / (1.3 * 1.0 * 2.0 * 1.7 + 1e-2) ** 0.5,
            eps=1e-2,
        ),
        blind_to_class_names(),
        within(0, 2),
        two_tone(),
        note_on_empty_target(Note.NO_CORRELATION),
        confident_mistake("goes silent"),
    ),
)
def mcc(px: Pixels, *, eps: Rest = 1e-7) -> Answer:
    """Asks how well prediction and target correlate, true negatives included.

    Matthews correlation loss

    One minus the Matthews correlation coefficient with soft counts. Unlike Dice it does not care
    which class is called object. A pixel's share is its error times A₁ or A₀: what a unit of error
    of its class costs on average on the straight way from the mask to the prediction (Aumann and
    Shapley). The floor, the value at the perfect mask, is not quite 0 because of ε.

    Also called: MCC loss, phi coefficient.

    Known problems: Without object (or without background) in the target the correlation is
    undefined: the loss is 1 and pushes nowhere. Confident mistakes are not repaired. ε is in
    pixels⁴ and disappears in all but tiny images.

    Where it belongs: Where true negatives matter too, and both classes occur in every image.

    Unit: 1
    """
    c = counts(px)
    # In float64: products of four counts, a few numbers per image.
    tp, fp, fn = c.tp.double(), c.fp.double(), c.fn.double()
    tn = px.sum(px.background * px.q).double()
    rest = torch.as_tensor(eps, dtype=tp.dtype, device=px.z.device)
    value = lack_of_correlation(tp, fp, fn, tn, rest)
    none = torch.zeros_like(fp)
    floor = lack_of_correlation(px.n1.double(), none, none, px.n0.double(), rest)

    def scaled() -> tuple[Tensor, Tensor]:
        """The two prices; quadrature leaves a rest, which is taken out in proportion."""
        a1, a0 = prices(tp, fp, fn, tn, rest)
        correct = ratio(torch.relu(value - floor), a1 * fn + a0 * fp)
        return (a1 * correct).to(px.z.dtype), (a0 * correct).to(px.z.dtype)

    def share() -> Tensor:
        a1, a0 = scaled()
        return px.weighted((a1 * px.y + a0 * px.background) * px.e)

    return Answer(
        value.to(px.z.dtype),
        share,
        floor.to(px.z.dtype),
        {Note.NO_CORRELATION: (px.n1 == 0) | (px.n0 == 0)},
        lambda: dict(zip(("A1", "A0"), scaled(), strict=True)),
    )
