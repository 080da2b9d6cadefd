"""Rewrite a loss as one function of plain PyTorch, taken from the loss's own source.

What the body asks of `Pixels` becomes a line of its own, taken from `Pixels`; the helpers it calls
come along; what serves shares, notes and weights is left out. Nothing is written twice, so nothing
can drift.
"""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import sys
from collections import namedtuple
from collections.abc import Mapping
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from . import pixels
from .spec import Loss

_PIXELS = ("px", "self")  # the names that Pixels go by
# What `Pixels` does to a map, where every pixel weighs 1; the first two become helpers.
_METHODS = {"sum": "image_sum({})", "mean": "image_mean({})", "weighted": "{}", "visible": "{}"}
# What is settled where every pixel weighs 1 and torch is alone.
_DECIDED = {
    "px.weight is None": True,
    "px.weight is not None": False,
    "self.weight is None": True,
    "cv2 is not None": False,
}
_HELPERS = {
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
    main = _function(_module(loss), loss.__name__, head)
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


# ---- where things are written ------------------------------------------------------------------


def _module(thing: Any) -> ModuleType:
    return sys.modules[thing.__module__]


@cache
def _definitions(module: ModuleType) -> dict[str, ast.stmt]:
    """The top level of a module: functions and classes by name."""
    tree = ast.parse(inspect.getsource(module))
    return {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef | ast.ClassDef)}


@cache
def _members() -> dict[str, ast.FunctionDef]:
    """What `Pixels` defines, by name."""
    pixels_class = _definitions(_module(pixels.Pixels))["Pixels"]
    assert isinstance(pixels_class, ast.ClassDef)
    return {f.name: f for f in pixels_class.body if isinstance(f, ast.FunctionDef)}


@cache
def _planes() -> dict[str, ast.expr]:
    """What `Pixels` knows of each pixel or image, as expressions in its order: p, q, log_p, …"""
    found = {}
    for name, function in _members().items():
        last = function.body[-1]
        looked_up = {ast.unparse(d) for d in function.decorator_list} & {
            "cached_property",
            "property",
        }
        if looked_up and isinstance(last, ast.Return) and last.value:
            found[name] = last.value
    return found


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
        return _function(_module(thing), thing.__name__, None)
    if isinstance(thing, type) and issubclass(thing, tuple):
        fields = " ".join(thing._fields)  # type: ignore[attr-defined]
        return _Part(f'{name} = namedtuple("{name}", "{fields}")', {"namedtuple": namedtuple})
    if name not in _HELPERS and not isinstance(thing, int | float | tuple | str):
        raise NotImplementedError(f"no plain form of {name}")
    return _Part(_HELPERS.get(name) or f"{name} = {thing!r}", {})


# ---- one function ------------------------------------------------------------------------------


def _function(module: ModuleType, name: str, head: _Head | None) -> _Part:
    """A function of this library without what a script does not need."""
    thing = getattr(module, name, None)
    declared = _definitions(module)[name] if thing else _members()[name]
    assert isinstance(declared, ast.FunctionDef)
    function = copy.deepcopy(declared)
    kept = (d for d in function.decorator_list if ast.unparse(d) == "torch.no_grad()")
    function.decorator_list = list(kept)
    function.body = [s for s in function.body if not _is_text(s)]
    takes_pixels = any(a.arg in _PIXELS for a in function.args.args)
    locals_ = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and _stores(n)}
    walk = _Plainly(module, _tensor_dials(function) | locals_, locals_)
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


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _tensor_dials(function: ast.FunctionDef) -> set[str]:
    return {a.arg for a in function.args.args if a.arg not in _PIXELS}


def _returns_value(function: ast.FunctionDef) -> None:
    """`return Answer(value, …)` gives the value alone."""
    last = function.body[-1]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Call):
        call = last.value
        if isinstance(call.func, ast.Name) and call.func.id == "Answer":
            last.value = call.args[0]


def _needed(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that the last one depends on."""
    wanted = _loads(body[-1])
    kept = [body[-1]]
    for statement in reversed(body[:-1]):
        makes = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and _stores(n)}
        if isinstance(statement, ast.FunctionDef):
            makes = {statement.name}
        straightforward = isinstance(statement, ast.Assign | ast.FunctionDef | ast.With)
        if makes & wanted or not straightforward:
            wanted |= _loads(statement)
            kept.insert(0, statement)
    return kept


def _loads(statement: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not _stores(n)}


def _lines_for_planes(body: list[ast.stmt], walk: _Plainly) -> list[ast.stmt]:
    """`p = torch.sigmoid(z)` and the like, for every plane that the body uses, parts first."""
    lines: dict[str, ast.stmt] = {}

    def write(plane: str) -> None:
        if plane in lines or plane in ("z", "y"):
            return
        value = walk.visit(copy.deepcopy(_planes()[plane]))
        for other in planes_in(value):
            write(other)
        lines[plane] = ast.Assign([ast.Name(walk.planes[plane], ast.Store())], value)

    def planes_in(*nodes: ast.AST) -> list[str]:
        names = set().union(*map(_loads, nodes))
        order = list(_planes())
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
            for x in ([ast.arg("z"), ast.arg("y")] if a.arg in _PIXELS else [a])
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
    function.body = [*start.body, *function.body, ast.Return(_expression(end))]


def _free(function: ast.FunctionDef, module: ModuleType) -> dict[str, Any]:
    """The names a function takes from around it, and what they are."""
    own = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and _stores(n)}
    own |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    own |= {n.name for n in ast.walk(function) if isinstance(n, ast.FunctionDef)}
    names = _loads(function) - own - set(dir(builtins))
    methods = {k: v for k, v in vars(pixels.Pixels).items() if isinstance(v, FunctionType)}
    known = {**methods, **vars(_module(pixels.Pixels)), **vars(module), **_HELPERS}
    return {name: known[name] for name in sorted(names)}


# ---- one expression ----------------------------------------------------------------------------


class _Plainly(ast.NodeTransformer):
    """Replace `px`, compounds' parts, counts and what is decided already by plain expressions."""

    def __init__(self, module: ModuleType, tensors: set[str], locals_: set[str]) -> None:
        self.module, self.tensors, self.locals = module, tensors, locals_
        self.planes: dict[str, str] = {}  # of Pixels, and the name each has here
        self.tuples: dict[str, type] = {}  # local names of NamedTuples that were taken apart
        self.parts: set[str] = set()  # local names of what other losses answer

    def _known(self, node: ast.expr) -> Any:
        """What a name stands for at the top of the module; None for anything else."""
        return getattr(self.module, node.id, None) if isinstance(node, ast.Name) else None

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        lines: list[ast.stmt] = []
        for new in (new for old in statements for new in self.statement(old)):
            if lines and isinstance(new, ast.With) and isinstance(lines[-1], ast.With):
                lines[-1].body += new.body
            else:
                lines.append(new)
        return lines

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = zip(target.elts, value.elts, strict=True)
                return [new for a, b in pairs for new in self.statement(ast.Assign([a], b))]
            if _is_constant(value):
                return [_without_gradient(ast.Assign([target], self.visit(_made(value))))]
            if isinstance(value, ast.Call):
                fields = self._taken_apart(target, value)
                if fields:
                    return fields
            if isinstance(target, ast.Name) and any(map(_is_term, ast.walk(value))):
                self.parts.add(target.id)
        if isinstance(node, ast.If):
            test = self.visit(node.test)
            if isinstance(test, ast.Constant):
                return self.block(node.body if test.value else node.orelse)
        if isinstance(node, ast.Return) and node.value and _is_constant(node.value):
            return [_without_gradient(ast.Return(self.visit(_made(node.value))))]
        return [self.visit(node)]

    def _taken_apart(self, target: ast.expr, value: ast.Call) -> list[ast.stmt]:
        """`c = counts(px)` as one line per field: tp = …, fp = …, fn = …"""
        made = self._known(value.func)
        if not isinstance(made, FunctionType) or not isinstance(target, ast.Name):
            return []
        function = _definitions(_module(made)).get(made.__name__)
        assert isinstance(function, ast.FunctionDef)
        last = function.body[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Call):
            return []
        kind = getattr(_module(made), ast.unparse(last.value.func), None)
        if not (isinstance(kind, type) and issubclass(kind, tuple)):
            return []
        self.tuples[target.id] = kind
        fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
        return [
            ast.Assign([ast.Name(name, ast.Store())], self.visit(copy.deepcopy(argument)))
            for name, argument in zip(fields, last.value.args, strict=True)
        ]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        of = node.value.id if isinstance(node.value, ast.Name) else ""
        if of in _PIXELS:
            return ast.Name(self._plane(node.attr), ast.Load())
        if of in self.tuples:
            return self._field(of, node.attr)
        if node.attr == "value" and (_loads(node.value) & self.parts or _is_term(node.value)):
            return self.visit(node.value)
        return ast.Attribute(self.visit(node.value), node.attr, node.ctx)

    def _plane(self, name: str) -> str:
        # A local of the same name (an error e of its own, say) keeps the name to itself.
        if name not in self.planes:
            self.planes[name] = f"{name}_" if name in self.locals else name
        return {"z": "z", "y": "y"}.get(name, self.planes[name])

    def _field(self, of: str, name: str) -> ast.expr:
        kind = self.tuples[of]
        if name in kind._fields:  # type: ignore[attr-defined]
            return ast.Name(name, ast.Load())
        written = _definitions(_module(kind))[kind.__name__]
        assert isinstance(written, ast.ClassDef)
        rule = next(f for f in written.body if isinstance(f, ast.FunctionDef) and f.name == name)
        assert isinstance(rule.body[-1], ast.Return) and rule.body[-1].value
        return _Fields().visit(copy.deepcopy(rule.body[-1].value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_constant(node):
            made = self.visit(_made(node))
            frozen = isinstance(node.func, ast.Attribute) and node.func.attr == "constant"
            return _expression(f"({ast.unparse(made)}).detach()") if frozen else made
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            of, name = node.func.value.id, node.func.attr
            if of in _PIXELS:
                if name not in _METHODS:  # a helper of its own
                    more = [self.visit(argument) for argument in node.args]
                    return ast.Call(ast.Name(name, ast.Load()), [*_pixels(), *more], [])
                inner = ast.unparse(self.visit(node.args[0]))
                return _expression(_METHODS[name].format(inner))
            if name == "term":
                node.func = node.func.value
        if ast.unparse(node.func) == "isinstance" and ast.unparse(node.args[1]) == "Tensor":
            return ast.Constant(False)  # a dial is a number here
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Name) and argument.id == "px":
                arguments += _pixels()
            else:
                arguments.append(self.visit(argument))
        keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
        return ast.Call(self.visit(node.func), arguments, keywords)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        text = ast.unparse(node)
        return ast.Constant(_DECIDED[text]) if text in _DECIDED else self.generic_visit(node)  # type: ignore[return-value]

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        values = [self.visit(v) for v in node.values]
        if isinstance(node.op, ast.And) and any(_is(v, False) for v in values):
            return ast.Constant(False)
        return ast.BoolOp(node.op, values)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        if _is(test, True) or _is(test, False):
            return self.visit(node.body if test.value else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))


class _Fields(ast.NodeTransformer):
    """self.fp as fp."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr, ast.Load())


def _pixels() -> list[ast.expr]:
    return [ast.Name("z", ast.Load()), ast.Name("y", ast.Load())]


def _is(node: ast.expr, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_term(node: ast.AST) -> bool:
    """`dice.term(px, …)`: what another loss answers."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "term"


def _is_constant(node: ast.expr) -> bool:
    """`px.constant("name", lambda: …)` or `px.field(…)`."""
    names = {f"{of}.{how}" for of in _PIXELS for how in ("constant", "field")}
    return isinstance(node, ast.Call) and ast.unparse(node.func) in names


def _made(call: ast.expr) -> ast.expr:
    """What a constant or a field is made of."""
    assert isinstance(call, ast.Call)
    make = call.args[1]
    return make.body if isinstance(make, ast.Lambda) else ast.Call(make, [], [])


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _without_gradient(statement: ast.stmt) -> ast.With:
    manager = ast.withitem(_expression("torch.no_grad()"))
    return ast.With([manager], [statement])
