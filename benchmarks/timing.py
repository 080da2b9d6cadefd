"""Time pieces of work in turns, and say how often one goes into another."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]
Seconds = dict[str, list[float]]
"""How long each piece of work took, round by round."""


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of what was measured in so many rounds; 0 where rounds mean nothing."""

    median: float
    low: float
    high: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles of at least one number; one number is all three."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0], 1)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(middle, low, high, len(values))


def single(value: float) -> Spread:
    """One figure that is no median: an exponent, a count of bytes, a peak."""
    return Spread(value, value, value, 0)


def ratio(above: Sequence[float], below: Sequence[float]) -> Spread:
    """The spread of the rounds' own ratios: what slows a whole round cancels in it."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def total(parts: Sequence[Sequence[float]]) -> list[float]:
    """Round by round the sum of works that were timed apart.

    A part with fewer rounds than the longest gives its rounds again, in turn.
    """
    rounds = max(len(part) for part in parts)
    return [sum(part[i % len(part)] for part in parts) for i in range(rounds)]


def seconds(work: Work) -> float:
    """How long it takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def race(
    works: Mapping[str, Work], rounds: int, *, patience: float = 60.0, least: int = 3
) -> Seconds:
    """Time every work in every round, one after the other, in alternating order.

    After `patience` seconds no further round begins, unless there were fewer than `least`; a race
    whose first round alone takes half of the patience has that one round.
    """
    took: Seconds = {name: [] for name in works}
    started = time.perf_counter()
    for i in range(rounds):
        for name in list(works) if i % 2 else list(works)[::-1]:
            took[name].append(seconds(works[name]))
        spent = time.perf_counter() - started
        if (spent > patience and i + 1 >= least) or (i == 0 and spent > patience / 2):
            break
    return took
