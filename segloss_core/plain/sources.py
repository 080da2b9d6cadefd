"""Find where a loss, its helpers and the members of `Pixels` are written, as syntax trees."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any

from ..pixels import Pixels


def module_of(thing: Any) -> ModuleType:
    return sys.modules[thing.__module__]


@cache
def definitions(module: ModuleType) -> dict[str, ast.stmt]:
    """The top level of a module: functions and classes by name."""
    tree = ast.parse(inspect.getsource(module))
    return {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef | ast.ClassDef)}


@cache
def members() -> dict[str, ast.FunctionDef]:
    """What `Pixels` defines, by name."""
    pixels_class = definitions(module_of(Pixels))["Pixels"]
    assert isinstance(pixels_class, ast.ClassDef)
    return {f.name: f for f in pixels_class.body if isinstance(f, ast.FunctionDef)}


@cache
def planes() -> dict[str, ast.expr]:
    """What `Pixels` knows of each pixel or image, as expressions in its order: p, q, log_p, …"""
    found = {}
    for name, function in members().items():
        last = function.body[-1]
        looked_up = {ast.unparse(d) for d in function.decorator_list} & {
            "cached_property",
            "property",
        }
        if looked_up and isinstance(last, ast.Return) and last.value:
            found[name] = last.value
    return found
