"""One step of a slider on the server: value, both tables, and what the page sends.

    python -m benchmarks.slider [--quick]

A coded pair, counted before; every step is a setting that was never asked for. Beside the limit
stands what the fastest library takes for the value and the gradient of that setting.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from functools import partial

import numpy as np

from segloss_core import LOSSES
from segloss_core.spec import Dial

from . import choice, inputs, ours, peers
from .peers import Peer
from .rows import Goal, Row, finish
from .timing import Spread, Work, race, ratio, single, spread

PART = "A slider"
LIMIT, SAID = 2e-3, "2 ms"
NAMED = "focal"


def steps(dial: Dial) -> Iterator[float]:
    """Settings between the slider's ends, never the same one twice."""
    low, high = dial.param.shown
    start = (5**0.5 - 1) / 2  # multiples of the golden ratio fill the slider evenly
    for i in itertools.count(1):
        yield low + (high - low) * (0.02 + 0.96 * (i * start % 1))


def sliding() -> dict[str, Dial]:
    """Of each loss that does not look at places, its first dial that is a number."""
    found = {}
    for name, loss in LOSSES.items():
        numbers = [dial for dial in loss.dials.values() if dial.kind != "whole"]
        if numbers and not loss.positional:
            found[name] = numbers[0]
    return found


def rows(size: int, peer: Peer) -> list[Row]:
    """Steps of every slider at one size."""
    case, dials = inputs.case(size), sliding()
    study = ours.study(case.codes, case.target)
    settings = {name: steps(dial) for name, dial in dials.items()}

    def tick(name: str) -> bytes:
        return ours.tick(study, LOSSES[name], **{dials[name].name: next(settings[name])})

    works: dict[str, Work] = {name: partial(tick, name) for name in dials}
    for work in works.values():
        work()
    took = race(works, 3 * inputs.rounds(size))
    theirs = {"theirs": lambda: peer.value_and_gradient(case.z, case.y), NAMED: works[NAMED]}
    both = race(theirs, inputs.rounds(size))
    every = np.median(list(took.values()), axis=0)
    middle = {name: statistics.median(values) for name, values in took.items()}
    slowest = max(middle, key=middle.__getitem__)
    at, sent, plane = choice.at_most(1.0), len(tick(NAMED)), 4 * size * size

    def row(key: str, what: str, ratio: Spread, goal: Goal | None, above: float, below: float,
            unit: str = "s") -> Row:  # fmt: skip
        return Row(PART, key, f"(h) {what}", size, ratio, goal, above, below, unit)

    return [
        row("tick", f"a step, median of {len(dials)} losses ÷ {SAID}",
            spread((every / LIMIT).tolist()), at, float(np.median(every)), LIMIT),
        row("tick.slowest", f"a step of the slowest, {slowest} ÷ {SAID}",
            spread([x / LIMIT for x in took[slowest]]), at, middle[slowest], LIMIT),
        row("tick.library", f"{NAMED}: one evaluation in {peer.library} ÷ a step",
            ratio(both["theirs"], both[NAMED]), None, *map(statistics.median, both.values())),
        row("tick.bytes", "a float32 plane ÷ what a step sends", single(plane / sent), None,
            plane / 1000, sent / 1000, "kB"),
    ]  # fmt: skip


def main() -> None:
    inputs.one_thread()
    small = inputs.case(inputs.sizes()[0])
    peer = peers.fastest(NAMED, small.z, small.y)
    finish(PART, [row for size in inputs.sizes() for row in rows(size, peer)])


if __name__ == "__main__":
    main()
