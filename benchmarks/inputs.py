"""The pair that everything is measured on, drawn once per size, and what was asked for."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segloss_core.pair import LEVELS
from segloss_core.scenes import SCENES

FOLDER = "SEGLOSS_BENCH_INPUTS"  # where drawn pairs are kept between the parts of one run
QUICK = "SEGLOSS_BENCH_QUICK"
SIZES, QUICK_SIZES = (512, 1024, 2048, 4096), (512, 1024)
THREADS = 1


def is_quick() -> bool:
    """Whether few sizes and rounds were asked for."""
    return "--quick" in sys.argv or bool(os.environ.get(QUICK))


def sizes() -> tuple[int, ...]:
    """The sides of the images that were asked for."""
    return QUICK_SIZES if is_quick() else SIZES


def rounds(size: int) -> int:
    """How many rounds a race of this size has."""
    return 3 if size >= 4096 else 5 if is_quick() else 9


def one_thread() -> None:
    """One thread for torch and OpenCV, on both sides, as the app's pages compute."""
    torch.set_num_threads(THREADS)
    try:
        import cv2
    except ImportError:
        return
    cv2.setNumThreads(THREADS)


@dataclass(frozen=True, eq=False)
class Case:
    """One pair: 8-bit prediction and mask, and the float32 tensors that other libraries take."""

    size: int
    codes: NDArray[np.uint8]
    target: NDArray[np.uint8]

    @cached_property
    def z(self) -> Tensor:
        """Logits, float32 (1, 1, H, W)."""
        return torch.from_numpy(np.take(LEVELS.astype(np.float32), self.codes))[None, None]

    @cached_property
    def y(self) -> Tensor:
        """The mask, float32 (1, 1, H, W)."""
        return torch.from_numpy(self.target.astype(np.float32))[None, None]

    @property
    def exact(self) -> tuple[Tensor, Tensor]:
        """Logits and mask in float64 (H, W)."""
        return torch.from_numpy(np.take(LEVELS, self.codes)), torch.from_numpy(self.target).double()

    @property
    def bytes(self) -> int:
        """Bytes of the two 8-bit planes."""
        return self.codes.nbytes + self.target.nbytes


def case(size: int) -> Case:
    """The nuclei at this size."""
    folder = os.environ.get(FOLDER)
    place = Path(folder) / f"{size}.npz" if folder else None
    if place and place.exists():
        with np.load(place) as kept:
            return Case(size, kept["codes"], kept["target"])
    pair = SCENES["nuclei"].draw(size)
    codes: Any = pair.prediction.codes
    drawn = Case(size, codes.copy(), pair.target.copy())
    if place:
        np.savez(place, codes=drawn.codes, target=drawn.target)
    return drawn
