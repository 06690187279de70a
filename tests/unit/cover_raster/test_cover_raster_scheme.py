"""Windows over an image: where they lie, and that their weights sum to one."""

import numpy as np
import pytest

from millesime.cover_raster import AxisScheme, reflected
from millesime.errors import ConfigError


def test_windows_of_a_small_image():
    """100 px in windows of 40 with margins of 8: the stride is 24, so 5 windows start at -8, 16, 40, 64, 88.

    The outer 4 px of a window count for nothing: window 0 counts up to 28, window 1 from 20 to 52, and so on.
    """
    scheme = AxisScheme(100, 40, 8)
    assert scheme.count == 5
    assert [scheme.start(number) for number in range(5)] == [-8, 16, 40, 64, 88]
    assert [scheme.reach(number) for number in range(5)] == [(0, 28), (20, 52), (44, 76), (68, 100), (92, 100)]
    assert scheme.over(0, 20) == range(1)
    assert scheme.over(20, 21) == range(2)
    assert scheme.over(95, 100) == range(3, 5)


def test_weights_go_from_one_window_to_the_next_in_a_straight_line():
    """Margins of 4: the overlap of two windows is 8 px, the outer 2 of each are blind, the other 4 rise by quarters."""
    scheme = AxisScheme(64, 16, 4)
    assert scheme.weights(1)[:8].tolist() == [0.0, 0.0, 0.125, 0.375, 0.625, 0.875, 1.0, 1.0]
    assert scheme.weights(1)[-8:].tolist() == [1.0, 1.0, 0.875, 0.625, 0.375, 0.125, 0.0, 0.0]
    assert scheme.weights(0)[:8].tolist() == [1.0] * 8


@pytest.mark.parametrize(
    ("size", "window", "margin"), [(100, 40, 8), (97, 32, 7), (5, 32, 4), (300, 64, 0), (64, 64, 1)]
)
def test_weights_of_all_windows_sum_to_one(size, window, margin):
    scheme = AxisScheme(size, window, margin)
    total = np.zeros(size, dtype=np.float32)
    for number in range(scheme.count):
        first, end = scheme.reach(number)
        start = scheme.start(number)
        weights = scheme.weights(number)
        total[first:end] += weights[first - start : end - start]
        outside = np.ones(window, dtype=bool)
        outside[first - start : end - start] = False
        inside_image = (np.arange(window) + start >= 0) & (np.arange(window) + start < size)
        assert not weights[outside & inside_image].any(), "a window says something where it is not asked"
    np.testing.assert_array_equal(total, np.ones(size, dtype=np.float32))


def test_at_most_two_windows_overlap():
    with pytest.raises(ConfigError, match="more than a quarter"):
        AxisScheme(100, 32, 16)


def test_a_border_is_a_mirror():
    assert reflected(-3, 10, 5).tolist() == [3, 2, 1, 0, 1, 2, 3, 4, 3, 2]
    assert reflected(-2, 5, 1).tolist() == [0] * 5
    assert reflected(-4, 9, 2).tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0]
