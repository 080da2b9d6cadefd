"""Change the weights of a mix during training: ramps, and the code to copy into a training loop.

Epochs count from 0. `schedule({"dice": 1.0, "boundary": ramp(0.01, 1.0, 99)}).at(epoch)` gives the
dials of the mix of those parts in that epoch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Shape = Literal["linear", "cosine", "step"]
_BOUND = 1e6


@dataclass(frozen=True)
class Ramp:
    """A weight that goes from `start` in epoch 0 to `end` in epoch `over`, and stays; see `ramp`.

    As `odds`, the ramp runs over a part α of the whole and the weight is α/(1 − α).
    """

    start: float
    end: float
    over: int
    kind: Shape = "linear"
    odds: bool = False

    def at(self, epoch: float) -> float:
        """The weight in an epoch, 0 or later. Raises ValueError before 0."""
        if not epoch >= 0:
            raise ValueError(f"epochs count from 0, got {epoch!r}")
        done = min(1.0, epoch / self.over)
        if self.kind == "cosine":
            done = 0.5 - 0.5 * math.cos(math.pi * done)
        elif self.kind == "step":
            done = math.floor(done)
        x = (1 - done) * self.start + done * self.end
        return x / (1 - x) if self.odds else x

    def code(self) -> str:
        """The weight as a Python expression of `epoch`."""
        done = f"min(1.0, epoch / {self.over})"
        if self.kind == "cosine":
            done = f"(0.5 - 0.5 * math.cos(math.pi * {done}))"
        elif self.kind == "step":
            done = f"(epoch >= {self.over})"
        x = f"(1 - {done}) * {self.start!r} + {done} * {self.end!r}"
        return f"odds({x})" if self.odds else x


def ramp(start: float, end: float, over: int, kind: Shape = "linear") -> Ramp:
    """Go from `start` to `end` within `over` epochs: evenly, along half a cosine, or in one step.

    Raises ValueError unless both weights lie in [0, 1e6] and `over` is a whole number from 1.
    """
    for weight in (start, end):
        if not (isinstance(weight, int | float) and 0 <= weight <= _BOUND):
            raise ValueError(f"a weight lies in [0, 1e6], got {weight!r}")
    if not (isinstance(over, int) and not isinstance(over, bool) and over >= 1):
        raise ValueError(f"a ramp takes a whole number of epochs, at least 1, got {over!r}")
    if kind not in get_args(Shape):
        raise ValueError(f"a ramp is {', '.join(get_args(Shape))}, got {kind!r}")
    return Ramp(float(start), float(end), over, kind)


def rebalanced(start: float, end: float, over: int, kind: Shape = "linear") -> Ramp:
    """Let a part's say in the whole go from `start` to `end`: its weight beside 1 is α/(1 − α).

    (1 − α)·A + α·B pushes like A + α/(1 − α)·B, times 1 − α. Raises ValueError unless 0 <= α < 1.
    """
    if not all(0 <= alpha < 1 and alpha / (1 - alpha) <= _BOUND for alpha in (start, end)):
        raise ValueError(f"a part of the whole lies in [0, 1), got {start!r} to {end!r}")
    plain = ramp(start, end, over, kind)
    return Ramp(plain.start, plain.end, over, kind, odds=True)


@dataclass(frozen=True)
class Schedule:
    """Weights of the parts of a mix, epoch by epoch."""

    weights: tuple[tuple[str, float | Ramp], ...]

    def at(self, epoch: float) -> dict[str, float]:
        """The weight dials in an epoch: what the mix is called with."""
        return {
            f"w_{name}": weight.at(epoch) if isinstance(weight, Ramp) else weight
            for name, weight in self.weights
        }

    def table(self, epochs: int) -> list[dict[str, float]]:
        """The weight dials of the epochs 0 to `epochs` − 1."""
        return [self.at(epoch) for epoch in range(epochs)]

    def code(self) -> str:
        """A plain Python function `weights(epoch)`, to copy into a training loop."""
        ramps = [weight for _, weight in self.weights if isinstance(weight, Ramp)]
        lines = ["import math\n\n"] if any(r.kind == "cosine" for r in ramps) else []
        if any(r.odds for r in ramps):
            lines += ["def odds(part):", "    return part / (1 - part)\n\n"]
        lines += ["def weights(epoch):", '    """Weights of the mix in this epoch, from 0."""']
        lines += ["    return {"]
        for name, weight in self.weights:
            said = weight.code() if isinstance(weight, Ramp) else repr(weight)
            lines.append(f'        "w_{name}": {said},')
        lines += ["    }", "", "", "# value = loss(logits, target, **weights(epoch)).mean()"]
        return "\n".join(lines) + "\n"


def schedule(weights: Mapping[str, float | Ramp]) -> Schedule:
    """Weights by the names of the parts, fixed or as ramps. Raises ValueError outside [0, 1e6]."""
    found: list[tuple[str, float | Ramp]] = []
    for name, weight in weights.items():
        if not isinstance(weight, Ramp) and not 0 <= weight <= _BOUND:
            raise ValueError(f"the weight of {name} lies in [0, 1e6], got {weight!r}")
        found.append((name, weight if isinstance(weight, Ramp) else float(weight)))
    return Schedule(tuple(found))
