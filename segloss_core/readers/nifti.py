"""NIfTI-1 and NIfTI-2, plain or gzipped: slices come first, as (z, y, x)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .asked import Asked
from .errors import ReadError
from .gzipped import TooLong, gunzip
from .names import quoted
from .npy import check_dtype
from .planes import arranged, check_bytes, count_of, layout, no_such_page, times
from .reading import Raster

HEAD = 544
_EXTENSIONS = 2**20
_SINGLE = (b"n+1\0", b"n+2\0")
_RGB = {128: 3, 2304: 4}


def is_nifti(data: bytes | bytearray) -> bool:
    """Tell a NIfTI header by its magic, in either version, single file or half of a pair."""
    return data[344:348] in (b"n+1\0", b"ni1\0") or data[4:8] in (b"n+2\0", b"ni2\0")


def decode_gzipped(data: bytes, name: str, asked: Asked) -> Raster:
    """Unpack a `.nii.gz` with a cap, its header first, and read it.

    Raises ReadError: unsupported where something else was packed; those of `decode`.
    """
    limits = asked.limits
    try:
        head = gunzip(data, HEAD, limits.parts, head=True)
        if not is_nifti(head):
            raise ReadError(
                "unsupported",
                f"{quoted(name)} is a gzip file with no NIfTI volume in it. Unpack it and choose "
                "what was in it.",
            )
        _Volume(head, name, asked)
        # Header and extensions lie before the values.
        whole = gunzip(data, limits.unpacked_bytes + _EXTENSIONS, limits.parts)
    except TooLong:
        raise ReadError(
            "too_large",
            f"{quoted(name)} unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB, or in "
            "very many parts. Save fewer slices or smaller numbers.",
        ) from None
    except (EOFError, zlib.error):
        raise _corrupt(name, "its gzip data is cut off or damaged") from None
    return decode(whole, name, asked)


def decode(data: bytes | bytearray, name: str, asked: Asked) -> Raster:
    """Read one volume as slices (z, y, x), or one slice of it, with slope and intercept applied.

    Raises ReadError: corrupt, unsupported, bad_dtype, shape, too_large, multiframe.
    """
    volume = _Volume(data[:HEAD], name, asked)
    raster = arranged(volume.values(data), volume.layout, name)
    pages = raster.pages
    if asked.page is not None:
        if asked.page >= pages:
            raise no_such_page(name, asked.page, pages)
        # Chosen before the values are scaled: one slice costs one slice.
        array = raster.array[asked.page] if raster.stacked else raster.array
        raster = replace(raster, array=array, stacked=False)
    array, notes = volume.scaled(raster.array)
    notes = (*raster.notes, *notes)
    if volume.orientation:
        notes += (f"Voxel axes x, y, z point to {volume.orientation}; rows are y, columns x",)
    return replace(
        raster, array=array, notes=notes, orientation=volume.orientation, voxel=volume.voxel
    )


class _Volume:
    """A header that was read and checked."""

    def __init__(self, head: bytes | bytearray, name: str, asked: Asked) -> None:
        two = head[4:8] in (b"n+2\0", b"ni2\0")
        if (head[4:8] if two else head[344:348]) not in _SINGLE:
            raise ReadError(
                "unsupported",
                f"{quoted(name)} is one half of a NIfTI pair (.hdr and .img). Save both as one "
                ".nii file.",
            )
        self.name = name
        header = _header(head, name, two)
        code = int(header["datatype"])
        try:
            shape = tuple(int(n) for n in header.get_data_shape())
            self.dtype = np.dtype(header.get_data_dtype())
            self.start = int(header.get_data_offset())
        except Exception:
            raise _corrupt(name, "its header has an unknown type or shape of values") from None
        # nibabel knows RGB as records of three or four bytes.
        self.channels = _RGB.get(code, 0)
        if self.channels:
            self.dtype = np.dtype(np.uint8)
        check_dtype(self.dtype, name)
        self.layout = _slices(shape, self.channels, name, asked)
        self.shape = shape
        self.count = count_of(shape) * max(1, self.channels)
        if self.start < (HEAD if two else 352):
            raise _corrupt(name, f"its values are said to start at byte {self.start}")
        check_bytes(self.count * self.dtype.itemsize, name, asked.limits)
        self.slope, self.intercept = _scaling(header, name)
        self.orientation = _orientation(header)
        self.voxel = _voxel(header)

    def values(self, data: bytes | bytearray) -> NDArray[Any]:
        """Give the stored values as (z, y, x) or (z, y, x, colour)."""
        there, needed = len(data) - self.start, self.count * self.dtype.itemsize
        if there < needed:
            raise _corrupt(
                self.name,
                f"its header says {needed:,} bytes of values, {max(0, there):,} are there",
            )
        flat = np.frombuffer(data, self.dtype, self.count, self.start)
        # Stored with x running fastest; colours of one voxel lie together.
        tail = (self.channels,) if self.channels else ()
        array = flat.reshape(self.shape[::-1] + tail)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def scaled(self, array: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
        """Apply slope and intercept, where they are set and change anything."""
        if self.channels or (self.slope, self.intercept) == (1.0, 0.0):
            return array, ()
        small = array.dtype.itemsize <= 2 or array.dtype == np.float32
        wide = array.astype(np.float32 if small else np.float64)
        np.multiply(wide, self.slope, out=wide)
        np.add(wide, self.intercept, out=wide)
        note = f"Values scaled as the header says: × {self.slope:g} + {self.intercept:g}"
        return wide, (note.replace("-", "−"),)


def _header(head: bytes | bytearray, name: str, two: bool) -> Any:
    # Half a second of imports that most visitors never need.
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    kind, length = (Nifti2Header, 540) if two else (Nifti1Header, 348)
    if len(head) < length:
        raise _corrupt(name, "it ends inside its header")
    if 348 not in struct.unpack("<i", head[:4]) + struct.unpack(">i", head[:4]) and not two:
        raise _corrupt(name, "its header does not start with its length")
    try:
        # Without nibabel's own check, which logs what it finds.
        return kind(bytes(head[:length]), check=False)
    except Exception:
        raise _corrupt(name, "its header cannot be read") from None


def _slices(shape: tuple[int, ...], channels: int, name: str, asked: Asked) -> Any:
    """Find the slices of a shape (x, y, z, t...), whose axes of length 1 beyond z do not count."""
    kept = shape
    while len(kept) > 3 and kept[-1] == 1:
        kept = kept[:-1]
    if len(kept) > 3:
        raise ReadError(
            "shape",
            f"{quoted(name)} holds {times(kept)} voxels: a volume has three axes, this has "
            f"{len(kept)} (times or channels). Save one volume of it.",
        )
    if channels and asked.role != "image":
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} holds colours; a {asked.role} needs one value a voxel. Save it as "
            "grey.",
        )
    return layout(kept[::-1], name, asked, axis=0, channels=channels)


def _scaling(header: Any, name: str) -> tuple[float, float]:
    """Slope and intercept; a slope of 0 or NaN means that none is set."""
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or not np.isfinite(slope):
        return 1.0, 0.0
    if not np.isfinite(intercept):
        raise _corrupt(name, "its intercept is no number")
    return slope, intercept


def _orientation(header: Any) -> str:
    if int(header["sform_code"]) <= 0 and int(header["qform_code"]) <= 0:
        return ""
    from nibabel.orientations import aff2axcodes

    try:
        return " ".join(code or "?" for code in aff2axcodes(header.get_best_affine()))
    except Exception:
        # A broken affine spoils no voxel.
        return ""


def _voxel(header: Any) -> tuple[float, ...]:
    """Sizes along x, y, z; () where the file does not say them rightly."""
    sizes = tuple(float(size) for size in header["pixdim"][1:4])
    return sizes if all(np.isfinite(size) and size > 0 for size in sizes) else ()


def _corrupt(name: str, why: str) -> ReadError:
    return ReadError(
        "corrupt",
        f"{quoted(name)} is a broken NIfTI volume: {why}. Save or download it again.",
    )
