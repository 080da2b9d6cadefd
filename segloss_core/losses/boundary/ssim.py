from __future__ import annotations

from typing import Annotated

from torch import Tensor

from ...claims import by_hand, confident_mistake, perfect, within
from ...geometry import gaussian_variance
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Param, loss

Window = Annotated[
    int, Param("m", "[1, 101]", (3, 21), "width of the local window in pixels", odd=True)
]

SIGMA, C1, C2 = 1.5, 1e-4, 9e-4


def dissimilarity(px: Pixels, window: int) -> Tensor:
    """1 − SSIM of the window around every pixel: ≥ 0, and exactly 0 where p = y in it.

    Both factors of SSIM as what they lack to 1: (μ_p − μ_y)² over its sum, and the variance of
    p − y over its sum. 1 − (1 − u)(1 − v) = u + (1 − u)v then has no cancellation.
    """
    p = px.visible(px.p)
    error = px.visible(px.background * px.p - px.y * px.q)  # p − y, exact near 1
    mean_y, var_y = px.field(
        "means and variances", lambda: gaussian_variance(px.y.double(), window, SIGMA), of=window
    )
    mean_y, var_y = mean_y.to(p.dtype), var_y.to(p.dtype)
    mean_p, var_p = gaussian_variance(p, window, SIGMA)
    mean_error, var_error = gaussian_variance(error, window, SIGMA)
    sizes = mean_p.square() + mean_y.square() + C1
    brightness = mean_error.square() / sizes
    structure = var_error / (var_p + var_y + C2)
    return brightness + (2 * mean_p * mean_y + C1) / sizes * structure


@loss(
    formula=(
        r"L = 1 - \frac{1}{N}\sum_i"
        r" \frac{(2\mu_p\mu_y + C_1)(2\sigma_{py} + C_2)}"
        r"{(\mu_p^2 + \mu_y^2 + C_1)(\sigma_p^2 + \sigma_y^2 + C_2)}"
        r"\Big|_{m \times m,\,\sigma = 1.5},\quad C_1 = 10^{-4},\ C_2 = 9 \cdot 10^{-4}"
    ),
    source="Wang, Bovik, Sheikh, Simoncelli 2004, IEEE TIP; as a loss in Qin et al. 2019, BASNet",
    pixel=Arithmetic("unlike / N", "unlike / N", {"unlike": r"(1 - \mathrm{SSIM})"}),
    claims=(
        # In a window of one pixel there is no variance, only brightness.
        by_hand(
            [[0.8, 0.4]],
            [[1, 0]],
            (0.2**2 / (0.8**2 + 1 + 1e-4) + 0.4**2 / (0.4**2 + 1e-4)) / 2,
            window=1,
        ),
        within(0, 2),
        perfect(),
        confident_mistake("goes silent"),
    ),
)
def ssim(px: Pixels, *, window: Window = 11) -> Answer:
    """Compares brightness and texture in a window around each pixel, so that outlines dominate.

    Structural similarity loss

    Around every pixel, prediction and target are compared by mean, variance and covariance in a
    Gaussian window of σ = 1.5 pixels. Near an outline all three differ; inside a region that is
    right everything agrees and costs nothing.

    Also called: SSIM, the patch part of BASNet's hybrid loss.

    Known problems: In flat background a faint haze is enough: with C₁ = 10⁻⁴, p = 0.03 everywhere
    already costs most of what p = 1 costs. It cannot repair a confident mistake. Edges are
    reflected here; libraries also crop them or pad with zeros, and some halve the loss.

    Where it belongs: Sharp outlines of salient objects, beside cross-entropy and IoU.

    Unit: 1
    """
    unlike = dissimilarity(px, window)
    return Answer(px.mean(unlike), lambda: px.spread(unlike), terms=lambda: {"unlike": unlike})
