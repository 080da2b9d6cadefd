"""Add losses up into a loss of its own, which maps, kinds, studies and export take like any other.

`mix({"dice": 1.0, "bce": 0.5})` is called as every loss is; its dials are the weights, `w_dice`,
and those of its parts, `dice__smooth`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ..losses import LOSSES
from ..pixels import Pixels
from ..spec import Answer, Arithmetic, Dial, Loss, Note, Number, Param
from .formulas import formula, pixel_formulas, renamed

__all__ = ["MOST", "Mix", "Part", "mix"]

MOST = 8  # parts of one mix
_BOUND = 1e6  # the largest weight, as of prices elsewhere

Setting = Mapping[str, float | int | None]


@dataclass(frozen=True)
class Part:
    """One summand: a loss, its weight, its dials, and the name that tells it from its twins."""

    name: str
    loss: Loss
    weight: float
    dials: tuple[tuple[str, float | int | None], ...]

    @property
    def weight_dial(self) -> str:
        """Name of the dial that turns this part's weight."""
        return f"w_{self.name}"

    def dial(self, name: str) -> str:
        """Name that one of the part's own dials has in the mix."""
        return f"{self.name}__{name}"

    @property
    def words(self) -> str:
        """The name as LaTeX text."""
        return rf"\text{{{self.name.replace('_', ' ')}}}"


def mix(parts: Mapping[str, Any] | Sequence[Any], /, **dials: float | int | None) -> Mix:
    """A weighted sum of losses as one loss.

    `parts` maps names to weights, or to (weight, dials); or it is a sequence of a loss or its
    name, (loss, weight) or (loss, weight, dials), in which a loss may occur again: its second
    part is called tversky_2. `dials` sets dials of the mix by their names in it. Raises ValueError
    for an unknown loss, no part or more than `MOST`, and for a weight or dial outside its domain;
    TypeError for an unknown dial.
    """
    found: list[Part] = []
    for loss, weight, own in _read(parts):
        if len(found) == MOST:
            raise ValueError(f"a mix has at most {MOST} parts")
        if (
            isinstance(weight, bool)
            or not isinstance(weight, int | float)
            or not 0 <= weight <= _BOUND
        ):
            raise ValueError(
                f"the weight of {loss.name} must be a number from 0 to 1000000, got {weight!r}"
            )
        for name, value in own.items():
            if name not in loss.dials:
                loss._unknown(name)
            if isinstance(value, Tensor):
                raise ValueError(f"{loss.name}: a grid of {name} is given when the mix is called")
            loss.dials[name].check(loss.name, value)
        twins = sum(part.loss is loss for part in found)
        name = f"{loss.name}_{twins + 1}" if twins else loss.name
        changed = tuple((k, own[k]) for k in loss.dials if k in own and own[k] != loss.defaults[k])
        found.append(Part(name, loss, float(weight), changed))
    if not found:
        raise ValueError("a mix needs at least one loss")
    made = Mix(tuple(found))
    return made.with_dials(**dials) if dials else made


def _read(parts: Mapping[str, Any] | Sequence[Any]) -> Iterable[tuple[Loss, Any, Setting]]:
    if isinstance(parts, str):
        raise ValueError(
            "a mix is a mapping or a sequence of parts; segloss_core.mix.text reads text"
        )
    if isinstance(parts, Mapping):
        parts = [(k, *(v if isinstance(v, tuple) else (v,))) for k, v in parts.items()]
    for item in parts:
        loss, weight, own = (*(item if isinstance(item, tuple) else (item,)), 1.0, {})[:3]
        if isinstance(item, tuple) and len(item) == 2:
            own = {}
        yield _loss(loss), weight, own


def _range(weight: float) -> float:
    """Where a weight's slider ends: 2, 20, 200 …, so that it stays while the weight is turned."""
    end = 2.0
    while end < weight:
        end *= 10
    return min(end, _BOUND)


def _loss(named: Any) -> Loss:
    if isinstance(named, Mix):
        raise ValueError("a mix cannot be a part of a mix: name its parts instead")
    if isinstance(named, Loss):
        return named
    if isinstance(named, str) and named in LOSSES:
        return LOSSES[named]
    near = get_close_matches(str(named), LOSSES, 1)
    raise ValueError(f"there is no loss {named!r}" + (f"; is it {near[0]}?" if near else ""))


class Mix(Loss):
    """A weighted sum of losses with the face of one loss; made by `mix`.

    Value, share and floor are Σ w·(those of the part); the notes are united, less those of parts
    of weight 0. Two mixes of equal parts are equal.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts, self.claims = parts, ()
        self.family, self.name = "mix", "_".join(["mix", *(part.name for part in parts)])
        self._body = self._sum
        self.formula = formula(
            [(p.weight_dial, p.words, p.loss.formula) for p in parts],
            self._symbols,
            [self._renamings(p) for p in parts],
        )
        self.source = "; ".join(dict.fromkeys(p.loss.source for p in parts))
        self.pixel = self._arithmetic()
        self.presets = {"default": self.defaults, **self._presets()}
        self.__doc__ = f"{self.effect}\n\n{self.title}"
        self.__module__, self.__name__ = __name__, self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mix) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return mix, ([(p.loss, p.weight, dict(p.dials)) for p in self.parts],)

    def with_dials(self, **dials: float | int | None) -> Mix:
        """The same mix with other defaults. Raises what calling it with these dials raises."""
        for name in dials:
            (self.dials.get(name) or self._unknown(name)).check(self.name, dials[name])
            if isinstance(dials[name], Tensor):
                raise ValueError(f"{self.name}: a grid of {name} is given when the mix is called")
        return mix(
            [
                (
                    part.loss,
                    dials.get(part.weight_dial, part.weight),
                    {
                        name: value
                        for name, default in part.loss.defaults.items()
                        if (
                            value := dials.get(part.dial(name), dict(part.dials).get(name, default))
                        )
                        != default
                    },
                )
                for part in self.parts
            ]
        )

    # ---- what it says of itself ----------------------------------------------------------------

    @cached_property
    def dials(self) -> dict[str, Dial]:
        """The weights, then the dials of each part with the parts' settings as defaults."""
        found = {}
        for part in self.parts:
            says = f"weight of {part.name}"
            shown = (0.0, _range(part.weight))
            param = Param(rf"w_{{{part.words}}}", "[0, 1e6]", shown, says)
            found[part.weight_dial] = Dial(part.weight_dial, param, part.weight, "number")
        for part in self.parts:
            symbols = self._renamings(part)
            for name, dial in part.loss.dials.items():
                default = dict(part.dials).get(name, dial.default)
                param = dial.param
                low, high = param.shown
                if default is not None:
                    low, high = min(low, default), max(high, default)
                param = replace(
                    param,
                    symbol=symbols.get(param.symbol, param.symbol),
                    shown=(low, high),
                    says=f"{part.name}: {param.says}",
                )
                found[part.dial(name)] = Dial(part.dial(name), param, default, dial.kind)
        return found

    def _renamings(self, part: Part) -> dict[str, str]:
        """Symbols that another part uses too, and what they are called in this one."""
        theirs = {
            dial.param.symbol
            for other in self.parts
            if other is not part
            for dial in other.loss.dials.values()
        }
        own = {dial.param.symbol for dial in part.loss.dials.values()}
        return {symbol: _marked(symbol, part) for symbol in own & theirs}

    @property
    def _symbols(self) -> dict[str, str]:
        return {name: dial.param.symbol for name, dial in self.dials.items()}

    def _arithmetic(self) -> Arithmetic:
        symbols: dict[str, str] = {}
        for part in self.parts:
            symbols[part.dial("L")] = rf"L_{{{part.words}}}"
            others = [other for other in self.parts if other is not part]
            for name, latex in part.loss.pixel.symbols.items():
                here = renamed(latex, self._renamings(part))
                shared = any(latex in other.loss.pixel.symbols.values() for other in others)
                symbols[part.dial(name)] = _marked(here, part) if shared else here

        def of(side: str) -> str:
            return pixel_formulas(
                [
                    (part.weight_dial, getattr(part.loss.pixel, side), self._own_names(part))
                    for part in self.parts
                ]
            )

        return Arithmetic(of("object"), of("background"), symbols)

    @staticmethod
    def _own_names(part: Part) -> dict[str, str]:
        """What the part's own formula names, and what the mix calls it."""
        own = ["L", *part.loss.dials, *part.loss.pixel.symbols]
        return {name: part.dial(name) for name in own}

    def _presets(self) -> dict[str, dict[str, Any]]:
        return {
            f"{part.name}: {name}": {part.dial(k): v for k, v in setting.items()}
            for part in self.parts
            for name, setting in part.loss.presets.items()
            if name != "default" and setting
        }

    @cached_property
    def _card(self) -> dict[str, str]:
        names = [part.loss.title for part in self.parts]
        listed = " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]
        units = {part.loss.unit for part in self.parts}
        told = {part.loss.name: part.loss for part in self.parts}.values()
        effect = f"Adds up, with a weight for each: {listed}."
        return {
            "title": " + ".join(
                f"{_short(part.weight)} × {part.loss.title}" for part in self.parts
            ),
            "effect": effect if len(effect) <= 120 else f"Adds up {len(names)} weighted losses.",
            "story": "\n\n".join(f"{loss.title}: {loss.effect}" for loss in told),
            "Known problems": "\n\n".join(f"{loss.title}: {loss.problems}" for loss in told),
            "Where it belongs": "\n\n".join(f"{loss.title}: {loss.belongs}" for loss in told),
            "Unit": units.pop() if len(units) == 1 else "mixed",
        }

    @cached_property
    def positional(self) -> bool:
        """Whether any part looks at where a pixel lies."""
        return any(part.loss.positional for part in self.parts)

    # ---- what it computes ----------------------------------------------------------------------

    def _sum(self, px: Pixels, **dials: Any) -> Answer:
        weights = [dials[part.weight_dial] for part in self.parts]
        answers = [
            part.loss.term(
                self._own_room(px, part), **{k: dials[part.dial(k)] for k in part.loss.dials}
            )
            for part in self.parts
        ]

        def total(of: Iterable[Number]) -> Any:
            first, *rest = (w * x for w, x in zip(weights, of, strict=True))
            return sum(rest, start=first)

        def terms() -> dict[str, Tensor]:
            found = {}
            for part, answer in zip(self.parts, answers, strict=True):
                found[part.dial("L")] = answer.value
                found |= {part.dial(k): v for k, v in answer.terms().items()}
            return found

        notes: dict[Note, Tensor] = {}
        for weight, answer in zip(weights, answers, strict=True):
            counts = torch.as_tensor(weight, device=px.z.device) != 0
            for note, where in answer.notes.items():
                notes[note] = notes[note] | (where & counts) if note in notes else where & counts
        return Answer(
            total(a.value for a in answers),
            lambda: total(a.share() for a in answers),
            total(a.floor for a in answers),
            notes,
            terms,
        )

    def _own_room(self, px: Pixels, part: Part) -> Pixels:
        """A repeated loss keeps its constants apart: with other dials they are other constants."""
        if part.name == part.loss.name:
            return px
        own = copy.copy(px)
        own.fields = px.fields.setdefault(f"of {part.name}", (None, {}))[1]
        own.frozen = px.frozen.setdefault(f"of {part.name}", (None, {}))[1]
        return own


def _marked(symbol: str, part: Part) -> str:
    """A symbol that several parts use, as this part's own; braces let an index follow."""
    return rf"{{{{{symbol}}}_{{{part.words}}}}}"


def _short(x: float) -> str:
    """A number as people write it, exact: 1, 0.5, 1e-05."""
    return str(int(x)) if x == int(x) else repr(x).replace("e+", "e")
