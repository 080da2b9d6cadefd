"""Counting: as NumPy counts, with OpenCV and without it."""

import numpy as np
import pytest

from segloss_core import kinds

SIZES = [(1, 1), (1, 3), (3, 5), (7, 1), (64, 64), (113, 97), (1025, 1023), (1, (1 << 20) + 1)]


@pytest.fixture(params=["installed", "missing"])
def opencv(request, monkeypatch):
    if request.param == "missing":
        monkeypatch.setattr(kinds, "cv2", None)
    elif kinds.cv2 is None:
        pytest.skip("OpenCV is not installed")


@pytest.mark.parametrize("size", SIZES)
def test_counts_are_those_of_bincount(opencv, size):
    random = np.random.default_rng(size[1])
    codes = random.integers(0, 256, size, dtype=np.uint8)
    target = random.integers(0, 2, size, dtype=np.uint8)
    code = kinds.code(codes, target)
    assert code.dtype == np.uint16 and code.shape == size
    assert (code == codes + 256 * target.astype(int)).all()
    found = kinds.count(code)
    assert found.dtype == np.int64 and found.shape == (512,)
    assert (found == np.bincount(code.ravel(), minlength=512)).all()
    together = kinds.count_pair(codes, target)
    assert together.dtype == np.int64 and (together == found).all()


def test_every_kind_has_its_own_counter(opencv):
    """Each code occurs another number of times, in every lane."""
    code = np.repeat(np.arange(512, dtype=np.uint16), np.arange(1, 513))
    assert kinds.count(code[None]).tolist() == list(range(1, 513))
    shuffled = np.random.default_rng(0).permutation(code)
    assert kinds.count(shuffled.reshape(-1, 513)).tolist() == list(range(1, 513))


def test_counters_do_not_end_at_two_to_the_24(opencv):
    """float32 cannot tell 2²⁴ + 1 from 2²⁴."""
    size = (4 << 11, 3 << 11)
    code = np.full(size, 300, dtype=np.uint16)
    code[-1, -3:] = 7
    found = kinds.count(code)
    assert found[300] == 3 * (1 << 24) - 3 and found[7] == 3 and found.sum() == code.size


def test_masks_of_255_views_and_codes_that_do_not_exist(opencv):
    codes = np.arange(48, dtype=np.uint8).reshape(6, 8)
    mask = 255 * (codes % 3 == 0).astype(np.uint8)
    turned = kinds.code(codes.T[::-1], mask.T[::-1])
    assert (turned == kinds.code(codes, mask).T[::-1]).all()
    assert (kinds.count(turned.T) == kinds.count(turned)).all()
    assert (kinds.count_pair(codes.T[::-1], mask.T[::-1]) == kinds.count(turned)).all()
    for wrong in (513, 600, 2047, 65535):
        with pytest.raises(ValueError, match=f"at most 512, found {wrong}"):
            kinds.count(np.array([[3, wrong]], dtype=np.uint16))
    for number in (kinds.code, kinds.count_pair):
        with pytest.raises(ValueError, match="target"):
            number(codes, mask.T)
