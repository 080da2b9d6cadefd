"""Find every loss: one file per loss, one folder per family, in menu order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from ..spec import Loss

FAMILIES = ("distribution", "region", "boundary", "compound")


def _discover() -> Iterator[tuple[str, Loss]]:
    for family in FAMILIES:
        for file in sorted((Path(__file__).parent / family).glob("[!_]*.py")):
            module = import_module(f"{__name__}.{family}.{file.stem}")
            yield file.stem, getattr(module, file.stem)


LOSSES: Mapping[str, Loss] = MappingProxyType(dict(_discover()))
