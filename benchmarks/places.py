"""Losses that look at places, value and dense gradient, against a plain loop with autograd.

    python -m benchmarks.places [SIZE ...]

The target's fields are at hand for both sides; the prediction is new to both in every round. The
plain side is float32 on the image: MONAI for the Hausdorff loss, kornia for SSIM, plain PyTorch for
the rest. Rounds in alternating order, the median of per-round ratios with its quartiles; beside
them how far our gradient is from autograd on every pixel in float64, relative to its maximum. The
distance transforms alone are what the Hausdorff loss cannot do without.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from kornia.losses import ssim_loss
from monai.losses import HausdorffDTLoss
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from segloss_core import LOSSES, device
from segloss_core.geometry import contour, distance_to
from segloss_core.kinds import tables, unfold
from segloss_core.losses.boundary.boundary import level_set
from segloss_core.losses.boundary.distance_map_bce import nearness
from segloss_core.maps import answer_at
from segloss_core.pixels import Pixels
from segloss_core.scenes import SCENES
from segloss_core.study import Study

SIZES = (512, 1024, 2048)
ROUNDS = 7
DISTANCE = ("distance_map_bce", "shape_aware", "boundary", "hausdorff_dt")
OTHERS = (
    "structure_f3net",
    "unet_border_bce",
    "boundary_dou",
    "skeleton_recall",
    "ssl_correlation",
    "active_contour",
)
EXACT_AT_MOST = 1024  # float64 autograd on every pixel, for the accuracy


def plain(target: Tensor) -> dict[str, Callable[[Tensor], Tensor]]:
    """What a user would write, by loss: a function of logits (H, W), its fields at hand."""
    mask, y = target > 0, target.float()
    phi, near = level_set(mask).float(), nearness(mask).float()
    to_contour = distance_to(contour(mask)).float()
    hausdorff = HausdorffDTLoss(sigmoid=True)

    def shape_aware(z: Tensor) -> Tensor:
        said = z.detach() > 0
        far = to_contour[contour(said)].mean()
        return ((1 + far * (said != mask)) * cross_entropy(z, y, reduction="none")).mean()

    return {
        "distance_map_bce": lambda z: ((1 + near) * cross_entropy(z, y, reduction="none")).mean(),
        "shape_aware": shape_aware,
        "boundary": lambda z: (phi * torch.sigmoid(z)).mean(),
        "hausdorff_dt": lambda z: hausdorff(z[None, None], y[None, None]),
        "ssim": lambda z: ssim_loss(torch.sigmoid(z)[None, None], y[None, None], 11),
    }


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _said(values: list[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:,.3g} (quartiles {low:,.3g} to {high:,.3g})"


def _race(name: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    ours(), theirs()
    took: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for i in range(ROUNDS):
        for work in (ours, theirs) if i % 2 else (theirs, ours):
            took[work].append(_milliseconds(work))
    ratios = [b / a for a, b in zip(took[ours], took[theirs], strict=True)]
    print(
        f"   {name}: {_said(took[ours])} ms, the other {statistics.median(took[theirs]):,.3g} ms,"
        f" ratio {_said(ratios)}",
        flush=True,
    )


def measure(size: int) -> None:
    pair = SCENES["nuclei"].draw(size)
    logits = torch.from_numpy(pair.prediction.logits())
    target, loop = torch.tensor(pair.target), plain(torch.tensor(pair.target))
    study, z = Study(pair), logits.float()
    said = logits > 0
    print(f"{size}²")

    def ours(names: tuple[str, ...]) -> None:
        fresh = study.with_prediction(study.pair.prediction)
        fresh.__dict__.update(code=study.code, kinds=study.kinds)  # counted elsewhere
        assert fresh.places is not None
        for name in names:
            fresh.places.gradient(LOSSES[name])

    def theirs(names: tuple[str, ...]) -> None:
        for name in names:
            leaf = z.clone().requires_grad_()
            loop[name](leaf).backward()

    def dense(names: tuple[str, ...], pixels: Pixels) -> None:
        for name in names:
            answer_at(LOSSES[name], Pixels(pixels.z, pixels.y, fields=pixels.fields))

    _race("4 distance losses", lambda: ours(DISTANCE), lambda: theirs(DISTANCE))
    _race(
        "the same, against the prediction's two transforms",
        lambda: ours(DISTANCE),
        lambda: (distance_to(said), distance_to(~said)),
    )
    _race("SSIM", lambda: ours(("ssim",)), lambda: theirs(("ssim",)))
    everywhere = Pixels(logits, target.double())
    for name in OTHERS:
        _race(
            f"{name}, against autograd in float64",
            lambda name=name: ours((name,)),
            lambda name=name: dense((name,), everywhere),
        )
    table = tables(LOSSES["focal"], study.kinds).gradient.astype(np.float32)
    buffer, copied = np.empty((2, size, size), np.float32), np.zeros((size, size), np.float32)
    _race(
        "one dense map of a table, against one copy",
        lambda: unfold(table, study.code, buffer[0]),
        lambda: np.copyto(buffer[1], copied),
    )
    if size <= EXACT_AT_MOST:
        for name in (*DISTANCE, "ssim"):
            exact = answer_at(LOSSES[name], everywhere)[1].numpy()
            off = abs(study.maps(LOSSES[name]).gradient - exact).max() / abs(exact).max()
            print(f"   {name}: gradient off by {off:.1e} of its maximum")


def main() -> None:
    device.reuse_memory()  # as the app does, for both sides
    torch.set_num_threads(2)
    for size in map(int, sys.argv[1:] or SIZES):
        measure(size)


if __name__ == "__main__":
    main()
