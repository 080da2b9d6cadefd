"""Make one binary problem of each class, and average a loss over the classes that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from .kinds import Kinds, code
from .pair import DEFAULT_CONFIDENCE, Pair, Prediction
from .pixels import Pixels
from .spec import Loss, Note

Scale = Literal["labels", "probabilities", "softmax", "sigmoid"]
"""What a prediction is: numbers of classes H x W, or C x H x W probabilities, or C x H x W logits
that a softmax over the classes, or a sigmoid for each, turns into probabilities."""


@dataclass(frozen=True, eq=False)
class OneClass:
    """One class against everything else.

    target: uint8 H x W of 0 and 1; 0 where ignored.  prediction: of this class.
    ignored: bool H x W, pixels that count nowhere, or None.
    """

    index: int
    name: str
    target: NDArray[np.uint8] = field(repr=False)
    prediction: Prediction = field(repr=False)
    ignored: NDArray[np.bool_] | None = field(repr=False)

    @property
    def present(self) -> bool:
        """Whether the target holds the class in a pixel that counts."""
        return bool(self.target.any())

    def pixels(self) -> Pixels:
        """Dense logits, target and weight (0 where ignored), float64 H x W."""
        weight = None if self.ignored is None else torch.from_numpy(~self.ignored).double()
        z = torch.from_numpy(self.prediction.logits())
        return Pixels.from_logits(z, torch.tensor(self.target), weight)

    def pair(self) -> Pair:
        """The class as a pair of its own, which ignores the same pixels."""
        return Pair(None, self.target, self.prediction, self.name, ignored=self.ignored)

    def pixels_for(self, loss: Loss) -> Pixels:
        """What the loss is computed on: counted kinds of pixel where they suffice, else dense.

        A loss that looks at places takes an ignored pixel for background when it measures.
        """
        codes, table = self.prediction.codes, self.prediction.table
        if codes is None or table is None or loss.positional:
            return self.pixels()
        return Kinds.of(code(codes, self.target, self.ignored), table).pixels


@dataclass(frozen=True)
class ClassValue:
    """A loss's value for one class; `present` says whether the target holds the class."""

    index: int
    name: str
    present: bool
    value: float
    floor: float
    note: Note | None


@dataclass(frozen=True)
class ByClass:
    """A loss's value for each class, in the order of the classes."""

    rows: tuple[ClassValue, ...]

    @property
    def mean(self) -> float | None:
        """The mean over the classes that the target holds; None where it holds none of them."""
        values = [row.value for row in self.rows if row.present]
        return sum(values) / len(values) if values else None

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the classes that the target does not hold: they are not in the mean."""
        return tuple(row.name for row in self.rows if not row.present)


def against_the_rest(
    target: ArrayLike,
    prediction: ArrayLike,
    index: int,
    *,
    scale: Scale,
    ignore: int | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    name: str | None = None,
) -> OneClass:
    """Make the binary problem "class `index` or not".

    target: whole numbers H x W, the class of each pixel.
    prediction: what `scale` says. Of a softmax the logit of the class is taken,
        z_c − ln Σ_{k≠c} e^{z_k}, which has every digit where its probability has rounded to 1.
        Labels are right with probability `confidence`.
    ignore: a number in the target whose pixels count nowhere, whatever is predicted there.

    Raises ValueError for shapes that do not fit, for classes that are no whole numbers, an index
    beyond the prediction's classes, probabilities outside [0, 1], logits that are not finite where
    they count, and for a softmax over one class.
    """
    if scale not in ("labels", "probabilities", "softmax", "sigmoid"):
        raise ValueError(f"scale must be labels, probabilities, softmax or sigmoid, got {scale!r}")
    truth, said = labels_of(target, "target"), np.asarray(prediction)
    skipped = None if ignore is None else truth == ignore
    if skipped is not None and not bool(skipped.any()):
        skipped = None
    if index < 0 or index == ignore:
        raise ValueError(f"class {index} is no class here")
    expected = truth.shape if scale == "labels" else (*said.shape[:1], *truth.shape)
    if said.shape != expected:
        needed = "" if scale == "labels" else "C x "
        raise ValueError(f"prediction must be {needed}{truth.shape}, got shape {said.shape}")
    if scale != "labels" and index >= len(said):
        raise ValueError(f"class {index} is beyond the prediction's {len(said)} classes")
    found = _prediction(said, index, scale, skipped, confidence)
    mask = (truth == index).astype(np.uint8)
    return OneClass(index, name or f"class {index}", mask, found, skipped)


def _prediction(
    said: NDArray[np.generic],
    index: int,
    scale: Scale,
    skipped: NDArray[np.bool_] | None,
    confidence: float,
) -> Prediction:
    if scale == "labels":
        return Prediction.hard(labels_of(said, "prediction") == index, confidence)
    if not np.issubdtype(said.dtype, np.floating):
        raise ValueError(f"{scale} must be floats, got {said.dtype}")
    if scale == "probabilities":
        plane = said[index]
        if skipped is not None:  # what is a number there is kept: it is seen, and counts nowhere
            plane = np.where(skipped & ~((plane >= 0) & (plane <= 1)), plane.dtype.type(0.5), plane)
        return Prediction.floating(plane)
    used = said if scale == "softmax" else said[index : index + 1]
    wide = used.astype(np.float64)
    if skipped is not None:
        wide = np.where(skipped & ~np.isfinite(wide), 0.0, wide)
    if not bool(np.isfinite(wide).all()):
        raise ValueError("logits must be finite where they count")
    if scale == "sigmoid":
        return Prediction(None, None, wide[0], "float")
    if len(wide) < 2:
        raise ValueError("a softmax over one class says nothing; is it a sigmoid?")
    rest = np.delete(wide, index, axis=0)
    top = rest.max(axis=0)
    log_rest = top + np.log(np.exp(rest - top).sum(axis=0))
    return Prediction(None, None, wide[index] - log_rest, "float")


def labels_of(array: ArrayLike, what: str) -> NDArray[np.integer]:
    """Check whole numbers of classes, H x W and not empty. Raises ValueError for anything else."""
    labels = np.asarray(array)
    if labels.ndim != 2 or labels.size == 0:
        raise ValueError(f"{what} must be H x W and not empty, got shape {labels.shape}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{what} must hold whole numbers of classes, got {labels.dtype}")
    return labels


def by_class(
    loss: Loss,
    target: ArrayLike,
    prediction: ArrayLike,
    names: Sequence[str],
    *,
    scale: Scale,
    ignore: int | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    skip: Sequence[int] = (),
    **dials: float | None,
) -> ByClass:
    """Give a loss's value for each class against the rest.

    names: of the classes 0, 1, …, the background included where it is a class.
    skip: classes left out of the table, such as (0,) for the background.
    The others are as in `against_the_rest`. Raises ValueError as that does, and for labels of the
    target that have no name and are not ignored.
    """
    (found,) = every_by_class(
        [(loss, dials)], target, prediction, names,
        scale=scale, ignore=ignore, confidence=confidence, skip=skip,
    )  # fmt: skip
    return found


def every_by_class(
    losses: Sequence[tuple[Loss, Mapping[str, float | None]]],
    target: ArrayLike,
    prediction: ArrayLike,
    names: Sequence[str],
    *,
    scale: Scale,
    ignore: int | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    skip: Sequence[int] = (),
    progress: Callable[[float], None] = lambda done: None,
) -> tuple[ByClass, ...]:
    """Give the values of many losses, each with its dials, class by class.

    Each class is made once, for all losses. `progress` is told which part is done. The others are
    as in `by_class`, which says what is raised.
    """
    truth = labels_of(target, "target")
    known = truth[truth != ignore] if ignore is not None else truth
    if known.size and not 0 <= int(known.min()) <= int(known.max()) < len(names):
        raise ValueError(
            f"the target holds classes {int(known.min())} to {int(known.max())}, and "
            f"{len(names)} have names"
        )
    used = [index for index in range(len(names)) if index not in skip and index != ignore]
    rows: list[list[ClassValue]] = [[] for _ in losses]
    for done, index in enumerate(used):
        one = against_the_rest(
            truth, prediction, index,
            scale=scale, ignore=ignore, confidence=confidence, name=names[index],
        )  # fmt: skip
        seen: dict[bool, Pixels] = {}
        for n, (loss, dials) in enumerate(losses):
            if loss.positional not in seen:
                seen[loss.positional] = one.pixels_for(loss)
            with torch.no_grad():
                answer = loss.at(seen[loss.positional], **dials)
            value, floor = float(answer.value), float(answer.floor)
            row = ClassValue(index, names[index], one.present, value, floor, answer.note)
            rows[n].append(row)
            progress((done + (n + 1) / len(losses)) / len(used))
    return tuple(ByClass(tuple(row)) for row in rows)
