"""What a stroke did, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from segloss_core import LOSSES
from segloss_core.study import Value

from .say import short

_TOO_SMALL = 5e-5  # of the yardstick: below that a change is not worth a word


def _grouped(n: int) -> str:
    return f"{n:,}".replace(",", "\u202f")


def _pixels(n: int) -> str:
    return f"{_grouped(n)} px"


def of_prediction(
    before: NDArray[np.uint8], after: NDArray[np.uint8], target: NDArray[np.uint8]
) -> str:
    """How many pixels have changed sides, and how many of them are right now.

    Codes before and after; sides are those of p = ½.
    """
    was, now, truth = before >= 128, after >= 128, target > 0
    more, less = now & ~was, was & ~now
    parts = []
    for changed, sign, right in ((more, "+", truth), (less, "−", ~truth)):
        if n := int(changed.sum()):
            parts.append(
                f"{sign}{_pixels(n)} predicted object, {_grouped(int((changed & right).sum()))} "
                "of them right"
            )
    if parts:
        return "; ".join(parts) + "."
    surer = int((before != after).sum())
    return f"No pixel has changed sides; {_pixels(surer)} are surer or less sure."


def of_target(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str:
    """How many pixels of the target have become object or background."""
    more, less = int(((after > 0) & (before == 0)).sum()), int(((after == 0) & (before > 0)).sum())
    parts = [*([f"+{_pixels(more)}"] if more else []), *([f"−{_pixels(less)}"] if less else [])]
    return f"Target: {', '.join(parts)} object."


def _moved(name: str, before: Value, after: Value, units: Mapping[str, str]) -> str:
    by = after.value - before.value
    unit = f" {units[name]}" if units.get(name) else ""
    return f"{LOSSES[name].title} {'rose' if by > 0 else 'fell'} by {short(abs(by), 3)}{unit}"


def of_losses(
    before: Mapping[str, Value], after: Mapping[str, Value], first: str, units: Mapping[str, str]
) -> str:
    """The chosen loss, then the one that fell most and the one that rose most.

    Losses are compared on their yardsticks: nats and px² are not ranked against each other.
    """
    both = {name for name in after if name in before}
    steps = {
        name: (now - was)
        for name in both
        if (now := after[name].relative) is not None
        and (was := before[name].relative) is not None
        and abs(now - was) > _TOO_SMALL
    }
    chosen = [first] if first in both and after[first].value != before[first].value else []
    fell = min(steps, key=steps.__getitem__, default="")
    rose = max(steps, key=steps.__getitem__, default="")
    ends = [name for name, sign in ((fell, -1), (rose, 1)) if steps.get(name, 0.0) * sign > 0]
    told = [*chosen, *(name for name in ends if name not in chosen)]
    if not told:
        return "No loss has moved." if both else ""
    said = [_moved(name, before[name], after[name], units) for name in told]
    return "; ".join(said) + "."
