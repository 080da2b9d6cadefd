"""The same numbers on a CUDA device through the same code."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segloss_core import LOSSES, Pixels, device, geometry, maps
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from .laws import same, scene, settings

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.mark.gpu
@needs_cuda
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda x: x.name)
def test_cuda_says_what_the_cpu_says(loss):
    for seed, dials in enumerate(settings(loss)):
        z, y = scene(seed)
        here, there = (z, y), (z.cuda(), y.cuda())
        assert loss(*there, **dials).is_cuda
        same(loss(*there, **dials).cpu(), loss(*here, **dials), 1e-10)
        for wrt in ("logit", "probability"):
            a, b = (maps.gradient(loss, *pair, wrt=wrt, **dials).cpu() for pair in (there, here))
            same(a, b, 1e-10)
        same(maps.share(loss, *there, **dials).cpu(), maps.share(loss, *here, **dials), 1e-10)
        single = loss(z.cuda().float(), y.cuda(), **dials)
        same(single.cpu(), loss(z, y, **dials), 2e-5)


@pytest.mark.gpu
@needs_cuda
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda x: x.name)
def test_cuda_grids_batches_and_halves(loss):
    z = torch.stack([scene(s)[0] for s in range(3)])
    y = torch.stack([scene(s)[1] for s in range(3)])
    names = [k for k, d in loss.dials.items() if d.kind == "number"][:2]
    grid = {}
    for name, shape in zip(names, ((2, 1), (1, 2)), strict=False):
        low, high = loss.dials[name].param.shown
        grid[name] = torch.tensor([low + 0.2 * (high - low), low + 0.7 * (high - low)]).view(shape)
    same(loss(z.cuda(), y.cuda(), **grid).cpu(), loss(z, y, **grid), 1e-6)
    with torch.autocast("cuda", dtype=torch.float16):
        leaf = z.half().cuda().requires_grad_()
        value = loss.criterion()(leaf, y.cuda())
        value.backward()
    assert value.dtype == torch.float32 and bool(torch.isfinite(leaf.grad).all())


@pytest.mark.gpu
@needs_cuda
def test_a_study_on_cuda_shows_the_same_maps():
    pair = SCENES["lesion"].draw(128)
    here, there = Study(pair), Study(pair, "cuda")
    for loss in LOSSES.values():
        a, b = here.maps(loss), there.maps(loss)
        same(b.share, a.share, 1e-10)
        same(b.gradient, a.gradient, 1e-10)
        same(there.value(loss).relative, here.value(loss).relative, 1e-10)


def test_the_device_can_be_chosen_and_a_wrong_choice_is_named(monkeypatch):
    monkeypatch.setenv("SEGLOSS_DEVICE", "cpu")
    assert device.choose() == torch.device("cpu")
    assert device.describe(torch.device("cpu")).startswith("CPU")
    monkeypatch.setenv("SEGLOSS_DEVICE", "cuda:99")
    with pytest.raises(ValueError, match="SEGLOSS_DEVICE=cuda:99 is not available"):
        device.choose()
    monkeypatch.setenv("SEGLOSS_DEVICE", "abacus")
    with pytest.raises(ValueError, match="abacus"):
        device.choose()


def test_the_path_without_opencv_gives_the_same_losses(monkeypatch):
    """The library needs torch and numpy only; a CUDA device takes this path too."""
    z, y = scene()
    with_cv2 = {name: loss(z, y) for name, loss in LOSSES.items() if loss.positional}
    monkeypatch.setattr(geometry, "cv2", None)
    for name, value in with_cv2.items():
        same(LOSSES[name].at(Pixels.from_logits(z, y)).value, value, 1e-12)
    assert np.isfinite(float(with_cv2["hausdorff_dt"]))
