"""Say a loss in other libraries' words, with the translation where their convention differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import in_keras, in_kornia, in_monai, in_smp, in_timm, in_torch, in_torchvision
from .said import Said, Sum

_MODULES = (in_torch, in_monai, in_smp, in_kornia, in_torchvision, in_keras, in_timm)
LIBRARIES = tuple(module.NAME for module in _MODULES)


@dataclass(frozen=True)
class Call:
    """A loss in another library: `code` to paste, or `why` there is none.

    The code leaves the mean over the batch in `value`. `warning` says what a naive carry-over of
    the dials would compute, and `naive` is that carry-over as code, where it can be written;
    `naive_is` says it as a sum of our losses (weight, loss, dials), where it is one.
    """

    library: str
    code: str | None
    why: str
    warning: str
    version: str
    naive: str | None = None
    naive_is: Sum = ()


def calls(loss_name: str, dials: Mapping[str, float | int | None]) -> tuple[Call, ...]:
    """One entry per library for this loss; `dials` gives all of its dials, by name."""
    found = []
    for module in _MODULES:
        say = getattr(module, loss_name, None)
        said = say(**dials) if say else Said(why=_absent(module.NAME, module.ABSENT, loss_name))
        code = _script(module.IMPORTS, module.TAKES, said.setup, said.code)
        naive = _script(module.IMPORTS, module.TAKES, "", said.naive)
        found.append(
            Call(module.NAME, code, said.why, said.warning, module.VERSION, naive, said.naive_is)
        )
    return tuple(found)


def _script(imports: str, takes: str, setup: str, expression: str) -> str | None:
    """A whole script, with those imports that it uses; None without an expression."""
    if not expression:
        return None
    body = f"{setup}value = {expression}\n"
    used = [line for line in imports.splitlines() if _name(line) in body]
    return "\n".join([*used, "", takes, body])


def _name(line: str) -> str:
    """What an import binds, as it shows in use: `monai.`, `F.`, `sigmoid_focal_loss(`."""
    last = line.split()[-1]
    return f"{last}(" if line.startswith("from") else f"{last.split('.')[0]}."


def _absent(library: str, reasons: Mapping[str, str], loss_name: str) -> str:
    return reasons.get(loss_name, f"{library} has no such loss; plain PyTorch says it.")
