"""Sum planes over a coded image and look tables up on it, strip by strip."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import lookup
from .lazy import Lazy, Look, Plane, Terms

_STRIP = 1 << 15  # pixels whose planes fit into the second cache, a few at once


class Grid:
    """A coded image for one evaluation, which remembers the sums that are to be differentiated.

    `code` is H×W as `kinds.code` makes it, `count` the pixels of each kind, (1, kinds).
    """

    def __init__(self, code: NDArray[np.uint16], count: Tensor) -> None:
        self.code, self.count, self.shape = code, count, torch.Size(code.shape)
        height, width = code.shape
        step = max(1, _STRIP // width)
        self.strips = [slice(at, min(at + step, height)) for at in range(0, height, step)]
        self.sums: list[tuple[Tensor, Terms]] = []

    def look_up(self, entries: Tensor) -> Look:
        """How to get rows of a table's plane, as a new tensor or in one that is given."""
        table = lookup.full(entries.expand(self.count.shape).numpy())

        def look(part: slice, out: Tensor | None) -> Tensor:
            into = None if out is None else out.numpy()
            return torch.from_numpy(lookup.gather(table, self.code[part], into))

        return look

    def total(self, x: Lazy) -> Tensor:
        """The sum over the image, shape (1, 1); one to be differentiated is a new variable."""
        terms = x if isinstance(x, Plane) else Terms.of(self, x)
        with torch.no_grad():
            found = self._added(terms).reshape(1, 1)
        if x.is_differentiated:
            assert isinstance(terms, Terms)
            self.sums.append((found.requires_grad_(), terms))
        return found

    def _added(self, x: Plane | Terms) -> Tensor:
        if isinstance(x, Plane):
            return torch.stack([x.rows(part).sum() for part in self.strips]).sum()
        found = []
        for plane, table in x.parts.items():
            if plane is None:
                found.append((self.count * table).sum())
                continue
            plane.keep_if_long()
            found += [x.product(plane, part).sum() for part in self.strips]
        return torch.stack(found).sum()
