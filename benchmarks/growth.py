"""How time and memory grow with the image, the number of losses and the grid.

    python -m benchmarks.growth [--quick]

Writes assets/growth.svg. An exponent is fitted to the three largest sizes, where what each call
costs whatever the size no longer hides the growth.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from segloss_core import LOSSES

from . import choice, inputs, memory, ours
from .chart import Curve, Panel, fitted, svg
from .markdown import number
from .rows import Goal, Row, finish
from .tables import fastest
from .timing import Work, race, single

PART = "Growth"
PICTURE = Path(__file__).parent.parent / "assets" / "growth.svg"
SIDES, QUICK_SIDES = (128, 256, 512, 1024, 2048, 4096), (128, 256, 512, 1024)
LINEAR = Goal("at most", 1.1)
LAST = 3  # sizes that an exponent is fitted to


def median(work: Work, rounds: int) -> float:
    """How long it takes, once it has been done."""
    work()
    return statistics.median(race({"it": work}, rounds, patience=4.0, least=1)["it"])


def by_pixels(sides: Sequence[int], rounds: int) -> dict[str, Curve]:
    """Seconds by pixels."""
    found: dict[str, list[tuple[float, float]]] = {}
    chosen = fastest(choice.CLASSICAL, inputs.case(sides[0]))
    for side in sides:
        case = inputs.case(side)
        known, losses = ours.study(case.codes, case.target), ours.losses(choice.CLASSICAL)
        coded = ours.count(case.codes, case.target)[0]
        into = ours.buffer(coded)
        table = ours.all_tables(losses[:1], known.kinds)[0].gradient

        def tables(case=case, losses=losses) -> None:
            ours.all_tables(losses, ours.kinds(case.codes, case.target))

        def one_plane(table=table, coded=coded, into=into) -> None:
            ours.plane(table, coded, into)

        def distance(known=known) -> None:
            for loss in ours.losses(choice.DISTANCE):
                ours.dense(ours.again(known), loss)

        def structure(known=known) -> None:
            ours.dense(ours.again(known), LOSSES["ssim"])

        def loop(case=case) -> None:
            for peer in chosen:
                peer.value_and_gradient(case.z, case.y)

        works = {
            "libraries’ loop": loop, "SSIM": structure, "4 distance losses": distance,
            "15 losses as tables": tables, "one plane": one_plane,
        }  # fmt: skip
        for name, work in works.items():
            found.setdefault(name, []).append((side * side, median(work, rounds)))
    return found


def by_losses(rounds: int) -> Curve:
    """Seconds by the number of losses, at 1024², counting included."""
    case = inputs.case(1024)
    flat = [loss for loss in LOSSES.values() if not loss.positional]
    return [
        (n, median(lambda n=n: ours.all_tables(
            flat[:n], ours.kinds(case.codes, case.target)), rounds))
        for n in (1, 2, 5, 10, 20, len(flat))
    ]  # fmt: skip


def by_points(rounds: int) -> dict[str, Curve]:
    """Seconds by the points of a grid, at 512², counting included."""
    case = inputs.case(512)
    found: dict[str, list[tuple[float, float]]] = {}
    for name, (first, second) in {
        "Tversky": ("alpha", "beta"),
        "focal": ("alpha", "gamma"),
    }.items():
        for n in (11, 31, 101, 301):
            axes = {first: [i / n for i in range(n)], second: [3 * i / n for i in range(n)]}

            def work(name=name, axes=axes) -> None:
                ours.landscape(ours.study(case.codes, case.target), LOSSES[name.lower()], axes)

            found.setdefault(name, []).append((n * n, median(work, rounds)))
    return found


def memory_by_pixels(sides: Sequence[int]) -> dict[str, Curve]:
    """MiB that are added to the process, by pixels."""
    names = {
        "loop": "libraries’ loop",
        "distance": "4 distance losses",
        "tables": "15 losses as tables",
    }
    return {
        said: [(side * side, max(1, memory.added(name, side)) / 2**20) for side in sides]
        for name, said in names.items()
    }


def _seconds(y: float) -> str:
    return f"{y:g} s" if y >= 1 else f"{1e3 * y:g} ms" if y >= 1e-3 else f"{1e6 * y:g} µs"


def _side(x: float) -> str:
    return f"{round(x**0.5)}²"


def panels(
    pixels: dict[str, Curve], losses: Curve, points: dict[str, Curve], more: dict[str, Curve]
) -> list[Panel]:
    """The four charts."""
    return [
        Panel("Time by image size", "pixels", pixels, _side, _seconds),
        Panel("Memory by image size", "pixels", more, _side, lambda y: f"{y:g} MiB"),
        Panel("Time by number of losses", "losses, 1024²", {"losses as tables": losses},
              lambda x: f"{x:g}", _seconds),
        Panel("Time by points of a landscape", "grid, 512²", points, _side, _seconds),
    ]  # fmt: skip


def row(key: str, what: str, curve: Curve, unit: str = "s") -> Row:
    """An exponent, with the two ends of the curve."""
    first, last = (number(curve[i][0]) for i in (0, -1))
    return Row(
        PART, f"growth.{key}", what, None, single(fitted(curve[-LAST:])), LINEAR,
        curve[-1][1], curve[0][1], unit, note=f"from {first} to {last}",
    )  # fmt: skip


def main() -> None:
    inputs.one_thread()
    quick = inputs.is_quick()
    sides, rounds = QUICK_SIDES if quick else SIDES, 9
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault(inputs.FOLDER, folder)
        pixels, losses, points = by_pixels(sides, rounds), by_losses(rounds), by_points(rounds)
        memory.drawn(sides[-LAST:], folder)
        more = memory_by_pixels(sides[-LAST:])
    PICTURE.write_text(svg(panels(pixels, losses, points, more)), encoding="utf-8")
    finish(
        PART,
        [
            *(row(f"time.{k}", f"exponent of time in pixels: {k}", v) for k, v in pixels.items()),
            *(row(f"memory.{k}", f"exponent of memory in pixels: {k}", v, "MiB")
              for k, v in more.items()),
            row("losses", "exponent of time in the number of losses", losses),
            *(row(f"points.{k}", f"exponent of time in points: {k}", v) for k, v in points.items()),
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
