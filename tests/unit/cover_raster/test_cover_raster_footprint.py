"""Footprint of missing data: by hand, and the same for any tiles."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from millesime.cover_raster.footprint import missing_footprint
from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 9, 7)


def footprint(mask, *, tile_px, not_computed=None):
    tiles = [(tile, mask[tile.slices]) for tile in super_tiles(GRID, size_px=tile_px)]
    return missing_footprint(tiles, GRID, not_computed=not_computed or {})


def test_causes_are_told_apart():
    """Nothing in columns 0 to 3: of these rows 0 and 1 are imagery that was not computed."""
    mask = np.zeros((7, 9), bool)
    mask[:, :4] = True
    frame = footprint(mask, tile_px=4, not_computed={Window(0, 0, 2, 4): "a.tif is damaged"})
    assert frame.cause.tolist() == ["no imagery", "not computed"]
    assert frame.reason.tolist() == ["", "a.tif is damaged"]
    assert frame.area_m2.tolist() == [0.8, 0.32]  # 20 and 8 px of 0.04 m²
    assert frame.geometry.iloc[0].bounds == (900000.0, 6499998.6, 900000.8, 6499999.6)
    assert shapely.get_num_coordinates(frame.geometry.iloc[0]) == 5, "tiles leave no vertices"


@settings(max_examples=30, deadline=None)
@given(arrays.arrays(bool, (7, 9)), st.integers(1, 9), st.integers(1, 9))
def test_any_tiles_give_the_same_polygons(mask, one, other):
    first, second = footprint(mask, tile_px=one), footprint(mask, tile_px=other)
    assert [shape.wkb for shape in first.geometry] == [shape.wkb for shape in second.geometry]
    assert first.geometry.is_valid.all()
    assert abs(first.area.sum() - mask.sum() * 0.04) < 1e-6
