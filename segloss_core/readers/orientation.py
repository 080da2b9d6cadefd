"""Whether two volumes lie alike: where their axes point and how large their voxels are."""

from __future__ import annotations

import math

from .reading import Reading

_SLACK = 1e-3  # of a voxel's size: headers keep few digits


def disagreement(one: Reading, other: Reading, called: tuple[str, str]) -> str:
    """Say in one sentence how two volumes lie differently; empty where they do not, or do not say.

    called: what to call the two, such as ("target", "image").
    """
    said = []
    if one.orientation and other.orientation and one.orientation != other.orientation:
        said.append(f"axes x, y, z point to {one.orientation} and to {other.orientation}")
    if (
        one.voxel
        and other.voxel
        and not all(
            math.isclose(a, b, rel_tol=_SLACK) for a, b in zip(one.voxel, other.voxel, strict=True)
        )
    ):
        said.append(f"voxels are {_sizes(one)} and {_sizes(other)}")
    if not said:
        return ""
    return (
        f"The {called[0]} and the {called[1]} lie differently: their {', their '.join(said)}. "
        "Bring both to one grid, or slices of one show another place of the other"
    )


def _sizes(reading: Reading) -> str:
    return " × ".join(f"{size:.4g}" for size in reading.voxel)
