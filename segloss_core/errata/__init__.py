"""As printed, as computed: slips in the literature, run to see what they do."""

from __future__ import annotations

from . import (
    clashes,
    in_notes,
    in_papers_and_code,
    in_survey_formulas,
    in_survey_text,
    in_tutorials,
)
from .clashes import CLASHES, Clash
from .computed import computed
from .erratum import Erratum, Literally

__all__ = ["ALL", "CLASHES", "Clash", "Erratum", "Literally", "computed", "of"]

_MODULES = (
    in_notes,
    in_survey_formulas,
    in_survey_text,
    in_papers_and_code,
    clashes,
    in_tutorials,
)
ALL: tuple[Erratum, ...] = tuple(erratum for module in _MODULES for erratum in module.ERRATA)


def of(loss_name: str) -> tuple[Erratum, ...]:
    """The errata that concern a loss, those that can be run first; () for an unknown name."""
    mine = [erratum for erratum in ALL if loss_name in erratum.losses]
    return tuple(sorted(mine, key=lambda erratum: erratum.literal is None))
