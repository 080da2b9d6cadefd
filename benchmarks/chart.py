"""Draw curves over logarithmic axes as an SVG that reads on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Curve = Sequence[tuple[float, float]]
Say = Callable[[float], str]

COLOURS = ("#2563eb", "#c2410c", "#047857", "#7c3aed", "#475569", "#be185d", "#0e7490", "#854d0e")
WIDTH, HEIGHT = 490, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 66, 140, 40, 46  # around the drawing
LINE = 14  # between two labels


@dataclass(frozen=True)
class Panel:
    """One chart: curves by name over an axis; `x` and `y` say what a number on an axis is."""

    title: str
    axis: str
    curves: Mapping[str, Curve]
    x: Say
    y: Say


def fitted(curve: Curve) -> float:
    """The exponent e of y = c · xᵉ by least squares of the logarithms."""
    xs, ys = ([math.log(value) for value in side] for side in zip(*curve, strict=True))
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum(
        (a - x) ** 2 for a in xs
    )


def apart(places: Sequence[float], least: float) -> list[float]:
    """The places moved as little as keeps them `least` apart, order kept; the sum stays."""
    order = sorted(range(len(places)), key=places.__getitem__)
    groups: list[list[int]] = [[i] for i in order]

    def middle(group: list[int]) -> float:
        return sum(places[i] for i in group) / len(group)

    done = False
    while not done:
        done = True
        for a, b in pairwise(groups):
            if middle(b) - middle(a) < least * (len(a) + len(b)) / 2 - 1e-9:
                groups[groups.index(a)] = a + b
                groups.remove(b)
                done = False
                break
    out = [0.0] * len(places)
    for group in groups:
        for k, i in enumerate(group):
            out[i] = middle(group) + (k - (len(group) - 1) / 2) * least
    return out


def svg(panels: Sequence[Panel], columns: int = 2) -> str:
    """All panels on one light card; a curve of the same name has the same colour in all of them."""
    names = dict.fromkeys(name for panel in panels for name in panel.curves)
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    rows = -(-len(panels) // columns)
    width, height = columns * WIDTH, rows * HEIGHT
    body = "\n".join(
        f'<g transform="translate({WIDTH * (i % columns)} {HEIGHT * (i // columns)})">'
        f"{_panel(panel, colours)}</g>"
        for i, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">\n'
        f'<title id="title">{escape("; ".join(panel.title for panel in panels))}</title>\n'
        f'<rect width="{width}" height="{height}" rx="10" fill="#fcfcfd" stroke="#d4d8e0"/>\n'
        f"{body}\n</svg>\n"
    )


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**k for k in range(first, last + 1)]


def _panel(panel: Panel, colours: Mapping[str, str]) -> str:
    points = [point for curve in panel.curves.values() for point in curve]
    xs = sorted({x for x, _ in points})
    ticks = _decades(min(y for _, y in points), max(y for _, y in points))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def across(x: float) -> float:
        return LEFT + (right - LEFT) * math.log(x / xs[0]) / math.log(xs[-1] / xs[0])

    def up(y: float) -> float:
        return bottom - (bottom - TOP) * math.log(y / ticks[0]) / math.log(ticks[-1] / ticks[0])

    out = [f'<text x="{LEFT}" y="24" font-size="14" font-weight="600">{escape(panel.title)}</text>']
    for y in ticks:
        out.append(
            f'<path d="M{LEFT} {up(y):.1f}H{right}" stroke="#e3e6ec"/><text x="{LEFT - 8}" '
            f'y="{up(y) + 4:.1f}" text-anchor="end" fill="#4b5563">{escape(panel.y(y))}</text>'
        )
    for x in xs:
        out.append(
            f'<text x="{across(x):.1f}" y="{bottom + 18}" text-anchor="middle" fill="#4b5563">'
            f"{escape(panel.x(x))}</text>"
        )
    out.append(
        f'<text x="{(LEFT + right) / 2}" y="{bottom + 36}" text-anchor="middle" fill="#4b5563">'
        f"{escape(panel.axis)}</text>"
    )
    ends = apart([up(curve[-1][1]) for curve in panel.curves.values()], LINE)
    for (name, curve), end in zip(panel.curves.items(), ends, strict=True):
        colour = colours[name]
        path = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in curve)
        dots = "".join(f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="2.6"/>' for x, y in curve)
        out.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
            f'<g fill="{colour}">{dots}<text x="{right + 8}" y="{end + 4:.1f}">{escape(name)}'
            "</text></g>"
        )
    return "\n".join(out)
