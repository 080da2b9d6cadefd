"""The sidebar's data: which pair, its files, threshold and confidence; and the loss's setting."""

from __future__ import annotations

import streamlit as st
import torch

from segloss_core import LOSSES, Loss
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import boxes, bundles, current, drawings, ignoring, view
from .bound import bound, switch
from .say import percent, unquoted

_OWN = "your own setting"
_WRT = {"logit": "∂L/∂z", "probability": "∂L/∂p"}


def pair(where: torch.device) -> Study:
    """Choose a sample or upload files; gives the pair made ready."""
    st.markdown("**Data**")
    mine = current.uploads().study
    if current.base_name() == view.UPLOAD and mine is None:
        current.say_whose_files()
        view.put("pair", view.TABLE["pair"].default)
    drawn = drawings.find(current.base_name(), current.base(where))
    if view.get("pair") == view.DRAWN and drawn is None:
        current.say_whose_drawing()
        view.put("pair", view.get("base"))
    options = [*SCENES, *([view.UPLOAD] if mine is not None else [])]
    if drawn is not None and drawn.touched:
        options.append(view.DRAWN)
    st.session_state["choose.pair"] = view.get("pair")
    st.selectbox(
        "Pair", options, key="choose.pair", on_change=_take_pair, format_func=_title,
        label_visibility="collapsed",
    )  # fmt: skip
    with st.expander("Your own files", icon=":material/upload:", expanded=view.get("files")):
        boxes.choose_files(where)
        bundles.box("Several pairs as a ZIP, or a saved bundle", "own", where)
    study = current.study(where)
    confidence = study.pair.prediction.confidence
    if confidence is not None:
        st.slider(
            "Confidence c", 0.51, 0.99, **bound("confidence"), step=0.01,
            help="A black-and-white mask says yes or no, but a loss needs a probability: each "
            "pixel is given p = c or 1 − c.",
        )  # fmt: skip
        st.caption(f"On the 8-bit grid: c = {confidence:.4f}")
    return study


def _title(name: str) -> str:
    if name == view.DRAWN:
        return f"Your drawing · {_title(current.base_name())}"
    return SCENES[name].title if name in SCENES else "Your files"


def _take_pair() -> None:
    chosen = st.session_state["choose.pair"]
    view.put("base", current.base_name() if chosen == view.DRAWN else view.TABLE["base"].default)
    view.put("pair", chosen)
    view.put("pin", None)


def facts(study: Study) -> None:
    """What the pair is and what was assumed in reading it, as text."""
    height, width = study.pair.size
    part, said = percent(study.pair.prevalence), ignoring.fact(study.pair)
    for line in (f"{width} × {height} pixels, {part} object", *said, *study.pair.notes):
        st.caption(unquoted(line))


def still_showing() -> None:
    """Say so when the boxes hold something else than the pictures show."""
    mine, uploaded = current.uploads(), view.get("pair") == view.UPLOAD
    first = not uploaded and mine.study is None and {"target", "prediction"} <= mine.slots.keys()
    if first or (uploaded and mine.waiting):
        what = "the sample" if first else "the last whole pair"
        st.warning(
            f"Still showing {what}: the files at the left do not make a pair yet.",
            icon=":material/history:",
        )


def narrow_list() -> None:
    """On a narrow window the list comes last; so the loss can be chosen on top, too."""
    with st.container(key="narrow"):
        loss_box("Loss", "choose.loss")


def loss_box(label: str, key: str) -> None:
    """The loss, out of all of them by their titles."""
    st.selectbox(
        label, list(LOSSES), **bound("loss", key), format_func=lambda name: LOSSES[name].title,
    )  # fmt: skip


def setting(loss: Loss) -> None:
    """Presets of the loss, and with respect to what the gradient is taken."""
    with st.container(horizontal=True, vertical_alignment="top", horizontal_alignment="right"):
        if loss.dials:
            _preset(loss)
        slope()


def slope() -> None:
    """With respect to what the gradient is taken."""
    switch(
        "Gradient",
        "wrt",
        _WRT,
        help="∂L/∂z is what a network receives; ∂L/∂p is what the loss says about p itself",
    )


def _preset(loss: Loss) -> None:
    now, key = view.dials(loss.name), f"preset.{loss.name}"
    matching = (name for name, preset in loss.presets.items() if {**now, **preset} == now)
    found = next(matching, _OWN)
    st.session_state[key] = found
    st.selectbox(
        "Preset", [*loss.presets, *([_OWN] if found == _OWN else [])], key=key,
        on_change=_take_preset, args=(loss,), width="stretch",
    )  # fmt: skip


def _take_preset(loss: Loss) -> None:
    chosen = st.session_state[f"preset.{loss.name}"]
    for name, value in loss.presets.get(chosen, {}).items():
        view.put(f"{loss.name}.{name}", value)
