"""Rewrite a loss as one function of plain PyTorch, taken from the loss's own source.

What the body asks of `Pixels` becomes a line of its own, taken from `Pixels`; the helpers it calls
come along; what serves shares, notes and weights is left out. Nothing is written twice, so nothing
can drift.
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections import namedtuple
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from .. import pixels
from ..spec import Loss
from .rewrite import PIXELS, Plainly, expression, loads, stores
from .sources import definitions, members, module_of, planes

HELPERS = {
    name: f"def {name}(x):\n    return x.{name[6:]}((-2, -1), keepdim=True)"
    for name in ("image_sum", "image_mean")
}


class _Part(NamedTuple):
    """One definition of the script, and the objects that it calls."""

    code: str
    needs: dict[str, Any]


def standalone(loss: Loss, dials: Mapping[str, float | int | None]) -> str:
    """A script with one function of (logits, target), the dials its keyword arguments.

    It imports torch and the standard library alone and gives one value per image: (..., H, W) ->
    (...), with the gradient of the loss. Weights are left out.
    """
    head = _Head(loss, {**loss.defaults, **dials})
    main = _function(module_of(loss), loss.__name__, head)
    found: dict[str, Any] = {}
    parts: dict[str, str] = {}
    imports: set[str] = set()
    waiting = [*main.needs.items()]
    while waiting:
        name, thing = waiting.pop()
        if name in found and found[name] is thing:
            continue
        if name in found:
            raise NotImplementedError(f"{loss.name} uses two things called {name}")
        found[name] = thing
        if line := _import(name, thing):
            imports.add(line)
            continue
        part = _definition(name, thing)
        parts[name] = part.code
        waiting += part.needs.items()
    imports |= {"import torch"}
    lines = sorted(imports, key=lambda line: (line.startswith("from"), line))
    constants = sorted(code for code in parts.values() if not code.startswith(("def ", "@")))
    helpers = [code for code in reversed(parts.values()) if code.startswith(("def ", "@"))]
    top = [f"# {loss.name} of SegLoss Lab (MIT licence)", *lines]
    top += ["", *constants] if constants else []
    return "\n\n\n".join(["\n".join(top), *helpers, main.code]) + "\n"


class _Head(NamedTuple):
    """What only the outermost function has: its dials' setting, a docstring, one value an image."""

    loss: Loss
    setting: Mapping[str, float | int | None]

    def docstring(self) -> str:
        about = f"{self.loss.title}.\n\n    {self.loss.effect}"
        shapes = "logits and target (0 and 1) have shape (..., H, W); the result is (...)."
        dials = [f"{name}: {dial.param.says}" for name, dial in self.loss.dials.items()]
        return "\n    ".join([about, shapes, *dials, ""])


# ---- what a script consists of -----------------------------------------------------------------


def _import(name: str, thing: Any) -> str:
    """The line that imports it, for what is not this library's own."""
    if isinstance(thing, ModuleType):
        return f"import {thing.__name__}" if thing.__name__ == name else ""
    home = getattr(thing, "__module__", "") or ""
    if home.startswith("torch"):
        return f"from torch.nn.functional import {name}"
    return "from collections import namedtuple" if thing is namedtuple else ""


def _definition(name: str, thing: Any) -> _Part:
    if isinstance(thing, Loss | FunctionType):
        return _function(module_of(thing), thing.__name__, None)
    if isinstance(thing, type) and issubclass(thing, tuple):
        fields = " ".join(thing._fields)  # type: ignore[attr-defined]
        return _Part(f'{name} = namedtuple("{name}", "{fields}")', {"namedtuple": namedtuple})
    if name not in HELPERS and not isinstance(thing, int | float | tuple | str):
        raise NotImplementedError(f"no plain form of {name}")
    return _Part(HELPERS.get(name) or f"{name} = {thing!r}", {})


# ---- one function ------------------------------------------------------------------------------


def _function(module: ModuleType, name: str, head: _Head | None) -> _Part:
    """A function of this library without what a script does not need."""
    thing = getattr(module, name, None)
    declared = definitions(module)[name] if thing else members()[name]
    assert isinstance(declared, ast.FunctionDef)
    function = copy.deepcopy(declared)
    kept = (d for d in function.decorator_list if ast.unparse(d) == "torch.no_grad()")
    function.decorator_list = list(kept)
    function.body = [s for s in function.body if not _is_text(s)]
    takes_pixels = any(a.arg in PIXELS for a in function.args.args)
    locals_ = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and stores(n)}
    walk = Plainly(module, locals_)
    _returns_value(function)
    function.body = _needed(walk.block(_needed(function.body)))
    if takes_pixels:
        function.body = _lines_for_planes(function.body, walk) + function.body
    _arguments(function, head)
    for part in ast.walk(function):  # annotations would need further imports
        if isinstance(part, ast.arg):
            part.annotation = None
        elif isinstance(part, ast.FunctionDef):
            part.returns = None
    says = thing.title if isinstance(thing, Loss) else ast.get_docstring(declared) or ""
    doc = head.docstring() if head else _sentence(says)
    if doc:
        function.body.insert(0, ast.Expr(ast.Constant(doc)))
    ast.fix_missing_locations(function)
    return _Part(ast.unparse(function), _free(function, module))


def _sentence(doc: str) -> str:
    first = doc.split("\n")[0]
    return f"{first.rstrip('.')}." if first else ""


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _returns_value(function: ast.FunctionDef) -> None:
    """`return Answer(value, …)` gives the value alone."""
    last = function.body[-1]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Call):
        call = last.value
        if isinstance(call.func, ast.Name) and call.func.id == "Answer":
            last.value = call.args[0]


def _needed(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that the last one depends on."""
    wanted = loads(body[-1])
    kept = [body[-1]]
    for statement in reversed(body[:-1]):
        makes = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and stores(n)}
        if isinstance(statement, ast.FunctionDef):
            makes = {statement.name}
        straightforward = isinstance(statement, ast.Assign | ast.FunctionDef | ast.With)
        if makes & wanted or not straightforward:
            wanted |= loads(statement)
            kept.insert(0, statement)
    return kept


def _lines_for_planes(body: list[ast.stmt], walk: Plainly) -> list[ast.stmt]:
    """`p = torch.sigmoid(z)` and the like, for every plane that the body uses, parts first."""
    lines: dict[str, ast.stmt] = {}

    def write(plane: str) -> None:
        if plane in lines or plane in ("z", "y"):
            return
        value = walk.visit(copy.deepcopy(planes()[plane]))
        for other in planes_in(value):
            write(other)
        lines[plane] = ast.Assign([ast.Name(walk.planes[plane], ast.Store())], value)

    def planes_in(*nodes: ast.AST) -> list[str]:
        names = set().union(*map(loads, nodes))
        order = list(planes())
        used = [plane for plane, here in walk.planes.items() if here in names]
        return sorted((plane for plane in used if plane in order), key=order.index)

    for plane in planes_in(*body):
        write(plane)
    return list(lines.values())


def _arguments(function: ast.FunctionDef, head: _Head | None) -> None:
    """px becomes (z, y) in a helper and (logits, target) in the function that people call."""
    given = function.args
    if head is None:
        given.args = [
            x
            for a in given.args
            for x in ([ast.arg("z"), ast.arg("y")] if a.arg in PIXELS else [a])
        ]
        return
    given.args = [ast.arg("logits"), ast.arg("target")]
    given.kw_defaults = [ast.Constant(head.setting[a.arg]) for a in given.kwonlyargs]
    last = function.body.pop()
    assert isinstance(last, ast.Return) and last.value
    value = ast.Assign([ast.Name("value", ast.Store())], last.value)
    if ast.unparse(last.value) != "value":
        function.body.append(value)
    start, end = ast.parse("z = logits\ny = target.to(logits)"), "value[..., 0, 0]"
    function.body = [*start.body, *function.body, ast.Return(expression(end))]


def _free(function: ast.FunctionDef, module: ModuleType) -> dict[str, Any]:
    """The names a function takes from around it, and what they are."""
    own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and stores(n)}
    own |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    own |= {n.name for n in ast.walk(function) if isinstance(n, ast.FunctionDef)}
    names = loads(function) - own - set(dir(builtins))
    methods = {k: v for k, v in vars(pixels.Pixels).items() if isinstance(v, FunctionType)}
    known = {**methods, **vars(module_of(pixels.Pixels)), **vars(module), **HELPERS}
    return {name: known[name] for name in sorted(names)}
