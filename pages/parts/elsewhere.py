"""The same loss without this library: in torch alone, or in another library's words."""

from __future__ import annotations

import streamlit as st

from segloss_core import LOSSES, Loss, export
from segloss_core.libraries import LIBRARIES, Call, calls
from segloss_core.mix import Mix
from segloss_core.study import Study

from . import view
from .bound import bound
from .say import short

_KEY = "code.library"

Setting = dict[str, float | int | None]


def choose(study: Study, loss: Loss, setting: Setting, warn: bool = True) -> None:
    """One library at a time, with the dials on screen; values are those of the study's pair.

    Without `warn` the page has said already what to beware of.
    """
    if isinstance(loss, Mix):
        _plain(loss, setting)
        return
    said = {call.library: call for call in calls(loss.name, setting)}
    library = st.segmented_control(
        "Without SegLoss Lab", (view.PLAIN, *LIBRARIES), **bound("library", _KEY), required=True,
        format_func=lambda name: _label(name, said),
    )  # fmt: skip
    if library == view.PLAIN:
        _plain(loss, setting)
        return
    call = said[library]
    if call.code is None:
        st.info(f"{library} cannot say it at this setting. {call.why}", icon=":material/block:")
        if (rough := _without_smoothing(loss, setting, library)) is None:
            return
        st.caption(f"With s = 0 it is, in {library} {call.version}:")
        call, setting = rough, {**setting, "smooth": 0.0}
    else:
        st.caption(f"The same value and gradient in {library} {call.version}:")
    assert call.code is not None
    st.code(call.code, language="python", wrap_lines=True)
    if call.warning and warn:
        st.warning(call.warning, icon=":material/translate:")
    if call.naive and call.naive_is:
        _naive(study, loss, setting, call)


def _plain(loss: Loss, setting: Setting) -> None:
    st.caption("A function of its own, from the loss's source; it needs torch alone.")
    st.code(export.standalone(loss, setting), language="python", height=360)


def traps(loss: Loss, setting: Setting) -> list[tuple[str, str]]:
    """Library and what to beware of there, whether or not it can say this very setting."""
    found = []
    for call in calls(loss.name, setting):
        said = call if call.code else _without_smoothing(loss, setting, call.library)
        if said and said.warning:
            found.append((call.library, said.warning))
    return found


def _without_smoothing(loss: Loss, setting: Setting, library: str) -> Call | None:
    """The call at s = 0, which is all that some libraries can say."""
    if "smooth" not in loss.dials or not loss.dials["smooth"].param.contains(0.0):
        return None
    found = {call.library: call for call in calls(loss.name, {**setting, "smooth": 0.0})}
    return found[library] if found[library].code else None


def _naive(study: Study, loss: Loss, setting: Setting, call: Call) -> None:
    """What the same letters would compute there, as a number beside ours."""
    value = sum(
        weight * study.value(LOSSES[part], **{**LOSSES[part].defaults, **dials}).value
        for weight, part, dials in call.naive_is
    )
    right = study.value(loss, **setting).value
    with st.expander(
        f"Carried over by its letters it would compute **{short(value)}** instead of "
        f"**{short(right)}** on this pair.", icon=":material/call_split:",
    ):  # fmt: skip
        st.code(call.naive, language="python", wrap_lines=True)
        st.caption(f"That is {_in_our_words(call)}.")


def _in_our_words(call: Call) -> str:
    parts = []
    for weight, name, dials in call.naive_is:
        inside = ", ".join(f"{dial} = {short(x)}" for dial, x in dials.items())
        said = f"`{name}({inside})`"
        parts.append(said if weight == 1 else f"{short(weight)} × {said}")
    return " plus ".join(parts)


def _label(name: str, said: dict[str, Call]) -> str:
    """A library that cannot say the loss is struck through."""
    if name == view.PLAIN:
        return "Plain PyTorch"
    return name if said[name].code is not None else f"~~{name}~~"
