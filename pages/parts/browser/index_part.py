"""The Atlas's index: entries to choose from, searched in all that their cards say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .mount import answer_need, index_component, rerun_if_asked
from .plain import plain


@dataclass(frozen=True)
class Entry:
    """One card: `texts` are the sentences on it, each is shown where a search finds it there."""

    name: str
    title: str
    group: str
    effect: str
    texts: tuple[str, ...] = ()
    also: str = ""  # other names


def index(*, entries: Sequence[Entry], chosen: str, key: str) -> str | None:
    """Show the index; the name of the entry that was clicked just now, or None."""
    result = index_component(
        data=plain({"entries": [asdict(entry) for entry in entries], "chosen": chosen}),
        key=key,
        on_chosen_change=lambda: None,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
    return result.chosen if result.chosen in {entry.name for entry in entries} else None
