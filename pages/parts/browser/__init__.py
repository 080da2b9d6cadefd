"""The browser components: pixels are delivered once, small messages make the pictures live."""

from .codec import Plane
from .dials_part import Dial, Move, dials
from .gallery_part import Look, Tile, gallery
from .index_part import Entry, index
from .losses_part import Metric, Row, loss_list
from .mount import deliver
from .pad_part import Landmark, Side, pad
from .painter_part import Document, painter
from .push_part import push
from .versus_part import versus
from .viewer_part import Panel, Result, viewer

__all__ = [
    "Dial",
    "Document",
    "Entry",
    "Landmark",
    "Look",
    "Metric",
    "Move",
    "Panel",
    "Plane",
    "Result",
    "Row",
    "Side",
    "Tile",
    "deliver",
    "dials",
    "gallery",
    "index",
    "loss_list",
    "pad",
    "painter",
    "push",
    "versus",
    "viewer",
]
