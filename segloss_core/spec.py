"""Declare a loss once: signature = sliders, docstring = card, claims = tests."""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import product
from numbers import Real
from types import MappingProxyType
from typing import Annotated, Any, NoReturn, get_args, get_origin, get_type_hints

import torch
from torch import Tensor

from .pixels import Pixels

Number = float | Tensor


class Note(StrEnum):
    """Names of the undefined cases; the value of each is the sentence people read."""

    NO_PIXELS = "no pixels: every weight is 0, so the value is set to 0"
    NO_BOUNDARY_IN_TARGET = "no boundary in the target: distances to it are set to 0"
    NO_BOUNDARY_IN_PREDICTION = "no boundary in the prediction: distances to it are set to 0"
    NO_BOUNDARY = "no boundary in the target nor in the prediction: the value is 0 by definition"
    NO_CONTOUR = (
        "only one of the two masks has a contour: the image diagonal stands for the distance"
    )
    NO_TWO_OBJECTS = "fewer than two objects in the target: the border weight is 0 everywhere"
    ONE_CLASS = "one class is missing: the automatic β makes the loss 0 for any prediction"
    MISSING_CLASS = "one class is missing from the target: its term is 0"
    MISSING_LABEL = "one class is missing from the target: its cross-entropy has weight 0"
    BORROWED_WEIGHT = "one class is missing from the target: it takes the weight of the other class"
    NO_CORRELATION = (
        "one class is missing from the target: the correlation is undefined and counts as 0"
    )
    ONLY_THE_WORST = (
        "empty target: the first false alarm makes the overlap 0, so only the worst pixel pays"
    )
    NOTHING_TO_OVERLAP = (
        "empty target without smoothing: the overlap is 0 whatever is predicted, and pushes nowhere"
    )
    ONE_ON_EMPTY_TARGET = "empty target: the value is 1 whatever is predicted, and pushes nowhere"
    ZERO_OVER_ZERO = "0/0 in the overlap: nothing is there and there is no smoothing; it costs 0"
    NO_SKELETON_IN_TARGET = "no skeleton in the target: none of it can be missed, its recall is 1"
    NO_SKELETON_IN_PREDICTION = (
        "no skeleton in the prediction: none of it can be false, its precision is 1"
    )
    NO_SKELETON = "no skeleton in the target nor in the prediction: the centreline term is 0"
    MISSING_OVERLAP = (
        "one class is missing from the target: the overlap of that class pushes nowhere"
    )
    FREE_ERRORS = "no mistake that is possible here has a price: the loss is 0 for any prediction"


_DOMAIN = re.compile(r"^([\[(])\s*(\S+?)\s*,\s*(\S+?)\s*([\])])$")


@dataclass(frozen=True)
class Param:
    """What a dial is: LaTeX symbol, domain such as "[0, inf)", the slider's range, its meaning.

    `automatic` says what None stands for, where None is allowed; `odd` asks for odd whole numbers.
    """

    symbol: str
    domain: str
    shown: tuple[float, float]
    says: str
    automatic: str | None = None
    odd: bool = False

    def __post_init__(self) -> None:
        if not _DOMAIN.match(self.domain):
            raise ValueError(f"domain {self.domain!r} is not an interval such as '[0, inf)'")
        if not all(self.contains(end) or end in self.bounds for end in self.shown):
            raise ValueError(f"the slider's range {self.shown} leaves the domain {self.domain}")

    @cached_property
    def _parts(self) -> tuple[str, str, str, str]:
        opening, low, high, closing = _DOMAIN.match(self.domain).groups()  # type: ignore[union-attr]
        return opening, low, high, closing

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The domain's two ends, whether or not they belong to it."""
        return float(self._parts[1]), float(self._parts[2])

    def contains(self, x: Number | Real) -> bool:
        """Whether x, or every element of the tensor x, lies in the domain and is finite."""
        low, high = self.bounds
        if type(x) is float and low < x < high:
            return True
        opening, _, _, closing = self._parts
        try:
            x = x if isinstance(x, Tensor) else float(x)
        except OverflowError:  # a whole number beyond any float
            return False
        above = x >= low if opening == "[" else x > low
        below = x <= high if closing == "]" else x < high
        if not isinstance(x, Tensor):
            return bool(above and below and math.isfinite(x))
        return bool((above & below & torch.isfinite(x)).all())


@dataclass(frozen=True)
class Dial:
    """One parameter of one loss, read off its signature."""

    name: str
    param: Param
    default: float | int | None
    kind: str  # "number": tensors broadcast; "scalar" and "whole": a tensor is swept by a loop

    def check(self, loss: str, value: Any) -> None:
        """Raise ValueError unless value lies in the domain; None where it may be automatic."""
        if type(value) is float and self.kind != "whole" and self.param.contains(value):
            return  # what nearly always comes, without questions that take longer
        if value is None:
            if self.param.automatic is None:
                raise ValueError(f"{loss}: {self.name} has no automatic value")
            return
        if isinstance(value, bool) or not isinstance(value, Real | Tensor):
            raise ValueError(f"{loss}: {self.name} must be a number or a tensor, got {value!r}")
        if not self.param.contains(value):
            raise ValueError(f"{loss}: {self.name} must lie in {self.param.domain}, got {value}")
        if self.kind == "whole" and not bool((torch.as_tensor(value) % 1 == 0).all()):
            raise ValueError(f"{loss}: {self.name} must be a whole number, got {value}")
        if self.param.odd and not bool((torch.as_tensor(value) % 2 == 1).all()):
            raise ValueError(f"{loss}: {self.name} must be odd, got {value}")


@dataclass(frozen=True)
class Answer:
    """What a loss says of an image: its value and each pixel's share of it.

    `share` is a function, so that only what is shown is computed: `share() >= 0`, it includes the
    weight and sums to `value - floor`. `notes` maps each undefined
    case that can occur to where it does; `terms` gives the loss's own named quantities.
    """

    value: Tensor
    share: Callable[[], Tensor]
    floor: Number = 0.0
    notes: Mapping[Note, Tensor] = field(default_factory=dict)
    terms: Callable[[], dict[str, Tensor]] = dict

    @property
    def note(self) -> Note | None:
        """The undefined case this answer stands on, if any (of a batch: the first that occurs)."""
        return next((note for note, where in self.notes.items() if bool(where.any())), None)


@dataclass(frozen=True)
class Claim:
    """A sentence people read that is also a test: `check(loss, losses)` raises AssertionError."""

    sentence: str
    check: Callable[[Loss, Mapping[str, Loss]], None]

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Arithmetic:
    """The share of one pixel as a formula, for an object and for a background pixel.

    Names are p, N, n1, n0, TP, FP, FN, L (the value), the dials, and what the body gives as
    `terms`, whose LaTeX is in `symbols`; ln is the one function.
    """

    object: str
    background: str
    symbols: Mapping[str, str] = field(default_factory=dict)


class Loss:
    """A segmentation loss: call it with logits and target, or turn its dials over a grid.

    `loss(z, y, weight=None, **dials)` gives one value per image: shapes (..., H, W) -> (...).
    Dials given as tensors broadcast together to a shape D, and results have shape D + (...).
    Raises ValueError for shapes that differ and for a dial outside its domain, TypeError for an
    unknown dial.
    """

    def __init__(
        self,
        body: Callable[..., Answer],
        *,
        formula: str,
        source: str,
        claims: tuple[Claim, ...],
        pixel: Arithmetic,
        presets: Mapping[str, Mapping[str, float]],
    ) -> None:
        *_, self.family, self.name = body.__module__.split(".")
        if body.__name__ != self.name:
            raise ValueError(f"{body.__module__} must declare a loss named {self.name}")
        self._body, self.formula, self.source = body, formula, source
        self.claims, self.pixel = claims, pixel
        self.presets = {"default": self.defaults, **presets}
        self.__doc__ = inspect.cleandoc(body.__doc__ or "")
        self.__module__, self.__name__ = body.__module__, body.__name__

    def __repr__(self) -> str:
        return f"<{self.family} loss {self.name}({', '.join(map(str, self.defaults))})>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _loss_of, (self._body.__module__, self.name)

    # ---- what the declaration says -----------------------------------------------------------

    @cached_property
    def dials(self) -> dict[str, Dial]:
        """The loss's parameters in the order of its signature."""
        hints = get_type_hints(self._body, include_extras=True)
        found = {}
        for name, parameter in inspect.signature(self._body).parameters.items():
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
                continue
            if get_origin(hints[name]) is not Annotated:
                raise TypeError(f"{self.name}.{name} needs Annotated[..., Param(...)]")
            kind, param = get_args(hints[name])
            whole, broadcasts = kind is int, Tensor in get_args(kind)
            how = "whole" if whole else "number" if broadcasts else "scalar"
            found[name] = Dial(name, param, parameter.default, how)
        return found

    @cached_property
    def defaults(self) -> dict[str, float | int | None]:
        """Every dial's default."""
        return {name: dial.default for name, dial in self.dials.items()}

    @property
    def title(self) -> str:
        """The name as people write it: the docstring's second line."""
        return self._card["title"]

    @property
    def effect(self) -> str:
        """What the loss does, in one sentence: the docstring's first line."""
        return self._card["effect"]

    @property
    def unit(self) -> str:
        """Unit of the value, such as nats, px² or 1."""
        return self._card["Unit"]

    @property
    def aliases(self) -> str:
        """Other names, for a search; empty where there are none."""
        return self._card.get("Also called", "")

    @property
    def story(self) -> str:
        """How it works and why it was made."""
        return self._card["story"]

    @property
    def problems(self) -> str:
        """Known problems."""
        return self._card["Known problems"]

    @property
    def belongs(self) -> str:
        """Where it is a good choice, with the reason."""
        return self._card["Where it belongs"]

    @cached_property
    def _card(self) -> dict[str, str]:
        doc = self.__doc__ or ""
        head, *paragraphs = [part.strip() for part in doc.split("\n\n")]
        card = {"effect": head, "title": paragraphs.pop(0), "story": ""}
        for text in paragraphs:
            match = re.match(r"(Also called|Known problems|Where it belongs|Unit): ", text)
            key, text = (match[1], text[match.end() :]) if match else ("story", text)
            card[key] = f"{card.get(key, '')}\n\n{' '.join(text.split())}".strip()
        return card

    @cached_property
    def positional(self) -> bool:
        """Whether the loss looks at where a pixel lies: kinds of pixel cannot stand for it then."""
        module = sys.modules[self._body.__module__]
        parts = [x for x in vars(module).values() if isinstance(x, Loss) and x is not self]
        return self.family == "boundary" or any(part.positional for part in parts)

    # ---- what it computes ------------------------------------------------------------------

    def __call__(self, z: Tensor, y: Tensor, weight: Tensor | None = None, **dials: Any) -> Tensor:
        z = torch.as_tensor(z)
        with torch.autocast(z.device.type, enabled=False):
            return self.at(Pixels.from_logits(z, y, weight), **dials).value

    def term(self, px: Pixels, **dials: Any) -> Answer:
        """The raw body, for a compound that mixes this loss: dials expanded, image axes kept."""
        return self._body(px, **{**self.defaults, **dials})

    def at(self, px: Pixels, **dials: Number | None) -> Answer:
        """Everything the loss says of these pixels: value and floor have shape D + (...)."""
        chosen = self.setting(**dials)
        if px.z.requires_grad:
            px = px.afresh()
        shape = torch.broadcast_shapes(*(v.shape for v in chosen.values() if isinstance(v, Tensor)))
        swept = [
            name
            for name, value in chosen.items()
            if isinstance(value, Tensor) and self.dials[name].kind != "number"
        ]
        if swept:
            return self._sweep(px, chosen, swept, shape)
        for name, value in chosen.items():
            if isinstance(value, Tensor):
                axes = (1,) * (len(shape) - value.ndim) + value.shape + (1,) * px.z.ndim
                chosen[name] = value.to(px.z.device, px.z.dtype).reshape(axes)
        return self._tidy(self._body(px, **chosen), px, tuple(shape))

    def setting(self, **dials: Number | None) -> dict[str, Any]:
        """Every dial's setting, checked; numbers are Python's.

        Raises TypeError for an unknown dial and ValueError for one outside its domain.
        """
        return {**self._defaults, **self._checked(dials)}

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """The defaults, checked once."""
        return self._checked(self.defaults)

    def _checked(self, dials: Mapping[str, Any]) -> dict[str, Any]:
        chosen = dict(dials)
        for name, value in dials.items():
            dial = self.dials.get(name) or self._unknown(name)
            dial.check(self.name, value)
            if isinstance(value, Real):  # NumPy's numbers too
                chosen[name] = round(float(value)) if dial.kind == "whole" else float(value)
        return chosen

    def criterion(self, **dials: Number | None) -> torch.nn.Module:
        """An nn.Module for a training loop: the mean of the loss over the batch."""
        for name, value in dials.items():
            (self.dials.get(name) or self._unknown(name)).check(self.name, value)
        return Criterion(self, dials)

    def _unknown(self, name: str) -> NoReturn:
        known = ", ".join(self.dials) or "no dials"
        raise TypeError(f"{self.name} has no dial {name!r}; it has {known}")

    def _tidy(self, answer: Answer, px: Pixels, shape: tuple[int, ...]) -> Answer:
        """Drop the image axes of sums, give every result its full shape, empty images their 0."""
        batch, image = tuple(px.z.shape[:-2]), tuple(px.z.shape[-2:])
        like = answer.value

        def per_image(x: Number) -> Tensor:
            x = torch.as_tensor(x, dtype=like.dtype, device=like.device)
            x = x.expand(shape + batch + (1, 1))
            return (x if px.weight is None else torch.where(px.N > 0, x, 0))[..., 0, 0]

        notes = {
            k: where.expand(shape + batch + (1, 1))[..., 0, 0] for k, where in answer.notes.items()
        }
        if px.weight is not None:
            notes = {Note.NO_PIXELS: (px.N == 0).expand(shape + batch + (1, 1))[..., 0, 0], **notes}
        return Answer(
            per_image(answer.value),
            lambda: answer.share().expand(shape + batch + image),
            per_image(answer.floor),
            notes,
            answer.terms,
        )

    def _sweep(
        self, px: Pixels, chosen: dict[str, Any], swept: list[str], shape: tuple[int, ...]
    ) -> Answer:
        """A grid over dials that cannot broadcast (windows, iterations): one call per point."""
        full = {k: v.expand(shape) if isinstance(v, Tensor) else v for k, v in chosen.items()}

        def point(index: tuple[int, ...]) -> dict[str, Any]:
            here = {k: v[index] if isinstance(v, Tensor) else v for k, v in full.items()}
            for name in swept:
                here[name] = here[name].item()
                if self.dials[name].kind == "whole":
                    here[name] = int(here[name])
            return here

        answers = [self.at(px, **point(i)) for i in product(*map(range, shape))]

        def stack(parts: list[Tensor]) -> Tensor:
            return torch.stack(parts).reshape(tuple(shape) + parts[0].shape)

        return Answer(
            stack([a.value for a in answers]),
            lambda: stack([a.share() for a in answers]),
            stack([torch.as_tensor(a.floor) for a in answers]),
            {note: stack([a.notes[note] for a in answers]) for note in answers[0].notes},
        )


class Criterion(torch.nn.Module):
    """A loss with its dials set, averaged over the batch: what a training loop calls."""

    def __init__(self, loss: Loss, dials: dict[str, Number | None]) -> None:
        super().__init__()
        self.loss, self.names = loss, tuple(dials)
        for name, value in dials.items():
            if isinstance(value, Tensor) and not isinstance(value, torch.nn.Parameter):
                self.register_buffer(name, value)  # moves with the module and is saved with it
            else:
                setattr(self, name, value)  # a Parameter is learned

    def forward(self, z: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
        """Mean over the batch of the loss of logits (..., H, W) against the target."""
        dials = {name: getattr(self, name) for name in self.names}
        return self.loss(z, y, weight, **dials).mean()

    def extra_repr(self) -> str:
        return ", ".join([self.loss.name, *(f"{k}={getattr(self, k)}" for k in self.names)])


def loss(
    *,
    formula: str,
    source: str,
    claims: tuple[Claim, ...],
    pixel: Arithmetic,
    presets: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> Callable[[Callable[..., Answer]], Loss]:
    """Declare the function below as a Loss; its module's path gives name and family.

    `presets` are settings of the dials that papers and libraries use, by who uses them.
    """

    def declare(body: Callable[..., Answer]) -> Loss:
        return Loss(
            body, formula=formula, source=source, claims=claims, pixel=pixel, presets=presets
        )

    return declare


def _loss_of(module: str, name: str) -> Loss:
    """Find a loss again by its module: how a pickled criterion comes back."""
    __import__(module)
    found: Loss = getattr(sys.modules[module], name)
    return found
