"""A target of several classes: the loss of each against the rest, and over all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from segloss_core import LOSSES, Loss
from segloss_core.classes import ByClass, by_class, every_by_class
from segloss_core.multiclass import OverAll, cross_entropy, generalized_dice
from segloss_core.study import Study

from . import current, settings, view
from .say import plain, short

T = TypeVar("T")

# title, unit, loss
_AT_ONCE = (
    ("Softmax cross-entropy", " nats", cross_entropy),
    ("Generalized Dice", "", generalized_dice),
)


def show(study: Study, loss: Loss) -> None:
    """The loss of every class against the rest, and their mean."""
    classes = current.classes()
    if classes is None:
        return
    one, at_once = _known(study, loss, classes)
    rows = []
    for row in one.rows:
        why = row.note.value if row.note else "" if row.present else "not in the target"
        rows.append([plain(row.name), short(row.value), why])
    st.markdown(_table(["class", "value"], rows))
    if one.mean is not None:
        absent = f" Absent, and not in the mean: {plain(', '.join(one.absent))}."
        st.markdown(
            f"Mean over the classes present: **{short(one.mean)}**."
            + (absent if one.absent else "")
        )
    st.caption("Each class against everything else; the background, class 0, is left out.")
    st.markdown("**Over all classes at once**, whatever loss is chosen:")
    st.markdown(_table(["loss", "value"], _rows(at_once)))
    st.caption(
        "Here the background is a class like the others. A class that is absent adds nothing to "
        "the cross-entropy; in generalized Dice it takes the largest weight of those present, so "
        "that saying it where it is not still costs."
    )
    _every_loss(study, classes)


def _known(
    study: Study, loss: Loss, classes: current.Classes
) -> tuple[ByClass, tuple[OverAll, ...]]:
    """The loss by class, and the losses over all classes; the last answers stay with the pair."""
    target, prediction, names, ignore, scale = classes
    setting, sure, of = settings.of(loss), _confidence(study), _made_of(study, classes)

    def one() -> ByClass:
        return by_class(
            loss, target, prediction, names, scale=scale, skip=(0,), ignore=ignore,
            confidence=sure, **setting,
        )  # fmt: skip

    def at_once() -> tuple[OverAll, ...]:
        return tuple(
            over_all(target, prediction, len(names), scale=scale, ignore=ignore, confidence=sure)
            for _, _, over_all in _AT_ONCE
        )

    return (
        _kept(study, "by class", (of, loss, setting), one),
        _kept(study, "over all classes", of, at_once),
    )


def _made_of(study: Study, classes: current.Classes) -> tuple[Any, ...]:
    """What every answer here follows from, beside the loss and its setting."""
    _, _, names, ignore, scale = classes
    read = current.classes_digest()
    return study.pair.digest, read, names, ignore, scale, _confidence(study)


def _confidence(study: Study) -> float:
    given: float = study.pair.prediction.confidence or view.get("confidence")
    return given


def _kept(study: Study, name: str, asked: Any, make: Callable[[], T]) -> T:
    """The newest answer of a name is kept with the pair."""
    kept = study.kept.get(name)
    if kept is None or kept[0] != asked:
        kept = study.kept[name] = (asked, make())
    found: T = kept[1]
    return found


def _rows(found: tuple[OverAll, ...]) -> list[list[str]]:
    """Two losses that have no single object, as rows."""
    rows = []
    for (title, unit, _), one in zip(_AT_ONCE, found, strict=True):
        said = "–" if one.value is None else f"{short(one.value)}{unit}"
        rows.append([title, said, one.why])
    return rows


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Rows as Markdown; what is said beside the values has a column only where something is."""
    if not any(row[len(head)] for row in rows):
        rows = [row[: len(head)] for row in rows]
    else:
        head = [*head, ""]
    lines = [head, ["-"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _every_loss(study: Study, classes: current.Classes) -> None:
    """On wish, all losses that look at no places, class by class: a second or so."""
    target, prediction, names, ignore, scale = classes
    settings_now = [(loss, settings.of(loss)) for loss in LOSSES.values() if not loss.positional]
    made_of = (_made_of(study, classes), settings_now)
    kept = study.kept.get("every loss by class")
    if kept is None or kept[0] != made_of:
        place = st.empty()
        with place:
            wanted = st.button(
                "Every loss, class by class", key="several.every", icon=":material/table:"
            )
        if not wanted:
            return
        place.empty()
        bar = st.progress(0.0, "Every class, every loss …")
        found = every_by_class(
            settings_now, target, prediction, names, scale=scale, skip=(0,), ignore=ignore,
            confidence=_confidence(study),
            progress=lambda done: bar.progress(min(1.0, done), "Every class, every loss …"),
        )  # fmt: skip
        bar.empty()
        kept = study.kept["every loss by class"] = (made_of, found)
    losses = [loss for loss, _ in settings_now]
    heads = ["loss", *(plain(row.name) for row in kept[1][0].rows), "mean"]
    rows = [
        [loss.title, *(short(row.value) for row in one.rows), _or_dash(one.mean), ""]
        for loss, one in zip(losses, kept[1], strict=True)
    ]
    st.markdown(_table(heads, rows))
    st.caption(
        "Means over the classes that the target has. Losses that look at places take longer: "
        "choose one of them in the list."
    )


def _or_dash(value: float | None) -> str:
    return "–" if value is None else short(value)
