"""The size a picture states, read from its header without any decoder.

Decoders reserve memory for the stated size and walk every chunk, so both are bounded here first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

# JPEG frame headers: C0 to CF without the tables C4, C8 and CC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class HeaderError(ValueError):
    """The header does not say what its format needs it to say."""


class TooManyParts(ValueError):
    """The file is cut into more chunks or segments than any picture needs."""


@dataclass(frozen=True)
class Header:
    """What the header of a picture says.

    format: Pillow's name.  size: height and width in pixels.
    lossy: values are changed by the format.  depth: bits a sample, where the header says.
    scans: passes over the picture.  runs: run-length coded BMP.
    """

    format: str
    size: tuple[int, int]
    lossy: bool = False
    depth: int = 8
    scans: int = 1
    runs: bool = False


def read_header(data: bytes, parts: int) -> Header:
    """Read the header of a PNG, JPEG, WebP or BMP.

    parts: how many chunks or segments are walked. Raises HeaderError and TooManyParts.
    """
    try:
        if data.startswith(b"\x89PNG"):
            return _png(data, parts)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data, parts)
        if data.startswith(b"RIFF"):
            return _webp(data, parts)
        return _bmp(data)
    except (struct.error, IndexError) as error:
        raise HeaderError("the file ends inside its header") from error


def _png(data: bytes, parts: int) -> Header:
    length, kind = struct.unpack_from(">I4s", data, 8)
    if kind != b"IHDR" or length != 13:
        raise HeaderError("the first chunk is not a picture header")
    width, height, depth = struct.unpack_from(">IIB", data, 16)
    position, seen = 33, 1
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if kind == b"IEND":
            break
        if kind == b"IHDR":
            raise HeaderError("it has two picture headers")
        position += 12 + length
        seen += 1
        if seen > parts:
            raise TooManyParts
    return Header("PNG", (height, width), depth=depth)


def _jpeg(data: bytes, parts: int) -> Header:
    position = 2
    for _ in range(parts):
        if data[position] != 0xFF:
            raise HeaderError("a marker is missing")
        marker = data[position + 1]
        if marker in _FRAMES:
            depth, height, width = struct.unpack_from(">BHH", data, position + 4)
            # Inside coded pixels FF is always followed by 00, so these are true scan markers (or
            # those of a small preview, which the limit has room for).
            scans = data.count(b"\xff\xda", position)
            return Header("JPEG", (height, width), lossy=True, depth=depth, scans=scans)
        if marker in (0xD9, 0xDA):
            break
        if marker == 0xFF:
            position += 1
        elif marker in _BARE:
            position += 2
        else:
            position += 2 + struct.unpack_from(">H", data, position + 2)[0]
    else:
        raise TooManyParts
    raise HeaderError("no frame header comes before the pixels")


def _webp(data: bytes, parts: int) -> Header:
    size: tuple[int, int] | None = None
    lossy, position = False, 12
    for _ in range(parts):
        if position + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, position)
        body = position + 8
        if kind == b"VP8X" and size is None:
            w, w_high, h, h_high = struct.unpack_from("<HBHB", data, body + 4)
            size = (h + (h_high << 16) + 1, w + (w_high << 16) + 1)
        elif kind == b"VP8 ":
            lossy = True
            w, h = struct.unpack_from("<HH", data, body + 6)
            size = size or (h & 0x3FFF, w & 0x3FFF)
        elif kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, body + 1)
            size = size or ((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1)
        elif kind == b"ANMF":
            # Each frame of an animation holds its own pixels, at an offset of 16 bytes.
            lossy = lossy or data[body + 16 : body + 20] == b"VP8 "
        position = body + length + length % 2
    else:
        raise TooManyParts
    if size is None:
        raise HeaderError("no picture chunk follows the header")
    return Header("WEBP", size, lossy=lossy)


def _bmp(data: bytes) -> Header:
    (length,) = struct.unpack_from("<I", data, 14)
    if length == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        return Header("BMP", (height, width), depth=depth)
    width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    return Header("BMP", (abs(height), width), depth=depth, runs=compression in (1, 2))
