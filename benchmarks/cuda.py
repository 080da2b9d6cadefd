"""The same on a CUDA device: the libraries' loop there against ours, and the bandwidth of a map.

    python -m benchmarks.cuda [--quick]

Times are those of the host between two synchronisations. Without a CUDA device it says so.
"""

from __future__ import annotations

import statistics

import torch

from segloss_core.device import describe
from segloss_core.study import Study

from . import choice, inputs, ours, peers
from .rows import Row, finish
from .timing import Work, race, ratio

PART = "On a CUDA device"


def done(work: Work, device: torch.device) -> Work:
    """The work, finished on the device when it returns."""

    def run() -> None:
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return run


def rows(size: int, device: torch.device) -> list[Row]:
    """Values and maps of one size."""
    case, rounds = inputs.case(size), inputs.rounds(size)
    z, y = case.z.to(device), case.y.to(device)
    chosen = [peers.fastest(name, z, y) for name in choice.CLASSICAL]
    far = [peers.fastest(name, z, y) for name in choice.DISTANCE]
    losses, distance = ours.losses(choice.CLASSICAL), ours.losses(choice.DISTANCE)
    coded, kinds = ours.count(case.codes, case.target)
    table = torch.from_numpy(ours.all_tables(losses[:1], kinds)[0].gradient).float().to(device)
    # torch gathers by 32 bits at least: a map moves 8 bytes a pixel, as many as a copy.
    index = torch.from_numpy(coded.astype("int32")).to(device).flatten()
    plane, copy = (
        torch.empty(index.numel(), device=device),
        torch.ones(index.numel(), device=device),
    )
    known = Study(ours.study(case.codes, case.target).pair, device=device)

    def loop(of: list[peers.Peer]) -> Work:
        return lambda: [peer.value_and_gradient(z, y) for peer in of]

    def planes() -> None:
        counted = ours.kinds(case.codes, case.target)
        for tables in ours.all_tables(losses, counted):
            gradient = torch.from_numpy(tables.gradient).float().to(device)
            torch.index_select(gradient, 0, index, out=plane)

    works = {
        "loop": loop(chosen),
        "far loop": loop(far),
        "tables": lambda: ours.all_tables(losses, ours.kinds(case.codes, case.target)),
        "planes": planes,
        "far": lambda: [ours.again(known).maps(loss) for loss in distance],
        "plane": lambda: torch.index_select(table, 0, index, out=plane),
        "copy": lambda: plane.copy_(copy),
    }
    for work in works.values():
        done(work, device)()
    took = race({name: done(work, device) for name, work in works.items()}, rounds)
    middle = {name: statistics.median(x) for name, x in took.items()}
    name = describe(device)

    def row(key: str, what: str, above: str, below: str, goal=None, note: str = name) -> Row:
        return Row(PART, f"cuda.{key}", what, size, ratio(took[above], took[below]), goal,
                   middle[above], middle[below], note=note)  # fmt: skip

    n = len(chosen)
    return [
        row("tables", f"(a) {n} losses as tables: the loop on the device ÷ ours", "loop", "tables",
            choice.at_least("tables", size)),
        row("dense", f"(c) {n} losses, gradient planes on the device: the loop ÷ ours", "loop",
            "planes", choice.at_least("dense", size)),
        row("distance", "(d) 4 losses of distances: the loop ÷ ours", "far loop", "far",
            choice.at_least("distance", size)),
        row("bandwidth", "part of a copy's bandwidth that one plane reaches", "copy", "plane",
            note=f"{name}; a plane moves 8 bytes a pixel, as the copy does"),
    ]  # fmt: skip


def main() -> None:
    if not torch.cuda.is_available():
        finish(PART, [], "there is no CUDA device on this machine.")
        return
    inputs.one_thread()
    device = torch.device("cuda")
    finish(PART, [row for size in inputs.sizes() for row in rows(size, device)])


if __name__ == "__main__":
    main()
