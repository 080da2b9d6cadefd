"""Planes of class numbers: kept as they are, or cut down to one class against all else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ReadError
from .labels import as_labels, different
from .names import quoted
from .reading import Raster

_LISTED = 8


@dataclass(frozen=True, eq=False)
class Labelled:
    """A plane of class numbers.

    labels: uint8, uint16 or int32 H x W; a stack has one leading axis.  names: of the numbers from
    0 on, or () where the file has none.  notes: sentences for badges.
    raster: what they were taken from, where that is a picture.
    ignored: bool like labels where a pixel is not judged, or None.
    """

    labels: NDArray[Any]
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    raster: Raster | None = None
    ignored: NDArray[np.bool_] | None = None


def labelled(raster: Raster, name: str, ignore: int | None = None) -> Labelled:
    """Take a picture's greys or palette indices as class numbers, however large they are.

    ignore: the number of pixels that are not judged, which may then be -1; -1 becomes 255.
    Raises ReadError bad_labels for colours, lossy pictures and what `as_labels` refuses.
    """
    array = raster.array
    if array.ndim - raster.stacked != 2:
        raise ReadError("bad_labels", f"{quoted(name)} holds colours, not numbers of classes.")
    if raster.lossy:
        raise ReadError(
            "bad_labels",
            f"{quoted(name)} is a lossy picture, which changes numbers of classes. Save it as PNG.",
        )
    array, notes = as_labels(raster, name, ignore)
    skipped = None if ignore is None else array == (255 if ignore == -1 else ignore)
    if skipped is not None and not bool(skipped.any()):
        skipped = None
    return Labelled(array, raster.class_names, notes, raster, skipped)


def one_class(plane: Labelled, class_: str | int | None, name: str) -> Labelled:
    """Give 1 where the chosen class is and 0 elsewhere; None takes the only class there is.

    Raises ReadError: ambiguous where there are several and none is chosen, bad_labels where the
    chosen one does not exist.
    """
    number = _number(plane, class_, name)
    called = plane.names[number] if number < len(plane.names) else str(number)
    mask = (plane.labels == number).astype(np.uint8)
    notes = plane.notes
    if class_ is not None:
        notes += (f"Class {_span(called)} against everything else",)
        if not bool(mask.any()):
            notes += (f"Class {_span(called)} does not occur",)
    return Labelled(mask, plane.names, notes, plane.raster, plane.ignored)


def _number(plane: Labelled, class_: str | int | None, name: str) -> int:
    occurring = [number for number in different(plane.labels) if number]
    if class_ is None:
        if len(occurring) < 2:
            return occurring[0] if occurring else 1
        raise ReadError(
            "ambiguous",
            f"{quoted(name)} holds {len(occurring)} classes: {_listed(plane, occurring)}. Choose "
            "one of them as the object.",
        )
    known = range(len(plane.names)) if plane.names else (0, *occurring)
    if isinstance(class_, str) and class_ in plane.names:
        return plane.names.index(class_)
    # A class of a volume need not be on every slice.
    many = plane.raster is not None and plane.raster.pages > 1
    if isinstance(class_, int) and (class_ in known or (many and class_ >= 0)):
        return class_
    raise ReadError(
        "bad_labels",
        f"{quoted(name)} has no class of the chosen name or number; it holds "
        f"{_listed(plane, occurring) or 'only background'}. Choose one of these.",
    )


def _listed(plane: Labelled, numbers: list[int]) -> str:
    shown = ", ".join(
        _span(plane.names[number][:30]) if number < len(plane.names) else str(number)
        for number in numbers[:_LISTED]
    )
    rest = len(numbers) - _LISTED
    return shown + (f" and {rest} more" if rest > 0 else "")


def _span(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"
