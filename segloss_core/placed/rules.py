"""Tell torch's functions what to do with planes that are not made.

What is done to each pixel for itself stays lazy; sums over the image are taken strip by strip; all
else gets the planes made, which only those without a gradient can be.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from .lazy import Lazy, Plane, Table, Terms, Unplaced

# By the functions' names; Python's operators and torch's methods share them but for underscores.
_SAME = {"add": "add", "sub": "sub", "subtract": "sub", "rsub": "rsub", "mul": "mul", "rmul": "mul"}
_SAME |= {"multiply": "mul", "div": "div", "truediv": "div", "true_divide": "div", "divide": "div"}
_SAME |= {"rdiv": "rdiv", "rtruediv": "rdiv", "neg": "neg", "negative": "neg", "radd": "add"}
_MORE = (
    "pow and or xor invert gt ge lt le eq ne where exp expm1 log log1p sqrt square abs sign to"
    " double float bool detach isfinite isinf isnan maximum minimum masked_fill sigmoid tanh"
    " relu sinh cosh logaddexp logical_not logical_and logical_or greater less"
)
_POINTWISE = frozenset(_SAME.keys() | set(_MORE.split()))
_ROWWISE = ("sum", "any", "all", "amax", "amin")
_TWO_SIDED = ("add", "sub", "mul", "truediv", "pow", "and", "or", "xor")
_ONE_SIDED = ("neg", "invert", "abs", "gt", "ge", "lt", "le", "eq", "ne", "getitem")


def apply(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a function of planes is. Raises Unplaced where it is none of tables and fields."""
    name = function.__name__.strip("_")
    if name == "expand":  # to the image's own shape
        return args[0]
    if name in _POINTWISE:
        return _pointwise(function, name, args, kwargs)
    for x in args:
        if isinstance(x, Lazy) and x.is_differentiated and name != "sum":
            raise Unplaced(f"{name} looks beyond the pixel at what carries a gradient")
    if name in _ROWWISE and isinstance(args[0], Lazy):
        return _gathered(name, *args, **kwargs)
    return function(*(x.dense() if isinstance(x, Lazy) else x for x in args), **kwargs)


def _pointwise(
    function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Lazy:
    grid = next(x for x in args if isinstance(x, Lazy)).grid
    parts = [
        Plane.of(grid, x) if isinstance(x, Tensor) and x.shape == grid.shape else x for x in args
    ]
    for x in parts:
        if not isinstance(x, Tensor):
            continue
        if x.numel() != 1:
            raise Unplaced(f"{name} of a plane and a tensor of shape {tuple(x.shape)}")
        if x.requires_grad and torch.is_grad_enabled():
            raise Unplaced("a pixel's part depends on a sum over the image")
    if name == "where" and not isinstance(parts[0], Lazy):  # one answer for the whole image
        x = parts[1] if bool(parts[0]) else parts[2]
        return x if isinstance(x, Lazy) else Terms.of(grid, x)
    lazy = [x for x in parts if isinstance(x, Lazy)]
    if all(isinstance(x, Table) for x in lazy):
        entries = (x.entries if isinstance(x, Table) else x for x in parts)
        return Table(grid, function(*entries, **kwargs))
    is_product = _SAME.get(name) == "mul" and any(isinstance(x, Table) for x in lazy)
    if name in _SAME and (is_product or any(isinstance(x, Terms) for x in lazy)):
        return _linear(_SAME[name], *(Terms.of(grid, x) for x in parts))
    if any(x.is_differentiated for x in lazy):
        if name not in _SAME:
            raise Unplaced(f"{name} of a table with a gradient and a field is no sum of products")
        return _linear(_SAME[name], *(Terms.of(grid, x) for x in parts))
    return _as_power(name, parts) or Plane(grid, function, tuple(parts), kwargs)


def _linear(name: str, a: Terms, b: Terms | None = None) -> Terms:
    """Sums of tables times planes, added, subtracted, multiplied or divided."""
    if b is None:
        return Terms(a.grid, {plane: -table for plane, table in a.parts.items()})
    if name in ("rsub", "rdiv"):
        return _linear(name[1:], b, a)
    parts: dict[Plane | None, Tensor] = {}
    if name in ("add", "sub"):
        parts |= a.parts
        for plane, table in b.parts.items():
            table = -table if name == "sub" else table
            parts[plane] = parts[plane] + table if plane in parts else table
        return Terms(a.grid, parts)
    if name == "div" and len(b.parts) > 1:
        raise Unplaced("a division by more than one product")
    for f, t in a.parts.items():
        for g, u in b.parts.items():
            if name == "div":
                u, g = 1 / u, g and Plane(a.grid, torch.reciprocal, (g,))
            plane = Plane(a.grid, operator.mul, (f, g)) if f and g else f or g
            parts[plane] = parts[plane] + t * u if plane in parts else t * u
    return Terms(a.grid, parts)


def _as_power(name: str, args: list[Any]) -> Plane | None:
    """What `pixels.power` does to a plane as xᵅ, which is quicker for the usual α."""
    match name, args:
        case "exp", [Plane(function=operator.mul, args=(float(alpha), Plane(args=(x,)) as log))]:
            return Plane(x.grid, torch.pow, (x, alpha)) if log.function is torch.log else None
        case "where", [some, Plane(args=(Plane(args=(known, x, 1)), float(alpha))) as raised, 0]:
            # Where it is positive: nothing to choose, but for the power 0.
            if raised.function is torch.pow and known is some and alpha > 0:
                return Plane(x.grid, torch.pow, (Plane(x.grid, torch.relu, (x,)), alpha))
    return None


def _gathered(
    name: str, x: Lazy, dim: int | tuple[int, ...] | None = None, keepdim: bool = False
) -> Tensor:
    """A sum (any, largest, …) along rows or over the image, from strips."""
    whole = dim is None or (isinstance(dim, tuple) and {d % 2 for d in dim} == {0, 1})
    if name == "sum" and whole and x.dtype.is_floating_point:
        total = x.grid.total(x)
        return total if keepdim else total[0, 0]
    if not whole and dim not in (-1, 1):
        return getattr(x.dense(), name)(dim, keepdim=keepdim)
    if isinstance(x, Plane):
        x.keep_if_long()
    with torch.no_grad():
        strips = [getattr(x.rows(part), name)(-1) for part in x.grid.strips]
    each = torch.cat(strips)
    if not whole:
        return each[:, None] if keepdim else each
    found = getattr(each, name)(0)
    return found.reshape(1, 1) if keepdim else found


def _install() -> None:
    """Let planes answer Python's operators, torch's functions and the methods of tensors."""

    def forward(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda a, *b: apply(function, (a, *b), {})

    def backward(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda a, b: apply(function, (b, a), {})

    for name in _TWO_SIDED:
        function = getattr(operator, f"__{name}__")
        setattr(Lazy, f"__{name}__", forward(function))
        setattr(Lazy, f"__r{name}__", backward(function))
    for name in _ONE_SIDED:
        setattr(Lazy, f"__{name}__", forward(getattr(operator, f"__{name}__")))

    def torch_function(
        _: Any, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return apply(function, args, kwargs or {})

    def method(self: Lazy, name: str) -> Callable[..., Any]:
        if name.startswith("_") or not hasattr(Tensor, name):
            raise AttributeError(name)
        return lambda *args, **kwargs: apply(getattr(Tensor, name), (self, *args), kwargs)

    for name, made in (
        ("__torch_function__", classmethod(torch_function)),
        ("__getattr__", method),
    ):
        setattr(Lazy, name, made)


_install()
