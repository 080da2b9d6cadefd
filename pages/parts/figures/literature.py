"""What descent makes of a print; what a table's rows imply."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from segloss_core.descent import Descent
from segloss_core.survey import Row

from .base import ACCENT, bare


def two_descents(target: NDArray, printed: Descent, computed: Descent | None) -> go.Figure:
    """The target beside what descent makes of a printed and of a computed loss, to be played."""
    shown = [("target", None), ("as printed", printed)]
    if computed is not None:
        shown.append(("as computed", computed))
    figure = make_subplots(1, len(shown), horizontal_spacing=0.04)
    runs = [run for _, run in shown if run is not None]

    def picture(z: NDArray, name: str) -> go.Heatmap:
        return go.Heatmap(
            z=z, zmin=0, zmax=1, colorscale="Greys_r", showscale=False, name=name,
            hovertemplate="p = %{z:.3f}<extra>" + name + "</extra>",
        )  # fmt: skip

    def titles(step: int) -> list[dict[str, object]]:
        said = [
            name if run is None else f"<b>{name}</b>: Dice {run.dice[step]:.2f}"
            for name, run in shown
        ]
        places = [(i + 0.5) / len(shown) for i in range(len(shown))]
        return [
            {"text": text, "x": x, "y": 1.01, "xref": "paper", "yref": "paper", "showarrow": False,
             "xanchor": "center", "yanchor": "bottom"}
            for text, x in zip(said, places, strict=True)
        ]  # fmt: skip

    last = len(printed.steps) - 1
    for i, (name, run) in enumerate(shown):
        figure.add_trace(picture(target if run is None else run.frames[-1], name), 1, i + 1)
    figure.frames = [
        go.Frame(
            name=str(step), layout={"annotations": titles(at)}, traces=list(range(1, len(shown))),
            data=[go.Heatmap(z=run.frames[at]) for run in runs],
        )
        for at, step in enumerate(printed.steps)
    ]  # fmt: skip
    quick = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    play = {"frame": {"duration": 110, "redraw": True}, "fromcurrent": False}
    steps = [
        {"label": str(s), "method": "animate", "args": [[str(s)], quick]} for s in printed.steps
    ]
    figure.update_layout(
        **bare(330, top=26),
        annotations=titles(last),
        sliders=[
            {"steps": steps, "active": last, "x": 0.13, "len": 0.87, "pad": {"t": 8},
             "currentvalue": {"prefix": "step ", "xanchor": "right"}, "tickwidth": 0, "ticklen": 0,
             "font": {"size": 10}}
        ],
        updatemenus=[
            {
                "type": "buttons", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top",
                "pad": {"t": 26}, "showactive": False,
                "buttons": [{"label": "▶ Play", "method": "animate", "args": [None, play]}],
            }
        ],
    )  # fmt: skip
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    for i in range(2, len(shown) + 1):
        figure.update_yaxes(scaleanchor=f"x{i}", row=1, col=i)
    return figure


def prevalences(rows: Sequence[Row]) -> go.Figure:
    """The range of object pixels each row implies, as bars on one axis."""
    figure = go.Figure()
    for row in reversed(rows):
        found = row.prevalence
        if found is None:
            figure.add_annotation(
                x=0.2, y=row.title, text="none: impossible", showarrow=False, xanchor="left"
            )
            figure.add_bar(y=[row.title], x=[0], orientation="h", hoverinfo="skip")
            continue
        low, high = 100 * found[0], 100 * found[1]
        figure.add_bar(
            y=[row.title], x=[high - low], base=[low], orientation="h", marker={"color": ACCENT},
            hovertemplate=f"{low:.1f} to {high:.1f} %<extra>{row.title}</extra>",
            text=f"{low:.1f}–{high:.1f} %", textposition="outside", cliponaxis=False,
        )  # fmt: skip
    figure.update_layout(**bare(330), showlegend=False, bargap=0.45)
    figure.update_xaxes(title="object pixels that the row implies (%)", rangemode="tozero")
    figure.update_yaxes(automargin=True)
    return figure
