"""Refuse files that are empty or too large, before anything else looks at them."""

from __future__ import annotations

from .errors import ReadError
from .limits import Limits
from .names import quoted


def check_bytes(data: bytes, name: str, limits: Limits, remedy: str) -> None:
    """Raise ReadError empty or too_large; `remedy` says how the file could be made smaller."""
    if not data:
        raise ReadError(
            "empty", f"{quoted(name)} is empty (0 bytes). Save it again and choose it once more."
        )
    if len(data) > limits.file_bytes:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is {len(data) / 1e6:,.1f} MB; up to "
            f"{limits.file_bytes / 1e6:,.0f} MB are read. {remedy}",
        )
