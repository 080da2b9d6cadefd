"""Write every sample as PNG files: `python -m segloss_core.scenes OUTDIR`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from . import DEFAULT_SIZE, SCENES
from .scene import Scene


def write_scene(scene: Scene, folder: Path, size: int = DEFAULT_SIZE) -> list[Path]:
    """Write image.png, target.png (0 and 255) and prediction.png (8-bit greys) into `folder`.

    Makes the folder where it is missing; gives the paths. Raises OSError if it cannot write.
    """
    pair = scene.draw(size)
    image, codes = pair.image, pair.prediction.codes
    assert image is not None
    assert codes is not None
    folder.mkdir(parents=True, exist_ok=True)
    planes: dict[str, NDArray[np.uint8]] = {
        # cv2 stores colours as blue, green, red.
        "image": image[..., ::-1] if image.ndim == 3 else image,
        "target": pair.target * np.uint8(255),
        "prediction": codes,
    }
    paths = []
    for role, plane in planes.items():
        path = folder / f"{role}.png"
        done, data = cv2.imencode(".png", np.ascontiguousarray(plane))
        if not done:
            raise OSError(f"{path} could not be encoded")
        path.write_bytes(data.tobytes())
        paths.append(path)
    return paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all samples into one folder each below OUTDIR; 0 when done."""
    parser = argparse.ArgumentParser(prog="python -m segloss_core.scenes", description=__doc__)
    parser.add_argument("outdir", type=Path, help="where the folders go")
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="side in pixels")
    options = parser.parse_args(arguments)
    for scene in SCENES.values():
        write_scene(scene, options.outdir / scene.id, options.size)
        print(f"{options.outdir / scene.id}: {scene.title}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
