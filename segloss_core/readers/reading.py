"""What reading a file gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["image", "target", "prediction"]
ReadingKind = Literal["image", "mask", "prediction"]
Scale = Literal["probability", "hard"]


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read for one role.

    array: image uint8 H x W or H x W x 3; mask uint8 H x W of 0 and 1, or of
        numbers of classes where those were asked for; prediction uint8 H x W
        codes (0 and 255 alone when hard) or float32 H x W probabilities inside (0, 1).
    kind: "image", "mask" or "prediction".
    scale: of a prediction, "probability" or "hard"; None otherwise.
    class_names: names of the numbers of classes from 0 (background) on, where the file has any.
    assumptions: what was decided without being told, each a short sentence for a badge.
    digest: SHA-256 of the file's bytes, as hex.
    name: the file's name, cleaned for showing as text.
    """

    array: NDArray[Any] = field(repr=False)
    kind: ReadingKind
    scale: Scale | None
    class_names: tuple[str, ...]
    assumptions: tuple[str, ...]
    digest: str
    name: str

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.array.shape[0], self.array.shape[1]


@dataclass(frozen=True, eq=False)
class Raster:
    """What a format's module hands over: greys or colours, before they mean anything.

    array: bool or uint8 or uint16 H x W, or uint8 H x W x 3.
    lossy: the format changes values, so a mask cannot be expected to keep exactly two.
    notes: sentences for badges.
    """

    array: NDArray[np.bool_] | NDArray[np.uint8] | NDArray[np.uint16]
    lossy: bool = False
    notes: tuple[str, ...] = ()
