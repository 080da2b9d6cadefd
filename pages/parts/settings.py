"""The setting of a loss's dials, wherever it is remembered: by loss, or in a mix's own line."""

from __future__ import annotations

from typing import Any

from segloss_core import Loss
from segloss_core.mix import Mix, text

from . import view

Setting = dict[str, float | int | None]


def of(loss: Loss) -> Setting:
    """The present setting. A mix in hand may be older than what is remembered of it."""
    if not isinstance(loss, Mix):
        return view.dials(loss.name)
    now = mixed()
    return (
        dict(now.defaults) if now.defaults.keys() == loss.defaults.keys() else dict(loss.defaults)
    )


def put(loss: Loss, **dials: Any) -> None:
    """Remember dials."""
    if isinstance(loss, Mix):
        view.put("mix", text.written(mixed(), dials))
        return
    for name, value in dials.items():
        view.put(f"{loss.name}.{name}", value)


def mixed() -> Mix:
    """The mix that is remembered."""
    return text.parse(view.get("mix"))
