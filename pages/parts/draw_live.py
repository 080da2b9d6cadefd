"""The painter with what every loss says of it: what runs after each stroke."""

from __future__ import annotations

import weakref

import streamlit as st
import torch

from segloss_core.pair import confidence_code
from segloss_core.study import Study

from . import current, downloads, draw_answers, drawings, frame, pictures, view
from .bound import switch
from .browser import Plane, deliver, painter
from .drawings import Drawing

_SETTLED = "draw.settled"
_MASKS = {"prediction": "Draw the prediction", "target": "Draw the target"}


def resume(where: torch.device) -> None:
    """Someone who comes back to a pair that he drew on finds his drawing.

    After a reload it lies in the tab, which brings it back.
    """
    name = current.base_name()
    found = drawings.find(name, current.base(where))
    if view.get("pair") == view.DRAWN:
        if found is None:
            drawings.await_kept(name)
        return
    if found is not None and found.touched:
        view.put("base", name)
        view.put("pair", view.DRAWN)


def hand_over(drawing: Drawing) -> None:
    """Give the tab the pixels that the painter shows and starts from, each once."""
    pair, planes = drawing.base.pair, [_mask(drawing.base), _codes(drawing.base)]
    if pair.image is not None:
        kind = "rgb" if pair.image.ndim == 3 else "grey"
        planes.append(Plane(pair.image_digest, kind, pair.image))  # type: ignore[arg-type]
    planes.append(_outline(drawing))
    if pair.ignored is not None:
        planes.append(pictures.marks(drawing.base))
    planes.append(_document(drawing).given[1])
    deliver(planes)


def _document(drawing: Drawing):  # type: ignore[no-untyped-def]
    return drawing.target if view.get("draw") == "target" else drawing.prediction


def _mask(study: Study) -> Plane:
    return Plane(study.pair.target_digest, "grey", study.pair.target)


def _codes(study: Study) -> Plane:
    prediction = study.pair.prediction
    codes = drawings.codes_of(prediction)
    sure = prediction.confidence if prediction.kind == "hard" else ""
    return Plane(f"codes+{prediction.digest}+{sure}", "grey", codes)


def _outline(drawing: Drawing) -> Plane:
    """The other mask, whose outline lies over what is painted."""
    return _codes(drawing.study) if view.get("draw") == "target" else _mask(drawing.study)


def which_mask() -> None:
    """The prediction is drawn, or the target."""
    switch("Draw", "draw", _MASKS, label_visibility="collapsed")


@st.fragment
def live(drawing: Drawing) -> None:
    """Painter, words, challenge and list. After a stroke, only this runs."""
    frame.one_thread()
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        _painter(drawing)
        downloads.of_drawing(drawing)
    with right:
        draw_answers.show(drawing)
    if st.session_state.pop(_SETTLED, False):
        st.rerun()


def _painter(drawing: Drawing) -> None:
    target = view.get("draw") == "target"
    pair = drawing.base.pair
    keep = [f"{name}.{pair.digest}" for name in _MASKS]

    held = weakref.ref(drawing)  # what is called after a stroke is kept when the page is left

    def struck() -> None:
        drawing = held()
        if drawing is None:
            return
        drawing.follow()
        if view.get("pair") != view.DRAWN:  # the address and the sidebar follow the first stroke
            view.put("base", current.base_name())
            view.put("pair", view.DRAWN)
            st.session_state[_SETTLED] = True

    painter(
        document=drawing.target if target else drawing.prediction,
        other=drawing.prediction if target else drawing.target,
        image=pair.image_digest if pair.image is not None else None,
        outline=_outline(drawing).digest,
        outline_from=128 if target else 1,
        sources={"target": _mask(drawing.base).digest, "prediction": _codes(drawing.base).digest},
        value=confidence_code(view.get("confidence")),
        target=target,
        keep=(keep[target], keep[not target]),
        awaits=drawings.awaited(current.base_name()),
        key="painter",
        on_stroke=struck,
        on_recalled=drawings.recalled,
        ignored=None if pair.ignored is None else pictures.marks_digest(drawing.base),
    )
