"""Losses in torchvision's words: all of them through its sigmoid focal loss."""

from __future__ import annotations

from .said import AUTOMATIC, TENSORS, Said, no, number, ours

NAME, VERSION = "torchvision", "0.28"
IMPORTS = "from torchvision.ops import sigmoid_focal_loss"
TAKES = TENSORS
ABSENT = {
    "reduced_focal": "torchvision's sigmoid_focal_loss silences every pixel: it has no threshold.",
    "asymmetric": "torchvision's sigmoid_focal_loss has one γ for both classes, and no margin.",
}

_MAP = "Its defaults are α = 0.25, γ = 2 and a map of values instead of their mean."


def _focal(alpha: float, gamma: float) -> str:
    more = f'alpha={number(alpha)}, gamma={gamma!r}, reduction="mean"'
    return f"sigmoid_focal_loss(logits, target, {more})"


def bce() -> Said:
    return Said(
        _focal(-1.0, 0.0),
        warning=f"α = −1 means no class price. {_MAP}",
        naive="sigmoid_focal_loss(logits, target)",
        naive_is=ours("focal", alpha=0.25, gamma=2.0),
    )


def weighted_bce(beta: float) -> Said:
    return Said(
        f"{number(1 + beta)} * {_focal(beta / (1 + beta), 0.0)}",
        warning="It knows prices α and 1 − α alone: α = β/(1 + β), and 1 + β times the value. "
        "β as α would give the background the price 1 − β.",
        naive=_focal(beta, 0.0),
        naive_is=ours("balanced_bce", beta=beta) if beta <= 1 else (),
    )


def balanced_bce(beta: float | None) -> Said:
    if beta is None:
        return no(AUTOMATIC)
    return Said(
        _focal(beta, 0.0),
        warning=f"γ = 0 takes the focus off. {_MAP}",
        naive=f"sigmoid_focal_loss(logits, target, alpha={beta!r})",
        naive_is=ours("focal", alpha=beta, gamma=2.0),
    )


def focal(alpha: float, gamma: float) -> Said:
    return Said(
        _focal(alpha, gamma),
        warning=_MAP,
        naive=f"sigmoid_focal_loss(logits, target, alpha={alpha!r}, gamma={gamma!r})",
    )
