"""A loss on every slice of a volume, and on all slices as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from .kinds import Kinds, code, value_of
from .pair import Prediction
from .pixels import Pixels
from .spec import Loss, Note

DENSE = 1 << 22
"""Pixels of a volume of floats that are still added up: ten planes of them are a third of 1 GB."""


@dataclass(frozen=True)
class SliceValue:
    """A loss's value on one slice; `objects` counts the target's object pixels there."""

    index: int
    value: float
    note: Note | None
    objects: int


@dataclass(frozen=True)
class BySlice:
    """A loss's value on each slice and on the volume.

    whole: of all pixels together; None where `how` is not "together".
    how: "together"; "positional" where the loss looks at places, which a pile of slices would
        mix up; "large" for more pixels of floats than are added up.
    """

    rows: tuple[SliceValue, ...]
    whole: float | None
    how: Literal["together", "positional", "large"]

    @property
    def mean(self) -> float:
        """The mean over the slices, each counting alike."""
        return sum(row.value for row in self.rows) / len(self.rows)


@dataclass(frozen=True, eq=False)
class Volume:
    """The slices of one target and one prediction.

    targets: uint8 Z x H x W of 0 and 1.  predictions: one for each slice, of one kind
        and one confidence.
    ignored: bool Z x H x W, pixels that count nowhere, or None; none at all are None. Targets are
        0 there, whatever was given.
    Raises ValueError where they do not fit.
    """

    targets: NDArray[np.uint8] = field(repr=False)
    predictions: Sequence[Prediction] = field(repr=False)
    ignored: NDArray[np.bool_] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check that there are slices, as many of either, of one size."""
        if self.targets.ndim != 3 or not len(self.targets):
            raise ValueError(f"targets must be Z x H x W, got shape {self.targets.shape}")
        sizes = {prediction.size for prediction in self.predictions}
        if len(self.predictions) != len(self.targets) or sizes != {self.targets.shape[1:]}:
            raise ValueError(
                f"targets are {self.targets.shape}; {len(self.predictions)} predictions of "
                f"{sorted(sizes)} do not fit"
            )
        kinds = {(prediction.kind, prediction.confidence) for prediction in self.predictions}
        if len(kinds) > 1:  # one table of logits is that of all slices
            raise ValueError(f"predictions must be of one kind and confidence, found {len(kinds)}")
        self._leave_out_ignored()

    def _leave_out_ignored(self) -> None:
        """Make targets background where they are ignored, as a pair does."""
        ignored = self.ignored
        if ignored is None:
            return
        if ignored.dtype != np.bool_ or ignored.shape != self.targets.shape:
            raise ValueError(
                f"ignored must be bool {self.targets.shape}, got {ignored.dtype} {ignored.shape}"
            )
        if not bool(ignored.any()):
            object.__setattr__(self, "ignored", None)
            return
        object.__setattr__(self, "targets", np.where(ignored, np.uint8(0), self.targets))

    @cached_property
    def objects(self) -> NDArray[np.int64]:
        """How many object pixels each slice has: int64 (Z,)."""
        return np.count_nonzero(self.targets, axis=(1, 2))

    def _skipped(self, index: int) -> NDArray[np.bool_] | None:
        """The pixels of a slice that count nowhere, H x W."""
        return None if self.ignored is None else self.ignored[index]

    @cached_property
    def _kinds(self) -> tuple[Kinds, ...] | None:
        found = []
        for index, prediction in enumerate(self.predictions):
            if prediction.codes is None or prediction.table is None:
                return None
            numbers = code(prediction.codes, self.targets[index], self._skipped(index))
            found.append(Kinds.of(numbers, prediction.table))
        return tuple(found)

    def _dense(self, index: int) -> Pixels:
        z = torch.from_numpy(self.predictions[index].logits())
        return Pixels.from_logits(
            z, torch.tensor(self.targets[index]), _weight(self._skipped(index))
        )

    def _together(self) -> Kinds | Pixels:
        """All pixels as one: added up by kind, or side by side."""
        if self._kinds is not None:
            total = np.sum([kinds.count for kinds in self._kinds], axis=0)
            return Kinds.of_counts(total, self._kinds[0].logits)
        z = np.concatenate([prediction.logits().ravel() for prediction in self.predictions])
        y = torch.tensor(self.targets.reshape(1, -1))
        skipped = None if self.ignored is None else self.ignored.reshape(1, -1)
        return Pixels.from_logits(torch.from_numpy(z)[None], y, _weight(skipped))

    def by_slice(
        self,
        loss: Loss,
        progress: Callable[[float], None] = lambda done: None,
        **dials: float | None,
    ) -> BySlice:
        """Give the loss of every slice by itself, and of the volume where that makes sense.

        `progress` is told the part that is done, 0 to 1, and may raise to give up.
        """
        rows = []
        counted = self._kinds if not loss.positional else None
        for index, objects in enumerate(self.objects):
            one = self._dense(index) if counted is None else counted[index]
            value, note = _answer(loss, one, **dials)
            rows.append(SliceValue(index, value, note, int(objects)))
            progress((index + 1) / len(self.targets))
        if loss.positional:
            return BySlice(tuple(rows), None, "positional")
        if counted is None and self.targets.size > DENSE:
            return BySlice(tuple(rows), None, "large")
        whole, _ = _answer(loss, self._together(), **dials)
        return BySlice(tuple(rows), whole, "together")


def _answer(loss: Loss, of: Kinds | Pixels, **dials: float | None) -> tuple[float, Note | None]:
    """A loss's value and the undefined case it stands on, of counted or of dense pixels."""
    if isinstance(of, Kinds):
        value, _, note = value_of(loss, of, **dials)
        return value, note
    with torch.no_grad():
        answer = loss.at(of, **dials)
    return float(answer.value), answer.note


def _weight(skipped: NDArray[np.bool_] | None) -> torch.Tensor | None:
    """0 where a pixel is ignored and 1 elsewhere; None where all count."""
    return None if skipped is None else torch.from_numpy(~skipped).to(torch.float64)
