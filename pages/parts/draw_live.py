"""The painter with what every loss says of it: what runs after each stroke."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st
import torch

from segloss_core import LOSSES, Loss
from segloss_core.pair import confidence_code
from segloss_core.study import Study, Value

from . import challenge_box, current, downloads, drawings, frame, later, stroke_words, view
from .browser import Metric, Plane, Row, deliver, loss_list, painter
from .drawings import Drawing
from .pictures import unit

_SETTLED = "draw.settled"
_MASKS = {"prediction": "Draw the prediction", "target": "Draw the target"}


def resume(where: torch.device) -> None:
    """Someone who comes back to a pair that he drew on finds his drawing."""
    if view.get("pair") == view.DRAWN:
        return
    name = current.base_name()
    found = drawings.find(name, current.base(where))
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
    st.session_state["draw.which"] = view.get("draw")
    st.segmented_control(
        "Draw", list(_MASKS), key="draw.which", format_func=_MASKS.get, required=True,
        on_change=lambda: view.put("draw", st.session_state["draw.which"]),
        label_visibility="collapsed",
    )  # fmt: skip


@st.fragment
def live(drawing: Drawing) -> None:
    """Painter, words, challenge and list. After a stroke, only this runs."""
    frame.one_thread()
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        _painter(drawing)
        downloads.of_drawing(drawing)
    with right:
        _answers(drawing)
    if st.session_state.pop(_SETTLED, False):
        st.rerun()


def _painter(drawing: Drawing) -> None:
    target = view.get("draw") == "target"
    pair = drawing.base.pair

    def struck() -> None:
        drawing.follow()
        if view.get("pair") != view.DRAWN:  # the address and the sidebar follow the first stroke
            view.put("base", current.base_name())
            view.put("pair", view.DRAWN)
            st.session_state[_SETTLED] = True

    painter(
        document=_document(drawing),
        image=pair.image_digest if pair.image is not None else None,
        outline=_outline(drawing).digest,
        outline_from=128 if target else 1,
        sources={"target": _mask(drawing.base).digest, "prediction": _codes(drawing.base).digest},
        value=confidence_code(view.get("confidence")),
        target=target,
        keep=f"{view.get('draw')}.{drawing.base.pair.digest}",
        key="painter",
        on_stroke=struck,
    )


def _answers(drawing: Drawing) -> None:
    chosen = view.get("loss")
    unsolved = challenge_box.waiting(drawing)
    after, pending = _values(drawing)
    before = _before(drawing, after)
    words = st.container()
    challenge_box.show(drawing)
    metrics = _metrics(drawing)
    clicked = loss_list(
        rows=[_row(loss, after, before, loss.name in pending) for loss in LOSSES.values()],
        metrics=metrics,
        chosen=chosen,
        key="draw.losses",
        pending=bool(pending) or unsolved,
    )
    units = {loss.name: unit(loss) for loss in LOSSES.values()}
    words.markdown(_words(drawing) + " " + stroke_words.of_losses(before, after, chosen, units))
    if clicked and clicked != chosen:
        view.put("loss", clicked)
        st.rerun()


def _values(drawing: Drawing) -> tuple[dict[str, Value], set[str]]:
    """Values of the losses of the histogram at once; those of place as far as they are there."""
    study = drawing.study
    places = [loss for loss in LOSSES.values() if not study.by_kinds(loss)]
    found = {
        loss.name: study.value(loss, **view.dials(loss.name))
        for loss in LOSSES.values()
        if study.by_kinds(loss)
    }
    wanted = [
        loss for loss in places if not study.at_leisure(loss) or loss.name == view.get("loss")
    ]
    wanted.sort(key=_cost)
    asked = [(loss, view.dials(loss.name)) for loss in wanted]
    late = later.of_page("draw").values(study, asked)
    drawing.late.update(
        {later.name_of(one): late[one[0].name] for one in asked if one[0].name in late}
    )
    return found | late, {loss.name for loss in wanted} - set(late)


def _cost(loss: Loss) -> tuple[bool, bool]:
    # Skeletons take longer than everything else together; what is looked at comes first.
    return loss.name != view.get("loss"), "cldice" in loss.name


def _before(drawing: Drawing, after: dict[str, Value]) -> dict[str, Value]:
    """The values a stroke ago of those losses that are known now; nothing is computed for it."""
    if drawing.before is None:
        return {}
    found = {}
    for name in after:
        loss, dials = LOSSES[name], view.dials(name)
        if drawing.before.by_kinds(loss):
            found[name] = drawing.before.value(loss, **dials)
        elif (known := drawing.late_before.get(later.name_of((loss, dials)))) is not None:
            found[name] = known
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


def _metrics(drawing: Drawing) -> list[Metric]:
    cut = view.get("threshold")
    was = {m.name: m.value for m in drawing.before.metrics(cut)} if drawing.before else {}
    found = []
    for m in drawing.study.metrics(cut):
        old = was.get(m.name)
        change = m.value - old if m.value is not None and old is not None else None
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
    if np.array_equal(*codes):
        return "Nothing has changed."
    return f"**{drawing.step.capitalize()}.** " + stroke_words.of_prediction(*codes, new.target)
