"""Slips that papers and libraries really made, each as one change of a file of the core."""

from typing import NamedTuple

from . import boundary, compound, core, distribution, region


class Mutant(NamedTuple):
    """A loss that must show the slip, the file below `segloss_core`, what stands there, the slip."""

    loss: str
    file: str
    right: str
    wrong: str


MUTANTS = {name: Mutant(*slip) for name, slip in core.MUTANTS.items()} | {
    name: Mutant(loss, f"losses/{family.__name__.split('.')[-1]}/{loss}.py", right, wrong)
    for family in (distribution, region, boundary, compound)
    for name, (loss, right, wrong) in family.MUTANTS.items()
}
