"""Losses in the words of segmentation-models-pytorch."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, each_image, no

NAME, VERSION = "smp", "0.6.0"
IMPORTS = "import segmentation_models_pytorch as smp\nimport torch"
TAKES = TENSORS
ABSENT: dict[str, str] = {}

_POOLED = (
    "It pools a batch into one ratio, so each image is given by itself. An image without object "
    "costs 0 there, whatever is predicted; here its false positives count."
)

# Since its pull request 927 (September 2024) Dice is its Tversky index at ½ and ½.
_HALF = "It adds its smoothing to TP, not to 2 TP: half of s here (up to release 0.3.4: all of s). "


def _tversky(alpha: float, beta: float, smooth: float, gamma: float = 1.0) -> str:
    prices = f"alpha={alpha!r}, beta={beta!r}, gamma={gamma!r}, smooth={smooth!r}"
    return f'smp.losses.TverskyLoss("binary", {prices})'


def _dice(smooth: float) -> str:
    return f'smp.losses.DiceLoss("binary", smooth={smooth!r})'


def bce() -> Said:
    return Said("smp.losses.SoftBCEWithLogitsLoss()(logits, target)")


def weighted_bce(beta: float) -> Said:
    price = f"logits.new_tensor({beta!r})"
    return Said(
        f"smp.losses.SoftBCEWithLogitsLoss(pos_weight={price})(logits, target)",
        warning="β is `pos_weight`. As `weight` it would multiply both classes.",
        naive=f"smp.losses.SoftBCEWithLogitsLoss(weight={price})(logits, target)",
    )


def balanced_bce(beta: float | None) -> Said:
    return no(AUTOMATIC) if beta is None else focal(beta, 0.0)


def focal(alpha: float, gamma: float) -> Said:
    named = f"alpha={alpha!r}, gamma={gamma!r}"
    return Said(
        f'smp.losses.FocalLoss("binary", {named})(logits, target)',
        warning="Without α both classes are priced 1: that is not α = ½, which prices both ½.",
        naive=f'smp.losses.FocalLoss("binary", gamma={gamma!r})(logits, target)',
    )


def dice(smooth: float) -> Said:
    said = each_image("dice", _dice(smooth / 2))
    return Said(
        said.code,
        said.setup,
        f"{_HALF if smooth else ''}{_POOLED}",
        f"{_dice(smooth)}(logits, target)",
    )


def tversky(alpha: float, beta: float, smooth: float) -> Said:
    said = each_image("tversky", _tversky(alpha, beta, smooth))
    return Said(said.code, said.setup, _POOLED, f"{_tversky(alpha, beta, smooth)}(logits, target)")


def focal_tversky(alpha: float, beta: float, gamma: float, smooth: float) -> Said:
    said = each_image("tversky", _tversky(alpha, beta, smooth, 1 / gamma))
    return Said(
        said.code,
        said.setup,
        f"Its γ is the exponent itself: 1/γ = {1 / gamma:.4g} here. {_POOLED} Its slope there is "
        "NaN for exponents below 1.",
        f"{_tversky(alpha, beta, smooth, gamma)}(logits, target)",
    )


def log_cosh_dice(smooth: float) -> Said:
    said = each_image("dice", _dice(smooth / 2), then=".cosh().log()")
    return Said(said.code, said.setup, dice(smooth).warning, f"{dice(smooth).naive}.cosh().log()")


def combo(alpha: float, beta: float, smooth: float) -> Said:
    ce, overlap = focal(beta, 0.0), dice(smooth)
    return Said(
        f"{alpha!r} * {ce.code} + {1 - alpha!r} * ({overlap.code} - 1)",
        overlap.setup,
        f"The Dice coefficient is subtracted, not the Dice loss. {overlap.warning}",
        f"{alpha!r} * {ce.code} - {1 - alpha!r} * {overlap.naive}",
    )


def histoseg(alpha: float, gamma: float, smooth: float) -> Said:
    overlap, rest = dice(smooth), f"{bce().code} + {focal(alpha, gamma).code}"
    return Said(
        f"{rest} + {overlap.code}", overlap.setup, overlap.warning, f"{rest} + {overlap.naive}"
    )
