"""Let any function of a small picture run downhill, and say in words where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Of = Literal["probability", "logit"]
STEPS, RATE = 400, 0.08
"""400 steps move a logit by about 32 at most: 1 − p is then still more than 0 in float64."""

_SETTLED = 0.95  # the part of a class's pixels that must agree
_BETAS, _EPS = (0.9, 0.999), 1e-8  # Adam's own defaults


class Outcome(StrEnum):
    """Where a descent ends; the value of each is what people read after "it ends at"."""

    MASK = "the mask"
    INVERSE = "the inverse mask"
    BACKGROUND = "all background"
    OBJECT = "all object"
    NO_PUSH_ON_BACKGROUND = "the object found and the background left as it began"
    NO_PUSH_ON_OBJECT = "the background cleared and the object left as it began"
    UNMOVED = "the picture it began with"
    UNSETTLED = "nothing settled"
    NO_NUMBER = "a value that is no number"


@dataclass(frozen=True)
class Descent:
    """A picture on its way down: what it looked like, what it cost, and what it became.

    `frames` holds probabilities, float64 (F, H, W), at the steps `steps` (F,), the first being the
    beginning and the last the end; `values` (F,) are the function there. `dice` (F,) is that of
    each frame cut at ½ against the target, 1 where both are empty. `curve` holds the value at
    every step (steps + 1,).
    """

    frames: NDArray[np.float64]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    dice: NDArray[np.float64]
    curve: NDArray[np.float64]
    outcome: Outcome

    @property
    def runs_away(self) -> bool:
        """Whether the value is falling without bound: it falls as fast at the end as before.

        The rule: over the last quarter of the steps it falls by a tenth of its whole fall or more,
        and by half or more of its fall over the quarter before. What settles slows down instead.
        """
        if len(self.curve) < 5:
            return False
        at = np.linspace(0, len(self.curve) - 1, 5).round().astype(int)
        start, _, third, last, end = self.curve[at]
        before, lately = third - last, last - end
        return bool(start > end and lately >= 0.1 * (start - end) and lately >= 0.5 * before)


def toy() -> Tensor:
    """A 12 × 12 target with an object of 30 pixels (20.8 %), not centred: float64 of 0 and 1."""
    y = torch.zeros(12, 12, dtype=torch.float64)
    y[3:8, 4:10] = 1
    return y


def descend(
    f: Callable[[Tensor, Tensor], Tensor],
    target: Tensor,
    steps: int = STEPS,
    *,
    rate: float = RATE,
    seed: int = 0,
    initial: Tensor | None = None,
    of: Of = "probability",
    frames: int = 21,
) -> Descent:
    """Run Adam on the logits of one picture under f(p, y), or f(z, y) with `of="logit"`.

    target (H, W) holds 0 and 1. The picture begins at the logits `initial` (H, W), else at
    standard normal noise of this seed. `frames` pictures are kept, spread evenly. A function
    without a gradient moves nothing; where the value stops being a number the descent ends.
    Raises ValueError unless target and initial are (H, W) of one shape, steps >= 1, frames >= 2,
    `of` is one of the two and f returns one number.
    """
    if of not in ("probability", "logit"):
        raise ValueError(f"of must be 'probability' or 'logit', got {of!r}")
    if steps < 1 or frames < 2:
        raise ValueError(f"needs a step and two frames, got {steps} and {frames}")
    y = torch.as_tensor(target).detach().double()
    if y.ndim != 2 or not bool(((y == 0) | (y == 1)).all()):
        raise ValueError("the target must be one picture (H, W) of 0 and 1")
    z = _beginning(y, seed) if initial is None else torch.as_tensor(initial).detach().double()
    if z.shape != y.shape:
        raise ValueError(f"initial has shape {tuple(z.shape)}, the target {tuple(y.shape)}")
    keep = np.unique(np.linspace(0, steps, frames).round().astype(np.int64))
    curve, kept = _run(f, z.clone(), y, steps, rate, of, set(keep.tolist()))
    shown = torch.stack(list(kept.values()))
    at = np.array(list(kept), dtype=np.int64)
    values = np.array(curve)
    broken = not np.isfinite(values).all()
    return Descent(
        shown.numpy(),
        at,
        values[at],
        _dice(shown > 0.5, y > 0).numpy(),
        values,
        Outcome.NO_NUMBER if broken else _outcome(shown[-1] > 0.5, shown[0] > 0.5, y > 0),
    )


def _beginning(y: Tensor, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(y.shape, generator=random, dtype=torch.float64)


def _run(
    f: Callable[[Tensor, Tensor], Tensor],
    z: Tensor,
    y: Tensor,
    steps: int,
    rate: float,
    of: Of,
    keep: set[int],
) -> tuple[list[float], dict[int, Tensor]]:
    """Adam, written out: torch's optimiser spends longer on bookkeeping than these few pixels."""
    mean, square = torch.zeros_like(z), torch.zeros_like(z)
    with torch.inference_mode(False):  # what was made in inference mode cannot be differentiated
        y = y.clone()
    curve: list[float] = []
    kept: dict[int, Tensor] = {}
    for step in range(steps + 1):
        # A page may ask from where gradients are switched off.
        with torch.inference_mode(False), torch.enable_grad():
            leaf = z.clone().requires_grad_()
            p = torch.sigmoid(leaf)
            value = f(p if of == "probability" else leaf, y)
            if value.numel() != 1:
                raise ValueError(f"the function must return one number, got {tuple(value.shape)}")
            curve.append(value.item())
            finite = np.isfinite(curve[-1])
            if step in keep or not finite:
                kept[step] = p.detach()
            if step == steps or not finite:
                break
            if not value.requires_grad:
                continue
            (slope,) = torch.autograd.grad(value.sum(), leaf, allow_unused=True)
        if slope is None:
            continue
        first, second = 1 - _BETAS[0] ** (step + 1), 1 - _BETAS[1] ** (step + 1)
        mean.lerp_(slope, 1 - _BETAS[0])
        square.mul_(_BETAS[1]).addcmul_(slope, slope, value=1 - _BETAS[1])
        z.addcdiv_(mean, (square / second).sqrt_().add_(_EPS), value=-rate / first)
    return curve, kept


def _dice(masks: Tensor, target: Tensor) -> Tensor:
    """Dice of boolean masks (F, H, W) against one target; 1 where both are empty."""
    both = 2 * (masks & target).sum((-2, -1)).double()
    all_ = (masks.sum((-2, -1)) + target.sum()).double()
    return torch.where(all_ > 0, both / all_.clamp_min(1), 1)


def _outcome(final: Tensor, first: Tensor, target: Tensor) -> Outcome:
    """Name the final mask. A class has settled where 95 % of its pixels agree.

    Mask and inverse mask are asked for first (an empty target's mask is all background too), then
    the two flat pictures; then whether one class has settled and the other still is, to 95 %, what
    it was; then whether all is.
    """

    def most(x: Tensor) -> bool:
        return x.numel() == 0 or float(x.double().mean()) >= _SETTLED

    on_object, on_background, same = final[target], final[~target], final == first
    found, lost = most(on_object), most(~on_object)
    clear, flooded = most(~on_background), most(on_background)
    rules = (
        (found and clear, Outcome.MASK),
        (lost and flooded, Outcome.INVERSE),
        (lost and clear, Outcome.BACKGROUND),
        (found and flooded, Outcome.OBJECT),
        (most(same.flatten()), Outcome.UNMOVED),
        (found and most(same[~target]), Outcome.NO_PUSH_ON_BACKGROUND),
        (clear and most(same[target]), Outcome.NO_PUSH_ON_OBJECT),
    )
    return next((outcome for holds, outcome in rules if holds), Outcome.UNSETTLED)
