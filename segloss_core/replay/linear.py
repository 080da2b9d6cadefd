"""Bring rows that depend on the weight into the form weight × Σ number × row.

The rows of a form do not depend on the weight: they are worked out once per prediction, and what is
left to do are a few inner products and sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from .graph import WEIGHT, Graph

Form: TypeAlias = "dict[tuple[bool, int | None], int | None]"
"""(times the weight?, a row that does not depend on it) -> a number; None stands for 1."""


class LinearGraph(Graph):
    """A graph that knows what is linear in the weight."""

    def __init__(self) -> None:
        super().__init__()
        weight = self.input(WEIGHT, row=True)
        self._forms: dict[int, Form] = {weight: {(True, None): None}}  # of rows that depend on it

    def make(self, operation: str, *arguments: int, with_: tuple[Any, ...] = ()) -> int:
        """The place of an operation on nodes, of whichever form is worked out soonest."""
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
        return self.plain(operation, *arguments, with_=with_)

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
                    lambda row: self.plain("div", self._row(row), over),
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

    def _each(self, form: Form | None, change: Callable[[int | None], int | None]) -> Form | None:
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
                number = self.plain("add", self._row(found[key]), self._row(number))
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
                pairs.append(((weighted, self.plain("where", condition, *both)), number))
        return self._merged(pairs)

    def _written(self, form: Form) -> int:
        """The place of a form's row."""
        sums: dict[bool, int | None] = {True: None, False: None}
        for (weighted, row), number in form.items():
            term, already = self._row(self._product(number, row)), sums[weighted]
            sums[weighted] = term if already is None else self.plain("add", already, term)
        inner, other = sums[True], sums[False]
        if inner is None:
            return self.constant(0.0) if other is None else other
        place = self.plain("mul", self.input(WEIGHT, row=True), inner)
        if other is not None:
            place = self.plain("add", place, other)
        if self._is_late_row(place):
            self._forms[place] = form
        return place

    def _product(self, first: int | None, second: int | None) -> int | None:
        if first is None or second is None:
            return second if first is None else first
        return self.plain("mul", first, second)

    def _row(self, place: int | None) -> int:
        return self.constant(1.0) if place is None else place

    def _sum(self, place: int) -> int:
        """Of weight × row the inner product, of number × row the number times the sum."""
        form, weight = self._forms.get(place), self.input(WEIGHT, row=True)
        if form is None or not all(weighted for weighted, _ in form):
            return self.plain("sum", place)
        if len(form) == 1:
            ((_, row), number), *_ = form.items()
            total = self.plain("sum", weight) if row is None else self.plain("dot", weight, row)
            found = self._product(number, total)
            assert found is not None
            return found
        inner = self._written({(False, row): number for (_, row), number in form.items()})
        return self.plain("dot", weight, inner)
