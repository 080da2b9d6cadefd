"""A country road in perspective on an evening: shadows, a car and a gravel path to fall for."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import (
    Plane,
    as_bytes,
    as_codes,
    blur,
    colours,
    grid,
    lump,
    mixed,
    noise,
    shifted,
    step,
)
from .scene import Planes, Scene

_HORIZON = 0.435
_HALF = 0.40


def _course(y: Plane) -> tuple[Plane, Plane, Plane]:
    """Give t (0 at the horizon, 1 at the bottom), the road's middle and half its width at y."""
    t = np.clip((y - _HORIZON) / (1 - _HORIZON), 1e-3, 1).astype(np.float32)
    middle = 0.50 + 0.185 * (1 - t) ** 3.2 - 0.05 * (1 - t) ** 1.2 + 0.03 * t
    return t, middle.astype(np.float32), (_HALF * t + 0.0035).astype(np.float32)


def _ground_noise(seed: int, u: Plane, far: Plane, wide: float, long: float) -> Plane:
    """Look noise up on the ground plane, so that it shrinks towards the horizon."""
    base = noise(seed, 512, 64, 2)
    across = np.mod(u * wide * 8, 1022)
    along = np.mod(far * long * 8, 1022)
    # There and back again, so that the pattern has no seam.
    across = np.minimum(across, 1022 - across).astype(np.float32)
    along = np.minimum(along, 1022 - along).astype(np.float32)
    return np.asarray(cv2.remap(base, across, along, cv2.INTER_LINEAR), np.float32)


def _planes(size: int) -> Planes:
    x, y = grid(size)
    t, middle, half = _course(y)
    u = (x - middle) / half
    far = 1 / t
    below = step(_HORIZON - 0.001, _HORIZON + 0.001, y)
    image = _sky(size, x, y)
    image = _hills(size, x, y, image)
    ground, shade = _ground(size, x, y, u, far, t)
    image = mixed(image, ground, below)
    image = _trees(size, x, y, image)
    image = _posts(x, y, image)
    image, car = _car(x, y, image)
    haze = np.exp(-(((y - _HORIZON) / 0.055) ** 2)).astype(np.float32)
    image = mixed(image, (0.98, 0.80, 0.60), haze * 0.26)
    sun = np.exp(-((np.hypot(x - 0.80, (y - 0.33) * 1.1) / 0.26) ** 2)).astype(np.float32)
    image = image + sun[..., None] * np.array([0.26, 0.17, 0.06], np.float32)
    vignette = 1 - 0.32 * (np.hypot(x - 0.5, y - 0.5) / 0.72) ** 3
    image = image * vignette[..., None] * (1 + 0.015 * noise(117, size, 260))[..., None]
    target = ((np.abs(u) < 1) & (y > _HORIZON) & (car < 0.5)).astype(np.uint8)
    return as_bytes(image.astype(np.float32)), target, _guess(size, x, y, u, t, shade, car)


def _sky(size: int, x: Plane, y: Plane) -> Plane:
    rise = np.clip((_HORIZON - y) / _HORIZON, 0, 1).astype(np.float32)
    sky = colours(
        [
            (0, (255, 214, 158)),
            (0.18, (250, 196, 160)),
            (0.45, (168, 172, 196)),
            (1, (84, 122, 178)),
        ],
        rise,
    )
    cloud = noise(101, size, 3.2, 5, (1, 3.4)) + 0.5 * noise(102, size, 7, 4, (1, 3))
    body = step(0.15, 1.5, cloud) * step(0.0, 0.25, rise)
    above = shifted(cloud, np.zeros_like(x), np.full_like(x, -1 / 60))
    lit = step(-0.6, 1.2, cloud - above)
    tone = mixed(
        np.full_like(sky, 1) * np.array([0.62, 0.56, 0.64], np.float32), (1.0, 0.86, 0.72), lit
    )
    return mixed(sky, tone, body * 0.85)


def _hills(size: int, x: Plane, y: Plane, image: Plane) -> Plane:
    line = noise(103, size, 5, 5)[size // 2]
    for height, swing, seed_row, colour in (
        (0.080, 0.026, 0, (0.62, 0.60, 0.68)),
        (0.050, 0.020, 1, (0.47, 0.50, 0.53)),
        (0.024, 0.013, 2, (0.33, 0.38, 0.32)),
    ):
        ridge = np.roll(line, seed_row * size // 3) * swing + height
        top = _HORIZON - ridge[None, :]
        soft = 1.2 / size
        image = mixed(image, colour, step(-soft, soft, (y - top).astype(np.float32)))
    return image


def _ground(size: int, x: Plane, y: Plane, u: Plane, far: Plane, t: Plane) -> tuple[Plane, Plane]:
    """Give the ground's colours and how much of it lies in the shade of trees."""
    blades = noise(104, size, 60, 3, (2.2, 0.8)) * step(0.05, 0.5, t)
    field = _ground_noise(105, u, far, 0.55, 2.4)
    grass = colours(
        [(0, (44, 58, 24)), (0.35, (84, 102, 40)), (0.7, (140, 138, 62)), (1, (206, 180, 96))],
        np.clip(0.45 + 0.13 * blades + 0.14 * field, 0, 1).astype(np.float32),
    )
    grain = noise(106, size, 170, 2) * (0.4 + 0.6 * t) + 0.7 * _ground_noise(107, u, far, 2.0, 1.2)
    wear = np.exp(-(((np.abs(np.abs(u) - 0.5) - 0.24) / 0.10) ** 2))
    asphalt = 0.385 + 0.022 * grain - 0.035 * wear + 0.03 * _ground_noise(108, u, far, 0.5, 0.9)
    tint = np.array([1.03, 0.99, 0.97], np.float32)
    ground = mixed(grass, asphalt.astype(np.float32)[..., None] * tint, _within(u, 1.0, t, size))
    gravel = (0.60 + 0.07 * noise(109, size, 190, 2))[..., None]
    gravel = (gravel * np.array([1.0, 0.90, 0.74], np.float32)).astype(np.float32)
    edge = 1.14 + 0.035 * _ground_noise(110, u, far, 1.5, 4)
    shoulder = _within(u, edge, t, size) * (1 - _within(u, 1.0, t, size))
    path = step(0.14, 0.10, np.abs(u - 1.62 - 0.10 * np.sin(far * 2.2)))
    ground = mixed(ground, gravel, np.clip(shoulder * 0.75 + path * 0.85, 0, 1))
    paint = _within(np.abs(u) - 0.925, 0.020, t, size)
    dash = step(0.02, 0.10, np.sin(far * 8.5 + 0.6).astype(np.float32))
    paint = np.maximum(paint, _within(u, 0.016, t, size) * dash)
    worn = step(-2.2, -0.6, _ground_noise(111, u, far, 3, 3))
    ground = mixed(ground, (0.93, 0.90, 0.84), paint * (0.55 + 0.35 * worn))
    crack = np.abs(_ground_noise(112, u, far, 0.9, 1.6)) < 0.012 * (0.4 + t)
    ground = ground * (1 - 0.22 * blur(crack & (np.abs(u) < 0.9), 0.001))[..., None]
    bars = 0.9 * np.sin(far * 5.2 + 0.55 * u) + 0.75 * _ground_noise(113, u, far, 0.8, 3.0)
    shade = step(0.45, 0.95, bars.astype(np.float32)) * step(1.5, 0.3, u) * step(0.05, 0.20, t)
    light = mixed(
        np.ones_like(ground) * np.array([1.14, 1.02, 0.84], np.float32),
        (0.46, 0.50, 0.66),
        shade * 0.92,
    )
    return (ground * light).astype(np.float32), shade


def _within(u: Plane, edge: float | Plane, t: Plane, size: int) -> Plane:
    """Cover |u| < edge with an edge one pixel soft at every distance."""
    soft = 0.9 / (size * (_HALF * t + 0.0035))
    reach = (edge - np.abs(u)) / soft
    return np.clip(reach * 0.5 + 0.5, 0, 1).astype(np.float32)


_LEAVES = [(0, (16, 24, 14)), (0.4, (48, 66, 26)), (0.7, (112, 116, 42)), (1, (228, 184, 84))]


def _trees(size: int, x: Plane, y: Plane, image: Plane) -> Plane:
    """Stand trees beside the road, the far ones first."""
    rng = np.random.default_rng(12)
    leaves = noise(114, size, 34, 4)
    lumps = noise(115, size, 15, 2)
    image = image.copy()
    stands = [(t, side) for t in np.geomspace(0.022, 0.40, 10).tolist() for side in (-1, 1)]
    for t, side in stands:
        base, middle, half = _row(t)
        foot = middle + side * half * rng.uniform(1.75, 2.7)
        tall = t * rng.uniform(0.95, 1.45) + 0.012
        wide = tall * rng.uniform(0.34, 0.46)
        if side > 0 and t > 0.2:
            continue
        # Only the part of the picture that the tree reaches is painted.
        rows = slice(max(0, int((base - tall * 1.35) * size)), int((base + tall * 0.1) * size) + 2)
        columns = slice(
            max(0, int((foot - wide * 1.7) * size)), int((foot + wide * 1.7) * size) + 2
        )
        part = (rows, columns)
        px, py, grain = x[part], y[part], leaves[part]
        if px.size == 0:
            continue
        top = (foot, base - tall * 0.64)
        crown = lump(px, py, top, (wide, tall * 0.46), 0, (0.10, 0.08, 0.06), int(t * 1e4))
        # No leaf floats free: the fuzz may only reach so far from the crown.
        cover = step(-0.24, -0.16, crown) * step(
            -0.03, 0.05, crown + 0.16 * lumps[part] + 0.13 * grain
        )
        sunward = (px - top[0]) / wide * 0.45 - (py - top[1]) / tall * 0.85
        tone = np.clip(0.40 + 0.26 * sunward + 0.16 * grain + 0.10 * lumps[part], 0, 1)
        fade = 0.55 * math.exp(-t / 0.06)
        leafage = mixed(colours(_LEAVES, tone), (0.70, 0.64, 0.60), np.full_like(px, fade))
        bark = (0.15 + fade * 0.4, 0.11 + fade * 0.4, 0.08 + fade * 0.4)
        trunk = step(1, 0.7, np.abs(px - foot) / (tall * 0.035)) * step(0, 0.004, base - py)
        trunk = trunk * step(base - tall * 0.5, base - tall * 0.45, py)
        pool = step(-0.1, 0.6, lump(px, py, (foot - wide * 0.3, base), (wide * 1.1, tall * 0.055)))
        patch = mixed(image[part], (0.10, 0.11, 0.07), pool * 0.6)
        image[part] = mixed(mixed(patch, bark, trunk), leafage, cover)
    return image


def _row(t: float) -> tuple[float, float, float]:
    """Give y, the road's middle and half its width at nearness t."""
    base = _HORIZON + t * (1 - _HORIZON)
    _, middle, half = _course(np.array([[base]], np.float32))
    return base, float(middle[0, 0]), float(half[0, 0])


def _posts(x: Plane, y: Plane, image: Plane) -> Plane:
    """Stand posts with a red band along both edges."""
    size = x.shape[0]
    image = image.copy()
    for t in (0.035, 0.06, 0.10, 0.18, 0.34):
        base, middle, half = _row(t)
        tall, wide = 0.16 * t, 0.011 * t
        for side in (-1, 1):
            at = middle + side * 1.24 * half
            rows = slice(int((base - tall) * size) - 2, int(base * size) + 3)
            columns = slice(max(0, int((at - wide) * size) - 2), int((at + wide) * size) + 3)
            part = (rows, columns)
            px, py = x[part], y[part]
            post = step(1.2, 0.8, np.abs(px - at) / wide)
            post = post * step(-0.001, 0.001, base - py) * step(-0.001, 0.001, py - base + tall)
            band = post * step(1, 0.8, np.abs(py - (base - tall * 0.78)) / (tall * 0.09))
            patch = mixed(image[part], (0.90, 0.87, 0.80), post)
            image[part] = mixed(patch, (0.85, 0.22, 0.10), band)
    return image


def _car(x: Plane, y: Plane, image: Plane) -> tuple[Plane, Plane]:
    """Put a car in the right lane, seen from behind; give the picture and what it covers."""
    size = x.shape[0]
    base, middle, half = _row(0.215)
    at = middle + 0.5 * half
    rows = slice(int((base - half) * size), int((base + half * 0.1) * size) + 2)
    columns = slice(int((at - half * 0.7) * size), int((at + half * 0.6) * size) + 2)
    part = (rows, columns)
    px, py, patch = x[part], y[part], image[part]
    u, v = (px - at) / (half * 0.36), (base - py) / (half * 0.60)

    def box(cx: float, cy: float, wide: float, high: float, power: float = 5) -> Plane:
        r = (np.abs((u - cx) / wide) ** power + np.abs((v - cy) / high) ** power) ** (1 / power)
        return step(1.05, 0.95, r)

    under = lump(px, py, (at - 0.015, base + 0.002), (half * 0.47, half * 0.065))
    tyres = np.maximum(box(-0.70, 0.09, 0.17, 0.15), box(0.70, 0.09, 0.17, 0.15))
    metal = np.maximum(box(0, 0.42, 0.98, 0.36), box(0, 0.80, 0.76, 0.34, 3.2))
    lamps = np.maximum(box(-0.78, 0.52, 0.15, 0.09, 4), box(0.78, 0.52, 0.15, 0.09, 4))
    for colour, share in (
        ((0.05, 0.05, 0.07), step(-0.1, 0.6, under) * 0.8),
        ((0.035, 0.035, 0.04), tyres),
        ((0.46, 0.07, 0.05), metal),
        ((0.80, 0.22, 0.12), metal * step(0.72, 0.82, v) * 0.5),
        ((0.14, 0.16, 0.20), box(0, 0.86, 0.62, 0.20, 3.4)),
        ((0.95, 0.74, 0.52), box(0.22, 0.92, 0.22, 0.08, 2) * 0.5),
        ((0.16, 0.05, 0.05), box(0, 0.17, 0.92, 0.075)),
        ((0.93, 0.92, 0.86), box(0, 0.36, 0.24, 0.07)),
        ((1.0, 0.30, 0.16), lamps),
    ):
        patch = mixed(patch, colour, share)
    image = image.copy()
    image[part] = patch
    covered = np.zeros_like(x)
    covered[part] = np.maximum(metal, tyres)
    return image, covered


def _guess(
    size: int, x: Plane, y: Plane, u: Plane, t: Plane, shade: Plane, car: Plane
) -> NDArray[np.uint8]:
    """A model unsure in the shade and far away, sure of the gravel, and blind to half the car."""
    wobble = (0.010 + 0.022 / (0.12 + t)) * noise(118, size, 16, 3)
    edge = 1.02 - np.abs(u) + wobble
    z = 5.2 * np.tanh(edge * 9.0 * (0.35 + 0.65 * t)) - 1.2 * step(0.10, 0.0, t)
    z = z - 2.9 * blur(shade, 0.004) * step(1.1, 0.8, np.abs(u)) * (1 + 0.7 * noise(119, size, 9))
    path = step(0.17, 0.06, np.abs(u - 1.62 - 0.10 * np.sin(1 / t * 2.2)))
    z = z + 7.6 * blur(path, 0.003) * step(0.26, 0.40, t) * (1 + 0.16 * noise(120, size, 12))
    patch = lump(x, y, (0.135, 0.80), (0.115, 0.055), -0.35, (0.18, 0.12), 3)
    z = z + 7.0 * step(-0.3, 0.6, patch)
    hole = lump(x, y, (0.62, 0.88), (0.085, 0.040), 0.1, (0.2, 0.12), 5)
    z = z - 6.2 * step(-0.3, 0.7, hole)
    lower = blur(car, 0.004) * step(0.475, 0.525, y) * 0.25 + blur(car, 0.003) * step(0.56, 0.52, y)
    z = z - 8.5 * lower
    z = np.where(y < _HORIZON, -5.4 + 2 * step(0.03, 0, _HORIZON - y), z)
    z = z + 0.45 * noise(121, size, 34, 3)
    return as_codes(blur(z.astype(np.float32), 0.0022))


ROAD = Scene(
    id="road",
    title="Road in the evening",
    says="A large region: shade and gravel fool the model in patches that it is sure of.",
    planes=_planes,
)
