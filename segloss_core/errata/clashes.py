"""One symbol, several meanings: who means what."""

from __future__ import annotations

from dataclasses import dataclass

from .erratum import Erratum


@dataclass(frozen=True)
class Clash:
    """A symbol or name that does not mean one thing; `rows` are (who, what they mean by it).

    `here` is what this library means, `losses` are those whose dials or names are concerned.
    """

    key: str
    symbol: str
    title: str
    rows: tuple[tuple[str, str], ...]
    here: str
    reason: str
    losses: tuple[str, ...]

    @property
    def erratum(self) -> Erratum:
        """The clash as one of the errata."""
        return Erratum(
            key=self.key,
            title=self.title,
            where="papers and code",
            kind="convention",
            printed="; ".join(f"{who}: {what}" for who, what in self.rows),
            right=self.here,
            reason=self.reason,
            losses=self.losses,
        )


CLASHES = (
    Clash(
        key="D1",
        symbol="α, β",
        title="Whose price is α?",
        rows=(
            ("Salehi and others, who proposed the loss", "α on false positives, β on misses"),
            ("Abraham and Khan", "α on misses"),
            ("the survey, eq. 9", "β on false positives, 1 − β on misses"),
            ("the survey's code", "α = 0.7 on misses"),
            ("Yeung and others", "δ on misses"),
        ),
        here="α on false positives, β on misses.",
        reason="Carried over by its letter, a price lands on the other kind of mistake.",
        losses=("tversky", "focal_tversky", "unified_focal_sym", "unified_focal_asym"),
    ),
    Clash(
        key="D2",
        symbol="γ",
        title="A power or a root?",
        rows=(
            ("Abraham and Khan, eq. 4", "the loss is the γ-th root, exponent 1/γ"),
            ("the survey, eq. 11", "the exponent"),
            (
                "segmentation-models-pytorch, the SegLoss collection",
                "the exponent, such as 0.75",
            ),
        ),
        here="The loss is the γ-th root.",
        reason="γ = 4/3 as a root is 0.75 as an exponent; taken for the other it reverses the "
        "effect.",
        losses=("focal_tversky",),
    ),
    Clash(
        key="D3",
        symbol="β",
        title="A weight or a share?",
        rows=(
            ("weighted cross-entropy", "the weight of object pixels, any positive number"),
            ("balanced cross-entropy", "the object's share, 0 to 1; background has 1 − β"),
        ),
        here="As in each of the two.",
        reason="A share β is the weight β/(1 − β), up to a factor on the whole.",
        losses=("weighted_bce", "balanced_bce"),
    ),
    Clash(
        key="D4",
        symbol="SSL",
        title="Two losses called SSL",
        rows=(
            ("some", "sensitivity–specificity loss"),
            ("others", "structural similarity loss"),
        ),
        here="Neither is called SSL alone.",
        reason="The abbreviations meet.",
        losses=("sensitivity_specificity", "ssl_correlation"),
    ),
    Clash(
        key="D5",
        symbol="BCE",
        title="Binary or balanced?",
        rows=(
            ("nearly everybody", "binary cross-entropy"),
            ("the survey, eq. 3", "balanced cross-entropy too"),
        ),
        here="BCE is binary cross-entropy.",
        reason="Both begin with B.",
        losses=("bce", "balanced_bce"),
    ),
    Clash(
        key="D6",
        symbol="DL, “Dice”",
        title="Loss or coefficient?",
        rows=(
            ("as a coefficient, DSC", "1 for a perfect prediction"),
            ("as a loss, DL", "0 for a perfect prediction"),
        ),
        here="DSC is the coefficient; a loss named Dice is one minus it.",
        reason="Where one stands for the other, a formula rewards mistakes.",
        losses=("dice", "combo", "dice_bce"),
    ),
)

ERRATA = tuple(clash.erratum for clash in CLASHES)
