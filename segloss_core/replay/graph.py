"""Hold arithmetic on rows of pixels as a graph in which equal expressions are one node.

A node is a number or a row of numbers. What is made of constants alone is worked out at once. A row
that depends on the weight is brought into the form weight × Σ number × row, with rows that do not:
these are worked out once per prediction, and what is left to do are a few inner products and sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .operations import COMMUTING, compute, is_row

Constant: TypeAlias = "float | int | bool | NDArray[Any]"
Form: TypeAlias = "dict[tuple[bool, int | None], int | None]"
"""(times the weight?, a row that does not depend on it) -> a number; None stands for 1."""

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
        self._forms: dict[int, Form] = {}  # of rows that do

    def input(self, name: str, row: bool) -> int:
        """What is given anew at every replay."""
        place = self._place(Node("input", (), (name,), row))
        if name == WEIGHT:
            self._late.add(place)
            self._forms[place] = {(True, None): None}
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

    def make(self, operation: str, *arguments: int, with_: tuple[Any, ...] = ()) -> int:
        """The place of an operation on nodes: an older one where it is known or needs no work."""
        if operation == "square":
            return self.make("mul", *arguments, *arguments)
        if operation == "neg" and self._is_late_row(*arguments):
            return self.make("mul", self.constant(-1.0), *arguments)
        if operation == "sum":
            return self._sum(*arguments)
        if self._is_late_row(*arguments) and not with_:
            form = self._form_of(operation, arguments)
            if form is not None:
                return self._written(form)
        return self._plain(operation, *arguments, with_=with_)

    def _plain(self, operation: str, *arguments: int, with_: tuple[Any, ...] = ()) -> int:
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

    # ---- what is linear in the weight ------------------------------------------------------------

    def _is_late_row(self, *places: int) -> bool:
        return any(place in self._late and self.nodes[place].row for place in places)

    def _is_early(self, place: int) -> bool:
        return place not in self._late

    def _form(self, place: int) -> Form | None:
        """A row as Σ number × row, once with and once without the weight, or None."""
        if not self.nodes[place].row:
            return None
        return {(False, place): None} if self._is_early(place) else self._forms.get(place)

    def _form_of(self, operation: str, arguments: tuple[int, ...]) -> Form | None:
        """The form of a result that is a late row, where it has one."""
        if operation == "mul":
            for one, other in (arguments, arguments[::-1]):
                found = self._times(one, self._form(other))
                if found is not None:
                    return found
        elif operation in ("add", "sub"):
            first, second = arguments
            return self._added(first, second, minus=operation == "sub")
        elif operation == "div":
            over = arguments[1]
            if self._is_early(over):
                return self._each(
                    self._form(arguments[0]),
                    lambda row: self._plain("div", self._row(row), over),
                )
        elif operation == "where":
            return self._chosen(*arguments)
        return None

    def _times(self, factor: int, form: Form | None) -> Form | None:
        """A form times a number, a row that is no late one, or the weight."""
        if form is None:
            return None
        if not self.nodes[factor].row:
            return {key: self._product(factor, number) for key, number in form.items()}
        if self._is_early(factor):
            return self._each(form, lambda row: self._product(factor, row))
        if self._forms.get(factor) == {(True, None): None} and not any(w for w, _ in form):
            return {(True, row): number for (_, row), number in form.items()}
        return None

    def _each(self, form: Form | None, change: Any) -> Form | None:
        """The form with its rows changed; rows that have become equal are added up."""
        if form is None:
            return None
        pairs = [((weighted, change(row)), number) for (weighted, row), number in form.items()]
        return self._merged(pairs)

    def _merged(self, pairs: Iterable[tuple[tuple[bool, int | None], int | None]]) -> Form:
        found: Form = {}
        for (weighted, row), number in pairs:
            if row is not None and not self.nodes[row].row:  # a row of equal numbers
                if self._is(row, 0):
                    continue  # as an absent gradient is; nothing that meets it is infinite
                number, row = self._product(row, number), None
            key = (weighted, row)
            if key in found:
                number = self._plain("add", self._row(found[key]), self._row(number))
            found[key] = number
        return found

    def _added(self, first: int, second: int, minus: bool) -> Form | None:
        one, other = self._form(first), self._form(second)
        if one is None or other is None:
            return None
        if minus:
            other = self._times(self.constant(-1.0), other)
            assert other is not None
        return self._merged([*one.items(), *other.items()])

    def _chosen(self, condition: int, yes: int, no: int) -> Form | None:
        """Two forms, each 0 where the other one is chosen."""
        if not self._is_early(condition) or not self.nodes[condition].row:
            return None
        zero = self.constant(0.0)
        pairs: list[Any] = []
        for place, is_yes in ((yes, True), (no, False)):
            if self._is(place, 0):
                continue
            form = self._form(place)
            if form is None:
                return None
            for (weighted, row), number in form.items():
                both = (self._row(row), zero) if is_yes else (zero, self._row(row))
                pairs.append(((weighted, self._plain("where", condition, *both)), number))
        return self._merged(pairs)

    def _written(self, form: Form) -> int:
        """The place of a form's row."""
        sums: dict[bool, int | None] = {True: None, False: None}
        for (weighted, row), number in form.items():
            term, already = self._row(self._product(number, row)), sums[weighted]
            sums[weighted] = term if already is None else self._plain("add", already, term)
        inner, other = sums[True], sums[False]
        if inner is None:
            return self.constant(0.0) if other is None else other
        place = self._plain("mul", self.input(WEIGHT, row=True), inner)
        if other is not None:
            place = self._plain("add", place, other)
        if self._is_late_row(place):
            self._forms[place] = form
        return place

    def _product(self, first: int | None, second: int | None) -> int | None:
        if first is None or second is None:
            return second if first is None else first
        return self._plain("mul", first, second)

    def _row(self, place: int | None) -> int:
        return self.constant(1.0) if place is None else place

    def _sum(self, place: int) -> int:
        """Of weight × row the inner product, of number × row the number times the sum."""
        form, weight = self._forms.get(place), self.input(WEIGHT, row=True)
        if form is None or not all(weighted for weighted, _ in form):
            return self._plain("sum", place)
        if len(form) == 1:
            ((_, row), number), *_ = form.items()
            total = self._plain("sum", weight) if row is None else self._plain("dot", weight, row)
            found = self._product(number, total)
            assert found is not None
            return found
        inner = self._written({(False, row): number for (_, row), number in form.items()})
        return self._plain("dot", weight, inner)

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
                    return self._plain("neg", other)
        if operation in ("add", "sub") and self._is(second, 0):
            return first
        if operation == "add" and self._is(first, 0):
            return second
        if operation == "sub" and self._is(first, 0):
            return self._plain("neg", second)
        if operation == "div" and (self._is(second, 1) or self._is(first, 0)):
            return first
        return self._signed(operation, first, second)

    def _signed(self, operation: str, first: int, second: int) -> int | None:
        """a + (−b) and the like without a sign."""
        if operation not in ("add", "sub"):
            return None
        if self.nodes[second].operation == "neg":
            opposite = self.nodes[second].arguments[0]
            return self._plain("sub" if operation == "add" else "add", first, opposite)
        if operation == "add" and self.nodes[first].operation == "neg":
            return self._plain("sub", second, self.nodes[first].arguments[0])
        return None

    def _covers(self, chosen: int, other: int) -> bool:
        return self.nodes[chosen].row or not self.nodes[other].row
