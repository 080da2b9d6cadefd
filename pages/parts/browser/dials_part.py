"""The dials of a loss: sliders that speak while they are dragged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import streamlit as st

from .mount import answer_need, dials_component, rerun_if_asked
from .plain import plain


@dataclass(frozen=True)
class Dial:
    """One dial. The slider offers `low` to `high`, the number box all of `domain`.

    `value` None is "automatic", offered where `auto` holds the automatic value.
    `local="threshold"` moves the outlines of all viewers in the tab at once.
    """

    name: str
    label: str
    symbol: str
    says: str
    low: float
    high: float
    step: float
    value: float | None
    default: float | None
    domain: tuple[float | None, float | None] = (None, None)
    auto: float | None = None
    whole: bool = False
    local: str | None = None

    def admit(self, value: float | None) -> float | None:
        """What a message from the browser may set."""
        if value is None:
            return None if self.auto is not None else self.default
        low, high = self.domain
        inside = max(value, -math.inf if low is None else low)
        inside = min(inside, math.inf if high is None else high)
        return float(round(inside)) if self.whole else inside


@dataclass(frozen=True)
class Move:
    """A dial was moved; `done` says that the hand has let go.

    `earlier` holds other dials' moves, oldest first.
    """

    name: str
    value: float | None
    n: int
    done: bool
    earlier: tuple[Move, ...] = ()


@dataclass
class Heard:
    """What came from the browser: the newest message, and the moves that the page has not seen."""

    n: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    fresh: dict[str, Move] = field(default_factory=dict)

    def hear(self, message: Mapping[str, Any]) -> None:
        self.n = max(self.n, int(message["n"]))
        for name, move in message["moves"].items():
            n = int(move["n"])
            if n <= self.seen.get(name, 0):
                continue
            value = None if move["v"] is None else float(move["v"])
            if value is None or math.isfinite(value):
                self.seen[name] = n
                self.fresh[name] = Move(name, value, n, bool(move["done"]))

    def known(self, dials: Mapping[str, Dial]) -> list[Move]:
        """The unseen moves of these dials, oldest first, inside their domains."""
        moves = [move for move in self.fresh.values() if move.name in dials]
        return [
            Move(move.name, dials[move.name].admit(move.value), move.n, move.done)
            for move in sorted(moves, key=lambda move: move.n)
        ]


def _said(dial: Dial, moved: Mapping[str, Move]) -> dict[str, Any]:
    # The page learns of a move by the return value: what the slider is told must be the new value
    # already.
    value = moved[dial.name].value if dial.name in moved else dial.value
    return plain(asdict(dial) | {"value": value})


def dials(
    *,
    dials: Sequence[Dial],
    tick: int = 0,
    key: str,
    on_move: Callable[[Move], None] | None = None,
) -> Move | None:
    """Show the dials and return the newest move that was not returned before, or None.

    The page keeps the values under session keys of its own: Streamlit forgets a widget's state
    when the visitor goes to another page. `on_move` is told every move before the run begins; then
    nothing is returned.
    """
    name = f"_dials_{key}"
    heard: Heard = st.session_state.setdefault(name, Heard())
    known = {dial.name: dial for dial in dials}

    def take() -> None:
        here = st.session_state.setdefault(name, Heard())
        here.hear(st.session_state[key]["move"])
        if on_move is not None:
            for move in here.known(known):
                on_move(move)
            here.fresh.clear()

    moves = heard.known(known)
    moved = {move.name: move for move in moves}
    result = dials_component(
        data={"n": heard.n, "tick": tick, "dials": [_said(dial, moved) for dial in dials]},
        key=key,
        on_move_change=take,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
    heard.fresh.clear()
    if not moves:
        return None
    newest = moves[-1]
    return Move(newest.name, newest.value, newest.n, newest.done, tuple(moves[:-1]))
