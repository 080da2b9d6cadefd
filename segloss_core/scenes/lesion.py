"""A small lesion in a liver: a CT-like slice in which it covers about 0.3 % of the picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .canvas import Plane, as_bytes, as_codes, blur, grid, lump, noise, step
from .scene import Planes, Scene

_LESION = (0.262, 0.478)
_RADII = (0.0345, 0.0285)
_WAVES = (0.10, 0.07, 0.05)
# Soft-tissue window: these Hounsfield units become black and white.
_WINDOW = (-150.0, 250.0)


def _lay(units: Plane, level: float | Plane, part: Plane, edge: float = 0.03) -> Plane:
    """Put a part of the body in: `part` is positive inside, `edge` its softness."""
    return np.asarray(units + (level - units) * step(-edge, edge, part), np.float32)


def _planes(size: int) -> Planes:
    x, y = grid(size)
    bend = (0.010 * noise(71, size, 4, 2), 0.010 * noise(72, size, 4, 2))
    wx, wy = x + bend[0], y + bend[1]
    units = _body(size, wx, wy)
    units = _lay(units, 62 + 6 * noise(73, size, 9), _lesion(x, y), 0.16)
    rim = np.exp(-((_lesion(x, y) / 0.16) ** 2))
    units = units + 16 * rim
    grain = noise(74, size, 150, 2) + 0.5 * noise(75, size, 400)
    streak = noise(76, size, 3, 4, (1, 34)) * step(0.25, 0.0, np.abs(y - 0.62))
    units = blur(units, 0.0017) + 11 * grain + 3.0 * streak
    low, high = _WINDOW
    image = as_bytes(np.clip((units - low) / (high - low), 0, 1).astype(np.float32))
    target = (_lesion(x, y) > 0).astype(np.uint8)
    return image, target, _guess(size, x, y)


def _lesion(x: Plane, y: Plane) -> Plane:
    return lump(x, y, _LESION, _RADII, 0.5, _WAVES, 7)


def _body(size: int, x: Plane, y: Plane) -> Plane:
    """Give Hounsfield units of an upper abdomen, seen from the feet: liver at the left."""
    units = np.full((size, size), -1000, np.float32)
    body = lump(x, y, (0.5, 0.515), (0.455, 0.360), waves=(0.025, 0.0, 0.012), seed=2)
    units = _lay(units, 10, body, 0.006)
    units = _lay(units, -105 + 7 * noise(77, size, 30, 2), body - 0.012, 0.006)
    wall = body - 0.115 - 0.045 * step(0.35, 0.75, y) * step(0.36, 0.1, np.abs(x - 0.5))
    units = _lay(units, 58 + 5 * noise(78, size, 50, 2), wall, 0.008)
    belly = wall - 0.058
    units = _lay(units, -98 + 9 * noise(79, size, 26, 3), belly, 0.010)
    units = _back(size, x, y, units, body)
    units = _organs(size, x, y, units, belly)
    return _ribs(size, x, y, units, wall)


def _ribs(size: int, x: Plane, y: Plane, units: Plane, wall: Plane) -> Plane:
    marrow = 190 + 40 * noise(80, size, 60)
    angle = np.arctan2((y - 0.515) / 0.36, (x - 0.5) / 0.455)
    for index, (at, long) in enumerate(
        (
            (0.35, 0.10),
            (0.83, 0.075),
            (-0.12, 0.085),
            (-0.62, 0.06),
            (2.80, 0.10),
            (2.31, 0.075),
            (-3.02, 0.085),
            (-2.52, 0.06),
        )
    ):
        turn = np.abs(np.mod(angle - at + math.pi, 2 * math.pi) - math.pi)
        rib = 1 - np.hypot(turn / long, (wall - 0.040) / 0.021).astype(np.float32)
        units = _lay(units, 420 + 20 * (index % 3), rib, 0.12)
        units = _lay(units, marrow, rib - 0.35, 0.12)
    return units


def _back(size: int, x: Plane, y: Plane, units: Plane, body: Plane) -> Plane:
    """Spine and the muscles beside it."""
    side = np.abs(x - 0.5)
    muscle = 56 + 9 * noise(81, size, 34, 3)
    units = _lay(
        units, muscle, lump(side, y, (0.085, 0.772), (0.068, 0.056), -0.2, (0.05,), 3), 0.08
    )
    units = _lay(units, muscle, lump(side, y, (0.062, 0.655), (0.030, 0.044), 0.2), 0.10)
    spongy = 210 + 45 * noise(82, size, 70, 2)
    for part in (
        lump(side, y, (0.055, 0.742), (0.062, 0.0135), -0.16),
        lump(x, y, (0.5, 0.800), (0.0125, 0.058)),
        lump(side, y, (0.036, 0.722), (0.016, 0.024)),
    ):
        units = _lay(units, 430, part, 0.10)
        units = _lay(units, spongy, part - 0.40, 0.15)
    vertebra = lump(x, y, (0.5, 0.662), (0.064, 0.050), waves=(0.03, 0.0, 0.02), seed=1)
    units = _lay(units, 470, vertebra, 0.05)
    units = _lay(units, spongy, vertebra - 0.10, 0.07)
    canal = lump(x, y, (0.5, 0.735), (0.0255, 0.0215))
    units = _lay(units, 12, canal, 0.10)
    return _lay(units, 40, lump(x, y, (0.5, 0.734), (0.0115, 0.0095)), 0.2)


def _organs(size: int, x: Plane, y: Plane, units: Plane, belly: Plane) -> Plane:
    right = lump(x, y, (0.275, 0.485), (0.225, 0.215), 0.25, (0.05, 0.03), 4)
    left = lump(x, y, (0.440, 0.355), (0.165, 0.078), 0.05, (0.06, 0.03), 5)
    liver = np.minimum(np.maximum(right * 0.21, left * 0.1) * 5, (belly - 0.012) * 4)
    units = _lay(units, 112 + 3 * noise(83, size, 16, 2), liver.astype(np.float32), 0.03)
    spleen = np.minimum(
        lump(x, y, (0.800, 0.560), (0.105, 0.165), 0.35, (0.05,), 6), (belly - 0.012) * 4
    )
    spleen = np.minimum(spleen, -lump(x, y, (0.700, 0.555), (0.095, 0.150), 0.3) + 0.05)
    units = _lay(units, 128 + 3 * noise(84, size, 16, 2), spleen.astype(np.float32), 0.05)
    units = _stomach(size, x, y, units)
    units = _kidney(size, x, y, units, (0.655, 0.660), -0.45)
    units = _lay(units, 150, lump(x, y, (0.535, 0.585), (0.0275, 0.0270)), 0.08)
    calcium = lump(x, y, (0.556, 0.598), (0.0045, 0.010), 0.8)
    units = _lay(units, 480, calcium, 0.3)
    units = _lay(units, 128, lump(x, y, (0.425, 0.575), (0.036, 0.0245), 0.25, (0.04,), 3), 0.08)
    for at, radii in (((0.585, 0.520), (0.050, 0.018)), ((0.495, 0.520), (0.030, 0.017))):
        units = _lay(
            units, 92 + 14 * noise(85, size, 40), lump(x, y, at, radii, 0.3, (0.1,), 8), 0.15
        )
    liver_only = step(0.02, 0.12, liver.astype(np.float32))
    return _tree(size, x, y, units, liver_only)


def _stomach(size: int, x: Plane, y: Plane, units: Plane) -> Plane:
    """A wall, fluid below and gas above a level surface: the patient lies on the back."""
    stomach = lump(x, y, (0.665, 0.385), (0.115, 0.095), 0.35, (0.06, 0.05, 0.02), 9)
    units = _lay(units, 88, stomach, 0.05)
    within = stomach - 0.085 + 0.02 * noise(86, size, 26, 2)
    units = _lay(units, 24 + 9 * noise(87, size, 20, 3), within, 0.05)
    gas = np.minimum(within, (0.365 - y) * 12).astype(np.float32)
    return _lay(units, -900, gas, 0.05)


def _kidney(
    size: int, x: Plane, y: Plane, units: Plane, at: tuple[float, float], turn: float
) -> Plane:
    kidney = lump(x, y, at, (0.052, 0.072), turn, (0.05, 0.03), 2)
    units = _lay(units, 185 + 5 * noise(88, size, 30), kidney, 0.06)
    marrow = kidney - 0.24 + 0.07 * noise(89, size, 45)
    units = _lay(units, 140, marrow, 0.08)
    notch = (at[0] - 0.018, at[1] + 0.002)
    return _lay(units, -70, lump(x, y, notch, (0.022, 0.024), turn, (0.2, 0.1), 5), 0.25)


def _tree(size: int, x: Plane, y: Plane, units: Plane, share: Plane) -> Plane:
    """Vessels of the liver: bright branches from the middle outwards."""
    branches = (
        ((0.385, 0.490), (0.300, 0.420), 0.0125),
        ((0.300, 0.420), (0.215, 0.385), 0.0085),
        ((0.300, 0.420), (0.290, 0.335), 0.0070),
        ((0.385, 0.490), (0.330, 0.545), 0.0105),
        ((0.330, 0.545), (0.240, 0.580), 0.0080),
        ((0.330, 0.545), (0.315, 0.620), 0.0065),
        ((0.240, 0.580), (0.165, 0.560), 0.0055),
        ((0.215, 0.385), (0.150, 0.410), 0.0055),
        ((0.385, 0.490), (0.420, 0.400), 0.0085),
        ((0.420, 0.400), (0.500, 0.350), 0.0065),
        ((0.180, 0.470), (0.130, 0.500), 0.0050),
        ((0.240, 0.580), (0.215, 0.640), 0.0050),
    )
    nearest = np.full((size, size), -1, np.float32)
    for (ax, ay), (bx, by), width in branches:
        dx, dy = bx - ax, by - ay
        t = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
        sway = 0.006 * np.sin(t * math.pi * 2)
        reach = np.hypot(x - ax - t * dx + sway, y - ay - t * dy - sway)
        nearest = np.maximum(nearest, 1 - reach / (width * (1 - 0.3 * t)))
    return np.asarray(units + 40 * step(-0.25, 0.4, nearest) * share, np.float32)


def _guess(size: int, x: Plane, y: Plane) -> NDArray[np.uint8]:
    """A model that finds most of it, unsure at one side, and two small things that are none."""
    seen = lump(
        x, y, (_LESION[0] + 0.0045, _LESION[1] - 0.003), (0.0335, 0.0285), 0.4, (0.12, 0.1), 9
    )
    z = -5.4 + 8.6 * step(-0.55, 0.50, seen)
    z = z - 2.6 * step(-0.2, 0.7, lump(x, y, (0.240, 0.500), (0.020, 0.020)))
    fat = lump(x, y, (0.412, 0.442), (0.0125, 0.0095), 0.6, (0.15,), 3)
    cyst = lump(x, y, (0.178, 0.575), (0.016, 0.013), 0.2, (0.15,), 4)
    gut = lump(x, y, (0.600, 0.430), (0.022, 0.016), 0.4, (0.2,), 4)
    for part, sure in ((fat, 1.2), (cyst, -0.9), (gut, -1.6)):
        z = np.maximum(z, -5.4 + (sure + 5.4) * step(-0.7, 0.5, part))
    liver = step(-0.1, 0.3, lump(x, y, (0.275, 0.485), (0.225, 0.215), 0.25))
    z = (
        z
        + (0.30 + 0.35 * liver) * noise(91, size, 26, 3)
        + 0.9 * liver * step(0, 2, noise(92, size, 10))
    )
    return as_codes(z.astype(np.float32))


LESION = Scene(
    id="lesion",
    title="Small lesion in a liver",
    says="One pixel in 330 is lesion: predicting nothing at all is 99.7 % accurate.",
    planes=_planes,
)
