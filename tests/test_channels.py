"""Predictions with a plane per class: which axis counts them, and what their numbers mean."""

from __future__ import annotations

import gzip
import io

import nibabel
import numpy as np
import pytest
import tifffile

from segloss_core.readers import read_channels

from .test_app_files import npy

SIZE = (12, 9)
Z = np.random.default_rng(2).normal(0, 3, (4, *SIZE)).astype(np.float32)
P = (np.exp(Z) / np.exp(Z).sum(0)).astype(np.float32)


def nifti(array: np.ndarray) -> bytes:
    """Planes (z, y, x) as a volume keeps them."""
    image = nibabel.Nifti1Image(np.ascontiguousarray(array.transpose(2, 1, 0)), np.eye(4))
    return gzip.compress(image.to_bytes())


def tiff(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, photometric="minisblack")
    return file.getvalue()


def npz(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, logits=array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "axis"),
    [
        (npy(Z), 0), (npy(np.moveaxis(Z, 0, 2)), 2), (npy(Z[None]), 0), (npy(Z.astype("f8")), 0),
        (npz(Z), 0), (nifti(Z), 0), (nifti(np.moveaxis(Z, 0, 2)), 2), (tiff(Z), 0),
    ],
    ids=["npy", "last", "batch of one", "float64", "npz", "nifti", "nifti, last", "tiff"],
)  # fmt: skip
def test_classes_lie_along_the_axis_that_the_targets_size_leaves(data, axis):
    found = read_channels(data, "p", size=SIZE)
    np.testing.assert_allclose(found.planes, Z, rtol=1e-6)
    assert (found.axis, found.fits, found.meaning, found.guessed) == (
        axis,
        (axis,),
        "softmax",
        True,
    )


def test_where_both_axes_fit_the_first_is_taken_and_the_last_may_be_asked_for():
    cube = np.random.default_rng(3).normal(size=(5, 5, 5)).astype(np.float32)
    found = read_channels(npy(cube), "p", size=(5, 5))
    assert found.fits == (0, 2) and found.axis == 0
    np.testing.assert_array_equal(found.planes, cube)
    last = read_channels(npy(cube), "p", size=(5, 5), axis=2)
    np.testing.assert_array_equal(last.planes, np.moveaxis(cube, 2, 0))


def test_numbers_within_0_and_1_are_probabilities_unless_somebody_knows_better():
    found = read_channels(npy(P), "p", size=SIZE)
    assert (found.meaning, found.exclusive, found.bounded) == ("probabilities", True, True)
    each = read_channels(npy(1 / (1 + np.exp(-Z))), "p", size=SIZE)
    assert (each.meaning, each.exclusive) == ("probabilities", False)
    known = read_channels(npy(P), "p", size=SIZE, meaning="sigmoid")
    assert (known.meaning, known.guessed) == ("sigmoid", False)
    np.testing.assert_allclose(known.planes, P)
    positive = read_channels(npy(abs(Z) + 1), "p", size=SIZE)
    assert positive.meaning == "softmax" and not positive.bounded
    assert read_channels(npy(Z), "p", size=SIZE, meaning="probabilities") is None
    grey = (P * 255).astype(np.uint8)
    coded = read_channels(npy(grey), "p", size=SIZE)
    np.testing.assert_allclose(coded.planes, (grey + 0.5) / 256, rtol=1e-6)


@pytest.mark.parametrize(
    "data",
    [npy(Z[0]), npy(Z[:1]), npy(np.full((4, *SIZE), np.nan, np.float32)), npy(Z[None, None]), b"?"],
    ids=["a plane", "one class", "no numbers", "one class of one", "no file"],
)
def test_what_holds_no_classes_of_that_size_is_none(data):
    expected = data == npy(Z[None, None])  # axes of one at the ends are no axes
    assert (read_channels(data, "p", size=SIZE) is not None) == expected
    assert read_channels(npy(Z), "p", size=(9, 12)) is None
    assert read_channels(npy(Z), "p", size=SIZE, least=5) is None
    assert read_channels(npy(Z), "p", size=SIZE, axis=2) is None


def test_what_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="meaning"):
        read_channels(npy(Z), "p", size=SIZE, meaning="logit")
    with pytest.raises(ValueError, match="axis"):
        read_channels(npy(Z), "p", size=SIZE, axis=1)
