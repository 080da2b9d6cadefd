"""Which axes of an array are height and width, decided from its shape before it is decoded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .asked import Asked
from .errors import Question, ReadError
from .limits import Limits
from .names import quoted
from .reading import Raster

# Colours, and the classes of most small problems: an axis this short is no height or width.
_FEW = 4
_SHOWN_AXES = 6


@dataclass(frozen=True)
class Layout:
    """How an array becomes planes.

    shape: without the axes of length 1 at its ends.
    axis: the axis that counts pages or colours; None for a single plane.
    colours: that axis (the last one, where there are four) holds red, green, blue.
    merge: three equal channels are one grey; different ones are a question.
    """

    shape: tuple[int, ...]
    axis: int | None = None
    colours: bool = False
    merge: bool = False
    notes: tuple[str, ...] = ()


def times(shape: tuple[int, ...]) -> str:
    """Write a shape as "3 × 200 × 4"."""
    more = " × …" if len(shape) > _SHOWN_AXES else ""
    return " × ".join(f"{n:,}" for n in shape[:_SHOWN_AXES]) + more if shape else "no axes"


def layout(
    shape: tuple[int, ...],
    name: str,
    asked: Asked,
    axis: int | None = None,
    channels: int = 0,
) -> Layout:
    """Find the planes of an array of this shape.

    axis: the one that counts pages, where the format says so; `asked.axis` wins over it.
    channels: colours of each value, one last axis that `shape` does not count.
    Raises ReadError: shape, ambiguous, too_large.
    """
    kept = tuple(shape)
    while len(kept) > 2 and kept[0] == 1:
        kept = kept[1:]
    while len(kept) > 2 and kept[-1] == 1:
        kept = kept[:-1]
    if len(kept) < 2 or min(kept) < 1:
        raise ReadError(
            "shape",
            f"{quoted(name)} holds an array of {times(shape)}; a picture has a height and a width "
            "of at least 1. Save it as height × width.",
        )
    if channels and len(kept) <= 3:
        found = Layout((*kept, channels), 0 if len(kept) == 3 else 2, colours=True)
    else:
        found = _found(kept, name, asked, axis)
    pages = _pages(found) if asked.page is None else 1
    check_planes(_plane(found), pages, name, asked.limits)
    return found


def check_planes(plane: tuple[int, int], pages: int, name: str, limits: Limits) -> None:
    """Refuse more pixels than are read. Raises ReadError too_large."""
    height, width = plane
    if height * width > limits.pixels:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is {width:,} × {height:,} pixels (width × height), {height * width:,} "
            f"in all; up to {limits.pixels:,} are read. Crop it or make it smaller.",
        )
    if pages * height * width > limits.stack_pixels:
        raise ReadError(
            "too_large",
            f"{quoted(name)} holds {pages:,} pages of {width:,} × {height:,} pixels, "
            f"{pages * height * width:,} in all; up to {limits.stack_pixels:,} are read. "
            "Choose one page, or save fewer.",
        )


def check_bytes(count: int, name: str, limits: Limits) -> None:
    """Refuse to unpack more bytes than are read. Raises ReadError too_large."""
    if count > limits.unpacked_bytes:
        raise ReadError(
            "too_large",
            f"{quoted(name)} unpacks to {count / 1e6:,.1f} MB; up to "
            f"{limits.unpacked_bytes / 1e6:,.0f} MB are read. Save fewer pages or smaller numbers.",
        )


def _found(kept: tuple[int, ...], name: str, asked: Asked, axis: int | None) -> Layout:
    if len(kept) == 2:
        return Layout(kept)
    if len(kept) == 4 and asked.role == "image" and kept[3] in (3, 4):
        return Layout(kept, 0, colours=True)
    if len(kept) > 3:
        raise ReadError(
            "shape",
            f"{quoted(name)} holds an array of {times(kept)}, which has {len(kept)} axes; a plane "
            "has two and a stack three. Save one volume or picture of it.",
        )
    if asked.axis is not None:
        if not -3 <= asked.axis < 3:
            raise ReadError(
                "shape",
                f"{quoted(name)} holds an array of {times(kept)}, whose axes are 0, 1 and 2; "
                f"axis {asked.axis} was asked for. Choose one of them.",
            )
        chosen = asked.axis % 3
        return Layout(kept, chosen, _coloured(kept[chosen], asked))
    if axis is not None:
        return Layout(kept, axis)
    return _guessed(kept, name, asked)


def _guessed(kept: tuple[int, ...], name: str, asked: Asked) -> Layout:
    first, middle, last = kept
    if last <= _FEW < first:
        merge = asked.role != "image" and asked.page is None and last >= 3
        note = () if last >= 3 else (f"Last axis of {last} read as pages",)
        return Layout(kept, 2, _coloured(last, asked), merge, note)
    clear = last > _FEW and (first <= max(last, _FEW) or middle == last)
    if not clear:
        raise ReadError(
            "ambiguous",
            f"{quoted(name)} holds an array of {times(kept)}: its first axis of {first:,} or its "
            f"last of {last:,} may count pages or colours. Choose axis 0 or axis 2.",
            _which_axis(kept, (0, 2)),
        )
    colours = _coloured(first, asked)
    return Layout(kept, 0, colours, notes=("First axis of 3 read as colours",) * colours)


def _which_axis(kept: tuple[int, ...], axes: tuple[int, ...]) -> Question:
    says = (
        f"axis {axis}: {kept[axis]:,} of " + times(kept[:axis] + kept[axis + 1 :]) for axis in axes
    )
    return Question("axis", axes, tuple(says))


def _coloured(length: int, asked: Asked) -> bool:
    return asked.role == "image" and asked.page is None and length in (3, 4)


def _plane(found: Layout) -> tuple[int, int]:
    if len(found.shape) == 4:
        return found.shape[1], found.shape[2]
    height, width = (n for at, n in enumerate(found.shape) if at != found.axis)
    return height, width


def _pages(found: Layout) -> int:
    alone = found.axis is None or (found.colours and len(found.shape) == 3)
    return 1 if alone else found.shape[found.axis or 0]


def arranged(array: NDArray[Any], found: Layout, name: str) -> Raster:
    """Give an array with as many values as `found.shape` as a plane, colours or a stack.

    Raises ReadError ambiguous where channels that would be one grey differ, and bad_mode for
    colours with a transparency that varies.
    """
    array = array.reshape(found.shape) if array.shape != found.shape else array
    if found.axis is None:
        return Raster(array)
    axes = found.shape if array.ndim == 3 else ()
    if found.colours:
        last = np.moveaxis(array, found.axis, -1) if array.ndim == 3 else array
        colour = _opaque(last, name)
        stacked = array.ndim == 4
        return Raster(
            colour, notes=found.notes, stacked=stacked, pages=len(colour) if stacked else 1,
            axes=axes, axis=found.axis if axes else None,
        )  # fmt: skip
    pages = np.moveaxis(array, found.axis, 0)
    if len(pages) == 1:
        return Raster(pages[0])
    if found.merge:
        if not all(bool(np.array_equal(pages[0], page)) for page in pages[1:3]):
            raise ReadError(
                "ambiguous",
                f"{quoted(name)} holds {len(pages)} channels that differ ({times(found.shape)}): "
                "colours, or one plane a class? Choose axis 2 to read them as pages, or save one "
                "plane.",
                _which_axis(found.shape, (2,)),
            )
        return Raster(pages[0], notes=("Equal channels read as one grey",))
    return Raster(
        pages, notes=found.notes, stacked=True, pages=len(pages), axes=axes, axis=found.axis
    )


def _opaque(colour: NDArray[Any], name: str) -> NDArray[Any]:
    if colour.shape[-1] == 3:
        return colour
    alpha = colour[..., 3]
    if alpha.size and not bool(np.all(alpha == alpha.flat[0])):
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} has colours and a transparency that varies, so it has two readings. "
            "Save its three colours alone.",
        )
    return colour[..., :3]


def count_of(shape: tuple[int, ...]) -> int:
    """How many values an array of this shape has, without overflow."""
    return math.prod(shape)


def no_such_page(name: str, page: int, pages: int) -> ReadError:
    """The error for a page that the file does not have."""
    there = "one page, number 0" if pages == 1 else f"{pages:,} pages, numbers 0 to {pages - 1:,}"
    return ReadError(
        "multiframe", f"{quoted(name)} has {there}; page {page:,} was asked for. Choose another."
    )
