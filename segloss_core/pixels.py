"""Turn logits, a target and weights into the quantities every loss is written in.

All numerical care lives here: a loss file never clamps, never adds an epsilon and never takes a
logarithm of a probability.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

IMAGE_AXES = (-2, -1)


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
        fields: dict[Hashable, Any] | None = None,
        frozen: dict[Hashable, Any] | None = None,
    ) -> None:
        self.z, self.y, self.weight = z, y, weight
        self.fields = {} if fields is None else fields
        self.frozen = {} if frozen is None else frozen

    @classmethod
    def from_logits(
        cls,
        z: Tensor,
        y: Tensor,
        weight: Tensor | None = None,
        *,
        fields: dict[Hashable, Any] | None = None,
    ) -> Pixels:
        """Take logits (..., H, W), a target of 0 and 1 and optional weights >= 0 of equal shape.

        float16 and bfloat16 are computed in float32; float64 stays. A pixel of weight 0 is
        ignored whatever it holds, NaN and labels such as 255 included. `fields` keeps what
        depends on the target alone (distance maps), to be shared by predictions of one target.

        Raises ValueError for shapes that differ (a (B, H, W) target against (B, 1, H, W) logits
        would silently broadcast), for a target that holds anything but 0 and 1 where it counts,
        and for negative or non-finite weights.
        """
        z, y = torch.as_tensor(z), torch.as_tensor(y)
        if z.ndim < 2:
            raise ValueError(f"logits need at least the two image axes, got shape {tuple(z.shape)}")
        if y.shape != z.shape:
            raise ValueError(f"target has shape {tuple(y.shape)}, logits {tuple(z.shape)}")
        dtype = torch.float64 if z.dtype == torch.float64 else torch.float32
        z, y = z.to(dtype), y.to(z.device, dtype)
        if weight is not None:
            weight = torch.as_tensor(weight).to(z.device, dtype)
            if weight.shape != z.shape:
                raise ValueError(f"weight has shape {tuple(weight.shape)}, logits {tuple(z.shape)}")
            if not bool(((weight >= 0) & torch.isfinite(weight)).all()):
                raise ValueError("weights must be finite and >= 0")
            # First of all: 0 * NaN is NaN, so an ignored pixel is emptied before any arithmetic.
            counts = weight > 0
            z, y = torch.where(counts, z, 0), torch.where(counts, y, 0)
        if not bool(((y == 0) | (y == 1)).all()):
            raise ValueError("the target must hold 0 and 1 only (divide a 0/255 mask by 255)")
        return cls(z, y, weight, fields=fields)

    @classmethod
    def from_probabilities(cls, p: Tensor, y: Tensor, weight: Tensor | None = None) -> Pixels:
        """Take probabilities in [0, 1] instead of logits; exactly 0 and 1 become half a step.

        The step is the dtype's `eps`: the cross-entropy of a sure and wrong pixel would be
        infinite otherwise. Raises ValueError for values outside [0, 1] that are not ignored.
        """
        p = torch.as_tensor(p)
        p = p.to(torch.float64 if p.dtype == torch.float64 else torch.float32)
        inside = (p >= 0) & (p <= 1)
        if not bool((inside if weight is None else inside | (weight == 0)).all()):
            raise ValueError("probabilities must lie in [0, 1]; use from_logits for logits")
        half = torch.finfo(p.dtype).eps / 2
        p = p.clamp(half, 1 - half)
        return cls.from_logits(torch.log(p) - torch.log1p(-p), y, weight)

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

    def constant(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What the loss declares constant for the gradient, made once for these logits."""
        if key not in self.frozen:
            with torch.no_grad():
                self.frozen[key] = make()
        return self.frozen[key]

    def field(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What depends on the target alone, made once and shared by all its predictions."""
        if key not in self.fields:
            with torch.no_grad():
                self.fields[key] = make()
        return self.fields[key]

    # ---- the same pixels, seen otherwise -----------------------------------------------------

    def moved(self, z: Tensor) -> Pixels:
        """The same pixels with other logits, constants kept: what differentiation means here."""
        return Pixels(z, self.y, self.weight, fields=self.fields, frozen=self.frozen)

    def leaves(self) -> tuple[Pixels, dict[str, Tensor]]:
        """The same pixels with z, p, q, ln p and ln q as independent variables.

        Both ∂L/∂z and ∂L/∂p follow by the chain rule: nothing is differentiated through σ, and
        ∂L/∂p never needs ∂L/∂z divided by p(1 − p), which fails where p saturates.
        """
        names = ("z", "p", "q", "log_p", "log_q")
        free = {k: getattr(self, k).detach().requires_grad_() for k in names}
        seen = self.moved(free["z"])
        seen.__dict__.update(free)
        return seen, free

    def known(self, **planes: Tensor) -> Pixels:
        """The same pixels with p, q, log_p or log_q at hand, looked up instead of computed."""
        self.__dict__.update(planes)
        return self
