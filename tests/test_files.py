"""What is downloaded holds what was on screen."""

from __future__ import annotations

import io

import numpy as np
import pytest

from segloss_core import files

AXES = {"alpha": np.array([0.0, 0.5, 1.0]), "gamma": np.array([1.0, 2.0])}
SURFACE = np.array([[1.0, 2.0], [1 / 3, np.nan], [5.0, 6.0]])


def test_a_table_has_a_line_per_point_and_every_digit():
    lines = files.csv(AXES, SURFACE).splitlines()
    assert lines[0] == "alpha,gamma,value" and len(lines) == 7
    back = np.genfromtxt(io.StringIO("\n".join(lines[1:])), delimiter=",")
    np.testing.assert_array_equal(back[:, 2].reshape(3, 2), SURFACE)
    assert lines[3] == f"0.5,1.0,{1 / 3!r}" and lines[4] == "0.5,2.0,"


def test_axes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="its axes are"):
        files.csv(AXES, SURFACE.T)


def test_an_archive_gives_the_arrays_back():
    with np.load(io.BytesIO(files.npz(surface=SURFACE, **AXES))) as back:
        assert set(back) == {"surface", "alpha", "gamma"}
        np.testing.assert_array_equal(back["surface"], SURFACE)


def test_a_digest_covers_every_byte_and_the_shape():
    other = SURFACE.copy()
    other[2, 1] = np.nextafter(6.0, 7.0)
    found = {files.digest(x) for x in (SURFACE, other, SURFACE.T, SURFACE.astype("f4"))}
    assert len(found) == 4 and files.digest(SURFACE.copy()) in found
