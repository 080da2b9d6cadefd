"""The second prediction: the first one changed by hand, or a file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from segloss_core.comparison import Rival, rival_of
from segloss_core.readers import ReadError, Reading, read, resized
from segloss_core.study import Study

from . import boxes, current, letting_go, view
from .files import TYPES
from .say import plain, unquoted

_WAYS = {
    "none": "no second prediction",
    "sure": "A, made surer or less",
    "shift": "A, shifted",
    "grow": "A, grown or shrunk",
    "blur": "A, blurred",
    "confidence": "A, with another confidence",
    "file": "a file of yours",
}
# low, high, step, label, what is written about B
_AMOUNTS = {
    "sure": (0.25, 4.0, 0.05, "Logits times", "A, logits × {:g}"),
    "shift": (-64.0, 64.0, 1.0, "Pixels to the right", "A shifted by {:g} px"),
    "grow": (-16.0, 16.0, 1.0, "Pixels (below 0 shrinks)", "A grown by {:g} px"),
    "blur": (0.0, 8.0, 0.25, "Blur σ in pixels", "A blurred, σ = {:g} px"),
    "confidence": (0.51, 0.99, 0.01, "Confidence c of B", "A at c = {:g}"),
}


def choose(study: Study) -> tuple[Study, str] | None:
    """B and its name, or None without it."""
    hard = study.pair.prediction.confidence is not None
    ways = [way for way in view.RIVALS if way != "confidence" or hard]
    way = view.get("rival") if view.get("rival") in ways else view.TABLE["rival"].default
    st.session_state["choose.rival"] = way
    st.selectbox(
        "Prediction B", ways, key="choose.rival", format_func=_WAYS.get,
        on_change=lambda: view.put("rival", st.session_state["choose.rival"]),
        help="A is the prediction of the pair. B is compared with it on the same target.",
    )  # fmt: skip
    if way in ("file", "none"):
        st.session_state.pop(letting_go.RIVAL, None)
        return _file(study) if way == "file" else None
    amount = _amount(way)
    return _changed(study, way, amount), _AMOUNTS[way][4].format(amount)


def _changed(study: Study, way: Rival, amount: float) -> Study:
    """A, changed. This session holds the newest: what others try on the sample drops none of it."""
    of, found = st.session_state.get(letting_go.RIVAL, (None, None))
    if of is None or of[0] is not study or of[1:] != (way, amount):
        found = rival_of(study, way, amount)
        st.session_state[letting_go.RIVAL] = (study, way, amount), found
    return found


def _amount(way: str) -> float:
    name = f"rival.{way}"
    low, high, step, label, _ = _AMOUNTS[way]
    amount: float = min(high, max(low, view.get(name)))
    st.session_state[f"choose.{name}"] = amount
    st.slider(
        label, low, high, key=f"choose.{name}", step=step, format="%g",
        on_change=lambda: view.put(name, st.session_state[f"choose.{name}"]),
    )  # fmt: skip
    return amount


def _reading(file: Any, page: int | None) -> Reading:
    """B as it was uploaded; of a volume the slice that A shows, or the middle one.

    Raises ReadError.
    """
    reading = read(file.getvalue(), file.name, role="prediction")
    if not reading.stacked:
        return reading
    here = page if page is not None and page < reading.pages else reading.pages // 2
    return read(file.getvalue(), file.name, role="prediction", scale=reading.scale, page=here)


def _file(study: Study) -> tuple[Study, str] | None:
    """A prediction of the session's own; no link carries it."""
    kept = st.session_state.setdefault("rival.file", {})
    key = f"choose.rival.file.{st.session_state.get('files.round', 0)}"  # another empties it
    file = st.file_uploader("File of prediction B", type=TYPES, key=key)
    mine = current.uploads().slots.get("prediction")
    page = mine.wanted.page if mine is not None and view.get("pair") == view.UPLOAD else None
    if file is not None and kept.get("id") != (file.file_id, page):
        try:
            reading = _reading(file, page)
        except ReadError as error:
            st.error(unquoted(error.message), icon=":material/error:")
            return None
        kept.clear()
        kept.update(id=(file.file_id, page), reading=reading)
    if "reading" not in kept:
        st.caption("Grey = probability, or a black-and-white mask; of the target's size.")
        return None
    reading, size = kept["reading"], study.pair.size
    array = reading.array
    if reading.size != size:
        (h, w), (th, tw) = reading.size, size
        if kept.get("fit") != size:
            st.error(
                f"B is {w} × {h} pixels, the target is {tw} × {th}. Choose a file of that size, "
                "or have this one resized.", icon=":material/straighten:",
            )  # fmt: skip
            if st.button(f"Resize to {tw} × {th}", key="rival.resize"):
                kept["fit"] = size
                st.rerun()
            return None
        array = resized(array, size, "prediction")
    made_of = (study.pair.target_digest, reading.digest, reading.page, view.get("confidence"))
    if kept.get("made_of") != made_of:
        prediction = boxes.as_prediction(reading, array)
        kept.update(made_of=made_of, study=study.with_prediction(prediction))
    if file is None:
        st.caption(f"Still open: {plain(reading.name)}")
    if reading.page is not None:
        st.caption(f"A volume: slice {reading.page} of it, as in A where A has one.")
    confidence = kept["study"].pair.prediction.confidence
    if confidence is not None:
        st.caption(
            f"A black-and-white mask: read as p = {confidence:.3f} or {1 - confidence:.3f}. On a "
            "small object that much doubt in the background may cost more than mistakes do."
        )
    return kept["study"], reading.name
