"""Audit the survey's results table: what its numbers exclude, and what may be concluded.

The table is Table III of Jadon 2020, "A survey of loss functions for semantic segmentation": nine
losses, one network, three scores each, printed to three decimals.

A bound holds between two of the scores. Dice = 2·Pr·Se / (Pr + Se) for precision Pr and
sensitivity Se. It increases with Pr, and Pr is at most 1, so Dice <= 2·Se / (1 + Se): for one
picture, and for counts pooled over many. The bound is concave in Se, so it holds for averages over
pictures with an object too: mean Dice <= mean bound <= bound of the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

HALF = 0.0005
"""What rounding to three decimals hides, each way."""

PROOF = (
    "Dice is 2·Pr·Se/(Pr + Se), with precision Pr and sensitivity Se. It grows with the precision, "
    "which is at most 1, so it is at most 2·Se/(1 + Se). This bound is concave in Se, so averages "
    "over pictures with an object obey it too: their mean Dice is at most the bound of their mean "
    "sensitivity."
)


@dataclass(frozen=True)
class Row:
    """One line of the table; `loss` is this library's name of it."""

    title: str
    loss: str
    dice: float
    sensitivity: float
    specificity: float

    @property
    def bound(self) -> float:
        """The highest Dice that goes with the printed sensitivity."""
        return dice_bound(self.sensitivity)

    @property
    def bound_with_rounding(self) -> float:
        """The highest Dice that goes with any sensitivity that is printed like this one."""
        return dice_bound(min(1.0, self.sensitivity + HALF))

    @property
    def exceeds(self) -> bool:
        """Whether the printed Dice lies above the bound."""
        return self.dice > self.bound

    @property
    def impossible(self) -> bool:
        """Whether the Dice lies above the bound however both numbers were rounded."""
        return self.dice - HALF > self.bound_with_rounding

    @property
    def prevalence(self) -> tuple[float, float] | None:
        """Lowest and highest part of object pixels that the row implies; None if impossible."""
        return implied_prevalence(self.dice, self.sensitivity, self.specificity)


TABLE = (
    Row("Cross-entropy", "bce", 0.968, 0.976, 0.998),
    Row("Weighted cross-entropy", "weighted_bce", 0.962, 0.966, 0.998),
    Row("Focal", "focal", 0.936, 0.952, 0.999),
    Row("Dice", "dice", 0.970, 0.981, 0.998),
    Row("Tversky", "tversky", 0.965, 0.979, 0.996),
    Row("Focal Tversky", "focal_tversky", 0.977, 0.990, 0.997),
    Row("Sensitivity–specificity", "sensitivity_specificity", 0.957, 0.980, 0.996),
    Row("Exponential logarithmic", "exp_log", 0.972, 0.982, 0.997),
    Row("Log-cosh Dice", "log_cosh_dice", 0.989, 0.975, 0.997),
)

CONCLUDES = ("focal_tversky", 0.98)
"""The loss and the Dice coefficient that the survey's conclusion calls the best."""

SETTING = (
    "a simple 2-D U-Net with 10 convolution layers down and 8 transposed ones up",
    "batches of 32",
    "Adam, its rate reduced from 1e-3 to 1e-8",
    "60 % of the data for training, 20 % for validation, 20 % for the test",
)
"""What the survey says of its experiment."""

NOT_REPORTED = (
    "the number of epochs",
    "the network's channels",
    "augmentation",
    "preprocessing",
    "the losses' own parameters",
    "the number of runs",
    "the spread between runs",
    "whether a person's slices were kept on one side of the split",
)
"""What would be needed to repeat or to weigh the experiment."""


@dataclass(frozen=True)
class DataSet:
    """A data set by name and size, as somebody describes it."""

    name: str
    modality: str
    volumes: int
    slices: int
    examples: int

    @property
    def product(self) -> int:
        """Volumes times slices used of each."""
        return self.volumes * self.slices


DATA_AS_PRINTED = DataSet("NBFS", "CT", 125, 120, 40_000)
DATA = DataSet("NFBS", "MRI", 125, 120, 125 * 120)
"""Neurofeedback Skull-stripped: T1-weighted pictures of heads, with the brain as the mask."""


# ---- the bound -------------------------------------------------------------------------------


def dice_bound(sensitivity: float) -> float:
    """The highest Dice coefficient that a sensitivity in [0, 1] allows: 2·Se / (1 + Se)."""
    if not 0 <= sensitivity <= 1:
        raise ValueError(f"a sensitivity lies in [0, 1], got {sensitivity}")
    return 2 * sensitivity / (1 + sensitivity)


def impossible_rows(table: Sequence[Row] = TABLE) -> tuple[Row, ...]:
    """The rows whose Dice lies above the bound, rounding allowed for."""
    return tuple(row for row in table if row.impossible)


# ---- the prevalence --------------------------------------------------------------------------


def pooled_dice(prevalence: float, sensitivity: float, specificity: float) -> float:
    """Dice of counts pooled over pictures with this part of object pixels; all in [0, 1].

    TP = π·Se, FN = π·(1 − Se), FP = (1 − π)·(1 − Sp). Where all three are 0 it is 1: nothing is
    there, and nothing is found.
    """
    tp = prevalence * sensitivity
    wrong = prevalence * (1 - sensitivity) + (1 - prevalence) * (1 - specificity)
    return 2 * tp / (2 * tp + wrong) if tp + wrong > 0 else 1.0


def prevalence_of(dice: float, sensitivity: float, specificity: float) -> float | None:
    """The part of object pixels at which pooled counts give these three scores exactly.

    Solving the formula of `pooled_dice` for π gives π = D·f / (D·f + 2·Se − D·(1 + Se)), with
    f = 1 − Sp. None where no π in (0, 1] does, or every one.
    """
    false = dice * (1 - specificity)
    room = 2 * sensitivity - dice * (1 + sensitivity)
    return false / (false + room) if room >= 0 and false > 0 else None


def implied_prevalence(
    dice: float, sensitivity: float, specificity: float, half: float = HALF
) -> tuple[float, float] | None:
    """Lowest and highest prevalence that scores rounded to ± half allow; None where none does.

    π grows with Dice and falls with sensitivity and with specificity, so the ends are two corners
    of the box of rounding: 0 where there may be no false alarms, 1 where the bound may be met.
    """

    def inside(x: float) -> float:
        return min(1.0, max(0.0, x))

    least, most = inside(dice - half), inside(sensitivity + half)
    if 2 * most < least * (1 + most):
        return None
    low = prevalence_of(least, most, inside(specificity + half))
    high = prevalence_of(
        inside(dice + half), inside(sensitivity - half), inside(specificity - half)
    )
    return (0.0 if low is None else low), (1.0 if high is None else high)


def disjoint_rows(table: Sequence[Row] = TABLE) -> tuple[tuple[Row, Row], ...]:
    """Pairs of rows that no common prevalence explains, the lower range first."""
    known = sorted((row.prevalence, row.loss, row) for row in table if row.prevalence)
    rows = [row for _, _, row in known]
    ranges = [where for where, _, _ in known]
    return tuple(
        (rows[i], rows[j])
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if ranges[i][1] < ranges[j][0]
    )


# ---- the ranking -----------------------------------------------------------------------------


def ranked(table: Sequence[Row] = TABLE) -> tuple[Row, ...]:
    """The rows by Dice, best first."""
    return tuple(sorted(table, key=lambda row: -row.dice))


def gaps(table: Sequence[Row] = TABLE) -> tuple[float, ...]:
    """Differences of Dice between successive ranks, best first, to three decimals."""
    return tuple(round(a.dice - b.dice, 3) for a, b in pairwise(ranked(table)))


def closest(width: float = 0.010, table: Sequence[Row] = TABLE) -> tuple[Row, ...]:
    """The largest group of rows within this much Dice of each other, best first."""
    rows = ranked(table)
    groups = [
        tuple(row for row in rows if 0 <= round(best.dice - row.dice, 6) <= width) for best in rows
    ]
    return max(groups, key=len)


# ---- what follows ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Conclusion:
    """A sentence about the table, and whether it may be concluded from it."""

    holds: bool
    sentence: str


def conclusions(table: Sequence[Row] = TABLE) -> tuple[Conclusion, ...]:
    """What may and what may not be concluded from the table; every number is worked out."""
    may = [_impossible(row) for row in impossible_rows(table)]
    if disjoint_rows(table):
        may.append(_apart(table))
    best, named = ranked(table)[0], row(CONCLUDES[0], table)
    if best is not named:
        may.append(
            f"Table and conclusion disagree: the table's best Dice is {best.dice:.3f}, of "
            f"{best.title}; the conclusion names {named.title} at {CONCLUDES[1]:.2f}, which the "
            f"table gives {named.dice:.3f}."
        )
    may.append(
        f"The data set is misnamed: it is {DATA.name}, which is {DATA.modality}, not "
        f"{DATA_AS_PRINTED.name} and {DATA_AS_PRINTED.modality}; {DATA_AS_PRINTED.volumes} volumes "
        f"of {DATA_AS_PRINTED.slices} slices are {DATA_AS_PRINTED.product:,} pictures, not "
        f"{DATA_AS_PRINTED.examples:,}."
    )
    may_not = (
        _crowded(table),
        "That a loss is bad because its row is low: the losses' own parameters are not reported, "
        "and others could change the order.",
        "That the order carries over to another task: it is one network, one data set and one kind "
        "of object.",
    )
    return (*(Conclusion(True, said) for said in may), *(Conclusion(False, x) for x in may_not))


def _impossible(row: Row) -> str:
    return (
        f"{row.title}: a Dice of {row.dice:.3f} does not go with a sensitivity of "
        f"{row.sensitivity:.3f}, which allows {row.bound:.4f} at most, and "
        f"{row.bound_with_rounding:.4f} however it was rounded. One of the two is misprinted, or "
        "they are not averages over the same pictures with an object."
    )


def _apart(table: Sequence[Row]) -> str:
    some = [row(name, table) for name in ("focal", "bce", "tversky")]
    ranges = ", ".join(f"{x.title} {percent(x.prevalence)}" for x in some)
    return (
        "The scores were not computed from pooled counts of one test set: each row would then "
        f"imply the same part of object pixels, but they imply {ranges}. "
        f"{len(disjoint_rows(table))} pairs of rows have no value in common. Averages over slices "
        "could explain it."
    )


def _crowded(table: Sequence[Row]) -> str:
    group = closest(table=table)
    steps = gaps(group)
    return (
        f"That one loss is better than its neighbour: {_count(len(group))} of "
        f"{_count(len(table))} lie within {group[0].dice - group[-1].dice:.3f} of each other "
        f"({group[-1].dice:.3f} to {group[0].dice:.3f}), {min(steps):.3f} to {max(steps):.3f} "
        "apart, and no spread between runs is reported."
    )


def row(loss: str, table: Sequence[Row] = TABLE) -> Row:
    """The row of a loss, by this library's name; KeyError if it is not in the table."""
    return {row.loss: row for row in table}[loss]


def percent(where: tuple[float, float] | None) -> str:
    """A range of prevalence as people read it."""
    return "none" if where is None else f"{100 * where[0]:.1f} to {100 * where[1]:.1f} %"


def _count(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[n] if n < len(words) else str(n)
