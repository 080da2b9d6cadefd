"""Say PyTorch's operations on one row of pixels, and on single numbers, as the graph's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .linear import LinearGraph


class Unsaid(Exception):
    """What was computed cannot be replayed."""


_ELEMENTWISE = {
    "mul": "mul", "div": "div", "neg": "neg", "exp": "exp", "expm1": "expm1", "log": "log",
    "log1p": "log1p", "sqrt": "sqrt", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "special_entr": "entr", "abs": "abs", "sgn": "sgn", "sign": "sgn", "maximum": "maximum",
    "minimum": "minimum", "logaddexp": "logaddexp", "eq": "equal", "ne": "unequal",
    "gt": "greater", "lt": "less", "ge": "at_least", "le": "at_most", "where": "where",
    "bitwise_and": "and", "logical_and": "and", "bitwise_or": "or", "logical_or": "or",
    "bitwise_not": "not", "logical_not": "not",
}  # fmt: skip
_LOGICAL = {"and", "or", "not"}
_SAME = {
    "expand", "view", "_unsafe_view", "reshape", "unsqueeze", "squeeze", "alias", "detach", "clone",
    "stack", "contiguous",
}  # fmt: skip


class Translator:
    """One method for each of PyTorch's operations that is no elementwise one.

    `place` says where in the graph a tensor's numbers are. Axes of size 1 do not matter there.
    """

    graph: LinearGraph
    place: Callable[[Any], int]

    def said(self, name: str, args: Any, kwargs: dict[str, Any], out: Tensor) -> int:
        """Where the result of an operation is. Raises Unsaid for one that is not in the table."""
        if name in _ELEMENTWISE:
            if kwargs:
                raise Unsaid(f"PyTorch's {name} with {', '.join(kwargs)}")
            return self._elementwise(_ELEMENTWISE[name], out, *args)
        if name in _SAME:
            return self._same(name, args[0], out)
        say: Callable[..., int] | None = getattr(self, f"_say_{name.strip('_')}", None)
        if say is None:
            raise Unsaid(f"PyTorch's {name} is not in the table")
        return say(out, *args, **kwargs)

    def _elementwise(self, operation: str, out: Tensor, *args: Any) -> int:
        tensors = [x for x in (*args, out) if isinstance(x, Tensor)]
        for x in tensors:
            check_row(x)
        if operation in _LOGICAL and any(x.dtype != torch.bool for x in tensors):
            raise Unsaid(f"{operation} of what is not true or false")
        places = [self.place(x) for x in args]
        if any(x.dtype == torch.float64 for x in tensors):
            places = [self._as_float(place) for place in places]
        return self.graph.make(operation, *places)

    def _as_float(self, place: int) -> int:
        value = self.graph.constants.get(place)
        return self.graph.constant(float(value)) if type(value) is int else place

    def _same(self, name: str, x: Any, out: Tensor) -> int:
        if name == "stack":
            if len(x) != 1:
                raise Unsaid("a stack of several tensors")
            x = x[0]
        place = self.place(x)
        if self.graph.nodes[place].row and out.numel() != x.numel():
            raise Unsaid(f"a row expanded to shape {tuple(out.shape)}")
        return place

    def _row(self, x: Tensor, dim: int) -> bool:
        """Whether something happens along that axis: pixels lie there, and they differ."""
        check_row(x)
        return dim % max(x.ndim, 1) == x.ndim - 1 and self.graph.nodes[self.place(x)].row

    def _say_add(self, out: Tensor, a: Any, b: Any, alpha: float = 1) -> int:
        if alpha != 1:
            raise Unsaid("an addition of multiples")
        return self._elementwise("add", out, a, b)

    def _say_sub(self, out: Tensor, a: Any, b: Any, alpha: float = 1) -> int:
        if alpha != 1:
            raise Unsaid("a subtraction of multiples")
        return self._elementwise("sub", out, a, b)

    def _say_rsub(self, out: Tensor, a: Any, b: Any, alpha: float = 1) -> int:
        return self._say_sub(out, b, a, alpha)

    def _say_reciprocal(self, out: Tensor, x: Tensor) -> int:
        return self._elementwise("div", out, 1.0, x)

    def _say_relu(self, out: Tensor, x: Tensor) -> int:
        return self._elementwise("maximum", out, x, 0.0)

    def _say_clamp_min(self, out: Tensor, x: Tensor, low: float) -> int:
        return self._elementwise("maximum", out, x, low)

    def _say_clamp(self, out: Tensor, x: Tensor, low: Any = None, high: Any = None) -> int:
        place = self.place(x)
        for operation, end in (("maximum", low), ("minimum", high)):
            if end is not None:
                place = self.graph.make(operation, place, self.graph.constant(float(end)))
        return place

    def _say_threshold_backward(self, out: Tensor, slope: Tensor, x: Tensor, at: float) -> int:
        low = self._elementwise("at_most", x, x, float(at))
        check_row(slope)
        return self.graph.make("where", low, self.graph.constant(0.0), self.place(slope))

    def _say_pow(self, out: Tensor, x: Any, exponent: Any) -> int:
        if isinstance(exponent, float | int) and exponent in (1, 2):
            return self.place(x) if exponent == 1 else self._elementwise("square", out, x)
        return self._elementwise("pow", out, x, exponent)

    def _say_sum(
        self, out: Tensor, x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None
    ) -> int:
        if x.dtype != torch.float64 or x.numel() == 0:
            raise Unsaid(f"a sum of {x.numel()} numbers of type {x.dtype}")
        place, dims = self.place(x), dim or range(x.ndim)
        if any(self._row(x, d) for d in dims):
            return self.graph.make("sum", place)
        times = float(x.numel() // out.numel())
        return self.graph.make("mul", place, self.graph.constant(times))

    def _say_select(self, out: Tensor, x: Tensor, dim: int, index: int) -> int:
        if self._row(x, dim):
            raise Unsaid("one pixel taken out of a row")
        return self.place(x)

    def _say_select_backward(self, out: Tensor, x: Tensor, *_: Any) -> int:
        if out.numel() != x.numel():
            raise Unsaid("one pixel taken out of a row")
        return self.place(x)

    def _say_slice(self, out: Tensor, x: Tensor, *cut: Any) -> int:
        place = self.place(x)
        if out.shape == x.shape or not self.graph.nodes[place].row:
            return place
        check_row(x)
        return self.graph.make("slice", place, with_=ends(x.shape, *cut))

    def _say_to_copy(self, out: Tensor, x: Tensor, **_: Any) -> int:
        if out.dtype == x.dtype:
            return self.place(x)
        if out.dtype != torch.float64:
            raise Unsaid(f"numbers of type {out.dtype}")
        return self.graph.make("float", self.place(x))

    def _say_gather(self, out: Tensor, x: Tensor, dim: int, index: Tensor, **_: Any) -> int:
        if not self._row(index, dim):
            raise Unsaid("pixels gathered along another axis")
        return (
            self.graph.make("take", self.place(x), self.place(index))
            if self._row(x, dim)
            else self.place(x)
        )

    def _say_flip(self, out: Tensor, x: Tensor, dims: Any) -> int:
        place = self.place(x)
        return self.graph.make("flip", place) if any(self._row(x, d) for d in dims) else place

    def _say_cumsum(self, out: Tensor, x: Tensor, dim: int, **_: Any) -> int:
        if not self._row(x, dim):
            raise Unsaid("a running sum along another axis")
        return self.graph.make("cumsum", self.place(x))

    def _say_cat(self, out: Tensor, parts: Any, dim: int = 0) -> int:
        check_row(out)
        if len(parts) != 2 or dim % out.ndim != out.ndim - 1:
            raise Unsaid("other than two rows joined to one")
        return self.graph.make(
            "cat", *map(self.place, parts), with_=tuple(x.shape[-1] for x in parts)
        )

    def _say_pair(
        self, name: str, x: Tensor, dim: int = -1, descending: bool = False
    ) -> tuple[int, int | None]:
        """Operations that give two tensors; of running maxima the places are not wanted."""
        if descending or not self._row(x, dim):
            raise Unsaid(f"{name} downwards or along another axis")
        place = self.place(x)
        if name != "sort":
            return self.graph.make(name, place), None
        order = self.graph.make("argsort", place)
        return self.graph.make("take", place, order), order


def check_row(x: Tensor) -> None:
    """Rows lie along the last axis, so that two of them meet as PyTorch's axes do."""
    if x.numel() > 1 and x.shape[-1] != x.numel():
        raise Unsaid(f"a tensor of shape {tuple(x.shape)}")


def ends(
    shape: Sequence[int], dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> tuple[int, int]:
    if step != 1 or dim % len(shape) != len(shape) - 1:
        raise Unsaid("a slice with gaps or along another axis")
    low, high, _ = slice(start, end).indices(shape[dim])
    return low, high
