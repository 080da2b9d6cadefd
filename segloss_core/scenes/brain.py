"""A T1-like axial slice of a head; the mask is the brain without skull and scalp."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Plane, as_bytes, as_codes, blur, grid, inside, lump, noise, shifted, step
from .scene import Planes, Scene

_CENTRE = (0.5, 0.505)
_BRAIN = (0.318, 0.385)


def _even(plane: Plane, share: float) -> Plane:
    """Make a plane alike left and right, but for a share of itself."""
    both = (plane + plane[:, ::-1]) * np.float32(0.7)
    return both * np.float32(1 - share) + plane * np.float32(share)


def _planes(size: int) -> Planes:
    x, y = grid(size)
    bend_x, bend_y = 0.006 * noise(31, size, 4), 0.006 * noise(32, size, 4)
    head = lump(x, y, _CENTRE, (0.405, 0.470), waves=(0.012, 0.008), seed=5)
    # The front of a brain is narrower than its back.
    across = (x - 0.5) / (1 - 0.20 * (0.55 - y)) + 0.5
    brain = lump(across + bend_x, y + bend_y, _CENTRE, _BRAIN, waves=(0.004, 0.006, 0.010), seed=6)
    outline = brain * np.float32(0.35) - 0.012 * np.exp(-(((x - 0.5) / 0.012) ** 2))
    sheets = _even(noise(33, size, 30, 1), 0.5)
    sheets = shifted(sheets, 0.012 * noise(34, size, 8), 0.012 * noise(35, size, 8))
    folds = inside(sheets > 0)
    # Sulci come in from the surface and from the gap between the halves, and fade with depth.
    gap = np.abs(x - 0.5 - 0.006 * np.sin(y * 9) - 0.003 * noise(36, size, 6))
    gap_open = step(0.60, 0.68, y) + step(0.40, 0.33, y)
    depth = np.minimum(outline, gap + 0.06 * (1 - gap_open))
    furrow = np.abs(folds) + np.maximum(depth - 0.088, 0) * 0.5
    surface = np.minimum(outline, np.where(gap_open > 0.02, gap + 0.002, 1))
    edge = np.minimum(furrow, np.maximum(surface, -1))
    grey = step(0.0128, 0.0092, edge + 0.0022 * noise(37, size, 30))
    fluid = step(0.0054, 0.0022, np.minimum(furrow + step(0.02, 0.1, depth) * 0.006, surface))
    white_level = 0.80 + 0.012 * noise(38, size, 7, 3)
    tissue: Plane = white_level + (0.53 - white_level) * grey
    tissue = _deep(x, y, tissue)
    tissue = tissue + (0.17 - tissue) * fluid
    within = step(-0.004, 0.004, outline)
    image = _shell(size, x, y, head, outline)
    image = image + (tissue - image) * within
    image = blur(image.astype(np.float32), 0.0014)
    bias = 1 + 0.07 * (y - 0.5) + 0.05 * (x - 0.5) + 0.03 * noise(39, size, 2)
    real = image * bias + 0.020 * noise(40, size, 300)
    imaginary = 0.020 * noise(41, size, 300)
    image = np.hypot(real, imaginary)
    target = (outline > 0).astype(np.uint8)
    return as_bytes(image * np.float32(0.98)), target, _guess(size, x, y, outline)


def _deep(x: Plane, y: Plane, tissue: Plane) -> Plane:
    """Lay in the nuclei at the brain's middle, the ventricles and the bundle that joins halves."""
    side = np.abs(x - 0.5)
    thalamus = lump(side, y, (0.052, 0.545), (0.040, 0.062), -0.25, (0.03,), 2)
    putamen = lump(side, y, (0.118, 0.475), (0.024, 0.072), 0.12, (0.05,), 3)
    caudate = lump(side, y, (0.062, 0.405), (0.019, 0.046), 0.15, (0.04,), 4)
    insula = lump(side, y, (0.168, 0.475), (0.010, 0.085), 0.08)
    for part, level in ((thalamus, 0.61), (putamen, 0.585), (caudate, 0.56), (insula, 0.54)):
        tissue = tissue + (level - tissue) * step(-0.10, 0.12, part) * 0.92
    front = lump(side, y, (0.036, 0.395), (0.0145, 0.058), 0.33)
    back = lump(side, y, (0.066, 0.640), (0.017, 0.066), -0.42)
    third = lump(side, y, (0.0, 0.545), (0.0065, 0.052))
    bundle = lump(side, y, (0.0, 0.335), (0.045, 0.016))
    splenium = lump(side, y, (0.0, 0.625), (0.05, 0.018))
    for part in (bundle, splenium):
        tissue = tissue + (0.83 - tissue) * step(-0.1, 0.15, part)
    for part in (front, back, third):
        tissue = tissue + (0.14 - tissue) * step(-0.10, 0.10, part)
    plexus = lump(side, y, (0.068, 0.652), (0.006, 0.022), -0.42)
    return np.asarray(tissue + 0.22 * step(0, 0.5, plexus), np.float32)


def _shell(size: int, x: Plane, y: Plane, head: Plane, outline: Plane) -> Plane:
    """Scalp fat, dark skull with marrow, and the fluid below it."""
    rim = head * np.float32(0.43)
    scalp = 0.90 + 0.05 * noise(42, size, 14, 2)
    muscle = step(0.02, 0.05, np.abs(x - 0.5) - 0.30) * step(0.16, 0.05, np.abs(y - 0.52))
    shell = scalp - 0.42 * muscle * step(0.006, 0.012, rim)
    bone = step(0.022, 0.026, rim + 0.002 * noise(43, size, 9))
    shell = shell + (0.06 - shell) * bone
    marrow = step(0.034, 0.039, rim) * step(-0.020, -0.026, outline)
    shell = shell + (0.46 + 0.10 * noise(44, size, 26, 2) - shell) * marrow * 0.9
    below = step(-0.013, -0.010, outline)
    shell = shell + (0.15 + 0.02 * noise(45, size, 40) - shell) * below
    dura = np.exp(-(((outline + 0.013) / 0.0022) ** 2))
    shell = shell + 0.16 * dura
    return np.asarray(shell * step(-0.003, 0.003, rim) + 0.012, np.float32)


def _guess(size: int, x: Plane, y: Plane, outline: Plane) -> np.ndarray:
    """A model that is good, but leaks into bright scalp, and gives up at the front pole."""
    wobble = outline + 0.008 * noise(46, size, 7) + 0.004 * noise(47, size, 22)
    eaten = lump(x, y, (0.46, 0.145), (0.23, 0.135), 0.0, (0.12, 0.10), 8)
    leak = lump(x, y, (0.855, 0.47), (0.075, 0.150), 0.1, (0.12, 0.10), 9)
    rind = lump(x, y, (0.23, 0.75), (0.150, 0.105), 0.9, (0.10, 0.08), 10)
    hole = lump(x, y, (0.565, 0.64), (0.055, 0.085), -0.4, (0.1,), 11)
    z = 5.2 * np.tanh(wobble / 0.016)
    z = z + 0.55 * noise(48, size, 12, 3)
    z = z - 7.5 * step(-0.15, 0.55, eaten) - 5.6 * step(-0.1, 0.7, hole) - 5.5 * step(0, 0.6, rind)
    z = z + 8.4 * step(-0.15, 0.5, leak)
    small = cv2.GaussianBlur(z.astype(np.float32), (0, 0), 0.002 * size + 0.3)
    return as_codes(np.asarray(small, np.float32))


BRAIN = Scene(
    id="brain",
    title="Brain in a head scan",
    says="One large object: almost every pixel is easy, and all that is open lies at the edge.",
    planes=_planes,
)
