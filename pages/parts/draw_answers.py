"""What every loss says of a drawing, and what changed: values, words, and the list."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from segloss_core import LOSSES, Loss
from segloss_core.metrics import NAMES as METRICS
from segloss_core.study import Value

from . import challenge_box, current, drawings, frame, later, stroke_words, view
from .browser import Metric, Row, loss_list
from .drawings import Drawing
from .pictures import unit

_FAR = 1 << 20  # pixels above which distances between outlines are worked out beside the page


@st.fragment
def show(drawing: Drawing) -> None:
    """Words, challenge and list. Losses of the histogram at once, those of place as they come.

    A fragment of its own: while something is on its way only this is repeated.
    """
    frame.one_thread()
    if drawings.awaited(current.base_name()):
        st.markdown("Bringing back your drawing …")
        return
    chosen = view.get("loss")
    unsolved = challenge_box.waiting(drawing)
    late, pending = _late(drawing)
    after = _values(drawing, late)
    before = _before(drawing, after)
    units = {loss.name: unit(loss) for loss in LOSSES.values()}
    words, moved = _words(drawing), stroke_words.of_losses(before, after, chosen, units)
    st.markdown(f"{words} {moved}")
    challenge_box.show(drawing)
    clicked = loss_list(
        rows=[_row(loss, after, before, _name(loss) in pending) for loss in LOSSES.values()],
        metrics=_metrics(drawing, late),
        chosen=chosen,
        key="draw.losses",
        pending=bool(pending) or unsolved,
        words=words.replace("**", ""),
        told=stroke_words.most_moved(before, after, chosen),
    )
    if clicked and clicked != chosen:
        view.put("loss", clicked)
        st.rerun()


def _name(loss: Loss) -> Hashable:
    return later.name_of(loss, view.dials(loss.name))


def _scores() -> Hashable:
    return "metrics", view.get("threshold")


def _late(drawing: Drawing) -> tuple[dict[Hashable, Any], set[Hashable]]:
    """What takes long, as far as it is there, and the names of what is on its way."""
    study, chosen = drawing.study, view.get("loss")
    places = [
        loss
        for loss in LOSSES.values()
        if not study.by_kinds(loss) and (not study.at_leisure(loss) or loss.name == chosen)
    ]
    # Skeletons take longer than all else together; what is looked at comes first.
    places.sort(key=lambda loss: (loss.name != chosen, "cldice" in loss.name))
    tasks: dict[Hashable, Callable[[], Any]] = {}
    if study.pair.target.size > _FAR:
        cut = view.get("threshold")
        tasks[_scores()] = lambda: study.metrics(cut)
    for loss in places:
        tasks[_name(loss)] = later.value(study, loss, view.dials(loss.name))
    found = later.of_page("draw").answers(study, tasks)
    drawing.late.update(found)
    return found, set(tasks) - set(found)


def _values(drawing: Drawing, late: dict[Hashable, Any]) -> dict[str, Value]:
    found = {}
    for name, loss in LOSSES.items():
        if drawing.study.by_kinds(loss):
            found[name] = drawing.study.value(loss, **view.dials(name))
        elif _name(loss) in late:
            found[name] = late[_name(loss)]
    return found


def _before(drawing: Drawing, after: dict[str, Value]) -> dict[str, Value]:
    """The values a stroke ago of those losses that are known now; nothing slow is computed."""
    found = {}
    for name in after if drawing.before is not None else ():
        loss = LOSSES[name]
        if drawing.before.by_kinds(loss):
            found[name] = drawing.before.value(loss, **view.dials(name))
        elif _name(loss) in drawing.late_before:
            found[name] = drawing.late_before[_name(loss)]
    return found


def _row(loss: Loss, after: dict[str, Value], before: dict[str, Value], pending: bool) -> Row:
    row = Row(loss.name, loss.title, loss.family, None, None, also=loss.aliases, tip=loss.effect)
    value = after.get(loss.name)
    if value is None:
        late = "On its way." if pending else "A large picture: worked out when it is chosen."
        return replace(row, pending=pending, tip=late)
    was = before.get(loss.name)
    return replace(
        row,
        value=value.value,
        bar=value.relative,
        note=value.note.value if value.note else None,
        unit=unit(loss),
        change=value.value - was.value if was is not None else None,
    )


def _metrics(drawing: Drawing, late: dict[Hashable, Any]) -> list[Metric]:
    cut, study = view.get("threshold"), drawing.study
    if study.pair.target.size > _FAR:
        scores, old = late.get(_scores()), drawing.late_before.get(_scores(), ())
    else:
        scores = study.metrics(cut)
        old = drawing.before.metrics(cut) if drawing.before is not None else ()
    if scores is None:
        return [Metric(name, None, tip="On its way.") for name in METRICS]
    was = {m.name: m.value for m in old}
    found = []
    for m in scores:
        earlier = was.get(m.name)
        change = m.value - earlier if m.value is not None and earlier is not None else None
        says = m.says if m.value is not None else f"{m.says}: {m.why}"
        found.append(Metric(m.name, m.value, m.unit, says, change))
    return found


def _words(drawing: Drawing) -> str:
    if drawing.before is None:
        return "Paint: every loss answers when you let go."
    old, new = drawing.before.pair, drawing.study.pair
    if old.target_digest != new.target_digest:
        return stroke_words.of_target(old.target, new.target)
    was, now = old.prediction, new.prediction
    codes = [drawings.codes_of(x) for x in (was, now)]
    if new.ignored is not None:
        codes = [np.where(new.ignored, np.uint8(0), x) for x in codes]
        if np.array_equal(*codes):
            return "Nothing has changed where pixels count."
    if np.array_equal(*codes):
        return "Nothing has changed."
    return f"**{drawing.step.capitalize()}.** " + stroke_words.of_prediction(*codes, new.target)
