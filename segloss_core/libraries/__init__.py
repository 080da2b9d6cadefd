"""Say a loss in other libraries' words, with the translation where their convention differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import in_keras, in_kornia, in_monai, in_smp, in_timm, in_torch, in_torchvision
from .said import Said

_MODULES = (in_torch, in_monai, in_smp, in_kornia, in_torchvision, in_keras, in_timm)
LIBRARIES = tuple(module.NAME for module in _MODULES)


@dataclass(frozen=True)
class Call:
    """A loss in another library: `code` to paste, or `why` there is none.

    The code leaves the mean over the batch in `value`. `warning` says what a naive carry-over of
    the dials would compute, and `naive` is that carry-over as code, where it can be written.
    """

    library: str
    code: str | None
    why: str
    warning: str
    version: str
    naive: str | None = None


def calls(loss_name: str, dials: Mapping[str, float | int | None]) -> tuple[Call, ...]:
    """One entry per library for this loss; `dials` gives all of its dials, by name."""
    found = []
    for module in _MODULES:
        say = getattr(module, loss_name, None)
        said = say(**dials) if say else Said(why=_absent(module.NAME, module.ABSENT, loss_name))
        head = f"{module.IMPORTS}\n\n{module.TAKES}\n"
        code = f"{head}{said.setup}value = {said.code}\n" if said.code else None
        naive = f"{head}value = {said.naive}\n" if said.naive else None
        found.append(Call(module.NAME, code, said.why, said.warning, module.VERSION, naive))
    return tuple(found)


def _absent(library: str, reasons: Mapping[str, str], loss_name: str) -> str:
    return reasons.get(loss_name, f"{library} has no such loss; the plain PyTorch above says it.")
