"""Samples drawn in code: an image, a target and a prediction with believable mistakes."""

from __future__ import annotations

from .brain import BRAIN
from .empty import EMPTY
from .lesion import LESION
from .nuclei import NUCLEI
from .road import ROAD
from .scene import DEFAULT_SIZE, Scene
from .vessels import VESSELS

SCENES: dict[str, Scene] = {
    scene.id: scene for scene in (NUCLEI, BRAIN, LESION, VESSELS, ROAD, EMPTY)
}
"""All samples by id, in the order in which they are shown."""

__all__ = ["DEFAULT_SIZE", "SCENES", "Scene"]
