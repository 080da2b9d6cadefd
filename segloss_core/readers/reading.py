"""What reading a file gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["image", "target", "prediction"]
ReadingKind = Literal["image", "mask", "prediction"]
Scale = Literal["probability", "logit", "hard"]


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read for one role.

    array: image uint8 H x W or H x W x 3; mask uint8 H x W of 0 and 1, or labels in uint8,
        uint16 or int32; prediction uint8 H x W codes (0 and 255 alone when hard) or float32
        H x W, probabilities in [0, 1] or finite logits. A stack has one leading axis more.
    kind: "image", "mask" or "prediction".
    scale: of a prediction, "probability", "logit" or "hard"; None otherwise.
    class_names: names of the numbers of classes from 0 (background) on, where the file has any.
    assumptions: what was decided without being told, each a short sentence for a badge.
    digest: SHA-256 of the file's bytes, as hex.
    name: the file's name, cleaned for showing as text.
    pages: how many planes the file holds.
    page: the one that is here, counted from 0; None for all.
    ignored: of one class made a mask, bool like `array` where a pixel is not judged; None where
        nothing is to be ignored, or nothing is.
    orientation: where the voxel axes x, y, z of a volume point, as "R A S" (right, anterior,
        superior) or their opposites L, P, I; empty where the format does not say.
    voxel: size of a voxel along x, y, z in the file's unit (mm, nearly always); () likewise.
    axes: lengths of the three axes of an array or volume, of which `axis` counts pages or
        colours; () and None where there is no such choice.
    """

    array: NDArray[Any] = field(repr=False)
    kind: ReadingKind
    scale: Scale | None
    class_names: tuple[str, ...]
    assumptions: tuple[str, ...]
    digest: str
    name: str
    pages: int = 1
    page: int | None = None
    orientation: str = ""
    ignored: NDArray[np.bool_] | None = field(default=None, repr=False)
    voxel: tuple[float, ...] = ()
    axes: tuple[int, ...] = ()
    axis: int | None = None

    @property
    def stacked(self) -> bool:
        """Whether the first axis of `array` counts pages."""
        return self.pages > 1 and self.page is None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.array.shape[self.stacked :][:2]
        return height, width


@dataclass(frozen=True, eq=False)
class Raster:
    """What a format's module hands over: greys, colours or numbers, before they mean anything.

    array: bool, whole numbers or floats of at most 64 bits, H x W, or H x W x 3 colours; `stacked`
        adds one leading axis.
    lossy: the format changes values, so a mask cannot be expected to keep exactly two.
    notes: sentences for badges.
    step: greys are spread by this factor over what the file holds (PNG of 2 or 4 bits).
    pages: how many planes the file holds, here or not.
    member: the part of the file that was read, where it has several.
    class_names, orientation, voxel, axes, axis: as in `Reading`.
    """

    array: NDArray[Any]
    lossy: bool = False
    notes: tuple[str, ...] = ()
    step: int = 1
    stacked: bool = False
    pages: int = 1
    member: str | None = None
    class_names: tuple[str, ...] = ()
    orientation: str = ""
    voxel: tuple[float, ...] = ()
    axes: tuple[int, ...] = ()
    axis: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.array.shape[self.stacked :][:2]
        return height, width

    def with_member(self, member: str) -> Raster:
        """The same, read from the part of this name."""
        return replace(self, member=member)
