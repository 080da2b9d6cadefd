"""Turn logits, a target and weights into the quantities every loss is written in.

All numerical care lives here: a loss file never clamps, never adds an epsilon and never takes a
logarithm of a probability.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

IMAGE_AXES = (-2, -1)
_SURE = 1e5  # the logit that an infinite one counts as

Kept = dict[str, tuple[Hashable, Any]]
"""By name: what it was made of, and what was made."""


def ratio(a: Tensor, b: Tensor | float) -> Tensor:
    """Divide, with 0/0 (and anything over 0) being 0 with gradient 0: decided here, once."""
    b = torch.as_tensor(b, dtype=a.dtype, device=a.device)
    some = b != 0
    return torch.where(some, a, 0) / torch.where(some, b, 1)


def power(x: Tensor, exponent: Tensor | float) -> Tensor:
    """Raise x >= 0 to any exponent, with value 0 and gradient 0 at x = 0.

    `x ** 0.3` has an infinite slope at 0 and so a NaN gradient at a perfect prediction; clamping
    x instead leaves a visible rest (2.5e-4 for 1e-12 ** 0.3).
    """
    some = x > 0
    return torch.where(some, torch.exp(exponent * torch.log(torch.where(some, x, 1))), 0)


def expm1(x: Tensor) -> Tensor:
    """e^x − 1 with every digit of its value near 0, and of its slope far below it.

    torch.expm1 makes its slope as (e^x − 1) + 1, which has lost them there. x is to be small or
    negative: what e^x overflows at has no slope here.
    """
    return torch.where(x > -1, torch.expm1(x), torch.exp(x) - 1)


def log_plus(log_x: Tensor, more: Tensor | float) -> Tensor:
    """ln(x + more) of ln x, for more >= 0: exact where x itself has underflowed."""
    return torch.logaddexp(log_x, torch.as_tensor(more, dtype=log_x.dtype).to(log_x.device).log())


class Ranks(NamedTuple):
    """Per pixel, how much weight of each class is more wrong than it, and how much equally wrong.

    An object and a background pixel are equally wrong if their logits are opposite. A pixel is
    among its equals.
    """

    worse1: Tensor
    equal1: Tensor
    worse0: Tensor
    equal0: Tensor


class Pixels:
    """Logits z, target y and weight of every pixel of one image or a batch of images.

    Shapes are (..., H, W); the last two axes are the image, axes to the left are the caller's.
    Weighted kinds of pixel are an image of one row. Sums keep the image axes with size 1, so
    that they broadcast against pixels.

    ======  ==========================================================
    p, q    probability of the object, σ(z), and of the background, σ(−z)
    y       target, 0 or 1
    e       error |p − y|: q on the object, p on the background
    ce      cross-entropy of the pixel in nats: −ln p or −ln q
    N       number of pixels (the sum of weights); n1, n0 per class
    ======  ==========================================================
    """

    def __init__(
        self,
        z: Tensor,
        y: Tensor,
        weight: Tensor | None = None,
        *,
        fields: Kept | None = None,
        frozen: Kept | None = None,
        given: Mapping[str, Tensor] = MappingProxyType({}),
    ) -> None:
        self.z, self.y, self.weight = z, y, weight
        self.fields = {} if fields is None else fields
        self.frozen = {} if frozen is None else frozen
        self.given = given
        self.__dict__.update(given)

    @classmethod
    def from_logits(cls, z: Tensor, y: Tensor, weight: Tensor | None = None) -> Pixels:
        """Take logits (..., H, W), a target of 0 and 1 and optional weights >= 0 of equal shape.

        float16 and bfloat16 are computed in float32; float64 stays. A pixel of weight 0 is
        ignored whatever it holds, NaN and labels such as 255 included. An infinite logit (an
        overflow of float16, say) counts as ±1e5: sure, and finite.

        Raises ValueError for shapes that differ (a (B, H, W) target against (B, 1, H, W) logits
        would silently broadcast), for no pixels at all, for boolean or complex logits, for a
        target that holds anything but 0 and 1 where it counts, and for weights that are negative
        or whose sum is not finite. These checks read values, which torch.vmap and a full-graph
        torch.compile cannot: build `Pixels(z, y, weight)` there.
        """
        z, y = torch.as_tensor(z), torch.as_tensor(y)
        if z.ndim < 2 or z.numel() == 0:
            raise ValueError(f"logits need pixels on two image axes, got shape {tuple(z.shape)}")
        if z.dtype == torch.bool or z.is_complex():
            raise ValueError(f"logits are real numbers, got {z.dtype}; is this a mask?")
        if y.shape != z.shape:
            raise ValueError(f"target has shape {tuple(y.shape)}, logits {tuple(z.shape)}")
        dtype = torch.float64 if z.dtype == torch.float64 else torch.float32
        z, y = z.to(dtype), y.to(z.device, dtype)
        if weight is not None:
            weight = torch.as_tensor(weight).to(z.device, dtype)
            if weight.shape != z.shape:
                raise ValueError(f"weight has shape {tuple(weight.shape)}, logits {tuple(z.shape)}")
            if not bool((weight >= 0).all() & torch.isfinite(weight.sum())):
                raise ValueError("weights must be finite and >= 0, and so must their sum")
            # First of all: 0 * NaN is NaN, so an ignored pixel is emptied before any arithmetic.
            counts = weight > 0
            z, y = torch.where(counts, z, 0), torch.where(counts, y, 0)
        if not bool(((y == 0) | (y == 1)).all()):
            raise ValueError("the target must hold 0 and 1 only (divide a 0/255 mask by 255)")
        if bool(torch.isinf(z).any()):  # inf · 0 would be NaN
            z = torch.where(torch.isinf(z), z.sign() * _SURE, z)
        return cls(z, y, weight)

    @classmethod
    def from_probabilities(cls, p: Tensor, y: Tensor, weight: Tensor | None = None) -> Pixels:
        """Take probabilities in [0, 1] instead of logits; exactly 0 and 1 become half a step.

        The step is that of p's own dtype just below 1 (0 becomes less where smaller values occur,
        so that it stays the least): the cross-entropy of a sure and wrong pixel would be infinite
        otherwise. Raises ValueError for values outside [0, 1] that are not ignored.
        """
        p = torch.as_tensor(p)
        inside = (p >= 0) & (p <= 1)
        if not bool((inside if weight is None else inside | (weight == 0)).all()):
            raise ValueError("probabilities must lie in [0, 1]; use from_logits for logits")
        half = torch.finfo(p.dtype).eps / 4
        p = p.to(torch.float64 if p.dtype == torch.float64 else torch.float32)
        least = torch.where(p > 0, p, half).min().clamp(max=half)
        rest = torch.where(p == 1, half, 1 - p)
        p = torch.where(p == 0, least, torch.where(p == 1, 1 - half, p))
        return cls.from_logits(torch.log(p) - torch.log(rest), y, weight)

    # ---- per pixel -------------------------------------------------------------------------

    @cached_property
    def p(self) -> Tensor:
        """Probability of the object, σ(z)."""
        return torch.sigmoid(self.z)

    @cached_property
    def q(self) -> Tensor:
        """Probability of the background: σ(−z), because 1 − σ(z) is 0 in float32 above z = 17."""
        return torch.sigmoid(-self.z)

    @cached_property
    def log_p(self) -> Tensor:
        """ln p, finite for every finite logit."""
        return logsigmoid(self.z)

    @cached_property
    def log_q(self) -> Tensor:
        """ln(1 − p), finite for every finite logit."""
        return logsigmoid(-self.z)

    @cached_property
    def background(self) -> Tensor:
        """1 − y."""
        return 1 - self.y

    @cached_property
    def e(self) -> Tensor:
        """Error |p − y|."""
        return self.y * self.q + self.background * self.p

    @cached_property
    def ce(self) -> Tensor:
        """Cross-entropy of each pixel, in nats."""
        return -(self.y * self.log_p + self.background * self.log_q)

    @property
    def hard(self) -> Tensor:
        """The prediction as a mask: z > 0, ties to the background, ignored pixels background."""
        return self.visible(self.z.detach() > 0)

    @property
    def mask(self) -> Tensor:
        """The target as a boolean mask (ignored pixels are background)."""
        return self.y > 0

    def visible(self, x: Tensor) -> Tensor:
        """x where the pixel counts, background (0 or False) where it is ignored."""
        return x if self.weight is None else torch.where(self.weight > 0, x, torch.zeros_like(x))

    def weighted(self, x: Tensor) -> Tensor:
        """x times the weight."""
        return x if self.weight is None else x * self.weight

    # ---- per image -------------------------------------------------------------------------

    def sum(self, x: Tensor) -> Tensor:
        """Weighted sum over the image, image axes kept with size 1."""
        return self.weighted(x).sum(IMAGE_AXES, keepdim=True)

    def mean(self, x: Tensor) -> Tensor:
        """Weighted mean over the image; 0 where nothing counts."""
        return ratio(self.sum(x), self.N)

    def spread(self, x: Tensor) -> Tensor:
        """Each pixel's part of `mean(x)`: the map that sums to it."""
        return ratio(self.weighted(x), self.N)

    @cached_property
    def N(self) -> Tensor:
        """Number of pixels: the sum of weights."""
        return self.sum(torch.ones_like(self.y))

    @cached_property
    def n1(self) -> Tensor:
        """Object pixels in the target."""
        return self.sum(self.y)

    @cached_property
    def n0(self) -> Tensor:
        """Background pixels in the target."""
        return self.sum(self.background)

    # ---- what carries no gradient ------------------------------------------------------------

    def constant(self, name: str, make: Callable[[], Any], of: Hashable = None) -> Any:
        """What the loss declares constant for the gradient, made once for these logits.

        `of` holds every dial that it depends on; the newest alone is kept.
        """
        return _kept(self.frozen, name, make, of)

    def ranks(self) -> Ranks:
        """Where each pixel stands when all are sorted by how wrong they are, ties as one group.

        Constant for the gradient: a small step changes no rank.
        """
        return self.constant("ranks", self._ranks)

    @torch.no_grad()
    def _ranks(self) -> Ranks:
        shape = self.z.shape
        margin = torch.where(self.y > 0, self.z, -self.z).flatten(-2)
        rising, order = margin.sort(-1)
        place = torch.arange(margin.shape[-1], device=margin.device).expand_as(order)
        new = torch.ones_like(order, dtype=torch.bool)
        new[..., 1:] = rising[..., 1:] != rising[..., :-1]
        last = torch.cat([new[..., 1:], torch.ones_like(new[..., :1])], -1)
        first = torch.where(new, place, 0).cummax(-1).values
        final = torch.where(last, place, place.shape[-1]).flip(-1).cummin(-1).values.flip(-1)
        found = []
        for of_class in (self.y, self.background):
            amount = self.weighted(of_class).flatten(-2).double().gather(-1, order)
            # In float64, where counts of pixels are exact: tied pixels get equal ranks.
            total = amount.cumsum(-1)
            worse = (total - amount).gather(-1, first)
            for x in (worse, total.gather(-1, final) - worse):
                back = torch.empty_like(x).scatter_(-1, order, x)
                found.append(back.reshape(shape).to(self.z.dtype))
        return Ranks(*found)

    def field(self, name: str, make: Callable[[], Any], of: Hashable = None) -> Any:
        """What depends on target and weight alone; `fields` may be shared by predictions of both.

        `of` holds every dial that it depends on; the newest alone is kept, so that a dragged dial
        fills no memory.
        """
        return _kept(self.fields, name, make, of)

    # ---- the same pixels, seen otherwise -----------------------------------------------------

    def afresh(self) -> Pixels:
        """The same pixels without the planes that an earlier call left behind.

        Those may have been made without a graph, or with one that a backward pass has freed.
        """
        return Pixels(
            self.z, self.y, self.weight, fields=self.fields, frozen=self.frozen, given=self.given
        )

    def moved(self, z: Tensor) -> Pixels:
        """The same pixels with other logits, constants kept: what differentiation means here."""
        return Pixels(z, self.y, self.weight, fields=self.fields, frozen=self.frozen)

    def leaves(self) -> tuple[Pixels, dict[str, Tensor]]:
        """The same pixels with z, p, q, ln p and ln q as independent variables.

        Both ∂L/∂z and ∂L/∂p follow by the chain rule: nothing is differentiated through σ, and
        ∂L/∂p never needs ∂L/∂z divided by p(1 − p), which fails where p saturates.
        """
        names = ("z", "p", "q", "log_p", "log_q")
        free = {k: _ordinary(getattr(self, k)).detach().requires_grad_() for k in names}
        y, w = _ordinary(self.y), self.weight if self.weight is None else _ordinary(self.weight)
        given = {k: v for k, v in free.items() if k != "z"}
        return Pixels(free["z"], y, w, fields=self.fields, frozen=self.frozen, given=given), free

    def knowing(self, **planes: Tensor) -> Pixels:
        """The same pixels with p, q, log_p or log_q at hand, looked up instead of computed."""
        return Pixels(
            self.z, self.y, self.weight, fields=self.fields, frozen=self.frozen, given=planes
        )


def _kept(where: Kept, name: str, make: Callable[[], Any], of: Hashable) -> Any:
    found = where.get(name)
    if found is None or found[0] != of:
        with torch.no_grad():
            found = where[name] = (of, make())
    return found[1]


def _ordinary(x: Tensor) -> Tensor:
    """A tensor of inference mode cannot be differentiated through; its copy can."""
    return x.clone() if x.is_inference() else x
