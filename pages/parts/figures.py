"""Arrays in, Plotly out."""

from __future__ import annotations

import plotly.graph_objects as go
from numpy.typing import NDArray

from segloss_core.exhibit import Curve
from segloss_core.payers import Payers

from .say import percent

CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}
_ACCENT, _OBJECT, _BACKGROUND = "#7b5cff", "#1f9e89", "#9a98a8"


def _plain(height: int) -> dict[str, object]:
    return {"height": height, "margin": {"l": 4, "r": 4, "t": 8, "b": 4}, "template": None}


def who_pays(found: Payers) -> go.Figure:
    """Cumulative share of the loss against the part of the pixels that pays it."""
    x, y = 100 * found.pixels[1:], 100 * found.paid[1:]
    figure = go.Figure(
        go.Scatter(
            x=x, y=y, mode="lines", line={"color": _ACCENT, "width": 3}, fill="tozeroy",
            fillcolor="rgba(123, 92, 255, 0.13)",
            hovertemplate="the dearest %{x:.3g} % of the pixels<br>pay %{y:.1f} % of the loss"
            "<extra></extra>",
        )
    )  # fmt: skip
    at = 100 * found.pixels_paying(0.8)
    figure.add_scatter(
        x=[at], y=[80], mode="markers+text", text=[f"80 % by {percent(at / 100)}"],
        textposition="top left", marker={"color": _ACCENT, "size": 11}, hoverinfo="skip",
    )  # fmt: skip
    figure.update_layout(**_plain(290), showlegend=False)
    figure.update_xaxes(type="log", title="pixels, dearest first (%)", tickformat="~g")
    figure.update_yaxes(title="part of the loss (%)", range=[0, 104], rangemode="tozero")
    return figure


def probability_histogram(
    edges: NDArray, background: NDArray, object_: NDArray, threshold: float
) -> go.Figure:
    """How many pixels of each class have which probability, on a logarithmic axis."""
    middle, width = (edges[:-1] + edges[1:]) / 2, edges[1] - edges[0]
    figure = go.Figure()
    for name, count, colour in (
        ("background", background, _BACKGROUND),
        ("object", object_, _OBJECT),
    ):
        figure.add_bar(
            x=middle, y=count, name=name, width=width, marker={"color": colour}, opacity=0.75,
            hovertemplate="p ≈ %{x:.2f}: %{y:,} pixels<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.add_vline(x=threshold, line={"dash": "dot", "width": 2, "color": _ACCENT})
    figure.update_layout(
        **_plain(290), barmode="overlay", bargap=0,
        legend={"orientation": "h", "y": 1.12, "x": 0, "title": None},
    )  # fmt: skip
    figure.update_xaxes(title="predicted probability p", range=[0, 1])
    figure.update_yaxes(type="log", title="pixels", exponentformat="none", dtick=1)
    return figure


def one_pixel(found: Curve) -> go.Figure:
    """What one object and one background pixel add to the loss as their p goes from 0 to 1."""
    figure = go.Figure()
    for name, line, colour, dash in (
        ("an object pixel", found.object, _OBJECT, "solid"),
        ("a background pixel", found.background, _BACKGROUND, "dash"),
    ):
        figure.add_scatter(
            x=found.p, y=line, name=name, mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="p = %{x:.3f}<br>adds %{y:.4g}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_layout(
        **_plain(290), legend={"orientation": "h", "y": 1.14, "x": 0, "title": None}
    )
    figure.update_xaxes(title="p of this pixel", range=[0, 1])
    figure.update_yaxes(title="N × what it adds to the loss", rangemode="tozero")
    return figure
