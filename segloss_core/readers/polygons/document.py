"""JSON is parsed within bounds: how much it holds and how deep it goes are capped first."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import numpy as np

from ..limits import Limits
from .shapes import Refused

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


def parsed(data: bytes, limits: Limits) -> Any:
    """Give the JSON document of a file. Raises Refused: json, too_large."""
    # A list of a million empty lists takes fifty times its bytes, so parts are counted first.
    parts = sum(data.count(mark) for mark in (b",", b":", b"[", b"{"))
    if parts > limits.json_parts:
        raise Refused(
            "too_large",
            f"is JSON of {parts:,} numbers, lists and entries; up to {limits.json_parts:,} are "
            "read. Keep the one picture that is needed, or simplify its outlines.",
        )
    depth = _depth(data)
    if depth > limits.json_depth:
        raise Refused(
            "json",
            f"is JSON nested {depth:,} deep; up to {limits.json_depth} are read. Export it again.",
        )
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Refused(
            "json",
            f"is broken JSON (line {error.lineno:,}, column {error.colno:,}). Save or download it "
            "again.",
        ) from None
    except UnicodeDecodeError:
        raise Refused("json", "is JSON that is not UTF-8. Save it as UTF-8.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, NaN, Infinity
        raise Refused("json", "is JSON with a number that is none. Export it again.") from None


def _depth(data: bytes) -> int:
    """How deep brackets nest outside of strings; a broken document gets some number."""
    outside = np.frombuffer(_STRING.sub(b"", data), np.uint8)
    brackets = outside[np.isin(outside, np.frombuffer(b"[]{}", np.uint8))]
    if not brackets.size:
        return 0
    rise = np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1)
    return int(np.cumsum(rise).max())


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
