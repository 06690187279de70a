"""Pixels counted within polygons by the centre rule."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio.features
import shapely
from hypothesis import given
from hypothesis import strategies as st
from made_coverages import grid_of, square, traced

from millesime.errors import CrsError, ImageryError
from millesime.geo.coverage import Coverage, zonal_counts
from millesime.geo.coverage.zonal import zonal_counts_of_bands
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
    assert done.values.tolist() == [1, 2]  # 5 is in the hole
    assert done.counts.tolist() == [[5, 5], [1, 1]]


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


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("lowest", [0, 200])
def test_equal_to_masks_made_one_by_one(dtype, lowest):
    """Patches of 1 to 8 columns, so that borders fall anywhere in the words that are compared."""
    rng = np.random.default_rng(12)
    labels = (lowest + np.repeat(rng.integers(0, 6, (120, 40)), rng.integers(1, 9, 40), axis=1)).astype(dtype)
    grid = grid_of(labels)
    west, south, east, north = grid.bounds
    centres = np.stack([rng.uniform(west, east, 25), rng.uniform(south, north, 25)], axis=1)
    discs = shapely.buffer(shapely.points(centres), rng.uniform(0.3, 5, 25))
    done = zonal_counts(discs, labels, grid)
    for disc, counts in zip(discs, done.counts, strict=True):
        mask = rasterio.features.rasterize([(disc, 1)], out_shape=labels.shape, transform=grid.transform)
        assert counts.tolist() == np.bincount(labels[mask == 1] - lowest, minlength=6).tolist()


@given(seed=st.integers(0, 10_000), width=st.integers(1, 40), classes=st.sampled_from([2, 60, 90, 300]))
def test_a_coverage_is_counted_and_burnt_as_its_polygons(seed, width, classes):
    """By its arcs and polygon by polygon, on a grid that lies askew of the one it was traced on."""
    rng = np.random.default_rng(seed)
    coverage = traced(np.repeat(rng.integers(0, 4, (9, 11)), 3, axis=1).astype(np.uint8)).simplify(tolerance_m=0.5)
    grid = Grid("EPSG:2154", 699_999.93, 6_600_000.11, 0.17, width, 15)
    labels = rng.integers(0, classes, grid.shape).astype(np.uint16)
    by_arcs, by_polygons = coverage.composition(labels, grid), zonal_counts(coverage.to_polygons(), labels, grid)
    assert by_arcs.values.tolist() == by_polygons.values.tolist()
    np.testing.assert_array_equal(by_arcs.counts, by_polygons.counts)
    faces = coverage.to_labels(grid, values=np.arange(1, len(coverage) + 1))
    np.testing.assert_array_equal(np.bincount(faces.ravel(), minlength=len(coverage) + 1)[1:], by_arcs.counts.sum(1))


@pytest.mark.parametrize("threads", [2, 3, 100])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint32])
def test_threads_share_the_rows_without_a_trace(dtype, threads):
    rng = np.random.default_rng(5)
    # Labels that occur in some rows alone.
    labels = (np.arange(700)[:, None] // 90 * 40 + rng.integers(0, 30, (700, 40))).astype(dtype)
    grid = grid_of(labels)
    polygons = [square(2, 3, 20, 690), square(30, 699, 3, 1), shapely.MultiPolygon([square(5, 5), square(5, 600)])]
    alone, shared = zonal_counts(polygons, labels, grid), zonal_counts(polygons, labels, grid, threads=threads)
    assert shared.values.tolist() == alone.values.tolist()
    np.testing.assert_array_equal(shared.counts, alone.counts)
    coverage = traced(labels.astype(np.uint8))
    np.testing.assert_array_equal(coverage.to_labels(grid, threads=threads), labels.astype(np.uint8))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_labels_come_back_in_the_type_asked_for(dtype):
    coverage = traced(np.array([[1, 1, 0], [255, 1, 7]], np.uint8))
    burnt = coverage.to_labels(grid_of(np.zeros((2, 3))), dtype=dtype)
    assert burnt.dtype == dtype
    assert burnt.tolist() == [[1, 1, 0], [255, 1, 7]]


@pytest.mark.parametrize(
    ("dtype", "told"), [(np.uint8, "value 256, which uint8 cannot hold"), (np.int32, "not int32"), (float, "float64")]
)
def test_labels_are_never_cut_off(dtype, told):
    labels = np.array([[1, 256]], np.uint16)
    coverage = Coverage.from_labels(labels, grid_of(labels))
    with pytest.raises(ImageryError, match=told):
        coverage.to_labels(grid_of(np.zeros((1, 2))), dtype=dtype)
    with pytest.raises(ImageryError, match="value -1, which uint32 cannot hold"):
        coverage.to_labels(grid_of(np.zeros((1, 2))), values=np.array([3, -1]))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_bands_in_any_order_are_the_whole(dtype):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 300, (70, 33)).astype(dtype)
    grid = grid_of(labels)
    polygons = [square(2, 3, 20, 60), square(30, 69, 3, 1)]
    whole = zonal_counts(polygons, labels, grid)
    bands = [(row, labels[row : row + 7]) for row in rng.permutation(np.arange(0, 70, 7))]
    done = zonal_counts_of_bands(polygons, bands, grid, dtype=dtype)
    assert done.values.tolist() == whole.values.tolist()
    np.testing.assert_array_equal(done.counts, whole.counts)


def test_bands_that_miss_or_repeat_rows_are_refused():
    above, below = (0, LABELS[:1]), (1, LABELS[1:])
    done = zonal_counts_of_bands([square(0, 1, 4)], [below], GRID, dtype=np.uint8)
    assert done.counts.tolist() == [[1, 1, 2]]
    with pytest.raises(ImageryError, match="rows of the raster that were not given"):
        zonal_counts_of_bands([square(0, 0, 1, 2)], [below], GRID, dtype=np.uint8)
    for bands in ([above, above], [(2, LABELS[1:])], [(0, LABELS[:, :3])]):
        with pytest.raises(ImageryError, match="at row"):
            zonal_counts_of_bands([square(0, 0)], bands, GRID, dtype=np.uint8)


def test_too_many_labels_are_refused():
    labels = np.arange(70_000, dtype=np.uint32).reshape(700, 100)
    with pytest.raises(ImageryError, match="more than 65536 different labels"):
        zonal_counts([square(0, 0)], labels, grid_of(labels))


def test_misuse_is_refused():
    with pytest.raises(ImageryError, match="cannot be counted"):
        zonal_counts([], LABELS.astype(np.float32), GRID)
    with pytest.raises(ImageryError, match="on a grid of shape"):
        zonal_counts([], LABELS[:2], GRID)
    other = Grid("EPSG:2975", GRID.west, GRID.north, GRID.pixel_m, GRID.width, GRID.height)
    with pytest.raises(CrsError, match="EPSG:2975"):
        traced(LABELS).composition(LABELS, other)
