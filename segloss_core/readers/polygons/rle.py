"""COCO's run lengths become a mask: column by column, background first, plain or compressed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .shapes import Refused

Counts = NDArray[np.int64]


def mask_of(segmentation: Any, size: tuple[int, int], where: str) -> NDArray[np.bool_]:
    """Give {"size": [h, w], "counts": [...] or "..."} as bool H x W.

    size: what its picture has. Raises Refused: schema, geometry, size_mismatch.
    """
    counts, stated = segmentation.get("counts"), segmentation.get("size")
    if not isinstance(stated, list) or [type(n) for n in stated] != [int, int]:
        raise Refused("schema", f"has {where} whose run lengths have no size. Export it again.")
    if tuple(stated) != size:
        raise Refused(
            "size_mismatch",
            f"has {where} with run lengths for {_shown(stated[1])} × {_shown(stated[0])} pixels "
            f"(width × height); its picture is {size[1]} × {size[0]}. Export it again.",
        )
    if isinstance(counts, str):
        runs = expanded(counts, where)
    elif isinstance(counts, list) and set(map(type, counts)) <= {int}:
        try:
            runs = np.array(counts, dtype=np.int64)
        except OverflowError:
            raise _wrong_total(where, "far more", size) from None
    else:
        raise Refused("schema", f"has {where} whose run lengths are no numbers. Export it again.")
    height, width = size
    # Each is bounded before they are added, so that the sum cannot wrap.
    if bool(np.any((runs < 0) | (runs > height * width))) or int(runs.sum()) != height * width:
        total = f"{int(runs.sum()):,}" if abs(runs).max(initial=0) < 2**31 else "far more"
        raise _wrong_total(where, total, size)
    inside = np.arange(runs.size) % 2 == 1
    return np.ascontiguousarray(np.repeat(inside, runs).reshape(width, height).T)


def expanded(text: str, where: str) -> Counts:
    """Give the run lengths of COCO's compressed text.

    Six bits a character from "0": five of the number, lowest first, and one that says more
    follow; from the fourth number on the difference to the one before the last is stored. Source:
    rleFrString of the COCO API's maskApi.c.
    """
    characters = np.frombuffer(text.encode("utf-8", "replace"), np.uint8).astype(np.int64) - 48
    if bool(np.any((characters < 0) | (characters > 63))):
        raise Refused("schema", f"has {where} whose compressed run lengths are broken.")
    last = (characters & 32) == 0
    if characters.size and not last[-1]:
        raise Refused("schema", f"has {where} whose compressed run lengths end in a number.")
    ends = np.flatnonzero(last)
    starts = np.concatenate([[0], ends[:-1] + 1]) if ends.size else ends
    if bool(np.any(ends - starts > 6)):
        raise Refused("schema", f"has {where} with a run length beyond 32 bits.")
    place = 5 * (np.arange(characters.size) - np.repeat(starts, ends - starts + 1))
    pieces = (characters & 31) << place
    found = np.add.reduceat(pieces, starts) if ends.size else pieces
    # The highest bit of the last five is the sign.
    found = np.where(characters[ends] & 16, found - (1 << (5 * (ends - starts + 1))), found)
    found[1::2] = np.cumsum(found[1::2])
    found[2::2] = np.cumsum(found[2::2])
    return found


def _shown(number: int) -> str:
    return str(number) if abs(number) < 10**9 else "very many"


def _wrong_total(where: str, total: str, size: tuple[int, int]) -> Refused:
    return Refused(
        "geometry",
        f"has {where} whose run lengths cover {total} pixels or hold a negative one; the picture "
        f"has {size[0] * size[1]:,}. Export it again.",
    )
