"""What one pixel adds to a loss as its probability turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segloss_core.exhibit import Curve
from segloss_core.maps import Wrt

from .base import ACCENT, BACKGROUND, MANY, OBJECT, bare


def one_pixel(found: Curve) -> go.Figure:
    """What one object and one background pixel add to the loss as their logit rises."""
    figure, z = go.Figure(), np.log(found.p / (1 - found.p))
    for name, line, colour, dash in (
        ("an object pixel", found.object, OBJECT, "solid"),
        ("a background pixel", found.background, BACKGROUND, "dash"),
    ):
        figure.add_scatter(
            x=z, y=line, name=name, mode="lines", customdata=found.p,
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="z = %{x:.2f}, p = %{customdata:.3f}<br>adds %{y:.4g}"
            "<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_layout(**bare(290), legend={"orientation": "h", "y": 1.14, "x": 0, "title": None})
    figure.update_xaxes(title="logit z of this pixel")
    figure.update_yaxes(title="N × what it adds to the loss", rangemode="tozero")
    return figure


def curves(
    found: Mapping[str, Curve], titles: Mapping[str, str], at: float, log: bool, wrt: Wrt
) -> go.Figure:
    """Loss above, slope below; object pixel left, background pixel right; one colour per loss."""
    figure = make_subplots(
        2, 2, shared_xaxes=True, vertical_spacing=0.09, horizontal_spacing=0.08,
        subplot_titles=("object pixel (y = 1)", "background pixel (y = 0)", "", ""),
    )  # fmt: skip
    for i, (name, curve) in enumerate(found.items()):
        slopes = curve.slopes(wrt)
        lines = (
            (1, 1, curve.object), (1, 2, curve.background),
            (2, 1, abs(slopes[0])), (2, 2, abs(slopes[1])),
        )  # fmt: skip
        for row, column, y in lines:
            figure.add_scatter(
                x=curve.p, y=y, mode="lines", name=titles[name], legendgroup=name,
                showlegend=(row, column) == (1, 1),
                line={
                    "color": MANY[i % len(MANY)], "width": 2.5,
                    "dash": "dash" if i % 8 > 3 else "solid",
                },
                hovertemplate="p = %{x:.3f}: %{y:.4g}<extra>" + titles[name] + "</extra>",
                row=row, col=column,
            )  # fmt: skip
    for row in (1, 2):
        for column in (1, 2):
            figure.add_vline(
                x=at, line={"dash": "dot", "width": 2, "color": ACCENT}, row=row, col=column
            )
    figure.update_layout(
        **bare(520, top=26),
        legend={"orientation": "h", "y": -0.13, "x": 0, "yanchor": "top", "title": None},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1])
    figure.update_xaxes(title="p of this pixel", row=2)
    figure.update_yaxes(type="log" if log else "linear", exponentformat="power")
    figure.update_yaxes(title="N × what it adds", row=1, col=1)
    figure.update_yaxes(title=f"N × |∂L/∂{'z' if wrt == 'logit' else 'p'}|", row=2, col=1)
    return figure


def weights(table: Sequence[Mapping[str, float]]) -> go.Figure:
    """Weights of a mix's parts, epoch by epoch."""
    figure = go.Figure()
    for i, name in enumerate(table[0]):
        figure.add_scatter(
            x=list(range(len(table))), y=[row[name] for row in table], mode="lines", name=name,
            line={"color": MANY[i % len(MANY)], "width": 2.5},
        )  # fmt: skip
    figure.update_layout(**bare(240), legend={"orientation": "h", "y": 1.15, "x": 0, "title": None})
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title="weight", rangemode="tozero")
    return figure
