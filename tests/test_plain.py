"""The plain PyTorch script of every loss gives its numbers without this library."""

from __future__ import annotations

import ast
import builtins

import pytest
import torch

from segloss_core import LOSSES
from segloss_core.export import standalone

from .laws import same, scene, settings

CASES = [(name, i) for name in LOSSES for i in range(len(settings(LOSSES[name])))]


def function(name, dials):
    """The script's function, made where nothing of this library can be imported."""

    def only(module, *rest, **more):
        assert module.split(".")[0] in ("torch", "math", "collections"), f"imports {module}"
        return __import__(module, *rest, **more)

    code = standalone(LOSSES[name], dials)
    room = {"__builtins__": {**vars(builtins), "__import__": only}}
    exec(compile(code, f"{name}.py", "exec"), room)
    return room[name]


def targets():
    z, y = scene()
    one = torch.zeros_like(y)
    one[5, 5] = 1
    yield from ((z, t) for t in (y, one, torch.zeros_like(y), torch.ones_like(y)))
    yield 20 * z, y
    pairs = [scene(seed) for seed in range(3)]
    yield tuple(torch.stack(side)[:, None] for side in zip(*pairs, strict=True))


@pytest.mark.parametrize(("name", "at"), CASES)
def test_value_and_gradient_agree_alone_and_in_a_batch(name, at):
    loss, dials = LOSSES[name], settings(LOSSES[name])[at]
    plain = function(name, dials)
    for z, y in targets():
        results = []
        for value_of in (lambda a, b: loss(a, b, **dials), plain):
            leaf = z.clone().requires_grad_()
            value = value_of(leaf, y)
            slope = torch.autograd.grad(value.sum(), leaf, allow_unused=True)[0]
            results.append((value, torch.zeros_like(z) if slope is None else slope))
        (value, slope), (theirs, theirs_slope) = results
        assert value.shape == theirs.shape
        same(theirs, value, 1e-10)
        same(theirs_slope, slope, 1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_dials_are_arguments_that_default_to_the_setting(name):
    loss, (z, y) = LOSSES[name], scene()
    setting = settings(loss)[-1]
    same(function(name, {})(z, y, **setting), loss(z, y, **setting), 1e-10)
    same(function(name, setting)(z, y), loss(z, y, **setting), 1e-10)


@pytest.mark.parametrize("name", LOSSES)
def test_it_is_short_and_says_what_it_is(name):
    code = standalone(LOSSES[name], {})
    assert len(code.splitlines()) <= (120 if LOSSES[name].positional else 80)
    last = ast.parse(code).body[-1]
    assert isinstance(last, ast.FunctionDef) and last.name == name
    assert LOSSES[name].effect in (ast.get_docstring(last) or "")
    assert "px" not in {n.id for n in ast.walk(last) if isinstance(n, ast.Name)}
