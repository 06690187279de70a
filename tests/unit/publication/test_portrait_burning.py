"""Polygons burnt into pixels as GDAL burns them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize

from millesime.geo.grid import Grid
from millesime.publication.portrait.burning import burn

GRID = Grid.covering((0.0, 0.0, 37.0, 23.0), pixel_m=1.0, crs="EPSG:2154")


def by_gdal(shapes):
    pairs = [(shape, rank) for rank, shape in enumerate(shapes, start=1) if not shape.is_empty]
    return rasterize(pairs, out_shape=GRID.shape, transform=GRID.transform, fill=0, dtype="uint32")


def test_by_hand():
    """A frame of 4 x 4 m with a hole of 2 x 2 m, then a square over its corner; the last one wins."""
    frame = shapely.box(0, 19, 4, 23).difference(shapely.box(1, 20, 3, 22))
    found = burn(np.array([frame, shapely.box(3, 19, 5, 20)]), GRID)
    assert found[:5, :6].tolist() == [
        [1, 1, 1, 1, 0, 0],
        [1, 0, 0, 1, 0, 0],
        [1, 0, 0, 1, 0, 0],
        [1, 1, 1, 2, 2, 0],
        [0, 0, 0, 0, 0, 0],
    ]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_as_gdal_burns(seed):
    """Discs, rings, multipolygons and squares on the lattice of the pixels, some out of the map."""
    draw = np.random.default_rng(seed)
    shapes = []
    for _ in range(8):
        x, y, r = draw.uniform(-5, 42), draw.uniform(-5, 28), draw.uniform(0.2, 9)
        disc = shapely.Point(x, y).buffer(r, quad_segs=int(draw.integers(1, 9)))
        shapes.append(disc.difference(shapely.Point(x, y).buffer(r / 2)) if draw.random() < 0.5 else disc)
    west, south = draw.integers(0, 30, 2)
    shapes += [
        shapely.box(west, south - 8, west + 3, south - 2),
        shapely.MultiPolygon([*shapes[:1], shapely.box(30, 1, 33, 3)]),
    ]
    shapes = [shape for shape in shapes if shape.is_valid] + [shapely.Polygon()]
    assert np.array_equal(burn(np.array(shapes, dtype=object), GRID), by_gdal(shapes))


@pytest.mark.parametrize("shapes", [[], [shapely.Polygon()], [shapely.box(100, 100, 101, 101)]])
def test_nothing_to_burn(shapes):
    assert not burn(np.array(shapes, dtype=object), GRID).any()
