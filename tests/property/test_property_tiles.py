"""Tiles do not show: any raster tile by tile is the raster at once, array for array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from millesime.geo.coverage import Coverage, merge_small_faces
from millesime.geo.grid import Grid

#: Compiled loops may be compiled in the first example, so no deadline.
MANY = settings(max_examples=60, deadline=None, derandomize=True)
USUAL = settings(max_examples=25, deadline=None, derandomize=True)

ARRAYS = ("vertices", "offsets", "left", "right", "start", "end", "fixed", "face_values")

tile_sizes = st.sampled_from([2, 3, 5, 7, 11])


@st.composite
def noise(draw, most_side: int = 13):
    """A few classes at random, NoData among them at times: faces that touch at corners, lie in one another, cross."""
    shape = draw(npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=most_side))
    least = draw(st.integers(0, 1))
    return draw(npst.arrays(np.uint8, shape, elements=st.integers(least, draw(st.integers(least + 1, 4)))))


@st.composite
def blocks_with_noise(draw):
    """Larger faces sprinkled with pixels of other classes: many small faces beside faces that cross the cuts."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side, classes = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    blocks = np.kron(rng.integers(1, classes + 1, (5, 6)), np.ones((side, side), int)).astype(np.uint8)
    sprinkled = rng.random(blocks.shape) < draw(st.sampled_from([0.05, 0.15, 0.3]))
    blocks[sprinkled] = rng.integers(draw(st.integers(0, 1)), classes + 1, int(sprinkled.sum()))
    return blocks


def grid_of(labels: np.ndarray, pixel_m: float = 0.2) -> Grid:
    return Grid("EPSG:2154", 700_000.0, 6_600_000.0, pixel_m, labels.shape[1], labels.shape[0])


def tiled(labels: np.ndarray, tile_px: int, *, pixel_m: float = 0.2, **options):
    return Coverage.from_tiles(
        lambda window: labels[window.slices], grid_of(labels, pixel_m), tile_px=tile_px, **options
    )


def assert_same(one: Coverage, other: Coverage) -> None:
    for name in ARRAYS:
        assert getattr(one, name).dtype == getattr(other, name).dtype, name
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert (one.crs, one.origin_cm) == (other.crs, other.origin_cm)


minima = st.integers(1, 40).map(lambda pixels: pixels * 0.04 - 0.01)
minima_by_class = st.dictionaries(st.integers(1, 4), minima, max_size=4)
weights = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 4)), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]), max_size=6
)


@MANY
@given(labels=noise() | blocks_with_noise(), tile_px=tile_sizes)
def test_tracing(labels, tile_px):
    whole = Coverage.from_labels(labels, grid_of(labels))
    done = tiled(labels, tile_px)
    assert_same(done.coverage, whole)
    assert (done.faces_traced, done.merged, done.isolated) == (len(whole), 0, 0)
    area_px = np.bincount(labels.ravel(), minlength=2)
    assert done.double_cm2 == {value: 800 * int(area_px[value]) for value in np.unique(labels).tolist() if value}


@MANY
@given(labels=noise() | blocks_with_noise(), tile_px=tile_sizes, min_area_m2=minima | minima_by_class)
def test_merging(labels, tile_px, min_area_m2):
    whole = Coverage.from_labels(labels, grid_of(labels))
    expected = merge_small_faces(whole, min_area_m2=min_area_m2)
    done = tiled(labels, tile_px, min_area_m2=min_area_m2)
    assert_same(done.coverage, expected.coverage)
    assert (done.faces_traced, done.merged, done.isolated) == (len(whole), expected.merged, expected.isolated)


@MANY
@given(labels=blocks_with_noise(), tile_px=tile_sizes, min_area_m2=minima | minima_by_class, affinity=weights)
def test_merging_with_affinities(labels, tile_px, min_area_m2, affinity):
    whole = Coverage.from_labels(labels, grid_of(labels))
    expected = merge_small_faces(whole, min_area_m2=min_area_m2, affinity=affinity)
    done = tiled(labels, tile_px, min_area_m2=min_area_m2, affinity=affinity)
    assert_same(done.coverage, expected.coverage)
    assert done.isolated == expected.isolated


@USUAL
@given(labels=blocks_with_noise(), tile_px=tile_sizes, min_area_m2=minima, pixel_m=st.sampled_from([0.125, 0.333, 1]))
def test_pixels_that_are_no_whole_centimetres(labels, tile_px, min_area_m2, pixel_m):
    """Lines of the lattice are rounded; borders along one line stay straight, whichever tile they come from."""
    expected = Coverage.from_labels(labels, grid_of(labels, pixel_m)).merge(min_area_m2=min_area_m2)
    assert_same(tiled(labels, tile_px, min_area_m2=min_area_m2, pixel_m=pixel_m).coverage, expected)


@USUAL
@given(
    labels=npst.arrays(np.uint32, (6, 9), elements=st.sampled_from([0, 1, 254, 255, 256, 65535, 65536, 2**32 - 1])),
    tile_px=st.integers(1, 4),
    nodata=st.sampled_from([0, 255]),
    dtype=st.sampled_from([np.uint8, np.uint16, np.uint32]),
)
def test_labels_of_any_type(labels, tile_px, nodata, dtype):
    labels = labels.astype(dtype)
    whole = Coverage.from_labels(labels, grid_of(labels), nodata=nodata)
    assert_same(tiled(labels, tile_px, nodata=nodata).coverage, whole)


@USUAL
@given(labels=blocks_with_noise(), tile_px=tile_sizes, min_area_m2=minima, threads=st.integers(1, 3))
def test_what_follows_is_the_same(labels, tile_px, min_area_m2, threads):
    one = tiled(labels, tile_px, min_area_m2=min_area_m2).coverage.simplify(tolerance_m=0.5, threads=threads)
    whole = Coverage.from_labels(labels, grid_of(labels)).merge(min_area_m2=min_area_m2).simplify(tolerance_m=0.5)
    assert_same(one, whole)


@pytest.mark.parametrize("tile_px", [13, 33, 64])
def test_noise_of_three_classes(tile_px):
    """Dense noise: chains of small faces run through many tiles."""
    labels = np.random.default_rng(8).integers(1, 4, (128, 128)).astype(np.uint8)
    whole = Coverage.from_labels(labels, grid_of(labels))
    for pixels in (2, 60):
        expected = merge_small_faces(whole, min_area_m2=pixels * 0.04)
        done = tiled(labels, tile_px, min_area_m2=pixels * 0.04)
        assert_same(done.coverage, expected.coverage)
        assert (done.faces_traced, done.isolated) == (len(whole), expected.isolated)
