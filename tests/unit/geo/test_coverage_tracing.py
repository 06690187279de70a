"""From labels to arcs and faces, on rasters that can be drawn by hand (pixels of 0.20 m: 0.04 m²)."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from made_coverages import NORTH, PIXEL_M, WEST, assert_sound, grid_of, same_arrays, square, traced

from millesime.errors import ImageryError
from millesime.geo.coverage import OUTSIDE, Coverage
from millesime.geo.grid import Grid


def test_one_pixel_is_a_square_with_four_arcs():
    """The corners of the frame are nodes, so the boundary is four arcs of one edge."""
    coverage = traced(["1"])
    assert_sound(coverage)
    assert coverage.arc_count == 4
    assert shapely.equals(coverage.to_polygons()[0], square(0, 0))
    assert coverage.total_area_m2 == 0.04


def test_nothing_but_nodata_is_an_empty_coverage():
    coverage = traced(["00", "00"])
    assert len(coverage) == 0
    assert coverage.to_polygons().shape == (0,)
    assert coverage.check() == ()


def test_a_checkerboard_has_a_face_per_pixel_in_row_major_order():
    coverage = traced(["12", "21"])
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [1, 2, 2, 1]
    expected = [square(0, 0), square(1, 0), square(0, 1), square(1, 1)]
    assert all(shapely.equals(*pair) for pair in zip(coverage.to_polygons(), expected, strict=True))


def test_pixels_that_touch_at_a_corner_are_two_faces():
    """The pixels 1 share a corner, no edge: two faces; the 2 around them meets itself at that corner."""
    coverage = traced(["122", "212", "222"])
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [1, 2, 1]
    np.testing.assert_allclose(coverage.area_m2, [0.04, 0.28, 0.04], atol=1e-12)


def test_a_hole_is_a_loop_of_its_own():
    coverage = traced(["111", "121", "111"])
    assert_sound(coverage)
    around, inside = coverage.to_polygons()
    assert len(around.interiors) == 1
    assert shapely.equals(inside, square(1, 1))
    loops = np.flatnonzero(coverage.start == coverage.end)
    assert loops.size == 1
    # Counter-clockwise from its first corner: the inside is on the left.
    assert coverage.left[loops[0]] == 1
    assert coverage.vertices[coverage.offsets[loops[0]]].tolist() == [20, -20]


def test_a_hole_that_touches_its_shell_at_a_corner_stays_a_hole():
    """Face 1 surrounds the 2 in the middle, which touches the 3 in the corner of the frame by its own corner."""
    coverage = traced(["3111", "1211", "1111"])
    assert_sound(coverage)
    face = coverage.to_polygons()[1]
    assert coverage.face_values[1] == 1
    assert len(face.interiors) == 1
    assert shapely.area(face) == pytest.approx(0.4)


def test_two_holes_that_touch_each_other_are_two_holes():
    coverage = traced(["1111", "1211", "1131", "1111"])
    assert_sound(coverage)
    assert len(coverage.to_polygons()[0].interiors) == 2


def test_holes_inside_holes():
    coverage = traced(["11111", "12221", "12121", "12221", "11111"])
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [1, 2, 1]
    outer, middle, inner = coverage.to_polygons()
    assert (len(outer.interiors), len(middle.interiors), len(inner.interiors)) == (1, 1, 0)
    np.testing.assert_allclose(coverage.area_m2, [0.64, 0.32, 0.04], atol=1e-12)


@pytest.mark.parametrize("rows", [["1231"], ["1", "2", "3", "1"], ["0120"]])
def test_images_one_pixel_wide(rows):
    coverage = traced(rows)
    assert_sound(coverage)
    assert coverage.total_area_m2 == pytest.approx(0.04 * sum(digit != "0" for row in rows for digit in row))


def test_nodata_in_the_corners_is_outside():
    coverage = traced(["011", "111", "110"])
    assert_sound(coverage)
    assert len(coverage) == 1
    expected = shapely.union_all([square(1, 0, 2), square(0, 1, 3), square(0, 2, 2)])
    assert shapely.equals(coverage.to_polygons()[0], expected)
    assert (np.minimum(coverage.left, coverage.right) == OUTSIDE).all()


def test_nodata_that_parts_two_pixels_at_a_corner():
    coverage = traced(["10", "01"])
    assert_sound(coverage)
    assert len(coverage) == 2


def test_a_face_is_named_by_its_first_pixel_although_its_arms_meet_later():
    """The U begins twice in the first row; the sweep learns in the last row that both arms are one face."""
    coverage = traced(["121", "121", "111"])
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [1, 2]


def test_an_arc_starts_at_its_smallest_end():
    rng = np.random.default_rng(3)
    coverage = traced(rng.integers(1, 4, (12, 9)))
    first = coverage.vertices[coverage.offsets[:-1]].astype(int)
    last = coverage.vertices[coverage.offsets[1:] - 1].astype(int)
    keys = [(-y, x) for x, y in first.tolist()], [(-y, x) for x, y in last.tolist()]
    assert all(one <= other for one, other in zip(*keys, strict=True))


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 7, 33])
def test_bands_of_any_height_give_the_same_arrays(rows_at_once):
    """Components that join, and boundaries that close, across the seam, with noise and small prime heights."""
    labels = np.random.default_rng(7).integers(0, 3, (61, 47)).astype(np.uint8)
    bands = (labels[row : row + rows_at_once] for row in range(0, len(labels), rows_at_once))
    banded = Coverage.from_bands(bands, grid_of(labels), dtype=np.uint8)
    assert same_arrays(banded, traced(labels))


@pytest.mark.parametrize(("classes", "threads"), [(1, 2), (2, 2), (2, 3), (5, 2), (200, 4)])
def test_threads_share_the_rows_without_a_trace(classes, threads):
    """Patches, spirals of two classes, and noise, which needs more room than strips have and is swept in one."""
    draw = np.random.default_rng(classes)
    patches = np.kron(draw.integers(1, classes + 1, (140, 40)), np.ones((8, 8))).astype(np.uint8)
    spiral = np.add.outer(np.arange(1120), np.arange(320)) // 4 % 2 + patches
    noise = draw.integers(0, classes + 1, (1120, 320))
    for labels in (patches, spiral.astype(np.uint8), noise.astype(np.uint8)):
        assert same_arrays(traced(labels, threads=threads), traced(labels))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
def test_labels_of_any_unsigned_type(dtype):
    most = int(np.iinfo(dtype).max)
    labels = np.array([[1, most], [most - 1, 1]], dtype=dtype)
    coverage = Coverage.from_labels(labels, grid_of(labels))
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [1, most, most - 1, 1]
    assert coverage.face_values.dtype == dtype


def test_zero_may_be_a_label_and_another_value_outside():
    coverage = traced(["005", "055"], nodata=5)
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [0]
    assert coverage.total_area_m2 == pytest.approx(0.12)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_may_be_inside(dtype):
    most = int(np.iinfo(dtype).max)
    labels = np.array([[0, most], [0, 3]], dtype=dtype)
    coverage = Coverage.from_labels(labels, grid_of(labels), nodata=None)
    assert_sound(coverage)
    assert coverage.face_values.tolist() == [0, most, 3]
    assert coverage.total_area_m2 == pytest.approx(0.16)


def test_pixels_that_are_no_whole_centimetres_keep_every_line_of_the_lattice():
    """0.125 m: lines fall on 0, 12.5, 25, 37.5 cm and are rounded to the even one, each line as a whole."""
    labels = np.array([[1, 2, 1]], dtype=np.uint8)
    coverage = Coverage.from_labels(labels, Grid("EPSG:2154", 0.0, 0.0, 0.125, 3, 1))
    assert_sound(coverage)
    assert sorted(set(coverage.vertices[:, 0].tolist())) == [0, 12, 25, 38]


def test_coordinates_are_the_nearest_doubles_of_their_centimetres():
    coverage = traced(["123", "231"])
    xy = shapely.get_coordinates(coverage.to_polygons())
    np.testing.assert_array_equal(xy, np.round(xy, 2))
    assert xy[:, 0].min() == WEST
    assert xy[:, 1].max() == NORTH
    assert xy[:, 0].max() == round(WEST + 3 * PIXEL_M, 2)


@pytest.mark.parametrize(
    ("labels", "grid", "told"),
    [
        (np.ones((2, 2), np.int16), None, "int16 cannot be traced"),
        (np.ones((2, 2), np.float32), None, "float32 cannot be traced"),
        (np.ones((2, 2), np.uint64), None, "uint64 cannot be traced"),
        (np.ones((2, 2), np.uint8), Grid("EPSG:2154", 0, 0, 0.2, 3, 2), "on a grid of shape"),
        (np.ones((2, 2), np.uint8), Grid("EPSG:4326", 0, 0, 1e-5, 2, 2), "finer than the 1 cm grid"),
    ],
)
def test_what_cannot_be_traced_is_refused(labels, grid, told):
    with pytest.raises(ImageryError, match=told):
        Coverage.from_labels(labels, grid or grid_of(labels))


def test_nodata_that_no_pixel_can_have_is_refused():
    with pytest.raises(ImageryError, match="NoData 300 is no value of a uint8 raster"):
        traced(["11"], nodata=300)


def test_neighbours_with_their_shared_lengths():
    """1 and 2 share two edges, 2 and 3 one, 1 and 3 one: of 0.20 m each."""
    coverage = traced(["12", "12", "13"])
    pairs, shared = coverage.neighbours()
    assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    np.testing.assert_allclose(shared, [0.4, 0.2, 0.2])
