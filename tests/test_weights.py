"""A mix over two of its weights is the plane that evaluating it point by point gives."""

from __future__ import annotations

import numpy as np
import pytest

from segloss_core.landscape import over_dials
from segloss_core.mix import text
from segloss_core.scenes import SCENES
from segloss_core.spec import Note
from segloss_core.study import Study
from segloss_core.weights import over_weights

AXES = {"w_dice": [0.0, 0.7, 2.0], "w_boundary": [0.0, 0.3]}


@pytest.mark.parametrize("scene", ["lesion", "empty"])
def test_the_plane_is_the_landscape(scene):
    study = Study(SCENES[scene].draw(64))
    mix = text.parse("1*dice(smooth=2)+0.5*bce+0.1*boundary")
    plane = over_weights(study, mix, AXES, dice__smooth=0.5)
    full = over_dials(study, mix, AXES, dice__smooth=0.5)
    np.testing.assert_allclose(plane.surface, full.surface, rtol=1e-12)
    np.testing.assert_allclose(plane.floor, full.floor, rtol=1e-12, atol=1e-15)
    assert plane.notes.keys() == full.notes.keys()
    for note, where in full.notes.items():
        np.testing.assert_array_equal(plane.notes[note], where)
    assert (Note.NO_BOUNDARY_IN_TARGET in plane.notes) == (scene == "empty")


def test_only_weights_are_axes():
    study, mix = Study(SCENES["lesion"].draw(64)), text.parse("dice+bce")
    with pytest.raises(ValueError, match="need two of w_dice, w_bce"):
        over_weights(study, mix, {"w_dice": [1.0], "dice__smooth": [1.0]})
    with pytest.raises(ValueError, match="must lie in"):
        over_weights(study, mix, {"w_dice": [-1.0], "w_bce": [1.0]})
