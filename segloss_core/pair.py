"""The current pair: an image, one target and one prediction, checked once and frozen.

An 8-bit prediction has at most 256 different values, so it is kept as codes plus a table with the
logit of each code; a float prediction is kept as a plane of logits. Everything downstream keys its
caches on the digests here, because they cover every byte.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = Literal["probability", "hard", "float"]
Origin = Literal["sample", "upload"]
Array = NDArray[Any]

DEFAULT_CONFIDENCE = 0.95


def _frozen(array: Array) -> Array:
    """Give a contiguous array nobody can write to; copies only what somebody still could."""
    contiguous = np.ascontiguousarray(array)
    if not contiguous.flags.writeable and contiguous.base is None:
        return contiguous
    copy = contiguous.copy()
    copy.setflags(write=False)
    return copy


def _mirrored_levels() -> NDArray[np.float64]:
    grey = np.arange(128, 256, dtype=np.float64)
    upper = np.log((grey + 0.5) / (255.5 - grey))
    # The lower half is the negated upper half, not computed again: flipping target and prediction
    # then flips every loss exactly, not just to rounding.
    return _frozen(np.concatenate([-upper[::-1], upper]))


LEVELS: NDArray[np.float64] = _mirrored_levels()
"""Logit of every 8-bit grey g, for p = (g + 1/2) / 256: float64, shape (256,)."""


def confidence_code(confidence: float) -> int:
    """Give the grey, 128 to 255, whose probability (g + 1/2) / 256 is nearest to `confidence`.

    Raises ValueError unless 0.5 < confidence < 1.
    """
    if not (isinstance(confidence, (int, float)) and 0.5 < confidence < 1.0):
        raise ValueError(f"confidence must lie strictly between 0.5 and 1, got {confidence!r}")
    return min(255, max(128, math.floor(confidence * 256)))


def _hard_table(code: int) -> NDArray[np.float64]:
    return _frozen(np.repeat([-LEVELS[code], LEVELS[code]], 128))


def _digest(tag: str, *arrays: Array | None) -> str:
    """Hash tag, dtypes, shapes and every byte: 16 bytes of BLAKE2b as 32 hex characters."""
    digest = hashlib.blake2b(tag.encode(), digest_size=16)
    for array in arrays:
        if array is None:
            digest.update(b"none;")
            continue
        digest.update(f"{array.dtype.str}{array.shape};".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _binary(mask: ArrayLike, what: str) -> NDArray[np.bool_]:
    """Read {0, 1}, {0, 255} or bool, H x W, as bool. Raises ValueError for anything else."""
    array = np.asarray(mask)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{what} must be H x W and not empty, got shape {array.shape}")
    if array.dtype == np.bool_:
        return array.astype(np.bool_)
    if not np.issubdtype(array.dtype, np.integer) and not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{what} must hold numbers, got dtype {array.dtype}")
    on = array != 0
    top = array.max()
    if top not in (0, 1, 255) or not bool(np.all(array[on] == top)):
        raise ValueError(f"{what} must hold only 0 and 1, or only 0 and 255")
    return np.asarray(on)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model said about every pixel: 8-bit codes with a table of logits, or float logits.

    Build one with `coded`, `hard` or `floating`. Arrays are read-only copies.

    codes: uint8 H x W, or None for a float prediction.
    table: float64 (256,), the logit of each code; None for a float prediction.
    plane: float32 or float64 H x W logits; None for a coded prediction.
    confidence: probability of the predicted class of a hard mask, on the grid (g + 1/2) / 256.
    clipped: how many probabilities of exactly 0 or 1 were moved to half a step of their dtype.
    """

    codes: NDArray[np.uint8] | None = field(repr=False)
    table: NDArray[np.float64] | None = field(repr=False)
    plane: Array | None = field(repr=False)
    kind: Kind
    confidence: float | None = None
    clipped: int = 0

    def __post_init__(self) -> None:
        """Check that the fields belong together. Raises ValueError if they do not."""
        if self.kind == "float":
            self._check_float()
        elif self.kind in ("probability", "hard"):
            self._check_coded()
        else:
            raise ValueError(f"kind must be probability, hard or float, got {self.kind!r}")

    def _check_float(self) -> None:
        plane = self.plane
        if plane is None or self.codes is not None or self.table is not None:
            raise ValueError("a float prediction has a plane and neither codes nor a table")
        if self.confidence is not None:
            raise ValueError("only a hard prediction has a confidence")
        if plane.dtype not in (np.float32, np.float64) or plane.ndim != 2 or plane.size == 0:
            raise ValueError(f"plane must be float H x W, got {plane.dtype} {plane.shape}")
        if not np.isfinite(plane).all():
            raise ValueError("plane must be finite everywhere")
        object.__setattr__(self, "plane", _frozen(plane))

    def _check_coded(self) -> None:
        codes = self.codes
        if codes is None or self.table is None or self.plane is not None:
            raise ValueError("a coded prediction has codes and a table and no plane")
        if codes.dtype != np.uint8 or codes.ndim != 2 or codes.size == 0:
            raise ValueError(f"codes must be uint8 H x W, got {codes.dtype} {codes.shape}")
        if self.kind == "hard":
            if self.confidence is None:
                raise ValueError("a hard prediction needs a confidence")
            code = confidence_code(self.confidence)
            if self.confidence != (code + 0.5) / 256:
                raise ValueError("confidence must lie on the grid (g + 1/2) / 256")
            expected = _hard_table(code)
        else:
            if self.confidence is not None:
                raise ValueError("only a hard prediction has a confidence")
            expected = LEVELS
        # The table follows from kind and confidence, so that a prediction cannot say one thing
        # and compute another.
        if not np.array_equal(self.table, expected):
            raise ValueError("table does not belong to this kind and confidence")
        object.__setattr__(self, "codes", _frozen(codes))
        object.__setattr__(self, "table", _frozen(self.table))

    @classmethod
    def coded(cls, codes: ArrayLike) -> Prediction:
        """Read 8-bit greys as probabilities (g + 1/2) / 256.

        codes: uint8 H x W. Raises ValueError for another dtype or shape.
        """
        return cls(np.asarray(codes), LEVELS, None, "probability")

    @classmethod
    def hard(cls, mask: ArrayLike, confidence: float = DEFAULT_CONFIDENCE) -> Prediction:
        """Read a drawn or thresholded mask: every pixel is right with probability `confidence`.

        mask: H x W of {0, 1}, {0, 255} or bool; kept as codes 0 and 255.
        confidence: strictly between 0.5 and 1, rounded to the grid (g + 1/2) / 256.
        Raises ValueError for other values or shapes.
        """
        code = confidence_code(confidence)
        codes = _binary(mask, "a hard prediction").astype(np.uint8) * np.uint8(255)
        return cls(codes, _hard_table(code), None, "hard", (code + 0.5) / 256)

    @classmethod
    def floating(cls, probabilities: ArrayLike) -> Prediction:
        """Keep float probabilities exact, as logits.

        probabilities: float16, float32 or float64 H x W in [0, 1]. Exactly 1 becomes 1 minus half
        a step of the dtype and exactly 0 becomes half a step (less, where smaller probabilities
        occur, so that 0 stays the least likely); `clipped` counts them. float16 is kept as float32.
        Raises ValueError for other dtypes, shapes, non-finite values or values outside [0, 1].
        """
        p = np.asarray(probabilities)
        if p.dtype not in (np.float16, np.float32, np.float64) or p.ndim != 2 or p.size == 0:
            raise ValueError(f"probabilities must be float H x W, got {p.dtype} {p.shape}")
        # Written so that NaN fails too.
        if not bool(np.all((p >= 0) & (p <= 1))):
            raise ValueError("probabilities must lie in [0, 1]")
        half_step = float(np.finfo(p.dtype).epsneg) / 2
        zero, one = p == 0, p == 1
        wide = p.astype(np.float64)
        least = float(np.min(wide, where=~zero, initial=half_step))
        wide[zero] = least
        # The complement is written down rather than subtracted: 1 - 2**-54 rounds to 1.
        complement = 1.0 - wide
        complement[one] = half_step
        logits = np.log(wide) - np.log(complement)
        plane = logits.astype(np.float64 if p.dtype == np.float64 else np.float32)
        return cls(None, None, plane, "float", None, int(zero.sum() + one.sum()))

    @classmethod
    def from_logits(cls, logits: ArrayLike) -> Prediction:
        """Keep finite logits as they are.

        logits: float32 or float64 H x W. Raises ValueError for anything else.
        """
        return cls(None, None, np.asarray(logits), "float")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        array = self.codes if self.codes is not None else self.plane
        assert array is not None
        return array.shape[0], array.shape[1]

    @property
    def code_probabilities(self) -> NDArray[np.float64] | None:
        """Probability of each code, float64 (256,), exact; None for a float prediction."""
        if self.kind == "float":
            return None
        if self.confidence is not None:
            return np.repeat([1.0 - self.confidence, self.confidence], 128)
        return (np.arange(256) + 0.5) / 256

    def logits(self) -> NDArray[np.float64]:
        """Dense logits, float64 H x W."""
        if self.codes is not None and self.table is not None:
            return np.take(self.table, self.codes)
        assert self.plane is not None
        return self.plane.astype(np.float64)

    def probabilities(self) -> NDArray[np.float64]:
        """Dense probabilities of the foreground, float64 H x W."""
        levels = self.code_probabilities
        if self.codes is not None and levels is not None:
            return np.take(levels, self.codes)
        return 1.0 / (1.0 + np.exp(-self.logits()))

    def hard_mask(self, threshold: float = 0.5) -> NDArray[np.uint8]:
        """Foreground where p > threshold (ties to background): uint8 0/1, H x W."""
        levels = self.code_probabilities
        if self.codes is not None and levels is not None:
            return np.take((levels > threshold).astype(np.uint8), self.codes)
        if threshold == 0.5:
            # Decided on the logit, which does not round at small values.
            return (self.logits() > 0).astype(np.uint8)
        return (self.probabilities() > threshold).astype(np.uint8)

    def with_confidence(self, confidence: float) -> Prediction:
        """Give the same hard mask with another confidence; the codes object is shared.

        Raises ValueError if this is not a hard prediction or confidence is not in (0.5, 1).
        """
        if self.kind != "hard":
            raise ValueError("only a hard prediction has a confidence")
        code = confidence_code(confidence)
        return replace(self, table=_hard_table(code), confidence=(code + 0.5) / 256)

    @cached_property
    def digest(self) -> str:
        """Name the pixels: changes with shape, codes or plane, not with the confidence."""
        return _digest("prediction", self.codes, self.plane)

    @cached_property
    def state_digest(self) -> str:
        """Name everything that changes a number: pixels, kind and confidence."""
        return _digest(f"state;{self.digest};{self.kind}", self.table)


@dataclass(frozen=True, eq=False)
class Pair:
    """One image (optional), one binary target and one prediction of the same size.

    image: uint8 H x W or H x W x 3, or None.  target: uint8 H x W of 0 and 1.
    ignored: bool H x W, pixels that count nowhere, or None; none at all are None. The target is 0
        there, whatever was given.
    names: role ("image", "target", "prediction") to file name, shown as text only.
    notes: sentences for badges.  Raises ValueError when shapes, dtypes or values do not fit.
    """

    image: NDArray[np.uint8] | None = field(repr=False)
    target: NDArray[np.uint8] = field(repr=False)
    prediction: Prediction
    name: str
    origin: Origin = "sample"
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ignored: NDArray[np.bool_] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check dtypes, values and that all planes have one size."""
        target, image = self.target, self.image
        if target.dtype != np.uint8 or target.ndim != 2 or target.size == 0:
            raise ValueError(f"target must be uint8 H x W, got {target.dtype} {target.shape}")
        if int(target.max()) > 1:
            raise ValueError(f"target must hold only 0 and 1, got {int(target.max())}")
        if self.prediction.size != target.shape:
            raise ValueError(
                f"prediction is {self.prediction.size}, target is {target.shape} (height, width)"
            )
        if image is not None:
            if image.dtype != np.uint8 or not (
                image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
            ):
                raise ValueError(
                    f"image must be uint8 H x W or H x W x 3, got {image.dtype} {image.shape}"
                )
            if image.shape[:2] != target.shape:
                raise ValueError(
                    f"image is {image.shape[:2]}, target is {target.shape} (height, width)"
                )
            object.__setattr__(self, "image", _frozen(image))
        if self.origin not in ("sample", "upload"):
            raise ValueError(f"origin must be sample or upload, got {self.origin!r}")
        object.__setattr__(self, "target", _frozen(self._without_ignored(target)))
        object.__setattr__(self, "names", dict(self.names))
        object.__setattr__(self, "notes", tuple(self.notes))

    def _without_ignored(self, target: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The target with background where it is ignored: one pair, one digest."""
        ignored = self.ignored
        if ignored is None:
            return target
        if ignored.dtype != np.bool_ or ignored.shape != target.shape:
            raise ValueError(
                f"ignored must be bool {target.shape}, got {ignored.dtype} {ignored.shape}"
            )
        if not bool(ignored.any()):
            object.__setattr__(self, "ignored", None)
            return target
        object.__setattr__(self, "ignored", _frozen(ignored))
        return np.where(ignored, np.uint8(0), target)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.target.shape[0], self.target.shape[1]

    @cached_property
    def counted(self) -> int:
        """How many pixels count: all but the ignored ones."""
        skipped = 0 if self.ignored is None else int(np.count_nonzero(self.ignored))
        return self.target.size - skipped

    @cached_property
    def prevalence(self) -> float:
        """The object's part of the pixels that count; 0 where none does."""
        return int(np.count_nonzero(self.target)) / max(1, self.counted)

    @cached_property
    def image_digest(self) -> str:
        """Name the image's pixels; a pair without an image has one fixed name."""
        return _digest("image", self.image)

    @cached_property
    def target_digest(self) -> str:
        """Name the target's pixels, and those that are ignored."""
        planes = [self.target] if self.ignored is None else [self.target, self.ignored]
        return _digest("target", *planes)

    @cached_property
    def digest(self) -> str:
        """Name everything that changes a picture or a number; names and notes do not."""
        parts = f"{self.image_digest};{self.target_digest};{self.prediction.state_digest}"
        return _digest(f"pair;{parts}")
