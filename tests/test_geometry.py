"""Distances, contours and windows against SciPy, NumPy and by hand, on both paths."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from segloss_core import geometry
from segloss_core.metrics import metrics

RANDOM = np.random.default_rng(0)
MASKS = {
    "speckle": RANDOM.random((37, 53)) < 0.05,
    "blob": np.hypot(*np.mgrid[-20:21, -15:40]) < 13,
    "one pixel": np.arange(30 * 7).reshape(30, 7) == 100,
    "row": np.ones((1, 9), bool) & (np.arange(9) == 3),
    "column": (np.arange(9) == 3)[:, None],
    "wide": RANDOM.random((3, 1024)) < 0.002,
}


@pytest.mark.parametrize("path", [geometry._distance_cv2, geometry._distance_torch])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_distances_are_exact(path, mask):
    expected = ndimage.distance_transform_edt(~mask)
    found = path(torch.from_numpy(mask)).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_both_paths_agree_on_a_large_picture():
    mask = torch.from_numpy(RANDOM.random((300, 400)) < 1e-4)
    torch.testing.assert_close(
        geometry._distance_cv2(mask), geometry._distance_torch(mask), rtol=1e-15, atol=0
    )


def test_masks_without_boundary_have_no_field():
    for mask in (torch.zeros(5, 6).bool(), torch.ones(5, 6).bool()):
        assert float(geometry.distance_to_other_class(mask).abs().sum()) == 0
        assert not bool(geometry.has_boundary(mask))
    assert bool(torch.isinf(geometry.distance_to(torch.zeros(2, 3).bool())).all())


def test_the_field_to_the_other_class_starts_at_one_on_both_sides():
    mask = torch.tensor([[0, 0, 1, 1, 1, 0]]).bool()
    assert geometry.distance_to_other_class(mask).tolist() == [[2, 1, 1, 2, 1, 1]]


def test_a_batch_is_measured_image_by_image():
    batch = torch.stack([torch.from_numpy(MASKS["speckle"]), ~torch.from_numpy(MASKS["speckle"])])
    both = geometry.distance_to(batch)
    assert torch.equal(both[0], geometry.distance_to(batch[0]))
    assert torch.equal(both[1], geometry.distance_to(batch[1]))


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_a_contour_is_what_erosion_takes_away(mask):
    expected = mask & ~ndimage.binary_erosion(mask)
    assert (geometry.contour(torch.from_numpy(mask)).numpy() == expected).all()


def test_the_image_border_counts_as_background():
    inner = geometry.contour(torch.ones(4, 4).bool())
    assert int(inner.sum()) == 12


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_city_block_steps_are_scipys(mask):
    found = geometry.city_block_to(torch.from_numpy(mask)).numpy()
    assert (found == ndimage.distance_transform_cdt(~mask, "taxicab")).all()
    assert bool(torch.isinf(geometry.city_block_to(torch.zeros(2, 3).bool())).all())


@pytest.mark.parametrize("chance", [0.02, 0.2, 0.7, 0.97])
def test_a_skeleton_is_what_openings_take_away(chance):
    """The soft skeleton of a binary mask after enough erosions, edges of the image included."""
    masks = torch.from_numpy(RANDOM.random((2, 3, 33, 20)) < chance)
    masks[0, 0], masks[0, 1] = False, True
    y = masks.double()
    soft = geometry.soft_skeleton(y, y, 1 - y, 40)
    assert torch.equal(geometry.skeleton(masks), soft > 0) and set(soft.unique().tolist()) <= {0, 1}


@pytest.mark.parametrize("window", [1, 3, 5, 11])
def test_moments_are_those_of_a_reflected_gaussian_window(window):
    x = RANDOM.random((20, 17))
    r, g = window // 2, np.exp(-0.5 * ((np.arange(window) - window // 2) / 1.3) ** 2)
    kernel = np.outer(g, g) / g.sum() ** 2
    wide = np.pad(x, r, mode="reflect")
    mean, deviation = geometry.gaussian_moments(torch.from_numpy(x), window, 1.3)
    for i, j in [(0, 0), (3, 16), (19, 16), (10, 8)]:
        part = wide[i : i + window, j : j + window]
        m = (kernel * part).sum()
        assert float(mean[i, j]) == pytest.approx(m, abs=1e-14)
        s = np.sqrt((kernel * (part - m) ** 2).sum())
        assert float(deviation[i, j]) == pytest.approx(s, abs=1e-14)


def test_flat_regions_have_no_deviation_and_tiny_images_can_be_windowed():
    for shape in ((1, 1), (1, 5), (2, 2), (12, 12)):
        mean, deviation = geometry.gaussian_moments(torch.full(shape, 0.9).double(), 11, 1.5)
        assert float(deviation.max()) < 1e-15
        assert float((mean - 0.9).abs().max()) < 1e-7


def boxes(a, b, shape=(20, 30)):
    masks = []
    for top, bottom, left, right in (a, b):
        m = torch.zeros(shape).bool()
        m[top:bottom, left:right] = True
        masks.append(m)
    return masks


def test_metrics_by_hand():
    prediction, target = boxes((2, 6, 4, 12), (2, 6, 8, 16))
    found = {m.name: m.value for m in metrics(prediction, target)}
    assert found["Dice"] == 0.5 and found["IoU"] == pytest.approx(16 / 48)
    assert found["Sensitivity"] == 0.5 and found["Specificity"] == (600 - 32 - 16) / (600 - 32)
    assert found["HD95"] == 4
    a, b = (geometry.contour(m).numpy() for m in (prediction, target))
    there, back = ndimage.distance_transform_edt(~b)[a], ndimage.distance_transform_edt(~a)[b]
    assert found["ASSD"] == pytest.approx(np.concatenate([there, back]).mean(), rel=1e-14)


def test_undefined_metrics_say_why():
    nothing, something = torch.zeros(8, 8).bool(), torch.eye(8).bool()
    by_name = {m.name: m for m in metrics(nothing, nothing)}
    assert by_name["Dice"].value is None and "both masks are empty" in by_name["Dice"].why
    assert by_name["Sensitivity"].value is None and by_name["Specificity"].value == 1
    by_name = {m.name: m for m in metrics(nothing, something)}
    assert by_name["HD95"].value is None and "prediction has no outline" in by_name["HD95"].why
    by_name = {m.name: m for m in metrics(something, nothing)}
    assert by_name["HD95"].value is None and "target has no outline" in by_name["HD95"].why
    assert by_name["Dice"].value == 0
