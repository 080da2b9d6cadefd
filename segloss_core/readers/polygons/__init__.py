"""Files of outlines become planes of class numbers: Cityscapes, IDD, LabelMe, COCO and YOLO."""

from __future__ import annotations

from collections.abc import Sequence

from ..classes import Labelled
from ..errors import ReadError
from ..limits import Limits
from ..names import quoted
from . import cityscapes, coco, labelme, yolo
from .document import parsed
from .paint import painted
from .shapes import Drawing, Refused

__all__ = ["is_yolo", "paint"]

is_yolo = yolo.fits


def paint(
    data: bytes,
    name: str,
    *,
    size: tuple[int, int] | None,
    classes: Sequence[str] | None,
    picture: str | None,
    limits: Limits,
) -> Labelled:
    """Read a JSON or YOLO file and paint its objects.

    size: (height, width) in pixels the result has to have, or None for what the file says.
    classes: names of the classes 1, 2, …, or None for those of the file.
    picture: file name of the one that is meant, where the file speaks of several.

    Raises ReadError: json, schema, geometry, no_objects, ambiguous, size_mismatch, bad_labels,
    range, too_large, corrupt.
    """
    try:
        found = _drawing(data, size, classes, picture, limits)
        _check_size(found, size, limits)
        return painted(found, classes, limits)
    except Refused as refused:
        raise ReadError(refused.code, f"{quoted(name)} {refused.text}", refused.asks) from None
    except MemoryError:
        raise ReadError(
            "too_large", f"{quoted(name)} needs more memory than there is. Make it smaller."
        ) from None


def _drawing(
    data: bytes,
    size: tuple[int, int] | None,
    classes: Sequence[str] | None,
    picture: str | None,
    limits: Limits,
) -> Drawing:
    if is_yolo(data):
        return yolo.drawing(data, size, classes, limits)
    document = parsed(data, limits)
    if coco.fits(document):
        return coco.drawing(document, picture, limits)
    if cityscapes.fits(document):
        return cityscapes.drawing(document, limits)
    if labelme.fits(document):
        return labelme.drawing(document, size, limits)
    raise Refused(
        "schema",
        "is JSON, but of no known kind: LabelMe (`shapes`), Cityscapes or IDD (`imgHeight`, "
        "`imgWidth`, `objects`) and COCO (`images`, `annotations`) are read. Export it as one of "
        "these, or as a PNG mask.",
    )


def _check_size(found: Drawing, size: tuple[int, int] | None, limits: Limits) -> None:
    height, width = found.size
    if height * width > limits.pixels:
        shown = " × ".join(f"{n:,}" if n < 10**9 else "very many" for n in (width, height))
        raise Refused(
            "too_large",
            f"is for a picture of {shown} pixels (width × height); up to {limits.pixels:,} in all "
            "are read. Make the picture smaller.",
        )
    if size is not None and (height, width) != tuple(size):
        raise Refused(
            "size_mismatch",
            f"is for a picture of {width} × {height} pixels (width × height), the pair is "
            f"{size[1]} × {size[0]}. Choose the file of this picture.",
        )
