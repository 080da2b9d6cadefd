"""Ask for an effect and get the dials: each answer is measured on the loss itself.

`price_ratio` and `keeps` need no pair, `balanced_start` needs its imbalance, `boundary_part` its
place. An answer is `Found`, or `Impossible` with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from .kinds import count, tables
from .losses import LOSSES
from .maps import gradient_at
from .pixels import Pixels
from .spec import Dial, Loss
from .study import Study

Array = NDArray[np.float64]
Start = Literal["half", "prevalence"]

_EXACT = 1e-6  # relative: prices near 1 have no digits left for a complement near 0
_CLOSE = 1e-5  # of a part of the gradient: where bisection stops
_STEPS = 16  # of a dial's slider that are tried before bisection
_BEYOND = 6  # doublings of the slider's end, within the domain, that are tried too


@dataclass(frozen=True)
class Found:
    """Dials that do what was asked; `measured` is what the loss does with them.

    `how` is "closed form" or "bisection"; `says` is a sentence; `only` are further dials at which
    it was measured, because another part of the loss would blur it.
    """

    loss: Loss
    dials: Mapping[str, float]
    how: Literal["closed form", "bisection"]
    asked: float
    measured: float
    says: str
    only: Mapping[str, float]


@dataclass(frozen=True)
class Impossible:
    """Why no dials do what was asked, and the range of what can be asked, where it is known."""

    loss: Loss
    reason: str
    reachable: tuple[float, float] | None = None


# ---- prices ------------------------------------------------------------------------------------


def _part(r: float) -> float:
    return r / (1 + r)


_EVERYWHERE = "A missed object pixel pays {r:.4g} times what an equally wrong false one pays."
_IN_CE = "In its cross-entropy a missed object pixel pays {r:.4g} times what a false one pays; "
# Loss, its dials for a ratio, the dials that leave its priced part alone, the sentence.
_PRICES: tuple[tuple[str, Callable[[float], dict[str, float]], dict[str, float], str], ...] = (
    ("weighted_bce", lambda r: {"beta": r}, {}, _EVERYWHERE),
    ("balanced_bce", lambda r: {"beta": _part(r)}, {}, _EVERYWHERE),
    ("focal", lambda r: {"alpha": _part(r)}, {}, _EVERYWHERE),
    ("tversky", lambda r: {"alpha": 1 / (1 + r), "beta": _part(r)}, {}, _EVERYWHERE),
    ("focal_tversky", lambda r: {"alpha": 1 / (1 + r), "beta": _part(r)}, {}, _EVERYWHERE),
    ("fbeta", lambda r: {"b": math.sqrt(r)}, {}, _EVERYWHERE),
    (
        "combo",
        lambda r: {"beta": _part(r)},
        {"alpha": 1.0},
        _IN_CE + "its Dice part prices both alike.",
    ),
    (
        "unified_focal_sym",
        lambda r: {"delta": _part(r)},
        {"lam": 1.0},
        "In its focal part a missed object pixel pays {r:.4g} times what a false one pays; its "
        "overlap part prices the misses of either class so.",
    ),
)


def price_ratio(r: float) -> tuple[Found | Impossible, ...]:
    """Let a missed object pixel cost `r` times a false one: an answer for every loss with prices.

    α + β = 1 where both are dials. Raises ValueError unless r is positive and finite.
    """
    if not (r > 0 and math.isfinite(r)):
        raise ValueError(f"a ratio of prices is positive and finite, got {r!r}")
    answers: list[Found | Impossible] = []
    for name, dials_for, only, says in _PRICES:
        loss, dials = LOSSES[name], dials_for(r)
        if outside := _outside(loss, dials):
            answers.append(Impossible(loss, f"{loss.title}: {outside}."))
            continue
        measured = _paid_ratio(loss, {**dials, **only})
        if not abs(measured - r) <= _EXACT * r:
            reason = f"{loss.title}: a ratio of {r:.4g} is beyond the digits of a price."
            answers.append(Impossible(loss, reason))
            continue
        answers.append(Found(loss, dials, "closed form", r, measured, says.format(r=r), only))
    return tuple(answers)


def _paid_ratio(loss: Loss, dials: Mapping[str, float]) -> float:
    """What a missed object pixel pays, per what an equally wrong background pixel pays."""
    y = torch.tensor([[1.0, 0.0, 1.0, 0.0]], dtype=torch.float64)
    z = torch.tensor([[-1.0, 1.0, 3.0, -3.0]], dtype=torch.float64)
    share = loss.at(Pixels.from_logits(z, y), **dials).share()[0]
    return float(share[0] / share[1])


def _outside(loss: Loss, dials: Mapping[str, float]) -> str:
    """Which dial would leave its domain; empty if none."""
    for name, value in dials.items():
        param = loss.dials[name].param
        if not param.contains(value):
            return f"{name} would be {value:.4g}, but lies in {param.domain}"
    return ""


# ---- focus -------------------------------------------------------------------------------------


def keeps(p: float, w: float) -> Found | Impossible:
    """Let a pixel that is right with probability `p` keep the part `w` of its cross-entropy.

    Gives the focal loss's γ = ln w / ln(1 − p). Raises ValueError unless 0 < p < 1 and w >= 0.
    """
    if not (0 < p < 1 and w >= 0 and math.isfinite(w)):
        raise ValueError(f"need a probability within 0 and 1 and a part from 0, got {p!r}, {w!r}")
    focal = LOSSES["focal"]
    if w == 0:
        return Impossible(focal, "No γ silences a pixel completely: some part of it is kept.")
    if w > 1:
        return Impossible(
            focal, f"Keeping {w:.4g} of it takes γ below 0: the focal loss can only take away."
        )
    gamma = abs(math.log(w) / math.log1p(-p))
    if outside := _outside(focal, {"gamma": gamma}):
        return Impossible(focal, f"{focal.title}: {outside}.")
    y = torch.ones(1, 1, dtype=torch.float64)
    px = Pixels.from_logits(torch.full_like(y, math.log(p) - math.log1p(-p)), y)
    only = {"alpha": 0.5}  # which halves every pixel
    kept = 2 * focal.at(px, gamma=gamma, **only).value / LOSSES["bce"].at(px).value
    says = f"A pixel right with probability {p:.4g} keeps {w:.4g} of its cross-entropy."
    return Found(focal, {"gamma": gamma}, "closed form", w, float(kept), says, only)


# ---- the start of training ---------------------------------------------------------------------


def balanced_start(
    study: Study, start: Start = "half", gamma: float = 2.0
) -> tuple[Found | Impossible, ...]:
    """Let object and background push equally hard on the logits at the start of training.

    At the start every p is ½, or the part of the pair's target that is object. `gamma` is the
    focal loss's. Measured is the object's push divided by the background's: 1 was asked. Raises
    ValueError for another start or a γ outside its domain.
    """
    if start not in get_args(Start):
        raise ValueError(f"a start is half or prevalence, got {start!r}")
    LOSSES["focal"].dials["gamma"].check("focal", gamma)
    n1 = int(np.count_nonzero(study.pair.target))
    n0 = study.pair.counted - n1
    p = 0.5 if start == "half" else n1 / (n0 + n1)
    balanced = [LOSSES[name] for name in ("weighted_bce", "balanced_bce", "focal")]
    if not (n0 and n1):
        reason = "The target has one class only: there is nothing to balance."
        return tuple(Impossible(loss, reason) for loss in balanced)
    push1, push0 = n1 * _focal_push(p, 0), n0 * _focal_push(1 - p, 0)
    focal1, focal0 = n1 * _focal_push(p, gamma), n0 * _focal_push(1 - p, gamma)
    dials: tuple[dict[str, float], ...] = (
        {"beta": push0 / push1},
        {"beta": push0 / (push0 + push1)},
        {"alpha": focal0 / (focal0 + focal1)} if focal1 and focal0 else {},
    )
    answers: list[Found | Impossible] = []
    said = "½" if start == "half" else f"{p:.4g}, the object's part of the image"
    for loss, own in zip(balanced, dials, strict=True):
        only = {"gamma": gamma} if loss.name == "focal" else {}
        if not own:
            reason = f"γ = {gamma:.4g} silences one class completely here."
            answers.append(Impossible(loss, reason))
        elif outside := _outside(loss, own):
            answers.append(Impossible(loss, f"{loss.title}: {outside}."))
        else:
            measured = _push_ratio(loss, {**own, **only}, p, n1, n0)
            says = f"With p = {said} everywhere, object and background push equally hard."
            answers.append(Found(loss, own, "closed form", 1.0, measured, says, only))
    return tuple(answers)


def _focal_push(p: float, gamma: float) -> float:
    """|∂/∂z| of −(1 − p)^γ ln p, where p is the probability of the true class."""
    return float((1 - p) ** gamma * (1 - p - gamma * p * math.log(p)))


def _push_ratio(loss: Loss, dials: Mapping[str, float], p: float, n1: int, n0: int) -> float:
    y = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    count = torch.tensor([[n1, n0]], dtype=torch.float64)
    z = torch.full_like(y, math.log(p) - math.log1p(-p))
    push = gradient_at(loss, Pixels.from_logits(z, y, count), wrt="logit", **dials)[0].abs()
    return float(push[0] / push[1])


# ---- place -------------------------------------------------------------------------------------


def boundary_part(
    study: Study, loss: Loss, dial: str, part: float, **others: float | None
) -> Found | Impossible:
    """Turn `dial` until this part of the gradient's absolute sum lies in the boundary band.

    The band is `study.band`; `others` are the loss's other dials. The dial's slider and some way
    beyond is tried in steps, then bisected between two steps that enclose the part: a part that
    occurs only between them is missed. Losses that look at places are evaluated densely, about
    forty times. Raises TypeError for an unknown dial, ValueError for a dial of whole numbers and
    for a part outside [0, 1].
    """
    turned = loss.dials.get(dial) or loss._unknown(dial)
    if turned.kind == "whole":
        raise ValueError(f"{loss.name}: {dial} is a whole number and cannot be bisected")
    if not 0 <= part <= 1:
        raise ValueError(f"a part lies in [0, 1], got {part!r}")
    if not study.band.any():
        return Impossible(loss, "The target has no contour, so there is no band along it.")
    measure = _measure(study, loss, others)
    tried = [(x, m) for x in _grid(turned) if (m := measure({dial: x})) is not None]
    if not tried:
        return Impossible(loss, "The loss pushes nowhere on this pair, so no part lies anywhere.")
    parts = [m for _, m in tried]
    reachable = min(parts), max(parts)
    says = f"{part:.4g} of the push lies within the boundary band."
    for x, m in tried:
        if abs(m - part) <= _CLOSE:
            return Found(loss, {dial: x}, "bisection", part, m, says, _given(others))
    for (low, at_low), (high, at_high) in pairwise(tried):
        if (at_low - part) * (at_high - part) < 0:
            found = _bisected(lambda x: measure({dial: x}), low, high, at_low < part, part)
            if found:
                return Found(
                    loss, {dial: found[0]}, "bisection", part, found[1], says, _given(others)
                )
            return Impossible(loss, f"The part jumps over {part:.4g} as {dial} turns.", reachable)
    ends = f"from {tried[0][0]:.4g} to {tried[-1][0]:.4g}"
    reason = (
        f"With {dial} {ends} the boundary band holds {reachable[0]:.4g} to {reachable[1]:.4g} "
        f"of the push, not {part:.4g}."
    )
    return Impossible(loss, reason, reachable)


def _given(others: Mapping[str, float | None]) -> dict[str, float]:
    """The other dials that were set to a number."""
    return {name: value for name, value in others.items() if value is not None}


def _measure(
    study: Study, loss: Loss, others: Mapping[str, float | None]
) -> Callable[[Mapping[str, float]], float | None]:
    """The band's part of Σ|∂L/∂z| at given dials; None where nothing pushes."""
    if study.by_kinds(loss):
        many = study.kinds.count.astype(float)
        near = count(study.code[study.band]).astype(float)

        def push(dials: Mapping[str, float]) -> Array:
            return abs(tables(loss, study.kinds, wrt="logit", **{**others, **dials}).gradient)
    else:
        px, many = study.pixels(), np.ones(study.pair.target.size)
        near = study.band.ravel().astype(float)

        def push(dials: Mapping[str, float]) -> Array:
            return abs(
                gradient_at(loss, px, wrt="logit", **{**others, **dials}).cpu().numpy().ravel()
            )

    def part(dials: Mapping[str, float]) -> float | None:
        each = push(dials)
        total = float((each * many).sum())
        return float((each * near).sum()) / total if total > 0 else None

    return part


def _grid(dial: Dial) -> list[float]:
    """Values to try, rising: the slider in even steps, then doubled while the domain allows."""
    low, high = dial.param.shown
    values = [*np.linspace(low, high, _STEPS + 1), *(high * 2**i for i in range(1, _BEYOND + 1))]
    return sorted({float(x) for x in values if dial.param.contains(float(x))})


def _bisected(
    measure: Callable[[float], float | None], low: float, high: float, rises: bool, part: float
) -> tuple[float, float] | None:
    """Where the measure is `part`, and what it is there; None if it jumps over it."""
    for _ in range(60):
        middle = (low + high) / 2
        here = measure(middle)
        if here is None:
            return None
        if abs(here - part) <= _CLOSE:
            return middle, here
        if (here < part) == rises:
            low = middle
        else:
            high = middle
    return None
