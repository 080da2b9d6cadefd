"""What a stroke did, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from segloss_core import LOSSES
from segloss_core.study import Value

_TOO_SMALL = 5e-5  # of the yardstick: below that a change is not worth a word
TOLD = 4  # losses under the canvas of a narrow screen
_FIRST = ("dice", "bce")  # told after every stroke
_FAMOUS = (
    "focal", "jaccard", "tversky", "focal_tversky", "mse", "lovasz_sigmoid", "boundary",
    "hausdorff_dt", "cldice",
)  # fmt: skip


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", "\u202f")


def _pixels(n: int) -> str:
    return f"{_grouped(n)} px"


def of_prediction(
    before: NDArray[np.uint8], after: NDArray[np.uint8], target: NDArray[np.uint8]
) -> str:
    """How many pixels have changed sides, and how many of them are object in truth.

    Codes before and after; sides are those of p = ½.
    """
    was, now, truth = before >= 128, after >= 128, target > 0
    more, less = now & ~was, was & ~now
    parts = []
    for changed, sign, verb in ((more, "+", "are"), (less, "−", "were")):
        if n := int(changed.sum()):
            real = int((changed & truth).sum())
            kinds = ((real, "real object"), (n - real, "false alarms"))
            said = [f"{_grouped(count)} {verb} {kind}" for count, kind in kinds if count]
            if len(said) == 1 and n > 1:
                said = ["all " + said[0].split(" ", 1)[1]]
            parts.append(f"{sign}{_pixels(n)} predicted object: {', '.join(said)}")
    if parts:
        return "; ".join(parts) + "."
    surer = int((before != after).sum())
    return f"No pixel has changed sides; {_pixels(surer)} are surer or less sure."


def of_target(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str:
    """How many pixels of the target have become object or background."""
    more, less = int(((after > 0) & (before == 0)).sum()), int(((after == 0) & (before > 0)).sum())
    parts = [*([f"+{_pixels(more)}"] if more else []), *([f"−{_pixels(less)}"] if less else [])]
    return f"Target: {', '.join(parts)} object."


def _size(x: float) -> str:
    """Three digits without exponents: 1 070, 46.7, 0.0123."""
    if x < 1e-4:
        return "less than 0.0001"
    if x >= 999.5:
        return _grouped(round(x))
    return f"{x:.{max(0, 2 - math.floor(math.log10(x)))}f}"


def _moved(name: str, before: Value, after: Value, units: Mapping[str, str]) -> str:
    by = after.value - before.value
    if by == 0:
        return f"{LOSSES[name].title} stayed"
    unit = f" {units[name]}" if units.get(name) else ""
    return f"{LOSSES[name].title} {'rose' if by > 0 else 'fell'} by {_size(abs(by))}{unit}"


def most_moved(before: Mapping[str, Value], after: Mapping[str, Value], chosen: str) -> list[str]:
    """The chosen loss and the three that moved most on their yardsticks, famous or not.

    Before anything has moved: the chosen loss, Dice and cross-entropy.
    """
    steps = {
        name: abs(now - was)
        for name in after
        if name in before
        and (now := after[name].relative) is not None
        and (was := before[name].relative) is not None
        and abs(now - was) > _TOO_SMALL
    }
    found = sorted(steps, key=steps.__getitem__, reverse=True) or list(_FIRST)
    return list(dict.fromkeys((chosen, *found)))[:TOLD]


def of_losses(
    before: Mapping[str, Value], after: Mapping[str, Value], chosen: str, units: Mapping[str, str]
) -> str:
    """Dice and cross-entropy, the chosen loss, then the famous ones that fell and rose most.

    Losses are compared on their yardsticks: nats and px² are not ranked against each other.
    """
    both = {name for name in after if name in before}
    if all(after[name].value == before[name].value for name in both):
        return "No loss has moved." if both else ""
    told = [name for name in dict.fromkeys((*_FIRST, chosen)) if name in both]
    steps = {
        name: (now - was)
        for name in _FAMOUS
        if name in both
        and name not in told
        and (now := after[name].relative) is not None
        and (was := before[name].relative) is not None
        and abs(now - was) > _TOO_SMALL
    }
    fell = min(steps, key=steps.__getitem__, default="")
    rose = max(steps, key=steps.__getitem__, default="")
    told += [name for name, sign in ((fell, -1), (rose, 1)) if steps.get(name, 0.0) * sign > 0]
    return "; ".join(_moved(name, before[name], after[name], units) for name in told) + "."
