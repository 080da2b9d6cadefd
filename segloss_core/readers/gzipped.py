"""Gzip with a cap: what a file becomes is bounded while it is unpacked."""

from __future__ import annotations

import zlib

# One piece at a time goes in and comes out, so that no more is reserved than is there.
_PIECE = 2**20


class TooLong(ValueError):
    """The content is longer than allowed, or cut into more members than any writer makes."""


def gunzip(data: bytes, most: int, members: int, *, head: bool = False) -> bytearray:
    """Unpack every member of a gzip file, checking their checksums.

    most: bytes that may come out.  members: gzip members that may follow each other.
    head: stop after `most` bytes instead of refusing more, and leave the checksums be.
    Raises TooLong; EOFError for a file that is cut off; zlib.error for a damaged one.
    """
    out = bytearray()
    view, position = memoryview(data), 0
    for _ in range(members):
        # Zeros may follow the last member: tapes and some writers pad with them.
        if position and not any(view[position : position + 2]):
            return out
        position = _member(view, position, out, most)
        if head and len(out) >= most:
            return out[:most]
        if len(out) > most:
            raise TooLong
        if position >= len(data):
            return out
    raise TooLong


def _member(view: memoryview, position: int, out: bytearray, most: int) -> int:
    """Append one member to `out`, up to one byte more than `most`; give where the next starts."""
    unpacker = zlib.decompressobj(wbits=31)
    piece: bytes | memoryview = b""
    # What lies behind a member is copied when it ends, so small members get small pieces.
    size = 4096
    while not unpacker.eof:
        if not piece:
            piece = view[position : position + size]
            size = min(2 * size, _PIECE)
            position += len(piece)
            if not piece:
                raise EOFError
        out += unpacker.decompress(piece, min(_PIECE, most + 1 - len(out)))
        if len(out) > most:
            return position
        piece = unpacker.unconsumed_tail
    return position - len(unpacker.unused_data)
