from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from ...claims import confident_mistake, equals, perfect
from ...geometry import gaussian_moments
from ...pixels import IMAGE_AXES, Pixels, ratio
from ...spec import Answer, Arithmetic, Number, Param, loss

Cutoff = Annotated[
    Number,
    Param(r"\beta", "[0, 1)", (0, 0.99), "errors below this part of the largest are left out"),
]
CrossEntropyPart = Annotated[
    Number, Param(r"\lambda", "[0, 1]", (0, 1), "part of plain cross-entropy in the sum")
]
Stabiliser = Annotated[
    Number, Param("C_4", "[1e-6, 1]", (0.001, 0.2), "keeps flat regions from dividing by 0")
]
Window = Annotated[
    int, Param("m", "[1, 101]", (3, 15), "width of the local window in pixels", odd=True)
]
Sigma = Annotated[
    float,
    Param(r"\sigma", "[0.01, 1000]", (0.5, 5), "width of the Gaussian in the window, in pixels"),
]


def structural_error(px: Pixels, C4: Number, window: int, sigma: float) -> Tensor:
    """e = |(y − μ_y + C₄)/(σ_y + C₄) − (p − μ_p + C₄)/(σ_p + C₄)|, in float64, without gradient.

    Always in float64: a variance is a small difference, and in float32 the σ of a flat region
    would be noise of the size of C₄.
    """
    size, y = (window, sigma), px.y.double()
    p = px.constant("p", lambda: px.visible(torch.sigmoid(px.z.double())))
    of_y = px.field("moments", lambda: gaussian_moments(y, window, sigma), of=size)
    of_p = px.constant("moments", lambda: gaussian_moments(p, window, sigma), of=size)
    c = C4.detach().double() if isinstance(C4, Tensor) else C4

    def standardised(x: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
        return (x - mean + c) / (deviation + c)

    e = (standardised(y, *of_y) - standardised(p, *of_p)).abs()
    return e if px.weight is None else torch.where(px.weight > 0, e, 0)


@loss(
    formula=(
        r"L = \lambda\,\overline{\mathrm{CE}} + (1 - \lambda)\frac{1}{M}\sum_i e_i f_i\,"
        r"\mathrm{CE}_i,"
        r"\quad e = \Big|\tfrac{y - \mu_y + C_4}{\sigma_y + C_4}"
        r" - \tfrac{p - \mu_p + C_4}{\sigma_p + C_4}\Big|"
        r"_{m \times m,\,\sigma},\quad f = [e > \beta\, e_{max}],\quad M = \textstyle\sum f"
    ),
    source="Zhao, Wu, Chu, Hu, Cai 2019, arXiv:1910.08711; Jadon 2020, eq. 27-31",
    pixel=Arithmetic(
        "-(lam / N + (1 - lam) * c * f / M) * ln(p)",
        "-(lam / N + (1 - lam) * c * f / M) * ln(1 - p)",
        {"c": "e", "f": "f", "M": "M"},
    ),
    claims=(
        equals("bce", when={"lam": 1}),
        confident_mistake("keeps its push"),
        perfect(),
    ),
)
def ssl_correlation(
    px: Pixels,
    *,
    beta: Cutoff = 0.1,
    lam: CrossEntropyPart = 0.5,
    C4: Stabiliser = 0.01,
    window: Window = 3,
    sigma: Sigma = 1.5,
) -> Answer:
    """Cross-entropy on the pixels whose neighbourhood looks different from the target's.

    Correlation-maximised structural similarity loss

    Prediction and target are standardised in a small window; e is where they differ. Pixels whose
    e is below β of the largest are left out, the others pay e times their cross-entropy. e and
    the selection f are weights: no gradient flows through them, nor to β, C₄, window and σ.

    Also called: SSL, CMSSL, SSIM-like cross-entropy.

    Known problems: e is 0 where both sides are flat and about 1 where only one is, so a single
    speck in flat background can be the largest and dominate. Window, padding (reflected) and the
    detached weights are this project's reading of a paper that leaves them open. "SSL" also names
    the sensitivity-specificity loss.

    Where it belongs: Outlines and texture, where regions inside are easily right.

    Unit: nats
    """
    e = structural_error(px, C4, window, sigma)
    largest = e.amax(IMAGE_AXES, keepdim=True)
    f = (e > (beta.double() if isinstance(beta, Tensor) else beta) * largest).to(px.z.dtype)
    e = e.to(px.z.dtype)
    chosen = px.sum(f)
    return Answer(
        lam * px.mean(px.ce) + (1 - lam) * ratio(px.sum(e * f * px.ce), chosen),
        lambda: lam * px.spread(px.ce) + (1 - lam) * ratio(px.weighted(e * f * px.ce), chosen),
        terms=lambda: {"c": e, "f": f, "M": chosen},
    )
