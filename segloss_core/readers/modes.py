"""Pillow's modes kept apart: palettes, alpha, 16 bits and colours each mean something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .counts import values_in
from .errors import ReadError
from .names import quoted
from .reading import Raster, Role

_GREY_STEPS = {2: 85, 4: 17}
# Lossy formats keep colours apart from brightness, and grey comes back off by a rounding step.
_LOSSY_TINT = 2


@dataclass(frozen=True)
class PictureMode:
    """What the file says beside its pixels: bits a sample, lossy or not, EXIF orientation."""

    depth: int
    lossy: bool
    orientation: int


def to_raster(image: Image.Image, name: str, role: Role, mode: PictureMode) -> Raster:
    """Give a loaded picture as greys or colours for one role.

    Greys: bool, uint8 or uint16 H x W. Colours, for role "image" only: uint8 H x W x 3.
    Raises ReadError bad_mode for what has no single reading.
    """
    array, notes = _samples(image, name, role)
    array, alpha_note = _without_alpha(array, name)
    if array.ndim == 3 and role != "image":
        array = _grey_of_equal_channels(array, name, role, _LOSSY_TINT if mode.lossy else 0)
    if mode.depth == 16 and array.dtype == np.uint8:
        # Pillow gives 16-bit colours as 8-bit ones: enough to look at, not to compute with.
        if role != "image":
            raise ReadError(
                "bad_mode",
                f"{quoted(name)} holds 16-bit colours or 16-bit greys with alpha; a {role} needs "
                "one grey channel. Save it as grey.",
            )
        notes += ("16-bit colours are shown with 8 bits",)
    step = _GREY_STEPS.get(mode.depth, 0) if image.mode == "L" else 0
    if role == "target" and step and int(array.max()) <= step:
        # A grey PNG of 2 or 4 bits is spread over 0..255 when decoded; the file itself holds 0, 1.
        array, step = array // step, 0
    array = np.ascontiguousarray(turned(array, mode.orientation))
    return Raster(array, mode.lossy, notes + alpha_note, step=step or 1)


def turned(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn H x W (x C) as an EXIF orientation, 1 to 8, asks: a view."""
    if orientation >= 5:
        array = np.swapaxes(array, 0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return array


def _samples(image: Image.Image, name: str, role: Role) -> tuple[NDArray[Any], tuple[str, ...]]:
    if image.mode == "P":
        return _palette(image, name, role)
    if image.mode in ("1", "L", "LA", "RGB", "RGBA"):
        keyed = image.mode in ("L", "RGB") and "transparency" in image.info
        notes = ("The transparent colour is read like any other",) if keyed else ()
        return np.asarray(image), notes
    if image.mode in ("I;16", "I;16L", "I;16B"):
        return np.asarray(image).astype(np.uint16), ()
    raise ReadError(
        "bad_mode",
        f"{quoted(name)} has colour mode {image.mode}; grey, RGB and palette pictures are read. "
        "Convert it to RGB or grey and save it as PNG.",
    )


def _palette(image: Image.Image, name: str, role: Role) -> tuple[NDArray[Any], tuple[str, ...]]:
    indices = np.asarray(image)
    if role == "image":
        mode = "RGBA" if "transparency" in image.info else "RGB"
        return np.asarray(image.convert(mode)), ()
    if role == "target":
        return indices, (_palette_note(image, indices),)
    used = values_in(indices)
    if set(used) <= {0, 1} or set(used) <= {0, 255}:
        return indices, (_palette_note(image, indices),)
    colours = np.asarray(image.convert("RGB"))
    if _colourful(colours):
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} is a palette picture of {len(used)} colours; a prediction needs "
            "greys. Save it as 8-bit grey.",
        )
    return colours[:, :, 0], ("Palette picture read by its greys",)


def _palette_note(image: Image.Image, indices: NDArray[Any]) -> str:
    palette = image.getpalette("RGB") or []
    entries = [
        "{} is #{:02x}{:02x}{:02x}".format(index, *palette[3 * index : 3 * index + 3])
        for index in values_in(indices)[:2]
        if len(palette) >= 3 * index + 3
    ]
    return "Palette picture read by index, not by colour: " + ", ".join(entries)


def _without_alpha(array: NDArray[Any], name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Drop a constant alpha, or take the alpha itself where it alone varies."""
    if array.ndim == 2 or array.shape[2] == 3:
        return array, ()
    colour, alpha = array[:, :, :-1], array[:, :, -1]
    colour = colour[:, :, 0] if colour.shape[2] == 1 else colour
    lowest, highest = int(alpha.min()), int(alpha.max())
    if lowest == highest:
        dropped = "" if lowest == 255 else f"Constant transparency (alpha {lowest}) ignored"
        return colour, (dropped,) if dropped else ()
    # What lies under fully transparent pixels is not part of the picture.
    seen = alpha > 0
    first = colour[np.unravel_index(int(np.argmax(seen)), seen.shape)]
    if all(bool(np.all(plane[seen] == value)) for plane, value in _planes(colour, first)):
        return alpha, ("One colour throughout: the transparency is read as the mask",)
    raise ReadError(
        "bad_mode",
        f"{quoted(name)} has colours and a transparency (alpha {lowest} to {highest}) that both "
        "vary, so it has two readings. Flatten it onto one background and save it as PNG.",
    )


def _planes(colour: NDArray[Any], first: Any) -> list[tuple[NDArray[Any], int]]:
    if colour.ndim == 2:
        return [(colour, int(first))]
    return [(colour[:, :, channel], int(first[channel])) for channel in range(colour.shape[2])]


def _colourful(rgb: NDArray[Any], tint: int = 0) -> int:
    """Count the pixels whose three channels differ by more than `tint`."""
    lowest = np.minimum(np.minimum(rgb[:, :, 0], rgb[:, :, 1]), rgb[:, :, 2])
    highest = np.maximum(np.maximum(rgb[:, :, 0], rgb[:, :, 1]), rgb[:, :, 2])
    return int(np.count_nonzero(highest - lowest > tint))


def _grey_of_equal_channels(rgb: NDArray[Any], name: str, role: Role, tint: int) -> NDArray[Any]:
    coloured = _colourful(rgb, tint)
    if coloured:
        share = 100 * coloured / (rgb.shape[0] * rgb.shape[1])
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} is a colour picture: in {coloured:,} pixels ({share:.3g} %) red, "
            f"green and blue differ. A {role} needs greys; save it as 8-bit grey.",
        )
    return rgb[:, :, 1]
