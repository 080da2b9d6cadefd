"""Which pixels two maps differ in, and where the colours of the difference end."""

import numpy as np
import pytest

from segloss_core import LOSSES, comparison
from segloss_core.contrast import MOST, contrast
from segloss_core.scenes import SCENES
from segloss_core.study import Study


def test_the_marked_are_the_fewest_that_hold_most_of_the_difference():
    a, b = np.random.default_rng(4).random((2, 20, 30))
    found = contrast(a, b)
    size = np.abs(a - b)
    assert size[found.marked].sum() >= MOST * size.sum()
    assert size[found.marked].sum() - size[found.marked].min() < MOST * size.sum()
    assert size[found.marked].min() > size[~found.marked].max()
    assert np.array_equal(found.difference, a - b)


def test_pixels_that_differ_alike_are_marked_alike():
    a = np.array([[3.0, 1.0, 1.0, 1.0, 0.0]])
    assert contrast(a, np.zeros_like(a)).marked.tolist() == [[True, True, True, True, False]]


def test_98_parts_of_the_difference_lie_below_the_top():
    a = np.concatenate([np.full(99, 1.0), [1.5]])[None]
    assert contrast(a, np.zeros_like(a)).top == 1.0
    assert contrast(np.zeros_like(a), a).top == 1.0


def test_what_is_alike_is_not_marked():
    found = contrast(np.ones((3, 4)), np.ones((3, 4)))
    assert found.count == 0 and found.top == 1.0


def test_pixels_without_a_number_are_not_marked():
    a = np.array([[np.nan, 2.0, 0.0]])
    assert contrast(a, np.zeros_like(a)).marked.tolist() == [[False, True, False]]


def test_maps_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        contrast(np.ones((2, 3)), np.ones((3, 2)))


def test_a_shifted_prediction_differs_at_its_rim():
    a = Study(SCENES["nuclei"].draw())
    b = comparison.rival(a, "shift", 4.0)
    shares = [s.dense(s.maps(LOSSES["bce"]))[0] for s in (a, b)]
    found = contrast(*shares)
    assert 0 < found.count < 0.1 * a.pair.target.size
    assert np.mean(a.outline_distance[found.marked] <= 12) > 0.95
