"""Landscapes: cuts through them, standing up, and of a moved prediction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from segloss_core.landscape import Landscape

from .base import ACCENT, CONFIG, MAGMA, bare


def sections(land: Landscape, at: Mapping[str, float], name: str) -> go.Figure:
    """The landscape along each axis through a setting, at the grid lines nearest to it."""
    figure = make_subplots(1, 2, horizontal_spacing=0.12, shared_yaxes=True)
    values = list(land.axes.values())
    near = [int(np.argmin(abs(x - at[k]))) for k, x in land.axes.items()]
    cuts = (land.surface[:, near[1]], land.surface[near[0], :])
    for i, (dial, x, cut) in enumerate(zip(land.axes, values, cuts, strict=True)):
        figure.add_scatter(
            x=x, y=cut, mode="lines", line={"color": ACCENT, "width": 2.5}, showlegend=False,
            hovertemplate=f"{dial} = %{{x:.4g}}: %{{y:.5g}}<extra></extra>", row=1, col=i + 1,
        )  # fmt: skip
        figure.add_scatter(
            x=[x[near[i]]], y=[cut[near[i]]], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"color": ACCENT, "size": 10}, row=1, col=i + 1,
        )  # fmt: skip
        figure.update_xaxes(title=dial, row=1, col=i + 1)
    figure.update_layout(**bare(320))
    figure.update_yaxes(title=name, row=1, col=1, exponentformat="power")
    return figure


def standing(land: Landscape, at: Mapping[str, float], name: str) -> go.Figure:
    """The landscape as a surface in space, with a ball at a setting."""
    (x_name, x), (y_name, y) = land.axes.items()
    figure = go.Figure(
        go.Surface(
            x=x, y=y, z=land.surface.T, colorscale=MAGMA, showscale=False,
            contours={"z": {"show": True, "color": "rgba(255,255,255,.5)", "width": 1}},
            hovertemplate=f"{x_name} = %{{x:.4g}}<br>{y_name} = %{{y:.4g}}<br>%{{z:.5g}}"
            "<extra></extra>",
        )
    )  # fmt: skip
    if at:
        i, j = (int(np.argmin(abs(v - at[k]))) for k, v in land.axes.items())
        figure.add_scatter3d(
            x=[x[i]], y=[y[j]], z=[land.surface[i, j]], mode="markers", hoverinfo="skip",
            marker={"color": "#ffd43b", "size": 6, "line": {"color": "#333", "width": 2}},
        )  # fmt: skip
    figure.update_layout(
        **bare(380),
        scene={
            "xaxis": {"title": {"text": x_name}}, "yaxis": {"title": {"text": y_name}},
            "zaxis": {"title": {"text": name}, "exponentformat": "power"},
            "camera": {"eye": {"x": 1.25, "y": -1.35, "z": 0.75}},
            "aspectratio": {"x": 1, "y": 1, "z": 0.75},
        },
        showlegend=False,
    )  # fmt: skip
    return figure


def page(figure: go.Figure, title: str) -> str:
    """A figure as an HTML page of its own: the script is inside, nothing is fetched or sent."""
    shown = go.Figure(figure).update_layout(
        height=720, title={"text": title}, margin={"l": 20, "r": 20, "t": 60, "b": 20}
    )
    return shown.to_html(include_plotlyjs=True, full_html=True, config=CONFIG)


def moved(values: NDArray, xs: NDArray, ys: NDArray, names: tuple[str, str]) -> go.Figure:
    """One small landscape of a loss over two moves; values (nx, ny)."""
    at = {"x": xs, "y": ys, "z": values.T, "colorscale": MAGMA}
    figure = go.Figure(
        go.Heatmap(
            **at, zsmooth="best",
            colorbar={
                "orientation": "h", "thickness": 8, "y": -0.28, "yanchor": "top", "nticks": 4,
            },
            hovertemplate=f"{names[0]} %{{x:.3g}}<br>{names[1]} %{{y:.3g}}<br>%{{z:.5g}}"
            "<extra></extra>",
        )
    )  # fmt: skip
    figure.add_contour(
        **at, ncontours=12, hoverinfo="skip", contours={"coloring": "none"}, showscale=False,
        line={"color": "rgba(255,255,255,.6)", "width": 1}, showlegend=False,
    )  # fmt: skip
    figure.update_layout(**bare(330))
    figure.update_xaxes(title=names[0])
    figure.update_yaxes(title=names[1])
    if names[1] == "pixels down":
        figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain")
        figure.update_xaxes(constrain="domain")
    if xs[0] > 0 and xs[-1] / xs[0] > 10:
        figure.update_xaxes(type="log")
    return figure
