"""Score a hard mask: Dice, IoU, sensitivity, specificity, and two distances between outlines."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .geometry import contour, distance_to

NAMES = ("Dice", "IoU", "Sensitivity", "Specificity", "HD95", "ASSD")


@dataclass(frozen=True)
class Metric:
    """One score; `value` is None where it is undefined, and `why` says so."""

    name: str
    value: float | None
    unit: str
    says: str
    why: str = ""


def metrics(
    prediction: Tensor, target: Tensor, ignored: Tensor | None = None
) -> tuple[Metric, ...]:
    """All scores of a boolean prediction against a boolean target, both (H, W).

    Pixels that are `ignored`, boolean (H, W), count nowhere; for outlines both masks end there.
    HD95 is the larger of the two directed 95th percentiles of contour-to-contour distances; ASSD
    their mean over both contours. Undefined scores carry a reason instead of a number.
    """
    counted = target.numel()
    if ignored is not None:
        prediction, target = prediction & ~ignored, target & ~ignored
        counted -= int(ignored.sum())
    tp = int((prediction & target).sum())
    fp, fn = int((prediction & ~target).sum()), int((~prediction & target).sum())
    tn = counted - tp - fp - fn

    def rate(name: str, a: int, b: int, says: str, why: str) -> Metric:
        return Metric(name, a / b, "", says) if b else Metric(name, None, "", says, why)

    hd95, assd, why = _outline_distances(prediction, target)
    both_empty, no_object = "both masks are empty", "the target has no object"
    all_object = "the target is all object"
    if not counted:
        both_empty = no_object = all_object = why = "every pixel is ignored"
    return (
        rate("Dice", 2 * tp, 2 * tp + fp + fn, "overlap: 2TP / (2TP + FP + FN)", both_empty),
        rate("IoU", tp, tp + fp + fn, "overlap: TP / (TP + FP + FN)", both_empty),
        rate("Sensitivity", tp, tp + fn, "object pixels found: TP / (TP + FN)", no_object),
        rate(
            "Specificity",
            tn,
            tn + fp,
            "background left alone: TN / (TN + FP)",
            all_object,
        ),
        Metric("HD95", hd95, "px", "95th percentile of the distance between the outlines", why),
        Metric("ASSD", assd, "px", "mean distance between the outlines", why),
    )


def _outline_distances(a: Tensor, b: Tensor) -> tuple[float | None, float | None, str]:
    outline_a, outline_b = contour(a), contour(b)
    if not bool(outline_a.any()) or not bool(outline_b.any()):
        who = "target" if bool(outline_a.any()) else "prediction"
        return None, None, f"the {who} has no outline"
    there = distance_to(outline_b)[outline_a]
    back = distance_to(outline_a)[outline_b]
    hd95 = max(float(torch.quantile(d, 0.95)) for d in (_few(there), _few(back)))
    return hd95, float(torch.cat([there, back]).mean()), ""


def _few(d: Tensor, most: int = 1 << 23) -> Tensor:
    """torch.quantile takes at most 16 million elements; sorted thinning keeps the percentile."""
    return d if d.numel() <= most else d.sort().values[:: -(-d.numel() // most)]
