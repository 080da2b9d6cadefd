"""The parts of a mix: a loss, its weight and its dials each, read from what people write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from torch import Tensor

from ..losses import LOSSES
from ..spec import Loss

MOST = 8  # parts of one mix
BOUND = 1e6  # the largest weight, as of prices elsewhere
FAMILY = "mix"

Setting = Mapping[str, float | int | None]


@dataclass(frozen=True)
class Part:
    """One summand: a loss, its weight, its dials, and the name that tells it from its twins."""

    name: str
    loss: Loss
    weight: float
    dials: tuple[tuple[str, float | int | None], ...]

    @property
    def weight_dial(self) -> str:
        """Name of the dial that turns this part's weight."""
        return f"w_{self.name}"

    def dial(self, name: str) -> str:
        """Name that one of the part's own dials has in the mix."""
        return f"{self.name}__{name}"

    @property
    def words(self) -> str:
        """The name as LaTeX text."""
        return rf"\text{{{self.name.replace('_', ' ')}}}"


def parts_of(parts: Mapping[str, Any] | Sequence[Any]) -> tuple[Part, ...]:
    """Check and name the parts that `mix` is given. Raises what it says it raises."""
    found: list[Part] = []
    for loss, weight, own in _read(parts):
        if len(found) == MOST:
            raise ValueError(f"a mix has at most {MOST} parts")
        if (
            isinstance(weight, bool)
            or not isinstance(weight, int | float)
            or not 0 <= weight <= BOUND
        ):
            raise ValueError(
                f"the weight of {loss.name} must be a number from 0 to 1000000, got {weight!r}"
            )
        for name, value in own.items():
            if name not in loss.dials:
                loss._unknown(name)
            if isinstance(value, Tensor):
                raise ValueError(f"{loss.name}: a grid of {name} is given when the mix is called")
            loss.dials[name].check(loss.name, value)
        twins = sum(part.loss is loss for part in found)
        name = f"{loss.name}_{twins + 1}" if twins else loss.name
        changed = tuple((k, own[k]) for k in loss.dials if k in own and own[k] != loss.defaults[k])
        found.append(Part(name, loss, float(weight), changed))
    if not found:
        raise ValueError("a mix needs at least one loss")
    return tuple(found)


def _read(parts: Mapping[str, Any] | Sequence[Any]) -> Iterable[tuple[Loss, Any, Setting]]:
    if isinstance(parts, str):
        raise ValueError(
            "a mix is a mapping or a sequence of parts; segloss_core.mix.text reads text"
        )
    if isinstance(parts, Mapping):
        parts = [(k, *(v if isinstance(v, tuple) else (v,))) for k, v in parts.items()]
    for item in parts:
        loss, weight, own = (*(item if isinstance(item, tuple) else (item,)), 1.0, {})[:3]
        if isinstance(item, tuple) and len(item) == 2:
            own = {}
        yield _loss(loss), weight, own


def _loss(named: Any) -> Loss:
    if isinstance(named, Loss) and named.family == FAMILY:
        raise ValueError("a mix cannot be a part of a mix: name its parts instead")
    if isinstance(named, Loss):
        return named
    if isinstance(named, str) and named in LOSSES:
        return LOSSES[named]
    near = get_close_matches(str(named), LOSSES, 1)
    raise ValueError(f"there is no loss {named!r}" + (f"; is it {near[0]}?" if near else ""))
