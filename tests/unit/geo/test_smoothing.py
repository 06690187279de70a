"""Borders traced on a pixel lattice, their corners cut at half a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from made_coverages import NORTH, WEST, assert_sound, same_arrays, traced

from millesime.errors import GeometryError
from millesime.geo.coverage import Coverage
from millesime.geo.coverage.assembly import regroup
from millesime.geo.grid import Grid

USUAL = settings(max_examples=80, deadline=None, derandomize=True)


def pixels(geometry):
    """A polygon in pixels of 0.2 m, columns from the west and rows from the north."""
    return shapely.normalize(shapely.transform(geometry, lambda xy: np.round((xy - [WEST, NORTH]) * [5, -5], 6) + 0.0))


def polygon(*corners):
    return shapely.normalize(shapely.Polygon(corners))


def test_a_pixel_alone_becomes_a_square_of_half_its_area():
    smooth = traced(["000", "010", "000"]).smooth(pixel_m=0.2)
    assert pixels(smooth.to_polygons()[0]) == polygon((1.5, 1), (1, 1.5), (1.5, 2), (2, 1.5))
    assert smooth.area_m2.tolist() == [0.02]
    assert_sound(smooth)


def test_long_edges_lose_their_corners_alone():
    smooth = traced(["00000", "01110", "01110", "00000"]).smooth(pixel_m=0.2)
    assert pixels(smooth.to_polygons()[0]) == polygon(
        (1.5, 1), (1, 1.5), (1, 2.5), (1.5, 3), (3.5, 3), (4, 2.5), (4, 1.5), (3.5, 1)
    )  # fmt: skip


def test_a_staircase_becomes_one_straight_line():
    """Nodes at both ends of the border, on the frame; the corners of the frame stay."""
    smooth = traced(["1222", "1122", "1112", "1111"]).smooth(pixel_m=0.2)
    one, two = sorted((pixels(polygon) for polygon in smooth.to_polygons()), key=lambda each: each.area)
    assert one == polygon((1, 0), (1, 0.5), (3.5, 3), (4, 3), (4, 0))
    assert two == polygon((0, 0), (0, 4), (4, 4), (4, 3), (3.5, 3), (1, 0.5), (1, 0))
    assert_sound(smooth)


def test_a_lens_between_two_nodes_does_not_collapse():
    """The pixel in the middle touches two others at its corners: both of its arcs keep the arms at the nodes."""
    labels = np.array([[3, 1, 1], [1, 2, 1], [1, 1, 3]], np.uint8)
    smooth = traced(labels).smooth(pixel_m=0.2)
    lens = pixels(smooth.to_polygons()[smooth.face_values == 2][0])
    assert lens == polygon((1, 1), (1, 1.5), (1.5, 2), (2, 2), (2, 1.5), (1.5, 1))
    assert_sound(smooth)


def test_pixels_at_all_of_whose_corners_borders_meet_stay_squares():
    board = traced(np.indices((4, 4)).sum(axis=0) % 2 + 1)
    assert same_arrays(board.smooth(pixel_m=0.2), board)


def test_twice_is_once():
    """What was cut is at another angle or off the lattice, so that it is left."""
    once = traced(["1222", "1122", "3112", "3111"]).smooth(pixel_m=0.2)
    assert same_arrays(once.smooth(pixel_m=0.2), once)


def test_pixels_too_small_are_refused():
    with pytest.raises(GeometryError, match="cannot be smoothed on the 1 cm grid") as caught:
        traced(["12"]).smooth(pixel_m=0.055)
    assert "--tolerance-m" in caught.value.remedy
    for pixel_m in (0.01, 0.0, float("nan")):
        with pytest.raises(GeometryError):
            traced(["12"]).smooth(pixel_m=pixel_m)


def test_nothing_at_all_stays_nothing():
    assert len(traced(["00"]).smooth(pixel_m=0.2)) == 0


def test_corners_near_vertices_off_the_lattice_are_left():
    """A hole begins 3 cm from the north-eastern corner: the cut of that corner would run through it."""
    hole = [(WEST + 0.97, NORTH - 0.03), (WEST + 0.94, NORTH - 0.09), (WEST + 0.91, NORTH - 0.06)]
    square = shapely.Polygon(shapely.box(WEST, NORTH - 1, WEST + 1, NORTH).exterior, [hole])
    smooth = Coverage.from_polygons([square, shapely.Polygon(hole)], crs="EPSG:2154").smooth(pixel_m=0.2)
    assert_sound(smooth)
    shell, inner = pixels(smooth.to_polygons()[0].buffer(0)), pixels(smooth.to_polygons()[1])
    assert pixels(shapely.Polygon(smooth.to_polygons()[0].exterior)) == polygon(
        (0.5, 0), (0, 0.5), (0, 4.5), (0.5, 5), (4.5, 5), (5, 4.5), (5, 0)
    )  # fmt: skip
    assert inner == pixels(shapely.Polygon(hole))
    assert shell.area == pytest.approx(25 - 3 / 8 - inner.area)


def test_another_lattice_leaves_all_as_it_is():
    coverage = traced(["1222", "1122", "3112", "3111"])
    moved = replace(coverage, vertices=coverage.vertices + 7)
    assert same_arrays(moved.smooth(pixel_m=0.2), moved)


def rasters():
    shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
    classes = st.sampled_from([(0, 1), (0, 2), (1, 2), (0, 4), (1, 4)])
    return st.tuples(shapes, classes).flatmap(
        lambda drawn: npst.arrays(np.uint8, drawn[0], elements=st.integers(*drawn[1]))
    )


#: Even, odd, and no whole number of centimetres; one phase has lines that round now up, now down.
lattices = st.sampled_from([(0.2, 700_000.0), (0.05, 0.0), (0.02, 0.0), (0.273, 12.004), (0.0625, 3.333), (1.5, 0.07)])


@USUAL
@given(labels=rasters(), lattice=lattices, merged=st.booleans())
def test_what_holds_of_any_raster(labels, lattice, merged):
    pixel_m, west = lattice
    grid = Grid("EPSG:2154", west, 6_600_000.0, pixel_m, labels.shape[1], labels.shape[0])
    rough = Coverage.from_labels(labels, grid)
    if merged:
        rough = rough.merge(min_area_m2=2.5 * pixel_m**2)
    smooth = rough.smooth(pixel_m=pixel_m)
    assert smooth.check() == ()
    assert np.array_equal(smooth.face_values, rough.face_values)
    assert np.array_equal(smooth.neighbours()[0], rough.neighbours()[0])
    # Nodes are where they were.
    stays = rough.start != rough.end
    for ends in (slice(None, -1), slice(1, None)):
        back = 0 if ends.start is None else 1
        before, after = (each.vertices[each.offsets[ends] - back][stays] for each in (rough, smooth))
        assert np.array_equal(before, after)
    # Each corner of a face gives or takes at most an eighth of a pixel, more where half a pixel is rounded up.
    corners = shapely.get_num_coordinates(rough.to_polygons())
    most = corners * (pixel_m / 2 + 0.01) ** 2 / 2
    assert (np.abs(smooth.area_m2 - rough.area_m2) <= most).all()
    assert (smooth.double_areas > 0).all()
    if labels.all():
        assert smooth.double_areas.sum() == rough.double_areas.sum()
    # The arcs stay in normal form.
    if merged:
        everyone = np.arange(len(smooth), dtype=np.int32)
        assert same_arrays(regroup(smooth, everyone, smooth.face_values), smooth)
    assert smooth.simplify(tolerance_m=pixel_m).check() == ()
