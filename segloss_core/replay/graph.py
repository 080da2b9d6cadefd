"""Hold arithmetic on rows of pixels as a graph in which equal expressions are one node.

A node is a number or a row of numbers. What is made of constants alone is worked out at once, and
what adds 0 or multiplies by 1 is not there at all.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .operations import COMMUTING, compute, is_row

Constant: TypeAlias = "float | int | bool | NDArray[Any]"

WEIGHT = "weight"


class Node(NamedTuple):
    """One operation of earlier nodes, given by their places; `row` is False for a single number."""

    operation: str  # "constant" and "input" have no arguments
    arguments: tuple[int, ...]
    with_: tuple[Any, ...]  # plain numbers that belong to the operation, or an input's name
    row: bool


class Graph:
    """Nodes in the order in which they were met; equal ones have one place."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[int, Constant] = {}
        self._places: dict[Node, int] = {}
        self._late: set[int] = set()  # what depends on the weight

    def input(self, name: str, row: bool) -> int:
        """What is given anew at every replay."""
        place = self._place(Node("input", (), (name,), row))
        if name == WEIGHT:
            self._late.add(place)
        return place

    def constant(self, value: Constant) -> int:
        """A number or row that never changes; a row of equal numbers is one number."""
        if isinstance(value, np.ndarray):
            value = value.squeeze()
            if value.size and value.ndim <= 1 and bool((value == value.flat[0]).all()):
                value = value.flat[0].item()
        if isinstance(value, np.ndarray):
            known: tuple[Any, ...] = (str(value.dtype), value.shape, value.tobytes())
        else:
            known = (type(value), repr(value))
        place = self._place(Node("constant", (), known, isinstance(value, np.ndarray)))
        self.constants[place] = value
        return place

    def plain(self, operation: str, *arguments: int, with_: tuple[Any, ...] = ()) -> int:
        """The place of an operation on nodes: an older one where it is known or needs no work."""
        simple = self._simple(operation, arguments)
        if simple is not None:
            return simple
        if arguments and all(place in self.constants for place in arguments):
            given = [self.constants[place] for place in arguments]
            return self.constant(compute(operation, given, with_))
        if operation in COMMUTING:
            arguments = tuple(sorted(arguments))
        row = is_row(operation, [self.nodes[place].row for place in arguments])
        place = self._place(Node(operation, arguments, with_, row))
        if not self._late.isdisjoint(arguments):
            self._late.add(place)
        return place

    def _place(self, node: Node) -> int:
        place = self._places.setdefault(node, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(node)
        return place

    # ---- what needs no work ----------------------------------------------------------------------

    def _is(self, place: int, number: float) -> bool:
        value = self.constants.get(place)
        return not isinstance(value, np.ndarray | bool | None) and value == number

    def _simple(self, operation: str, arguments: tuple[int, ...]) -> int | None:
        """A node that is the result already, if there is one."""
        if operation == "where":
            if_, yes, no = arguments
            chosen = self.constants.get(if_)
            if yes == no or (chosen is True and self._covers(yes, no)):
                return yes
            return no if chosen is False and self._covers(no, yes) else None
        if operation == "neg" and self.nodes[arguments[0]].operation == "neg":
            return self.nodes[arguments[0]].arguments[0]
        if len(arguments) != 2:
            return None
        first, second = arguments
        if operation == "mul":
            for one, other in (arguments, arguments[::-1]):
                # 0 is what an absent gradient is; nothing that meets it is infinite.
                if self._is(one, 0):
                    return one
                if self._is(one, 1):
                    return other
                if self._is(one, -1):
                    return self.plain("neg", other)
        if operation in ("add", "sub") and self._is(second, 0):
            return first
        if operation == "add" and self._is(first, 0):
            return second
        if operation == "sub" and self._is(first, 0):
            return self.plain("neg", second)
        if operation == "div" and (self._is(second, 1) or self._is(first, 0)):
            return first
        return self._signed(operation, first, second)

    def _signed(self, operation: str, first: int, second: int) -> int | None:
        """a + (−b) and the like without a sign."""
        if operation not in ("add", "sub"):
            return None
        if self.nodes[second].operation == "neg":
            opposite = self.nodes[second].arguments[0]
            return self.plain("sub" if operation == "add" else "add", first, opposite)
        if operation == "add" and self.nodes[first].operation == "neg":
            return self.plain("sub", second, self.nodes[first].arguments[0])
        return None

    def _covers(self, chosen: int, other: int) -> bool:
        return self.nodes[chosen].row or not self.nodes[other].row
