"""Every loss with its value on this pair, and the metrics beside them; a click chooses."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from segloss_core import LOSSES
from segloss_core.study import Study

from . import view
from .browser import Metric, Row, loss_list
from .pictures import unit


def show(study: Study) -> None:
    """The list. Losses that look at places come last to be computed: pictures are shown first."""
    rows = {}
    for loss in sorted(LOSSES.values(), key=lambda x: x.positional):
        row = Row(loss.name, loss.title, loss.family, None, None, also=loss.aliases)
        if study.at_leisure(loss) and loss.name != view.get("loss"):
            rows[loss.name] = replace(row, tip="A large picture: worked out when it is chosen.")
            continue
        value = study.value(loss, **view.dials(loss.name))
        rows[loss.name] = replace(
            row,
            value=value.value,
            bar=value.relative,
            note=value.note.value if value.note else None,
            unit=unit(loss),
            tip=loss.effect,
        )
    metrics = [
        Metric(m.name, m.value, m.unit, m.says if m.value is not None else f"{m.says}: {m.why}")
        for m in study.metrics(view.get("threshold"))
    ]
    clicked = loss_list(
        rows=[rows[name] for name in LOSSES],
        metrics=metrics,
        chosen=view.get("loss"),
        key="losses",
    )
    if clicked and clicked != view.get("loss"):
        view.put("loss", clicked)
        st.rerun()
