"""Slips in the survey's equations, run as they stand."""

from __future__ import annotations

import torch
from torch import Tensor

from ..descent import Outcome
from ..geometry import gaussian_moments
from ..losses.boundary.distance_map_bce import nearness
from ..pixels import ratio
from .amounts import (
    balanced,
    class_weights,
    coefficient,
    cross_entropy,
    farthest,
    ln,
    ln_not,
    outline_distance,
    overlaps,
    tversky_index,
)
from .erratum import Erratum


def weight_from_one_pixel(p: Tensor, y: Tensor) -> Tensor:
    """Balanced cross-entropy with β = 1 − y/N, y being the pixel's own label."""
    return balanced(p, y, 1 - y / y.numel()).mean()


def dice_of_each_pixel(p: Tensor, y: Tensor) -> Tensor:
    """Mean over the pixels of 1 − (2yp + 1)/(y + p + 1)."""
    return (1 - (2 * y * p + 1) / (y + p + 1)).mean()


def power_for_a_root(p: Tensor, y: Tensor) -> Tensor:
    """(1 − TI)^γ, γ = 4/3."""
    return (1 - tversky_index(p, y)) ** (4 / 3)


def score_as_a_loss(p: Tensor, y: Tensor) -> Tensor:
    """w · sensitivity + (1 − w) · specificity, w = ½: to be minimised."""
    tp, fp, fn, tn = overlaps(p, y)
    return 0.5 * ratio(tp, tp + fn) + 0.5 * ratio(tn, tn + fp)


def minus_twice(p: Tensor, y: Tensor) -> Tensor:
    """Mean of −CE − E·CE: CE carries a minus of its own."""
    ce = cross_entropy(p, y)
    return (-ce - outline_distance(p, y) * ce).mean()


def minus_for_times(p: Tensor, y: Tensor) -> Tensor:
    """−mean[β(y − ln p) + (1 − β)(1 − y) ln(1 − p)], β = ½."""
    return -(0.5 * (y - ln(p)) + 0.5 * (1 - y) * ln_not(p)).mean()


def loss_for_coefficient(p: Tensor, y: Tensor) -> Tensor:
    """½ · balanced cross-entropy − ½ · Dice loss, β = ½."""
    return 0.5 * balanced(p, y).mean() - 0.5 * (1 - coefficient(p, y))


def exponent_on_the_argument(p: Tensor, y: Tensor) -> Tensor:
    """0.8 · mean over both labels of −ln(DSC^γ) + 0.2 · mean of w (−ln p_t)^γ, γ = 0.3."""
    both = [-torch.log(coefficient(a, b) ** 0.3) for a, b in ((p, y), (1 - p, 1 - y))]
    # A power below 1 has an infinite slope at 0: leave a rest.
    ce = cross_entropy(p, y).clamp_min(torch.finfo(p.dtype).tiny)
    return 0.8 * (both[0] + both[1]) / 2 + 0.2 * (class_weights(y) * ce**0.3).mean()


def average_times_average(p: Tensor, y: Tensor) -> Tensor:
    """Mean of 1 + φ, times the mean of CE."""
    return (1 + nearness(y > 0).to(p.dtype)).mean() * cross_entropy(p, y).mean()


def one_sided(p: Tensor, y: Tensor) -> Tensor:
    """The largest distance in pixels from the target to the prediction cut at ½."""
    return farthest(y > 0, p > 0.5)


def unlike(p: Tensor, y: Tensor) -> Tensor:
    """e with μ_p + C₄ where σ_p + C₄ belongs; C₄ = 0.01, 3 × 3 window of σ = 1.5; no gradient."""
    mu_y, sigma_y = gaussian_moments(y, 3, 1.5)
    mu_p, _ = gaussian_moments(p.detach(), 3, 1.5)
    c = 0.01
    return ((y - mu_y + c) / (sigma_y + c) - (p.detach() - mu_p + c) / (mu_p + c)).abs()


def mean_for_deviation(p: Tensor, y: Tensor) -> Tensor:
    """½ mean CE + ½ mean of e CE over the pixels with e > 0.1 max e."""
    e = unlike(p, y)
    f = (e > 0.1 * e.max()).to(p.dtype)
    ce = cross_entropy(p, y)
    return 0.5 * ce.mean() + 0.5 * ratio((e * f * ce).sum(), f.sum())


ERRATA = (
    Erratum(
        key="B1",
        title="A class's weight from one pixel",
        losses=("balanced_bce", "bce"),
        where="survey, eq. 1 and 3",
        kind="formula",
        printed=r"L_{BCE}\ \text{twice},\quad \beta = 1 - \frac{y}{H \cdot W}",
        right=r"\beta = \frac{n_0}{N} = 1 - \frac{\sum y}{H \cdot W}",
        reason="Binary and balanced cross-entropy share one name, and the weight lacks its sum: "
        "it is the part of the picture that is background, not a number per pixel.",
        literal=weight_from_one_pixel,
        reads="y is the pixel's own label, so β = 1 on the background and 1 − 1/144 on the object.",
        ends=Outcome.NO_PUSH_ON_BACKGROUND,
        beside="The background's weight 1 − β is 0 everywhere.",
    ),
    Erratum(
        key="B2",
        title="Overlap of a single pixel",
        losses=("dice", "tversky"),
        where="survey, eq. 8 to 10",
        kind="formula",
        printed=r"1 - \frac{2y\hat p + 1}{y + \hat p + 1}",
        right=r"1 - \frac{2\sum y\hat p + 1}{\sum y + \sum\hat p + 1}",
        reason="The sums over the picture are missing. An overlap belongs to a whole picture; of "
        "one pixel it is only another distance between p and y.",
        literal=dice_of_each_pixel,
        reads="The fraction is taken pixel by pixel, then the mean.",
        ends=Outcome.MASK,
        beside="It is not Dice: an object pixel costs (1 − p)/(2 + p), a background pixel "
        "p/(1 + p), whatever the other pixels are, so a small object has as few votes as in "
        "cross-entropy.",
    ),
    Erratum(
        key="B3",
        title="A power where a root belongs",
        losses=("focal_tversky",),
        where="survey, eq. 11",
        kind="formula",
        printed=r"\sum_c (1 - TI_c)^{\gamma},\quad \gamma \in [1, 3]",
        right=r"\sum_c (1 - TI_c)^{1/\gamma},\quad \gamma \in [1, 3]",
        reason="The paper that proposed it has 1/γ, and the survey's own code uses 0.75.",
        literal=power_for_a_root,
        reads="One class, γ = 4/3, α = 0.3 on false positives, β = 0.7 on misses, smoothing 1.",
        ends=Outcome.MASK,
        beside="But its push fades as the mask comes near, where the root's push grows.",
    ),
    Erratum(
        key="B4",
        title="A score used as a loss",
        losses=("sensitivity_specificity",),
        where="survey, eq. 12",
        kind="formula",
        printed=r"w \cdot \mathrm{sensitivity} + (1 - w) \cdot \mathrm{specificity}",
        right=(
            r"w\,\frac{\sum y(1 - p)^2}{\sum y} + (1 - w)\,\frac{\sum (1 - y)p^2}{\sum (1 - y)}"
        ),
        reason="Sensitivity and specificity are high for good predictions, and a loss is made "
        "small. The paper that proposed it has the two kinds of squared error.",
        literal=score_as_a_loss,
        reads="Sensitivity is TP/(TP + FN), specificity TN/(TN + FP), of probabilities; w = ½.",
        dials={"w": 0.5},
        ends=Outcome.INVERSE,
    ),
    Erratum(
        key="B5",
        title="One minus too many",
        losses=("shape_aware",),
        where="survey, eq. 16",
        kind="formula",
        printed=r"-\sum_i \mathrm{CE}_i - \sum_i E_i\,\mathrm{CE}_i",
        right=r"\sum_i \mathrm{CE}_i + E\sum_{\hat y_i \neq y_i}\mathrm{CE}_i",
        reason="Cross-entropy carries its minus already. Also, E is one number per picture, and "
        "the second sum is over wrong pixels only.",
        literal=minus_twice,
        reads="E is the mean distance of the predicted to the target's outline, one number; the "
        "mean over all pixels.",
        ends=Outcome.INVERSE,
        falls=True,
    ),
    Erratum(
        key="B6",
        title="A minus where a product belongs",
        losses=("combo",),
        where="survey, eq. 17",
        kind="formula",
        printed=r"-\frac{1}{N}\sum \beta(y - \log\hat p) + (1 - \beta)(1 - y)\log(1 - \hat p)",
        right=r"-\frac{1}{N}\sum \beta\,y\log\hat p + (1 - \beta)(1 - y)\log(1 - \hat p)",
        reason="It came from the paper that proposed the loss, whose author has confirmed and "
        "corrected it.",
        literal=minus_for_times,
        reads="This equation alone, which is the compound's cross-entropy; β = ½.",
        dials={"alpha": 1.0},
        ends=Outcome.BACKGROUND,
        falls=True,
        beside="With half of the Dice coefficient taken off, it still falls without bound.",
    ),
    Erratum(
        key="B7",
        title="A reward for Dice error",
        losses=("combo",),
        where="survey, eq. 18",
        kind="formula",
        printed=r"\alpha\,L_{m\text{-}bce} - (1 - \alpha)\,DL",
        right=r"\alpha\,L_{m\text{-}bce} - (1 - \alpha)\,DSC",
        reason="DL was defined as the Dice loss, which is high for bad predictions. What is to be "
        "subtracted is the coefficient, one minus it.",
        literal=loss_for_coefficient,
        reads="The cross-entropy is taken as it is meant; α = β = ½.",
        ends=Outcome.BACKGROUND,
    ),
    Erratum(
        key="B8",
        title="An exponent on the wrong side of a logarithm",
        losses=("exp_log",),
        where="survey, eq. 20",
        kind="formula",
        printed=r"\mathbf{E}\left[-\ln(DC)^{\gamma}\right]",
        right=r"\mathbf{E}\left[(-\ln DC)^{\gamma}\right]",
        reason="The power is of the logarithm. On its argument it is only a factor, since "
        "−ln(DCᵞ) = −γ ln DC; on ln DC without the minus, a negative number, it is undefined.",
        literal=exponent_on_the_argument,
        reads="−ln(DCᵞ), averaged over both labels; the cross-entropy part as it is meant.",
        ends=Outcome.MASK,
        beside="γ does no more than the weight in front of it.",
    ),
    Erratum(
        key="B9",
        title="A product that may not be pulled apart",
        losses=("distance_map_bce",),
        where="survey, eq. 22",
        kind="formula",
        printed=r"\frac{1}{N}\sum (1 + \phi)(\odot)\,L_{CE}",
        right=r"\frac{1}{N}\sum_i (1 + \phi_i)\,\mathrm{CE}_i",
        reason="Each pixel's cross-entropy is to be multiplied by its own weight. φ is made from "
        "the target's distances alone, not, as the text says, from truth and prediction.",
        literal=average_times_average,
        reads="The average weight times the average cross-entropy.",
        ends=Outcome.MASK,
        beside="Where a mistake lies makes no difference: it is cross-entropy times a constant.",
    ),
    Erratum(
        key="B10",
        title="Half of a distance, to be made large",
        losses=("hausdorff_dt",),
        where="survey, eq. 23 and text",
        kind="formula",
        printed=r"\max_{x \in X}\min_{y \in Y} \lVert x - y \rVert_2",
        right=(
            r"\max\Big(\max_{x \in X}\min_{y \in Y} \lVert x - y \rVert_2,\ "
            r"\max_{y \in Y}\min_{x \in X} \lVert x - y \rVert_2\Big)"
        ),
        reason="The distance is the larger of both directions, and is to be made small, not, as "
        "the text says, large. It is a score; the losses are averages made from it.",
        literal=one_sided,
        reads="X is the target, Y the prediction cut at ½.",
        ends=Outcome.UNMOVED,
        beside="It has no gradient, and an all-object picture costs 0: it misses nothing.",
    ),
    Erratum(
        key="B11",
        title="A mean where a deviation belongs",
        losses=("ssl_correlation",),
        where="survey, eq. 27, in one transcription",
        kind="formula",
        printed=(
            r"e = \left|\frac{y - \mu_y + C_4}{\sigma_y + C_4}"
            r" - \frac{p - \mu_p + C_4}{\mu_p + C_4}\right|"
        ),
        right=(
            r"e = \left|\frac{y - \mu_y + C_4}{\sigma_y + C_4}"
            r" - \frac{p - \mu_p + C_4}{\sigma_p + C_4}\right|"
        ),
        reason="Both sides are to be standardised alike, or a perfect prediction differs from its "
        "target. Whether print or transcription slipped is not settled.",
        literal=mean_for_deviation,
        reads="A 3 × 3 Gaussian window of σ = 1.5, C₄ = 0.01, β = 0.1, λ = ½; e is a weight "
        "without gradient.",
        ends=Outcome.MASK,
        beside="But e is not 0 on a perfect prediction, so it no longer tells where neighbourhoods "
        "differ.",
    ),
)
