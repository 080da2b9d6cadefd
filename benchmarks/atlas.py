"""Losses of distances, SSIM, and all losses that a library has: values and planes.

    python -m benchmarks.atlas [--quick]

Every loss that looks at places is timed against its fastest peer on its own; sums over losses add
up what was timed, round by round. Ours knows what depends on the target alone, as it does while
one looks at a pair; theirs are called as their users call them. Slow losses get fewer rounds on
large images.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import numpy as np

from segloss_core import LOSSES

from . import choice, inputs, ours, peers
from .exact import Off, exact, furthest, peer_off
from .inputs import Case
from .peers import Peer
from .rows import Accuracy, Goal, Row, finish
from .timing import Seconds, Work, race, ratio, total

PART = "Losses that look at places, and the whole atlas"
EXACT_UP_TO, QUICK_EXACT = 1024, 512  # float64 with a graph takes gigabytes beyond
PATIENCE, QUICK_PATIENCE = 15.0, 6.0  # seconds for all rounds of one loss
GOALS = 6  # times as patient with a loss that is a goal of its own


class Contest:
    """All races of one size."""

    def __init__(self, case: Case, chosen: dict[str, Peer], rounds: int) -> None:
        self.case, self.chosen = case, chosen
        self.flat = [name for name in peers.in_libraries() if not LOSSES[name].positional]
        self.placed = [name for name in peers.in_libraries() if LOSSES[name].positional]
        self.known = ours.study(case.codes, case.target)
        self.took: dict[str, Seconds] = {"flat": race(self._flat(), rounds)}
        patience, least = (QUICK_PATIENCE, 2) if inputs.is_quick() else (PATIENCE, 3)
        for name in dict.fromkeys([*choice.DISTANCE, *self.placed]):
            more = GOALS if name in (*choice.DISTANCE, "ssim") else 1
            self.took[name] = race(self._one(name), rounds, patience=more * patience, least=least)

    def _flat(self) -> dict[str, Work]:
        case, losses = self.case, ours.losses(self.flat)
        into = ours.buffer(ours.count(case.codes, case.target)[0])

        def mine() -> None:
            coded, kinds = ours.count(case.codes, case.target)
            for tables in ours.all_tables(losses, kinds):
                ours.plane(tables.gradient, coded, into)

        def theirs() -> None:
            for name in self.flat:
                self.chosen[name].value_and_gradient(case.z, case.y)

        mine()
        return {"theirs": theirs, "ours": mine}

    def _one(self, name: str) -> dict[str, Work]:
        case, loss, peer = self.case, LOSSES[name], self.chosen[name]
        ours.dense(ours.again(self.known), loss)  # what the target alone gives
        works: dict[str, Work] = {
            "theirs": lambda: peer.value_and_gradient(case.z, case.y),
            "ours": lambda: ours.dense(ours.again(self.known), loss),
        }
        if name in choice.DISTANCE:
            works["cold"] = lambda: ours.dense(ours.study(case.codes, case.target), loss)
        if name == "hausdorff_dt":
            works["transforms"] = _transforms(case)
        return works

    def sums(self, names: Sequence[str], side: str) -> list[float]:
        """Round by round what so many races took on one side."""
        return total([self.took[name][side] for name in names])

    def accuracy(self, names: Sequence[str]) -> Accuracy | None:
        """How far both sides are from float64, on images that are small enough."""
        if self.case.size > (QUICK_EXACT if inputs.is_quick() else EXACT_UP_TO):
            return None
        mine: list[Off] = []
        others: dict[str, Off] = {}
        for name in names:
            reference = exact(name, self.case)
            maps, _, gradient = ours.dense(self.known, LOSSES[name])
            mine.append(reference.off(maps.value, gradient))
            peer = self.chosen[name]
            if peer.same:
                others[name] = peer_off(peer, reference, self.case.z, self.case.y)
        return furthest(mine, others)


def _transforms(case: Case) -> Callable[[], object]:
    """The two distance transforms of the prediction that no knowledge of the target saves."""
    import cv2

    inside = (case.codes >= 128).astype(np.uint8)
    outside = 1 - inside

    def both() -> None:
        for mask in (inside, outside):
            cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)

    return both


def rows(contest: Contest) -> list[Row]:
    """The comparisons of one size."""
    size = contest.case.size
    everything = ["flat", *contest.placed]

    def row(key: str, what: str, above: list[float], below: list[float], goal: Goal | None,
            right: Accuracy | None = None, note: str = "") -> Row:  # fmt: skip
        rounds = max(len(above), len(below))
        a, b = ([x[i % len(x)] for i in range(rounds)] for x in (above, below))
        middle = [statistics.median(x) for x in (above, below)]
        return Row(
            PART, key, what, size, ratio(a, b), goal, middle[0], middle[1],
            accuracy=right, note=note,
        )  # fmt: skip

    def against(key: str, what: str, names: Sequence[str], side: str = "ours", **more) -> Row:
        return row(key, what, contest.sums(names, "theirs"), contest.sums(names, side), **more)

    distance, who = choice.DISTANCE, contest.chosen
    transforms = contest.took["hausdorff_dt"]["transforms"]
    names = [*contest.flat, *contest.placed]
    each = [
        against(f"one.{name}", f"{name}, value and planes: the library ÷ ours", [name], goal=None,
                note=who[name].library)
        for name in contest.took if name != "flat"
    ]  # fmt: skip
    return [
        against(
            "distance", "(d) 4 losses of distances, the target's fields known: the loop ÷ ours",
            distance, goal=choice.at_least("distance", size), right=contest.accuracy(distance),
            note=", ".join(f"{x}: {who[x].library}" for x in distance),
        ),
        row("transforms", "(d) the same ÷ the two distance transforms that they need",
            contest.sums(distance, "ours"), transforms, choice.at_most(1.6)),
        against("distance.cold", "(d) nothing known, every loss by itself: the loop ÷ ours",
                distance, "cold", goal=None),
        against("ssim", "(e) SSIM, value and planes: the faster library ÷ ours", ["ssim"],
                goal=choice.at_least("ssim", size), right=contest.accuracy(["ssim"]),
                note=who["ssim"].library),
        against(
            "atlas", f"(f) all {len(names)} losses that a library has, values and planes: "
            "the loop ÷ ours", everything, goal=choice.at_least("atlas", size),
            right=contest.accuracy(names),
        ),
        *each,
    ]  # fmt: skip


def main() -> None:
    inputs.one_thread()
    found: list[Row] = []
    chosen: dict[str, Peer] = {}
    for size in inputs.sizes():
        case = inputs.case(size)
        if size <= 1024:  # larger images take long to try everybody on
            names = dict.fromkeys([*choice.DISTANCE, *peers.in_libraries()])
            chosen = {name: peers.fastest(name, case.z, case.y) for name in names}
        found += rows(Contest(case, chosen, inputs.rounds(size)))
    finish(PART, found)


if __name__ == "__main__":
    main()
