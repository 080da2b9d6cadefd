"""segmentation-models-pytorch's losses without its networks, which need timm and torchvision.

The package's own `__init__` imports every network; its losses need torch alone.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType

NAME = "segmentation_models_pytorch"


def load() -> ModuleType | None:
    """Put the package, with nothing but its losses executed, among the modules; None if not there.

    A package that was imported as a whole is left as it is.
    """
    if NAME in sys.modules:
        return sys.modules[NAME]
    spec = find_spec(NAME)
    if spec is None:
        return None
    package = sys.modules[NAME] = module_from_spec(spec)  # made, not executed
    importlib.import_module(f"{NAME}.losses")
    return package
