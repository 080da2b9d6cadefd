"""Pixels of a coded pair whose planes are not made."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from torch import Tensor

from ..pixels import Kept, Pixels
from .grid import Grid
from .lazy import Lazy, Plane, Table


class PlacedPixels(Pixels):
    """What a loss's body takes for pixels: tables of kinds, planes of fields and constants.

    `row` is one pixel of each kind; `free` replaces its z, p, q, ln p and ln q.
    """

    def __init__(
        self, grid: Grid, row: Pixels, free: dict[str, Tensor], fields: Kept, frozen: Kept
    ) -> None:
        def table(x: Tensor) -> Any:
            return Table(grid, x)

        given = {k: table(v) for k, v in free.items() if k != "z"}
        super().__init__(table(free["z"]), table(row.y), fields=fields, frozen=frozen, given=given)
        self._grid, self._making_field = grid, False

    def afresh(self) -> Pixels:
        return self  # made for one evaluation

    @property
    def mask(self) -> Tensor:
        found: Any = super().mask
        dense: Tensor = found.dense() if self._making_field else found
        return dense

    def field(self, name: str, make: Callable[[], Any], of: Hashable = None) -> Any:
        """A field of the target. It is kept as tensors, for other predictions to share."""

        def made() -> Any:
            self._making_field = True
            try:
                return _each(make(), lambda x: x.dense() if isinstance(x, Lazy) else x)
            finally:
                self._making_field = False

        return _each(super().field(name, made, of), self._placed)

    def constant(self, name: str, make: Callable[[], Any], of: Hashable = None) -> Any:
        """What carries no gradient. It is kept as tables where it is one, else as planes."""

        def made() -> Any:
            return _each(make(), lambda x: x.keep() if isinstance(x, Plane) else x)

        return _each(super().constant(name, made, of), self._placed)

    def _placed(self, x: Any) -> Any:
        """What was kept, on the grid of this evaluation."""
        if isinstance(x, Table):
            return Table(self._grid, x.entries)
        x = x.made if isinstance(x, Plane) else x
        is_plane = isinstance(x, Tensor) and x.shape == self._grid.shape
        return Plane.of(self._grid, x) if is_plane else x


def _each(x: Any, do: Callable[[Any], Any]) -> Any:
    """Do it to what was made, or to each of several."""
    if not isinstance(x, tuple):
        return do(x)
    return type(x)(*map(do, x)) if hasattr(x, "_fields") else tuple(map(do, x))
