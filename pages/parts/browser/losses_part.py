"""The list of all losses with their values, and the metrics beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from .mount import answer_need, losses_component, rerun_if_asked
from .plain import plain


@dataclass(frozen=True)
class Row:
    """One loss.

    `bar` is its value relative to a constant prediction at the prevalence; `note` says why it is
    undefined.
    """

    name: str
    title: str
    family: str
    value: float | None
    bar: float | None
    note: str | None = None
    unit: str = ""
    tip: str = ""
    also: str = ""  # other names, for the search
    change: float | None = None  # since the last stroke, where the page tells it
    pending: bool = False  # being worked out


@dataclass(frozen=True)
class Metric:
    """One number above the list."""

    name: str
    value: float | None
    unit: str = ""
    tip: str = ""
    change: float | None = None


def loss_list(
    *,
    rows: Sequence[Row],
    metrics: Sequence[Metric],
    chosen: str,
    key: str,
    pending: bool = False,
    words: str = "",
    told: Sequence[str] = (),
) -> str | None:
    """Show the list; the name of the loss that was clicked just now, or None.

    `words` and the rows `told` are what a painter repeats under its canvas on a narrow screen.

    While something is `pending` the list has the run around it repeated soon.

    Call it outside the dials' fragment: while a dial is dragged the viewer tells the list the new
    value in the browser.
    """

    # A message that is the same as the last is not delivered, and nobody would ask a second time.
    asked = st.session_state[f"_more_{key}"] = st.session_state.get(f"_more_{key}", 0) + 1
    result = losses_component(
        data=plain(
            {
                "rows": [asdict(row) for row in rows],
                "metrics": [asdict(metric) for metric in metrics],
                "chosen": chosen,
                "pending": asked if pending else 0,
                "words": words,
                "told": told,
            }
        ),
        key=key,
        on_chosen_change=lambda: None,
        on_more_change=lambda: None,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
    clicked = result.chosen
    return clicked if clicked in {row.name for row in rows} else None
