"""Cityscapes and IDD: polygons of a street scene, painted from back to front."""

from __future__ import annotations

from typing import Any

from ..limits import Limits
from .shapes import Drawing, Shape, check_number, entry, label_of, pairs, side, some


def fits(document: Any) -> bool:
    """Tell {imgHeight, imgWidth, objects} from other JSON."""
    return isinstance(document, dict) and {"imgHeight", "imgWidth", "objects"} <= document.keys()


def drawing(document: Any, limits: Limits) -> Drawing:
    """Give the objects in the file's order, which is the painter's; deleted ones stay out.

    Raises Refused: schema, geometry, too_large.
    """
    size = side(document["imgHeight"], "height"), side(document["imgWidth"], "width")
    shapes, deleted = [], 0
    things = entry(document, "objects", list, "list of objects")
    check_number(len(things), limits)
    for number, thing in enumerate(things, 1):
        where = f"an object (number {number:,})"
        label = label_of(entry(thing, "label", str, f"label in object {number:,}"), where)
        if thing.get("deleted"):
            deleted += 1
            continue
        shapes.append(Shape(label, (pairs(thing.get("polygon"), where),)))
    notes = (f"{some(deleted, 'object')} marked as deleted left out",) if deleted else ()
    return Drawing(size, tuple(shapes), "a Cityscapes file", notes=notes)
