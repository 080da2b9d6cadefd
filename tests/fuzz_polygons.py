"""Valid files of outlines, one of each kind, to be broken at random."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
from PIL import Image

SIZE = (24, 32)  # height, width of the picture that all of them belong to


def dumped(document: Any) -> bytes:
    """JSON as the tools write it."""
    return json.dumps(document, indent=1).encode()


def street(**changes: Any) -> dict[str, Any]:
    """A Cityscapes / IDD document with four classes, from back to front."""
    objects = [
        {"label": "road", "polygon": [[0, 12], [31, 12], [31, 23], [0, 23]]},
        {"label": "sky", "polygon": [[0, 0], [31, 0], [31, 8.5], [0, 8.5]]},
        {"label": "animal", "polygon": [[4, 10], [11, 10], [12.5, 16], [6, 19.25], [3, 15]]},
        {"label": "person", "polygon": [[20, 6], [24, 6], [24, 20], [20, 20]]},
    ]
    return {"imgHeight": SIZE[0], "imgWidth": SIZE[1], "objects": objects, **changes}


def labelme(shapes: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """A LabelMe document."""
    if shapes is None:
        shapes = [
            shape("cat", [[2.5, 3.25], [20.75, 4.5], [12.1, 19.9]]),
            shape("dog", [[18, 12], [29, 20]], "rectangle"),
            shape("ball", [[8, 16], [11, 16]], "circle"),
        ]
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": "a.jpg",
        "imageData": None,
        "imageHeight": SIZE[0],
        "imageWidth": SIZE[1],
        **changes,
    }


def shape(label: str, points: list[list[float]], kind: str = "polygon", **more: Any) -> dict:
    """One shape of LabelMe's schema."""
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
        **more,
    }


def png_text(mask: np.ndarray) -> str:
    """A mask as LabelMe keeps it: a PNG in base 64."""
    out = io.BytesIO()
    Image.fromarray(mask.astype(bool)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def coco(annotations: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A COCO document of one picture with sparse category ids."""
    return {
        "info": {},
        "images": [{"id": 7, "file_name": "val/a.jpg", "height": SIZE[0], "width": SIZE[1]}],
        "annotations": [{"image_id": 7, "iscrowd": 0, "id": 1, **a} for a in annotations],
        "categories": [{"id": 90, "name": "cow"}, {"id": 3, "name": "car"}],
        **changes,
    }


RINGS = [[2, 2, 14.5, 3.25, 12, 18], [20, 5, 30, 5, 30, 15, 20, 15]]
HOLED = {"size": list(SIZE), "counts": [50, 10, 14, 10, 684]}
PACKED = {"size": list(SIZE), "counts": "b1:>0nd0"}  # the same as HOLED
YOLO = b"0 0.1 0.1 0.5 0.1 0.5 0.6\n2 0.6 0.5 0.9 0.5 0.9 0.9 0.6 0.9\n"
STENCIL = np.indices((6, 9)).sum(0) % 3 > 0

VALID: dict[str, bytes] = {
    "street.json": dumped(street()),
    "labelme.json": dumped(labelme()),
    "labelme_mask.json": dumped(
        labelme([shape("cat", [[4, 5], [12, 10]], "mask", mask=png_text(STENCIL))])
    ),
    "coco.json": dumped(coco([{"category_id": 90, "segmentation": RINGS}])),
    "coco_rle.json": dumped(
        coco(
            [
                {"category_id": 3, "segmentation": HOLED, "iscrowd": 1},
                {"category_id": 90, "segmentation": PACKED},
            ]
        )
    ),
    "yolo.txt": YOLO,
}
"""Name to content; the YOLO file needs `size=SIZE`."""
