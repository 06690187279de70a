"""Pixels counted within polygons by the centre rule."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio.features
import shapely
from made_coverages import grid_of, square, traced

from millesime.errors import CrsError, ImageryError
from millesime.geo.coverage import zonal_counts
from millesime.geo.grid import Grid

LABELS = np.array([[1, 1, 2, 2], [1, 5, 5, 2], [1, 1, 2, 2]], dtype=np.uint8)
GRID = grid_of(LABELS)


def test_counts_of_overlapping_polygons_and_of_none():
    """Columns are classes 1, 2, 5: the whole raster, the middle row, a place outside."""
    done = zonal_counts([square(0, 0, 4, 3), square(0, 1, 4), square(50, 50)], LABELS, GRID)
    assert done.values.tolist() == [1, 2, 5]
    assert done.counts.tolist() == [[5, 5, 2], [1, 1, 2], [0, 0, 0]]
    assert done.majority().tolist() == [1, 5, 0]
    assert done.majority(ignore=5).tolist() == [1, 1, 0]
    np.testing.assert_allclose(done.share([1, 2]), [10 / 12, 0.5, 0])


def test_a_polygon_with_a_hole_and_in_two_parts():
    ring = shapely.difference(square(0, 0, 4, 3), square(1, 1, 2))
    parts = shapely.MultiPolygon([square(0, 0), square(3, 2)])
    done = zonal_counts([ring, parts], LABELS, GRID)
    assert done.counts.tolist() == [[5, 5, 0], [1, 1, 0]]


def test_every_pixel_goes_to_one_face_even_when_borders_run_through_centres():
    """Triangles whose common side passes through the centres of a diagonal of pixels."""
    labels = np.ones((6, 6), np.uint8)
    grid = grid_of(labels)
    west, south, east, north = grid.bounds
    halves = [
        shapely.Polygon([(west, north), (east, south), (west, south)]),
        shapely.Polygon([(west, north), (east, north), (east, south)]),
    ]
    counts = zonal_counts(halves, labels, grid).counts[:, 0]
    assert counts.sum() == 36
    assert sorted(counts.tolist()) == [15, 21]


def test_composition_and_labels_give_the_raster_back():
    labels = np.random.default_rng(9).integers(0, 4, (13, 17)).astype(np.uint8)
    grid = grid_of(labels)
    coverage = traced(labels)
    done = coverage.composition(labels, grid)
    assert done.counts.sum() == np.count_nonzero(labels)
    np.testing.assert_array_equal(done.majority(), coverage.face_values)
    np.testing.assert_array_equal(coverage.to_labels(grid), labels)


def test_equal_to_masks_made_one_by_one():
    rng = np.random.default_rng(12)
    labels = rng.integers(0, 6, (120, 90)).astype(np.uint16)
    grid = grid_of(labels)
    west, south, east, north = grid.bounds
    centres = np.stack([rng.uniform(west, east, 25), rng.uniform(south, north, 25)], axis=1)
    discs = shapely.buffer(shapely.points(centres), rng.uniform(0.3, 5, 25))
    done = zonal_counts(discs, labels, grid)
    for disc, counts in zip(discs, done.counts, strict=True):
        mask = rasterio.features.rasterize([(disc, 1)], out_shape=labels.shape, transform=grid.transform)
        assert counts.tolist() == np.bincount(labels[mask == 1], minlength=6).tolist()


def test_misuse_is_refused():
    with pytest.raises(ImageryError, match="cannot be counted"):
        zonal_counts([], LABELS.astype(np.float32), GRID)
    with pytest.raises(ImageryError, match="on a grid of shape"):
        zonal_counts([], LABELS[:2], GRID)
    other = Grid("EPSG:2975", GRID.west, GRID.north, GRID.pixel_m, GRID.width, GRID.height)
    with pytest.raises(CrsError, match="EPSG:2975"):
        traced(LABELS).composition(LABELS, other)
