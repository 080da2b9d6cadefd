"""Nuclei in H&E-stained tissue: three glands, their lining and the fibres between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .canvas import Plane, as_bytes, as_codes, blur, combed, grid, lump, noise, step
from .scene import Planes, Scene

# Optical density of the two dyes in red, green and blue (after Ruifrok and Johnston), the eosin
# a little warmer: light falls off exponentially with the amount of dye, as in real sections.
_HAEMATOXYLIN = np.array([0.66, 0.70, 0.29], np.float32)
_EOSIN = np.array([0.09, 0.86, 0.31], np.float32)

# Centre and radius of each gland.
_GLANDS = ((0.29, 0.33, 0.205), (0.80, 0.24, 0.150), (0.64, 0.78, 0.200), (0.06, 0.90, 0.160))
_WAVES = (0.10, 0.06, 0.04)


@dataclass(frozen=True)
class _Nucleus:
    x: float
    y: float
    long: float
    short: float
    turn: float
    dye: float
    open: float


def _gland_edge(index: int, angle: float) -> float:
    phases = np.random.default_rng(40 + index).uniform(0, 2 * math.pi, len(_WAVES))
    waves = zip(_WAVES, phases, strict=True)
    return 1 + sum(w * math.cos(k * angle + p) for k, (w, p) in enumerate(waves, start=2))


def _place() -> list[_Nucleus]:
    """Put nuclei round the glands first, then spindles and round cells between them."""
    rng = np.random.default_rng(7)
    cells: list[_Nucleus] = []

    def free(x: float, y: float, gap: float) -> bool:
        return all((c.x - x) ** 2 + (c.y - y) ** 2 > gap**2 for c in cells)

    for index, (cx, cy, radius) in enumerate(_GLANDS):
        count = int(2 * math.pi * radius / 0.0365)
        for place in range(count):
            angle = 2 * math.pi * (place + rng.uniform(-0.25, 0.25)) / count
            reach = radius * _gland_edge(index, angle) - 0.027 - abs(rng.normal(0, 0.008))
            x, y = cx + reach * math.cos(angle), cy + reach * math.sin(angle)
            if not free(x, y, 0.026):
                continue
            long, short = rng.uniform(0.021, 0.027), rng.uniform(0.0135, 0.0175)
            turn = angle + rng.normal(0, 0.22)
            cells.append(
                _Nucleus(x, y, long, short, turn, rng.uniform(0.75, 1.05), rng.uniform(0, 0.6))
            )
    for _ in range(500):
        x, y = rng.uniform(-0.01, 1.01, 2)
        near = [
            math.hypot(x - cx, y - cy) / (r * _gland_edge(i, math.atan2(y - cy, x - cx)))
            for i, (cx, cy, r) in enumerate(_GLANDS)
        ]
        closest = int(np.argmin(near))
        if near[closest] < 1.09 or not free(x, y, 0.043) or len(cells) > 150:
            continue
        cx, cy, _ = _GLANDS[closest]
        along = math.atan2(y - cy, x - cx) + math.pi / 2 + rng.normal(0, 0.25)
        if rng.random() < 0.6:
            long, short = rng.uniform(0.021, 0.031), rng.uniform(0.0065, 0.0095)
            cells.append(_Nucleus(x, y, long, short, along, rng.uniform(0.9, 1.2), 0.1))
        else:
            long = rng.uniform(0.0115, 0.0145)
            cells.append(_Nucleus(x, y, long, long * 0.92, along, rng.uniform(1.15, 1.4), 0.0))
    return cells


def _planes(size: int) -> Planes:
    x, y = grid(size)
    depth = np.full((size, size), -9, np.float32)
    hollow = np.full((size, size), -9, np.float32)
    for index, (cx, cy, radius) in enumerate(_GLANDS):
        gland = lump(x, y, (cx, cy), (radius, radius), waves=_WAVES, seed=40 + index)
        depth = np.maximum(depth, gland * np.float32(radius))
        hollow = np.maximum(hollow, gland * np.float32(radius) - np.float32(0.085))
    dye_h, dye_e = _tissue(size, depth, hollow)
    target, belief = _cells(size, x, y, dye_h)
    density = dye_h[..., None] * _HAEMATOXYLIN + dye_e[..., None] * _EOSIN
    density += (0.02 + 0.012 * noise(21, size, 200))[..., None]
    image = np.exp(-density * 1.15) * np.array([0.985, 0.975, 0.99], np.float32)
    logits = blur(belief, 0.0022) + 0.45 * noise(22, size, 40, 2) - 0.6 * step(0.1, 0.6, -belief)
    return as_bytes(image.astype(np.float32)), target, as_codes(logits)


def _tissue(size: int, depth: Plane, hollow: Plane) -> tuple[Plane, Plane]:
    """Give the two dyes of everything but nuclei: fibres, lining and hollow glands."""
    slope_y, slope_x = np.gradient(blur(depth, 0.03) + np.float32(0.004) * noise(3, size, 5))
    norm = np.hypot(slope_x, slope_y) + np.float32(1e-6)
    grain = noise(4, size, 110, 2)
    fibres = combed(grain, -slope_y / norm, slope_x / norm, 0.03)
    fibres = fibres / fibres.std()
    cloud = noise(5, size, 5, 3)
    in_gland = step(-0.004, 0.004, depth)
    in_hollow = step(-0.006, 0.004, hollow + np.float32(0.006) * noise(6, size, 22, 2))
    clefts = step(1.15, 2.0, fibres * 0.75 + noise(8, size, 9, 2) * 0.9)
    stroma = 0.50 + 0.13 * fibres + 0.09 * cloud
    stroma = stroma * (1 - 0.85 * clefts) + 0.03
    radial = noise(9, size, 60, 2)
    lining = 0.40 + 0.05 * radial + 0.06 * cloud
    wisps = np.float32(0.06) * step(0.3, 2.0, noise(10, size, 14, 3)) + 0.02
    # A thin, darker basement membrane runs round each gland.
    membrane = np.exp(-(((depth + 0.002) / 0.003) ** 2))
    dye_e = stroma * (1 - in_gland) + lining * in_gland + 0.22 * membrane
    dye_e = dye_e * (1 - in_hollow) + wisps * in_hollow
    brush = np.exp(-(((hollow - 0.001) / 0.004) ** 2)) * 0.2
    dye_h = (0.05 + 0.10 * in_gland + 0.02 * cloud) * (1 - in_hollow) + 0.01 + 0.3 * brush
    return np.maximum(dye_h, 0).astype(np.float32), np.maximum(dye_e + brush, 0).astype(np.float32)


def _cells(size: int, x: Plane, y: Plane, dye_h: Plane) -> tuple[NDArray[np.uint8], Plane]:
    """Stain the nuclei into `dye_h`; give the target and the logits a model believes."""
    rng = np.random.default_rng(17)
    target = np.zeros((size, size), np.uint8)
    belief = np.full((size, size), -4.2, np.float32)
    chromatin = noise(11, size, 100, 2)
    cells = _place()
    missed = set(rng.choice(len(cells), 13, replace=False).tolist())
    soft = 1.2 / size
    for index, cell in enumerate(cells):
        window = _window(cell, size)
        if window is None:
            continue
        wx, wy = x[window], y[window]
        waves = (0.07, 0.05, 0.03)
        turn, seed = cell.turn, 100 + index
        r = lump(wx, wy, (cell.x, cell.y), (cell.long, cell.short), turn, waves, seed)
        cover = step(-soft / cell.short, soft / cell.short, r)
        rim = np.exp(-(((r - 0.10) / 0.10) ** 2))
        body = cell.dye * (1 - 0.45 * cell.open) + 0.17 * chromatin[window] * (0.6 + cell.open)
        body = body + (0.25 + 0.35 * cell.open) * rim
        spot = rng.uniform(-0.35, 0.35, 2) * (cell.long, cell.short)
        nucleolus = np.hypot(wx - (cell.x + spot[0]), wy - (cell.y + spot[1])) / 0.0042
        body = body + 0.55 * cell.open * np.exp(-(nucleolus**2))
        dye_h[window] = dye_h[window] * (1 - cover) + np.maximum(body, 0.2) * cover
        target[window] |= (r > 0).astype(np.uint8)
        shift = rng.normal(0, 0.0024, 2)
        swell = rng.normal(1.02, 0.09)
        at = (cell.x + shift[0], cell.y + shift[1])
        axes = (cell.long * swell, cell.short * swell * rng.normal(1.05, 0.06))
        seen = lump(wx, wy, at, axes, turn)
        sure = rng.uniform(-2.4, -0.4) if index in missed else rng.uniform(2.2, 4.6)
        believed = -4.2 + (sure + 4.2) * step(-0.42, 0.34, seen)
        belief[window] = np.maximum(belief[window], believed)
    for fx, fy, reach, sure in (
        (0.455, 0.60, 0.017, 1.5),
        (0.93, 0.55, 0.02, 2.6),
        (0.30, 0.31, 0.013, 0.7),
        (0.52, 0.12, 0.014, 3.0),
    ):
        ghost = lump(x, y, (fx, fy), (reach, reach * 0.7), fx * 9, (0.15, 0.1), 3)
        belief = np.maximum(belief, -4.2 + (sure + 4.2) * step(-0.5, 0.4, ghost))
    return target, belief


def _window(cell: _Nucleus, size: int) -> tuple[slice, slice] | None:
    reach = cell.long * 1.7
    left, right = int((cell.x - reach) * size), int((cell.x + reach) * size) + 2
    top, bottom = int((cell.y - reach) * size), int((cell.y + reach) * size) + 2
    rows = slice(max(0, top), min(size, bottom))
    columns = slice(max(0, left), min(size, right))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    return rows, columns


NUCLEI = Scene(
    id="nuclei",
    title="Nuclei in stained tissue",
    says="Many small objects: a missed nucleus costs few pixels, and touching ones merge.",
    planes=_planes,
)
