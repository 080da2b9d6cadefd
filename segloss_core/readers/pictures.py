"""PNG, JPEG, WebP and BMP: Pillow, with the header checked before anything is decoded."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .asked import Asked
from .errors import ReadError
from .headers import Header, HeaderError, TooManyParts, read_header
from .limits import Limits
from .modes import PictureMode, to_raster
from .names import quoted
from .reading import Raster

_ORIENTATION = 0x0112


def decode(data: bytes, name: str, asked: Asked) -> Raster:
    """Decode one picture, turned as its EXIF orientation says.

    Raises ReadError: corrupt, too_large, multiframe, bad_mode.
    """
    header = _checked_header(data, name, asked.limits)
    notes: tuple[str, ...] = ()
    try:
        with Image.open(io.BytesIO(data), formats=[header.format]) as image:
            if (image.height, image.width) != header.size:
                raise HeaderError("its headers disagree about the size")
            frames = int(getattr(image, "n_frames", 1))
            # A camera's MPO file has its photograph first and previews behind it; an animation
            # has no such main picture.
            main_first = image.format == "MPO"
            if frames > 1 and not main_first:
                raise _multiframe(name, frames)
            if frames > 1:
                notes = (f"This JPEG holds {frames} pictures; the main one is read",)
            image.load()
            turn = _orientation(image)
            if turn != 1:
                notes = (*notes, "Turned as the EXIF orientation says")
            mode = PictureMode(header.depth, header.lossy, turn)
            raster = to_raster(image, name, asked.role, mode)
    except ReadError:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise ReadError(
            "too_large",
            f"{quoted(name)} needs more memory than there is to decode. Save a smaller picture.",
        ) from None
    except Exception:
        # Pillow's decoders raise a dozen types on broken files (OSError, SyntaxError,
        # struct.error, zlib.error, IndexError...), and their texts echo file content.
        raise _corrupt(name, header) from None
    return replace(raster, notes=(*notes, *raster.notes))


def _checked_header(data: bytes, name: str, limits: Limits) -> Header:
    try:
        header = read_header(data, limits.parts)
    except TooManyParts:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is cut into more than {limits.parts:,} parts, which no picture "
            "needs. Open it in an image editor and save it again as PNG.",
        ) from None
    except HeaderError as error:
        raise ReadError(
            "corrupt",
            f"{quoted(name)} has a broken header: {error}. Save or download it again.",
        ) from None
    height, width = header.size
    if height < 1 or width < 1:
        raise ReadError(
            "corrupt",
            f"{quoted(name)} says it is {width} × {height} pixels (width × height), which is no "
            "picture. Save it again.",
        )
    if height * width > limits.pixels:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is {width:,} × {height:,} pixels (width × height), {height * width:,} "
            f"in all; up to {limits.pixels:,} are read. Crop it or make it smaller.",
        )
    if header.scans > limits.jpeg_scans:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is a JPEG of {header.scans:,} scans; up to {limits.jpeg_scans} are "
            "read. Save it again as PNG.",
        )
    if header.runs and len(data) > limits.rle_bytes:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is a run-length coded BMP of {len(data):,} bytes; up to "
            f"{limits.rle_bytes:,} are read. Save it as PNG.",
        )
    return header


def _orientation(image: Image.Image) -> int:
    """Give the EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        # A broken EXIF block spoils no pixel; the picture is shown as stored.
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _multiframe(name: str, frames: int) -> ReadError:
    return ReadError(
        "multiframe",
        f"{quoted(name)} is an animation of {frames} frames; one picture is needed. "
        "Save the frame you want as PNG.",
    )


def _corrupt(name: str, header: Header) -> ReadError:
    height, width = header.size
    return ReadError(
        "corrupt",
        f"{quoted(name)} says it is {width} × {height} pixels (width × height), but its data is "
        "cut off or damaged. Save or download it again.",
    )


def png(grey: NDArray[np.uint8]) -> bytes:
    """An 8-bit grey picture as a PNG file: the same bytes of grey come back when it is read."""
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()
