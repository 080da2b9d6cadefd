"""Which dials are the axes of a landscape, and between which ends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from segloss_core import Loss

from . import controls, view
from .browser import Dial, Side

_WIDE = 1e4  # ends further apart than this factor ask for a logarithmic axis


@dataclass(frozen=True)
class Range:
    """One dial between two ends."""

    dial: Dial
    ends: tuple[float, float]

    @property
    def log(self) -> bool:
        """Whether the axis is logarithmic."""
        low, high = self.ends
        return low > 0 and high / low > _WIDE

    def side(self, values: np.ndarray) -> Side:
        """The axis as the pad takes it: from the first value worked out to the last."""
        return Side(self.dial, float(values[0]), float(values[-1]), self.log)

    def values(self, count: int) -> np.ndarray:
        """At most so many points, evenly from end to end; whole and odd ones where the dial is."""
        low, high = self.ends
        if self.dial.whole:
            by = round(self.dial.step)
            first = math.ceil(low) if by == 1 else math.ceil(low) | 1
            steps = max(0, (math.floor(high) - first) // by + 1)
            every = max(1, -(-steps // count))
            return first + by * every * np.arange(-(-steps // every), dtype=float)
        return np.geomspace(low, high, count) if self.log else np.linspace(low, high, count)


def number(value: float | None, of: Range) -> float:
    """The dial's setting as a number: automatic stands in the middle of what is shown."""
    if value is not None:
        return float(value)
    auto = of.dial.auto
    return float(auto) if auto is not None else sum(of.ends) / 2


def of(loss: Loss) -> Mapping[str, Range]:
    """The first two dials of a loss with their sliders' ranges."""
    return {name: Range(dial, (dial.low, dial.high)) for name, dial in dials(loss)[:2]}


def dials(loss: Loss) -> list[tuple[str, Dial]]:
    """The loss's dials with their names, those that make good axes first."""
    found = [(dial.name, dial) for dial in controls.of_loss(loss, None)]
    return sorted(found, key=lambda pair: (pair[1].whole, pair[0].endswith("smooth")))


def choose(loss: Loss) -> Mapping[str, Range] | None:
    """The two axes and their ends, from boxes; None, with the reason on screen, if they are bad."""
    known = dict(dials(loss))
    chosen, ends = _names(loss), _ends(loss)
    found = {name: Range(known[name], end) for name, end in zip(chosen, ends, strict=True)}
    with st.expander("Axes and ranges", icon=":material/straighten:"):
        for i, (place, one) in enumerate(zip(st.columns(2), found.values(), strict=True)):
            with place:
                _boxes(loss, i, one, list(known))
    wrong = [_wrong(one) for one in found.values()]
    for why in filter(None, wrong):
        st.warning(why, icon=":material/straighten:")
    return None if any(wrong) else found


def _names(loss: Loss) -> tuple[str, ...]:
    """The dials that are axes: those remembered, if this loss has them."""
    names = view.get("axes")
    fit = len(set(names)) == 2 and set(names) <= set(loss.dials)
    return names if fit else tuple(of(loss))


def _ends(loss: Loss) -> list[tuple[float, float]]:
    """The ends of the two axes: those remembered for this loss, else the sliders'."""
    if view.get("ranges") is not None:
        name, *ends = view.get("ranges")
        if name == loss.name:
            return ends
    known = dict(dials(loss))
    return [(known[name].low, known[name].high) for name in _names(loss)]


def _boxes(loss: Loss, i: int, one: Range, names: list[str]) -> None:
    key = f"axis.{loss.name}.{i}"
    st.session_state[key] = one.dial.name
    across = "Across" if i == 0 else "Upwards"
    st.selectbox(across, names, key=key, on_change=_take_axis, args=(loss, i))
    low, high = st.columns(2)
    for place, end, label in ((low, 0, "from"), (high, 1, "to")):
        box = f"{key}.{one.dial.name}.{end}"
        st.session_state[box] = float(one.ends[end])
        place.number_input(
            label,
            -view.FARTHEST,
            view.FARTHEST,
            key=box,
            format="%g",
            on_change=_take_end,
            args=(loss, box, i, end),
        )


def _take_axis(loss: Loss, i: int) -> None:
    now = list(_names(loss))
    new = st.session_state[f"axis.{loss.name}.{i}"]
    now = [new if k == i else (now[i] if name == new else name) for k, name in enumerate(now)]
    view.put("axes", tuple(now))
    view.put("ranges", None)


def _take_end(loss: Loss, box: str, i: int, end: int) -> None:
    ends = _ends(loss)
    pair = list(ends[i])
    pair[end] = float(st.session_state[box])
    ends[i] = (pair[0], pair[1])
    view.put("axes", _names(loss))
    view.put("ranges", (loss.name, *ends))


def _wrong(one: Range) -> str | None:
    """Why a range cannot be drawn, in a sentence."""
    low, high = one.ends
    name = one.dial.name
    if not low < high:
        return f"{name} goes from {low:g} to {high:g}, which is no range: the first must be less."
    if not len(one.values(3)):
        return f"{name} is a whole number, and none lies between {low:g} and {high:g}."
    return None
