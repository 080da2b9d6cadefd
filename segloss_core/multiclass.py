"""Losses over all classes at once: cross-entropy of a softmax, and generalized Dice.

Here the classes share each pixel; in `classes` every class stands alone against the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from .classes import Scale, labels_of
from .pair import DEFAULT_CONFIDENCE, confidence_code

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
    truth, counts, absent = _truth(target, classes, ignore)
    log_p = _log_p(prediction, truth.shape, classes, scale, counts, confidence)
    if scale == "sigmoid":
        return OverAll(None, NO_CHOICE, absent)
    if not bool(counts.any()):
        return OverAll(None, NOTHING, absent)
    own = log_p.gather(0, truth[None])[0]
    return OverAll(-float(own[counts].mean()), "", absent)


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
    truth, counts, absent = _truth(target, classes, ignore)
    log_p = _log_p(prediction, truth.shape, classes, scale, counts, confidence)
    if not bool(counts.any()):
        return OverAll(None, NOTHING, absent)
    p = log_p.exp()[:, counts]
    y = torch.nn.functional.one_hot(truth[counts], classes).T.double()
    n = y.sum(1)
    weight = torch.where(n > 0, n, n[n > 0].min()).pow(-2)
    both, all_ = (weight * (p * y).sum(1)).sum(), (weight * (p.sum(1) + n)).sum()
    return OverAll(float(1 - 2 * both / all_), "", absent)


def _truth(
    target: ArrayLike, classes: int, ignore: int | None
) -> tuple[Tensor, Tensor, tuple[int, ...]]:
    """Labels (0 where ignored), which pixels count, and which classes are absent."""
    labels = labels_of(target, "target")
    counts = np.ones(labels.shape, dtype=bool) if ignore is None else labels != ignore
    judged = np.where(counts, labels, 0).astype(np.int64)
    if classes < 2:
        raise ValueError(f"several classes are two at least, got {classes}")
    if int(judged.min()) < 0 or int(judged.max()) >= classes:
        raise ValueError(
            f"labels lie from 0 to {classes - 1}, found {int(judged.min())} to {int(judged.max())}"
        )
    seen = np.bincount(judged[counts], minlength=classes)
    absent = tuple(np.flatnonzero(seen == 0).tolist())
    return torch.from_numpy(judged), torch.from_numpy(counts), absent


def _log_p(
    prediction: ArrayLike,
    size: tuple[int, ...],
    classes: int,
    scale: Scale,
    counts: Tensor,
    confidence: float,
) -> Tensor:
    """ln p of every class, float64 C x H x W; anything finite where pixels are ignored."""
    if scale == "labels":
        said = labels_of(prediction, "prediction").astype(np.int64)
        if said.shape != size:
            raise ValueError(f"prediction must be {tuple(size)}, got shape {said.shape}")
        sure = (confidence_code(confidence) + 0.5) / 256
        own = torch.arange(classes)[:, None, None] == torch.from_numpy(said)
        return torch.where(own, sure, (1 - sure) / (classes - 1)).double().log()
    if scale not in ("probabilities", "softmax", "sigmoid"):
        raise ValueError(f"scale must be labels, probabilities, softmax or sigmoid, got {scale!r}")
    array = np.asarray(prediction)
    if array.shape != (classes, *size) or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(
            f"prediction must be floats {(classes, *size)}, got {array.dtype} {array.shape}"
        )
    planes = torch.where(counts, torch.tensor(array).double(), 0.0)
    if not bool(torch.isfinite(planes).all()):
        raise ValueError(f"{scale} must be finite where they count")
    if scale == "softmax":
        return planes.log_softmax(0)
    if scale == "sigmoid":
        return torch.nn.functional.logsigmoid(planes)
    if not bool(((planes >= 0) & (planes <= 1)).all()):
        raise ValueError("probabilities must lie in [0, 1]")
    return planes.clamp_min(float(np.finfo(array.dtype).epsneg) / 2).log()
