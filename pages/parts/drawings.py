"""What this session has drawn: one drawing for each pair that it was begun on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from segloss_core.pair import Prediction, confidence_code
from segloss_core.study import Study

from . import view
from .browser import Document

Codes = NDArray[np.uint8]

KEPT = 3  # drawings on uploads that are no longer looked at; each holds its pair and its maps
_LAST, _AWAITED = "drawing.last", "drawing.awaited"


@dataclass
class Drawing:
    """A pair under the hand. `study` is the pair as drawn, `before` what it was a stroke ago."""

    base: Study
    prediction: Document
    target: Document
    study: Study
    before: Study | None = None
    step: str = ""
    steps: list[str] = field(default_factory=list)  # those that have arrived, by name
    late: dict[Hashable, Any] = field(default_factory=dict)  # what took long, of `study`
    late_before: dict[Hashable, Any] = field(default_factory=dict)  # and of `before`
    _at: tuple[int, int] = (0, 0)

    @property
    def touched(self) -> bool:
        """Whether anything was painted."""
        return self._at != (0, 0)

    def follow(self) -> None:
        """Make the study of what the documents hold now."""
        at = (self.prediction.n, self.target.n)
        if at == self._at:
            return
        self.before, old = self.study, self.study.pair
        prediction = Prediction.coded(self.prediction.codes)
        self.step = self.prediction.step if at[0] != self._at[0] else self.target.step
        names = old.names | {"prediction": f"drawing-{prediction.digest[:8]}.png"}
        if at[1] != self._at[1]:
            target = (self.target.codes >= 128).astype(np.uint8)
            pair = replace(old, target=target, prediction=prediction)
            names["target"] = f"target-{pair.target_digest[:8]}.png"
            self.study = Study(replace(pair, names=names), self.base.device)
        else:
            self.study = self.study.with_prediction(prediction)
            self.study.pair = replace(self.study.pair, names=names)
        self._at = at
        self.steps.append(self.step)
        self.late_before, self.late = self.late, {}


def codes_of(prediction: Prediction) -> Codes:
    """Any prediction on the painter's grid p = (g + ½) / 256."""
    if prediction.confidence is not None and prediction.codes is not None:
        sure = confidence_code(prediction.confidence)
        return np.where(prediction.codes > 0, sure, 255 - sure).astype(np.uint8)
    if prediction.codes is not None:
        return prediction.codes
    return np.clip(np.floor(prediction.probabilities() * 256), 0, 255).astype(np.uint8)


def _all() -> dict[str, Drawing]:
    return st.session_state.setdefault("drawings", {})


def _key(name: str, base: Study) -> str:
    pair = base.pair
    return f"{name}:{pair.image_digest}{pair.target_digest}{pair.prediction.digest}"


def find(name: str, base: Study) -> Drawing | None:
    """The drawing on this pair, if there is one."""
    found = _all().get(_key(name, base))
    if found is not None:
        st.session_state[_LAST] = (name, found)
    return found


def current(name: str) -> Drawing | None:
    """The drawing on the pair of that name, if it is the one found last."""
    last, found = st.session_state.get(_LAST, ("", None))
    return found if last == name else None


def begin(name: str, base: Study) -> Drawing:
    """The drawing on this pair; a new one starts from its prediction."""
    found = find(name, base)
    if found is None:
        pair = base.pair
        codes = codes_of(pair.prediction)
        notes = tuple(note for note in pair.notes if not note.startswith("Prediction"))
        if pair.prediction.codes is None:
            notes += ("Drawing: probabilities rounded to p = (g + ½) / 256",)
        drawn = replace(
            pair, prediction=Prediction.coded(codes), name=f"drawing on {pair.name}", notes=notes
        )
        study = Study(drawn, base.device)
        study.fields = base.fields
        target = (pair.target * 255).astype(np.uint8)
        found = Drawing(base, Document(codes), Document(target), study)
        _all()[_key(name, base)] = found
        st.session_state[_LAST] = (name, found)
    return found


def forget_replaced() -> None:
    """Of the drawings on files that were replaced, keep the newest few that anybody painted on."""
    mine = [key for key in _all() if key.startswith(f"{view.UPLOAD}:")]
    painted = [key for key in mine if _all()[key].touched]
    for key in set(mine) - set(painted[-KEPT:]):
        del _all()[key]
    st.session_state.pop(_LAST, None)


def await_kept(name: str) -> None:
    """The address speaks of a drawing on this pair, which only the tab can have."""
    st.session_state[_AWAITED] = name


def awaited(name: str) -> bool:
    """Whether numbers would be those of the pair as it was before it was drawn on."""
    return bool(st.session_state.get(_AWAITED) == name)


def recalled() -> None:
    """The tab has brought back what it kept, or has kept nothing."""
    st.session_state.pop(_AWAITED, None)


def forget_uploads() -> None:
    """Drop what was drawn on uploaded files, with the files."""
    for key in [key for key in _all() if key.startswith(f"{view.UPLOAD}:")]:
        del _all()[key]
    st.session_state.pop(_LAST, None)
