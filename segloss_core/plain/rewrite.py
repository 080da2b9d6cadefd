"""Rewrite statements about `Pixels` as statements about plain tensors."""

from __future__ import annotations

import ast
import copy
from types import FunctionType, ModuleType
from typing import Any

from .sources import definitions, module_of

PIXELS = ("px", "self")  # the names that Pixels go by
# What `Pixels` does to a map, where every pixel weighs 1; the first two become helpers.
METHODS = {"sum": "image_sum({})", "mean": "image_mean({})", "weighted": "{}", "visible": "{}"}
# What is settled where every pixel weighs 1 and torch is alone.
DECIDED = {
    "px.weight is None": True,
    "px.weight is not None": False,
    "self.weight is None": True,
    "cv2 is not None": False,
}


def stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def loads(statement: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not stores(n)}


class Plainly(ast.NodeTransformer):
    """Replace `px`, compounds' parts, counts and what is decided already by plain expressions."""

    def __init__(self, module: ModuleType, locals_: set[str]) -> None:
        self.module, self.locals = module, locals_
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
                if loads(value) & {n.id for n in target.elts if isinstance(n, ast.Name)}:
                    return [self.visit(node)]  # they may exchange values
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
        function = definitions(module_of(made)).get(made.__name__)
        assert isinstance(function, ast.FunctionDef)
        last = function.body[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Call):
            return []
        kind = getattr(module_of(made), ast.unparse(last.value.func), None)
        if not (isinstance(kind, type) and issubclass(kind, tuple)):
            return []
        if kind in self.tuples.values():
            raise NotImplementedError(f"two {kind.__name__} would share their fields' names")
        self.tuples[target.id] = kind
        fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
        return [
            ast.Assign([ast.Name(name, ast.Store())], self.visit(copy.deepcopy(argument)))
            for name, argument in zip(fields, last.value.args, strict=True)
        ]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        of = node.value.id if isinstance(node.value, ast.Name) else ""
        if of in PIXELS:
            return ast.Name(self._plane(node.attr), ast.Load())
        if of in self.tuples:
            return self._field(of, node.attr)
        if node.attr == "value" and (loads(node.value) & self.parts or _is_term(node.value)):
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
        written = definitions(module_of(kind))[kind.__name__]
        assert isinstance(written, ast.ClassDef)
        rule = next(f for f in written.body if isinstance(f, ast.FunctionDef) and f.name == name)
        assert isinstance(rule.body[-1], ast.Return) and rule.body[-1].value
        return _Fields().visit(copy.deepcopy(rule.body[-1].value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_constant(node):
            made = self.visit(_made(node))
            frozen = isinstance(node.func, ast.Attribute) and node.func.attr == "constant"
            return expression(f"({ast.unparse(made)}).detach()") if frozen else made
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            of, name = node.func.value.id, node.func.attr
            if of in PIXELS:
                if name not in METHODS:  # a helper of its own
                    more = [self.visit(argument) for argument in node.args]
                    return ast.Call(ast.Name(name, ast.Load()), [*z_and_y(), *more], [])
                inner = ast.unparse(self.visit(node.args[0]))
                return expression(METHODS[name].format(inner))
            if name == "term":
                node.func = node.func.value
        if ast.unparse(node.func) == "isinstance" and ast.unparse(node.args[1]) == "Tensor":
            return ast.Constant(False)  # a dial is a number here
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Name) and argument.id == "px":
                arguments += z_and_y()
            else:
                arguments.append(self.visit(argument))
        keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
        return ast.Call(self.visit(node.func), arguments, keywords)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        text = ast.unparse(node)
        return ast.Constant(DECIDED[text]) if text in DECIDED else self.generic_visit(node)  # type: ignore[return-value]

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


def z_and_y() -> list[ast.expr]:
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
    names = {f"{of}.{how}" for of in PIXELS for how in ("constant", "field")}
    return isinstance(node, ast.Call) and ast.unparse(node.func) in names


def _made(call: ast.expr) -> ast.expr:
    """What a constant or a field is made of."""
    assert isinstance(call, ast.Call)
    make = call.args[1]
    return make.body if isinstance(make, ast.Lambda) else ast.Call(make, [], [])


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _without_gradient(statement: ast.stmt) -> ast.With:
    manager = ast.withitem(expression("torch.no_grad()"))
    return ast.With([manager], [statement])
