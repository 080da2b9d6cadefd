"""Losses over all classes at once: cross-entropy of a softmax, and generalized Dice.

Here the classes share each pixel; in `classes` every class stands alone against the rest.
A few planes H x W are held at once, however many classes there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from .classes import Scale, labels_of
from .pair import DEFAULT_CONFIDENCE, confidence_code

Counts = NDArray[np.float64]

NOTHING = "no pixel counts"
NO_CHOICE = "a sigmoid for each class chooses no class, so no pixel has one cross-entropy"


@dataclass(frozen=True)
class OverAll:
    """A loss over all classes; `value` is None where it is undefined, and `why` says so.

    absent: numbers of classes that no pixel that counts has.
    """

    value: float | None
    why: str
    absent: tuple[int, ...]


def cross_entropy(
    target: ArrayLike,
    prediction: ArrayLike,
    classes: int,
    *,
    scale: Scale,
    ignore: int | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> OverAll:
    """Mean −ln p of the true class, in nats: an absent class adds nothing of its own.

    target: whole numbers H x W below `classes`, or `ignore`, whose pixels count nowhere.
    prediction: C x H x W, or H x W labels, each right with probability `confidence`, the rest of
        which the other classes share. `scale` says what, as in `classes.against_the_rest`; of
        probabilities exactly 0 counts as half a step of their dtype below 1.

    Raises ValueError for shapes and labels that do not fit and for what is no number where it
    counts. Source: what torch.nn.functional.cross_entropy computes, with `ignore_index`.
    """
    truth = _truth(target, classes, ignore)
    said = _said(prediction, truth, classes, scale, confidence)
    if scale == "sigmoid":
        return OverAll(None, NO_CHOICE, truth.absent)
    if not truth.size.any():
        return OverAll(None, NOTHING, truth.absent)
    return OverAll(said.cross_entropy(), "", truth.absent)


def generalized_dice(
    target: ArrayLike,
    prediction: ArrayLike,
    classes: int,
    *,
    scale: Scale,
    ignore: int | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
) -> OverAll:
    """1 − 2 Σ w TP / Σ w (P + n) over classes, with w = 1/n² of each, between 0 and 1.

    TP, P and n are a class's soft hits, predicted and true pixels. A class that is absent takes
    the largest weight of those present: what is said of it still costs. Arguments and errors are
    those of `cross_entropy`.

    Source: Sudre et al. 2017, arXiv:1707.03237; the rule for absent classes is NiftyNet's and
    MONAI's (GeneralizedDiceLoss with smoothing 0).
    """
    truth = _truth(target, classes, ignore)
    said = _said(prediction, truth, classes, scale, confidence)
    n = truth.size
    if not n.any():
        return OverAll(None, NOTHING, truth.absent)
    hits, all_said = said.sums()
    weight = np.where(n > 0, n, n[n > 0].min()) ** -2.0
    both, everything = (weight * hits).sum(), (weight * (all_said + n)).sum()
    return OverAll(float(1 - 2 * both / everything), "", truth.absent)


# ---- what is true --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Truth:
    """labels: int64 H x W, 0 where ignored.  counts: bool H x W.  size: pixels of each class."""

    labels: NDArray[np.int64]
    counts: NDArray[np.bool_]
    size: Counts

    @property
    def absent(self) -> tuple[int, ...]:
        return tuple(np.flatnonzero(self.size == 0).tolist())


def _truth(target: ArrayLike, classes: int, ignore: int | None) -> _Truth:
    labels = labels_of(target, "target")
    counts = np.ones(labels.shape, dtype=bool) if ignore is None else labels != ignore
    judged = np.where(counts, labels, 0).astype(np.int64)
    if classes < 2:
        raise ValueError(f"several classes are two at least, got {classes}")
    if int(judged.min()) < 0 or int(judged.max()) >= classes:
        raise ValueError(
            f"labels lie from 0 to {classes - 1}, found {int(judged.min())} to {int(judged.max())}"
        )
    return _Truth(judged, counts, _number(judged[counts], classes))


def _number(labels: NDArray[np.int64], classes: int) -> Counts:
    """How many labels there are of each class."""
    return np.bincount(labels, minlength=classes).astype(np.float64)


# ---- what is said --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Labels:
    """Labels, of which counts say everything: how many pixels are said, and how many rightly."""

    size: Counts
    said: Counts
    right: Counts
    sure: float

    @property
    def other(self) -> float:
        """The probability of each class that is not said."""
        return (1 - self.sure) / (len(self.size) - 1)

    def cross_entropy(self) -> float:
        n, right = float(self.size.sum()), float(self.right.sum())
        return -(right * math.log(self.sure) + (n - right) * math.log(self.other)) / n

    def sums(self) -> tuple[Counts, Counts]:
        """Soft hits and predicted pixels of each class."""
        hits = self.sure * self.right + self.other * (self.size - self.right)
        return hits, self.sure * self.said + self.other * (self.size.sum() - self.said)


@dataclass(frozen=True)
class _Planes:
    """A plane for each class, looked at one after the other.

    array: floats C x H x W.  top, log_sum: of a softmax, the largest logit and ln Σ e^(z − top),
    float64 H x W; kept apart, for their sum would lose the digits of a sure pixel.
    """

    array: NDArray[np.floating]
    truth: _Truth
    scale: Scale
    top: Tensor | None = None
    log_sum: Tensor | None = None

    def log_p(self, plane: NDArray[np.floating]) -> Tensor:
        """ln p, float64 H x W; anything finite where pixels are ignored."""
        z = _wide(plane, self.truth.counts)
        if self.top is not None and self.log_sum is not None:
            return z.sub_(self.top).sub_(self.log_sum)
        if self.scale == "sigmoid":
            return torch.nn.functional.logsigmoid(z)
        return z.clamp_min_(float(np.finfo(self.array.dtype).epsneg) / 2).log_()

    def cross_entropy(self) -> float:
        own = np.take_along_axis(self.array, self.truth.labels[None], axis=0)[0]
        return -float(self.log_p(own)[torch.from_numpy(self.truth.counts)].mean())

    def sums(self) -> tuple[Counts, Counts]:
        """Soft hits and predicted pixels of each class."""
        hits, said = np.zeros(len(self.array)), np.zeros(len(self.array))
        ignored = torch.from_numpy(~self.truth.counts)
        labels = torch.from_numpy(self.truth.labels)
        for index, plane in enumerate(self.array):
            p = self.log_p(plane).exp_().masked_fill_(ignored, 0.0)
            said[index] = float(p.sum())
            hits[index] = float(p[labels == index].sum())
        return hits, said


def _said(
    prediction: ArrayLike, truth: _Truth, classes: int, scale: Scale, confidence: float
) -> _Labels | _Planes:
    """What is predicted, checked."""
    size = truth.labels.shape
    if scale == "labels":
        said = labels_of(prediction, "prediction").astype(np.int64)
        if said.shape != size:
            raise ValueError(f"prediction must be {tuple(size)}, got shape {said.shape}")
        sure = (confidence_code(confidence) + 0.5) / 256
        right = truth.labels[truth.counts & (said == truth.labels)]
        known = said[truth.counts & (said >= 0) & (said < classes)]  # others hit no class
        return _Labels(truth.size, _number(known, classes), _number(right, classes), sure)
    if scale not in ("probabilities", "softmax", "sigmoid"):
        raise ValueError(f"scale must be labels, probabilities, softmax or sigmoid, got {scale!r}")
    array = np.asarray(prediction)
    if array.shape != (classes, *size) or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(
            f"prediction must be floats {(classes, *size)}, got {array.dtype} {array.shape}"
        )
    if not all(bool(torch.isfinite(_wide(plane, truth.counts)).all()) for plane in array):
        raise ValueError(f"{scale} must be finite where they count")
    if scale == "softmax":
        return _Planes(array, truth, scale, *_normalizer(array, truth.counts))
    if scale == "probabilities":
        for plane in array:
            p = _wide(plane, truth.counts)
            if not bool(((p >= 0) & (p <= 1)).all()):
                raise ValueError("probabilities must lie in [0, 1]")
    return _Planes(array, truth, scale)


def _normalizer(array: NDArray[np.floating], counts: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
    """The largest logit of each pixel, and ln of the sum over classes of e^(z − largest)."""
    top = _wide(array[0], counts)
    for plane in array[1:]:
        torch.maximum(top, _wide(plane, counts), out=top)
    total = torch.zeros_like(top)
    for plane in array:
        total += _wide(plane, counts).sub_(top).exp_()
    return top, total.log_()


def _wide(plane: NDArray[np.floating], counts: NDArray[np.bool_]) -> Tensor:
    """A copy in float64, 0 where pixels are ignored."""
    return torch.tensor(plane).double().masked_fill_(torch.from_numpy(~counts), 0.0)
