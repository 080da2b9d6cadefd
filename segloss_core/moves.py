"""Move a prediction and see what every loss makes of it: shift, growth, blur, temperature, bias.

All moves take logits (..., H, W) and give logits, so that a sure pixel keeps its digits. No move
at all gives the very logits back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid, max_pool2d

from .geometry import gaussian_mean
from .pixels import Pixels
from .spec import Answer, Loss, Note
from .study import Study

Array = NDArray[np.float64]
Move = Literal["shift", "grow × blur", "temperature × bias"]

_CHUNK = 1 << 18  # kinds of pixel at once: planes that stay in a processor's cache
_REACH = 4  # standard deviations at which a Gaussian window ends


# ---- moves of one prediction -------------------------------------------------------------------


def shifted(z: Tensor, dx: float, dy: float) -> Tensor:
    """Move the picture `dx` pixels to the right and `dy` down; fractions are bilinear in p.

    What enters from outside is background: the lowest logit of the image.
    """
    right, down = math.floor(dx), math.floor(dy)
    fx, fy = dx - right, dy - down
    corners = [
        (wx * wy, right + i, down + j)
        for i, wx in enumerate((1 - fx, fx))
        for j, wy in enumerate((1 - fy, fy))
        if wx * wy > 0
    ]
    if len(corners) == 1:
        return _rolled(z, right, down)
    parts = [(math.log(w), _rolled(z, i, j)) for w, i, j in corners]
    # Weighted means of p and of 1 − p, in logarithms: neither underflows.
    log_p = torch.stack([w + logsigmoid(part) for w, part in parts]).logsumexp(0)
    log_q = torch.stack([w + logsigmoid(-part) for w, part in parts]).logsumexp(0)
    return log_p - log_q


def _rolled(z: Tensor, right: int, down: int) -> Tensor:
    if right == 0 == down:
        return z
    height, width = z.shape[-2:]
    out = z.amin((-2, -1), keepdim=True).expand(z.shape).clone()
    if abs(right) < width and abs(down) < height:
        to = slice(max(down, 0), height + min(down, 0)), slice(max(right, 0), width + min(right, 0))
        of = (
            slice(max(-down, 0), height + min(-down, 0)),
            slice(max(-right, 0), width + min(-right, 0)),
        )
        out[..., *to] = z[..., *of]
    return out


def grown(z: Tensor, distance: float) -> Tensor:
    """Grow the object by a distance in pixels; a negative one shrinks it.

    Every level set grows alike: a pixel takes the highest (or lowest) logit within the distance,
    so no new grey level appears, and the hard mask {z > 0} becomes exactly the pixels at most that
    far from it (or loses those at most that far from its outside). The image's edge adds nothing.
    """
    if distance < 0:
        return -grown(-z, -distance)
    if distance < 1:
        return z  # the nearest pixel is 1 away
    height, width = z.shape[-2:]
    high = z.reshape(-1, 1, height, width)
    best = high.clone()
    for down in range(min(math.floor(distance), height - 1) + 1):
        half = min(math.isqrt(math.floor(distance**2 - down**2)), width - 1)
        wide = max_pool2d(high, (1, 2 * half + 1), 1, (0, half)) if half else high
        above, below = best[..., : height - down, :], best[..., down:, :]
        torch.maximum(below, wide[..., : height - down, :], out=below)
        torch.maximum(above, wide[..., down:, :], out=above)
    return best.reshape(z.shape)


def blurred(z: Tensor, sigma: float) -> Tensor:
    """Blur p with a Gaussian of `sigma` pixels, cut off at 4 σ; the image's edges are reflected.

    A blurred p below the smallest normal float counts as that. Raises ValueError below 0.
    """
    if not sigma >= 0:
        raise ValueError(f"a blur is 0 or more pixels wide, got {sigma!r}")
    if sigma == 0:
        return z
    window = 2 * max(1, math.ceil(_REACH * sigma)) + 1
    least = torch.finfo(z.dtype).tiny
    # 1 − p is blurred by itself: it has digits where p has rounded to 1.
    p, q = (gaussian_mean(torch.sigmoid(x), window, sigma).clamp_min(least) for x in (z, -z))
    return p.log() - q.log()


def tempered(z: Tensor, temperature: float, bias: float) -> Tensor:
    """Divide logits by a temperature and add a bias: z/T + b.

    T above 1 makes the prediction less sure; a positive bias says object more often. Raises
    ValueError unless the temperature is positive.
    """
    if not temperature > 0:
        raise ValueError(f"a temperature is positive, got {temperature!r}")
    return z if (temperature, bias) == (1, 0) else z / temperature + bias


# ---- losses over moves -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Surface:
    """Values of losses over a grid of moves: float64 (L, nx, ny), and the undefined cases met.

    `notes` holds a Note or None for each value.
    """

    values: Array
    notes: NDArray[Any]


def over_moves(
    study: Study,
    losses: Sequence[Loss | tuple[Loss, dict[str, Any]]],
    move: Move,
    xs: Sequence[float] | Array,
    ys: Sequence[float] | Array,
    *,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Surface | None:
    """Evaluate losses, with dials where a pair gives them, on the pair's prediction moved.

    xs and ys are dx and dy in pixels ("shift"), a distance and a σ in pixels ("grow × blur", in
    this order), or temperatures and biases in nats. Temperature and bias are exact by kinds of
    pixel where they suffice, at any size of the image; everything else moves the whole picture
    once per point. No move at all is answered by the study itself. `progress` gets the part that
    is done; None is returned once `cancelled` says so. Raises ValueError for another move, no
    loss, no point or one that is not finite, a σ below 0 and a temperature that is not positive.
    """
    asked = [item if isinstance(item, tuple) else (item, {}) for item in losses]
    xs, ys = (np.atleast_1d(np.asarray(axis, dtype=np.float64)) for axis in (xs, ys))
    _check(move, xs, ys, len(asked))
    shape = len(asked), len(xs), len(ys)
    values, notes = np.zeros(shape), np.full(shape, None, dtype=object)
    by_kinds = [move == "temperature × bias" and study.by_kinds(loss) for loss, _ in asked]
    works = [
        (route, [k for k, kinds in enumerate(by_kinds) if kinds == fast])
        for route, fast in ((_by_kinds(study, xs, ys), True), (_moved(study, move, xs, ys), False))
    ]
    works = [(route, those) for route, those in works if those]
    total, done = len(works) * len(xs) * len(ys), 0
    for route, those in works:
        for at, px in route:
            if cancelled():
                return None
            for k in those:
                loss, dials = asked[k]
                with torch.no_grad():
                    answer = loss.at(px, **dials)
                values[k].ravel()[at] = answer.value.cpu().numpy()
                notes[k].ravel()[at] = _first_notes(answer)
            done += at.stop - at.start
            progress(done / total)
    still = (1, 0) if move == "temperature × bias" else (0, 0)
    for i, j in np.argwhere((xs[:, None] == still[0]) & (ys == still[1])):
        for k, (loss, dials) in enumerate(asked):
            value = study.value(loss, **dials)
            values[k, i, j], notes[k, i, j] = value.value, value.note
    return Surface(values, notes)


def _check(move: str, xs: Array, ys: Array, losses: int) -> None:
    if move not in get_args(Move):
        raise ValueError(f"a move is {', '.join(get_args(Move))}, got {move!r}")
    if not losses or not xs.size or not ys.size or xs.ndim != 1 or ys.ndim != 1:
        raise ValueError("need at least one loss and one value on each axis")
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise ValueError("every value of an axis must be finite")
    if move == "grow × blur" and ys.min() < 0:
        raise ValueError(f"a blur is 0 or more pixels wide, got {ys.min():g}")
    if move == "temperature × bias" and not xs.min() > 0:
        raise ValueError(f"a temperature is positive, got {xs.min():g}")


Route = Iterator[tuple[slice, Pixels]]


def _by_kinds(study: Study, xs: Array, ys: Array) -> Route:
    """Points of the grid, chunk by chunk, and the kinds of pixel that occur, tempered for each."""
    px = study.kinds.pixels
    assert px.weight is not None
    there = px.weight[0] > 0
    if not bool(there.any()):  # all is ignored
        there = ~there
    z, y, count = (plane[:, there] for plane in (px.z, px.y, px.weight))
    grid = torch.from_numpy(np.stack(np.meshgrid(xs, ys, indexing="ij"), -1).reshape(-1, 2))
    step = max(1, _CHUNK // z.shape[-1])
    for start in range(0, len(grid), step):
        temperature, bias = grid[start : start + step, :, None, None].unbind(1)
        moved = z / temperature + bias
        here = (plane.expand(moved.shape) for plane in (y, count))
        yield slice(start, start + len(moved)), Pixels.from_logits(moved, *here)


def _moved(study: Study, move: Move, xs: Array, ys: Array) -> Route:
    """Points of the grid, one by one, and the whole picture moved there."""
    seen = study.pixels()
    # What lies under ignored pixels may be moved to where it counts.
    whole = torch.from_numpy(study.pair.prediction.logits()).to(study.device)
    for i, x in enumerate(map(float, xs)):
        wide = grown(whole, x) if move == "grow × blur" else whole
        for j, y in enumerate(map(float, ys)):
            if move == "shift":
                z = shifted(wide, x, y)
            else:
                z = blurred(wide, y) if move == "grow × blur" else tempered(wide, x, y)
            px = Pixels.from_logits(z, seen.y, seen.weight)
            at = i * len(ys) + j
            # One target, one set of distance fields, however often the prediction moves.
            yield slice(at, at + 1), Pixels(px.z, px.y, px.weight, fields=study.fields)


def _first_notes(answer: Answer) -> NDArray[Any]:
    """The first undefined case of each image, as `Answer.note` has it for one."""
    found: NDArray[Any] = np.full(answer.value.numel(), None, dtype=object)
    for note, where in answer.notes.items():
        met = where.cpu().numpy().ravel()
        for at in np.flatnonzero(met):
            found[at] = found[at] or Note(note)
    return found
