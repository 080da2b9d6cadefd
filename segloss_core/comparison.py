"""Compare losses on one pair, and two predictions of one target: what each says, who pays it.

A `Ledger` keeps one `Standing` per loss and setting. Of losses that look at places it keeps small
pictures and sums instead of planes, so that all of them fit beside each other at any size.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from .kinds import IGNORED
from .moves import blurred, grown, shifted, tempered
from .pair import Prediction
from .spec import Loss
from .study import Study, Value

Array = NDArray[np.float64]
Rival = Literal["shift", "grow", "blur", "sure", "confidence"]
Setting = Mapping[str, float | None]

SMALL = 128  # pixels along the longer side of a small picture
WIDEST = 64  # pixels: the widest boundary band that is kept
_RINGS = 2 * WIDEST + 2  # half a pixel wide each; the last one is everything beyond
_SAME = 1e-12  # of the value: differences below are rounding
_WORKERS = 2
_RIVALS = 4  # kept per study
_KEEPING = Lock()


# ---- one prediction, every loss ------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What one loss says of a prediction.

    `share` and `gradient` are tables of 512 kinds when `coded`, else small pictures (`small`).
    The parts paid are fractions of the value above its floor, None where nothing is paid.
    """

    value: Value
    gradient_norm: float
    coded: bool
    share: Array
    gradient: Array
    share_top: float
    gradient_top: float
    false_positives: float | None
    false_negatives: float | None
    near: Array | None

    def within(self, width: float) -> float | None:
        """The part paid within a distance of the contour, known to half a pixel, up to WIDEST."""
        if self.near is None:
            return None
        return float(self.near[int(2 * min(width, WIDEST) + 1e-9)])


class Once:
    """A question to losses whose answers are kept, and which can say what it knows already."""

    def __init__(self, ask: Callable[..., Any], most: int = 512) -> None:
        self._ask, self._most = ask, most
        self._found: dict[Hashable, Any] = {}

    def __call__(self, loss: Loss, **dials: float | None) -> Any:
        """The answer, worked out if need be."""
        key = (loss.name, *dials.items())
        if key not in self._found:
            found = self._ask(loss, **dials)
            while len(self._found) >= self._most:
                self._found.pop(next(iter(self._found)), None)
            self._found[key] = found
        return self._found[key]

    def known(self, loss: Loss, **dials: float | None) -> Any | None:
        """The answer if it has been worked out."""
        return self._found.get((loss.name, *dials.items()))


class Ledger:
    """Every loss on one study, each worked out once."""

    def __init__(self, study: Study, threshold: float) -> None:
        self.study = study
        object_, said = study.pair.target > 0, study.pair.prediction.hard_mask(threshold) > 0
        self._verdict = (said + 2 * object_).astype(np.uint8)  # 1: FP, 2: FN
        if study.has_kinds:
            first = np.zeros(IGNORED + 1, dtype=np.uint8)
            first[study.code] = self._verdict  # all pixels of a kind stand alike
            self._of_kind = first[:IGNORED]
        ring = np.ceil(np.minimum(2 * study.outline_distance, _RINGS - 1))
        self._ring = ring.astype(np.int64)
        self.of = Once(self._of)

    @cached_property
    def _rings(self) -> Array:
        """How many pixels of each kind lie in each ring around the contour, (512, rings)."""
        at = self.study.code.astype(np.int64) * _RINGS + self._ring
        counted = np.bincount(at.ravel(), minlength=(IGNORED + 1) * _RINGS)
        return counted.reshape(IGNORED + 1, -1)[:IGNORED].astype(np.float64)

    def _of(self, loss: Loss, **dials: float | None) -> Standing:
        study = self.study
        maps = study.maps(loss, **dials)
        total = maps.value - maps.floor
        relative = study.relative(total, loss, **dials)
        value = Value(maps.value, maps.floor, maps.note, relative)
        share, slope = maps.share, maps.gradient
        if maps.coded:
            paid = share * study.kinds.count
            norm = float(np.sqrt((study.kinds.count * slope**2).sum()))
            parts: NDArray[Any] = np.bincount(self._of_kind, weights=paid, minlength=4)
            near: NDArray[Any] = share @ self._rings
        else:
            norm = float(np.sqrt((slope**2).sum()))
            parts = np.bincount(self._verdict.ravel(), weights=share.ravel(), minlength=4)
            rings = self._ring.ravel()
            near = np.bincount(rings, weights=share.ravel(), minlength=_RINGS)
            share, slope = small(share), small(slope)
        whole = float(parts.sum())
        pays = whole > 0
        return Standing(
            value, norm, maps.coded, share, slope, maps.share_top, maps.gradient_top,
            float(parts[1]) / whole if pays else None,
            float(parts[2]) / whole if pays else None,
            np.minimum(np.cumsum(near) / whole, 1.0) if pays else None,
        )  # fmt: skip


def ledger(study: Study, threshold: float = 0.5) -> Ledger:
    """The study's ledger; the newest threshold's is kept with it."""
    kept = study.kept.get("ledger")
    if kept is None or kept[0] != threshold:
        kept = study.kept["ledger"] = (threshold, Ledger(study, threshold))
    return kept[1]


def values(study: Study) -> Once:
    """The value of every loss on a study, kept with it."""
    return study.kept.setdefault("values", Once(study.value))


def small(plane: Array, side: int = SMALL) -> Array:
    """A picture of at most `side` pixels a side, each the largest |value| of those it covers.

    Thin mistakes must not vanish.
    """
    k = -(-max(plane.shape) // side)
    if k == 1:
        return plane
    down, right = (-n % k for n in plane.shape)
    padded = np.pad(plane, ((0, down), (0, right)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // k, k, padded.shape[1] // k, k)
    high, low = blocks.max((1, 3)), blocks.min((1, 3))
    return np.where(high >= -low, high, low)


def shrunk(plane: NDArray[Any], side: int = SMALL) -> Array:
    """A picture of at most `side` pixels a side by means, for predictions and masks."""
    k = -(-max(plane.shape) // side)
    down, right = (-n % k for n in plane.shape)
    padded = np.pad(plane.astype(np.float64), ((0, down), (0, right)), mode="edge")
    return padded.reshape(padded.shape[0] // k, k, padded.shape[1] // k, k).mean((1, 3))


def work_out(
    ask: Callable[[Loss, Setting], Any],
    losses: Sequence[tuple[Loss, Setting]],
    progress: Callable[[float], None] = lambda done: None,
    slow: Callable[[Loss], bool] = lambda loss: loss.positional,
) -> list[Any]:
    """Ask about every loss; the answers in the order of the losses.

    The slow ones are asked two at a time, in threads that each compute single-threaded like every
    page; the quick ones would only wait for each other. `progress` is called here.
    """
    found: dict[int, Any] = {}
    with ThreadPoolExecutor(_WORKERS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        begun: dict[int, Future[Any]] = {}
        try:
            for i, (loss, setting) in enumerate(losses):
                if slow(loss):
                    begun[i] = pool.submit(ask, loss, setting)
            for i, (loss, setting) in enumerate(losses):
                found[i] = begun[i].result() if i in begun else ask(loss, setting)
                done = sum(
                    j in found or (j in begun and begun[j].done()) for j in range(len(losses))
                )
                progress(done / len(losses))
        finally:  # a page that is left stops asking
            for future in begun.values():
                future.cancel()
    return [found[i] for i in range(len(losses))]


# ---- two predictions of one target ---------------------------------------------------------------


def rival(study: Study, how: Rival, amount: float) -> Study:
    """The same target with the prediction changed: B beside A.

    shift: pixels to the right; grow: pixels (below 0 shrinks); blur: σ in pixels; sure: logits
    times so much; confidence: of a hard mask. Raises ValueError for another way, a blur below 0,
    a factor that is not positive and a confidence of what is no hard mask.
    """
    prediction = study.pair.prediction
    if how == "confidence":
        return study.with_confidence(amount)
    if how in ("shift", "grow"):

        def move(plane: torch.Tensor) -> torch.Tensor:
            return shifted(plane, round(amount), 0) if how == "shift" else grown(plane, amount)

        # No new grey level appears, so codes stay codes: what is cheap stays cheap.
        if prediction.codes is not None:
            codes = move(torch.from_numpy(prediction.codes.astype(np.float32))).numpy()
            codes = codes.astype(np.uint8)
            if prediction.confidence is not None:
                return _beside(study, Prediction.hard(codes, prediction.confidence))
            return _beside(study, Prediction.coded(codes))
        return _beside(study, _of_logits(move(_logits(study))))
    if how == "blur":
        return _beside(study, _of_logits(blurred(_logits(study), amount)))
    if how == "sure":
        if not amount > 0:
            raise ValueError(f"logits are multiplied by a positive number, got {amount!r}")
        surer = _of_logits(tempered(_logits(study), 1 / amount, 0))
        if prediction.table is None:
            return _beside(study, surer)
        # As many levels as before: kinds of pixel still answer for most losses.
        levels = tempered(torch.from_numpy(prediction.table.copy()), 1 / amount, 0)
        return study.with_levels(surer, levels.numpy(), keep=0)
    raise ValueError(f"a rival is shift, grow, blur, sure or confidence, got {how!r}")


def _beside(study: Study, prediction: Prediction) -> Study:
    """Only its newest maps are kept: many visitors try many of them on one sample."""
    return study.with_prediction(prediction, keep=0)


def _logits(study: Study) -> torch.Tensor:
    return torch.from_numpy(study.pair.prediction.logits())


def _of_logits(z: torch.Tensor) -> Prediction:
    return Prediction(None, None, z.contiguous().numpy(), "float")


def rival_of(study: Study, how: Rival, amount: float) -> Study:
    """`rival`, those that were asked for last kept with the study."""
    kept: dict[tuple[Rival, float], Study] = study.kept.setdefault("rivals", {})
    key = (how, amount)
    found = kept.get(key)
    if found is None:
        found = rival(study, how, amount)
    with _KEEPING:  # visitors share a sample, and ask at once
        found = kept.pop(key, found)
        kept[key] = found  # the newest is last
        while len(kept) > _RIVALS:
            del kept[next(iter(kept))]
    return found


@dataclass(frozen=True)
class Preference:
    """Which of A and B a loss finds better: "A", "B", "" for a draw, None where one is undefined.

    `by` is how much better in units of the constant guess's cost, None without that yardstick.
    """

    side: Literal["A", "B", ""] | None
    by: float | None


def prefer(a: Value, b: Value) -> Preference:
    """Compare two values of one loss on one target.

    An undefined case of both alike (it lies in the target) is measured alike; of one alone it is
    no measure.
    """
    if a.note is not b.note:
        return Preference(None, None)
    by = None
    if a.relative is not None and b.relative is not None:
        by = abs(a.relative - b.relative)
    if abs(a.value - b.value) <= _SAME * max(abs(a.value), abs(b.value)):
        return Preference("", None if by is None else 0.0)
    return Preference("A" if a.value < b.value else "B", by)


@dataclass(frozen=True)
class Vote:
    """How the losses are divided. `minority` is the side that fewer prefer, "" if they agree."""

    a: int
    b: int
    draws: int
    undefined: int
    minority: Literal["A", "B", ""]


def count_votes(preferences: Sequence[Preference]) -> Vote:
    """Count who prefers what; at a tie B is the minority, for A was there first."""
    sides = [found.side for found in preferences]
    a, b = sides.count("A"), sides.count("B")
    minority: Literal["A", "B", ""] = "" if 0 in (a, b) else "A" if a < b else "B"
    return Vote(a, b, sides.count(""), sides.count(None), minority)


def disagreeing_first(preferences: Mapping[str, Preference]) -> list[str]:
    """The losses' names: the minority's first, each side by how much it prefers."""
    minority = count_votes(list(preferences.values())).minority
    ranks = {minority: 0, "B" if minority == "A" else "A": 1, "": 2, None: 3}
    if not minority:
        ranks = {"A": 0, "B": 0, "": 2, None: 3}

    def place(name: str) -> tuple[int, float]:
        found = preferences[name]
        return ranks[found.side], -(found.by if found.by is not None else -1.0)

    return sorted(preferences, key=place)
