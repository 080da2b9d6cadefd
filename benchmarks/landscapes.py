"""Five landscapes of 101 × 101 points, from two 8-bit arrays, against the plain formulas in a loop.

    python -m benchmarks.landscapes [--quick]

Ours is cold: checking the pair and counting it are in it. The other side is what a user would
write, plain PyTorch in float32 on the image; of its 10,201 evaluations of each loss a few
over the grid, are timed and the rest is multiplied. The surfaces themselves are held against the
losses of the image in float64.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import torch
from torch import Tensor

from segloss_core import LOSSES

from . import choice, formulas, inputs, ours
from .inputs import Case
from .rows import Accuracy, Row, finish
from .timing import race, ratio

PART = "Landscapes"
POINTS = 101
SAMPLES = 3  # evaluations of each plain formula in a round; one where each takes long


def _axis(low: float, high: float) -> list[float]:
    return torch.linspace(low, high, POINTS, dtype=torch.float64).tolist()


PLAIN: dict[Callable[..., Tensor], dict[str, list[float]]] = {
    formulas.focal: {"alpha": _axis(0, 1), "gamma": _axis(0, 5)},
    formulas.tversky: {"alpha": _axis(0, 1), "beta": _axis(0, 1)},
    formulas.focal_tversky: {"alpha": _axis(0, 1), "gamma": _axis(0.5, 3)},
    formulas.combo: {"alpha": _axis(0, 1), "beta": _axis(0, 1)},
    formulas.exp_log: {"gamma_dice": _axis(0.1, 3), "gamma_cross": _axis(0.1, 3)},
}


def setting(axes: dict[str, list[float]], i: int) -> dict[str, float]:
    """A point of the grid, spread by two steps that share no factor with its width."""
    return {
        name: axis[(17 + step * i) % POINTS]
        for (name, axis), step in zip(axes.items(), (29, 43), strict=True)
    }


def accuracy(case: Case) -> Accuracy:
    """How far our surfaces are from the image in float64, and the plain formulas from ours."""
    study, (z, y) = ours.study(case.codes, case.target), case.exact
    mine = theirs = 0.0
    for plain, axes in PLAIN.items():
        loss = LOSSES[plain.__name__]
        surface = ours.landscape(study, loss, axes).surface
        for i in range(4):
            dials = setting(axes, i)
            here = float(surface[tuple(axes[k].index(v) for k, v in dials.items())])
            mine = max(mine, abs(here / float(loss(z, y, **dials)) - 1))
            with torch.no_grad():
                theirs = max(theirs, abs(float(plain(case.z, case.y, **dials)) / here - 1))
    return Accuracy(mine, None, theirs)


def main() -> None:
    inputs.one_thread()
    found: list[Row] = []
    for size in inputs.sizes():
        case, samples = inputs.case(size), 1 if size >= 4096 else SAMPLES

        def landscapes(case: Case = case) -> None:
            study = ours.study(case.codes, case.target)
            for plain, axes in PLAIN.items():
                ours.landscape(study, LOSSES[plain.__name__], axes)

        def loop(case: Case = case, samples: int = samples) -> None:
            with torch.no_grad():
                for plain, axes in PLAIN.items():
                    for i in range(samples):
                        plain(case.z, case.y, **setting(axes, i))

        right = accuracy(case)
        landscapes(), loop()
        took = race({"ours": landscapes, "loop": loop}, inputs.rounds(size))
        one = [x / samples for x in took["loop"]]
        all_points = [x * POINTS**2 for x in one]
        middle = statistics.median(took["ours"])
        what = f"(g) five landscapes of {POINTS} × {POINTS} points, cold"
        found += [
            Row(PART, "landscapes", f"{what}: the loop ÷ ours", size,
                ratio(all_points, took["ours"]), choice.at_least("landscapes", size),
                statistics.median(all_points), middle, accuracy=right,
                note=f"{samples} of {POINTS**2:,} evaluations timed"),
            Row(PART, "landscapes.one", f"{what} ÷ one plain evaluation of each of the five", size,
                ratio(took["ours"], one), choice.at_most(1.0), middle, statistics.median(one)),
        ]  # fmt: skip
    finish(PART, found)


if __name__ == "__main__":
    main()
