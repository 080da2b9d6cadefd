"""Write a mix as a script of plain PyTorch: a function for each loss, and their weighted sum."""

from __future__ import annotations

import ast
import copy

from ..plain import standalone
from . import Mix, Setting


def standalone_mix(loss: Mix, dials: Setting) -> str:
    """A script whose last function is the mix: (logits, target, *, weights and dials) -> (...).

    It imports torch and the standard library alone, and has value and gradient of the mix.
    """
    setting = {**loss.defaults, **dials}
    imports: set[str] = set()
    taken: dict[str, str] = {}  # top-level names of the script and what they are
    called: dict[str, str] = {}  # each loss's function here
    for single in dict.fromkeys(part.loss for part in loss.parts):
        tree = ast.parse(standalone(single, {}))
        own = {_name(s): s for s in tree.body if not isinstance(s, ast.Import | ast.ImportFrom)}
        imports |= {ast.unparse(s) for s in tree.body if isinstance(s, ast.Import | ast.ImportFrom)}
        # Two losses may call different things alike, and one loss may be a helper of the next.
        names = {single.name: f"{single.name}_loss"}
        while other := [name for name in own if _differs(own[name], names, taken)]:
            names |= {name: f"{single.name}_{name}" for name in other if name not in names}
        called[single.name] = names[single.name]
        for name, statement in own.items():
            here = _Renamed(names).visit(statement)
            taken[names.get(name, name)] = ast.unparse(here)
    head = [f"# {loss.name} of SegLoss Lab (MIT licence)"]
    head += sorted(imports, key=lambda line: (line.startswith("from"), line))
    constants = [code for code in taken.values() if not code.startswith(("def ", "@"))]
    functions = [code for code in taken.values() if code.startswith(("def ", "@"))]
    head += ["", *constants] if constants else []
    return "\n\n\n".join(["\n".join(head), *functions, _total(loss, setting, called)]) + "\n"


def _differs(statement: ast.stmt, names: dict[str, str], taken: dict[str, str]) -> bool:
    """Whether its name, not yet changed, stands for something else in the script so far."""
    name = _name(statement)
    here = ast.unparse(_Renamed(names).visit(copy.deepcopy(statement)))
    return name not in names and taken.get(name, here) != here


def _total(loss: Mix, setting: Setting, called: dict[str, str]) -> str:
    heads = "".join(f"    {name}={value!r},\n" for name, value in setting.items())
    says = "\n".join(f"    {name}: {dial.param.says}" for name, dial in loss.dials.items())
    lines = []
    for part in loss.parts:
        own = "".join(f", {name}={part.dial(name)}" for name in part.loss.dials)
        lines.append(f"{part.weight_dial} * {called[part.loss.name]}(logits, target{own})")
    total = "\n        + ".join(lines)
    return (
        f"def {loss.name}(\n    logits,\n    target,\n    *,\n{heads}):\n"
        f'    """{loss.effect}\n\n'
        "    logits and target (0 and 1) have shape (..., H, W); the result is (...).\n"
        f'{says}\n    """\n    return (\n        {total}\n    )'
    )


def _name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.FunctionDef):
        return statement.name
    assert isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    return statement.targets[0].id


class _Renamed(ast.NodeTransformer):
    """Call the top-level things of one script otherwise, wherever it names them."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node
