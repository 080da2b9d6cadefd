"""Losses in torch's own words."""

from __future__ import annotations

from .said import TENSORS, Said, number, ours

NAME, VERSION = "torch", "2.4 or newer"
IMPORTS = "import torch\nimport torch.nn.functional as F"
TAKES = TENSORS
ABSENT = {
    "focal": "torch has cross-entropies only; focal loss is in torchvision, one import away.",
    "distance_map_bce": (
        "The cross-entropy of torch takes a `weight` map, 1 + λφ here, but torch measures no "
        "distances: φ has to come from plain PyTorch."
    ),
    "unet_border_bce": (
        "The cross-entropy of torch takes a `weight` map, 1 + w₀b here, but torch tells no objects "
        "apart and measures no distances: b has to come from plain PyTorch."
    ),
    "reduced_focal": (
        "torch has cross-entropies only; focal loss is in torchvision, without a threshold."
    ),
}

_BCE = "F.binary_cross_entropy_with_logits"


def bce() -> Said:
    return Said(
        f"{_BCE}(logits, target)",
        warning="It takes logits. Given probabilities it applies a second sigmoid, so that no "
        "pixel can cost less than 0.31.",
        naive=f"{_BCE}(logits.sigmoid(), target)",
    )


def weighted_bce(beta: float) -> Said:
    price = f"logits.new_tensor({beta!r})"
    return Said(
        f"{_BCE}(logits, target, pos_weight={price})",
        warning="β is `pos_weight`. As `weight` it would multiply both classes.",
        naive=f"{_BCE}(logits, target, weight={price})",
        naive_is=ours("bce", beta),
    )


def balanced_bce(beta: float | None) -> Said:
    if beta is None:
        return Said(
            f"{_BCE}(logits, target, weight=weight)",
            setup="beta = 1 - target.mean((-2, -1), keepdim=True)  # n0 / N of each image\n"
            "weight = beta * target + (1 - beta) * (1 - target)\n",
            warning="β is each image's own. One β for the whole batch weighs images with small "
            "objects otherwise.",
            naive=f"{_BCE}(logits, target, weight="
            "torch.where(target == 1, 1 - target.mean(), target.mean()))",
        )
    return Said(
        f"{_BCE}(logits, target, weight=weight)",
        setup=f"weight = {beta!r} * target + {number(1 - beta)} * (1 - target)\n",
        warning="β as `pos_weight` would leave the background at price 1 instead of 1 − β.",
        naive=f"{_BCE}(logits, target, pos_weight=logits.new_tensor({beta!r}))",
        naive_is=ours("weighted_bce", beta=beta) if beta > 0 else (),
    )


def mae() -> Said:
    return Said(
        "F.l1_loss(logits.sigmoid(), target)",
        warning="It takes what it is given: logits must go through the sigmoid first.",
        naive="F.l1_loss(logits, target)",
    )


def mse() -> Said:
    return Said(
        "F.mse_loss(logits.sigmoid(), target)",
        warning="It takes what it is given: logits must go through the sigmoid first.",
        naive="F.mse_loss(logits, target)",
    )


def label_smoothing_bce(epsilon: float) -> Said:
    return Said(
        f"{_BCE}(logits, soft)",
        setup=f"soft = target * {number(1 - epsilon)} + {number(epsilon / 2)}\n",
        warning="The binary cross-entropy of torch has no label smoothing: the target is smoothed.",
        naive=f"{_BCE}(logits, target)" if epsilon else "",
        naive_is=ours("bce") if epsilon else (),
    )
