"""Finer pixels brought on coarser ones: means by area, worked out by hand, the same for any window."""

import numpy as np
import pytest

from millesime.geo.grid import Grid, Window
from millesime.imagery import resample

CRS = "EPSG:2154"


def averaged(values, grid, source, window=None, valid=None):
    rows, cols = resample.spans(window or grid.whole, grid=grid, source=source)
    first = resample.average_window(rows, cols)
    known = np.ones(source.shape, bool) if valid is None else valid
    return resample.average(values[first.slices], known[first.slices], rows=rows, cols=cols, first=first)


def test_the_mean_of_whole_pixels():
    source, grid = Grid(CRS, 0.0, 2.0, 1.0, 4, 2), Grid(CRS, 0.0, 2.0, 2.0, 2, 1)
    values = np.array([[1, 3, 10, 10], [5, 7, 20, 40]], np.float32)
    assert averaged(values, grid, source)[0].tolist() == [[4.0, 20.0]]


def test_shares_of_pixels_weigh_what_they_cover():
    """Pixels of 1 m under pixels of 2.5 m: 1, 1 and a half; then a half, 1 and 1."""
    source, grid = Grid(CRS, 0.0, 2.5, 1.0, 5, 3), Grid(CRS, 0.0, 2.5, 2.5, 2, 1)
    values = np.broadcast_to(np.array([10, 20, 30, 40, 50], np.float32), (3, 5))
    # (10 + 20 + 15) / 2.5 and (15 + 40 + 50) / 2.5
    assert averaged(values, grid, source)[0][0].tolist() == pytest.approx([18.0, 42.0])


def test_what_has_no_data_does_not_weigh_and_half_is_enough():
    source, grid = Grid(CRS, 0.0, 1.0, 1.0, 6, 1), Grid(CRS, 0.0, 1.0, 2.0, 3, 1)
    values = np.array([[8, 99, 99, 99, 4, 6]], np.float32)
    valid = np.array([[True, False, False, False, True, True]])
    # One row of 1 m under 2 m: half of each pixel lies on the source, a quarter of the first has data.
    found = averaged(values, grid, source, valid=valid)[1]
    assert found.tolist() == [[False, False, True]]
    taller = Grid(CRS, 0.0, 2.0, 1.0, 6, 2)
    twice, known = np.repeat(values, 2, axis=0), np.repeat(valid, 2, axis=0)
    mean, found = averaged(twice, Grid(CRS, 0.0, 2.0, 2.0, 3, 1), taller, valid=known)
    assert found.tolist() == [[True, False, True]]
    assert mean.tolist() == [[8.0, 0.0, 5.0]]


@pytest.mark.parametrize(("pixel_m", "west", "tile_px"), [(0.2, 100.0, 7), (0.27, 99.93, 5), (0.5, 100.04, 11)])
def test_the_same_for_any_window(pixel_m, west, tile_px):
    random = np.random.Generator(np.random.PCG64(7))
    source, grid = Grid(CRS, 100.0, 50.0, 0.08, 90, 70), Grid(CRS, west, 50.01, pixel_m, 17, 13)
    values = random.uniform(0, 255, source.shape).astype(np.float32)
    valid = random.random(source.shape) > 0.2
    whole = averaged(values, grid, source, valid=valid)
    assert whole[1].any()
    for row in range(0, grid.height, tile_px):
        for col in range(0, grid.width, tile_px):
            window = Window(row, col, min(tile_px, grid.height - row), min(tile_px, grid.width - col))
            for part, everything in zip(averaged(values, grid, source, window, valid), whole, strict=True):
                np.testing.assert_array_equal(part, everything[window.slices])
