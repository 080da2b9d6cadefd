"""A loss along the slices of a volume."""

from __future__ import annotations

import plotly.graph_objects as go

from segloss_core.volume import BySlice

from .base import ACCENT, BACKGROUND, bare


def by_slice(found: BySlice, here: int) -> go.Figure:
    """The value of each slice, the one on screen marked; the whole volume as a dotted line."""
    x = [row.index for row in found.rows]
    figure = go.Figure(
        go.Scatter(
            x=x, y=[row.value for row in found.rows], mode="lines+markers",
            line={"color": ACCENT, "width": 2},
            marker={
                "color": [ACCENT if row.objects else BACKGROUND for row in found.rows],
                "size": [13 if index == here else 8 for index in x],
            },
            customdata=[f"{row.objects:,}" for row in found.rows],
            hovertemplate="slice %{x}: %{y:.4g}<br>%{customdata} object pixels<extra></extra>",
        )
    )  # fmt: skip
    level, says = (
        (found.mean, "mean of slices") if found.whole is None else (found.whole, "whole volume")
    )
    figure.add_hline(
        y=level, line={"dash": "dot", "width": 2, "color": BACKGROUND},
        annotation_text=says, annotation_position="top left",
    )  # fmt: skip
    figure.update_layout(**bare(260), showlegend=False, clickmode="event+select")
    figure.update_xaxes(title="slice", range=[-0.5, len(x) - 0.5], tickformat="d")
    figure.update_yaxes(title="loss")
    return figure
