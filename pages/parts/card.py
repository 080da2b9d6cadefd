"""One loss's card: everything its declaration says and everything that can be measured of it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import streamlit as st
import torch

from segloss_core import LOSSES, Loss, exhibit
from segloss_core.study import Study

from . import choose, current, elsewhere, figures, misprints, pictures, view
from .say import percent, short

_RAISED = str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")

Turned = tuple[tuple[str, float | int | None], ...]


@lru_cache(maxsize=256)
def _measured(what: str, loss: str, dials: Turned, dial: str = "") -> Any:
    """What the exhibit measures: the same for everybody, whatever pair they look at."""
    of, setting = LOSSES[loss], dict(dials)
    if what == "lean":
        return exhibit.lean(of, of.dials[dial], setting)
    if what == "curve":
        return exhibit.curve(of, setting, even_in="logit")
    return getattr(exhibit, what)(of, setting)


@cache
def _all_undefined(loss: str) -> tuple[exhibit.Undefined, ...]:
    return exhibit.undefined(LOSSES[loss])


def show(where: torch.device) -> None:
    """The card of the chosen loss, at the setting of its dials."""
    loss = LOSSES[view.get("loss")]
    setting = view.dials(loss.name)
    study = current.standard(str(where))
    pictures.hand_over(study)
    head, tools = st.columns([1.25, 1])
    with head:
        st.title(loss.title)
        st.markdown(loss.effect)
        _badges(loss)
    with tools:
        choose.setting(loss)
        st.page_link(
            "pages/inspect_pixels.py", label="Inspect it on your pair",
            icon=":material/frame_inspect:", query_params=view.link(),
        )  # fmt: skip
    formula(loss)
    pictures.live(study, loss, pins=False)
    st.caption(
        "The standard scene: a disc with a bite missed, a branch half missed, something that is "
        "not there, and one sure mistake at the top right."
    )
    _words(loss)
    if loss.dials:
        _dials(loss, setting)
    _behaviour(loss, tuple(setting.items()))
    misprints.on_card(loss)
    _libraries(study, loss, setting)
    st.caption(f"Source: {loss.source}")


def summary(loss: Loss) -> None:
    """The card in short, where the pictures are another pair's."""
    formula(loss)
    _words(loss)
    st.caption(f"Source: {loss.source}")
    st.page_link(
        "pages/atlas.py", label="Its whole card", icon=":material/menu_book:",
        query_params=view.link(card="loss"),
    )  # fmt: skip


def formula(loss: Loss) -> None:
    """The formula; what follows a comma has a line of its own."""
    lines = loss.formula.replace(r",\quad", r", \\[5pt]")
    st.latex(rf"\begin{{gathered}} {lines} \end{{gathered}}")


def _libraries(study: Study, loss: Loss, setting: dict[str, float | int | None]) -> None:
    """Names and traps elsewhere, and code to paste."""
    st.subheader("In other libraries", anchor="libraries")
    if found := elsewhere.traps(loss, setting):
        st.markdown("\n".join(f"- **{library}.** {warning}" for library, warning in found))
    elsewhere.choose(study, loss, setting, warn=False)


def _badges(loss: Loss) -> None:
    with st.container(horizontal=True, gap="small"):
        st.badge(loss.family, color="violet")
        st.badge(f"unit: {loss.unit}" if loss.unit != "1" else "no unit", color="gray")
        if loss.positional:
            st.badge(
                "looks at places", icon=":material/my_location:", color="blue",
                help="Where a pixel lies matters, not only what is predicted there.",
            )  # fmt: skip
    if loss.aliases:
        st.caption(f"Also called {loss.aliases}")


def _words(loss: Loss) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"{loss.story}\n\n**Where it belongs.** {loss.belongs}")
        st.markdown(f"**Known problems.** {loss.problems}")
    with right:
        st.markdown("**Proven** (each sentence is a test)")
        st.markdown("  \n".join(f"✓ {claim.sentence}" for claim in loss.claims))


def _dials(loss: Loss, setting: dict[str, float | int | None]) -> None:
    """Each dial: symbol, meaning, domain, default, and whom it makes pay."""
    st.subheader("Its dials", anchor="dials")
    rows = [
        "| | dial | what it is | may be | default | turned up, object pixels pay |",
        "|-|-|-|-|-|-|",
    ]
    for name, dial in loss.dials.items():
        default = "automatic" if dial.default is None else f"{dial.default:g}"
        said = (
            f"${dial.param.symbol}$", f"`{name}`", dial.param.says,
            _span(dial.param.domain), default, _leaning(loss, setting, name),
        )  # fmt: skip
        rows.append(f"| {' | '.join(said)} |")
    st.markdown("\n".join(rows))
    st.caption(
        "Last column: the part of the loss that object pixels pay (misses, FN) on the standard "
        "scene at the slider's low and high end; background pixels (false alarms, FP) pay the rest."
    )


def _span(domain: str) -> str:
    """An interval in words that no Markdown reads as a link."""
    low, high = domain[1:-1].split(",")
    opened, closed = ("" if domain[0] == "[" else "above "), ("" if domain[-1] == "]" else "below ")
    upper = "any size" if "inf" in high else f"{closed}{_power(high.strip())}"
    return f"{opened}{_power(low.strip())} to {upper}"


def _power(number: str) -> str:
    """1e-12 as 10⁻¹²; other numbers as they are."""
    found = re.fullmatch(r"1e([+-]?\d+)", number)
    return f"10{found[1].translate(_RAISED)}" if found else number


def _leaning(loss: Loss, setting: dict[str, float | int | None], name: str) -> str:
    found = _measured("lean", loss.name, tuple(setting.items()), name)
    if found is None:
        return "–"
    change = found.at_high - found.at_low
    if abs(change) < 0.005:
        return f"{percent(found.at_low)}, as before"
    sign = "less" if change < 0 else "more"
    return f"**{sign}**: {percent(found.at_low)} → {percent(found.at_high)}"


def _behaviour(loss: Loss, dials: Turned) -> None:
    """One pixel turned, the extreme masks, scale and sign."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("One pixel turned", anchor="curve")
        found = _measured("curve", loss.name, dials)
        st.plotly_chart(
            figures.one_pixel(found), config=figures.CONFIG, key="one_pixel",
            alt="What one object and one background pixel add to the loss as the logit rises",
        )  # fmt: skip
        st.caption(
            "One object and one background pixel of the standard scene, all others held, over the "
            "logit that a network gives. A line that goes flat towards its mistake, the object's "
            "at the left or the background's at the right, is a loss that stops pushing there."
        )
    with right:
        st.subheader("Empty, full and one-pixel masks", anchor="cases")
        rows = ["| 16 × 16 pixels, sure to 0.95 | value | pushes? |", "|-|-|-|"]
        rows += [_case(case) for case in _measured("cases", loss.name, dials)]
        st.markdown("\n".join(rows))
        st.markdown(_scale(loss, _measured("scale", loss.name, dials)))
        if found := _all_undefined(loss.name):
            st.markdown("**Undefined cases**, by name")
            st.markdown("\n".join(f"- {_undefined(loss, one)}" for one in found))


def _case(case: exhibit.Case) -> str:
    pushes = "yes" if case.push > 1e-9 else "**nowhere**"
    note = " · *undefined*" if case.note else ""
    return f"| {case.name} | {short(case.value)}{note} | {pushes} |"


def _undefined(loss: Loss, found: exhibit.Undefined) -> str:
    changed = {k: v for k, v in found.dials.items() if v != loss.defaults[k]}
    at = f" at {', '.join(f'{k} = {v:g}' for k, v in changed.items())}" if changed else ""
    return f"{found.note.value} :gray[({found.case.lower()}{at})]"


def _scale(loss: Loss, found: exhibit.Scale) -> str:
    unit = f" {pictures.unit(loss)}".rstrip()
    below = (
        f" It is negative by design: its floor there is {short(found.floor)}{unit}."
        if found.floor < -1e-9
        else f" It does not reach 0: its floor there is {short(found.floor)}{unit}."
        if found.floor > 1e-9
        else ""
    )
    return (
        f"**Scale and sign.** On the standard scene's mask: {short(found.right)}{unit} for a "
        f"right and sure prediction, {short(found.undecided)}{unit} for p = ½ everywhere, "
        f"{short(found.wrong)}{unit} for the mask turned inside out (sure to 10⁻⁶).{below}"
    )
