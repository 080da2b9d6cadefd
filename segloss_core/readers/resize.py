"""A picture brought to another size, as an act somebody asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .counts import values_in
from .reading import Role


def resized(array: NDArray[Any], size: tuple[int, int], role: Role) -> NDArray[Any]:
    """Resize what `read` gave: nearest for masks, bilinear for images and probabilities.

    array: uint8 H x W or H x W x 3, or float32 H x W.  size: (height, width) in pixels.
    Codes of a hard mask (two values at most, 0 with 1 or 255) count as a mask, so that no new
    value appears. Same dtype as `array`. Raises ValueError for an empty size or another dtype.
    """
    height, width = size
    if height < 1 or width < 1:
        raise ValueError(f"size must be at least 1 x 1, got {size}")
    if array.dtype == np.uint8:
        values = set(values_in(array)) if role == "prediction" else set()
        hard = bool(values) and (values <= {0, 1} or values <= {0, 255})
        nearest = role == "target" or hard
    elif array.dtype == np.float32 and role == "prediction":
        nearest = False
    else:
        raise ValueError(f"a {role} of dtype {array.dtype} cannot be resized")
    method = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
    picture = Image.fromarray(np.ascontiguousarray(array))
    result = np.array(picture.resize((width, height), method))
    if result.dtype == np.float32:
        # Averaging in float32 may step past the largest input by a rounding error.
        np.clip(result, array.min(), array.max(), out=result)
    return result
