"""Grids and windows on a 10 x 8 px grid of 0.2 m: every figure can be computed by hand."""

import numpy as np
import pytest
import shapely

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, OblongGrid, Window
from millesime.geo.precision import polygons_of, snap
from millesime.geo.tiling import super_tiles

GRID = Grid("EPSG:2154", 650000.0, 6860000.0, 0.2, 10, 8)


def test_bounds_and_transform():
    assert GRID.bounds == (650000.0, 6859998.4, 650002.0, 6860000.0)
    assert GRID.transform @ (10, 8) == pytest.approx((650002.0, 6859998.4))
    assert GRID.shape == (8, 10)


def test_windows():
    window = Window(2, 3, 4, 5)
    assert GRID.window_bounds(window) == (650000.6, 6859998.8, 650001.6, 6859999.6)
    assert GRID.window_of(GRID.window_bounds(window)) == window
    assert GRID.crop(window).bounds == GRID.window_bounds(window)
    assert window.expanded(3) == Window(-1, 0, 10, 11)
    assert window.expanded(3, GRID) == Window(0, 0, 8, 10)
    assert window.relative_to(Window(1, 1, 9, 9)) == Window(1, 2, 4, 5)
    array = np.arange(80).reshape(8, 10)
    assert array[window.slices].shape == window.shape


def test_a_window_that_misses_the_grid_and_an_empty_one_are_refused():
    with pytest.raises(ImageryError, match="outside"):
        Window(20, 0, 2, 2).clipped(GRID)
    with pytest.raises(ImageryError, match="0 x 3"):
        Window(0, 0, 0, 3)


def test_pixels_that_are_not_square():
    """10 columns of 0.2 m and 8 rows of 0.25 m: 2 m x 2 m."""
    oblong = OblongGrid("EPSG:2154", 650000.0, 6860000.0, 0.2, 0.25, 10, 8)
    assert oblong.bounds == (650000.0, 6859998.0, 650002.0, 6860000.0)
    assert oblong.transform @ (10, 8) == pytest.approx((650002.0, 6859998.0))
    assert (oblong.shape, oblong.told_pixels, GRID.told_pixels) == ((8, 10), "0.2 x 0.25", "0.2")
    window = Window(2, 3, 4, 5)
    assert oblong.window_bounds(window) == (650000.6, 6859998.5, 650001.6, 6859999.5)
    assert oblong.window_of(oblong.window_bounds(window)) == window
    assert oblong.crop(window) == OblongGrid("EPSG:2154", 650000.6, 6859999.5, 0.2, 0.25, 5, 4)
    assert window.expanded(3, oblong) == Window(0, 0, 8, 10)
    with pytest.raises(ImageryError, match=r"10 x 8 px of 0\.2 x 0 m"):
        OblongGrid("EPSG:2154", 650000.0, 6860000.0, 0.2, 0.0, 10, 8)


def test_covering_and_covers():
    assert Grid.covering((0.0, 0.0, 1.0, 0.9), pixel_m=0.2, crs="EPSG:2154").shape == (5, 5)
    assert GRID.covers((650000.0, 6859998.5, 650002.1, 6860000.0), tolerance_m=0.11)
    assert not GRID.covers((650000.0, 6859998.5, 650002.1, 6860000.0), tolerance_m=0.05)


@pytest.mark.parametrize("size_px", [1, 3, 7, 512])
def test_super_tiles_cover_the_grid_once(size_px):
    seen = np.zeros(GRID.shape, dtype=int)
    for tile in super_tiles(GRID, size_px=size_px):
        seen[tile.slices] += 1
    assert (seen == 1).all()


def test_polygons_of_takes_collections_apart():
    square = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection([square, shapely.Point(3, 3), shapely.MultiPolygon([shapely.box(2, 2, 3, 3)])])
    polygons, index = polygons_of([shapely.Point(0, 0), mixed, square])
    assert index.tolist() == [1, 1, 2]
    assert shapely.area(polygons).tolist() == [1, 1, 1]


def test_snap_is_on_the_centimetre():
    snapped = snap(shapely.box(0.0049, 0, 1.0051, 1))
    assert snapped.bounds == (0.0, 0.0, 1.01, 1.0)


def test_what_two_windows_share():
    assert Window(2, 3, 5, 5).common(Window(4, 0, 9, 6)) == Window(4, 3, 3, 3)
    assert Window(0, 0, 4, 4).common(Window(4, 0, 4, 4)) is None
    assert Window(0, 0, 4, 4).common(Window(0, 9, 4, 4)) is None
