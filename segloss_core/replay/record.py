"""Record what a loss computes of a row of weighted pixels: value, notes, share and both gradients.

A loss is heard once, on made-up pixels, and its recording is tried on others, at other settings of
its dials, before it is trusted: what depends on the pixels in a way that was not heard differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..maps import by_leaves, wrt_logit, wrt_probability
from ..pixels import Pixels
from ..spec import Loss, Note
from .aten import Unsaid
from .linear import LinearGraph
from .listen import Listener
from .write import Function, Program, function

Array = NDArray[np.float64]

LEAVES = ("z", "p", "q", "log_p", "log_q")
ROWS = ("share", "logit", "probability")
_CLOSE = 1e-9  # of the largest of a row: far above rounding, far below a mistake
_SETTINGS = 8  # of the dials, for which what does not depend on the weight is kept


class Levels:
    """What the logits of a row decide: `leaves`, in the order of LEAVES. Equal only to itself."""

    def __init__(self, leaves: Sequence[Array]) -> None:
        self.leaves = tuple(leaves)


class Recording:
    """A loss as a graph: where in it the answers are, and which dials are inputs.

    `player(levels, dials, *rows)` is a function: weight -> value, floor, these rows, then whether
    each note occurs. What does not depend on the weight has been worked out before it comes; the
    newest few are kept. Ask for it, and call it, where NumPy is told to be quiet: a quotient that
    is not taken may be 0/0.
    """

    def __init__(
        self,
        graph: LinearGraph,
        places: Mapping[str, int],
        notes: Mapping[Note, int],
        turned: tuple[str, ...],
    ) -> None:
        self.graph, self.places, self.notes, self.turned = graph, places, notes, turned
        self.player = lru_cache(maxsize=_SETTINGS)(self._player)
        self._program = cache(self._written)  # when it is first wanted
        self.sweeper = cache(self._sweeper)

    def _player(
        self, levels: Levels, dials: tuple[float, ...], *rows: str
    ) -> Callable[[Array], tuple[Any, ...]]:
        program = self._program(*rows)
        kept, late = program.early(*levels.leaves, *dials), program.late
        return lambda weight: late(weight, *kept)

    def _written(self, *rows: str) -> Program:
        inputs = self._inputs()
        return Program(self.graph, self._results(*rows), inputs, inputs[:1])

    def _sweeper(self, *swept: str) -> Function:
        """(weight, leaves, dials) -> value, floor, notes, where these dials are arrays (..., 1)."""
        inputs = self._inputs()
        many = [self.graph.input(f"dial {name}", row=False) for name in swept]
        try:
            return function(self.graph, self._results(), inputs, many)
        except KeyError as operation:
            raise Unsaid(f"{operation} of a dial that is swept") from None

    def _results(self, *rows: str) -> list[int]:
        return [*(self.places[name] for name in ("value", "floor", *rows)), *self.notes.values()]

    def _inputs(self) -> list[int]:
        rows = [self.graph.input(name, row=True) for name in ("weight", *LEAVES)]
        return rows + [self.graph.input(f"dial {name}", row=False) for name in self.turned]


def record(loss: Loss, y: Array, setting: Mapping[str, Any]) -> Recording:
    """The recording of a loss for rows with this target, at any numbers its dials are set to.

    A dial of `setting` that is automatic, or of a kind for which tensors are swept by a loop, stays
    as it is. Raises Unsaid where the loss does what cannot be replayed.
    """
    turned = tuple(turning(loss, setting))
    # A map is asked for in evaluation code too, where the surroundings switch gradients off.
    with torch.inference_mode(False), torch.enable_grad():
        found = _heard(loss, y, setting, turned)
        _try(found, loss, y, setting)
    return found


def turning(loss: Loss, setting: Mapping[str, Any]) -> list[str]:
    """The dials that are inputs of a recording."""
    return [k for k, v in setting.items() if loss.dials[k].kind == "number" and v is not None]


def _heard(loss: Loss, y: Array, setting: Mapping[str, Any], turned: tuple[str, ...]) -> Recording:
    px, dials = _made_up(loss, y, setting, turned, 0.37)
    seen, free = px.leaves()
    listener = Listener(graph := LinearGraph())
    for name in ("weight", *LEAVES):
        listener.knows(getattr(seen, name), graph.input(name, row=True))
    listener.knows(seen.y, graph.constant(seen.y.numpy()))
    for name in turned:
        listener.knows(dials[name], graph.input(f"dial {name}", row=False))
    with listener:
        answers, notes = _computed(loss, seen, free, dials)
    places = {name: listener.place(x) for name, x in answers.items()}
    occurs = {note: listener.place(where) for note, where in notes.items()}
    return Recording(graph, places, occurs, turned)


def _try(found: Recording, loss: Loss, y: Array, setting: Mapping[str, Any]) -> None:
    """Raise Unsaid unless a replay gives what the loss computes of other pixels."""
    px, dials = _made_up(loss, y, setting, found.turned, 0.83)
    seen, free = px.leaves()
    answers, notes = _computed(loss, seen, free, dials)
    weight, *leaves = (getattr(seen, name).detach().numpy()[0] for name in ("weight", *LEAVES))
    settings = tuple(dials[name].item() for name in found.turned)
    with np.errstate(all="ignore"):
        replayed = found.player(Levels(leaves), settings, *ROWS)(weight)
    for right, mine in zip((*answers.values(), *notes.values()), replayed, strict=True):
        want = right.detach().numpy().astype(float)
        far = np.abs(np.where(want == mine, 0, want - mine))
        if not bool((far <= _CLOSE * max(np.abs(want).max(), 1e-300)).all()):
            raise Unsaid("a replay differs from the loss on other pixels")


def _made_up(
    loss: Loss,
    y: Array,
    setting: Mapping[str, Any],
    turned: tuple[str, ...],
    part: float,
) -> tuple[Pixels, dict[str, Any]]:
    """Pixels of this target, some of which do not count, and dials so far along their sliders."""
    random = np.random.default_rng(int(100 * part))
    z, weight = random.normal(0, 3, y.shape), random.integers(0, 9, y.shape)
    px = Pixels(*(torch.from_numpy(x.astype(np.float64))[None] for x in (z, y, weight)))
    dials = dict(setting)
    for name in turned:
        low, high = loss.dials[name].param.shown
        dials[name] = torch.full((1, 1), low + part * (high - low), dtype=torch.float64)
    return px, dials


def _computed(
    loss: Loss, seen: Pixels, free: dict[str, Tensor], dials: Mapping[str, Any]
) -> tuple[dict[str, Tensor], Mapping[Note, Tensor]]:
    """What a loss says, in the order of the results of `Recording.program(*ROWS)`; its notes."""
    answer = loss._tidy(loss.term(seen, **dials), seen, ())
    g = by_leaves(answer.value, free)
    p, q = free["p"].detach(), free["q"].detach()
    with torch.no_grad():
        answers = {
            "value": answer.value,
            "floor": torch.as_tensor(answer.floor),
            "share": answer.share(),
            "logit": wrt_logit(g, p, q),
            "probability": wrt_probability(g, p, q),
        }
    return answers, answer.notes
