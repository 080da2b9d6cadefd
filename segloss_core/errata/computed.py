"""Give what is right instead of a print as a function that can run downhill beside it."""

from __future__ import annotations

from torch import Tensor

from ..losses import LOSSES
from ..pixels import Kept, Pixels
from .erratum import Erratum, Literally


def computed(erratum: Erratum) -> Literally | None:
    """The erratum's first loss at its dials, of logits and ONE target (H, W); None without one.

    Meant for `descend(..., of="logit")`. What depends on the target alone is worked out once, so
    take another function for another target.
    """
    if erratum.loss is None:
        return None
    loss, dials = LOSSES[erratum.loss], dict(erratum.dials)
    fields: Kept = {}

    def value(z: Tensor, y: Tensor) -> Tensor:
        # Straight from the planes: `descend` has checked the target, and there are 400 calls.
        return loss.at(Pixels(z, y, fields=fields), **dials).value

    return value
