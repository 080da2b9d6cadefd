"""The sidebar's data: which pair, its files, threshold and confidence; and the loss's setting."""

from __future__ import annotations

import streamlit as st
import torch

from segloss_core import Loss
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from . import current, view
from .say import plain

_WRT = {"logit": "∂L/∂z", "probability": "∂L/∂p"}


def pair(where: torch.device) -> Study:
    """Choose a sample or upload files; gives the pair made ready."""
    st.markdown("**Data**")
    mine = current.uploads().study
    options = [*SCENES, *([view.UPLOAD] if mine is not None else [])]
    now = view.get("pair")
    if now == view.UPLOAD and mine is None:
        current.say_whose_files()
        now = view.TABLE["pair"].default
        view.put("pair", now)
    st.session_state["choose.pair"] = now
    st.selectbox(
        "Pair", options, key="choose.pair", on_change=_take_pair,
        format_func=lambda name: SCENES[name].title if name in SCENES else "Your files",
        label_visibility="collapsed",
    )  # fmt: skip
    with st.expander("Your own files", icon=":material/upload:", expanded=False):
        current.choose_files(where)
    study = current.study(where)
    prediction = study.pair.prediction
    if prediction.kind == "hard":
        st.session_state["choose.confidence"] = view.get("confidence")
        st.slider(
            "Confidence c", 0.51, 0.99, key="choose.confidence", step=0.01,
            on_change=lambda: view.put("confidence", st.session_state["choose.confidence"]),
            help="A black-and-white mask says yes or no, but a loss needs a probability: each "
            "pixel is given p = c or 1 − c.",
        )  # fmt: skip
        st.caption(f"Rounded to the 8-bit grid: c = {prediction.confidence:.4f}")
    return study


def _take_pair() -> None:
    view.put("pair", st.session_state["choose.pair"])
    view.put("pin", None)


def facts(study: Study) -> None:
    """What the pair is and what was assumed in reading it, as text."""
    height, width = study.pair.size
    part = float(study.pair.target.mean())
    said = [f"{width} × {height} pixels, {100 * part:.2g} % object", *study.pair.notes]
    for line in said:
        st.caption(plain(line))


def setting(loss: Loss) -> None:
    """Presets of the loss, and with respect to what the gradient is taken."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        if loss.dials:
            st.selectbox(
                "Preset", list(loss.presets), index=_preset_now(loss), key=f"preset.{loss.name}",
                placeholder="Presets", on_change=_take_preset, args=(loss,),
                label_visibility="collapsed", width="stretch",
            )  # fmt: skip
        st.session_state["choose.wrt"] = view.get("wrt")
        st.segmented_control(
            "Gradient with respect to", list(_WRT), key="choose.wrt", format_func=_WRT.get,
            required=True, label_visibility="collapsed",
            on_change=lambda: view.put("wrt", st.session_state["choose.wrt"]),
            help="∂L/∂z is what a network receives; ∂L/∂p is what the loss says about p itself",
        )  # fmt: skip


def _preset_now(loss: Loss) -> int | None:
    now = view.dials(loss.name)
    names = list(loss.presets)
    st.session_state.pop(f"preset.{loss.name}", None)
    return next((i for i, n in enumerate(names) if {**now, **loss.presets[n]} == now), None)


def _take_preset(loss: Loss) -> None:
    for name, value in loss.presets[st.session_state[f"preset.{loss.name}"]].items():
        view.put(f"{loss.name}.{name}", value)
