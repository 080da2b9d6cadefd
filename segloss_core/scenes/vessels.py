"""Vessels of a retina: branching trees that become thinner than the pixels they are judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import Plane, as_bytes, as_codes, blur, grid, lump, mixed, noise, step
from .scene import Planes, Scene

_DISC = (0.285, 0.490)
_FOVEA = (0.610, 0.520)
# Each trunk: whether it is a vein, its width, and the way it takes from the optic disc.
_TRUNKS: tuple[tuple[bool, float, tuple[tuple[float, float], ...]], ...] = (
    (True, 0.0150, ((0.288, 0.480), (0.318, 0.335), (0.450, 0.225), (0.660, 0.205), (0.88, 0.33))),
    (False, 0.0112, ((0.280, 0.478), (0.335, 0.300), (0.480, 0.265), (0.640, 0.262), (0.84, 0.40))),
    (True, 0.0146, ((0.290, 0.500), (0.330, 0.660), (0.470, 0.775), (0.680, 0.800), (0.88, 0.68))),
    (False, 0.0110, ((0.283, 0.503), (0.345, 0.700), (0.500, 0.735), (0.660, 0.735), (0.84, 0.62))),
    (True, 0.0110, ((0.276, 0.482), (0.225, 0.360), (0.165, 0.270), (0.125, 0.20))),
    (False, 0.0085, ((0.274, 0.486), (0.205, 0.385), (0.120, 0.330), (0.06, 0.31))),
    (True, 0.0105, ((0.276, 0.502), (0.220, 0.620), (0.165, 0.720), (0.140, 0.80))),
    (False, 0.0085, ((0.274, 0.497), (0.200, 0.590), (0.120, 0.650), (0.06, 0.67))),
)


@dataclass(frozen=True)
class _Piece:
    """A short straight piece of one vessel: ends, width, and how well a model sees it."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    vein: bool
    seen: float


def _curve(points: tuple[tuple[float, float], ...], count: int) -> NDArray[np.float64]:
    """Lay a Catmull-Rom curve through the points: count x 2."""
    p = np.array([points[0], *points, points[-1]], np.float64)
    t = np.linspace(0, len(points) - 1 - 1e-9, count)
    i, f = t.astype(int), (t % 1)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return np.asarray(
        0.5
        * (
            2 * b
            + (c - a) * f
            + (2 * a - 5 * b + 4 * c - d) * f**2
            + (3 * b - a - 3 * c + d) * f**3
        )
    )


def _grow() -> list[_Piece]:
    """Grow all trees: trunks follow their way, branches wander and split until they are hair."""
    rng = np.random.default_rng(3)
    pieces: list[_Piece] = []
    # Which branch grows in each cell of a coarse grid: vessels of one kind do not cross.
    taken: dict[tuple[bool, int, int], int] = {}
    started = 0

    def branch(x: float, y: float, angle: float, width: float, vein: bool, level: int) -> None:
        nonlocal started
        started += 1
        me, first = started, len(pieces)
        bend, gap = rng.normal(0, 0.03), 0
        for index in range(int(rng.uniform(14, 34) * (1.25 - 0.15 * level))):
            bend = 0.86 * bend + rng.normal(0, 0.035)
            # Around the fovea no vessel grows: branches turn aside.
            fx, fy = _FOVEA[0] - x, _FOVEA[1] - y
            near = math.hypot(fx, fy)
            if near < 0.11:
                side = math.sin(math.atan2(fy, fx) - angle)
                bend -= 0.22 * math.copysign(1, side) * (1 - near / 0.11)
            if near < 0.045 or math.hypot(x - 0.5, y - 0.5) > 0.485:
                return
            angle += bend
            nx, ny = x + 0.0085 * math.cos(angle), y + 0.0085 * math.sin(angle)
            cell = (vein, int(nx * 44), int(ny * 44))
            if index > 3 and taken.setdefault(cell, me) != me:
                if index < 10:
                    # A stub that soon meets its neighbour looks like a thorn.
                    del pieces[first:]
                return
            gap = gap - 1 if gap else (int(rng.integers(2, 7)) if rng.random() < 0.055 else 0)
            thin = min(1.0, width / 0.0062)
            seen = (0.12 if gap else 1.0) * (0.40 + 0.60 * thin)
            pieces.append(_Piece((x, y), (nx, ny), width, vein, seen))
            x, y, width = nx, ny, width * 0.980
            if width < 0.0014:
                return
            if level < 4 and index > 3 and rng.random() < 0.085:
                side = rng.choice((-1, 1))
                branch(x, y, angle + side * rng.uniform(0.45, 0.95), width * 0.72, vein, level + 1)
                angle -= side * 0.18

    for vein, width, way in _TRUNKS:
        curve = _curve(way, 90)
        wave = rng.uniform(0, 6)
        along = np.linspace(0, 1, 90)
        curve[:, 1] += 0.006 * np.sin(along * 17 + wave) * along
        curve[:, 0] += 0.004 * np.sin(along * 23 + 2 * wave) * along
        side = 1
        for index in range(89):
            (x, y), (nx, ny) = curve[index], curve[index + 1]
            now = width * (1 - 0.55 * index / 89)
            taken[vein, int(nx * 44), int(ny * 44)] = 0
            pieces.append(_Piece((x, y), (nx, ny), now, vein, 1.0))
            if index > 11 and rng.random() < 0.125:
                side = -side
                angle = math.atan2(ny - y, nx - x) + side * rng.uniform(0.5, 1.05)
                branch(nx, ny, angle, now * rng.uniform(0.42, 0.68), vein, 1)
        end = math.atan2(ny - y, nx - x)
        branch(nx, ny, end - 0.3, now * 0.8, vein, 1)
        branch(nx, ny, end + 0.3, now * 0.7, vein, 1)
    return pieces


def _drawn(size: int, pieces: list[_Piece], levels: list[float], widen: float = 1.0) -> Plane:
    """Draw pieces larger and shrink, so that widths below a pixel count in part."""
    wide = max(2 * size, 1024)
    canvas = np.zeros((wide, wide), np.uint8)
    for piece, level in sorted(zip(pieces, levels, strict=True), key=lambda pair: pair[1]):
        ends = [tuple(round(v * wide * 16) for v in point) for point in (piece.start, piece.end)]
        thick = max(1, round(piece.width * widen * wide))
        cv2.line(canvas, ends[0], ends[1], int(255 * level), thick, cv2.LINE_AA, 4)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)


def _planes(size: int) -> Planes:
    x, y = grid(size)
    pieces = _grow()
    cover = _drawn(size, pieces, [1.0] * len(pieces))
    view = step(0.470, 0.464, np.hypot(x - 0.5, y - 0.5).astype(np.float32))
    target = ((cover > 0.45) & (view > 0.5)).astype(np.uint8)
    veins = _drawn(size, pieces, [1.0 if piece.vein else 0.62 for piece in pieces])
    shine = _drawn(size, pieces, [float(piece.width > 0.007) for piece in pieces], 0.3)
    image = _fundus(size, x, y)
    image = mixed(image, (0.36, 0.045, 0.035), np.clip(blur(veins, 0.0010) * 0.78, 0, 1))
    image = mixed(image, (0.95, 0.55, 0.36), blur(shine, 0.0012) * 0.28)
    image = image * (1 + 0.022 * noise(66, size, 220, 2))[..., None]
    image = mixed(np.full_like(image, 0.018), image, view)
    return as_bytes(image.astype(np.float32)), target, _guess(size, x, y, pieces, view)


def _fundus(size: int, x: Plane, y: Plane) -> Plane:
    """The lit back of an eye: choroid, optic disc and fovea."""
    far = np.hypot(x - 0.52, y - 0.5).astype(np.float32)
    mottle = noise(61, size, 9, 4)
    light = 0.80 - 0.55 * far**1.6 + 0.030 * mottle
    base = _retina(light)
    streaks = noise(62, size, 30, 2)
    base = base * (1 + 0.018 * streaks)[..., None]
    fovea = np.exp(-((np.hypot(x - _FOVEA[0], y - _FOVEA[1]) / 0.062) ** 2))
    base = mixed(base, (0.47, 0.13, 0.05), fovea.astype(np.float32) * 0.62)
    glint = np.exp(-((np.hypot(x - _FOVEA[0] - 0.004, y - _FOVEA[1]) / 0.006) ** 2))
    base = mixed(base, (0.98, 0.70, 0.45), glint.astype(np.float32) * 0.35)
    disc = lump(x, y, _DISC, (0.056, 0.064), 0.1, (0.03, 0.02), 4)
    halo = np.exp(-((np.hypot(x - _DISC[0], y - _DISC[1]) / 0.115) ** 2))
    base = mixed(base, (1.0, 0.66, 0.36), halo.astype(np.float32) * 0.42)
    base = mixed(base, (1.0, 0.80, 0.52), step(-0.10, 0.12, disc) * 0.92)
    cup = lump(x, y, (_DISC[0] + 0.006, _DISC[1] + 0.002), (0.026, 0.030))
    return mixed(base, (1.0, 0.93, 0.74), step(-0.3, 0.5, cup) * 0.85)


def _retina(light: Plane) -> Plane:
    """Give the orange of a lit retina by brightness 0..1, float32 H x W x 3 in 0..1."""
    red = np.clip(0.20 + 0.90 * light, 0, 1)
    green = np.clip(0.02 + 0.50 * light**1.5, 0, 1)
    blue = np.clip(0.02 + 0.20 * light**2, 0, 1)
    return np.stack([red, green, blue], axis=-1).astype(np.float32)


def _guess(size: int, x: Plane, y: Plane, pieces: list[_Piece], view: Plane) -> NDArray[np.uint8]:
    """A model that follows the trunks, breaks the thin ends and traces the disc's bright rim."""
    seen = blur(_drawn(size, pieces, [piece.seen for piece in pieces], 1.05), 0.0016)
    z = -4.6 + 10.2 * np.minimum(seen, 0.92) + 0.5 * noise(63, size, 60, 2)
    z = z + 0.8 * noise(64, size, 6)
    disc = lump(x, y, _DISC, (0.060, 0.068), 0.1, (0.03, 0.02), 4)
    arc = np.exp(-((disc / 0.085) ** 2)) * step(0.00, 0.05, _DISC[0] + 0.015 - x)
    z = np.maximum(z, -4.6 + 6.4 * arc)
    # A few streaks of the choroid are taken for vessels.
    streaks = np.abs(noise(65, size, 11)) < 0.035
    ghost = blur(streaks, 0.002) * step(0.9, 1.5, noise(67, size, 5))
    z = np.maximum(z, -4.6 + 9 * ghost)
    return as_codes((z * view - 5.5 * (1 - view)).astype(np.float32))


VESSELS = Scene(
    id="vessels",
    title="Vessels of a retina",
    says="Thin structures: a shift of one pixel halves the overlap, and a gap breaks a tree.",
    planes=_planes,
)
