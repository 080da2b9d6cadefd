"""A landscape to touch: a surface over two dials and a cross that sets them while it is dragged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from .dials_part import Dial, Heard, Move
from .mount import answer_need, pad_component, rerun_if_asked
from .plain import plain


@dataclass(frozen=True)
class Side:
    """One axis: a dial between two ends, on a logarithmic scale where its range asks for it."""

    dial: Dial
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Landmark:
    """A setting with a name, or (in parts of the plot, 0 to 1) a place with a text."""

    x: float
    y: float
    text: str


def pad(
    *,
    title: str,
    unit: str,
    alt: str,
    file: str,
    plane: str,
    size: tuple[int, int],
    limits: tuple[float, float],
    x: Side,
    y: Side,
    at: tuple[float, float],
    presets: Sequence[Landmark] = (),
    labels: Sequence[Landmark] = (),
    notes: Sequence[str] = (),
    key: str,
    on_move: Callable[[Move], None],
) -> None:
    """Show the surface in `plane` (a delivered digest; float32, row 0 at the low end of y).

    `size` is (columns, rows), `limits` the colour range. `on_move` is told every move of either
    dial before the run begins.
    """
    name = f"_pad_{key}"
    heard: Heard = st.session_state.setdefault(name, Heard())
    known = {side.dial.name: side.dial for side in (x, y)}

    def take() -> None:
        here: Heard = st.session_state.setdefault(name, Heard())
        here.hear(st.session_state[key]["move"])
        for move in here.known(known):
            on_move(move)
        here.fresh.clear()

    def axis(side: Side) -> dict[str, object]:
        dial = side.dial
        return {
            "name": dial.name, "symbol": dial.symbol, "whole": dial.whole, "step": dial.step,
            "low": side.low, "high": side.high, "log": side.log,
        }  # fmt: skip

    result = pad_component(
        data=plain(
            {
                "n": heard.n,
                "title": title,
                "unit": unit,
                "alt": alt,
                "file": file,
                "plane": plane,
                "w": size[0],
                "h": size[1],
                "limits": limits,
                "x": axis(x),
                "y": axis(y),
                "at": at,
                "points": [{"at": (m.x, m.y), "label": m.text} for m in presets],
                "labels": [asdict(m) for m in labels],
                "notes": list(notes),
            }
        ),
        key=key,
        on_move_change=take,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
