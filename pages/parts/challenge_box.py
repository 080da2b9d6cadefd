"""The chosen challenge: what to do, how far it is, and a quiet word when it is met."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from segloss_core import LOSSES
from segloss_core.challenges import CHALLENGES, Challenge, Progress, Standing
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import current, later, view
from .drawings import Drawing
from .say import short

_BEGUN = "challenge.begun"


@dataclass
class _Begun:
    """Where a challenge began: its name, on which drawing, at which of its steps."""

    name: str
    drawing: Drawing
    study: Study
    step: int
    hint: bool = False


def choose() -> None:
    """Pick a challenge, or none: each with what it asks for, and where it is played."""
    now = view.get("challenge")
    st.session_state["draw.challenge"] = now
    title = CHALLENGES[now].title if now else "Choose a challenge …"
    with st.popover(title, width=230, key="draw.challenges", on_change="rerun"):
        st.radio(
            "Challenge", ["", *CHALLENGES], key="draw.challenge", label_visibility="collapsed",
            format_func=lambda name: CHALLENGES[name].title if name else "No challenge",
            captions=["Just paint.", *(_asks(challenge) for challenge in CHALLENGES.values())],
            on_change=_take,
        )  # fmt: skip


def _take() -> None:
    view.put("challenge", st.session_state["draw.challenge"])
    st.session_state["draw.challenges"] = False  # the list has been read: it would cover the task


def _asks(challenge: Challenge) -> str:
    where = "" if _here(challenge) else f" :orange[On: {SCENES[challenge.scene].title}]"
    return challenge.task + where


def _begun(drawing: Drawing) -> _Begun:
    name = view.get("challenge")
    found: _Begun | None = st.session_state.get(_BEGUN)
    if found is None or found.name != name or found.drawing is not drawing:
        found = _Begun(name, drawing, drawing.study, len(drawing.steps))
        st.session_state[_BEGUN] = found
    return found


def _here(challenge: Challenge) -> bool:
    return current.base_name() == challenge.scene


def standing(
    study: Study, names: tuple[str, ...], page: str
) -> tuple[dict[str, float | None], bool]:
    """The numbers of these losses and metrics, and whether all of them are there."""
    scores = {m.name: m.value for m in study.metrics(0.5)}
    losses = [LOSSES[name] for name in names if name in LOSSES]
    found: dict[str, float | None] = {name: scores[name] for name in names if name in scores}
    found |= {
        loss.name: study.value(loss, **loss.defaults).value
        for loss in losses
        if study.by_kinds(loss)
    }
    slow = {
        loss.name: later.value(study, loss, loss.defaults)
        for loss in losses
        if not study.by_kinds(loss)
    }
    ready = later.of_page(page).answers(study, slow) if slow else {}
    found |= {str(name): value.value for name, value in ready.items()}
    return found, len(found) == len(names)


def waiting(drawing: Drawing) -> bool:
    """Whether the challenge waits for numbers. It asks for them: call it before what is slow."""
    name = view.get("challenge")
    if not name or not _here(CHALLENGES[name]):
        return False
    return _progress(drawing)[1]


def _progress(drawing: Drawing) -> tuple[Progress, bool]:
    challenge, begun = CHALLENGES[view.get("challenge")], _begun(drawing)
    first, whole = standing(begun.study, challenge.names, "challenge.first")
    now, all_now = standing(drawing.study, challenge.names, "challenge.now")
    steps = tuple(drawing.steps[begun.step :])
    return challenge.check(Standing(first), Standing(now, steps)), not (whole and all_now)


def show(drawing: Drawing) -> None:
    """The task with a bar for each goal; a page that is on another sample offers the right one."""
    name = view.get("challenge")
    if not name:
        return
    challenge = CHALLENGES[name]
    with st.container(border=True):
        st.markdown(f"**{challenge.title}.** {challenge.task}")
        if not _here(challenge):
            # Not a link: one to the page that is open changes the page, but not the address.
            label = f"Play it on: {SCENES[challenge.scene].title}"
            if st.button(label, key="challenge.play", icon=":material/arrow_forward:"):
                _play(challenge)
            return
        found, late = _progress(drawing)
        for goal in found.goals:
            mark = ":green[✓]" if goal.met else "○"
            numbers = ", ".join(_number(*item) for item in goal.values.items())
            said = f"{mark} {goal.says}" + (f" · now {numbers}" if numbers else "")
            st.progress(goal.part, text=said)
        if found.met:
            st.markdown(f":green[**Solved.**] {challenge.lesson}")
        elif late:
            st.caption("Working it out …")
        _buttons(drawing, challenge)


def _play(challenge: Challenge) -> None:
    """Go to the challenge's sample."""
    view.put("pair", challenge.scene)
    view.put("base", view.TABLE["base"].default)
    view.put("pin", None)
    view.put("draw", "prediction")
    st.rerun()


def _number(name: str, value: float | None) -> str:
    title = LOSSES[name].title if name in LOSSES else name
    return f"{title} {'…' if value is None else short(value, 3)}"


def _buttons(drawing: Drawing, challenge: Challenge) -> None:
    begun = _begun(drawing)
    with st.container(horizontal=True):
        if st.button("Hint", type="tertiary", icon=":material/lightbulb:", key="challenge.hint"):
            begun.hint = not begun.hint
        st.button(
            "Count from here", type="tertiary", icon=":material/restart_alt:",
            key="challenge.again", on_click=_again,
            help="What is drawn now becomes the beginning, and steps start at 0.",
        )  # fmt: skip
    if begun.hint:
        st.caption(challenge.hint)


def _again() -> None:
    st.session_state.pop(_BEGUN, None)
