"""Losses in Keras's words."""

from __future__ import annotations

from .said import AUTOMATIC, Said, mixed, no, number, ours

NAME, VERSION = "Keras", "3.15.1"
IMPORTS = "import keras"
TAKES = (
    "# logits and target (0 and 1): float, (B, H, W, 1) or (B, 1, H, W); "
    "value: the mean over the batch"
)
ABSENT = {
    "hausdorff_dt": "Keras has no loss that measures distances.",
    "distance_map_bce": "Keras has no loss that measures distances.",
}
_SMOOTHING = (
    "Keras adds a fixed 1e-7 to the denominator of its overlaps and nothing to the numerator, so "
    "a smoothing cannot be said. It can for s = 0."
)
_POOLED = "Without `axis` the whole batch is pooled into one ratio."
_SWAPPED = (
    "Up to 3.15.1 Keras has α on false negatives and β on false positives, contrary to its own "
    "documentation: the two are exchanged here. Later releases follow the documentation, so "
    "exchange them back there. "
)
_P = "target, keras.ops.sigmoid(logits)"
_EACH = 'axis=(1, 2, 3), reduction="none"'


def _focal(alpha: float, gamma: float, more: str = "apply_class_balancing=True, ") -> str:
    named = f"{more}alpha={number(alpha)}, gamma={gamma!r}, from_logits=True"
    return f"keras.losses.BinaryFocalCrossentropy({named})(target, logits)"


def _tversky(alpha: float, beta: float, more: str) -> str:
    return f"keras.losses.Tversky(alpha={alpha!r}, beta={beta!r}, {more})({_P})"


def bce() -> Said:
    return Said(
        "keras.losses.BinaryCrossentropy(from_logits=True)(target, logits)",
        warning="The target comes first. Without `from_logits=True` logits are taken for "
        "probabilities and clipped to [0, 1].",
        naive="keras.losses.BinaryCrossentropy()(target, logits)",
    )


def weighted_bce(beta: float) -> Said:
    return Said(
        f"{number(1 + beta)} * {_focal(beta / (1 + beta), 0.0)}",
        warning="It knows prices α and 1 − α alone: α = β/(1 + β), and 1 + β times the value.",
        naive=_focal(beta, 0.0),
        naive_is=ours("balanced_bce", beta=beta) if beta <= 1 else (),
    )


def balanced_bce(beta: float | None) -> Said:
    return no(AUTOMATIC) if beta is None else focal(beta, 0.0)


def focal(alpha: float, gamma: float) -> Said:
    return Said(
        _focal(alpha, gamma),
        warning="α counts only with `apply_class_balancing=True`; without it both classes are "
        "priced 1, silently. The target comes first. Computes in float32 and clips p at 1e-7.",
        naive=_focal(alpha, gamma, more=""),
        naive_is=ours("focal", 2.0, alpha=0.5, gamma=gamma),
    )


def dice(smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    return Said(
        f"keras.losses.Dice(axis=(1, 2, 3))({_P})",
        warning=f"It takes probabilities, and has no flag for logits. {_POOLED}",
        naive="keras.losses.Dice()(target, logits)",
    )


def tversky(alpha: float, beta: float, smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    return Said(
        _tversky(beta, alpha, "axis=(1, 2, 3)"),
        warning=_SWAPPED + _POOLED,
        naive=_tversky(alpha, beta, "axis=(1, 2, 3)"),
        naive_is=ours("tversky", alpha=beta, beta=alpha, smooth=0.0),
    )


def focal_tversky(alpha: float, beta: float, gamma: float, smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    return Said(
        f"keras.ops.mean({_tversky(beta, alpha, _EACH)} ** {number(1 / gamma)})",
        warning=f"{_SWAPPED}The exponent is 1/γ = {1 / gamma:.4g}, taken image by image.",
        naive=f"keras.ops.mean({_tversky(alpha, beta, _EACH)} ** {gamma!r})",
        naive_is=ours("focal_tversky", alpha=beta, beta=alpha, gamma=1 / gamma, smooth=0.0),
    )


def log_cosh_dice(smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    return Said(
        f"keras.ops.mean(keras.ops.log(keras.ops.cosh(keras.losses.Dice({_EACH})({_P}))))",
        warning="keras.losses.LogCosh is ln cosh of p − y, pixel by pixel: a regression, without "
        "Dice.",
        naive=f"keras.losses.LogCosh()({_P})",
    )


def combo(alpha: float, beta: float, smooth: float) -> Said:
    ce, overlap = focal(beta, 0.0), dice(smooth)
    return mixed(
        f"{alpha!r} * ce + {number(1 - alpha)} * (dice - 1)",
        ce=ce,
        dice=overlap,
        warning=f"The Dice coefficient is subtracted, not the Dice loss. {ce.warning}",
        naive=f"{alpha!r} * {ce.naive} - {number(1 - alpha)} * {overlap.code}",
        naive_is=ours("bce", alpha) + ours("dice", alpha - 1, smooth=0.0),
    )


def histoseg(alpha: float, gamma: float, smooth: float) -> Said:
    part, overlap = focal(alpha, gamma), dice(smooth)
    return mixed(
        "ce + focal + dice",
        ce=bce(),
        focal=part,
        dice=overlap,
        warning=f"{part.warning} {overlap.warning}",
        naive=f"{bce().code} + {part.naive} + {overlap.code}",
        naive_is=ours("bce") + part.naive_is + ours("dice", smooth=0.0),
    )


def soft_f1(w: float) -> Said:
    of_background = "1 - target, keras.ops.sigmoid(-logits)"
    call = "keras.losses.Dice(axis=(1, 2, 3))"
    return Said(
        f"{w!r} * {call}({_P}) + {number(1 - w)} * {call}({of_background})",
        warning=f"Its Dice sees the object alone: that of the background is Dice of −z. {_POOLED}",
        naive=f"{call}({_P})" if w != 1 else "",
        naive_is=ours("dice", smooth=0.0) if w != 1 else (),
    )


def mae() -> Said:
    return Said(f"keras.losses.MeanAbsoluteError()({_P})")


def mse() -> Said:
    return Said(f"keras.losses.MeanSquaredError()({_P})")


def label_smoothing_bce(epsilon: float) -> Said:
    named = f"from_logits=True, label_smoothing={epsilon!r}"
    return Said(f"keras.losses.BinaryCrossentropy({named})(target, logits)")


def fbeta(b: float, smooth: float) -> Said:
    return tversky(1 / (1 + b * b), b * b / (1 + b * b), smooth)
