"""Losses in MONAI's words."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, mixed, no, number, ours

NAME, VERSION = "MONAI", "1.6.1"
IMPORTS = "import monai.losses\nimport torch"
TAKES = TENSORS
ABSENT = {
    "distance_map_bce": (
        "MONAI's BoundaryLoss multiplies the probability, not the cross-entropy, with a signed "
        "distance: another loss, which cannot repair a confident mistake."
    ),
    "ssl_correlation": (
        "MONAI's SSIMLoss is 1 − SSIM of two pictures: it has no cross-entropy and does not "
        "select pixels."
    ),
    "ssim": (
        "MONAI's SSIMLoss leaves out the pixels at the image's border, whose window is cut off; "
        "here windows are reflected there. The inner pixels are compared alike."
    ),
    "unified_focal_sym": "MONAI has the asymmetric form alone.",
    "asymmetric": (
        "MONAI's AsymmetricFocalLoss, a part of its unified focal loss, focuses the background "
        "alone, and has no margin: another loss."
    ),
    "reduced_focal": "MONAI's FocalLoss silences every pixel: it has no threshold.",
    "hausdorff_er": "MONAI's HausdorffDTLoss measures distances, without erosion: another loss.",
    "boundary_dou": (
        "MONAI's BoundaryLoss multiplies the probability with a signed distance: another loss, "
        "which is no ratio of areas."
    ),
    "exp_log": (
        "MONAI has no logarithm of Dice under an exponent, and its cross-entropies take no "
        "exponent on −ln p."
    ),
}

_EACH = 'reduction="none", '
_PAIR = "torch.cat([torch.zeros_like(logits), logits], 1)"
_LOGITS = "Without `sigmoid=True` it takes the logits for probabilities, and says nothing."


def _focal(more: str) -> str:
    return f"monai.losses.FocalLoss({more})(logits, target)"


def _overlap(kind: str, smooth: float, more: str = "") -> str:
    return f"monai.losses.{kind}({more}smooth_nr={smooth!r}, smooth_dr={smooth!r})"


def _dice(smooth: float, more: str = "") -> str:
    return _overlap("DiceLoss", smooth, f"sigmoid=True, {more}")


def _tversky(alpha: float, beta: float, smooth: float, more: str = "") -> str:
    prices = f"alpha={alpha!r}, beta={beta!r}, {more}"
    return _overlap("TverskyLoss", smooth, f"sigmoid=True, {prices}")


def bce() -> Said:
    return Said(
        _focal("gamma=0.0"),
        warning="γ is 2 unless it is given: easy pixels would be silenced. Computes in float32.",
        naive=_focal(""),
        naive_is=ours("focal", 2.0, alpha=0.5, gamma=2.0),
    )


def weighted_bce(beta: float) -> Said:
    price = f"weight=logits.new_tensor([{beta!r}])"
    return Said(
        f"monai.losses.DiceCELoss(sigmoid=True, lambda_dice=0.0, {price})(logits, target)",
        warning="DiceCELoss hands `weight` on as pos_weight. The `weight` of FocalLoss would "
        "multiply both classes.",
        naive=_focal(f"gamma=0.0, weight={beta!r}"),
        naive_is=ours("bce", beta),
    )


def balanced_bce(beta: float | None) -> Said:
    return no(AUTOMATIC) if beta is None else focal(beta, 0.0)


def focal(alpha: float, gamma: float) -> Said:
    return Said(
        _focal(f"alpha={alpha!r}, gamma={gamma!r}"),
        warning="α must be a number. As a list it weighs the object alone and leaves the "
        "background at 1 instead of 1 − α. Computes in float32.",
        naive=_focal(f"alpha=[{alpha!r}], gamma={gamma!r}"),
        naive_is=ours("focal", alpha, alpha=1.0, gamma=gamma)
        + ours("focal", alpha=0.0, gamma=gamma),
    )


def dice(smooth: float) -> Said:
    return Said(
        f"{_dice(smooth)}(logits, target)",
        warning=_LOGITS,
        naive=f"{_overlap('DiceLoss', smooth)}(logits, target)",
    )


def tversky(alpha: float, beta: float, smooth: float) -> Said:
    wrong = _tversky(alpha, beta, smooth).replace("sigmoid=True, ", "")
    return Said(
        f"{_tversky(alpha, beta, smooth)}(logits, target)",
        warning=f"α is the price of false positives, as here. {_LOGITS}",
        naive=f"{wrong}(logits, target)",
    )


def focal_tversky(alpha: float, beta: float, gamma: float, smooth: float) -> Said:
    each = f"{_tversky(alpha, beta, smooth, more=_EACH)}(logits, target)"
    return Said(
        f"{each}.pow({number(1 / gamma)}).mean()",
        warning=f"The exponent is 1/γ = {1 / gamma:.4g}, taken image by image; γ itself as "
        "exponent is another convention. The power's slope is infinite or NaN where the overlap "
        "is complete.",
        naive=f"{each}.pow({gamma!r}).mean()",
        naive_is=ours("focal_tversky", alpha=alpha, beta=beta, gamma=1 / gamma, smooth=smooth),
    )


def log_cosh_dice(smooth: float) -> Said:
    each = f"{_dice(smooth, more=_EACH)}(logits, target)"
    return Said(
        f"{each}.cosh().log().mean()",
        warning="ln cosh is taken of each image's Dice loss; of the batch's mean it is less.",
        naive=f"{_dice(smooth)}(logits, target).cosh().log()",
    )


def hausdorff_dt(alpha: float) -> Said:
    named = f"include_background=True, alpha={alpha!r}"
    flat = " At α = 0 a mask without boundary costs there, 0⁰ being 1." if alpha == 0 else ""
    return Said(
        f"monai.losses.HausdorffDTLoss(sigmoid=True, {named})(logits, target)",
        warning=f"{_LOGITS} Its distances are computed on the CPU and kept in float32.{flat}",
        naive=f"monai.losses.HausdorffDTLoss({named})(logits, target)",
    )


def combo(alpha: float, beta: float, smooth: float) -> Said:
    rest = number(1 - alpha)
    parts = f"sigmoid=True, lambda_ce={alpha!r}, lambda_dice={rest}, "
    return mixed(
        f"{alpha!r} * ce + {rest} * (dice - 1)",
        ce=focal(beta, 0.0),
        dice=dice(smooth),
        warning="DiceCELoss with λ = α and 1 − α knows no β: its cross-entropy prices both "
        "classes 1, and its Dice is a loss, so that it ends at 0 instead of −(1 − α).",
        naive=f"{_overlap('DiceCELoss', smooth, parts)}(logits, target)",
        naive_is=ours("bce", alpha) + ours("dice", 1 - alpha, smooth=smooth),
    )


def histoseg(alpha: float, gamma: float, smooth: float) -> Said:
    prices = f"sigmoid=True, alpha={alpha!r}, gamma={gamma!r}, "
    both = f"{_overlap('DiceFocalLoss', smooth, prices)}(logits, target)"
    return mixed(
        "ce + dice_and_focal",
        ce=bce(),
        dice_and_focal=Said(both),
        warning="DiceFocalLoss alone leaves the cross-entropy out.",
        naive=both,
        naive_is=ours("focal", alpha=alpha, gamma=gamma) + ours("dice", smooth=smooth),
    )


def jaccard(smooth: float) -> Said:
    return Said(
        f"{_dice(2 * smooth, more='jaccard=True, ')}(logits, target)",
        warning="It adds its smoothing to 2 TP: twice s.",
        naive=f"{_dice(smooth, more='jaccard=True, ')}(logits, target)" if smooth else "",
        naive_is=ours("jaccard", smooth=smooth / 2) if smooth else (),
    )


def power_jaccard(power: float, smooth: float) -> Said:
    if power != 2:
        return no("MONAI squares the probabilities, k = 2, or takes them as they are: no other k.")
    more = "jaccard=True, squared_pred=True, "
    return Said(
        f"{_dice(2 * smooth, more=more)}(logits, target)",
        warning="Without `squared_pred=True` it is Jaccard. It adds its smoothing to 2 TP: "
        "twice s.",
        naive=f"{_dice(2 * smooth, more='jaccard=True, ')}(logits, target)",
        naive_is=ours("jaccard", smooth=smooth),
    )


def tanimoto_complement(smooth: float) -> Said:
    more = "jaccard=True, squared_pred=True, "
    return Said(
        _overlap("DiceLoss", 2 * smooth, f"softmax=True, to_onehot_y=True, {more}")
        + f"({_PAIR}, target)",
        warning="It needs both classes as a softmax pair: of one channel it is the object's half "
        "alone. It adds its smoothing to 2 TP: twice s.",
        naive=f"{_dice(2 * smooth, more=more)}(logits, target)",
        naive_is=ours("power_jaccard", power=2.0, smooth=smooth),
    )


def soft_f1(w: float) -> Said:
    named = f"softmax=True, to_onehot_y=True, weight=[{number(1 - w)}, {w!r}], "
    return Said(
        f"2 * {_overlap('DiceLoss', 0.0, named)}({_PAIR}, target)",
        warning="It needs both classes as a softmax pair, and halves the sum of the weighted two. "
        "Of one channel it is Dice of the object.",
        naive=f"{_dice(0.0)}(logits, target)" if w != 1 else "",
        naive_is=ours("dice", smooth=0.0) if w != 1 else (),
    )


def dice_semimetric(epsilon: float, smooth: float) -> Said:
    soft = f"target * {number(1 - epsilon)} + {number(epsilon / 2)}"
    return Said(
        f"{_dice(smooth, more='soft_label=True, ')}(logits, soft)",
        setup=f"soft = {soft}\n",
        warning="Without `soft_label=True` labels between 0 and 1 are multiplied, and sure "
        "predictions are cheaper than the label.",
        naive=f"{_dice(smooth)}(logits, {soft})" if epsilon else "",
    )


def squared_dice(smooth: float) -> Said:
    return Said(
        f"{_dice(smooth, more='squared_pred=True, ')}(logits, target)",
        warning=f"Without `squared_pred=True` it is Dice. {_LOGITS}",
        naive=f"{_dice(smooth)}(logits, target)",
        naive_is=ours("dice", smooth=smooth),
    )


def fbeta(b: float, smooth: float) -> Said:
    false, missed = number(1 / (1 + b * b)), number(b * b / (1 + b * b))
    return Said(
        f"{_tversky(float(false), float(missed), smooth)}(logits, target)",
        warning="F-beta is Tversky's index with α = 1/(1 + b²) on false positives. "
        "b as its β is another price.",
        naive=f"{_tversky(1.0, b, smooth)}(logits, target)",
        naive_is=ours("tversky", alpha=1.0, beta=b, smooth=smooth),
    )


def generalized_dice() -> Said:
    named = "monai.losses.GeneralizedDiceLoss(softmax=True, to_onehot_y=True{})"
    return Said(
        f"{named.format(', smooth_nr=0.0, smooth_dr=0.0')}({_PAIR}, target)",
        warning="It needs both classes as a softmax pair: of one channel it is plain Dice.",
        naive="monai.losses.GeneralizedDiceLoss(sigmoid=True)(logits, target)",
    )


def boundary() -> Said:
    return Said(
        "monai.losses.BoundaryLoss(sigmoid=True)(logits, target)",
        warning=_LOGITS,
        naive="monai.losses.BoundaryLoss()(logits, target)",
    )


def cldice(iters: int, smooth: float) -> Said:
    named = f"iter_={iters!r}, smooth_nr={smooth!r}, smooth_dr={smooth!r}, smooth=1e-12"
    return Said(
        f"monai.losses.SoftclDiceLoss({named}, sigmoid=True)(logits, target)",
        warning=_LOGITS,
        naive=f"monai.losses.SoftclDiceLoss({named})(logits, target)",
    )


def dice_cldice(alpha: float, iters: int, smooth: float) -> Said:
    smoothing = f"smooth_nr={smooth!r}, smooth_dr={smooth!r}, smooth=1e-12"
    named = f"iter_={iters!r}, alpha={alpha!r}, {smoothing}"
    return Said(
        f"monai.losses.SoftDiceclDiceLoss({named}, sigmoid=True)(logits, target)",
        warning=_LOGITS,
        naive=f"monai.losses.SoftDiceclDiceLoss({named})(logits, target)",
    )


def mcc(eps: float) -> Said:
    return Said(
        f"monai.losses.MCCLoss(sigmoid=True, smooth_dr={eps!r})(logits, target)",
        warning=f"{_LOGITS} With `batch=True` it counts all images together.",
        naive=f"monai.losses.MCCLoss(sigmoid=True, smooth_dr={eps!r}, batch=True)(logits, target)",
    )


def dice_bce(smooth: float, w: float) -> Said:
    parts = f"lambda_ce={w!r}, "
    return Said(
        f"{_overlap('DiceCELoss', smooth, f'sigmoid=True, {parts}')}(logits, target)",
        warning="Without `sigmoid=True` its Dice takes the logits for probabilities.",
        naive=f"{_overlap('DiceCELoss', smooth, parts)}(logits, target)",
    )


def unified_focal_asym(lam: float, delta: float, gamma: float) -> Said:
    named = f"delta={delta!r}, gamma={gamma!r}"
    call = "monai.losses.AsymmetricUnifiedFocalLoss"
    return Said(
        f"{number(1 + lam)} * {call}(weight={number(2 * lam / (1 + lam))}, {named})"
        "(logits.sigmoid(), target)",
        warning="It takes probabilities, whatever its documentation says, and halves the "
        "cross-entropy: λ and the value are scaled for that.",
        naive=f"{call}(weight={lam!r}, {named})(logits.sigmoid(), target)",
        naive_is=ours("unified_focal_asym", lam / 2, lam=1.0, delta=delta, gamma=gamma)
        + ours("unified_focal_asym", 1 - lam, lam=0.0, delta=delta, gamma=gamma),
    )
