"""Write arrays as files, and name them by what is in them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def digest(array: NDArray) -> str:
    """16 bytes of BLAKE2b over shape, dtype and every byte, as 32 hex characters."""
    found = hashlib.blake2b(f"{array.dtype.str}{array.shape};".encode(), digest_size=16)
    found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def npz(**arrays: ArrayLike) -> bytes:
    """Arrays by name as a compressed NumPy archive."""
    file = io.BytesIO()
    named: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
    np.savez_compressed(file, **named)
    return file.getvalue()


def csv(axes: Mapping[str, NDArray], surface: NDArray, name: str = "value") -> str:
    """One line per point of a grid: its place on every axis, then the number there.

    `surface` has one axis per entry of `axes`, in their order; what is undefined is left empty.
    Raises ValueError where the shapes do not fit.
    """
    shape = tuple(len(values) for values in axes.values())
    if surface.shape != shape:
        raise ValueError(f"the surface is {surface.shape}, its axes are {shape}")
    columns = [grid.ravel() for grid in np.meshgrid(*axes.values(), indexing="ij")]
    lines = [",".join([*axes, name])]
    for *place, value in zip(*columns, surface.ravel(), strict=True):
        number = "" if np.isnan(value) else repr(float(value))
        lines.append(",".join([*(repr(float(x)) for x in place), number]))
    return "\n".join(lines) + "\n"
