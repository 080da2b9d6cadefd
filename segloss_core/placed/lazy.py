"""Stand for planes that are not made: tables of kinds, fields of places, sums of their products.

What depends on a pixel's kind alone is worked out on 512 entries (`Table`, differentiable). What
depends on its place carries no gradient and waits until its rows are asked for (`Plane`): a strip
of rows stays in the processor's cache through all that is done to it. `Terms` are sums of tables
times planes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import torch
from torch import Tensor

_FEW = 2  # steps that are sooner done twice than kept

Look = Callable[[slice, Tensor | None], Tensor]


class Unplaced(NotImplementedError):
    """The loss is no sum of tables times fields: it needs every pixel."""


class Image(Protocol):
    """The image that planes are of."""

    shape: torch.Size
    strips: list[slice]

    def look_up(self, entries: Tensor) -> Look:
        """How to get rows of a table's plane, as a new tensor or in one that is given."""

    def total(self, x: Lazy) -> Tensor:
        """The sum over the image, shape (1, 1)."""


class Lazy:
    """A plane H×W of a grid, as far as torch's functions can tell (`rules` tells them)."""

    ndim = 2
    device = torch.device("cpu")

    def __init__(self, grid: Image) -> None:
        self.grid = grid

    @property
    def shape(self) -> torch.Size:
        return self.grid.shape

    @property
    def dtype(self) -> torch.dtype:
        return self.rows(slice(0, 1)).dtype

    @property
    def requires_grad(self) -> bool:
        return False

    @property
    def is_differentiated(self) -> bool:
        """Whether what is made of it now is to have a gradient."""
        return self.requires_grad and torch.is_grad_enabled()

    def rows(self, part: slice) -> Tensor:
        """Some rows of the plane, without gradient; not to be written to."""
        raise NotImplementedError

    def dense(self, out: Tensor | None = None) -> Tensor:
        """The whole plane, without gradient, strip by strip; into `out` if given."""
        with torch.no_grad():
            for part in self.grid.strips:
                found = self.rows(part)
                out = torch.empty(self.shape, dtype=found.dtype) if out is None else out
                out[part] = found
        assert out is not None
        return out


class Table(Lazy):
    """A plane that depends on the kind alone: `entries` (1, 512)."""

    def __init__(self, grid: Image, entries: Tensor) -> None:
        super().__init__(grid)
        self.entries = entries
        self._look: Look | None = None

    @property
    def dtype(self) -> torch.dtype:
        return self.entries.dtype

    @property
    def requires_grad(self) -> bool:
        return self.entries.requires_grad

    def rows(self, part: slice) -> Tensor:
        if self._look is None:
            self._look = self.grid.look_up(self.entries.detach())
        return self._look(part, None)


class Plane(Lazy):
    """A plane without gradient: a function of others, done row by row whenever they are asked for.

    `keep` makes it once and for all.
    """

    def __init__(
        self,
        grid: Image,
        function: Callable[..., Tensor],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(grid)
        self.function, self.args, self.kwargs = function, args, kwargs
        self.made: Tensor | None = None

    @classmethod
    def of(cls, grid: Image, made: Tensor) -> Plane:
        """A plane that is there."""
        plane = cls(grid, torch.clone)
        plane.made = made
        return plane

    @property
    def steps(self) -> int:
        """How much is done for each of its pixels whenever they are asked for."""
        if self.made is not None:
            return 0
        return 1 + sum(x.steps if isinstance(x, Plane) else isinstance(x, Lazy) for x in self.args)

    def keep_if_long(self) -> None:
        """Make it if that is no longer done in passing: it will be asked for again, for the map."""
        if self.steps > _FEW:
            self.keep()

    def keep(self) -> Plane:
        """The same plane, made: nobody will make it twice."""
        if self.made is None:
            self.made, self.args = self.dense(), ()
        return self

    def dense(self, out: Tensor | None = None) -> Tensor:
        return self.made if out is None and self.made is not None else super().dense(out)

    def rows(self, part: slice) -> Tensor:
        if self.made is not None:
            return self.made[part]
        args = (a.rows(part) if isinstance(a, Lazy) else a for a in self.args)
        return self.function(*args, **self.kwargs)


class Terms(Lazy):
    """A sum of tables (1, 512), or numbers (1, 1), times planes; the plane None is 1 everywhere."""

    def __init__(self, grid: Image, parts: Mapping[Plane | None, Tensor]) -> None:
        super().__init__(grid)
        self.parts = parts
        self._looks: dict[Plane | None, Look] = {}

    @classmethod
    def of(cls, grid: Image, x: Any) -> Terms:
        """A number, a table or a plane as such a sum."""
        if isinstance(x, Terms):
            return x
        if isinstance(x, Table):
            return cls(grid, {None: x.entries})
        one = torch.ones(1, 1, dtype=torch.float64)
        return cls(grid, {x: one} if isinstance(x, Plane) else {None: one * x})

    @property
    def requires_grad(self) -> bool:
        return any(table.requires_grad for table in self.parts.values())

    @property
    def dtype(self) -> torch.dtype:
        return torch.float64

    def rows(self, part: slice) -> Tensor:
        found = [self.product(plane, part) for plane in self.parts]
        for other in found[1:]:
            found[0].add_(other)
        return found[0]

    def dense(self, out: Tensor | None = None) -> Tensor:
        out = torch.empty(self.shape, dtype=self.dtype) if out is None else out
        with torch.no_grad():
            for part in self.grid.strips:
                for i, plane in enumerate(self.parts):
                    if i == 0:
                        self.product(plane, part, out[part])
                    else:
                        out[part].add_(self.product(plane, part))
        return out

    def product(self, plane: Plane | None, part: slice, out: Tensor | None = None) -> Tensor:
        """Some rows of one of the products, as a new tensor or in `out`."""
        found = self.looked_up(plane, part, out)
        return found if plane is None else found.mul_(plane.rows(part))

    def looked_up(self, plane: Plane | None, part: slice, out: Tensor | None = None) -> Tensor:
        """Some rows of the table that belongs to a plane, as a new tensor or in `out`."""
        if plane not in self._looks:
            self._looks[plane] = self.grid.look_up(self.parts[plane].detach().double())
        return self._looks[plane](part, out)
