"""Slips that arose when the survey's formulas were copied out: the survey itself has them right."""

from __future__ import annotations

import torch
from torch import Tensor

from ..descent import Outcome
from .amounts import coefficient, cross_entropy, farthest, ln, ln_not, outline_distance, overlaps
from .erratum import Erratum


def product_for_a_power(p: Tensor, y: Tensor) -> Tensor:
    """−α t (1 − p_t) γ ln p_t, t being the target; α = 0.25, γ = 2."""
    p_t = y * p + (1 - y) * (1 - p)
    ln_p_t = y * ln(p) + (1 - y) * ln_not(p)
    return (-0.25 * y * (1 - p_t) * 2 * ln_p_t).mean()


def one_in_the_denominator(p: Tensor, y: Tensor) -> Tensor:
    """(2 Σyp + 1) / (Σ(1 − y) + Σp + 1)."""
    return (2 * (y * p).sum() + 1) / ((1 - y).sum() + p.sum() + 1)


def index_as_a_loss(p: Tensor, y: Tensor) -> Tensor:
    """(1 + TP) / (1 + TP + β FP + (1 − β) FN), β = 0.3: to be minimised."""
    tp, fp, fn, _ = overlaps(p, y)
    return (1 + tp) / (1 + tp + 0.3 * fp + 0.7 * fn)


def number_of_the_pixel(p: Tensor, y: Tensor) -> Tensor:
    """Mean of CE + i·E·CE, i counting the pixels from 1, row by row."""
    i = torch.arange(1, p.numel() + 1, dtype=p.dtype).view(p.shape)
    ce = cross_entropy(p, y)
    return (ce + i * outline_distance(p, y) * ce).mean()


def squared_distance(p: Tensor, y: Tensor) -> Tensor:
    """The largest squared distance from the target to the prediction cut at ½."""
    return farthest(y > 0, p > 0.5).square()


def plain_sum(p: Tensor, y: Tensor) -> Tensor:
    """0.8 Dice loss + 0.2 cross-entropy."""
    return 0.8 * (1 - coefficient(p, y)) + 0.2 * cross_entropy(p, y).mean()


ERRATA = (
    Erratum(
        key="A1",
        title="A power that became a product",
        losses=("focal",),
        where="notes on the survey, eq. 7",
        kind="formula",
        printed=r"-\alpha\,t\,(1 - p_t)\,\gamma \log p_t",
        right=r"-\alpha_t\,(1 - p_t)^{\gamma} \log p_t",
        reason="A subscript and an exponent slid down to the line: α_t, the price of the pixel's "
        "class, became α times t, and the power γ became a factor γ.",
        literal=product_for_a_power,
        reads="t is the target, 1 on the object and 0 elsewhere; α = 0.25, γ = 2; the mean over "
        "the pixels.",
        ends=Outcome.NO_PUSH_ON_BACKGROUND,
        beside="Every background pixel is multiplied by t = 0, so nothing pushes it.",
    ),
    Erratum(
        key="A2",
        title="A one that moved into the denominator",
        losses=("dice",),
        where="notes on the survey, eq. 8",
        kind="formula",
        printed=r"\frac{2y\hat p + 1}{1 - y + \hat p + 1}",
        right=r"1 - \frac{2y\hat p + 1}{y + \hat p + 1}",
        reason="The leading “1 −” belongs in front of the fraction. Without it more overlap "
        "costs more.",
        literal=one_in_the_denominator,
        reads="The terms are summed over the picture, so that 1 − y counts the background.",
        ends=Outcome.INVERSE,
    ),
    Erratum(
        key="A3",
        title="Two letters for one weight",
        losses=("tversky",),
        where="notes on the survey, eq. 9 and 10",
        kind="formula",
        printed=r"\gamma\ \text{in eq. 9},\quad \beta\ \text{in eq. 10}",
        right=r"\beta\ \text{in both}",
        reason="Both equations mean the price of a false positive. The γ invites confusion with "
        "the exponent of focal losses.",
    ),
    Erratum(
        key="A4",
        title="An index used as a loss",
        losses=("tversky",),
        where="notes on the survey, eq. 10",
        kind="formula",
        printed=(
            r"TL = \frac{1 + p\hat p}{1 + p\hat p + \beta(1 - p)\hat p + (1 - \beta)p(1 - \hat p)}"
        ),
        right=(
            r"TL = 1 - "
            r"\frac{1 + p\hat p}{1 + p\hat p + \beta(1 - p)\hat p + (1 - \beta)p(1 - \hat p)}"
        ),
        reason="The Tversky index is 1 for a perfect prediction. A loss is one minus it.",
        literal=index_as_a_loss,
        reads="Products are summed over the picture, p is the target and p̂ the prediction; "
        "β = 0.3.",
        dials={"alpha": 0.3, "beta": 0.7},
        ends=Outcome.INVERSE,
    ),
    Erratum(
        key="A5",
        title="A counter that became a weight",
        losses=("shape_aware",),
        where="notes on the survey, eq. 16",
        kind="formula",
        printed=r"\sum_i i\,E_i\,\mathrm{CE}",
        right=r"\sum_i E_i\,\mathrm{CE}",
        reason="The index of the sum was doubled and now stands as a factor: a pixel's place in "
        "the row order is its weight.",
        literal=number_of_the_pixel,
        reads="i counts the pixels from 1, row by row; E is the mean distance of the outlines, one "
        "number; the equation's sign is taken as it is meant, so that this slip shows alone.",
        ends=Outcome.MASK,
        beside="On the way, a mistake in the last row is pushed far harder than one in the first.",
    ),
    Erratum(
        key="A6",
        title="A distance that became its square",
        losses=("hausdorff_dt",),
        where="notes on the survey, eq. 23",
        kind="formula",
        printed=r"\max_{x \in X}\min_{y \in Y} \lVert x - y \rVert^2",
        right=r"\max_{x \in X}\min_{y \in Y} \lVert x - y \rVert_2",
        reason="The 2 is the name of the Euclidean norm, not a power: three pixels down and three "
        "across are 4.24 pixels, not 18.",
        literal=squared_distance,
        reads="X is the target, Y the prediction cut at ½, x and y are places of pixels.",
        ends=Outcome.UNMOVED,
        beside="A largest distance between masks has no gradient, squared or not: it is a score, "
        "and the loss that bears its name is an average instead.",
    ),
    Erratum(
        key="A7",
        title="A compound without its exponents",
        losses=("exp_log",),
        where="notes on the survey, eq. 19",
        kind="formula",
        printed=r"w_{Dice} L_{Dice} + w_{cross} L_{cross}",
        right=(
            r"w_{Dice}\,\overline{(-\ln DSC_l)^{\gamma_{Dice}}}"
            r" + w_{cross}\,\overline{w_l(-\ln p_t)^{\gamma_{cross}}}"
        ),
        reason="The two equations that define the parts, with logarithms, exponents and class "
        "weights, were left out. What remains is any weighted sum.",
        literal=plain_sum,
        reads="With nothing else said: 0.8 Dice loss plus 0.2 cross-entropy.",
        ends=Outcome.MASK,
        beside="It is plain Dice plus cross-entropy, another loss.",
    ),
    Erratum(
        key="A8",
        title="A loss without its definitions",
        losses=("ssl_correlation",),
        where="notes on the survey, on the correlation-maximised similarity loss",
        kind="text",
        printed="One sentence, without e, f, M and λ.",
        right="e compares standardised neighbourhoods, f keeps the worst, M counts them, and λ "
        "mixes in plain cross-entropy (the survey's eq. 27 to 31).",
        reason="Without these definitions there is nothing to compute.",
    ),
    Erratum(
        key="A9",
        title="Three columns under one heading",
        where="notes on the survey, the results table",
        kind="text",
        printed="One heading, “Dice Coefficient”, over all columns.",
        right="Three columns: Dice coefficient, sensitivity, specificity.",
        reason="Without headings the numbers cannot be told apart.",
    ),
    Erratum(
        key="A10",
        title="Misspelt names",
        losses=("tversky",),
        where="notes on the survey, text",
        kind="text",
        printed="“NBFS Skill Stripping”, “Tverskey”",
        right="skull stripping, Tversky",
        reason="Skull stripping is the removal of all that is not brain from a picture of a head. "
        "Amos Tversky gave the index its name.",
    ),
)
