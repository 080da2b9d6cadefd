"""Objects told apart, and the two nearest, against SciPy and by brute force, on both paths."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from segloss_core import components, geometry
from segloss_core.components import two_nearest

RANDOM = np.random.default_rng(0)


def spiral(side):
    """One long path, and its background another: the worst case for pixels that ask neighbours."""
    mask, at, step = np.zeros((side, side), bool), [0, 0], (0, 1)
    for length in np.repeat(np.arange(side - 1, 1, -2), 2):
        for _ in range(length):
            mask[tuple(at)] = True
            at = [at[0] + step[0], at[1] + step[1]]
        step = (step[1], -step[0])
    return mask


MASKS = {
    "nothing": np.zeros((9, 5), bool),
    "everything": np.ones((9, 5), bool),
    "one pixel": np.arange(30 * 7).reshape(30, 7) == 100,
    "corners touch": np.eye(6, dtype=bool),
    "row": np.array([[1, 1, 0, 1, 0, 0, 1]], bool),
    "specks": RANDOM.random((41, 53)) < 0.03,
    "crowd": RANDOM.random((41, 53)) < 0.3,
    "maze": RANDOM.random((60, 50)) < 0.45,
    "spiral": spiral(41),
}
PATHS = [components._components_cv2, components._components_torch]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_objects_are_scipys(path, mask):
    expected, count = ndimage.label(mask, np.ones((3, 3)))
    found = path(torch.from_numpy(mask)).numpy()
    pairs = set(zip(expected.flat, found.flat, strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert found.max() == count and ((found == 0) == ~mask).all()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_the_two_nearest_are_those_of_brute_force(path, mask, monkeypatch):
    if path is components._components_torch:
        for room in (components, geometry):
            monkeypatch.setattr(room, "cv2", None)
    number, count = ndimage.label(mask, np.ones((3, 3)))
    none = np.full(mask.shape, np.inf)
    each = [ndimage.distance_transform_edt(number != k + 1) for k in range(count)]
    expected = np.sort([none, none, *each], axis=0)[:2]
    for found, right in zip(two_nearest(torch.from_numpy(mask)), expected, strict=True):
        np.testing.assert_allclose(found.numpy(), right, rtol=1e-14)


def test_a_batch_is_measured_image_by_image():
    names = ("specks", "crowd", "nothing", "everything")
    batch = torch.stack([torch.from_numpy(np.resize(MASKS[n], (20, 30))) for n in names])
    for whole, *each in zip(
        two_nearest(batch.reshape(2, 2, 20, 30)), *map(two_nearest, batch), strict=True
    ):
        assert torch.equal(whole.reshape(4, 20, 30), torch.stack(each))
