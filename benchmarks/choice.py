"""Which losses a comparison is made of, and what each comparison should reach."""

from __future__ import annotations

from .rows import Goal

CLASSICAL = (
    "bce", "weighted_bce", "balanced_bce", "focal", "dice", "squared_dice", "generalized_dice",
    "jaccard", "tversky", "focal_tversky", "log_cosh_dice", "sensitivity_specificity", "dice_bce",
    "combo", "exp_log",
)  # fmt: skip
"""Fifteen losses that do not look at places; those that sort, where libraries are slow, are not
among them."""

DISTANCE = ("distance_map_bce", "shape_aware", "boundary", "hausdorff_dt")
"""Losses of distances, of which only the last measures any that the target alone does not give."""

GOALS: dict[str, dict[int, float]] = {
    "tables": {512: 80, 1024: 140, 2048: 200, 4096: 700},
    "dense": {512: 18, 1024: 25, 2048: 40, 4096: 65},
    "distance": {512: 15, 1024: 24, 2048: 28, 4096: 35},
    "ssim": {512: 25, 1024: 40, 2048: 40, 4096: 50},
    "atlas": {512: 17, 1024: 30, 2048: 34, 4096: 40},
    "landscapes": {512: 2.5e4, 1024: 1e5, 2048: 2.5e5, 4096: 1e6},
}


def at_least(of: str, size: int) -> Goal | None:
    """How many times faster than the libraries' loop it should be at this size."""
    value = GOALS[of].get(size)
    return None if value is None else Goal("at least", value)


def at_most(value: float) -> Goal:
    """A ratio that should not be exceeded."""
    return Goal("at most", value)
