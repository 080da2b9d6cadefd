"""What a file is, told from its content: a table of formats and who reads each.

To read another format, write one module with a `decode` like `pictures.decode` and name it in the
format's row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import dicom, nifti, npy, npz, pictures, polygons, tiff
from .asked import Asked
from .errors import Code
from .reading import Raster

Decode = Callable[[bytes, str, Asked], Raster]
Test = Callable[[bytes], bool]

READABLE = "PNG, JPEG, WebP, BMP, TIFF, NPY, NPZ, NIfTI and DICOM are read"  # and outlines


@dataclass(frozen=True)
class Format:
    """One row: how people call it, how to know it, who reads it or what to do instead.

    called: with its article, as in "looks like {called}".
    known_by: true for the bytes of such a file; looks at a bounded part of them.
    decode: the reader, or None while there is none.
    advice: what to do where there is none.
    suffixes: usual endings of the name, to notice a wrong one.
    outlines: read by `polygons.paint`, into numbers of classes.
    """

    called: str
    known_by: Test
    decode: Decode | None = None
    advice: str = "save it as PNG"
    suffixes: tuple[str, ...] = ()
    code: Code = "unsupported"
    outlines: bool = False


def _starts(*heads: bytes) -> Test:
    return lambda data: data.startswith(heads)


def _is_torch_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and b".pkl" in data[:4096]


def _is_npz(data: bytes) -> bool:
    length = int.from_bytes(data[26:28], "little")
    return data.startswith(b"PK\x03\x04") and data[30 : 30 + length].endswith(b".npy")


def _is_pickle(data: bytes) -> bool:
    return len(data) > 2 and data[0] == 0x80 and 2 <= data[1] <= 5 and data.rstrip()[-1:] == b"."


def _is_markup(*tags: bytes) -> Test:
    def known(data: bytes) -> bool:
        head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        return head.startswith(b"<") and any(tag in head for tag in tags)

    return known


def _is_json(data: bytes) -> bool:
    return data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


# The first row that fits decides, so a pickle inside another format comes before that format.
FORMATS: tuple[Format, ...] = (
    Format("a PNG picture", _starts(b"\x89PNG\r\n\x1a\n"), pictures.decode, suffixes=("png",)),
    Format(
        "a JPEG picture",
        _starts(b"\xff\xd8\xff"),
        pictures.decode,
        suffixes=("jpg", "jpeg", "jpe", "jfif"),
    ),
    Format(
        "a WebP picture",
        lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
        pictures.decode,
        suffixes=("webp",),
    ),
    Format("a BMP picture", _starts(b"BM"), pictures.decode, suffixes=("bmp", "dib")),
    Format("a pickled PyTorch file", _is_torch_zip, code="pickle"),
    Format("a Python pickle", _is_pickle, code="pickle"),
    Format("a NumPy array", _starts(b"\x93NUMPY"), npy.decode, suffixes=("npy",)),
    Format("a NumPy archive", _is_npz, npz.decode, suffixes=("npz",)),
    Format("a NIfTI volume", nifti.is_nifti, nifti.decode, suffixes=("nii",)),
    Format(
        "a TIFF picture",
        _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        tiff.decode,
        suffixes=("tif", "tiff"),
    ),
    Format(
        "a DICOM file",
        lambda data: data[128:132] == b"DICM",
        dicom.decode,
        suffixes=("dcm", "dicom", "ima"),
    ),
    Format("a GIF picture", _starts(b"GIF8"), advice="save one frame as PNG"),
    Format("an SVG drawing", _is_markup(b"<svg"), advice="export it as PNG"),
    Format("a web page", _is_markup(b"<html", b"<!doctype html"), advice="download the picture"),
    Format("an XML file", _starts(b"<?xml"), advice="draw it as a PNG mask"),
    Format("a PostScript or PDF document", _starts(b"%!PS", b"%PDF"), advice="export it as PNG"),
    Format("a gzip file", _starts(b"\x1f\x8b"), nifti.decode_gzipped, suffixes=("gz",)),
    Format(
        "a ZIP archive",
        _starts(b"PK\x03\x04", b"PK\x05\x06"),
        advice="unpack it and open its pictures one by one",
    ),
    Format("a HEIC or AVIF picture", _is_heif),
    Format("a JPEG 2000 picture", _starts(b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51")),
    Format("a Photoshop document", _starts(b"8BPS"), advice="export it as PNG"),
    Format("an HDF5 or MATLAB file", _starts(b"\x89HDF", b"MATLAB 5.0"), advice="save it as PNG"),
    Format("a JSON file", _is_json, suffixes=("json",), outlines=True),
    Format("a YOLO file", polygons.is_yolo, suffixes=("txt",), outlines=True),
)


def recognised(data: bytes) -> Format | None:
    """Give the first format whose content test fits, or None."""
    return next((row for row in FORMATS if row.known_by(data)), None)
