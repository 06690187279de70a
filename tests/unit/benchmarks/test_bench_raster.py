"""The bench raster is the same whatever the blocks, and as dense as its name says."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks._raster import CALM, CLASSES, DENSE, labels_of, statistics, window_of


@pytest.mark.parametrize("look", [DENSE, CALM], ids=lambda look: look.name)
def test_a_window_is_cut_from_the_whole(look):
    whole = labels_of(look, 600)
    assert whole.dtype == np.uint8
    assert whole.min() >= 1
    assert whole.max() <= CLASSES
    for row, col, height, width in ((0, 0, 1, 1), (511, 511, 2, 2), (37, 290, 401, 97), (599, 0, 1, 600)):
        np.testing.assert_array_equal(
            window_of(look, row, col, height, width), whole[row : row + height, col : col + width]
        )


def test_the_dense_one_has_more_of_everything():
    """Small pieces of the two; the densities that count are those of 8192 px."""
    dense, calm = statistics(DENSE, 1024), statistics(CALM, 1024)
    assert 30_000 < dense["polygons_per_km2"] < 90_000
    assert 5_000 < calm["polygons_per_km2"] < 16_000
    assert dense["single_pixels"] > 0.5
