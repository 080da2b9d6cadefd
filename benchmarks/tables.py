"""Fifteen losses that do not look at places: values and maps against the libraries' loop.

    python -m benchmarks.tables [--quick]

Both sides start cold from their inputs: ours from two 8-bit planes, the others from float32 logits
and mask. Theirs is a value and a gradient by autograd for each loss, by whoever is fastest at it.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from segloss_core import device

from . import choice, inputs, ours, peers
from .exact import exact, furthest, peer_off
from .inputs import Case
from .peers import Peer
from .rows import Row, finish
from .timing import Seconds, race, ratio

PART = "Losses that do not look at places"
MARGIN = 1e-3  # seconds beside one and a half counts


def fastest(names: Sequence[str], case: Case) -> list[Peer]:
    """The fastest peer of each loss."""
    return [peers.fastest(name, case.z, case.y) for name in names]


def compete(case: Case, chosen: Sequence[Peer], rounds: int) -> Seconds:
    """The libraries' loop, our tables, our planes, one plane, one count and one copy, in turns."""
    import cv2

    losses = ours.losses(choice.CLASSICAL)
    coded, kinds = ours.count(case.codes, case.target)
    table = ours.all_tables(losses, kinds)[0].gradient
    into = ours.buffer(coded)
    image, copy = np.ones(coded.shape, np.float32), np.ones(coded.shape, np.float32)

    def by_tables() -> None:
        ours.all_tables(losses, ours.kinds(case.codes, case.target))

    def by_planes() -> None:
        coded, kinds = ours.count(case.codes, case.target)
        for tables in ours.all_tables(losses, kinds):
            ours.plane(tables.gradient, coded, into)

    def loop() -> None:
        for peer in chosen:
            peer.value_and_gradient(case.z, case.y)

    works = {
        "loop": loop,
        "tables": by_tables,
        "planes": by_planes,
        "plane": lambda: ours.plane(table, coded, into),
        "histogram": lambda: cv2.calcHist([coded], [0], None, [512], [0, 512]),
        "copy": lambda: np.copyto(copy, image),
    }
    for work in works.values() if case.size < 4096 else [by_tables]:
        work()
    return race(works, rounds)


def accuracy(case: Case, chosen: Sequence[Peer]) -> dict[str, object]:
    """How far both sides are from float64, every loss, on the whole image."""
    coded, kinds = ours.count(case.codes, case.target)
    mine, others = [], {}
    answers = ours.all_tables(ours.losses(choice.CLASSICAL), kinds)
    for peer, answer in zip(chosen, answers, strict=True):
        reference = exact(peer.loss, case)
        plane = ours.plane(answer.gradient, coded, ours.buffer(coded))
        mine.append(reference.off(answer.value, plane))
        others[peer.loss] = peer_off(peer, reference, case.z, case.y)
    return {"accuracy": furthest(mine, others)}


def rows(case: Case, took: Seconds, right: dict, chosen: Sequence[Peer], kept: bool) -> list[Row]:
    """The comparisons of one size; `kept` says that freed memory was kept for the next plane."""
    middle = {name: statistics.median(values) for name, values in took.items()}
    tail, words = (".kept", ", freed memory kept") if kept else ("", "")
    who = ", ".join(f"{x.loss}: {x.library}" for x in chosen)
    n = len(chosen)

    def row(key: str, what: str, above: str, below: str, goal, **more) -> Row:
        return Row(
            PART, key + tail, what + words, case.size, ratio(took[above], took[below]), goal,
            middle[above], middle[below], **more,
        )  # fmt: skip

    goals = {k: None if kept else choice.at_least(k, case.size) for k in ("tables", "dense")}
    found = [
        row("tables", f"(a) {n} losses, values and both maps as tables: the loop ÷ ours", "loop",
            "tables", goals["tables"], note=who, **right),
        row("dense", f"(c) {n} losses, values and gradient planes: the loop ÷ ours", "loop",
            "planes", goals["dense"], **right),
    ]  # fmt: skip
    if kept:
        return found
    limit = [1.5 * x + MARGIN for x in took["histogram"]]
    large = case.size >= 2048
    return [
        *found,
        Row(
            PART, "histogram",
            f"(b) {n} losses as tables, counting included ÷ 1.5 histogram calls and 1 ms",
            case.size, ratio(took["tables"], limit), choice.at_most(1.0), middle["tables"],
            statistics.median(limit), note=f"one call {1000 * middle['histogram']:.2f} ms",
        ),
        row("plane", "(c) one gradient plane from its table ÷ a copy of a float32 plane", "plane",
            "copy", choice.at_most(1.25) if large else None),
        row("copies", "(a) the tables ÷ a copy of a float32 plane", "tables", "copy", None),
    ]  # fmt: skip


def main() -> None:
    inputs.one_thread()
    cases = {size: inputs.case(size) for size in inputs.sizes()}
    chosen: dict[int, list[Peer]] = {}
    took: dict[int, Seconds] = {}
    for size, case in cases.items():
        # Larger images take long to try everybody on.
        chosen[size] = fastest(choice.CLASSICAL, case) if size <= 1024 else chosen[1024]
        took[size] = compete(case, chosen[size], inputs.rounds(size))
    can_keep = device.reuse_memory()
    found: list[Row] = []
    for size, case in cases.items():
        # Float64 on every pixel is slow enough with memory that is kept.
        found += rows(case, took[size], accuracy(case, chosen[size]), chosen[size], kept=False)
    for size, case in cases.items() if can_keep else ():
        again = compete(case, chosen[size], inputs.rounds(size))
        found += rows(case, again, {}, chosen[size], kept=True)
    finish(PART, found)


if __name__ == "__main__":
    main()
