"""What a built-in sample is: an id, a title, one sentence to notice and a drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..pair import Pair, Prediction

DEFAULT_SIZE = 512

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class Scene:
    """A sample drawn in code, the same at every call.

    id: short name, used in addresses.  title: what it shows.
    says: one sentence of what to notice.
    planes: side in pixels to image (uint8, grey or RGB), target (uint8 0/1) and codes (uint8).
    """

    id: str
    title: str
    says: str
    planes: Callable[[int], Planes]

    def draw(self, size: int = DEFAULT_SIZE) -> Pair:
        """Draw the sample as a square of `size` pixels.

        Raises ValueError for a size below 64 or above 4096.
        """
        if not 64 <= size <= 4096:
            raise ValueError(f"size must be 64 to 4096 pixels, got {size}")
        image, target, codes = self.planes(size)
        return Pair(
            image=image,
            target=target,
            prediction=Prediction.coded(codes),
            name=self.title,
            origin="sample",
            names={role: f"{self.id}/{role}.png" for role in ("image", "target", "prediction")},
        )
