"""An open sea without a ship: the target is empty, and crests of foam are taken for boats."""

from __future__ import annotations

import math

import numpy as np

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

# Crests that break: centre, length and turn.
_CRESTS = (
    (0.255, 0.315, 0.030, 0.5),
    (0.700, 0.235, 0.022, 0.3),
    (0.565, 0.640, 0.034, 0.45),
    (0.845, 0.770, 0.026, 0.6),
    (0.130, 0.720, 0.020, 0.35),
    (0.410, 0.865, 0.018, 0.5),
    (0.915, 0.440, 0.016, 0.4),
    (0.430, 0.120, 0.017, 0.55),
)
# Of these the model takes the first four for ships, and doubts the others.
_SURE = (3.1, 1.4, 4.2, 0.6, -0.7, -1.4, -0.3, -2.0)


def _planes(size: int) -> Planes:
    x, y = grid(size)
    sway_x, sway_y = 0.011 * noise(131, size, 5, 2), 0.011 * noise(132, size, 5, 2)
    swell = _waves(size, x, y, sway_x, sway_y)
    deep = noise(133, size, 2.2, 4)
    tone = np.clip(0.46 + 0.10 * deep + 0.085 * swell + 0.16 * (0.6 - x - 0.3 * y), 0, 1)
    image = colours(
        [
            (0, (3, 24, 46)),
            (0.3, (8, 54, 84)),
            (0.55, (18, 92, 118)),
            (0.8, (58, 146, 158)),
            (1, (150, 206, 204)),
        ],
        tone.astype(np.float32),
    )
    slope = swell - shifted(swell, np.full_like(x, 0.004), np.full_like(x, 0.003))
    sky = step(0.2, 1.7, slope * 2.4)
    image = mixed(image, (0.60, 0.78, 0.84), sky * 0.28)
    glint = step(1.3, 2.6, slope * 1.6 + 0.75 * noise(134, size, 170, 2))
    near_sun = np.exp(-(((x - 0.08) ** 2 + (y - 0.02) ** 2) / 0.30)).astype(np.float32)
    image = mixed(image, (1.0, 0.97, 0.88), glint * (0.15 + 0.85 * near_sun) * 0.8)
    image = mixed(image, (0.93, 0.97, 0.97), _foam(size, x, y))
    image = image * (1 + 0.02 * noise(135, size, 250))[..., None]
    target = np.zeros((size, size), np.uint8)
    return as_bytes(image.astype(np.float32)), target, _guess(size, x, y)


def _waves(size: int, x: Plane, y: Plane, sway_x: Plane, sway_y: Plane) -> Plane:
    """Add trains of waves from about one direction; crests are sharper than troughs."""
    rng = np.random.default_rng(9)
    total = np.zeros_like(x)
    for length in np.geomspace(0.16, 0.011, 26).tolist():
        turn = 1.02 + float(rng.normal(0, 0.34))
        phase, group = (float(v) for v in rng.uniform(0, 6.28, 2))
        along = (x + sway_x) * math.cos(turn) + (y + sway_y) * math.sin(turn)
        aside = (y + sway_y) * math.cos(turn) - (x + sway_x) * math.sin(turn)
        wave = np.sin(along * (6.283 / length) + phase).astype(np.float32)
        packet = 0.6 + 0.4 * np.sin(along * (1.1 / length) + aside * (1.7 / length) + group)
        total += (np.exp(1.1 * wave) - 1.3) * packet * np.float32(length**0.62)
    total = total + 0.10 * noise(136, size, 60, 3, (0.8, 1.4))
    return np.asarray(total / total.std(), np.float32)


def _crest(x: Plane, y: Plane, index: int) -> Plane:
    cx, cy, long, turn = _CRESTS[index]
    return lump(x, y, (cx, cy), (long, long * 0.26), turn - 1.02, (0.16, 0.12, 0.08), index)


def _foam(size: int, x: Plane, y: Plane) -> Plane:
    """Give how much foam covers the water: torn crests and the veil they leave behind."""
    torn = noise(137, size, 46, 3)
    lace = np.abs(noise(138, size, 38, 2))
    total = np.zeros_like(x)
    for index, (cx, cy, long, turn) in enumerate(_CRESTS):
        body = step(-0.15, 0.45, _crest(x, y, index) + 0.28 * torn)
        veil = lump(
            x, y, (cx - long * 0.6, cy - long * 0.7), (long * 1.5, long * 0.85), turn - 1.02
        )
        trail = step(-0.1, 0.8, veil) * step(0.42, 0.05, lace) * 0.38
        total = np.maximum(total, np.maximum(body * 0.95, trail))
    far = step(2.2, 3.0, noise(139, size, 55, 3) + 0.3 * torn) * 0.5
    return np.asarray(np.clip(np.maximum(total, far), 0, 1), np.float32)


def _guess(size: int, x: Plane, y: Plane) -> np.ndarray:
    """A model that is quiet over water and sure of some crests."""
    z = -5.0 + 0.55 * noise(140, size, 22, 3) + 0.7 * step(0.5, 2, noise(141, size, 8))
    for index, sure in enumerate(_SURE):
        part = _crest(x, y, index)
        z = np.maximum(
            z, -5.0 + (sure + 5.0) * step(-0.9, 0.35, part) + 0.25 * noise(142, size, 60)
        )
    return as_codes(blur(z.astype(np.float32), 0.0018))


EMPTY = Scene(
    id="empty",
    title="Sea without ships",
    says="Nothing is there to find: every overlap with an empty target is nought or undefined.",
    planes=_planes,
)
