"""The browser components: pixels are delivered once, small messages make the pictures live."""

from .codec import Plane
from .dials_part import Dial, Move, dials
from .losses_part import Metric, Row, loss_list
from .mount import deliver
from .painter_part import Document, painter
from .viewer_part import Panel, Result, viewer

__all__ = [
    "Dial",
    "Document",
    "Metric",
    "Move",
    "Panel",
    "Plane",
    "Result",
    "Row",
    "deliver",
    "dials",
    "loss_list",
    "painter",
    "viewer",
]
