"""Arrays in, Plotly out."""

from .base import CONFIG
from .curves import curves, one_pixel, weights
from .land import moved, page, sections, standing
from .literature import prevalences, two_descents
from .payers import probability_histogram, who_pays
from .volume import by_slice

__all__ = [
    "CONFIG",
    "by_slice",
    "curves",
    "moved",
    "one_pixel",
    "page",
    "prevalences",
    "probability_histogram",
    "sections",
    "standing",
    "two_descents",
    "weights",
    "who_pays",
]
