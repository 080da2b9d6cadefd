"""Value and both maps by kinds of pixel against the same losses on every pixel, side by side.

    python -m benchmarks.kinds

One process, rounds interleaved, the median of per-round ratios with its quartiles. The dense side
is what a user would write: the loss of the image in float32 and its gradient by autograd.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from segloss_core import LOSSES
from segloss_core.kinds import Kinds, code, tables
from segloss_core.scenes import SCENES

SIZES = (512, 1024, 2048)
ROUNDS = 9


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    torch.set_num_threads(1)
    losses = [loss for loss in LOSSES.values() if not loss.positional]
    print(f"{len(losses)} losses, value and gradient; dense float32 autograd ÷ kinds, counting too")
    for size in SIZES:
        pair = SCENES["nuclei"].draw(size)
        codes, table = pair.prediction.codes, pair.prediction.table
        assert codes is not None and table is not None
        z = torch.from_numpy(pair.prediction.logits()).float()
        y = torch.tensor(pair.target).float()

        def dense(z: torch.Tensor = z, y: torch.Tensor = y) -> None:
            for loss in losses:
                leaf = z.clone().requires_grad_()
                loss(leaf, y).backward()

        def by_kinds(codes=codes, table=table, target=pair.target) -> None:  # type: ignore[no-untyped-def]
            kinds = Kinds.of(code(codes, target), table)
            for loss in losses:
                tables(loss, kinds)

        dense(), by_kinds()
        ratios, ours = [], []
        for i in range(ROUNDS):
            order = (dense, by_kinds) if i % 2 else (by_kinds, dense)
            took = {work: _seconds(work) for work in order}
            ratios.append(took[dense] / took[by_kinds])
            ours.append(took[by_kinds])
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{size}²: {middle:7.1f} × (quartiles {low:.1f} to {high:.1f}), "
            f"by kinds {1000 * statistics.median(ours):.1f} ms"
        )


if __name__ == "__main__":
    main()
