"""Every loss on one pair: a table to sort, and small multiples of the maps in the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from .mount import answer_need, gallery_component, rerun_if_asked
from .plain import plain


@dataclass(frozen=True)
class Tile:
    """One loss: a row of the table and a small picture.

    Its maps are row `at` of the coded tables or picture `at` of the dense stack; None while they
    are not worked out. `tops` end the colours of share and gradient, `total` is what is paid.
    """

    name: str
    title: str
    unit: str = ""
    value: float | None = None
    relative: float | None = None
    norm: float | None = None
    fp: float | None = None
    fn: float | None = None
    band: float | None = None
    note: str | None = None
    b: float | None = None
    by: float | None = None
    side: str | None = None
    coded: bool = False
    at: int | None = None
    tops: tuple[float, float] = (1.0, 1.0)
    total: float = 0.0


@dataclass(frozen=True)
class Look:
    """How the rows are shown: which map, in whose colours, sorted by what."""

    map: str
    colours: str
    sort: str


def gallery(
    *,
    show: Literal["table", "tiles", "pair"],
    tiles: Sequence[Tile] = (),
    size: tuple[int, int],
    pair: str | None = None,
    tables: str | None = None,
    stack: str | None = None,
    small: tuple[int, int] = (1, 1),
    pictures: Sequence[tuple[str, str, str]] = (),
    look: Look | None = None,
    chosen: str = "",
    rival: str | None = None,
    band: float = 3.0,
    waiting: str = "",
    key: str,
    on_look: Callable[[Look], None] = lambda look: None,
) -> tuple[str | None, str | None]:
    """Show one of its three views; the loss chosen just now, and the one opened just now.

    `size` is (width, height). `pair`, `tables` (2 rows of 512 per coded loss: share, gradient) and
    `stack` (2 pictures of the size `small` per dense loss) are delivered digests; `pictures` holds
    (digest, title, alt) of small probability planes. `rival` names B, or None without it.
    """
    name = f"_look_{key}"

    def take() -> None:
        said = st.session_state[key]["look"]
        if int(said["n"]) > st.session_state.get(name, 0):
            st.session_state[name] = int(said["n"])
            on_look(Look(str(said["map"]), str(said["colours"]), str(said["sort"])))

    head: Mapping[str, Any] = {
        "show": show, "tiles": [asdict(tile) for tile in tiles], "size": size, "pair": pair,
        "tables": tables, "stack": stack, "small": small, "pictures": pictures,
        "look": asdict(look) if look else None, "n": st.session_state.get(name, 0),
        "chosen": chosen, "rival": rival, "band": band, "waiting": waiting,
    }  # fmt: skip
    result = gallery_component(
        data=plain(dict(head)),
        key=key,
        on_chosen_change=lambda: None,
        on_opened_change=lambda: None,
        on_look_change=take,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
    known = {tile.name for tile in tiles}
    return (
        result.chosen if result.chosen in known else None,
        result.opened if result.opened in known else None,
    )
