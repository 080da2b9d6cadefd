"""Show what a loss does before anybody gives it a picture: the standard scene and what it tells.

Everything here is measured by calling the loss, so it holds for any loss and any setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from .maps import Wrt, gradient_at
from .pair import LEVELS, Pair, Prediction
from .pixels import Pixels
from .spec import Dial, Loss, Note

Array = NDArray[np.float64]
Dials = Mapping[str, float | int | None]

SIDE = 96
_SMALL = 48  # side of the picture in which one pixel is turned: many copies of it are evaluated
_SURE = 0.95


# ---- the standard scene ----------------------------------------------------------------------


@cache
def standard(side: int = SIDE) -> Pair:
    """A disc with a bite missed and a thin branch half missed, a false blob, one sure mistake.

    Every kind of mistake the losses differ about is in it, and nothing else. Sides below 32
    pixels raise ValueError: the branch would vanish.
    """
    if side < 32:
        raise ValueError(f"the standard scene needs at least 32 pixels a side, got {side}")
    unit = side / SIDE
    y, x = np.mgrid[:side, :side] / unit
    disc = _depth(x, y, 38, 46, 22)
    branch = np.minimum(1.6 - abs(y - 46 - 0.22 * (x - 58)), np.minimum(x - 55, 90 - x))
    target = np.maximum(disc, branch) > 0
    seen = np.minimum(disc, -_depth(x, y, 24, 30, 12))  # without the bite
    seen = np.maximum(seen, np.minimum(branch, 73 - x))  # without the far half of the branch
    seen = np.maximum(seen, _depth(x, y, 74, 78, 7.5))  # with something that is not there
    logit = np.clip(0.9 * seen + 0.4, -3.6, 3.6)
    logit[int(16 * unit), int(80 * unit)] = 4.6
    codes = np.clip(np.floor(256 / (1 + np.exp(-logit))), 0, 255).astype(np.uint8)
    return Pair(
        image=None,
        target=target.astype(np.uint8),
        prediction=Prediction.coded(codes),
        name="Standard scene",
    )


def _depth(x: Array, y: Array, at_x: float, at_y: float, radius: float) -> Array:
    """How deep inside a disc a point lies, in pixels of the standard side."""
    return radius - np.hypot(x - at_x, y - at_y)


# ---- one pixel turned ------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """What one pixel adds to the loss as its p goes from 0 to 1, all others held; times N.

    `object` and `background` have one value per entry of `p`; the least of each is 0. The slopes
    are ∂L/∂p of that pixel. Times the number of pixels N, so that a mean over pixels shows its
    cost of one pixel.
    """

    p: Array
    object: Array
    background: Array
    object_slope: Array
    background_slope: Array

    def slopes(self, wrt: Wrt) -> tuple[Array, Array]:
        """∂L/∂p or ∂L/∂z of the object and of the background pixel; the latter times p(1 − p)."""
        chain = self.p * (1 - self.p) if wrt == "logit" else np.ones_like(self.p)
        return self.object_slope * chain, self.background_slope * chain

    def near(self, p: float, wrt: Wrt) -> tuple[float, float, float, float, float]:
        """The nearest p drawn; object pixel and its slope there, background pixel and its."""
        i = int(np.argmin(abs(self.p - p)))
        object_slope, background_slope = self.slopes(wrt)
        lines = (self.p, self.object, object_slope, self.background, background_slope)
        return tuple(float(line[i]) for line in lines)  # type: ignore[return-value]


def curve(loss: Loss, dials: Dials, steps: int = 49, even_in: Wrt = "probability") -> Curve:
    """Turn one object and one background pixel of the standard scene from p = 0.002 to 0.998.

    The steps are even in p, or in the logit, in which a push that fades is seen to fade.
    """
    pair = standard(_SMALL)
    y = torch.tensor(pair.target, dtype=torch.float64)
    z = torch.tensor(pair.prediction.logits(), dtype=torch.float64)
    levels = torch.linspace(LEVELS[0], LEVELS[255], steps, dtype=torch.float64)
    if even_in == "probability":
        levels = torch.from_numpy(LEVELS[np.linspace(0, 255, steps).round().astype(int)])
    lines, slopes = [], []
    for row, column in ((23, 25), (8, 8)):  # inside the disc, and far outside
        turned = z.expand(steps, *z.shape).clone()
        turned[:, row, column] = levels
        px = Pixels.from_logits(turned, y.expand_as(turned).contiguous())
        with torch.no_grad():
            value = loss.at(px, **dials).value
        lines.append(((value - value.min()) * y.numel()).numpy())
        slope = gradient_at(loss, px, wrt="probability", **dials)[:, row, column]
        slopes.append((slope * y.numel()).numpy())
    return Curve(torch.sigmoid(levels).numpy(), *lines, *slopes)


# ---- what it says of the ends ----------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One extreme picture: the value, whether the gradient pushes anywhere, and what is undefined.

    `push` is the largest |∂L/∂z|, times the number of pixels.
    """

    name: str
    value: float
    push: float
    note: Note | None


def cases(loss: Loss, dials: Dials, side: int = 16) -> tuple[Case, ...]:
    """Empty, full and one-pixel masks, found and missed, at the confidence 0.95."""
    return tuple(_case(name, loss, dials, *planes) for name, planes in _extremes(side).items())


def _extremes(side: int) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Name of an extreme picture to its target and to what is predicted."""
    nothing = torch.zeros(side, side, dtype=torch.float64)
    everything, one = torch.ones_like(nothing), nothing.clone()
    one[side // 2, side // 2] = 1
    blob = nothing.clone()
    blob[4:8, 4:8] = 1
    return {
        "Empty mask, nothing predicted": (nothing, nothing),
        "Empty mask, a false alarm": (nothing, blob),
        "Empty mask, all predicted": (nothing, everything),
        "Full mask, all predicted": (everything, everything),
        "Full mask, a hole in the prediction": (everything, 1 - blob),
        "One-pixel mask, found": (one, one),
        "One-pixel mask, missed": (one, nothing),
    }


@dataclass(frozen=True)
class Undefined:
    """An undefined case by name: on which picture it occurs, and at which setting of the dials."""

    note: Note
    case: str
    dials: Mapping[str, float | int | None]


def undefined(loss: Loss, side: int = 12) -> tuple[Undefined, ...]:
    """Every undefined case of the loss that an extreme picture or the end of a dial brings out."""
    found: dict[Note, Undefined] = {}
    for setting in _corners(loss):
        for name, px in _pixels(side):
            with torch.no_grad():
                notes = loss.at(px, **setting).notes
            for note, where in notes.items():
                if bool(where.any()):
                    found.setdefault(note, Undefined(note, name, setting))
    return tuple(found.values())


def _pixels(side: int) -> Iterator[tuple[str, Pixels]]:
    """The extreme pictures, and one with a prediction so sure that p is 0 to the last bit."""
    for name, (y, said) in _extremes(side).items():
        yield name, Pixels.from_probabilities(_SURE * said + (1 - _SURE) * (1 - said), y)
    nothing = torch.zeros(side, side, dtype=torch.float64)
    yield "Empty mask, p = 0 exactly", Pixels.from_logits(nothing - 1e4, nothing)


def _corners(loss: Loss) -> list[dict[str, float | int | None]]:
    """The defaults, each dial at an end of 0 or 1 that belongs to it, and all of those at once."""
    ends: dict[str, list[float]] = {}
    for name, dial in loss.dials.items():
        ends[name] = [e for e in (0.0, 1.0) if e in dial.param.bounds and dial.param.contains(e)]
    single: list[dict[str, float | int | None]] = [
        {**loss.defaults, name: end} for name, known in ends.items() for end in known
    ]
    zero = {name: 0.0 for name, known in ends.items() if 0.0 in known}
    return [dict(loss.defaults), *single, {**loss.defaults, **zero}]


def _case(
    name: str, loss: Loss, dials: Dials, y: torch.Tensor, said: torch.Tensor, sure: float = _SURE
) -> Case:
    px = Pixels.from_probabilities(sure * said + (1 - sure) * (1 - said), y)
    with torch.no_grad():
        answer = loss.at(px, **dials)
    push = float(gradient_at(loss, px, wrt="logit", **dials).abs().max()) * y.numel()
    return Case(name, float(answer.value), push, answer.note)


@dataclass(frozen=True)
class Scale:
    """The loss on the standard scene's mask: predicted rightly, undecided, and inside out."""

    right: float
    undecided: float
    wrong: float
    floor: float


def scale(loss: Loss, dials: Dials) -> Scale:
    """Three values that say how large the loss is and which sign it has."""
    y = torch.tensor(standard(_SMALL).target, dtype=torch.float64)
    right, half, wrong = (
        _case("", loss, dials, y, said, sure).value
        for said, sure in ((y, 1 - 1e-6), (y, 0.5), (1 - y, 1 - 1e-6))
    )
    px = Pixels.from_probabilities(y, y)
    return Scale(right, half, wrong, float(torch.as_tensor(loss.at(px, **dials).floor)))


# ---- what a dial weighs ----------------------------------------------------------------------


@dataclass(frozen=True)
class Lean:
    """The part of the loss that object pixels pay at a dial's low and at its high end.

    Where an end is an undefined case, or no setting of the dial, it is 2 % of the range inside.
    """

    low: float
    high: float
    at_low: float
    at_high: float


def lean(loss: Loss, dial: Dial, dials: Dials) -> Lean | None:
    """Turn one dial from end to end on the standard scene: who pays then? None if nobody does.

    "Object pixels" pay for what is missed, background pixels for what is false.
    """
    if dial.kind == "whole":
        return None
    low, high = dial.param.shown
    margin = 0.02 * (high - low)
    pair = standard(_SMALL)
    y = torch.tensor(pair.target, dtype=torch.float64)
    px = Pixels.from_logits(torch.tensor(pair.prediction.logits(), dtype=torch.float64), y)

    def part(value: float) -> float | None:
        """The object pixels' part there; None where it is undefined or nobody pays."""
        if not dial.param.contains(value):
            return None
        with torch.no_grad():
            answer = loss.at(px, **{**dials, dial.name: value})
            share = answer.share()
        total = float(share.sum())
        return float((share * y).sum()) / total if answer.note is None and total > 0 else None

    found = []
    for end, inside in ((low, low + margin), (high, high - margin)):
        at_end = part(end)
        found.append((end, at_end) if at_end is not None else (inside, part(inside)))
    (at_low, paid_low), (at_high, paid_high) = found
    if paid_low is None or paid_high is None:
        return None
    return Lean(at_low, at_high, paid_low, paid_high)
