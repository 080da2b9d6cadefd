"""The three modes of the Landscapes page."""

from __future__ import annotations

from . import curves, geometry, surface
from .bound import switch

_MODES = {
    "dials": ":material/tune: Two dials",
    "curve": ":material/show_chart: One pixel",
    "geometry": ":material/open_with: Moving the prediction",
}
SHOW = {"dials": surface.show, "curve": curves.show, "geometry": geometry.show}


def choose_mode() -> str:
    """What is turned: two dials, one pixel's probability, or the whole prediction."""
    return switch("What is turned", "mode", _MODES, label_visibility="collapsed")
