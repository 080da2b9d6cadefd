"""Evaluate losses that look at places on a coded pair: what a pixel says is looked up in tables of
its 512 kinds, what its place says is a field, and only their products are as large as the image.
"""

from .lazy import Unplaced
from .places import Places

__all__ = ["Places", "Unplaced"]
