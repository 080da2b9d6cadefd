"""Losses in timm's words."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, each_image, no, ours

NAME, VERSION = "timm", "1.0.31"
IMPORTS = "import timm.loss\nimport torch"
TAKES = TENSORS
ABSENT: dict[str, str] = {}


def _poly(more: str) -> str:
    return f"timm.loss.PolyBinaryCrossEntropy({more})(logits, target)"


def bce() -> Said:
    return Said("timm.loss.BinaryCrossEntropy(smoothing=0.0)(logits, target)")


def weighted_bce(beta: float) -> Said:
    price = f"logits.new_tensor({beta!r})"
    return Said(f"timm.loss.BinaryCrossEntropy(smoothing=0.0, pos_weight={price})(logits, target)")


def asymmetric(gamma_pos: float, gamma_neg: float, margin: float) -> Said:
    named = f"gamma_neg={gamma_neg!r}, gamma_pos={gamma_pos!r}, clip={margin!r}"
    make = f"timm.loss.AsymmetricLossMultiLabel({named})"
    said = each_image("total", make, " / z.numel()")
    return Said(
        said.code,
        said.setup,
        "It sums over labels, here the pixels of an image, so that the value grows with the image; "
        "releases differ in whether they sum over the batch too. γ₋ comes first. It clips "
        "probabilities at 1e-8.",
        f"{make}(logits, target)",
    )


def balanced_bce(beta: float | None) -> Said:
    return no(AUTOMATIC) if beta is None else focal(beta, 0.0)


def focal(alpha: float, gamma: float) -> Said:
    setting = f"gamma={gamma!r}, alpha={alpha!r}"
    return Said(
        _poly(f"epsilon=0.0, {setting}"),
        warning="ε is 2 unless it is given: that would add 2(1 − p_t) to the power γ + 1. "
        "It computes in float32.",
        naive=_poly(setting),
        naive_is=ours("poly1_focal", epsilon=2.0, alpha=alpha, gamma=gamma),
    )


def label_smoothing_bce(epsilon: float) -> Said:
    return Said(
        _poly(f"epsilon=0.0, smoothing={epsilon!r}"),
        warning="Here ε is `smoothing`; its own epsilon is Poly-1's, and 2 unless it is given.",
        naive=_poly(f"epsilon={epsilon!r}"),
        naive_is=ours("poly1_bce", epsilon=epsilon),
    )


def poly1_bce(epsilon: float) -> Said:
    return Said(
        _poly(f"epsilon={epsilon!r}"),
        warning="ε is 2 unless it is given. It computes in float32.",
        naive=_poly(""),
        naive_is=ours("poly1_bce", epsilon=2.0),
    )
