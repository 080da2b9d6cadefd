"""The brushes the scenes share: noise, soft steps, flowing texture and a model's soft belief.

Lengths are fractions of the picture's side, so that a scene looks alike at every size.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]


def grid(size: int) -> tuple[Plane, Plane]:
    """Give x and y of the pixel centres in 0..1, float32 size x size each."""
    line = ((np.arange(size) + 0.5) / size).astype(np.float32)
    return np.tile(line, (size, 1)), np.tile(line[:, None], (1, size))


def noise(
    seed: int, size: int, cells: float, octaves: int = 1, stretch: tuple[float, float] = (1, 1)
) -> Plane:
    """Give smooth noise of mean about 0 and deviation 1, float32 size x size.

    cells: bumps across the picture in the first octave, doubled in each further one.
    stretch: factors on the bumps across and down, to draw grain with a direction.
    """
    rng = np.random.default_rng(seed)
    total = np.zeros((size, size), np.float32)
    strength, power = 1.0, 0.0
    for octave in range(octaves):
        columns = cells * 2**octave * stretch[0]
        rows = cells * 2**octave * stretch[1]
        total += np.float32(strength) * _lattice(rng, size, rows, columns)
        power += strength**2
        strength *= 0.55
    return total / np.float32(math.sqrt(power))


def _lattice(rng: np.random.Generator, size: int, rows: float, columns: float) -> Plane:
    # Knots are drawn before they are spread, so the pattern is the same at every size; cubic
    # spreading loses a little contrast, which the factor gives back.
    high, wide = math.ceil(rows) + 3, math.ceil(columns) + 3
    knots = rng.standard_normal((high, wide), dtype=np.float32)
    spread = np.array([[columns / size, 0, 1], [0, rows / size, 1]], np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(knots, spread, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(drawn, np.float32) * np.float32(1.25)


def step(low: float, high: float, x: Plane) -> Plane:
    """Rise softly from 0 at `low` to 1 at `high` (falls where low > high)."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blur(plane: NDArray[np.generic], width: float) -> Plane:
    """Blur by a Gaussian whose deviation is `width` sides."""
    sigma = width * plane.shape[0]
    source = np.asarray(plane, np.float32)
    if sigma < 0.2:
        return source
    if sigma > 12:
        # A wide blur keeps no detail, so a quarter of the resolution gives the same picture.
        small = cv2.resize(source, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (0, 0), sigma / 4, borderType=cv2.BORDER_REFLECT)
        shape = (source.shape[1], source.shape[0])
        return np.asarray(cv2.resize(soft, shape, interpolation=cv2.INTER_CUBIC), np.float32)
    soft = cv2.GaussianBlur(source, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32)


def shifted(plane: NDArray[np.generic], dx: Plane, dy: Plane) -> Plane:
    """Sample a plane at x + dx, y + dy, where dx and dy are in sides."""
    size = plane.shape[0]
    x, y = grid(size)
    half = np.float32(0.5)
    across, down = (x + dx) * size - half, (y + dy) * size - half
    source = np.asarray(plane, np.float32)
    drawn = cv2.remap(source, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(drawn, np.float32)


def combed(plane: Plane, vx: Plane, vy: Plane, length: float, steps: int = 8) -> Plane:
    """Smear a plane along a direction field (unit vectors), `length` sides each way."""
    total = plane.copy()
    for index in range(1, steps + 1):
        reach = np.float32(length * index / steps)
        total += shifted(plane, vx * reach, vy * reach)
        total += shifted(plane, -vx * reach, -vy * reach)
    return total / np.float32(2 * steps + 1)


def inside(mask: NDArray[np.generic]) -> Plane:
    """Give the signed distance to a mask's edge in sides: positive inside, negative outside."""
    solid = (np.asarray(mask) > 0).astype(np.uint8)
    within = cv2.distanceTransform(solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray((within - without) / mask.shape[0], np.float32)


def lump(
    x: Plane,
    y: Plane,
    at: tuple[float, float],
    radii: tuple[float, float],
    turn: float = 0.0,
    waves: tuple[float, ...] = (),
    seed: int = 0,
) -> Plane:
    """Give 1 - r of a wavy ellipse: 1 at its centre, 0 on its edge, negative outside.

    at: centre.  radii: half axes.  turn: rotation in radians.
    waves: strength of the edge's harmonics 2, 3, 4...; their phases come from `seed`.
    """
    c, s = math.cos(turn), math.sin(turn)
    u = ((x - at[0]) * c + (y - at[1]) * s) / np.float32(radii[0])
    v = ((y - at[1]) * c - (x - at[0]) * s) / np.float32(radii[1])
    r = np.sqrt(u * u + v * v)
    if waves:
        angle = np.arctan2(v, u)
        phases = np.random.default_rng(seed).uniform(0, 2 * math.pi, len(waves))
        edge = np.ones_like(r)
        for order, (wave, phase) in enumerate(zip(waves, phases, strict=True), start=2):
            edge += np.float32(wave) * np.cos(order * angle + np.float32(phase))
        r = r / edge
    return 1 - r


def colours(stops: list[tuple[float, tuple[int, int, int]]], t: Plane) -> Plane:
    """Map 0..1 through colour stops (position, RGB 0..255) to float32 H x W x 3 in 0..1."""
    at = np.array([stop[0] for stop in stops])
    ramp = np.arange(256) / 255
    channels = [np.interp(ramp, at, [stop[1][c] / 255 for stop in stops]) for c in range(3)]
    table = np.stack(channels, axis=-1).astype(np.float32)
    return np.asarray(table[np.clip(t * 255, 0, 255).astype(np.uint8)])


def mixed(under: Plane, over: Plane | tuple[float, float, float], share: Plane) -> Plane:
    """Lay a colour picture or one RGB colour (0..1) over another by a share in 0..1."""
    top = np.asarray(over, np.float32)
    # Three planes in one array multiply several times faster than one plane broadcast to three.
    part = cv2.merge([np.asarray(share, np.float32)] * 3)
    return np.asarray(under + (top - under) * part, np.float32)


def as_bytes(plane: Plane) -> NDArray[np.uint8]:
    """Round 0..1 to 8 bits."""
    return np.clip(plane * 255 + np.float32(0.5), 0, 255).astype(np.uint8)


def as_codes(logits: Plane) -> NDArray[np.uint8]:
    """Give the 8-bit code whose probability (g + 1/2) / 256 is nearest to sigmoid(logits)."""
    p = 1 / (1 + np.exp(-np.clip(logits, -12, 12)))
    return np.clip(p * 256, 0, 255).astype(np.uint8)
