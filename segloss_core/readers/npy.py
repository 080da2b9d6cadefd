"""NPY: NumPy's own header reader, then the bytes as they are; never a pickle."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from .asked import Asked
from .errors import ReadError
from .names import quoted
from .planes import Layout, arranged, check_bytes, count_of, layout
from .reading import Raster

HEAD = 16_384
"""More bytes than the header of an array of numbers ever has."""


@dataclass(frozen=True)
class NpyHeader:
    """Where the values start and how they lie: dtype, shape and order."""

    start: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool

    @property
    def end(self) -> int:
        """How many bytes the whole file has."""
        return self.start + self.dtype.itemsize * count_of(self.shape)


def decode(data: bytes, name: str, asked: Asked) -> Raster:
    """Read one array.

    Raises ReadError: pickle, bad_dtype, shape, ambiguous, too_large, corrupt.
    """
    header, found = checked(data[:HEAD], name, asked)
    return arranged(values(data, header, name), found, name)


def checked(head: bytes, name: str, asked: Asked) -> tuple[NpyHeader, Layout]:
    """Read and check the header: nothing larger than itself is reserved."""
    header = _header(head, name)
    check_dtype(header.dtype, name)
    found = layout(header.shape, name, asked)
    check_bytes(header.end - header.start, name, asked.limits)
    return header, found


def check_dtype(dtype: np.dtype[Any], name: str) -> None:
    """Refuse what is no real number of at most 8 bytes. Raises ReadError pickle, bad_dtype."""
    if dtype.hasobject:
        raise ReadError(
            "pickle",
            f"{quoted(name)} looks like a pickled NumPy array, which can run code when opened and "
            "is never opened here. Save its numbers alone, as NPY or PNG.",
        )
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        called = "records" if dtype.names else str(dtype)[:20]
        raise ReadError(
            "bad_dtype",
            f"{quoted(name)} holds values of type {called}; bool, whole numbers and floats of at "
            "most 64 bits are read. Convert it with astype and save it again.",
        )


def values(data: bytes, header: NpyHeader, name: str) -> NDArray[Any]:
    """Give the values as an array in the machine's byte order. Raises ReadError corrupt."""
    if len(data) != header.end:
        there, needed = len(data) - header.start, header.end - header.start
        how = "is cut off" if there < needed else "goes on after its array"
        raise ReadError(
            "corrupt",
            f"{quoted(name)} {how}: its header says {needed:,} bytes of values, {there:,} are "
            "there. Save or download it again.",
        )
    flat = np.frombuffer(data, header.dtype, count_of(header.shape), header.start)
    if header.dtype.kind == "b":
        # A byte of a bool array may be anything, and NumPy computes wrongly with it.
        flat = np.frombuffer(data, np.uint8, flat.size, header.start) != 0
    array = flat.reshape(header.shape, order="F" if header.fortran else "C")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _header(head: bytes, name: str) -> NpyHeader:
    file = io.BytesIO(head)
    try:
        version = npy_format.read_magic(file)
        # Version 3 differs by field names that are not Latin-1, and an array with fields is no
        # picture.
        reader = {
            (1, 0): npy_format.read_array_header_1_0,
            (2, 0): npy_format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = reader(file)
        if not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("the shape is no shape")
    except Exception:
        # A broken header raises a dozen types, and their texts echo it.
        raise ReadError(
            "corrupt",
            f"{quoted(name)} starts like a NumPy array but has a broken header. Save it again with "
            "numpy.save.",
        ) from None
    return NpyHeader(file.tell(), dtype, shape, fortran)
