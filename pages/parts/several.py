"""A target of several classes: the loss of each against the rest, and over all of them."""

from __future__ import annotations

import streamlit as st

from segloss_core import Loss
from segloss_core.classes import by_class
from segloss_core.multiclass import cross_entropy, generalized_dice
from segloss_core.study import Study

from . import current, settings, view
from .say import plain, short


def show(study: Study, loss: Loss) -> None:
    """The loss of every class against the rest, and their mean."""
    classes = current.classes()
    if classes is None:
        return
    target, prediction, names, ignore, scale = classes
    found = by_class(
        loss, target, prediction, names, scale=scale, skip=(0,), ignore=ignore,
        confidence=study.pair.prediction.confidence or view.get("confidence"), **settings.of(loss),
    )  # fmt: skip
    rows = ["| class | value | |", "|-|-|-|"]
    for row in found.rows:
        why = row.note.value if row.note else "" if row.present else "not in the target"
        rows.append(f"| {plain(row.name)} | {short(row.value)} | {why} |")
    st.markdown("\n".join(rows))
    if found.mean is not None:
        absent = f" Absent, and not in the mean: {plain(', '.join(found.absent))}."
        st.markdown(
            f"Mean over the classes present: **{short(found.mean)}**."
            + (absent if found.absent else "")
        )
    st.caption("Each class against everything else; the background, class 0, is left out.")
    st.markdown("**Over all classes at once**, whatever loss is chosen:")
    st.markdown("\n".join(_at_once(study, classes)))
    st.caption(
        "Here the background is a class like the others. A class that is absent adds nothing to "
        "the cross-entropy; in generalized Dice it takes the largest weight of those present, so "
        "that saying it where it is not still costs."
    )


def _at_once(study: Study, classes: current.Classes) -> list[str]:
    """Two losses that have no single object, as rows."""
    target, prediction, names, ignore, scale = classes
    rows = ["| loss | value | |", "|-|-|-|"]
    for title, unit, loss in (
        ("Softmax cross-entropy", " nats", cross_entropy),
        ("Generalized Dice", "", generalized_dice),
    ):
        found = loss(
            target, prediction, len(names), scale=scale, ignore=ignore,
            confidence=study.pair.prediction.confidence or view.get("confidence"),
        )  # fmt: skip
        said = "–" if found.value is None else f"{short(found.value)}{unit}"
        rows.append(f"| {title} | {said} | {found.why} |")
    return rows
