"""How far a result is from the same loss of the whole image in float64."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from segloss_core import LOSSES, Pixels, maps

from .inputs import Case
from .peers import Peer
from .rows import Accuracy


class Off(NamedTuple):
    """Relative distance of the value, and of the gradient by its largest."""

    value: float
    gradient: float


class Exact(NamedTuple):
    """A loss and its gradient in float64."""

    value: float
    gradient: NDArray[np.float64]

    def off(self, value: float, gradient: NDArray) -> Off:
        """How far another result is from this one."""
        size = np.abs(self.gradient).max() or 1.0
        wrong = np.abs(np.asarray(gradient, dtype=np.float64) - self.gradient).max()
        return Off(abs(value - self.value) / (abs(self.value) or 1.0), float(wrong / size))


def exact(name: str, case: Case) -> Exact:
    """Our loss on every pixel in float64, its gradient by autograd."""
    z, y = case.exact
    answer, gradient = maps.answer_at(LOSSES[name], Pixels.from_logits(z, y))
    return Exact(answer.value.item(), gradient.detach().numpy())


def peer_off(peer: Peer, reference: Exact, z: Tensor, y: Tensor) -> Off:
    """How far a peer in the dtype of z is."""
    value, gradient = peer.value_and_gradient(z, y)
    return reference.off(float(value), gradient[0, 0].detach().cpu().numpy())


def furthest(ours: Sequence[Off], theirs: Mapping[str, Off]) -> Accuracy:
    """The worst of many losses on either side; `theirs` by the name of the loss."""
    mine = Off(*(max(x) for x in zip(*ours, strict=True)))
    if not theirs:
        return Accuracy(*mine)
    worst = max(theirs, key=lambda name: theirs[name].gradient)
    value = max(off.value for off in theirs.values())
    return Accuracy(*mine, value, theirs[worst].gradient, worst if len(theirs) > 1 else "")
