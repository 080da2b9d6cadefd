"""Tables unfold into planes, the same with OpenCV and without, into a buffer or a new plane."""

import numpy as np
import pytest

from segloss_core import lookup
from segloss_core.kinds import unfold

RANDOM = np.random.default_rng(3)
CODE = RANDOM.integers(0, 512, (19, 33)).astype(np.uint16)
TABLE = RANDOM.random(512)


@pytest.mark.parametrize("opencv", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, bool])
def test_a_plane_is_the_table_at_its_codes(monkeypatch, opencv, dtype):
    monkeypatch.setattr(lookup, "_GATHERS", opencv and lookup._GATHERS)
    table = (TABLE > 0.4) if dtype is bool else TABLE.astype(dtype)
    for code in (CODE, CODE[:1], CODE[3:9], np.ascontiguousarray(CODE[:, :1])):
        found = lookup.gather(lookup.full(table), code)
        assert found.dtype == dtype and np.array_equal(found, table[code])
        out = np.empty(code.shape, dtype)
        assert np.shares_memory(lookup.gather(lookup.full(table), code, out), out)
        assert np.array_equal(out, table[code])


def test_a_map_takes_its_buffers_dtype_and_only_its_own_rows():
    whole = np.zeros((40, 33), np.float32)
    unfold(TABLE, CODE, whole[10:29])
    assert np.array_equal(whole[10:29], TABLE.astype(np.float32)[CODE])
    assert not whole[:10].any() and not whole[29:].any()
    assert np.array_equal(unfold(TABLE, CODE), TABLE[CODE])


def test_a_buffer_that_does_not_fit_is_refused():
    for out in (np.empty((19, 32)), np.empty((19, 33), np.float32)):
        with pytest.raises(ValueError, match="out must be"):
            lookup.gather(lookup.full(TABLE), CODE, out)
