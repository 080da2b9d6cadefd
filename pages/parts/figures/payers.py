"""Who pays, and how the probabilities are spread."""

from __future__ import annotations

import plotly.graph_objects as go
from numpy.typing import NDArray

from segloss_core.payers import Payers

from ..say import percent
from .base import ACCENT, BACKGROUND, OBJECT, bare


def who_pays(found: Payers) -> go.Figure:
    """Cumulative share of the loss against the part of the pixels that pays it."""
    x, y = 100 * found.pixels[1:], 100 * found.paid[1:]
    figure = go.Figure(
        go.Scatter(
            x=x, y=y, mode="lines", line={"color": ACCENT, "width": 3}, fill="tozeroy",
            fillcolor="rgba(123, 92, 255, 0.13)",
            hovertemplate="the dearest %{x:.3g} % of the pixels<br>pay %{y:.1f} % of the loss"
            "<extra></extra>",
        )
    )  # fmt: skip
    at = 100 * found.pixels_paying(0.8)
    figure.add_scatter(
        x=[at], y=[80], mode="markers+text", text=[f"80 % by {percent(at / 100)}"],
        textposition="top left", marker={"color": ACCENT, "size": 11}, hoverinfo="skip",
    )  # fmt: skip
    figure.update_layout(**bare(290), showlegend=False)
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
        ("background", background, BACKGROUND),
        ("object", object_, OBJECT),
    ):
        figure.add_bar(
            x=middle, y=count, name=name, width=width, marker={"color": colour}, opacity=0.75,
            hovertemplate="p ≈ %{x:.2f}: %{y:,} pixels<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.add_vline(x=threshold, line={"dash": "dot", "width": 2, "color": ACCENT})
    figure.update_layout(
        **bare(290), barmode="overlay", bargap=0,
        legend={"orientation": "h", "y": 1.12, "x": 0, "title": None},
    )  # fmt: skip
    figure.update_xaxes(title="predicted probability p", range=[0, 1])
    figure.update_yaxes(type="log", title="pixels", exponentformat="none", dtick=1)
    return figure
