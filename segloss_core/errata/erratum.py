"""Hold one slip: what is printed, what is right, and what the print does when it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from torch import Tensor

from ..descent import Outcome

Kind = Literal["formula", "text", "code", "convention"]
Literally = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Erratum:
    """A slip in the literature on segmentation losses, as printed and as computed here.

    `key` is internal, `title` what people read; `losses` are those concerned, by name. `printed`
    and `right` are LaTeX where `kind` is "formula", else sentences. `literal(p, y)` computes the
    print for probabilities in (0, 1) and a target of one picture (H, W), as `reads` says it was
    read, with gradient. The first loss at `dials` is what is right. `ends` is where gradient
    descent takes the print on the 12 × 12 toy, `falls` whether its value falls without bound;
    `beside` adds a sentence.
    """

    key: str
    title: str
    where: str
    kind: Kind
    printed: str
    right: str
    reason: str
    losses: tuple[str, ...] = ()
    literal: Literally | None = None
    reads: str = ""
    dials: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    ends: Outcome | None = None
    falls: bool = False
    beside: str = ""

    @property
    def loss(self) -> str | None:
        """The loss that is right instead, by name, if there is one."""
        return self.losses[0] if self.losses else None

    @property
    def does(self) -> str:
        """What gradient descent does on the print, in plain sentences; "" where it is not run."""
        if self.ends is None:
            return self.beside
        bound = ", and its value falls without bound" if self.falls else ""
        return f"It ends at {self.ends.value}{bound}. {self.beside}".strip()
