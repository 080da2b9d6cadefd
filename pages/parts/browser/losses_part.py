"""The list of all losses with their values, and the metrics beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

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
) -> str | None:
    """Show the list; the name of the loss that was clicked just now, or None.

    While something is `pending` the list has the run around it repeated soon.

    Call it outside the dials' fragment: while a dial is dragged the viewer tells the list the new
    value in the browser.
    """

    result = losses_component(
        data=plain(
            {
                "rows": [asdict(row) for row in rows],
                "metrics": [asdict(metric) for metric in metrics],
                "chosen": chosen,
                "pending": pending,
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
