"""A volume: the loss on every slice and on all of them; a click goes to a slice."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import streamlit as st

from segloss_core import Loss
from segloss_core.readers import ReadError, read
from segloss_core.study import Study
from segloss_core.volume import DENSE, BySlice, Volume

from . import boxes, current, figures, guesses, letting_go, patience, settings, view
from .files import Slot
from .kept import kept
from .say import short, unquoted

NAME = ":material/layers: Slices"
_QUICK = 1 << 21  # pixels whose slices are worked out unasked, if places or floats matter


def _slots() -> tuple[Slot, Slot] | None:
    slots = current.uploads().slots
    if view.get("pair") != view.UPLOAD or not {"target", "prediction"} <= slots.keys():
        return None
    target, prediction = slots["target"], slots["prediction"]
    one, other = target.reading, prediction.reading
    if one is None or other is None or one.pages < 2 or (one.pages, one.size) != (
        other.pages, other.size
    ):  # fmt: skip
        return None
    return target, prediction


def there() -> bool:
    """Whether target and prediction on screen are slices of volumes of one size."""
    return _slots() is not None


def _stack(role: str, slot: Slot) -> Any:
    """All slices of a file, read as the one on screen."""
    wanted, reading = slot.wanted, slot.reading
    assert reading is not None
    scale = reading.scale if wanted.class_ is None else None
    return read(
        slot.source.getvalue(), slot.source.name, role=role, scale=scale,  # type: ignore[arg-type]
        class_=wanted.class_, member=wanted.member, picture=wanted.picture, axis=wanted.axis,
        ignore=wanted.ignore if role == "target" else None,
    )  # fmt: skip


def _made_of(target: Slot, prediction: Slot) -> tuple[Any, ...]:
    """Everything that changes the volume, whichever of its slices is on screen."""
    files = (
        (slot.reading.digest, slot.reading.scale, replace(slot.wanted, page=None))
        for slot in (target, prediction)
        if slot.reading is not None
    )
    return *files, view.get("confidence")


def _volume(target: Slot, prediction: Slot) -> Volume:
    """The volume; kept for this session until another one is looked at."""

    def make() -> Volume:
        truth, guess = _stack("target", target), _stack("prediction", prediction)
        planes = [boxes.as_prediction(guess, plane) for plane in guess.array]
        return Volume(truth.array, planes, truth.ignored)

    found = kept(letting_go.VOLUME, _made_of(target, prediction), make, most=1)
    assert found is not None
    return found


def show(study: Study, loss: Loss) -> None:
    """The chart, what the volume as a whole is worth, and how that was found."""
    both = _slots()
    if both is None:
        return
    try:
        volume = _volume(*both)
    except ReadError as error:
        st.markdown(unquoted(error.message))
        return
    found = _worked_out(volume, _made_of(*both), loss, study.is_coded)
    if found is None:
        return
    here = both[0].wanted.page or 0
    st.plotly_chart(
        figures.by_slice(found, here), config=figures.CONFIG, key="slices.chart",
        on_select=lambda: _go(both[0]), selection_mode="points",
        alt=f"The loss on each of {len(found.rows)} slices; slice {here} is on screen",
    )  # fmt: skip
    st.markdown(
        f"{_verdict(found, volume)} Slice {here}, on screen: **{short(found.rows[here].value)}**."
    )
    empty = sum(row.objects == 0 for row in found.rows)
    if empty:
        st.caption(
            f"Slices without any object in the target: {empty} of {len(found.rows)}. What a loss "
            "says there is its answer for an empty mask."
        )
    st.caption("Click a point to go to its slice.")


def _worked_out(volume: Volume, made_of: Hashable, loss: Loss, coded: bool) -> BySlice | None:
    """The loss on every slice, kept for this session; what takes long is begun by a button."""
    setting = settings.of(loss)
    quick = (coded and not loss.positional) or volume.targets.size <= _QUICK

    def patiently() -> BySlice | None:
        return patience.run(
            f"{loss.title} on {len(volume.targets)} slices",
            lambda tell: volume.by_slice(loss, tell, **setting), "slices",
        )  # fmt: skip

    make = (lambda: volume.by_slice(loss, **setting)) if quick else patiently
    key = (made_of, loss.name, *sorted(setting.items()))
    return kept(letting_go.BY_SLICE, key, make, most=12)


def _verdict(found: BySlice, volume: Volume) -> str:
    mean = f"Mean over {len(found.rows)} slices: **{short(found.mean)}**."
    if found.whole is not None:
        return f"The volume as one, all pixels together: **{short(found.whole)}**. {mean}"
    why = {
        "positional": "This loss looks at places, so slices are not put together",
        "large": f"The volume has {volume.targets.size:,} pixels with exact probabilities; more "
        f"than {DENSE:,} of them cannot be added up as one",
    }[found.how]
    return f"{mean} {why}."


def _go(slot: Slot) -> None:
    """Show the slice whose point was clicked."""
    points = st.session_state["slices.chart"].selection.points
    if points:
        st.session_state[guesses.page_key(slot)] = int(points[0]["x"])
