"""Write a mix as one line, `1*dice+0.5*focal(gamma=3)`, and read it back, as addresses do."""

from __future__ import annotations

import re
from numbers import Real

from . import Mix, Setting, mix

LONGEST = 2000  # characters of a mix

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PART = re.compile(
    rf"\s*(?:(?P<weight>{_NUMBER})\s*\*\s*)?(?P<name>[A-Za-z]\w*)\s*(?:\((?P<dials>[^()]*)\))?\s*"
)
_DIAL = re.compile(rf"\s*(?P<name>\w+)\s*=\s*(?P<value>{_NUMBER}|auto)\s*")


def written(loss: Mix, dials: Setting | None = None) -> str:
    """The mix as text, dials at their loss's default left out; `dials` are the mix's own.

    `parse(written(m)) == m`, to the last digit. Raises what calling the mix raises.
    """
    parts = []
    for part in loss.with_dials(**(dials or {})).parts:
        own = ",".join(f"{name}={_number(value)}" for name, value in part.dials)
        parts.append(f"{_number(part.weight)}*{part.loss.name}" + (f"({own})" if own else ""))
    return "+".join(parts)


def parse(text: str) -> Mix:
    """Read a mix: parts joined by + (or by blanks, which addresses make of it), weight first.

    A weight left out is 1; `auto` stands for an automatic dial. Raises ValueError that says where
    the text stops making sense, and for unknown losses and dials and values outside their domain.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a mix is written in at most {LONGEST} characters, got {len(text)}")
    parts: list[tuple[str, float, Setting]] = []
    at = 0
    while at < len(text):
        if parts and text[at] == "+":
            at += 1
        found = _PART.match(text, at)
        if not found:
            raise ValueError(f"expected weight*loss(dial=value) at {text[at : at + 24]!r}")
        name = found["name"]
        parts.append((name, float(found["weight"] or 1), _dials(name, found["dials"] or "")))
        at = found.end()
        if at < len(text) and text[at] != "+" and text[at - 1] != " ":
            raise ValueError(f"expected + and the next loss at {text[at : at + 24]!r}")
        if text[at:] == "+":
            raise ValueError(f"a loss is missing after the last + of {text!r}")
    try:
        return mix(parts)
    except TypeError as unknown:
        raise ValueError(str(unknown)) from None


def _dials(loss: str, text: str) -> dict[str, float | int | None]:
    dials: dict[str, float | int | None] = {}
    for item in text.split(",") if text.strip() else []:
        found = _DIAL.fullmatch(item)
        if not found:
            raise ValueError(f"{loss}: expected dial=value, got {item.strip()[:24]!r}")
        if found["name"] in dials:
            raise ValueError(f"{loss}: {found['name']} is given twice")
        value = found["value"]
        dials[found["name"]] = None if value == "auto" else _least(float(value))
    return dials


def _least(x: float) -> float | int:
    return int(x) if x.is_integer() and abs(x) < 1e15 else x


def _number(x: float | int | None) -> str:
    """Exact and short, without a + that would start the next part."""
    if x is None:
        return "auto"
    assert isinstance(x, Real)
    return str(int(x)) if float(x).is_integer() else repr(float(x))
