"""Adding a loss touches one file: dropped into a family's folder, it is found, drawn and tested."""

from importlib import import_module

import pytest

from . import laws
from .cores import changed

NEW = '''
from __future__ import annotations

from typing import Annotated

from ...claims import by_hand, perfect, two_tone, within
from ...pixels import Pixels
from ...spec import Answer, Arithmetic, Number, Param, loss


@loss(
    formula=r"L = \\frac{k}{N}\\sum_i |p_i - y_i|",
    source="the mean absolute error, as old as the hills",
    pixel=Arithmetic("k * (1 - p) / N", "k * p / N"),
    claims=(by_hand([[0.8, 0.4]], [[1, 0]], 0.6, k=2), within(0, 1), two_tone(), perfect()),
)
def absolute(px: Pixels, *, k: Annotated[Number, Param("k", "(0, inf)", (0.1, 9), "price of all")] = 1.0):
    """Charges every pixel the plain distance to its label.

    Absolute error

    A line where cross-entropy is a curve.

    Known problems: It cannot repair a confident mistake.

    Where it belongs: Under label noise.

    Unit: 1
    """
    return Answer(k * px.mean(px.e), lambda: px.spread(k * px.e))
'''


def test_one_file_is_enough(tmp_path):
    def add(core):
        (core / "losses" / "distribution" / "absolute.py").write_text(NEW)

    core = changed(tmp_path, add)
    loss = core.LOSSES["absolute"]
    assert (loss.family, loss.title, list(loss.dials)) == ("distribution", "Absolute error", ["k"])
    plain = import_module(f"{core.__name__}.plain").standalone(loss, {"k": 2.0})
    assert "def absolute(logits, target, *, k=2.0):" in plain
    for law in laws.LAWS:
        if "formula" not in law.__name__:  # which asks for a second, naive implementation
            law(loss, core)


def test_a_misnamed_loss_is_refused(tmp_path):
    def add(core):
        (core / "losses" / "distribution" / "other.py").write_text(NEW)

    with pytest.raises(ValueError, match="must declare a loss named other"):
        changed(tmp_path, add)
