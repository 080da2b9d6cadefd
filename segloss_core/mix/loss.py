"""A weighted sum of losses with the face of one loss."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ..pixels import Pixels
from ..spec import Answer, Arithmetic, Dial, Loss, Note, Number, Param
from .formulas import formula, pixel_formulas, renamed
from .part import BOUND, FAMILY, Part, parts_of


class Mix(Loss):
    """A weighted sum of losses with the face of one loss; made by `mix`.

    Value, share and floor are Σ w·(those of the part); the notes are united, less those of parts
    of weight 0. Two mixes of equal parts are equal.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts, self.claims = parts, ()
        self.family, self.name = FAMILY, "_".join(["mix", *(part.name for part in parts)])
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
        self.__module__, self.__name__ = __package__ or __name__, self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mix) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return made_of, ([(p.loss, p.weight, dict(p.dials)) for p in self.parts],)

    def with_dials(self, **dials: float | int | None) -> Mix:
        """The same mix with other defaults. Raises what calling it with these dials raises."""
        for name in dials:
            (self.dials.get(name) or self._unknown(name)).check(self.name, dials[name])
            if isinstance(dials[name], Tensor):
                raise ValueError(f"{self.name}: a grid of {name} is given when the mix is called")
        return made_of(
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


def made_of(parts: Mapping[str, Any] | Sequence[Any]) -> Mix:
    """The mix of parts as `mix` is given them. Raises what it says it raises."""
    return Mix(parts_of(parts))


def _range(weight: float) -> float:
    """Where a weight's slider ends: 2, 20, 200 …, so that it stays while the weight is turned."""
    end = 2.0
    while end < weight:
        end *= 10
    return min(end, BOUND)


def _marked(symbol: str, part: Part) -> str:
    """A symbol that several parts use, as this part's own; braces let an index follow."""
    return rf"{{{{{symbol}}}_{{{part.words}}}}}"


def _short(x: float) -> str:
    """A number as people write it, exact: 1, 0.5, 1e-05."""
    return str(int(x)) if x == int(x) else repr(x).replace("e+", "e")
