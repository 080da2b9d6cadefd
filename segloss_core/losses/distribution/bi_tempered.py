from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from ...claims import blind_to_class_names, by_hand, confident_mistake, equals, within
from ...pixels import Pixels, expm1, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

LossTemperature = Annotated[
    Number, Param("t_1", "[0, 1]", (0, 1), "below 1 the price of a pixel is bounded")
]
TailTemperature = Annotated[
    Number, Param("t_2", "[1, 10]", (1, 4), "above 1 the tempered probability has a heavy tail")
]


def grown(x: Tensor, k: Tensor) -> Tensor:
    """(e^(kx) − 1)/k, and x at k = 0: minus the tempered logarithm of e^(−x) at t = 1 + k."""
    return torch.where(k == 0, x, ratio(expm1(k * x), k))


def shrunk(x: Tensor, k: Tensor) -> Tensor:
    """ln(1 + kx)/k, and x at k = 0: the inverse of `grown`."""
    return torch.where(k == 0, x, ratio(torch.log1p(k * x), k))


def excess(surprise: Tensor, margin: Tensor, k: Tensor) -> tuple[Tensor, Tensor]:
    """How far the less likely class's surprise is from solving, and its slope there.

    Surprises are −log_t of a probability. That of the less likely class minus that of the other is
    the absolute logit; the other's follows from the first, as both probabilities sum to 1.
    """
    log_less = -shrunk(surprise, k)
    log_more = torch.log1p(-torch.exp(log_less))
    slope = 1 + torch.exp((1 + k) * (log_less - log_more))
    return surprise - grown(-log_more, k) - margin, slope


@torch.no_grad()
def solved(margin: Tensor, k: Tensor) -> Tensor:
    """The surprise at which the excess is 0, to 1e-15: its slope lies between 1 and 2."""
    least = grown(torch.full_like(margin, 0.6931471805599453), k)  # of two equal classes
    surprise = torch.maximum(least + margin / 2, margin)  # exact near 0 and far away
    for _ in range(4):
        off, slope = excess(surprise, margin, k)
        surprise = torch.maximum(least, surprise - off / slope)
    return surprise


@loss(
    formula=(
        r"L = \frac{1}{N}\sum_i \left[-\log_{t_1} \pi_i - \frac{1 - \pi_i^{2 - t_1}"
        r" - (1 - \pi_i)^{2 - t_1}}{2 - t_1}\right],\quad \log_t x = \frac{x^{1 - t} - 1}{1 - t},"
        r"\quad \log_{t_2} \pi - \log_{t_2}(1 - \pi) = z\,(2y - 1)"
    ),
    source="Amid, Warmuth, Anil, Koren 2019, Robust bi-tempered logistic loss, arXiv:1906.03361",
    pixel=Arithmetic(
        "S / N - (1 - r**(2 - t1) - w**(2 - t1)) / ((2 - t1) * N)",
        "S / N - (1 - r**(2 - t1) - w**(2 - t1)) / ((2 - t1) * N)",
        {"S": r"(-\log_{t_1} \pi)", "r": r"\pi", "w": r"(1 - \pi)"},
    ),
    presets={"logistic loss (t₁ = t₂ = 1)": {"t1": 1.0, "t2": 1.0}},
    claims=(
        by_hand(
            [[0.5, 0.5]],
            [[1, 0]],
            (1 - 0.5**0.5) / 0.5 - (1 - 2 * 0.5**1.5) / 1.5,
            t1=0.5,
            t2=2.5,
        ),
        equals("bce", when={"t1": 1, "t2": 1}),
        within(0, 5),
        blind_to_class_names(),
        confident_mistake("keeps a weak push"),
    ),
)
def bi_tempered(px: Pixels, *, t1: LossTemperature = 0.8, t2: TailTemperature = 1.3) -> Answer:
    """Bounds what a mislabelled pixel can cost, and lets its push fade.

    Bi-tempered logistic loss

    Cross-entropy with two temperatures. t₂ > 1 makes the probability of the true class, π, approach
    0 and 1 by a power of the logit only, not exponentially. t₁ < 1 replaces the logarithm by one
    that is at most 1/(1 − t₁), and so is the loss. t₁ = t₂ = 1 is cross-entropy. π is found to the
    last digit, where the published code takes five steps towards it.

    Also called: bi-tempered loss, tempered cross-entropy.

    Known problems: π is not the p = σ(z) that is shown, except at ½; a model trained so should show
    its own. For t₂ > 1 no prediction is ever entirely free. The published binary form gives the two
    classes the activations 0 and z, as here; pytorch-toolbelt gives −z and z, which is this loss of
    2z. A confident mistake looks like a wrong label and is pushed weakly. t₂ < 1, which some code
    allows, is left out.

    Where it belongs: Masks with whole regions mislabelled.

    Unit: 1
    """
    k, a = (torch.as_tensor(x, dtype=px.z.dtype, device=px.z.device) for x in (t2 - 1, 1 - t1))
    margin = torch.where(px.z > 0, px.z, -px.z)  # not its absolute value, which is flat at 0
    start = solved(margin, k)
    off, slope = excess(start, margin, k)
    # One more step, of which alone the gradient is taken: that of the solution.
    surprise = start - off / slope.detach()
    log_less = -shrunk(surprise, k)
    log_more = torch.log1p(-torch.exp(log_less))
    right = (px.z > 0) == (px.y > 0)
    log_right, log_wrong = (
        torch.where(right, one, other)
        for one, other in ((log_more, log_less), (log_less, log_more))
    )
    price = -grown(log_right, a)
    # Both positive: what is right, made up for, and what is wrong.
    made_up = torch.relu(price + expm1((1 + a) * log_right) / (1 + a))
    cost = made_up + torch.exp((1 + a) * log_wrong) / (1 + a)
    return Answer(
        px.mean(cost),
        lambda: px.spread(cost),
        terms=lambda: {"S": price, "r": torch.exp(log_right), "w": torch.exp(log_wrong)},
    )
