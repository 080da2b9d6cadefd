"""Outlines become pixels, by the rule of their format; all of them are even-odd.

"centres": coordinates are places, pixel (r, c) covers c to c + 1 and r to r + 1, and belongs to
the object if its centre (c + ½, r + ½) is inside by the even-odd rule. A centre on the outline
belongs to the side right of or below it, so polygons that share an edge share no pixel and leave
none out. This is exact. YOLO is drawn so.

"fifths": the same, as the COCO API reckons it: corners are moved to fifths of a pixel and edges
are staircases of such fifths, so pixels within a fifth of the outline may differ. COCO is drawn so,
pixel for pixel.

"polygon" and the other names: coordinates are pixels, and the outline belongs to the object, as
Pillow draws it. Cityscapes' and LabelMe's own tools draw so, and people mark the last column of a
picture as width − 1, so any other rule would leave a border out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .shapes import Points, Rule

LINE_WIDTH = 10
POINT_RADIUS = 5
_FIFTHS = 5
_TOGETHER = 1 << 20  # steps worked out at once, to bound memory


def box(points: Points, rule: Rule, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Rows and columns that can be touched: top, left, bottom, right, the ends excluded."""
    if not len(points):
        return 0, 0, 0, 0
    (left, top), (right, bottom) = points.min(0), points.max(0)
    if rule == "ellipse":
        radius = float(np.hypot(*(points[1] - points[0])))
        (left, top), (right, bottom) = points[0] - radius, points[0] + radius
    reach = {"centres": 0, "line": LINE_WIDTH}.get(rule, 1)
    height, width = size
    return (
        min(height, max(0, int(np.floor(top)) - reach)),
        min(width, max(0, int(np.floor(left)) - reach)),
        max(0, min(height, int(np.ceil(bottom)) + reach + (rule != "centres"))),
        max(0, min(width, int(np.ceil(right)) + reach + (rule != "centres"))),
    )


def steps(points: Points, rule: Rule) -> float:
    """How many steps the outline is drawn in: what it costs."""
    if rule == "ellipse" or not len(points):
        return 8.0
    along = np.abs(points - np.roll(points, -1, axis=0)).max(1)
    return float(along.sum()) * (_FIFTHS if rule == "fifths" else 1) + len(points)


def fill(points: Points, rule: Rule, size: tuple[int, int]) -> tuple[NDArray[np.bool_], int, int]:
    """Draw one outline, clipped to a picture of (height, width).

    points: float64 n x 2, (x, y); two corners for a rectangle, the centre and a point of the
        circle for an ellipse.
    Gives a bool patch and the row and column of its first pixel.
    """
    top, left, bottom, right = box(points, rule, size)
    if bottom <= top or right <= left:
        return np.zeros((0, 0), np.bool_), 0, 0
    if rule == "centres":
        return _inside(points - (left, top), bottom - top, right - left), top, left
    if rule == "fifths":
        return _as_coco(points, top, left, bottom, right), top, left
    # Pillow cuts fractions off; done here before the shift, which then changes nothing.
    moved = np.trunc(points) if rule != "ellipse" else points
    moved = moved - (left, top)
    picture = Image.new("L", (right - left, bottom - top))
    draw = ImageDraw.Draw(picture)
    if rule == "ellipse":
        radius = float(np.hypot(*(points[1] - points[0])))
        draw.ellipse([*(moved[0] - radius), *(moved[0] + radius)], fill=1, outline=1)
    elif rule == "rectangle":
        draw.rectangle([*moved.min(0), *moved.max(0)], fill=1, outline=1)
    elif rule == "line":
        draw.line(moved.ravel().tolist(), fill=1, width=LINE_WIDTH)
    else:
        draw.polygon(moved.ravel().tolist(), fill=1, outline=1)
    return np.asarray(picture).astype(np.bool_), top, left


def _inside(points: Points, height: int, width: int) -> NDArray[np.bool_]:
    """Centres inside by the even-odd rule: each row is cut where edges cross its middle."""
    first, second = points - 0.5, np.roll(points - 0.5, -1, axis=0)  # centres at whole numbers
    downwards = first[:, 1] <= second[:, 1]
    upper = np.where(downwards[:, None], first, second)
    lower = np.where(downwards[:, None], second, first)
    # An edge crosses the rows from its upper end to before its lower one, so that a corner counts
    # once and a level edge never.
    start = np.clip(np.ceil(upper[:, 1]), 0, height).astype(np.int64)
    stop = np.clip(np.ceil(lower[:, 1]), 0, height).astype(np.int64)
    many = stop - start
    edge = np.repeat(np.arange(len(points)), many)
    row = np.arange(edge.size) - np.repeat(np.cumsum(many) - many - start, many)
    run, rise = (lower - upper)[edge].T
    crossing = upper[edge, 0] + (row - upper[edge, 1]) * run / rise
    # Left of the picture everything is cut at its first column; right of it, nothing is.
    column = np.clip(np.ceil(crossing), 0, width).astype(np.int64)
    flat = row * (width + 1) + column
    cuts = np.bincount(flat, minlength=height * (width + 1)).astype(np.uint8) & 1
    return np.bitwise_xor.accumulate(cuts.reshape(height, -1), axis=1)[:, :width].view(np.bool_)


def _as_coco(points: Points, top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
    """Rows and columns of a polygon by the COCO API (rleFrPoly of maskApi.c)."""
    # Cut off towards 0, as C makes whole numbers.
    corners = np.trunc(_FIFTHS * points + 0.5).astype(np.int64)
    following = np.roll(corners, -1, axis=0)
    many = np.abs(following - corners).max(1) + 1
    batch = (np.cumsum(many) - 1) // _TOGETHER
    height, width = bottom - top, right - left
    cuts = np.zeros(width * (height + 1), np.uint8)
    for number in np.unique(batch):
        some = batch == number
        column, row = _column_cuts(corners[some], following[some], many[some])
        seen = (column >= left) & (column < right)
        column, row = column[seen] - left, np.clip(row[seen], top, bottom) - top
        cuts ^= np.bincount(column * (height + 1) + row, minlength=cuts.size).astype(np.uint8) & 1
    inside = np.bitwise_xor.accumulate(cuts.reshape(width, -1), axis=1)[:, :height]
    return np.ascontiguousarray(inside.T).view(np.bool_)


def _column_cuts(
    start: NDArray[np.int64], end: NDArray[np.int64], many: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where edges cross the middles of columns: the column, and the first row below."""
    flat = np.abs(end - start)[:, 0] >= np.abs(end - start)[:, 1]
    major = np.where(flat, 0, 1)
    each = np.arange(len(start))
    # Staircases are drawn towards greater numbers, so that both directions give the same one.
    turned = (start[each, major] > end[each, major])[:, None]
    low, high = np.where(turned, end, start), np.where(turned, start, end)
    run, rise = high[each, major] - low[each, major], high[each, 1 - major] - low[each, 1 - major]
    slope = rise / np.maximum(run, 1)
    edge = np.repeat(each, many)
    step = np.arange(edge.size) - np.repeat(np.cumsum(many) - many, many)
    along = low[each, major][edge] + step
    beside = np.trunc(low[each, 1 - major][edge] + slope[edge] * step + 0.5).astype(np.int64)
    x, y = np.where(flat[edge], along, beside), np.where(flat[edge], beside, along)
    crossed = np.flatnonzero((x[1:] != x[:-1]) & (edge[1:] == edge[:-1]))
    lower_x = np.minimum(x[crossed], x[crossed + 1])
    lower_y = np.minimum(y[crossed], y[crossed + 1])
    middle = (lower_x - _FIFTHS // 2) % _FIFTHS == 0
    row = np.ceil((lower_y[middle] + 0.5) / _FIFTHS - 0.5).astype(np.int64)
    return (lower_x[middle] - _FIFTHS // 2) // _FIFTHS, row
