"""What all figures share: no toolbar, no cloud, the colours, the margins."""

from __future__ import annotations

from plotly.colors import sequential

CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}
ACCENT, OBJECT, BACKGROUND = "#7b5cff", "#1f9e89", "#9a98a8"
MANY = (ACCENT, OBJECT, "#e4572e", "#e09f1f", "#2b8cff", "#c2408f", "#6a994e", "#8d6e63")


# Streamlit takes #000001 to #000010 for places in its own palette; the scale begins with #000004.
MAGMA = ["#02020b", *sequential.Magma[1:]]


def bare(height: int, top: int = 8) -> dict[str, object]:
    """The layout of every figure: this high, hardly a margin, Streamlit's own theme."""
    return {"height": height, "margin": {"l": 4, "r": 4, "t": top, "b": 4}, "template": None}
