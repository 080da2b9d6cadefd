"""Draw any loss as maps: each pixel's share of the value, and where the gradient pushes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Literal

import torch
from torch import Tensor

from .pixels import Pixels
from .spec import Answer, Loss, Number

Wrt = Literal["logit", "probability"]


def share(
    loss: Loss, z: Tensor, y: Tensor, weight: Tensor | None = None, **dials: Number | None
) -> Tensor:
    """Each pixel's part of the value: (..., H, W), >= 0, summing to value − floor.

    Takes logits and target of shape (..., H, W); dial tensors of joint shape D come first:
    D + (..., H, W). Raises what calling the loss raises.
    """
    with torch.no_grad():
        return loss.at(Pixels.from_logits(z, y, weight), **dials).share()


def gradient(
    loss: Loss,
    z: Tensor,
    y: Tensor,
    weight: Tensor | None = None,
    *,
    wrt: Wrt = "logit",
    **dials: Number | None,
) -> Tensor:
    """Where the loss pushes: ∂L/∂z or ∂L/∂p of every pixel, shape D + (..., H, W).

    A positive gradient pushes the probability down. Raises what calling the loss raises, and
    ValueError for another `wrt`.
    """
    return gradient_at(loss, Pixels.from_logits(z, y, weight), wrt=wrt, **dials)


def gradient_at(loss: Loss, px: Pixels, *, wrt: Wrt = "logit", **dials: Number | None) -> Tensor:
    """`gradient` of pixels at hand: cached fields are used and filled."""
    return answer_at(loss, px, wrt=wrt, **dials)[1]


def answer_at(
    loss: Loss, px: Pixels, *, wrt: Wrt = "logit", **dials: Number | None
) -> tuple[Answer, Tensor]:
    """What the loss says of pixels at hand, and its gradient, in one evaluation.

    The answer hangs on the graph of that evaluation: take its share under `no_grad`, and soon.
    """
    if wrt not in ("logit", "probability"):
        raise ValueError(f"wrt must be 'logit' or 'probability', got {wrt!r}")
    # A map is asked for in evaluation code too, where the surroundings switch gradients off.
    with torch.inference_mode(False), torch.enable_grad():
        seen, free = px.leaves()
        answer = loss.at(seen, **dials)
        g = by_leaves(answer.value, free)
    return answer, slope(g, free["p"].detach(), free["q"].detach(), wrt)


def slope(g: Mapping[str, Tensor], p: Tensor, q: Tensor, wrt: Wrt) -> Tensor:
    """∂L/∂z or ∂L/∂p from the derivatives by the leaves of `Pixels.leaves`, all of one shape."""
    return wrt_logit(g, p, q) if wrt == "logit" else wrt_probability(g, p, q)


def wrt_logit(g: Mapping[str, Tensor], p: Tensor, q: Tensor) -> Tensor:
    """∂L/∂z from the derivatives by the leaves of `Pixels.leaves`, all of one shape."""
    # dp/dz = pq, d ln p/dz = q, d ln q/dz = −p
    return g["z"] + p * q * (g["p"] - g["q"]) + q * g["log_p"] - p * g["log_q"]


def wrt_probability(g: Mapping[str, Tensor], p: Tensor, q: Tensor) -> Tensor:
    """∂L/∂p from the derivatives by the leaves of `Pixels.leaves`, all of one shape.

    A probability that has underflowed to 0 counts as the smallest normal number: the slope of
    ln p is then huge, as it should be, and at most the largest number.
    """
    limits = torch.finfo(p.dtype)
    p, q = p.clamp_min(limits.tiny), q.clamp_min(limits.tiny)
    slope = g["z"] / p / q + g["p"] - g["q"] + g["log_p"] / p - g["log_q"] / q
    return slope.clamp(limits.min, limits.max)


def by_leaves(value: Tensor, leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """Differentiate each image at each dial setting; images are independent, settings are not."""
    shape = value.shape[: value.ndim - (leaves["z"].ndim - 2)]
    variables = list(leaves.values())
    if not value.requires_grad:  # nothing depends on the pixels: an undefined case, or dials at 0
        return {
            k: torch.zeros(shape + v.shape, dtype=v.dtype, device=v.device)
            for k, v in leaves.items()
        }
    rows = [
        torch.autograd.grad(value[at].sum(), variables, retain_graph=True, allow_unused=True)
        for at in product(*map(range, shape))
    ]
    return {
        name: torch.stack(
            [torch.zeros_like(v) if row[i] is None else row[i] for row in rows]
        ).reshape(shape + v.shape)
        for i, (name, v) in enumerate(leaves.items())
    }
