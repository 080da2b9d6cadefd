"""The browser components: pixels are delivered once, small messages make the pictures live."""

from .codec import Plane
from .dials_part import Dial, Move, dials
from .index_part import Entry, index
from .losses_part import Metric, Row, loss_list
from .mount import deliver
from .pad_part import Landmark, Side, pad
from .painter_part import Document, painter
from .viewer_part import Panel, Result, viewer

__all__ = [
    "Dial",
    "Document",
    "Entry",
    "Landmark",
    "Metric",
    "Move",
    "Panel",
    "Plane",
    "Result",
    "Row",
    "Side",
    "deliver",
    "dials",
    "index",
    "loss_list",
    "pad",
    "painter",
    "viewer",
]
