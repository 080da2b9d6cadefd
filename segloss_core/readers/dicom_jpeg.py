"""Baseline JPEG frames of a DICOM file, decoded by Pillow within the bounds of any JPEG."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import pictures
from .asked import Asked
from .errors import ReadError
from .names import quoted

SYNTAX = "1.2.840.10008.1.2.4.50"
_SCANS = 4  # sequential JPEG has one for each colour at most
_FRAGMENT = b"\xfe\xff\x00\xe0"


def frames(
    dataset: Any, count: int, wanted: list[int], name: str, asked: Asked
) -> NDArray[np.uint8]:
    """Give some frames: uint8 N x H x W, or N x H x W x 3 of colours, for an image alone.

    Raises ReadError: too_large, bad_mode, corrupt; ValueError and what pydicom raises for parts
    that do not fit together.
    """
    from pydicom.encaps import generate_frames

    packed = bytes(dataset.PixelData)
    # Each fragment is an object, and a file of 50 MB has room for millions of empty ones.
    if packed.count(_FRAGMENT) > asked.limits.tags or count > asked.limits.pages:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is a DICOM file of {count:,} JPEG frames in very many parts; up to "
            f"{asked.limits.pages:,} frames are read. Export the pictures you need as PNG.",
        )
    if int(dataset.BitsAllocated) != 8:
        raise ValueError("baseline JPEG holds 8 bits")
    alike = replace(
        asked, page=None, member=None, limits=replace(asked.limits, jpeg_scans=_SCANS)
    )  # fmt: skip
    size, keep, found = (int(dataset.Rows), int(dataset.Columns)), set(wanted), []
    for number, frame in enumerate(generate_frames(packed, number_of_frames=count)):
        if number not in keep:
            continue
        if not frame.startswith(b"\xff\xd8\xff"):
            raise ValueError("a frame is no JPEG")
        raster = pictures.decode(frame, name, alike)
        if raster.size != size or raster.array.dtype != np.uint8:
            raise ValueError("a frame is of another size than the header says")
        found.append(raster.array)
    if len(found) != len(wanted):
        raise ValueError("frames are missing")
    return np.stack(found)
