"""The one way in: bytes and a name become a Reading, or a ReadError says why not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from . import polygons
from .asked import Asked, Values
from .classes import labelled, one_class
from .errors import ReadError
from .formats import READABLE, Format, recognised
from .labels import as_labels
from .limits import LIMITS, Limits
from .names import clean_name, quoted
from .planes import no_such_page
from .reading import Raster, Reading, ReadingKind, Role, Scale
from .roles import as_image, as_prediction, as_target
from .sizes import check_bytes

_KINDS: dict[Role, ReadingKind] = {"image": "image", "target": "mask", "prediction": "prediction"}


def read(
    data: bytes,
    name: str,
    *,
    role: Role,
    size: tuple[int, int] | None = None,
    values: Values | None = None,
    class_: str | int | None = None,
    classes: Sequence[str] | None = None,
    picture: str | None = None,
    scale: Scale | None = None,
    page: int | None = None,
    member: str | None = None,
    axis: int | None = None,
    ignore: int | None = None,
    limits: Limits = LIMITS,
) -> Reading:
    """Read a file for one role, deciding its type from its content.

    data: the whole file.  name: its name, only shown.
    size: (height, width) in pixels it has to have, or None for any.
    values: how the values of a target or a hard prediction are meant: "labels" gives numbers of
        classes, as the file has them, 0 being the background; None means "binary".
    class_: name or number of the class that becomes 1 in a binary mask, all else 0; needed where
        a file of outlines holds several.
    classes: names of the classes 1, 2, … of a file of outlines (of YOLO's 0, 1, …), which gives
        them the same numbers in every file; None numbers those of this file.
    picture: file name of the picture that is meant in a COCO file of several.
    scale: how a prediction's values are meant; None guesses and says so in `assumptions`.
    page: which plane of a stack (TIFF page, slice, frame), counted from 0; None gives all.
    member: which part of a file with several named ones (arrays of an NPZ, segments).
    axis: which axis of a three-axis array counts its pages or colours; None tells from the shape
        or asks.
    ignore: a label that stands for pixels not judged, of labels or beside `class_`; -1 is allowed
        and becomes 255. A mask of one class says in `ignored` where they are.

    Raises ReadError with a `code` for anything wrong with the file, and nothing else for any
    bytes. Raises ValueError for a role, values or scale that does not exist.
    """
    if role not in _KINDS:
        raise ValueError(f"role must be image, target or prediction, got {role!r}")
    if values not in (None, "binary", "labels"):
        raise ValueError(f"values must be 'binary', 'labels' or None, got {values!r}")
    if values == "labels" and (role == "image" or scale == "probability" or class_ is not None):
        raise ValueError("values must be 'binary' or None for an image, probabilities or one class")
    if class_ is not None and (role == "image" or scale in ("probability", "logit")):
        raise ValueError("class_ must be None for an image and for probabilities")
    if scale not in (None, "probability", "logit", "hard"):
        raise ValueError(f"scale must be 'probability', 'logit', 'hard' or None, got {scale!r}")
    if page is not None and page < 0:
        raise ValueError(f"page must be 0 or more, got {page}")
    if ignore is not None and (ignore < -1 or (values != "labels" and class_ is None)):
        raise ValueError(f"ignore must be a label from -1 and goes with labels or class_: {ignore}")
    if ignore is not None and ignore == class_:
        raise ValueError(f"class_ and ignore must differ, both are {ignore}")
    row = _format_of(data, name, limits)
    meant: Values = "labels" if class_ is not None else values or "binary"
    asked = Asked(role, meant, size, page, member, axis, limits)
    if row.outlines or class_ is not None or (role == "prediction" and values == "labels"):
        return _of_classes(data, name, row, asked, values, class_, classes, picture, ignore)
    assert row.decode is not None
    raster = _one_page(row.decode(data, name, asked), name, asked)
    _check_size(raster, name, size)
    if role == "image":
        array, found, notes = as_image(raster, name)
    elif role == "target" and values == "labels":
        (array, notes), found = as_labels(raster, name, ignore), None
    elif role == "target":
        array, found, notes = as_target(raster, name)
    else:
        array, found, notes = as_prediction(raster, name, scale)
    return Reading(
        array=np.ascontiguousarray(array),
        kind=_KINDS[role],
        scale=found,
        class_names=raster.class_names,
        assumptions=(*_suffix_note(row, name), *notes),
        digest=hashlib.sha256(data).hexdigest(),
        name=clean_name(name),
        page=page,
        **_places(raster),
    )


def _of_classes(
    data: bytes,
    name: str,
    row: Format,
    asked: Asked,
    values: Values | None,
    class_: str | int | None,
    classes: Sequence[str] | None,
    picture: str | None,
    ignore: int | None,
) -> Reading:
    """Read a file as numbers of classes, or as one class of them."""
    role, size = asked.role, asked.size
    if role == "image":
        raise ReadError(
            "schema",
            f"{quoted(name)} holds outlines of objects and no picture. Choose it as a mask, and "
            "a PNG, JPEG, WebP or BMP as the picture.",
        )
    if row.outlines:
        plane = polygons.paint(
            data, name, size=size, classes=classes, picture=picture, limits=asked.limits
        )
    else:
        assert row.decode is not None
        raster = _one_page(row.decode(data, name, asked), name, asked)
        _check_size(raster, name, size)
        plane = labelled(raster, name, ignore)
    if values != "labels":
        plane = one_class(plane, class_, name)
    hard = role == "prediction" and values != "labels"
    return Reading(
        array=np.ascontiguousarray(plane.labels * np.uint8(255) if hard else plane.labels),
        kind=_KINDS[role],
        scale="hard" if role == "prediction" else None,
        class_names=plane.names,
        assumptions=(*_suffix_note(row, name), *plane.notes),
        digest=hashlib.sha256(data).hexdigest(),
        name=clean_name(name),
        ignored=plane.ignored if role == "target" else None,
        page=asked.page if plane.raster else None,
        **({} if plane.raster is None else _places(plane.raster)),
    )


def _places(raster: Raster) -> dict[str, Any]:
    """What a reading keeps of how its planes lie in the file."""
    return {key: getattr(raster, key) for key in ("pages", "orientation", "voxel", "axes", "axis")}


def _format_of(data: bytes, name: str, limits: Limits) -> Format:
    check_bytes(data, name, limits, "Crop it or make it smaller.")
    row = recognised(data)
    if row is None:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is of no known picture type ({len(data):,} bytes). {READABLE}; "
            "save it as PNG.",
        )
    if row.code == "pickle":
        raise ReadError(
            "pickle",
            f"{quoted(name)} looks like {row.called}, which can run code when opened and is never "
            f"opened here. {READABLE}; {row.advice}.",
        )
    if row.decode is None and not row.outlines:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} looks like {row.called}. {READABLE}; {row.advice}.",
        )
    return row


def _one_page(raster: Raster, name: str, asked: Asked) -> Raster:
    if asked.member is not None and raster.member is None:
        raise ReadError(
            "ambiguous",
            f"{quoted(name)} has no parts with names; {quoted(asked.member)} was asked for. "
            "Choose none.",
        )
    if asked.page is None:
        return raster
    if asked.page >= raster.pages:
        raise no_such_page(name, asked.page, raster.pages)
    if not raster.stacked:
        return raster
    return replace(raster, array=raster.array[asked.page], stacked=False)


def _check_size(raster: Raster, name: str, size: tuple[int, int] | None) -> None:
    height, width = raster.size
    if size is not None and (height, width) != tuple(size):
        raise ReadError(
            "size_mismatch",
            f"{quoted(name)} is {width} × {height} pixels (width × height), the pair is "
            f"{size[1]} × {size[0]}. Choose a file of that size, or have this one resized.",
        )


def _suffix_note(row: Format, name: str) -> tuple[str, ...]:
    stem, dot, suffix = clean_name(name).rpartition(".")
    known = suffix.lower()
    if not (stem and dot and known.isalnum()) or known in row.suffixes:
        return ()
    return (f"The name ends in .{known[:8]}, the content is {row.called}; the content is read",)
