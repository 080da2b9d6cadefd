"""Bytes for the browser: u32 header length, JSON header, padding to 8, body.

Read by `assets/codec.js`.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["code", "rgb", "grey", "f32"]

_DTYPES: dict[str, np.dtype[Any]] = {
    "code": np.dtype("<u2"),
    "rgb": np.dtype("u1"),
    "grey": np.dtype("u1"),
    "f32": np.dtype("<f4"),
}


@dataclass(frozen=True)
class Plane:
    """Pixels that a tab keeps under the digest of their content.

    `code` holds g + 256 y of a coded pair (uint16), and g + 512 where it is ignored; `rgb` is H x
    W x 3, `grey` and `f32` are H x W.
    """

    digest: str
    kind: Kind
    array: np.ndarray

    def __post_init__(self) -> None:
        wanted = (3, 3) if self.kind == "rgb" else (2, None)
        shape = self.array.shape
        if len(shape) != wanted[0] or (wanted[1] and shape[2] != wanted[1]):
            raise ValueError(f"a plane of kind {self.kind!r} cannot have the shape {shape}")

    @classmethod
    def named(cls, name: str, kind: Kind, array: np.ndarray) -> Plane:
        """Pixels under `name` and the digest of what travels; `array` is H x W of any number."""
        single = np.ascontiguousarray(array, dtype=_DTYPES[kind])
        digest = hashlib.blake2b(single.tobytes(), digest_size=16).hexdigest()
        return cls(f"{name}.{digest}", kind, single)


def pack(head: object, body: bytes) -> bytes:
    """One message. Raw bytes reach JavaScript only as a component's whole `data`."""
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    return struct.pack("<I", len(text)) + text + b"\0" * (-(4 + len(text)) % 8) + body


def _bits(numbers: np.ndarray) -> bytes:
    """The lowest bit of each number, eight to a byte."""
    return np.packbits((numbers & 1).astype(np.uint8), bitorder="little").tobytes()


def plane_bytes(plane: Plane) -> bytes:
    """The deflated pixels. Codes travel as a byte of grey and a bit of target per pixel.

    Where some are ignored, a bit of that follows for each.
    """
    if plane.kind == "code":
        grey = (plane.array & 0xFF).astype(np.uint8)
        body = grey.tobytes() + _bits(plane.array >> 8)
        if (ignored := plane.array >> 9).any():
            body += _bits(ignored)
    else:
        body = np.ascontiguousarray(plane.array, dtype=_DTYPES[plane.kind]).tobytes()
        if plane.kind == "f32" and not _shrinks(body):
            return zlib.compress(body, 0)  # stored: deflating noise costs much and saves little
    return zlib.compress(body, 1)


def _shrinks(body: bytes) -> bool:
    """Whether a sample from the middle deflates to half."""
    middle = len(body) // 2
    sample = body[middle : middle + 65536]
    return len(zlib.compress(sample, 1)) <= 0.5 * len(sample)


def planes_message(planes: list[Plane]) -> bytes:
    """Several planes in one message."""
    bodies = [plane_bytes(plane) for plane in planes]
    heads = []
    start = 0
    for plane, body in zip(planes, bodies, strict=True):
        height, width = plane.array.shape[:2]
        end = start + len(body)
        heads.append(
            {"digest": plane.digest, "kind": plane.kind, "w": width, "h": height}
            | {"from": start, "to": end}
        )
        start = end
    return pack({"planes": heads}, b"".join(bodies))


def maps_bytes(maps: np.ndarray) -> tuple[bytes, bool]:
    """The float32 of the maps, and whether they are deflated: where a sample shrinks to half."""
    body = np.ascontiguousarray(maps, dtype="<f4").tobytes()
    if len(body) < 1 << 20 or not _shrinks(body):
        return body, False
    return zlib.compress(body, 1), True
