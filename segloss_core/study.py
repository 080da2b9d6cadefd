"""Answer everything a page asks of one pair: by kinds of pixel where they suffice, else densely."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import gcd
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .arithmetic import Worked, worked
from .geometry import contour, distance_to
from .kinds import Kinds, code, count, tables, unfold, value_of
from .maps import Wrt, answer_at
from .metrics import Metric, metrics
from .pair import Pair, Prediction
from .payers import Payers, payers
from .pixels import Kept, Pixels
from .placed import Places, Unplaced
from .spec import Answer, Loss, Note

Array = NDArray[np.float64]

BAND = 3.0  # pixels from the target's contour that count as its boundary band
LARGE = 3 << 19  # pixels above which some losses that look at places take seconds each
_KEPT_BYTES = 128 << 20  # of dense maps, per pair; the newest two are kept however large


@dataclass(frozen=True)
class Value:
    """A loss's value on the pair; `relative` is 1 for a constant guess of the mask's prevalence.

    `relative` is None where that guess is an undefined case of the loss (it has no outline).
    """

    value: float
    floor: float
    note: Note | None
    relative: float | None


@dataclass(frozen=True)
class Maps:
    """Share and gradient: tables of 512 kinds when `coded`, else planes H×W. Floats are float64.

    `count` is how many pixels are of each kind, None for planes.
    """

    value: float
    floor: float
    note: Note | None
    share: Array
    gradient: Array
    count: NDArray[np.int64] | None = None

    @property
    def coded(self) -> bool:
        """Whether share and gradient are tables."""
        return self.count is not None

    @cached_property
    def share_top(self) -> float:
        """Where the colours of the share end."""
        return _top(self.share, self.count)

    @cached_property
    def gradient_top(self) -> float:
        """Where the colours of the gradient end, on either side."""
        return _top(self.gradient, self.count)


class Study:
    """One pair, made ready: counted once, distance fields of the target kept."""

    def __init__(
        self, pair: Pair, device: torch.device | str = "cpu", keep: int = _KEPT_BYTES
    ) -> None:
        self.pair, self.device = pair, torch.device(device)
        self.fields: Kept = {}
        self.kept: dict[Hashable, Any] = {}  # what others have worked out of this pair
        kept = max(2, keep // (16 * pair.target.size))
        self.value = lru_cache(maxsize=1024)(self._value)
        self.maps = lru_cache(maxsize=min(64, kept))(self._maps)
        self.metrics = lru_cache(maxsize=16)(self._metrics)
        self.band_of = lru_cache(maxsize=8)(self._band_of)
        self.yardstick = lru_cache(maxsize=1024)(self._yardstick)

    def with_confidence(self, confidence: float) -> Study:
        """The same hard prediction, surer or less sure; counts and fields are shared."""
        prediction = self.pair.prediction.with_confidence(confidence)
        other = self.with_prediction(prediction)
        other.__dict__["code"] = self.code
        if prediction.table is not None:
            other.__dict__["kinds"] = self.kinds.at_levels(prediction.table)
        return other

    def with_levels(self, prediction: Prediction, logits: Array, keep: int = _KEPT_BYTES) -> Study:
        """A float prediction whose logits are those of this pair's codes under another table.

        `logits` (256,) is that table: the counts are shared, and kinds of pixel answer as before.
        Raises ValueError where this pair is not coded, or the table does not give the prediction.
        """
        codes = self.pair.prediction.codes
        if codes is None or not np.array_equal(np.take(logits, codes), prediction.logits()):
            raise ValueError("the table does not give these logits")
        other = self.with_prediction(prediction, keep)
        other.__dict__["code"], other.__dict__["kinds"] = self.code, self.kinds.at_levels(logits)
        other.__dict__["_levels"] = 1.0 / (1.0 + np.exp(-logits))
        return other

    def with_prediction(self, prediction: Prediction, keep: int = _KEPT_BYTES) -> Study:
        """Another prediction of the same target: what is known of the target is shared.

        `keep` bytes of dense maps are kept.
        """
        other = Study(replace(self.pair, prediction=prediction), self.device, keep)
        other.fields, other.yardstick = self.fields, self.yardstick
        for name in ("outline", "outline_distance"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    # ---- what the pair is made of --------------------------------------------------------------

    @property
    def is_coded(self) -> bool:
        """Whether the prediction has at most 256 levels."""
        return self.pair.prediction.codes is not None

    @property
    def has_kinds(self) -> bool:
        """Whether the pixels are of at most 512 kinds: coded, or given levels of a coded pair."""
        return self.is_coded or "kinds" in self.__dict__

    def by_kinds(self, loss: Loss) -> bool:
        """Whether kinds of pixel answer for this loss."""
        return self.has_kinds and not loss.positional

    def at_leisure(self, loss: Loss) -> bool:
        """Whether the loss takes so long here that it should be worked out only when asked for."""
        return not self.by_kinds(loss) and self.pair.target.size > LARGE

    @cached_property
    def code(self) -> NDArray[np.uint16]:
        """The kind of every pixel, H×W."""
        assert self.pair.prediction.codes is not None
        return code(self.pair.prediction.codes, self.pair.target, self.pair.ignored)

    @cached_property
    def _levels(self) -> Array:
        """Probability of each of the 256 codes."""
        levels = self.pair.prediction.code_probabilities
        assert levels is not None
        return levels

    @cached_property
    def kinds(self) -> Kinds:
        """The pair, counted."""
        codes, table = self.pair.prediction.codes, self.pair.prediction.table
        assert codes is not None and table is not None
        if self.pair.ignored is not None or "code" in self.__dict__:
            return Kinds.of(self.code, table)
        return Kinds.of_pair(codes, self.pair.target, table)

    @cached_property
    def places(self) -> Places | None:
        """The coded pair for losses that look at places; None where tables would gain nothing."""
        pair = self.pair
        if not self.is_coded or self.device.type != "cpu" or pair.target.size < 2:
            return None
        if pair.ignored is not None:  # what is ignored is background to some fields, gone to others
            return None
        table = pair.prediction.table
        assert table is not None
        return Places(self.code, self.kinds.count, table, self.fields)

    def pixels(self) -> Pixels:
        """The dense pair on the device, in float64. Made anew: ten planes hang on it when used."""
        codes, levels = self.pair.prediction.codes, self.pair.prediction.table
        if codes is None or levels is None:
            z = torch.from_numpy(self.pair.prediction.logits()).to(self.device)
            return self._sharing(Pixels.from_logits(z, self._target, self.weight))
        # 256 levels, and z = 0 for ignored pixels: what depends on the logit alone is looked up.
        table = torch.tensor(np.append(levels, 0.0))[None]
        level = Pixels.from_logits(table, torch.zeros_like(table))
        if self.pair.ignored is not None:
            codes = np.where(self.pair.ignored, np.uint16(256), codes)

        def spread(x: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(np.take(x.numpy()[0], codes)).to(self.device)

        px = self._sharing(Pixels.from_logits(spread(level.z), self._target, self.weight))
        return px.knowing(**{k: spread(getattr(level, k)) for k in ("p", "q", "log_p", "log_q")})

    def _sharing(self, px: Pixels) -> Pixels:
        """The pixels with what is known of this target: one study has one, and ignores alike."""
        return Pixels(px.z, px.y, px.weight, fields=self.fields)

    @property
    def _target(self) -> torch.Tensor:
        return torch.tensor(self.pair.target, device=self.device)  # the pair's arrays are read-only

    @property
    def weight(self) -> torch.Tensor | None:
        """0 where a pixel is ignored and 1 elsewhere, on the device; None where all count."""
        if self.pair.ignored is None:
            return None
        return torch.from_numpy(~self.pair.ignored).to(self.device, torch.float64)

    # ---- one loss ------------------------------------------------------------------------------

    def _value(self, loss: Loss, **dials: float | None) -> Value:
        if self.by_kinds(loss):
            value, floor, note = value_of(loss, self.kinds, **dials)
        else:
            answer = self._answer(loss, **dials)
            value, floor, note = float(answer.value), float(answer.floor), answer.note
        return Value(value, floor, note, self.relative(value - floor, loss, **dials))

    def _answer(self, loss: Loss, **dials: float | None) -> Answer:
        """What the loss says of the dense pair, without gradients."""
        if self.places is not None:
            try:
                return self.places.answer(loss, **dials)
            except Unplaced:
                pass
        with torch.no_grad():
            return loss.at(self.pixels(), **dials)

    def relative(self, above: float, loss: Loss, **dials: float | None) -> float | None:
        """What a prediction costs above the floor, in units of the constant guess's cost."""
        guess = self.yardstick(loss, **dials)
        return None if guess is None else above / guess

    def _yardstick(self, loss: Loss, **dials: float | None) -> float | None:
        """What a constant prediction at the mask's prevalence costs above the floor.

        It is what knowing nothing else would say. An undefined case is no yardstick, nor is a mask
        of one class, which any guess gets right: then None.
        """
        target, counted = self.pair.target, self.pair.counted
        objects = int(np.count_nonzero(target))
        if objects in (0, counted):
            return None
        # Half a pixel of each class, as if the mask were drawn from more than this image.
        z = torch.tensor((objects + 0.5) / (counted - objects + 0.5), dtype=torch.float64).log()
        if loss.positional:
            guess = self._guessed(loss, float(z), **dials)
            value, floor, note = float(guess.value), float(guess.floor), guess.note
        else:  # two kinds of pixel: all are guessed alike
            number = np.zeros(512, dtype=np.int64)
            number[[0, 256]] = counted - objects, objects
            value, floor, note = value_of(loss, Kinds(number, np.full(256, float(z))), **dials)
        return value - floor if note is None and value > floor else None

    def _guessed(self, loss: Loss, z: float, **dials: float | None) -> Answer:
        """What a loss that looks at places says of one logit everywhere."""
        target = self.pair.target
        try:
            if self.device.type == "cpu" and self.pair.ignored is None:
                guess = code(np.zeros_like(target), target)
                return Places(guess, count(guess), np.full(256, z), self.fields).answer(
                    loss, **dials
                )
        except Unplaced:
            pass
        everywhere = torch.full(target.shape, z, dtype=torch.float64, device=self.device)
        with torch.no_grad():
            px = Pixels.from_logits(everywhere, self._target, self.weight)
            return loss.at(self._sharing(px), **dials)

    def _maps(self, loss: Loss, wrt: Wrt = "logit", **dials: float | None) -> Maps:
        if self.by_kinds(loss):
            t = tables(loss, self.kinds, wrt=wrt, **dials)
            return Maps(t.value, t.floor, t.note, t.share, t.gradient, self.kinds.count)
        answer, share, gradient = self._planes(loss, wrt, **dials)
        for plane in (share, gradient):
            plane.setflags(write=False)  # kept, and shared
        value, floor = answer.value.item(), torch.as_tensor(answer.floor).item()
        return Maps(value, floor, answer.note, share, gradient)

    def _planes(self, loss: Loss, wrt: Wrt, **dials: float | None) -> tuple[Answer, Array, Array]:
        """What a loss that looks at places says; share and gradient of every pixel."""
        if self.places is not None:
            try:
                return self.places.planes(loss, wrt=wrt, **dials)
            except Unplaced:
                pass
        answer, slope = answer_at(loss, self.pixels(), wrt=wrt, **dials)
        with torch.no_grad():
            share = answer.share().detach().cpu().numpy()
        return answer, share, slope.cpu().numpy()

    def dense(self, maps: Maps) -> tuple[Array, Array]:
        """Share and gradient as planes (H, W)."""
        if not maps.coded:
            return maps.share, maps.gradient
        return unfold(maps.share, self.code), unfold(maps.gradient, self.code)

    def worked(self, loss: Loss, at: tuple[int, int], **dials: float | None) -> Worked:
        """The share of the pixel in row `at[0]`, column `at[1]`, worked out.

        Raises ValueError for an ignored pixel, which has no share.
        """
        if self.pair.ignored is not None and self.pair.ignored[at]:
            raise ValueError(f"the pixel in row {at[0]}, column {at[1]} is ignored")
        if self.by_kinds(loss):
            px, where = self.kinds.pixels, (0, int(self.code[at]))
        else:
            px, where = self.pixels(), at
        with torch.no_grad():
            answer = loss.at(px, **dials)
        return worked(loss, px, answer, where, **{k: v for k, v in dials.items() if v is not None})

    def automatic(self, loss: Loss) -> dict[str, float]:
        """What the dials that may be automatic would be on this pair."""
        names = [name for name, dial in loss.dials.items() if dial.param.automatic]
        if not names:
            return {}
        px = self.kinds.pixels if self.by_kinds(loss) else self.pixels()
        terms = loss.at(px, **dict.fromkeys(names)).terms()
        return {name: float(terms[name]) for name in names}

    # ---- the picture as a whole ------------------------------------------------------------------

    def _metrics(self, threshold: float) -> tuple[Metric, ...]:
        hard = torch.from_numpy(self.pair.prediction.hard_mask(threshold).astype(bool))
        skipped = None if self.pair.ignored is None else torch.tensor(self.pair.ignored)
        return metrics(hard, torch.from_numpy(self.pair.target.astype(bool)), skipped)

    @property
    def _counts(self) -> NDArray[np.bool_]:
        """Which pixels count, H×W."""
        ignored = self.pair.ignored
        return np.ones(self.pair.size, dtype=bool) if ignored is None else ~ignored

    @cached_property
    def outline(self) -> NDArray[np.bool_]:
        """The target's contour."""
        return contour(torch.from_numpy(self.pair.target.astype(bool))).numpy()

    @cached_property
    def outline_distance(self) -> Array:
        """Distance of every pixel to the target's contour; infinite where there is none."""
        return distance_to(torch.from_numpy(self.outline)).numpy()

    def _band_of(self, width: float) -> NDArray[np.bool_]:
        """The pixels within so many pixels of the target's contour."""
        return self.outline_distance <= width

    @property
    def band(self) -> NDArray[np.bool_]:
        """The pixels within BAND of the target's contour."""
        return self.band_of(BAND)

    def payers(self, maps: Maps, threshold: float, width: float = BAND) -> Payers | None:
        """Who pays: concentration, and the parts of FP, FN and the boundary band."""
        if maps.coded:
            said = np.tile(self._levels > threshold, 2)
            object_, many = np.repeat([False, True], 256), self.kinds.count.astype(float)
            near = count(self.code[self.band_of(width)]).astype(float)
            wrong = (said & ~object_) * many, (~said & object_) * many
            return payers(maps.share, many, *wrong, near)
        said = self.pair.prediction.hard_mask(threshold).astype(bool).ravel()
        object_ = self.pair.target.astype(bool).ravel()
        here = self._counts.ravel()
        parts = (here, said & ~object_ & here, ~said & object_, self.band_of(width).ravel() & here)
        return payers(maps.share.ravel(), *(np.asarray(x, dtype=np.float64) for x in parts))

    def histogram(self, bins: int = 64) -> tuple[Array, Array, Array]:
        """Bin edges of p, and how many background and object pixels fall into each."""
        edges = np.linspace(0, 1, bins + 1)
        if self.is_coded:
            levels = self._levels
            background, object_ = self.kinds.count[:256], self.kinds.count[256:]
            parts = [np.histogram(levels, edges, weights=n)[0] for n in (background, object_)]
        else:
            p, y = self.pair.prediction.probabilities(), self.pair.target > 0
            parts = [np.histogram(p[where], edges)[0] for where in (~y & self._counts, y)]
        return edges, parts[0].astype(float), parts[1].astype(float)


_ENOUGH = 1 << 18  # pixels of a plane that are looked at for a colour range


def _top(x: Array, count: NDArray[np.int64] | None = None) -> float:
    """Where a colour scale ends: 98 % of the map's mass lies in pixels below it.

    By mass, not by number: mistakes are few, and a percentile of the pixels would end among those
    that pay nothing.
    """
    flat = x.ravel()
    if count is None:
        step = max(1, -(-flat.size // _ENOUGH))
        while step > 1 and gcd(step, x.shape[-1]) > 1:  # else whole columns would never be seen
            step += 1
        values = np.sort(np.abs(flat[::step]))
        mass = np.cumsum(values)
    else:
        magnitude = np.abs(flat)
        order = np.argsort(magnitude)
        values = magnitude[order]
        mass = np.cumsum(values * count[order])
    if not mass[-1] > 0:
        return 1.0
    return float(values[np.searchsorted(mass, 0.98 * mass[-1])])
