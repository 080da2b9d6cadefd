"""Tune by asking: what should the loss do? The dials that do it, measured, and on the landscape."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from segloss_core import LOSSES, Loss, ask
from segloss_core.ask import Found, Impossible
from segloss_core.study import BAND, Study

from . import axes, pictures, surface, view
from .bound import bound, switch
from .browser import Landmark
from .kept import kept
from .say import percent, short

Answer = Found | Impossible

_WISHES = {
    "price": "A missed object pixel should cost … times a false one",
    "easy": "An easy pixel should keep … of its weight",
    "start": "Object and background should push equally hard at the start",
    "band": "A part of the push should fall near the outline",
}
_STARTS = {"half": "p = ½ everywhere", "prevalence": "p = the object's part of this pair"}
# What turns the push towards the outline.
_TURNS = (
    ("focal", "gamma"),
    ("distance_map_bce", "scale"),
    ("gce", "q"),
    ("hausdorff_dt", "alpha"),
)


def show(study: Study) -> None:
    """A wish, its answers, and the landscape around the one that is in use."""
    st.title("Say what the loss should do")
    wish = st.selectbox(
        "Wish", list(_WISHES), **bound("wish"), format_func=_WISHES.get,
        label_visibility="collapsed",
    )  # fmt: skip
    answers = _ANSWERS[wish](study)
    found = [one for one in answers if isinstance(one, Found)]
    _list(answers)
    if found:
        _around(study, found)


# ---- wishes ------------------------------------------------------------------------------------


def _number(label: str, name: str, low: float, high: float, step: float, says: str) -> float:
    key = f"wish.{name}"
    value: float = st.number_input(
        label, low, high, **bound(name, key), step=step, format="%g", help=says, width=260,
    )  # fmt: skip
    return value


def _price(_study: Study) -> Sequence[Answer]:
    return ask.price_ratio(
        _number(
            "times", "ratio", 1e-3, 1e3, 0.5, "above 1: misses hurt more; below 1: false alarms"
        )
    )


def _easy(_study: Study) -> Sequence[Answer]:
    left, right, _ = st.columns([1, 1, 1])
    with left:
        p = _number("right with p =", "easy", 0.5, 0.999, 0.01, "how sure the easy pixel is")
    with right:
        w = _number("keeps", "keeps", 1e-6, 1.0, 0.01, "the part of its cross-entropy that is left")
    return (ask.keeps(p, w),)


def _start(study: Study) -> Sequence[Answer]:
    begin = switch("At the start", "begin", _STARTS)
    return ask.balanced_start(study, begin, gamma=view.get("focal.gamma"))


def _band(study: Study) -> Sequence[Answer]:
    part = _number(
        "part of the push", "part", 0.0, 1.0, 0.05,
        f"of Σ|∂L/∂z|, within {BAND:g} px of the target's outline",
    )  # fmt: skip
    slow = [name for name, _ in _TURNS if study.at_leisure(LOSSES[name])]
    if slow:
        names = ", ".join(LOSSES[name].title for name in slow)
        st.caption(f"Left out on a picture of this size: {names}.")
    return [_turned(study, name, dial, part) for name, dial in _TURNS if name not in slow]


def _turned(study: Study, name: str, dial: str, part: float) -> Answer:
    """The bisection's answer, kept for this session: it evaluates a loss some forty times."""
    others = {k: v for k, v in view.dials(name).items() if k != dial}
    key = (study.pair.digest, name, dial, part, *others.items())
    return kept(
        "wishes", key, lambda: ask.boundary_part(study, LOSSES[name], dial, part, **others), most=64
    )


_ANSWERS: dict[str, Callable[[Study], Sequence[Answer]]] = {
    "price": _price, "easy": _easy, "start": _start, "band": _band,
}  # fmt: skip


# ---- answers -----------------------------------------------------------------------------------


def _list(answers: Sequence[Answer]) -> None:
    """One line per loss: its dials, what was measured with them, and a button to use them."""
    places = [column for _ in range(0, len(answers), 2) for column in st.columns(2)]
    for place, answer in zip(places, answers, strict=False):
        with place.container(border=True, horizontal=True, vertical_alignment="center"):
            if isinstance(answer, Impossible):
                reach = ""
                if answer.reachable:
                    low, high = answer.reachable
                    reach = f" Within reach: {percent(low)} to {percent(high)}."
                st.markdown(f":gray[**{answer.loss.title}**: not possible. {answer.reason}{reach}]")
                continue
            dials = ", ".join(f"{name} = {short(value)}" for name, value in answer.dials.items())
            st.markdown(
                f"**{answer.loss.title}** · `{dials}`  \n{answer.says} "
                f":gray[Measured: {short(answer.measured, 6)}.]",
                width="stretch",
            )
            in_use = all(view.get(f"{answer.loss.name}.{k}") == v for k, v in answer.dials.items())
            st.button(
                "In use" if in_use else "Use", key=f"use.{answer.loss.name}", on_click=_use,
                args=(answer,), disabled=in_use and view.get("loss") == answer.loss.name,
                icon=":material/check:" if in_use else ":material/tune:",
            )  # fmt: skip


def _use(answer: Found) -> None:
    st.toast(f"{answer.loss.title}: dials set. Its landscape is below.", icon=":material/check:")
    view.put("loss", answer.loss.name)
    for name, value in answer.dials.items():
        view.put(f"{answer.loss.name}.{name}", value)


def _around(study: Study, found: Sequence[Found]) -> None:
    """The landscape of the loss in use with its answer marked, and its maps."""
    names = [one.loss.name for one in found]
    chosen = view.get("loss") if view.get("loss") in names else names[0]
    answer = next(one for one in found if one.loss.name == chosen)
    loss = answer.loss
    ranges = _ranges(loss, answer)
    st.subheader(f"{loss.title} on this pair", anchor="around")
    if len(ranges) < 2:
        pictures.hand_over(study)
        pictures.live(study, loss)
        return
    surface.touch(study, loss, ranges, marks=(_mark(loss, answer, ranges),))


def _ranges(loss: Loss, answer: Found) -> dict[str, axes.Range]:
    """The answer's dials as axes, filled up with others; wide enough to hold the answer."""
    known = dict(axes.dials(loss))
    names = [*answer.dials, *(name for name in known if name not in answer.dials)][:2]
    names.sort(key=list(known).index)  # the axes stand as they do on Landscapes
    found = {}
    for name in names:
        dial, value = known[name], answer.dials.get(name)
        low, high = dial.low, dial.high
        if value is not None:
            low, high = min(low, value), max(high, 1.25 * value if value > high else high)
        found[name] = axes.Range(dial, (low, high))
    return found


def _mark(loss: Loss, answer: Found, ranges: dict[str, axes.Range]) -> Landmark:
    now = view.dials(loss.name)
    x, y = (answer.dials.get(name, axes.number(now[name], one)) for name, one in ranges.items())
    return Landmark(x, y, "what you asked for")
