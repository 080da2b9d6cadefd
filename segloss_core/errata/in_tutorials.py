"""Statements on pages that explain losses."""

from __future__ import annotations

from .erratum import Erratum

ERRATA = (
    Erratum(
        key="E1",
        title="Dice called convex",
        losses=("dice", "histoseg"),
        where="the HistoSeg page",
        kind="text",
        printed="“Dice Coefficient is convex in nature”",
        right="It is a ratio of two linear functions of the probabilities: on any straight way "
        "between two predictions it only rises, only falls or stays, but it is not convex.",
        reason="So it has no false valleys in p, which is what was wanted, without being convex.",
    ),
    Erratum(
        key="E2",
        title="Probabilities of 0 or 1",
        losses=("histoseg",),
        where="the HistoSeg page",
        kind="text",
        printed="“predicted probabilities which can be either 0 or 1”",
        right="They lie strictly between 0 and 1; the target is 0 or 1.",
        reason="At exactly 0 or 1 a mistake would cost infinity.",
    ),
    Erratum(
        key="E3",
        title="A bracket without effect",
        losses=("histoseg",),
        where="the HistoSeg page",
        kind="text",
        printed="(cross-entropy + focal) + Dice",
        right="cross-entropy + focal + Dice",
        reason="A sum needs no bracket; the page gives no formulas for the parts.",
    ),
    Erratum(
        key="E4",
        title="A range that is the coefficient's",
        losses=("dice",),
        where="a tutorial on Dice",
        kind="text",
        printed="Under “Range of Dice loss” the range is explained for the coefficient.",
        right="The loss runs the other way: 0 for a perfect prediction, near 1 for none in common.",
        reason="The loss is one minus the coefficient.",
    ),
    Erratum(
        key="E5",
        title="Nothing divided by nothing",
        losses=("dice",),
        where="a tutorial on Dice",
        kind="text",
        printed="Dice without smoothing.",
        right="A number of pixels is added above and below the line, or the case is named.",
        reason="Two empty masks give 0/0.",
    ),
    Erratum(
        key="E6",
        title="Global, but not wise to places",
        losses=("dice",),
        where="a tutorial on Dice",
        kind="text",
        printed="Dice looks at the image globally.",
        right="Its value does. Its push on a probability takes two values in all, one on the "
        "object and one on the background, and knows nothing of neighbours.",
        reason="The loss depends on three counts, and counts have no places.",
    ),
)
