from __future__ import annotations

from ...claims import by_hand, confident_mistake, perfect, punishes
from ...counts import Smooth
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, loss
from ..distribution.bce import bce
from ..distribution.focal import Focus, ObjectShare, focal
from ..region.dice import dice

LN2 = 0.6931471805599453


@loss(
    formula=(
        r"L = \mathrm{BCE} + \mathrm{focal}(\alpha, \gamma) + \frac{FP + FN}{2\,TP + FP + FN + s}"
    ),
    source="Wazir & Fraz 2022, HistoSeg, arXiv:2209.00729",
    pixel=Arithmetic(
        "-ln(p) / N - alpha * (1 - p)**gamma * ln(p) / N + (1 - p) / (2 * TP + FP + FN + smooth)",
        "-ln(1 - p) / N - (1 - alpha) * p**gamma * ln(1 - p) / N + p / (2 * TP + FP + FN + smooth)",
    ),
    claims=(
        by_hand([[0.5, 0.5]], [[1, 0]], LN2 + 0.125 * LN2 / 2 + 0.5, alpha=0.25, gamma=3, smooth=0),
        punishes("alpha", "false negatives"),
        perfect(),
        confident_mistake("keeps its push"),
    ),
)
def histoseg(
    px: Pixels, *, alpha: ObjectShare = 0.25, gamma: Focus = 2.0, smooth: Smooth = 1.0
) -> Answer:
    """Adds cross-entropy, focal loss and Dice, each at full weight.

    HistoSeg multi-loss

    The plain sum of three losses. At the start of training (p near ½) cross-entropy is 0.69, Dice
    0.5 to 0.9 and focal 0.04 to 0.13: focal hardly shows in the sum.

    Also called: BCE plus focal plus Dice.

    Known problems: The three are added without regard to their scale. The released training script
    computes something else: cross-entropy and a per-pixel Dice, without the focal term.

    Where it belongs: Nuclei and glands in histology, as its authors use it.

    Unit: mixed
    """
    parts = (
        bce.term(px),
        focal.term(px, alpha=alpha, gamma=gamma),
        dice.term(px, smooth=smooth),
    )
    return Answer(
        parts[0].value + parts[1].value + parts[2].value,
        lambda: parts[0].share() + parts[1].share() + parts[2].share(),
        notes=parts[2].notes,
    )
