"""Losses in the words of segmentation-models-pytorch."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, each_image, mixed, no, number, ours

NAME, VERSION = "smp", "0.6.0"
IMPORTS = "import segmentation_models_pytorch as smp\nimport torch"
TAKES = TENSORS
ABSENT = {
    "lovasz_sigmoid": (
        "smp's Lovász loss of probabilities is that of several classes: it averages over those "
        "that occur, and the object alone cannot be asked for."
    ),
    "power_jaccard": "smp's JaccardLoss takes probabilities as they are: it has no exponent.",
    "mcc": (
        "smp's MCCLoss adds its eps to each of the four counts, not under the root, and counts a "
        "batch as one image. It takes probabilities, whatever smp's other losses take."
    ),
}

_POOLED = (
    "It pools a batch into one ratio, so each image is given by itself. An image without object "
    "costs 0 there, whatever is predicted; here its false positives count."
)

# Since its pull request 927 (September 2024) Dice is its Tversky index at ½ and ½.
_HALF = "It adds its smoothing to TP, not to 2 TP: half of s here (up to release 0.3.4: all of s). "


def _tversky(alpha: float, beta: float, smooth: float, gamma: float = 1.0) -> str:
    exponent = f"gamma={number(gamma)}, " if gamma != 1 else ""
    prices = f"alpha={alpha!r}, beta={beta!r}, {exponent}smooth={smooth!r}"
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
        naive_is=ours("bce", beta),
    )


def balanced_bce(beta: float | None) -> Said:
    return no(AUTOMATIC) if beta is None else focal(beta, 0.0)


def focal(alpha: float, gamma: float) -> Said:
    named = f"alpha={alpha!r}, gamma={gamma!r}"
    return Said(
        f'smp.losses.FocalLoss("binary", {named})(logits, target)',
        warning="Without α both classes are priced 1: that is not α = ½, which prices both ½.",
        naive=f'smp.losses.FocalLoss("binary", gamma={gamma!r})(logits, target)',
        naive_is=ours("focal", 2.0, alpha=0.5, gamma=gamma),
    )


def reduced_focal(gamma: float, threshold: float) -> Said:
    named = f'"binary", gamma={gamma!r}, reduced_threshold={threshold!r}'
    return Said(
        f"smp.losses.FocalLoss({named})(logits, target)",
        warning="α stays out: it would price the classes. Its documentation advises "
        '`reduction="sum"`, which is as many times this as there are pixels in the batch.',
        naive=f'smp.losses.FocalLoss({named}, reduction="sum")(logits, target)',
    )


def dice(smooth: float) -> Said:
    said = each_image("one", _dice(smooth / 2))
    return Said(
        said.code,
        said.setup,
        f"{_HALF if smooth else ''}{_POOLED}",
        f"{_dice(smooth)}(logits, target)",
        naive_is=ours("dice", smooth=2 * smooth) if smooth else (),
    )


def tversky(alpha: float, beta: float, smooth: float) -> Said:
    said = each_image("one", _tversky(alpha, beta, smooth))
    return Said(said.code, said.setup, _POOLED, f"{_tversky(alpha, beta, smooth)}(logits, target)")


def focal_tversky(alpha: float, beta: float, gamma: float, smooth: float) -> Said:
    said = each_image("one", _tversky(alpha, beta, smooth, 1 / gamma))
    return Said(
        said.code,
        said.setup,
        f"Its γ is the exponent itself: 1/γ = {1 / gamma:.4g} here. {_POOLED} Its slope there is "
        "NaN for exponents below 1.",
        f"{_tversky(alpha, beta, smooth, gamma)}(logits, target)",
        naive_is=ours("focal_tversky", alpha=alpha, beta=beta, gamma=1 / gamma, smooth=smooth),
    )


def log_cosh_dice(smooth: float) -> Said:
    said = each_image("one", _dice(smooth / 2), then=".cosh().log()")
    return Said(
        said.code,
        said.setup,
        dice(smooth).warning,
        f"{dice(smooth).naive}.cosh().log()",
        naive_is=ours("log_cosh_dice", smooth=2 * smooth) if smooth else (),
    )


def combo(alpha: float, beta: float, smooth: float) -> Said:
    ce, overlap, rest = focal(beta, 0.0), dice(smooth), number(1 - alpha)
    return mixed(
        f"{alpha!r} * ce + {rest} * (dice - 1)",
        ce=ce,
        dice=overlap,
        warning=f"The Dice coefficient is subtracted, not the Dice loss. {overlap.warning}",
        naive=f"{alpha!r} * {ce.code} - {rest} * {overlap.naive}",
        naive_is=ours("balanced_bce", alpha, beta=beta)
        + ours("dice", alpha - 1, smooth=2 * smooth),
    )


def histoseg(alpha: float, gamma: float, smooth: float) -> Said:
    ce, part, overlap = bce(), focal(alpha, gamma), dice(smooth)
    return mixed(
        "ce + focal + dice",
        ce=ce,
        focal=part,
        dice=overlap,
        warning=overlap.warning,
        naive=f"{ce.code} + {part.code} + {overlap.naive}",
        naive_is=ours("bce") + ours("focal", alpha=alpha, gamma=gamma) + overlap.naive_is
        if smooth
        else (),
    )


def jaccard(smooth: float) -> Said:
    make = f'smp.losses.JaccardLoss("binary", smooth={smooth!r})'
    said = each_image("one", make)
    return Said(said.code, said.setup, _POOLED, f"{make}(logits, target)")


def soft_f1(w: float) -> Said:
    both = f"lambda z, y: {w!r} * one(z, y) + {number(1 - w)} * one(-z, 1 - y)"
    said = each_image("both", both)
    return Said(
        said.code,
        f"one = {_dice(0.0)}\n{said.setup}",
        f"Its binary Dice sees the object alone: that of the background is Dice of −z. {_POOLED}",
        f"{_dice(0.0)}(logits, target)" if w != 1 else "",
        naive_is=ours("dice", smooth=0.0) if w != 1 else (),
    )


def lovasz_hinge() -> Said:
    each = "(logits.float(), target.float())"
    return Said(
        f'smp.losses.LovaszLoss("binary", per_image=True){each}',
        warning="It computes in float32 and refuses float64. Without `per_image=True` it sorts the "
        "pixels of all images together.",
        naive=f'smp.losses.LovaszLoss("binary"){each}',
    )


def fbeta(b: float, smooth: float) -> Said:
    said = tversky(*_prices(b), smooth)
    return Said(said.code, said.setup, f"F-beta is Tversky's index. {_POOLED}", said.naive)


def _prices(b: float) -> tuple[float, float]:
    """α and β of the Tversky index that is F-beta."""
    return float(number(1 / (1 + b * b))), float(number(b * b / (1 + b * b)))


def label_smoothing_bce(epsilon: float) -> Said:
    named = "smp.losses.SoftBCEWithLogitsLoss(smooth_factor={})(logits, target)"
    return Said(
        named.format(number(epsilon / 2)),
        warning="Its smooth_factor is the chance of a flipped label: half of ε.",
        naive=named.format(repr(epsilon)),
        naive_is=ours("label_smoothing_bce", epsilon=2 * epsilon) if 2 * epsilon < 1 else (),
    )


def dice_bce(smooth: float, w: float) -> Said:
    overlap = dice(smooth)
    return mixed(
        f"dice + {w!r} * ce",
        ce=bce(),
        dice=overlap,
        warning=overlap.warning,
        naive=f"{overlap.naive} + {w!r} * {bce().code}",
        naive_is=overlap.naive_is + ours("bce", w) if smooth else (),
    )
