"""Find every loss: one file per loss, one folder per family.

The menu's order is the families' order, and within a family the fewest dials first: a reader meets
the simple loss before its elaborations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from ..spec import Loss

FAMILIES = ("distribution", "region", "boundary", "compound")


def _discover() -> Iterator[tuple[str, Loss]]:
    for family in FAMILIES:
        files = (Path(__file__).parent / family).glob("[!_]*.py")
        names = sorted(file.stem for file in files)
        losses = [getattr(import_module(f"{__name__}.{family}.{name}"), name) for name in names]
        for loss in sorted(losses, key=lambda loss: len(loss.dials)):
            yield loss.name, loss


LOSSES: Mapping[str, Loss] = MappingProxyType(dict(_discover()))
