"""Write a graph's results as straight Python functions of rows and dials.

Only what the results need is written, each expression once; a variable's name is used again when
nobody asks for it any more, so that a few rows stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import operations
from .graph import Graph
from .operations import NAMES, written

Function = Callable[..., tuple[Any, ...]]


class Program:
    """Results in two stages: what the late inputs do not touch, and the rest.

    `early(*inputs)` gives what is to be kept, `late(*late inputs, *kept)` the results. The order of
    the inputs is that of `inputs`, without the late ones, and that of `late`.
    """

    def __init__(
        self, graph: Graph, results: Sequence[int], inputs: Sequence[int], late: Sequence[int]
    ) -> None:
        order = _order(graph, results, set())
        touched = set(late)
        between: dict[int, None] = {}  # an ordered set
        for place in order:  # arguments come first
            arguments = graph.nodes[place].arguments
            if not touched.isdisjoint(arguments):
                touched.add(place)
        for place in order:
            if place in touched:
                between.update(dict.fromkeys(graph.nodes[place].arguments))
        between.update(dict.fromkeys(results))
        kept = [x for x in between if x not in touched and x not in graph.constants]
        self.early = function(graph, kept, [x for x in inputs if x not in late])
        self.late = function(graph, results, [*late, *kept])


def function(
    graph: Graph, results: Sequence[int], given: Sequence[int], swept: Sequence[int] = ()
) -> Function:
    """The function that works out these nodes from those that are given, in that order.

    Those of `swept` are given as arrays of numbers with a last axis of size 1, and so are results
    that depend on them. Raises KeyError where that cannot be written.
    """
    many = set(swept)
    names: dict[str, Any] = dict(NAMES)
    of = {place: f"i{i}" for i, place in enumerate(given)}
    order = _order(graph, results, set(given))
    left = _uses(graph, order, results)
    free: list[str] = []
    lines, made = [], 0
    for place in order:
        node = graph.nodes[place]
        if node.operation == "constant":
            of[place] = f"c{place}"
            names[of[place]] = graph.constants[place]
            continue
        rows = [graph.nodes[x].row for x in node.arguments]
        found = [of[x] for x in node.arguments]
        if many.isdisjoint(node.arguments):
            said = written(node.operation, rows, found, node.with_)
        else:
            many.add(place)
            said = operations.swept(node.operation, found)
        for x in node.arguments:
            left[x] -= 1
            if not left[x] and of[x].startswith("v"):
                free.append(of[x])
        if free:
            of[place] = free.pop()
        else:
            of[place], made = f"v{made}", made + 1
        lines.append(f"    {of[place]} = {said}")
    parameters, answers = (", ".join(of[x] for x in places) for places in (given, results))
    text = [f"def replay({parameters}):", *lines, f"    return ({answers}{',' * bool(answers)})"]
    exec(compile("\n".join(text), "<a recorded loss>", "exec"), names)
    made_function: Function = names["replay"]
    return made_function


def _order(graph: Graph, results: Sequence[int], given: set[int]) -> list[int]:
    """What has to be worked out, arguments first, each result as early as it can be."""
    order: list[int] = []
    done = set(given)
    todo = list(reversed(results))
    while todo:
        place = todo[-1]
        missing = [x for x in graph.nodes[place].arguments if x not in done]
        if missing and place not in done:
            todo.extend(reversed(missing))
            continue
        todo.pop()
        if place not in done:
            done.add(place)
            order.append(place)
    return order


def _uses(graph: Graph, order: Sequence[int], results: Sequence[int]) -> dict[int, int]:
    """How often each place is an argument; results are wanted for ever."""
    uses: dict[int, int] = dict.fromkeys(results, 1)
    for place in order:
        for x in graph.nodes[place].arguments:
            uses[x] = uses.get(x, 0) + 1
    return uses
