"""Turn a loss's declaration into sliders."""

from __future__ import annotations

import math
import re

from segloss_core import Loss
from segloss_core.study import Study

from . import settings
from .browser import Dial

_GREEK = {
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\lambda": "λ",
    r"\sigma": "σ",
    r"\delta": "δ",
    r"\epsilon": "ε",
}


def unicode_symbol(latex: str) -> str:
    """A dial's symbol without LaTeX: \\gamma_D becomes γ_D, of which the browser lowers the D."""
    plain = re.sub(r"\\text|[{}]", "", latex)
    head, mark, tail = plain.partition("_")
    return _GREEK.get(head, head) + mark + tail


def step(low: float, high: float) -> float:
    """A slider's step: a hundredth of its range, rounded to 1, 2 or 5 times a power of ten."""
    raw = (high - low) / 100
    scale = 10.0 ** math.floor(math.log10(raw))
    return float(next(s * scale for s in (1, 2, 5, 10) if s * scale >= raw * 0.999))


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _inside(dial_domain: str, low: float, high: float, by: float) -> tuple[float, float]:
    """The ends a box may set: an open end is left by a thousandth of a slider's step."""
    nudge = by / 1000
    return (
        low + nudge if dial_domain.startswith("(") else low,
        high - nudge if dial_domain.endswith(")") and math.isfinite(high) else high,
    )


def of_loss(loss: Loss, study: Study | None) -> list[Dial]:
    """The loss's dials at their present setting, with the automatic values of this pair."""
    now = settings.of(loss)
    automatic = study.automatic(loss) if study else {}
    found = []
    for name, dial in loss.dials.items():
        low, high = dial.param.shown
        by = (2.0 if dial.param.odd else 1.0) if dial.kind == "whole" else step(low, high)
        ends = _inside(dial.param.domain, *dial.param.bounds, by)
        found.append(
            Dial(
                name=name,
                label=name,
                symbol=unicode_symbol(dial.param.symbol),
                says=dial.param.says,
                low=float(max(low, ends[0])),
                high=float(min(high, ends[1])),
                step=by,
                value=now[name],
                default=dial.default,
                domain=(_finite(ends[0]), _finite(ends[1])),
                auto=automatic.get(name),
                whole=dial.kind == "whole",
            )
        )
    return found


def admitted(loss: Loss, name: str, value: float | None) -> float | int | None:
    """A value from the browser as the dial takes it: whole where whole, odd where odd."""
    param = loss.dials[name].param
    if value is None or loss.dials[name].kind != "whole":
        return value
    whole = round(value)
    return min(whole | 1, int(param.bounds[1])) if param.odd else whole
