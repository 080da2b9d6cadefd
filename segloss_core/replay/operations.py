"""Say every operation that losses are made of in NumPy: of rows, and of single numbers.

A number is a Python float, which costs a twentieth of a NumPy call; a row is an array of one axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Operation: how it is written of rows, and how of numbers; {0} is the first argument.
_BOTH = {
    "add": ("{0} + {1}", "{0} + {1}"),
    "sub": ("{0} - {1}", "{0} - {1}"),
    "mul": ("{0} * {1}", "{0} * {1}"),
    "div": ("{0} / {1}", "div({0}, {1})"),
    "neg": ("-{0}", "-{0}"),
    "square": ("{0} * {0}", "{0} * {0}"),
    "pow": ("power({0}, {1})", "power({0}, {1})"),
    "abs": ("abs({0})", "abs({0})"),
    "sgn": ("sign({0})", "sign({0})"),
    "maximum": ("maximum({0}, {1})", "maximum({0}, {1})"),
    "minimum": ("minimum({0}, {1})", "minimum({0}, {1})"),
    "logaddexp": ("logaddexp({0}, {1})", "logaddexp({0}, {1})"),
    "equal": ("{0} == {1}", "{0} == {1}"),
    "unequal": ("{0} != {1}", "{0} != {1}"),
    "greater": ("{0} > {1}", "{0} > {1}"),
    "less": ("{0} < {1}", "{0} < {1}"),
    "at_least": ("{0} >= {1}", "{0} >= {1}"),
    "at_most": ("{0} <= {1}", "{0} <= {1}"),
    "and": ("{0} & {1}", "({0} and {1})"),
    "or": ("{0} | {1}", "({0} or {1})"),
    "not": ("~{0}", "(not {0})"),
    "where": ("where({0}, {1}, {2})", "({1} if {0} else {2})"),
    **{
        name: (f"{name}({{0}})", f"{name}({{0}})")
        for name in ("exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "tanh", "entr")
    },
    "float": ("{0}.astype(float)", "float({0})"),
}
_OF_ROWS = {
    "argsort": "{0}.argsort()",
    "take": "{0}[{1}]",
    "put": "put({0}, {1})",  # what lands where the second says
    "flip": "{0}[::-1]",
    "cumsum": "{0}.cumsum()",
    "cummax": "cummax({0})",
    "cummin": "cummin({0})",
    "slice": "{0}[{a}:{b}]",
    "put_slice": "put_slice({0}, {1}, {a}, {b}, {c})",
    "cat": "cat({0}, {1}, {a}, {b})",
}
_TO_NUMBER = {"sum": "total({0})", "dot": "float({0}.dot({1}))"}
_SWEPT = {"sum": "{0}.sum(-1, keepdims=True)", "dot": "inner({0}, {1})"}
COMMUTING = {"add", "mul", "maximum", "minimum", "equal", "unequal", "and", "or", "dot"}


def is_row(operation: str, rows: list[bool]) -> bool:
    """Whether a result is a row, by whether each argument is one."""
    return operation in _OF_ROWS or (operation in _BOTH and any(rows))


def written(operation: str, rows: list[bool], names: list[str], with_: tuple[Any, ...]) -> str:
    """The operation as an expression of Python."""
    if operation == "where" and not rows[0] and any(rows):  # one is chosen, none is copied
        yes = "{1}" if rows[1] else "full_like({2}, {1})"
        no = "{2}" if rows[2] else "full_like({1}, {2})"
        pattern = f"({yes} if {{0}} else {no})"
    elif operation in _BOTH:
        pattern = _BOTH[operation][0 if any(rows) else 1]
    else:
        pattern = _OF_ROWS.get(operation) or _TO_NUMBER[operation]
    return pattern.format(*names, **dict(zip("abc", with_, strict=False)))


def swept(operation: str, names: list[str]) -> str:
    """The operation where a dial is swept: arrays whose last axis is the row's, or of size 1.

    Raises KeyError for what cannot be written so.
    """
    pattern = _SWEPT.get(operation) or _BOTH[operation][0]
    return pattern.format(*names)


def compute(operation: str, given: list[Any], with_: tuple[Any, ...]) -> Any:
    """The operation's result, as the written program would have it."""
    names = [f"x{i}" for i in range(len(given))]
    rows = [isinstance(x, np.ndarray) for x in given]
    expression = written(operation, rows, names, with_)
    with np.errstate(all="ignore"):
        found = eval(expression, dict(NAMES), dict(zip(names, given, strict=True)))
    return found.item() if isinstance(found, np.generic) else found


def _div(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return float(np.float64(a) / np.float64(b))


def _entr(x: Any) -> Any:
    """−x ln x, and 0 at 0."""
    return np.where(x > 0, -x * np.log(x), np.where(x == 0, 0.0, -np.inf))[()]


def _put(values: NDArray[Any], places: NDArray[np.intp]) -> NDArray[Any]:
    found = np.empty_like(values)
    found[places] = values
    return found


def _put_slice(row: Any, values: Any, start: int, end: int, size: int) -> NDArray[Any]:
    found = np.full(size, row) if not isinstance(row, np.ndarray) else row.copy()
    found[start:end] = values
    return found


def _cat(first: Any, second: Any, n: int, m: int) -> NDArray[Any]:
    """Two rows as one; a number stands for a row of equal ones."""
    pairs = ((first, n), (second, m))
    return np.concatenate([x if isinstance(x, np.ndarray) else np.full(k, x) for x, k in pairs])


def _inner(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """Inner products along the last axis, which stays with size 1."""
    for one, other in ((first, second), (second, first)):
        if one.ndim == 1:
            return (other @ one)[..., None]
    return (first * second).sum(-1, keepdims=True)


def _total(row: NDArray[Any]) -> float:
    return float(np.add.reduce(row, dtype=np.float64))


NAMES: dict[str, Any] = {
    **{
        name: getattr(np, name)
        for name in (
            "exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "tanh", "power", "sign",
            "maximum", "minimum", "logaddexp", "where",
            "full_like",
        )
    },
    "div": _div,
    "entr": _entr,
    "inner": _inner,
    "cat": _cat,
    "put": _put,
    "put_slice": _put_slice,
    "total": _total,
    "cummax": np.maximum.accumulate,
    "cummin": np.minimum.accumulate,
}  # fmt: skip
"""What a written program may call."""
