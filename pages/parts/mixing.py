"""Tune by mixing: a weighted sum of losses, with everything that a single loss has."""

from __future__ import annotations

import streamlit as st

from segloss_core import LOSSES, export
from segloss_core.mix import MOST, Mix, schedule, text
from segloss_core.study import Study

from . import axes, card, current, details, elsewhere, figures, settings, surface, view
from .say import short

_SHAPES = {"linear": "evenly", "cosine": "along a cosine", "step": "in one step"}


def show(study: Study) -> None:
    """Choose the parts; the mix's value, maps, landscape over its weights, schedule and code."""
    st.title("Mix losses")
    st.markdown("What networks are trained with is mostly a sum. Its parts, their say, its maps:")
    _parts(study)
    mix = settings.mixed()
    ranges = axes.of(mix)
    if len(ranges) == 2:
        surface.touch(study, mix, ranges)
    _schedule(mix)
    with st.expander("Formula and this pixel", icon=":material/function:"):
        card.formula(mix)
        details.this_pixel(study, mix)
    _code(study, mix)


def _parts(study: Study) -> None:
    """One line per part with its value and its say in the whole; parts come and go."""
    mix = settings.mixed()
    total = study.value(mix, **mix.defaults)
    whole = total.value - total.floor
    for i, part in enumerate(mix.parts):
        own = {**part.loss.defaults, **dict(part.dials)}
        value = study.value(part.loss, **own)
        paid = part.weight * (value.value - value.floor)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.session_state[f"mix.loss.{i}"] = part.loss.name
            st.selectbox(
                "Loss", list(LOSSES), key=f"mix.loss.{i}", on_change=_swap, args=(i,),
                format_func=lambda name: LOSSES[name].title, label_visibility="collapsed",
            )  # fmt: skip
            st.session_state[f"mix.weight.{i}"] = part.weight
            st.number_input(
                "Weight", 0.0, 1e6, key=f"mix.weight.{i}", format="%g", step=0.1, width=150,
                on_change=_weigh, args=(i,), label_visibility="collapsed",
            )  # fmt: skip
            of = "what is above the floor" if total.floor else "the sum"
            say = f" · **{100 * paid / whole:.0f} %** of {of}" if whole > 0 else ""
            st.markdown(
                f"× {short(value.value)} = {short(part.weight * value.value)}{say}", width=300
            )
            st.button(
                "Remove", key=f"mix.drop.{i}", on_click=_drop, args=(i,), icon=":material/close:",
                disabled=len(mix.parts) == 1,
            )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Add a loss", on_click=_add, icon=":material/add:", disabled=len(mix.parts) >= MOST
        )
        st.markdown(f"Sum: **{short(total.value)}**")
    if total.note:
        st.warning(f"Undefined case: {total.note.value}")


def _rewrite(parts: list[tuple[str, float, dict[str, float | int | None]]]) -> None:
    view.put("mix", text.written(text.mix(parts)))


def _now() -> list[tuple[str, float, dict[str, float | int | None]]]:
    return [(part.loss.name, part.weight, dict(part.dials)) for part in settings.mixed().parts]


def _swap(i: int) -> None:
    parts = _now()
    parts[i] = (st.session_state[f"mix.loss.{i}"], parts[i][1], {})
    _rewrite(parts)


def _weigh(i: int) -> None:
    parts = _now()
    parts[i] = (parts[i][0], float(st.session_state[f"mix.weight.{i}"]), parts[i][2])
    _rewrite(parts)


def _drop(i: int) -> None:
    parts = _now()
    del parts[i]
    _rewrite(parts)


def _add() -> None:
    parts = _now()
    used = {name for name, _, _ in parts}
    fresh = next(name for name in ("boundary", "focal", "tversky", *LOSSES) if name not in used)
    _rewrite([*parts, (fresh, 0.1, {})])


def _schedule(mix: Mix) -> None:
    """A weight that is ramped while a network trains: the curve, and the code."""
    with st.expander("Ramp a weight while training", icon=":material/trending_up:"):
        names = [part.name for part in mix.parts]
        left, middle, right = st.columns(3)
        name = left.selectbox(
            "Part", names, index=len(names) - 1, key=f"ramp.part.{'.'.join(names)}"
        )
        shape = middle.selectbox(
            "Goes up", list(_SHAPES), format_func=_SHAPES.get, key="ramp.shape"
        )
        epochs = right.number_input("within epochs", 1, 1000, 50, key="ramp.epochs")
        part = next(one for one in mix.parts if one.name == name)
        made = schedule.schedule(
            {
                one.name: schedule.ramp(0.0, part.weight, int(epochs), shape)
                if one.name == name
                else one.weight
                for one in mix.parts
            }
        )
        st.plotly_chart(
            figures.weights(made.table(int(epochs) + 10)), config=figures.CONFIG, key="ramp",
            alt="The weight of every part, epoch by epoch",
        )  # fmt: skip
        line = f'from segloss_core.mix.text import parse\n\nloss = parse("{text.written(mix)}")\n'
        st.code(f"{line}\n\n{made.code()}", language="python")


def _code(study: Study, mix: Mix) -> None:
    st.subheader("Code", anchor="code")
    st.caption("The mix as one line, as the address of this page has it:")
    st.code(text.written(mix), language=None)
    value = study.value(mix, **mix.defaults).value
    script, training, plain = st.tabs(["These numbers", "Training", "Plain PyTorch"])
    with script:
        source = current.source_code()
        ignores = study.pair.ignored is not None
        lines = export.snippet(mix, mix.defaults, view.get("wrt"), source, value, ignores)
        st.code(lines, language="python")
    with training:
        st.code(export.training(mix, mix.defaults), language="python")
    with plain:
        elsewhere.choose(study, mix, mix.defaults)
