"""Copies of the core under another name, so that a changed core can be tried beside the real one."""

from __future__ import annotations

import importlib
import itertools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

CORE = Path(__file__).parent.parent / "segloss_core"
_NUMBER = itertools.count()


def changed(folder: Path, change: Callable[[Path], None]) -> ModuleType:
    """Copy the core into `folder`, let `change` alter the copy, and import it."""
    name = f"core_copy_{next(_NUMBER)}"
    wing = ("readers", "scenes", "pair.py", "device.py", "__pycache__")
    shutil.copytree(CORE, folder / name, ignore=shutil.ignore_patterns(*wing))
    change(folder / name)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
