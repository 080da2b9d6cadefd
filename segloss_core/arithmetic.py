"""Work out one pixel on paper: a loss's share formula, with this pixel's numbers in it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .counts import counts
from .pixels import Pixels
from .spec import Answer, Loss, Number

_LATEX = {
    "p": "p",
    "N": "N",
    "n0": "n_0",
    "n1": "n_1",
    "TP": r"\mathit{TP}",
    "FP": r"\mathit{FP}",
    "FN": r"\mathit{FN}",
    "L": "L",
}
_MEANING = {
    "p": "probability of the object here",
    "N": "pixels in the image",
    "n0": "background pixels in the target",
    "n1": "object pixels in the target",
    "TP": "soft true positives",
    "FP": "soft false positives",
    "FN": "soft false negatives",
    "L": "the loss of the whole image",
}


@dataclass(frozen=True)
class Worked:
    """One pixel worked out: the summands as LaTeX in symbols and in numbers, their sum."""

    symbols: tuple[str, ...]
    numbers: tuple[str, ...]
    value: float
    quantities: tuple[tuple[str, str, float], ...]  # (LaTeX, meaning, number)


def worked(loss: Loss, px: Pixels, answer: Answer, at: tuple[int, int], **dials: Number) -> Worked:
    """The share of the pixel in row `at[0]`, column `at[1]` of one image, as its formula has it.

    `px` is one image of shape (H, W); a row of kinds of pixel will do, at (0, kind). `value`
    equals the share map there divided by the pixel's weight. Raises IndexError outside the image.
    """
    known = _known(loss, px, answer, at, dials)
    text = loss.pixel.object if bool(px.y[at] > 0) else loss.pixel.background
    tree = ast.parse(text, mode="eval").body
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {"ln"}
    names = {**_LATEX, **{k: d.param.symbol for k, d in loss.dials.items()}, **loss.pixel.symbols}
    says = {**_MEANING, **{k: d.param.says for k, d in loss.dials.items()}}
    return Worked(
        tuple(_latex(part, lambda name: names[name]) for part in _summands(tree)),
        tuple(_latex(part, lambda name: number(known[name])) for part in _summands(tree)),
        _value(tree, known),
        tuple((names[k], says.get(k, "of this loss, here"), known[k]) for k in known if k in used),
    )


def _known(
    loss: Loss, px: Pixels, answer: Answer, at: tuple[int, int], dials: Mapping[str, Number]
) -> dict[str, float]:
    """Every quantity a share formula may name, as plain numbers."""

    def here(x: Number) -> float:
        return float(x[at] if isinstance(x, Tensor) and x.numel() > 1 else x)

    with torch.no_grad():
        c = counts(px)
        whole = {"N": px.N, "n0": px.n0, "n1": px.n1, "TP": c.tp, "FP": c.fp, "FN": c.fn}
        own = answer.terms()
    setting = {k: v for k, v in {**loss.defaults, **dials}.items() if v is not None}
    # 1 − p, ln p and ln(1 − p), by their text, keep the digits that p alone loses where it is sure.
    sure = {"1 - p": px.q, "ln(p)": px.log_p, "ln(1 - p)": px.log_q}
    everything = {"p": px.p, **sure, **whole, "L": answer.value, **setting, **own}
    return {name: here(x) for name, x in everything.items()}


# ---- a formula is a small Python expression: +, −, ·, /, ** and ln ----------------------------

_DO: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else 0.0,
    ast.Pow: lambda a, b: math.pow(a, b) if a else 0.0,  # as `power` has it
}


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    match node:
        case ast.Name(id=name):
            return known[name]
        case ast.Constant(value=value):
            return float(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=x):
            return -_value(x, known)
        case ast.BinOp(left=a, op=op, right=b):
            if ast.unparse(node) in known:
                return known[ast.unparse(node)]
            return _DO[type(op)](_value(a, known), _value(b, known))
        case ast.Call(func=ast.Name(id="ln"), args=[x]):
            sure = known.get(ast.unparse(node))
            return math.log(_value(x, known)) if sure is None else sure
    raise ValueError(f"not part of a share formula: {ast.unparse(node)}")


def _summands(node: ast.expr) -> list[ast.expr]:
    """The parts of a sum (a difference is a sum with a negative part)."""
    match node:
        case ast.BinOp(left=a, op=ast.Add(), right=b):
            return [*_summands(a), *_summands(b)]
        case ast.BinOp(left=a, op=ast.Sub(), right=b):
            return [*_summands(a), _negated(b)]
    return [node]


def _negated(node: ast.expr) -> ast.expr:
    """−node, with the sign on the first factor, where LaTeX wants it."""
    match node:
        case ast.BinOp(left=a, op=ast.Mult() | ast.Div() as op, right=b):
            return ast.BinOp(_negated(a), op, b)
    return ast.UnaryOp(ast.USub(), node)


def _latex(node: ast.expr, say: Callable[[str], str], tight: bool = False) -> str:
    """LaTeX of a formula; `tight` puts a sum in parentheses."""
    match node:
        case ast.Name(id=name):
            return say(name)
        case ast.Constant(value=value):
            return str(value)
        case ast.UnaryOp(op=ast.USub(), operand=x):
            inner = f"-{_latex(x, say, tight=True)}"
            return rf"\left({inner}\right)" if tight else inner
        case ast.Call(args=[x]):
            return rf"\ln\left({_latex(x, say)}\right)"
        case ast.BinOp(left=a, op=ast.Div(), right=b):
            minus, a = ("-", a.operand) if isinstance(a, ast.UnaryOp) else ("", a)
            return rf"{minus}\frac{{{_latex(a, say)}}}{{{_latex(b, say)}}}"
        case ast.BinOp(left=a, op=ast.Pow(), right=b):
            return rf"{{{_latex(a, say, tight=True)}}}^{{{_latex(b, say)}}}"
        case ast.BinOp(left=a, op=ast.Mult(), right=b):
            first = _latex(a, say, tight=not isinstance(a, ast.UnaryOp))
            return rf"{first} \cdot {_latex(b, say, tight=True)}"
        case ast.BinOp(left=a, op=op, right=b):
            sign = "+" if isinstance(op, ast.Add) else "-"
            text = f"{_latex(a, say)} {sign} {_latex(b, say, tight=isinstance(op, ast.Sub))}"
            return rf"\left({text}\right)" if tight else text
    raise ValueError(f"not part of a share formula: {ast.unparse(node)}")


def number(x: float) -> str:
    """A number as LaTeX with four significant digits: 0.7, 1\\,234, 3.21·10⁻⁶."""
    if x == 0 or not math.isfinite(x):
        return "0" if x == 0 else str(x)
    if abs(x) < 1e9 and (float(x).is_integer() or abs(x) >= 1e4):
        return f"{x:,.0f}".replace(",", r"\,")
    if 1e-3 <= abs(x) < 1e4:
        return f"{x:.4g}"
    mantissa, exponent = f"{x:.3e}".split("e")
    return rf"{float(mantissa):g} \cdot 10^{{{int(exponent)}}}"
