"""The two modes of the Tune page."""

from __future__ import annotations

from . import mixing, wishes
from .bound import switch

_MODES = {
    "ask": ":material/record_voice_over: Say what it should do",
    "mix": ":material/blender: Mix losses",
}
SHOW = {"ask": wishes.show, "mix": mixing.show}


def choose_mode() -> str:
    """Dials from a wish, or a weighted sum."""
    return switch("Mode", "tune", _MODES, label_visibility="collapsed")
