"""What a careless carry-over of the dials computes is what the card says it computes."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
import torch

from segloss_core import LOSSES
from segloss_core.libraries import calls

from .laws import same, scene
from .test_libraries import CASES, INSTALLED, entry, value_and_slope


@pytest.mark.parametrize("library", INSTALLED)
@pytest.mark.parametrize(("name", "dials"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_the_naive_call_is_the_sum_of_our_losses_that_is_named(name, dials, library):
    call = entry(name, dials, library)
    if not call.naive_is:
        return
    if not find_spec(INSTALLED[library]):
        pytest.skip(f"{library} is not installed")
    z, y = (side[None, None] for side in scene(1))
    got, _ = value_and_slope(call.naive, z, y)
    ours = sum(w * LOSSES[part](z, y, None, **setting) for w, part, setting in call.naive_is)
    same(got.double().mean(), torch.as_tensor(ours).mean(), 2e-6)


def test_every_library_has_a_trap_that_is_said_in_numbers():
    said = {call for name, dials in CASES for call in _traps(name, dials)}
    assert said >= {"torch", "MONAI", "smp", "kornia", "torchvision", "Keras", "timm"}


def _traps(name, dials):
    return [call.library for call in calls(name, dials) if call.naive_is]


def test_keras_exchanges_the_prices_of_tversky():
    call = entry("tversky", {"alpha": 0.2, "beta": 0.8, "smooth": 0.0}, "Keras")
    assert call.naive_is == ((1.0, "tversky", {"alpha": 0.8, "beta": 0.2, "smooth": 0.0}),)
