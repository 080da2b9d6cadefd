"""Five landscapes of 101 × 101 points, from two 8-bit arrays, against the plain formulas in a loop.

    python -m benchmarks.landscapes

Ours is cold: checking the pair and counting it are in it. The other side is what a user would
write, plain PyTorch in float32 on the image; of its 10,201 evaluations of each loss a few, spread
over the grid, are timed and the rest is multiplied. One process and one thread, rounds in
alternating order, the median of per-round ratios with its quartiles. The surfaces themselves are
held against the losses of the image in float64.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import logsigmoid

from segloss_core import LOSSES, device
from segloss_core.landscape import over_dials
from segloss_core.pair import Pair, Prediction
from segloss_core.scenes import SCENES
from segloss_core.study import Study

SIZES = (512, 1024, 2048)
POINTS = 101
SAMPLES = 3  # evaluations of each plain formula in a round
ROUNDS = 9


def focal(z: Tensor, y: Tensor, alpha: float, gamma: float) -> Tensor:
    p = torch.sigmoid(z)
    wrong = y * (1 - p) + (1 - y) * p
    price = alpha * y + (1 - alpha) * (1 - y)
    return (price * wrong**gamma * cross_entropy(z, y, reduction="none")).mean()


def tversky(z: Tensor, y: Tensor, alpha: float, beta: float) -> Tensor:
    p = torch.sigmoid(z)
    tp, fp, fn = (p * y).sum(), (p * (1 - y)).sum(), ((1 - p) * y).sum()
    return 1 - (tp + 1) / (tp + alpha * fp + beta * fn + 1)


def focal_tversky(z: Tensor, y: Tensor, alpha: float, gamma: float) -> Tensor:
    return tversky(z, y, alpha, 0.7) ** (1 / gamma)


def combo(z: Tensor, y: Tensor, alpha: float, beta: float) -> Tensor:
    p = torch.sigmoid(z)
    ce = -(beta * y * logsigmoid(z) + (1 - beta) * (1 - y) * logsigmoid(-z)).mean()
    return alpha * ce - (1 - alpha) * (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)


def exp_log(z: Tensor, y: Tensor, gamma_dice: float, gamma_cross: float) -> Tensor:
    p = torch.sigmoid(z)
    overlap = [
        (2 * (a * b).sum() + 1) / (a.sum() + b.sum() + 1) for a, b in ((p, y), (1 - p, 1 - y))
    ]
    dice = sum((-torch.log(x)) ** gamma_dice for x in overlap) / 2
    rare = [(y.numel() / x.sum()).sqrt() for x in (y, 1 - y)]
    price = rare[0] * y + rare[1] * (1 - y)
    ce = (price * cross_entropy(z, y, reduction="none") ** gamma_cross).mean()
    return 0.8 * dice + 0.2 * ce


def _axis(low: float, high: float) -> list[float]:
    return torch.linspace(low, high, POINTS, dtype=torch.float64).tolist()


PLAIN: dict[Callable[..., Tensor], dict[str, list[float]]] = {
    focal: {"alpha": _axis(0, 1), "gamma": _axis(0, 5)},
    tversky: {"alpha": _axis(0, 1), "beta": _axis(0, 1)},
    focal_tversky: {"alpha": _axis(0, 1), "gamma": _axis(0.5, 3)},
    combo: {"alpha": _axis(0, 1), "beta": _axis(0, 1)},
    exp_log: {"gamma_dice": _axis(0.1, 3), "gamma_cross": _axis(0.1, 3)},
}


def _setting(axes: dict[str, list[float]], i: int) -> dict[str, float]:
    """A point of the grid, spread by two steps that share no factor with its width."""
    return {
        name: axis[(17 + step * i) % POINTS]
        for (name, axis), step in zip(axes.items(), (29, 43), strict=True)
    }


def _furthest(pair: Pair) -> tuple[float, float]:
    """How far our surfaces lie from the image in float64, and the plain formulas from ours."""
    study, z = Study(pair), torch.from_numpy(pair.prediction.logits())
    y, ours, theirs = torch.tensor(pair.target).double(), 0.0, 0.0
    for plain, axes in PLAIN.items():
        loss = LOSSES[plain.__name__]
        surface = over_dials(study, loss, axes).surface
        for i in range(4):
            dials = _setting(axes, i)
            here = float(surface[tuple(axes[k].index(v) for k, v in dials.items())])
            ours = max(ours, abs(here / float(loss(z, y, **dials)) - 1))
            theirs = max(theirs, abs(float(plain(z.float(), y.float(), **dials)) / here - 1))
    return ours, theirs


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _said(name: str, values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{name} {middle:,.3g} × (quartiles {low:,.3g} to {high:,.3g})"


def main() -> None:
    torch.set_num_threads(1)
    device.reuse_memory()  # as the app does, for both sides
    print(f"five {POINTS} × {POINTS} landscapes, cold from two uint8 arrays")
    print(f"the loop: {SAMPLES} evaluations of each plain float32 formula a round, times the rest")
    for size in SIZES:
        drawn = SCENES["nuclei"].draw(size)
        assert drawn.prediction.codes is not None
        codes, target = drawn.prediction.codes.copy(), drawn.target.copy()
        z, y = torch.from_numpy(drawn.prediction.logits()).float(), torch.tensor(target).float()

        def landscapes(codes=codes, target=target) -> None:  # type: ignore[no-untyped-def]
            study = Study(Pair(None, target, Prediction.coded(codes), "benchmark"))
            for plain, axes in PLAIN.items():
                over_dials(study, LOSSES[plain.__name__], axes)

        def loop(z: Tensor = z, y: Tensor = y) -> None:
            with torch.no_grad():
                for plain, axes in PLAIN.items():
                    for i in range(SAMPLES):
                        plain(z, y, **_setting(axes, i))

        ours, theirs = _furthest(drawn)
        landscapes(), loop()
        took: dict[Callable[[], None], list[float]] = {landscapes: [], loop: []}
        for i in range(ROUNDS):
            for work in (landscapes, loop) if i % 2 else (loop, landscapes):
                took[work].append(_seconds(work))
        each = [
            slow / SAMPLES / fast for slow, fast in zip(took[loop], took[landscapes], strict=True)
        ]
        low, middle, high = (1000 * x for x in statistics.quantiles(took[landscapes], n=4))
        one = statistics.median(took[loop]) / SAMPLES
        print(
            f"{size}²: {middle:.2f} ms ({low:.2f} to {high:.2f}); "
            f"the loop {one * POINTS**2:,.0f} s, one evaluation of each {1000 * one:.1f} ms"
        )
        print("   " + _said("against the loop", [x * POINTS**2 for x in each]))
        print("   " + _said("against one evaluation of each", each))
        print(f"   furthest from float64: ours {ours:.1e}, the plain formulas {theirs:.1e}")


if __name__ == "__main__":
    main()
