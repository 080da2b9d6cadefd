"""Losses in kornia's words."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, each_image, mixed, no, number, ours

NAME, VERSION = "kornia", "0.9.0"
IMPORTS = "import kornia.losses\nimport torch"
TAKES = TENSORS
_BOTH = (
    "kornia's tversky_loss averages the ratio of the object with that of the background; the "
    "object alone cannot be asked for."
)
ABSENT = {
    "tversky": _BOTH,
    "focal_tversky": _BOTH,
    "hausdorff_dt": (
        "kornia's HausdorffERLoss measures distance by repeated erosion, not by the distance "
        "transform: another loss."
    ),
    "reduced_focal": "kornia's focal losses silence every pixel: they have no threshold.",
    "ssl_correlation": (
        "kornia's ssim_loss is (1 − SSIM)/2 of two pictures: it has no cross-entropy and does "
        "not select pixels."
    ),
}
_SMOOTHING = (
    "kornia's dice_loss adds its eps to the denominator alone, so a smoothing of the numerator "
    "cannot be said. It can for s = 0."
)
_PAIR = "torch.cat([torch.zeros_like({0}), {0}], 1)"


def _focal(more: str) -> str:
    call = "kornia.losses.binary_focal_loss_with_logits"
    return f'{call}(logits, target, {more}, reduction="mean")'


def _dice(z: str, y: str, more: str) -> str:
    return f"kornia.losses.dice_loss({_PAIR.format(z)}, {y}[:, 0].long(){more})"


def _object(z: str) -> str:
    weight = f"{z}.new_tensor([0.0, 1.0])"
    return f', average="micro", weight={weight}, eps=0.0'


def bce() -> Said:
    return Said(
        _focal("alpha=None, gamma=0.0"),
        warning="α is 0.25 unless it is None, and a map is returned unless its mean is asked for.",
        naive=_focal("gamma=0.0"),
        naive_is=ours("balanced_bce", beta=0.25),
    )


def weighted_bce(beta: float) -> Said:
    price = f"pos_weight=logits.new_tensor([{beta!r}])"
    return Said(
        _focal(f"alpha=None, gamma=0.0, {price}"),
        warning="α is 0.25 unless it is None: it would multiply the prices once more.",
        naive=_focal(f"gamma=0.0, {price}"),
        naive_is=ours("weighted_bce", 0.75, beta=beta / 3),
    )


def balanced_bce(beta: float | None) -> Said:
    if beta is None:
        return no(AUTOMATIC)
    return Said(
        _focal(f"alpha={beta!r}, gamma=0.0"),
        warning="β as `pos_weight` would leave the background at price 1 instead of 1 − β.",
        naive=_focal(f"alpha=None, gamma=0.0, pos_weight=logits.new_tensor([{beta!r}])"),
        naive_is=ours("weighted_bce", beta=beta),
    )


def focal(alpha: float, gamma: float) -> Said:
    named = f"alpha={alpha!r}, gamma={gamma!r}"
    pair = _PAIR.format("logits")
    return Said(
        _focal(named),
        warning="focal_loss of a softmax pair divides by the number of classes too: half of this.",
        naive=f'kornia.losses.focal_loss({pair}, target[:, 0].long(), {named}, reduction="mean")',
        naive_is=ours("focal", 0.5, alpha=alpha, gamma=gamma),
    )


def dice(smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    return Said(
        _dice("logits", "target", _object("logits")),
        warning="It takes a softmax pair. Without the class weights [0, 1] its micro average "
        "pools both classes, and is the mean of 1 − p_t: no overlap at all.",
        naive=_dice("logits", "target", ""),
        naive_is=ours("mae"),
    )


def log_cosh_dice(smooth: float) -> Said:
    if smooth:
        return no(_SMOOTHING)
    said = each_image("one", f"lambda z, y: {_dice('z', 'y', _object('z'))}", ".cosh().log()")
    return Said(
        said.code,
        said.setup,
        "ln cosh is taken of each image's Dice loss; of the batch's mean it is less.",
        f"{dice(smooth).code}.cosh().log()",
    )


def combo(alpha: float, beta: float, smooth: float) -> Said:
    ce, overlap, rest = balanced_bce(beta), dice(smooth), number(1 - alpha)
    return mixed(
        f"{alpha!r} * ce + {rest} * (dice - 1)",
        ce=ce,
        dice=overlap,
        warning=f"The Dice coefficient is subtracted, not the Dice loss. {overlap.warning}",
        naive=f"{alpha!r} * {ce.code} - {rest} * {overlap.code}",
        naive_is=ours("balanced_bce", alpha, beta=beta) + ours("dice", alpha - 1, smooth=smooth),
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
        naive_is=ours("bce") + ours("focal", alpha=alpha, gamma=gamma) + overlap.naive_is,
    )


def dice_bce(smooth: float, w: float) -> Said:
    overlap = dice(smooth)
    return mixed(
        f"dice + {w!r} * ce",
        ce=bce(),
        dice=overlap,
        warning=overlap.warning,
        naive=f"{overlap.naive} + {w!r} * {bce().code}",
        naive_is=overlap.naive_is + ours("bce", w),
    )


def soft_f1(w: float) -> Said:
    weight = f"weight=logits.new_tensor([{number(1 - w)}, {w!r}])"
    return Said(
        _dice("logits", "target", f', average="macro", {weight}, eps=0.0'),
        warning='Without `average="macro"` both classes are pooled, and it is the mean of 1 − p_t. '
        "A class that is missing in an image is left out there; here it costs all of its part.",
        naive=_dice("logits", "target", ""),
        naive_is=ours("mae"),
    )


def hausdorff_er(alpha: float, iterations: int) -> Said:
    make = f"kornia.losses.HausdorffERLoss(alpha={alpha!r}, k={iterations!r})"
    return Said(
        f"{make}(torch.cat([(-logits).sigmoid(), logits.sigmoid()], 1), target.long())",
        warning="It takes the probabilities of both classes, whose errors are the same, and labels "
        "of whole numbers. Logits are taken as they are, and the value has no bound.",
        naive=f"{make}(torch.cat([-logits, logits], 1), target.long())",
    )


def ssim(window: int) -> Said:
    named = f"kornia.losses.ssim_loss(logits.sigmoid(), target, {window!r})"
    return Said(
        f"2 * {named}",
        warning="It is (1 − SSIM)/2: half of this.",
        naive=named,
        naive_is=ours("ssim", 0.5, window=window),
    )


def lovasz_hinge() -> Said:
    return Said(
        "kornia.losses.lovasz_hinge_loss(logits, target[:, 0])",
        warning="It takes logits. Of a probability the margin never exceeds 1: no background pixel "
        "is ever right enough.",
        naive="kornia.losses.lovasz_hinge_loss(logits.sigmoid(), target[:, 0])",
    )


def lovasz_sigmoid() -> Said:
    named = f"kornia.losses.lovasz_softmax_loss({_PAIR.format('logits')}, target[:, 0].long()"
    return Said(
        f"{named}, logits.new_tensor([0.0, 2.0]))",
        warning="It takes a softmax pair and averages both classes: the weights 0 and 2 leave the "
        "object alone.",
        naive=f"{named})",
    )
