"""The pages of a TIFF and what each says of itself, read without any decoder."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .headers import HeaderError, TooManyParts

# Bytes of one value of each field type; 0 for the types of offsets in BigTIFF alone.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BIG_SIZES = _SIZES | {16: 8, 17: 8, 18: 8}
_BYTES = frozenset({1, 2, 6, 7})
_CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}

_WANTED = {
    254: "subfile",
    256: "width",
    257: "height",
    258: "bits",
    259: "compression",
    262: "photometric",
    277: "samples",
    284: "planar",
    322: "tile_width",
    323: "tile_height",
    339: "format",
}


@dataclass(frozen=True)
class Page:
    """One page, by TIFF's own numbers.

    index: its place among all pages of the file.  size: height and width in pixels.
    bits: of one sample; all samples have as many.  format: 1 unsigned, 2 signed, 3 float.
    tile: height times width of a tile, 0 without tiles.
    """

    index: int
    size: tuple[int, int]
    bits: int = 1
    samples: int = 1
    format: int = 1
    photometric: int = 0
    compression: int = 1
    planar: int = 1
    tile: int = 0
    big_endian: bool = False
    preview: bool = False


def read_pages(data: bytes, pages: int, parts: int) -> list[Page]:
    """Walk the pages of a TIFF or BigTIFF.

    pages, parts: how many pages, and how many values of one field, are walked at most.
    Raises HeaderError and TooManyParts.
    """
    try:
        return _walk(data, pages, parts)
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise HeaderError("the file ends inside its header") from error


def _walk(data: bytes, pages: int, parts: int) -> list[Page]:
    order = "<" if data.startswith(b"II") else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    word, entry = ("Q", 20) if big else ("I", 12)
    (position,) = struct.unpack_from(order + word, data, 8 if big else 4)
    found: list[Page] = []
    seen: set[int] = set()
    while position:
        if position in seen:
            raise HeaderError("its pages go round in a circle")
        if len(found) >= pages:
            raise TooManyParts
        seen.add(position)
        (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, position)
        if count > 1000:
            raise TooManyParts
        position += 8 if big else 2
        fields: dict[str, tuple[int, ...]] = {}
        for at in range(position, position + count * entry, entry):
            tag, kind, length = struct.unpack_from(order + "HH" + word, data, at)
            if kind not in _BYTES and length > parts:
                raise TooManyParts
            if tag in _WANTED:
                fields[_WANTED[tag]] = _values(data, order, big, at, kind, length)
        found.append(_page(len(found), order, fields))
        (position,) = struct.unpack_from(order + word, data, position + count * entry)
    if not found:
        raise HeaderError("it has no page")
    return found


def _values(data: bytes, order: str, big: bool, at: int, kind: int, length: int) -> tuple[int, ...]:
    if kind not in _CODES or not 1 <= length <= 16:
        raise HeaderError("a field of its header has a wrong type")
    room, body = (8, at + 12) if big else (4, at + 8)
    if (_BIG_SIZES if big else _SIZES)[kind] * length > room:
        (body,) = struct.unpack_from(order + ("Q" if big else "I"), data, body)
    return struct.unpack_from(f"{order}{length}{_CODES[kind]}", data, body)


def _page(index: int, order: str, fields: dict[str, tuple[int, ...]]) -> Page:
    if "width" not in fields or "height" not in fields:
        raise HeaderError("a page does not say its size")
    bits, formats = fields.get("bits", (1,)), fields.get("format", (1,))
    if len(set(bits)) > 1 or len(set(formats)) > 1:
        raise HeaderError("its channels are of different types")

    def one(field: str, default: int) -> int:
        return fields.get(field, (default,))[0]

    return Page(
        index,
        (one("height", 0), one("width", 0)),
        bits[0],
        one("samples", 1),
        formats[0],
        one("photometric", 0),
        one("compression", 1),
        one("planar", 1),
        one("tile_width", 0) * one("tile_height", 0),
        order == ">",
        # Reduced copies and transparency masks of another page.
        bool(one("subfile", 0) & 5),
    )
