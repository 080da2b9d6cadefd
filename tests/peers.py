"""Hold a loss of this project against another library's on the same batch of one image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .laws import same, scene

Batched = Callable[[Tensor, Tensor], Tensor]


def agree(theirs: Batched, ours: Batched, tolerance: float) -> None:
    """Value and gradient of logits and target (1, 1, H, W) are equal, on two scenes."""
    for seed in range(2):
        z, y = (x[None, None] for x in scene(seed))
        results = []
        for f in (ours, theirs):
            leaf = z.clone().requires_grad_()
            value = f(leaf, y).mean()
            results.append((value, torch.autograd.grad(value, leaf)[0]))
        same(results[0][0], results[1][0], tolerance)
        same(results[0][1], results[1][1], tolerance)
