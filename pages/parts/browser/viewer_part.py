"""The linked viewer: image, target, prediction and maps of one pair under one crosshair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import streamlit as st

from .codec import maps_bytes, pack
from .mount import answer_need, rerun_if_asked, viewer_component
from .plain import plain

Pixel = tuple[int, int]


@dataclass(frozen=True)
class Panel:
    """One picture.

    `limits` of a map are its colour range, None lets the browser hold 99.5 % of the pixels.
    """

    name: str
    kind: Literal["image", "target", "prediction", "share", "gradient", "difference"]
    limits: tuple[float, float] | None
    legend: str
    alt: str
    unit: str = ""


@dataclass(frozen=True)
class Result:
    """`pin` is the pinned pixel (x, y) or None.

    `moved` says whether the visitor has just changed it.
    """

    pin: Pixel | None
    moved: bool


@dataclass
class _Pins:
    """Who pinned last: the visitor (n counts those) or the page (by changing its argument)."""

    pin: Pixel | None = None
    n: int = 0
    moved: bool = False
    argument: Pixel | None = None
    returned: Pixel | None = None

    def hear(self, message: Mapping[str, Any], size: tuple[int, int]) -> None:
        """The visitor pinned or unpinned a pixel."""
        n = int(message["n"])
        if n <= self.n:
            return
        at = message["at"]
        pixel = None if at is None else (int(at[0]), int(at[1]))
        inside = pixel is None or (0 <= pixel[0] < size[0] and 0 <= pixel[1] < size[1])
        self.pin, self.n, self.moved = pixel if inside else None, n, True

    def settle(self, argument: Pixel | None) -> tuple[Pixel | None, bool]:
        """The pin in force.

        An argument that only repeats what was returned is an echo, no decision.
        """
        if argument not in (self.argument, self.returned):
            self.pin, self.moved = argument, False
        moved, self.moved = self.moved, False
        self.argument, self.returned = argument, self.pin
        return self.pin, moved


def panel_head(panel: Panel) -> dict[str, Any]:
    """A panel as JSON; limits that span nothing are left out."""
    limits = plain(panel.limits)
    usable = limits is not None and None not in limits and limits[0] < limits[1]
    return asdict(panel) | {"limits": limits if usable else None}


def viewer(
    *,
    size: tuple[int, int],
    image: str | None,
    pair: str | None,
    prediction: str | None = None,
    target: str | None = None,
    levels: Mapping[str, Any] | None = None,
    panels: Sequence[Panel],
    tables: np.ndarray | None = None,
    planes: np.ndarray | None = None,
    threshold: float = 0.5,
    outlines: bool = True,
    pin: Pixel | None = None,
    tick: int = 0,
    extra: Mapping[str, Any] | None = None,
    key: str,
) -> Result:
    """Show the panels; `size` is (width, height), `image`, `pair`, ... are delivered digests.

    A coded pair gives `pair` and `levels`; otherwise `prediction` is a plane of probabilities and
    `target` a grey one. The maps, in the order of the share and gradient panels, are `tables` (M x
    512, for a coded pair alone) or `planes` (M x height x width). `extra` is told to everyone in
    the tab: a loss list updates the row `extra["loss"]` with `value` and `bar`; `total` is what
    the shares add up to.
    """
    wanted = sum(panel.kind in ("share", "gradient") for panel in panels)
    maps = np.empty((0, 512), np.float32)
    if tables is not None and planes is not None:
        raise ValueError("maps are tables or planes, not both")
    if tables is not None:
        if pair is None:
            raise ValueError("tables need a coded pair")
        maps = _shaped(tables, (wanted, 512))
    elif planes is not None:
        maps = _shaped(planes, (wanted, size[1], size[0]))
    elif wanted:
        raise ValueError(f"{wanted} map panels, but neither tables nor planes")
    if pair is None and (prediction is None or target is None):
        raise ValueError("give a coded pair, or a prediction and a target")

    name = f"_pins_{key}"
    pins: _Pins = st.session_state.setdefault(name, _Pins())
    now, moved = pins.settle(pin)
    body, packed = maps_bytes(maps)
    head = {
        "size": size,
        "image": image,
        "pair": pair,
        "prediction": None if pair else prediction,
        "target": None if pair else target,
        "levels": levels or {"kind": "probability"},
        "panels": [panel_head(panel) for panel in panels],
        "dense": planes is not None,
        "packed": packed,
        "threshold": threshold,
        "outlines": outlines,
        "pin": now,
        "pin_n": pins.n,
        "tick": tick,
        "extra": dict(extra or {}),
    }

    def take() -> None:
        st.session_state.setdefault(name, _Pins()).hear(st.session_state[key]["pin"], size)

    result = viewer_component(
        data=pack(plain(head), body),
        key=key,
        on_pin_change=take,
        on_need_change=lambda: answer_need(key),
    )
    rerun_if_asked(result)
    return Result(now, moved)


def _shaped(maps: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if maps.shape != shape:
        raise ValueError(f"the maps have the shape {maps.shape}, the panels need {shape}")
    return maps
