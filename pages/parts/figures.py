"""Arrays in, Plotly out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from segloss_core.descent import Descent
from segloss_core.exhibit import Curve
from segloss_core.landscape import Landscape
from segloss_core.payers import Payers
from segloss_core.survey import Row

from .say import percent

CONFIG = {"displaylogo": False, "showSendToCloud": False, "displayModeBar": False}
_ACCENT, _OBJECT, _BACKGROUND = "#7b5cff", "#1f9e89", "#9a98a8"
_MANY = ("#7b5cff", "#1f9e89", "#e4572e", "#e09f1f", "#2b8cff", "#c2408f", "#6a994e", "#8d6e63")
_DASHES = ("solid", "dash")


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
        **_plain(330) | {"margin": {"l": 4, "r": 4, "t": 26, "b": 4}},
        annotations=titles(last),
        sliders=[
            {"steps": steps, "active": last, "x": 0.13, "len": 0.87, "pad": {"t": 8},
             "currentvalue": {"prefix": "step ", "xanchor": "right"}, "tickwidth": 0, "ticklen": 0,
             "font": {"size": 10}}
        ],
        updatemenus=[
            {"type": "buttons", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "pad": {"t": 26},
             "showactive": False, "buttons": [{"label": "▶ Play", "method": "animate", "args": [None, play]}]}
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
                x=0.2, y=row.printed, text="none: impossible", showarrow=False, xanchor="left"
            )
            figure.add_bar(y=[row.printed], x=[0], orientation="h", hoverinfo="skip")
            continue
        low, high = 100 * found[0], 100 * found[1]
        figure.add_bar(
            y=[row.printed], x=[high - low], base=[low], orientation="h", marker={"color": _ACCENT},
            hovertemplate=f"{low:.1f} to {high:.1f} %<extra>{row.printed}</extra>",
            text=f"{low:.1f}–{high:.1f} %", textposition="outside", cliponaxis=False,
        )  # fmt: skip
    figure.update_layout(**_plain(330), showlegend=False, bargap=0.45)
    figure.update_xaxes(title="object pixels that the row implies (%)", rangemode="tozero")
    figure.update_yaxes(automargin=True)
    return figure


def curves(
    found: Mapping[str, Curve], titles: Mapping[str, str], at: float, log: bool
) -> go.Figure:
    """Loss above, slope below; object pixel left, background pixel right; one colour per loss."""
    figure = make_subplots(
        2, 2, shared_xaxes=True, vertical_spacing=0.09, horizontal_spacing=0.08,
        subplot_titles=("object pixel (y = 1)", "background pixel (y = 0)", "", ""),
    )  # fmt: skip
    for i, (name, curve) in enumerate(found.items()):
        lines = (
            (1, 1, curve.object), (1, 2, curve.background),
            (2, 1, abs(curve.object_slope)), (2, 2, abs(curve.background_slope)),
        )  # fmt: skip
        for row, column, y in lines:
            figure.add_scatter(
                x=curve.p, y=y, mode="lines", name=titles[name], legendgroup=name,
                showlegend=(row, column) == (1, 1),
                line={"color": _MANY[i % len(_MANY)], "width": 2.5, "dash": _DASHES[i // 4 % 2]},
                hovertemplate="p = %{x:.3f}: %{y:.4g}<extra>" + titles[name] + "</extra>",
                row=row, col=column,
            )  # fmt: skip
    for row in (1, 2):
        for column in (1, 2):
            figure.add_vline(
                x=at, line={"dash": "dot", "width": 2, "color": _ACCENT}, row=row, col=column
            )
    figure.update_layout(
        **_plain(520) | {"margin": {"l": 4, "r": 4, "t": 60, "b": 4}},
        legend={"orientation": "h", "y": 1.16, "x": 0, "title": None},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1])
    figure.update_xaxes(title="p of this pixel", row=2)
    figure.update_yaxes(type="log" if log else "linear", exponentformat="power")
    figure.update_yaxes(title="N × what it adds", row=1, col=1)
    figure.update_yaxes(title="N × |∂L/∂p|", row=2, col=1)
    return figure


def sections(land: Landscape, at: Mapping[str, float], name: str) -> go.Figure:
    """The landscape along each axis through a setting, at the grid lines nearest to it."""
    figure = make_subplots(1, 2, horizontal_spacing=0.12, shared_yaxes=True)
    values = list(land.axes.values())
    near = [int(np.argmin(abs(x - at[k]))) for k, x in land.axes.items()]
    cuts = (land.surface[:, near[1]], land.surface[near[0], :])
    for i, (dial, x, cut) in enumerate(zip(land.axes, values, cuts, strict=True)):
        figure.add_scatter(
            x=x, y=cut, mode="lines", line={"color": _ACCENT, "width": 2.5}, showlegend=False,
            hovertemplate=f"{dial} = %{{x:.4g}}: %{{y:.5g}}<extra></extra>", row=1, col=i + 1,
        )  # fmt: skip
        figure.add_scatter(
            x=[x[near[i]]], y=[cut[near[i]]], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"color": _ACCENT, "size": 10}, row=1, col=i + 1,
        )  # fmt: skip
        figure.update_xaxes(title=dial, row=1, col=i + 1)
    figure.update_layout(**_plain(320))
    figure.update_yaxes(title=name, row=1, col=1, exponentformat="power")
    return figure


def standing(land: Landscape, at: Mapping[str, float], name: str) -> go.Figure:
    """The landscape as a surface in space, with a ball at a setting."""
    (x_name, x), (y_name, y) = land.axes.items()
    figure = go.Figure(
        go.Surface(
            x=x, y=y, z=land.surface.T, colorscale="Magma", showscale=False,
            contours={"z": {"show": True, "color": "rgba(255,255,255,.5)", "width": 1}},
            hovertemplate=f"{x_name} = %{{x:.4g}}<br>{y_name} = %{{y:.4g}}<br>%{{z:.5g}}<extra></extra>",
        )
    )  # fmt: skip
    if at:
        i, j = (int(np.argmin(abs(v - at[k]))) for k, v in land.axes.items())
        figure.add_scatter3d(
            x=[x[i]], y=[y[j]], z=[land.surface[i, j]], mode="markers", hoverinfo="skip",
            marker={"color": "#ffd43b", "size": 6, "line": {"color": "#333", "width": 2}},
        )  # fmt: skip
    figure.update_layout(
        **_plain(380),
        scene={
            "xaxis": {"title": {"text": x_name}}, "yaxis": {"title": {"text": y_name}},
            "zaxis": {"title": {"text": name}, "exponentformat": "power"},
            "camera": {"eye": {"x": 1.5, "y": -1.6, "z": 0.9}}, "aspectratio": {"x": 1, "y": 1, "z": 0.7},
        },
        showlegend=False,
    )  # fmt: skip
    return figure


def page(figure: go.Figure) -> str:
    """A figure as an HTML page of its own: the script is inside, nothing is fetched or sent."""
    return figure.to_html(include_plotlyjs=True, full_html=True, config=CONFIG)


def moves(
    values: NDArray, titles: Sequence[str], xs: NDArray, ys: NDArray, names: tuple[str, str]
) -> go.Figure:
    """One small landscape per loss over two moves; values (L, nx, ny)."""
    columns = min(len(titles), 4) if len(titles) != 6 else 3
    rows = -(-len(titles) // columns)
    figure = make_subplots(
        rows, columns, subplot_titles=titles, shared_xaxes=True, shared_yaxes=True,
        horizontal_spacing=0.03, vertical_spacing=0.12 if rows > 1 else 0.05,
    )  # fmt: skip
    for k, title in enumerate(titles):
        figure.add_contour(
            x=xs, y=ys, z=values[k].T, colorscale="Magma", showscale=False, ncontours=12,
            contours={"coloring": "heatmap"}, line={"color": "rgba(255,255,255,.55)", "width": 1},
            hovertemplate=f"{names[0]} %{{x:.3g}}<br>{names[1]} %{{y:.3g}}<br>%{{z:.5g}}"
            f"<extra>{title}</extra>",
            row=k // columns + 1, col=k % columns + 1,
        )  # fmt: skip
    figure.update_layout(**_plain(330 * rows) | {"margin": {"l": 4, "r": 4, "t": 34, "b": 4}})
    figure.update_xaxes(title=names[0], row=rows)
    figure.update_yaxes(title=names[1], col=1)
    if names[1] == "pixels down":
        figure.update_yaxes(autorange="reversed")
    if xs[0] > 0 and xs[-1] / xs[0] > 10:
        figure.update_xaxes(type="log")
    return figure
