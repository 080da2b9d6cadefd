"""What the caller wants of a file, handed to the module of its format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .limits import LIMITS, Limits
from .reading import Role

Values = Literal["binary", "labels"]


@dataclass(frozen=True)
class Asked:
    """The arguments of `read` that a decoder may need.

    role: what the file is for.  values: how a target's values are meant.
    size: (height, width) in pixels it has to have, or None.
    page: 0-based page of a stack, or None for all.  member: name of one part, or None.
    axis: which axis of an array counts pages or colours, or None to tell from the shape.
    """

    role: Role
    values: Values = "binary"
    size: tuple[int, int] | None = None
    page: int | None = None
    member: str | None = None
    axis: int | None = None
    limits: Limits = LIMITS
