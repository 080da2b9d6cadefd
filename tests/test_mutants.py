"""The tests are tested: each slip that papers and libraries really made turns a law red."""

import pytest

from . import laws
from .cores import changed
from .mutants import MUTANTS


def first_red(loss, core):
    """The name of the first law that a loss breaks, None if it obeys them all."""
    for law in laws.LAWS:
        try:
            law(core.LOSSES[loss], core)
        except (AssertionError, ValueError, RuntimeError):  # gradcheck raises a RuntimeError
            return law.__name__
    return None


@pytest.mark.parametrize("loss", ["bce", "dice", "boundary", "combo"])
def test_an_unchanged_copy_obeys_every_law(loss, tmp_path):
    """One loss of each family: what turns red below is the slip's doing, not the copying's."""
    assert first_red(loss, changed(tmp_path, lambda _: None)) is None


@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_turns_a_law_red(name, tmp_path):
    loss, file, right, wrong = MUTANTS[name]

    def slip(core):
        text = (core / file).read_text(encoding="utf-8")
        assert right in text, "the mutant no longer fits the source"
        (core / file).write_text(text.replace(right, wrong), encoding="utf-8")

    assert first_red(loss, changed(tmp_path, slip)), "no law noticed"
