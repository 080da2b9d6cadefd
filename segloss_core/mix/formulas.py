"""Write a sum of losses as formulas: one for the value, one for the share of a pixel."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence


def renamed(latex: str, symbols: Mapping[str, str]) -> str:
    """LaTeX with some symbols called otherwise; letters inside words and commands stay."""
    for old, new in symbols.items():
        verbatim = new.replace("\\", r"\\")
        latex = re.sub(rf"(?<![A-Za-z\\]){re.escape(old)}(?![A-Za-z])", verbatim, latex)
    return latex


def formula(
    parts: Sequence[tuple[str, str, str]],
    symbols: Mapping[str, str],
    renamings: Sequence[Mapping[str, str]],
) -> str:
    """`L = w₁L₁ + w₂L₂, L₁ = …`, from each part's weight dial, name and own formula."""
    whole = " + ".join(rf"{symbols[weight]}\,L_{{{name}}}" for weight, name, _ in parts)
    lines = [rf"L = {whole}"]
    for (_, name, text), renaming in zip(parts, renamings, strict=True):
        lines.append(rf"L_{{{name}}} = {renamed(text, renaming).removeprefix('L = ')}")
    return r",\quad ".join(lines)


def pixel_formulas(parts: Sequence[tuple[str, str, Mapping[str, str]]]) -> str:
    """The share of a pixel as one sum, from each part's weight dial, own formula and own names."""
    return " + ".join(
        ast.unparse(_each(weight, _Named(names).visit(ast.parse(text, mode="eval").body)))
        for weight, text, names in parts
    ).replace("+ -", "- ")


class _Named(ast.NodeTransformer):
    """Give the quantities of one part the names that they have in the mix."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _each(weight: str, node: ast.expr) -> ast.expr:
    """w·(a + b) as w·a + w·b, so that every summand is shown by itself."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return ast.BinOp(_each(weight, node.left), node.op, _each(weight, node.right))
    return _times(weight, node)


def _times(weight: str, node: ast.expr) -> ast.expr:
    """w in front of the first factor, behind its sign."""
    if isinstance(node, ast.UnaryOp):
        return ast.UnaryOp(node.op, _times(weight, node.operand))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return ast.BinOp(_times(weight, node.left), node.op, node.right)
    return ast.BinOp(ast.Name(weight), ast.Mult(), node)
