"""Slips in the survey's text, credits, results and description of its data."""

from __future__ import annotations

from .. import survey
from .erratum import Erratum

_BEST, _NAMED = survey.ranked()[0], survey.row(survey.CONCLUDES[0])
_IMPOSSIBLE = survey.impossible_rows()[0]
_APART = [survey.row(name) for name in ("focal", "bce", "tversky")]
_PRINTED, _TRUE = survey.DATA_AS_PRINTED, survey.DATA

ERRATA = (
    Erratum(
        key="B12",
        title="A curve that makes nothing convex",
        losses=("log_cosh_dice", "dice"),
        where="survey, on log-cosh Dice",
        kind="text",
        printed="The logarithm of the hyperbolic cosine makes Dice tractable and handles its being "
        "non-convex.",
        right="It bends the scale of Dice and changes nothing else: the same predictions are "
        "equally good, the same ones best, and nothing becomes convex.",
        reason="It is an increasing function of the Dice loss. It acts as a smaller step near the "
        "optimum.",
    ),
    Erratum(
        key="B13",
        title="A method credited as a loss",
        losses=("weighted_bce",),
        where="survey, on weighted cross-entropy",
        kind="text",
        printed="Weighted cross-entropy is credited to Pihur and others, 2007.",
        right="That paper combines ranked lists by the Monte Carlo cross-entropy method.",
        reason="Two ideas share a name. The U-Net paper of 2015 is a better source.",
    ),
    Erratum(
        key="B14",
        title="Fourteen losses or fifteen",
        losses=("ssl_correlation",),
        where="survey, table I, conclusion, abstract",
        kind="text",
        printed="14 losses in the table and the conclusion, 15 in the abstract.",
        right="15: the table leaves out the correlation-maximised similarity loss.",
        reason="The count depends on whether this one is included.",
    ),
    Erratum(
        key="B15",
        title="A best loss that is not the table's best",
        losses=(_NAMED.loss, _BEST.loss),
        where="survey, conclusion and table III",
        kind="text",
        printed=f"{_NAMED.title} is the best, with a Dice coefficient of "
        f"{survey.CONCLUDES[1]:.2f}.",
        right=f"The table gives {_NAMED.title} {_NAMED.dice:.3f}, and {_BEST.title} "
        f"{_BEST.dice:.3f}.",
        reason="Conclusion and table disagree; nothing in the text says which is right.",
    ),
    Erratum(
        key="B16",
        title="A row that cannot be",
        losses=(_IMPOSSIBLE.loss,),
        where="survey, table III",
        kind="text",
        printed=f"{_IMPOSSIBLE.title}: Dice {_IMPOSSIBLE.dice:.3f}, sensitivity "
        f"{_IMPOSSIBLE.sensitivity:.3f}, specificity {_IMPOSSIBLE.specificity:.3f}.",
        right=f"With this sensitivity Dice is at most {_IMPOSSIBLE.bound:.4f}, and at most "
        f"{_IMPOSSIBLE.bound_with_rounding:.4f} however it was rounded.",
        reason=survey.PROOF,
    ),
    Erratum(
        key="B17",
        title="Rows that imply different test sets",
        losses=tuple(row.loss for row in _APART),
        where="survey, table III",
        kind="text",
        printed="All rows are of one test set.",
        right="Pooled over one set, the rows would imply this part of object pixels: "
        + ", ".join(f"{row.title} {survey.percent(row.prevalence)}" for row in _APART)
        + ".",
        reason="These ranges do not meet, so the scores are not from pooled counts; they are "
        "probably averages over slices or batches, empty ones included.",
    ),
    Erratum(
        key="B18",
        title="A data set misdescribed",
        where="survey, on the data",
        kind="text",
        printed=f"“{_PRINTED.name}”, {_PRINTED.volumes} skull {_PRINTED.modality} scans, "
        f"{_PRINTED.slices} slices each, {_PRINTED.examples:,} annotated examples.",
        right=f"{_TRUE.name}, {_TRUE.volumes} heads by T1-weighted {_TRUE.modality}, the brain "
        f"being the object; {_TRUE.volumes} times {_TRUE.slices} is {_TRUE.product:,}.",
        reason="The letters of the name are swapped, the kind of picture is wrong, and the product "
        "is not what is printed.",
    ),
)
