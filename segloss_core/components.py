"""Tell the objects of a mask apart and measure how near the two nearest ones are.

torch alone suffices; OpenCV, where installed, numbers objects on the CPU several times faster.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .geometry import distance_to

try:
    import cv2
except ImportError:  # the library needs torch and numpy only
    cv2 = None  # type: ignore[assignment]


def components(mask: Tensor) -> Tensor:
    """Number the objects of a boolean mask (..., H, W) from 1, in any order; 0 beside them.

    Pixels that touch at an edge or a corner belong to one object.
    """
    flat = mask.reshape(-1, *mask.shape[-2:])
    one = _components_cv2 if cv2 is not None and mask.device.type == "cpu" else _components_torch
    return torch.stack([one(m) for m in flat]).reshape(mask.shape)


def _components_cv2(mask: Tensor) -> Tensor:
    _, number = cv2.connectedComponents(mask.to(torch.uint8).numpy(), connectivity=8)
    return torch.from_numpy(number.astype(np.int64))


def _components_torch(mask: Tensor) -> Tensor:
    """Trees of pixels that hang under their largest neighbour, until no two touch: few rounds."""
    inside = mask.flatten()
    here = torch.arange(1, inside.numel() + 1, device=mask.device)
    root = torch.where(inside, here, 0)
    while True:
        plane = root.double().reshape(1, 1, *mask.shape)
        seen = torch.nn.functional.max_pool2d(plane, 3, 1, 1).flatten().long() * inside
        above = torch.cat([here[:1] * 0, here * 0]).scatter_reduce(0, root, seen, "amax")
        while not torch.equal(above, above[above]):
            above = above[above]
        if torch.equal(root, above[root]):
            break
        root = above[root]
    number = torch.cat([here[:1] * 0, (root == here).long().cumsum(0)])
    return number[root].reshape(mask.shape)


def two_nearest(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Distances of every pixel to the nearest and to the second nearest object; inf without one.

    Exact, by 2 log₂ K fields for K objects: two objects' numbers differ in some binary digit, and
    of the distances to those with a 0 and to those with a 1 there, the larger one leaves the
    nearest object out. The least of these over all digits is the distance to the second.
    """
    number = components(mask).int() - 1
    first = distance_to(mask)
    second = torch.full_like(first, torch.inf)
    for digit in range(int(number.max()).bit_length()):
        one = mask & (number & (1 << digit) > 0)
        second = torch.minimum(second, torch.maximum(distance_to(one), distance_to(mask & ~one)))
    return first, second
