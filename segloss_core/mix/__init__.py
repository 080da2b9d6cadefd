"""Add losses up into a loss of its own, which maps, kinds, studies and export take like any other.

`mix({"dice": 1.0, "bce": 0.5})` is called as every loss is; its dials are the weights, `w_dice`,
and those of its parts, `dice__smooth`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .loss import Mix, made_of
from .part import MOST, Part, Setting

__all__ = ["MOST", "Mix", "Part", "Setting", "mix"]


def mix(parts: Mapping[str, Any] | Sequence[Any], /, **dials: float | int | None) -> Mix:
    """A weighted sum of losses as one loss.

    `parts` maps names to weights, or to (weight, dials); or it is a sequence of a loss or its
    name, (loss, weight) or (loss, weight, dials), in which a loss may occur again: its second
    part is called tversky_2. `dials` sets dials of the mix by their names in it. Raises ValueError
    for an unknown loss, no part or more than `MOST`, and for a weight or dial outside its domain;
    TypeError for an unknown dial.
    """
    made = made_of(parts)
    return made.with_dials(**dials) if dials else made
