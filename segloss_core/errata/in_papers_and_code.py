"""Slips in the papers that proposed the losses, and in code that is copied from."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ..descent import Outcome
from ..geometry import distance_to
from ..pixels import ratio
from .amounts import class_weights, coefficient, cross_entropy, ln, ln_not
from .erratum import Erratum
from .in_survey_formulas import minus_for_times


def background_turned_round(p: Tensor, y: Tensor) -> Tensor:
    """½ · mean[−β y ln p + (1 − β)(1 − y) ln(1 − p)] − ½ DSC, β = ½."""
    ce = (-0.5 * y * ln(p) + 0.5 * (1 - y) * ln_not(p)).mean()
    return 0.5 * ce - 0.5 * coefficient(p, y)


def unweighted_after_all(p: Tensor, y: Tensor) -> Tensor:
    """Mean of CE: the weighted one was computed and not returned."""
    return cross_entropy(p, y).mean()


def one_exponent_of_two(p: Tensor, y: Tensor) -> Tensor:
    """0.8 · mean over both labels of (−ln DSC)^0.3 + 0.2 · mean of w CE."""
    tiny = torch.finfo(p.dtype).eps  # a power below 1 has an infinite slope at 0: leave a rest
    both = [
        (-torch.log(coefficient(a, b))).clamp_min(tiny) ** 0.3 for a, b in ((p, y), (1 - p, 1 - y))
    ]
    return 0.8 * (both[0] + both[1]) / 2 + 0.2 * (class_weights(y) * cross_entropy(p, y)).mean()


def sigmoid_twice(p: Tensor, y: Tensor) -> Tensor:
    """Mean of softplus(p) − y p, plus mean of 1 − (2yp + 1)/(y² + p² + 1)."""
    ce = softplus(p) - y * p
    return (ce + 1 - (2 * y * p + 1) / (y.square() + p.square() + 1)).mean()


def differences_of_two_places(p: Tensor, y: Tensor) -> Tensor:
    """Total variation from differences one pixel apart, plus mean absolute error."""
    down, along = p[1:] - p[:-1], p[:, 1:] - p[:, :-1]
    length = (down[1:, :-2].square() + along[:-2, 1:].square() + 1e-8).sqrt()
    return length.sum() / p.numel() + (p - y).abs().mean()


def inside_only(p: Tensor, y: Tensor) -> Tensor:
    """Mean of (p − y)² (d_y² + d_ŷ²), the distances being 0 outside of either object."""
    weight = torch.zeros_like(p)
    for mask in (y > 0, p.detach() > 0.5):
        if bool(mask.any()) and not bool(mask.all()):
            weight = weight + distance_to(~mask).square()
    return ((p - y).square() * weight).mean()


def a_third_for_the_object(p: Tensor, y: Tensor) -> Tensor:
    """Mean of −y ln p · β/(1 − β) − (1 − y) ln(1 − p), β = 0.25."""
    return (-y * ln(p) * 0.25 / (1 - 0.25) - (1 - y) * ln_not(p)).mean()


def dice_under_another_name(p: Tensor, y: Tensor) -> Tensor:
    """1 − (2TP + 1)/(Σy + Σp + 1)."""
    return 1 - ratio(2 * (y * p).sum() + 1, y.sum() + p.sum() + 1)


ERRATA = (
    Erratum(
        key="C1",
        title="The minus at its source",
        losses=("combo",),
        where="Taghanaki and others, eq. 3, first version",
        kind="formula",
        printed=r"\beta\,(y - \log p)",
        right=r"\beta\,y\log p",
        reason="The author has confirmed the slip and corrected the preprint; the survey had "
        "copied it by then.",
        literal=minus_for_times,
        reads="This as the compound's cross-entropy, alone; β = ½.",
        dials={"alpha": 1.0},
        ends=Outcome.BACKGROUND,
        falls=True,
    ),
    Erratum(
        key="C2",
        title="A sign that four versions did not get right",
        losses=("combo",),
        where="the combo loss's own code, last version",
        kind="code",
        printed="The background's cross-entropy has the wrong sign. Earlier versions also misplace "
        "a bracket, or subtract the Dice loss where its coefficient belongs.",
        right="Both classes' cross-entropy is added, the Dice coefficient subtracted.",
        reason="Both terms are costs and must carry one sign.",
        literal=background_turned_round,
        reads="½ [−β y ln p + (1 − β)(1 − y) ln(1 − p)] − ½ DSC, β = ½.",
        ends=Outcome.OBJECT,
        falls=True,
    ),
    Erratum(
        key="C3",
        title="A figure with the reciprocal exponent",
        losses=("focal_tversky",),
        where="Abraham and Khan, figure and eq. 4",
        kind="convention",
        printed="The figure's γ is the exponent.",
        right="The equation's exponent is 1/γ.",
        reason="Both are used in one paper; the authors' own code page apologises for it.",
    ),
    Erratum(
        key="C4",
        title="The other class's probability",
        losses=("unified_focal_asym", "unified_focal_sym"),
        where="Yeung and others, eq. 19 and 20",
        kind="formula",
        printed=r"\log p_{t,r}",
        right=r"\log p_{t,c}",
        reason="The author has confirmed it. λ also stands on the focal part in eq. 19, but on the "
        "Tversky part in figure 1 and in the code.",
    ),
    Erratum(
        key="C5",
        title="A weight that is computed and dropped",
        losses=("distance_map_bce",),
        where="the SegLoss collection, DisPenalizedCE",
        kind="code",
        printed="The distance-weighted cross-entropy is computed; the mean of the unweighted one "
        "is returned.",
        right="The mean of the weighted one is returned.",
        reason="The wrong variable is returned, so the distance map has no effect.",
        literal=unweighted_after_all,
        reads="What it returns: plain cross-entropy.",
        ends=Outcome.MASK,
        beside="It is plain cross-entropy, by another name.",
    ),
    Erratum(
        key="C6",
        title="Two terms with swapped names",
        losses=("sensitivity_specificity",),
        where="NiftyNet and the SegLoss collection",
        kind="code",
        printed="The object's term is named specificity_part, the background's sensitivity_part.",
        right="The object's term is about sensitivity, the background's about specificity.",
        reason="The arithmetic is right; who turns the weight by these names turns the other one.",
    ),
    Erratum(
        key="C7",
        title="One exponent of two",
        losses=("exp_log",),
        where="the SegLoss collection, ExpLog_loss",
        kind="code",
        printed="Only the Dice part is raised to its exponent.",
        right="Both parts are.",
        reason="The cross-entropy part is left as it is.",
        literal=one_exponent_of_two,
        reads="0.8 and 0.2 for the parts, exponent 0.3 on the Dice part alone, weights √(N/n).",
        ends=Outcome.MASK,
        beside="Its cross-entropy is the plain weighted one.",
    ),
    Erratum(
        key="C8",
        title="A focal loss without a focal term",
        losses=("histoseg",),
        where="the HistoSeg training script",
        kind="code",
        printed="Cross-entropy plus Dice; the cross-entropy takes a sigmoid's output for a logit, "
        "and the Dice sums over the one channel only.",
        right="Cross-entropy plus focal loss plus Dice of the whole picture.",
        reason="The focal term is missing, the sigmoid is taken twice, and an overlap of one pixel "
        "is no overlap.",
        literal=sigmoid_twice,
        reads="Per pixel, p stands as a logit in the cross-entropy, and Dice is 1 − (2yp + 1)/(y² "
        "+ p² + 1); then the mean.",
        ends=Outcome.MASK,
        beside="But its cross-entropy never comes near 0: a probability read as a logit is between "
        "0 and 1, so the surest background still costs ln 2.",
    ),
    Erratum(
        key="C9",
        title="A setting that is ignored",
        losses=("cldice", "dice_cldice"),
        where="the clDice authors' code",
        kind="code",
        printed="The number of iterations is taken as an argument and not used; it is always 10.",
        right="The argument is used.",
        reason="Thick structures can need more than ten, and asking for them does nothing.",
    ),
    Erratum(
        key="C10",
        title="Differences of two different places",
        losses=("active_contour",),
        where="the active contour authors' code",
        kind="code",
        printed="The vertical and the horizontal difference that are joined in one root belong to "
        "places one pixel apart.",
        right="Both belong to one pixel.",
        reason="The two are cut to a common size from opposite ends.",
        literal=differences_of_two_places,
        reads="Vertical differences without the first row and the last columns, horizontal ones "
        "without the last rows and the first column, joined in one root; plus mean absolute error.",
        ends=Outcome.MASK,
        beside="But it measures outlines otherwise: a single pixel's counts 4 instead of 3.41.",
    ),
    Erratum(
        key="C11",
        title="Distances on one side of the outline",
        losses=("hausdorff_dt",),
        where="two widely copied implementations of the Hausdorff loss",
        kind="code",
        printed="The distance to the outline is taken inside the object only, and is 0 outside.",
        right="Inside and outside.",
        reason="A false alarm far from the object then weighs nothing by the target's distances.",
        literal=inside_only,
        reads="Mean of (p − y)² (d_y² + d_ŷ²), the distances being 0 outside of either object.",
        ends=Outcome.MASK,
        beside="But only just: background that is below ½ is pushed no further.",
    ),
    Erratum(
        key="C12",
        title="A weight that lightens the rare class",
        losses=("weighted_bce", "generalized_dice"),
        where="the survey's own code",
        kind="code",
        printed="The object's weight is β/(1 − β) with β = 0.25. Also, "
        "generalized_dice_coefficient is plain Dice.",
        right="The object's weight is more than 1 where objects are rare.",
        reason="0.25/0.75 is a third: object pixels count less than background.",
        literal=a_third_for_the_object,
        reads="The cross-entropy with this weight.",
        ends=Outcome.MASK,
        beside="On the way, a wrong background pixel is pushed three times as hard as a wrong "
        "object pixel.",
    ),
    Erratum(
        key="C13",
        title="A mean here, a sum there",
        losses=("unified_focal_sym", "unified_focal_asym", "dice", "jaccard"),
        where="MONAI, segmentation-models-pytorch and the authors' code",
        kind="convention",
        printed="MONAI averages the two channels of the unified focal loss's cross-entropy, the "
        "authors sum them. Smoothing is added to 2TP by MONAI, to TP by "
        "segmentation-models-pytorch.",
        right="Here: the authors' sum, and for Dice s beside 2TP.",
        reason="Half a term, or half a smoothing: the same name with the same numbers gives "
        "another value.",
    ),
)
