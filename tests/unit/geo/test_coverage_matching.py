"""Polygons that are meant to be a coverage: what is sound, what is repaired, what is told."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from made_coverages import assert_sound, traced

from millesime.errors import GeometryError
from millesime.geo.coverage import Coverage, match_polygons

CRS = "EPSG:2154"


def matched(*polygons):
    done = match_polygons(Coverage, list(polygons), crs=CRS)
    assert_sound(done.coverage)
    return done


def test_a_vertex_close_to_a_side_is_no_fault():
    """The tip of the right triangle lies 0.1 cm from the side of the left one: nothing is drawn to it."""
    side = shapely.Polygon([(0, 0), (0.01, 0), (0.02, 10), (0, 10)])
    tip = shapely.Polygon([(0.02, 9), (1, 8), (1, 10)])
    done = matched(side, tip)
    assert not done.renoded
    assert (shapely.normalize(done.coverage.to_polygons()) == shapely.normalize([side, tip])).all()
    np.testing.assert_array_equal(done.coverage.double_areas, [1500 * 2, 9800 * 2])


def test_a_polygon_on_top_of_another_is_an_overlap_though_no_border_meets():
    done = matched(shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6))
    assert done.renoded
    assert (done.overlap_m2, done.overlap_places) == (4.0, ((5.0, 5.0),))
    assert done.coverage.face_values.tolist() == [0]
    assert done.coverage.total_area_m2 == 100.0


def test_a_polygon_in_the_hole_of_another_is_none():
    frame = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6))
    done = matched(frame, shapely.box(4, 4, 6, 6))
    assert not done.renoded
    assert (done.overlap_m2, done.gap_m2) == (0.0, 0.0)
    assert done.coverage.area_m2.tolist() == [96.0, 4.0]


def test_gaps_are_told_the_narrowest_first():
    """Between the halves of a square a gap of 2 cm x 8 m, closed at both ends, and a courtyard of 4 m²."""
    west = shapely.Polygon([(0, 0), (5, 0), (5, 1), (4.99, 1), (4.99, 9), (5, 9), (5, 10), (0, 10)])
    yard = shapely.box(7, 7, 9, 9)
    east = shapely.Polygon([(10, 0), (5, 0), (5, 1), (5.01, 1), (5.01, 9), (5, 9), (5, 10), (10, 10)])
    done = matched(west, shapely.difference(east, yard))
    assert not done.renoded
    assert done.gap_m2 == pytest.approx(0.16 + 4)
    assert done.gap_places == ((5.0, 5.0), (8.0, 8.0))
    assert done.coverage.total_area_m2 == pytest.approx(100 - 4.16)


def test_bow_ties_are_repaired_and_counted():
    tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    done = matched(tie, shapely.box(3, 0, 4, 1))
    assert (done.renoded, done.repaired) == (True, 1)
    assert done.coverage.face_values.tolist() == [0, 0, 1]
    assert done.coverage.area_m2.tolist() == [1.0, 1.0, 1.0]


def test_a_ring_that_meets_itself_in_a_vertex_is_two_faces():
    """A bow-tie whose crossing is a vertex of both strands."""
    tie = shapely.Polygon([(0, 0), (1, 1), (2, 0), (2, 2), (1, 1), (0, 2)])
    assert not tie.is_valid
    done = matched(tie)
    assert done.coverage.face_values.tolist() == [0, 0]
    assert done.coverage.total_area_m2 == 2.0


def test_a_spike_goes():
    """A ring that runs out and back along a line."""
    done = matched(shapely.Polygon([(0, 0), (1, 0), (1, 1), (5, 1), (1, 1), (0, 1)]))
    assert done.coverage.area_m2.tolist() == [1.0]
    assert done.repaired == 1
    assert done.coverage.vertices.max() == 100


def test_a_vertex_given_twice_is_no_fault():
    done = matched(shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 0.001), (1, 1), (0, 1)]))
    assert (done.renoded, done.repaired, done.moved_vertices) == (False, 0, 1)
    assert done.coverage.area_m2.tolist() == [1.0]


def test_rings_may_run_either_way():
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.2, 0.4), (0.4, 0.4), (0.4, 0.2)]])
    assert not shapely.is_ccw(clockwise.exterior)
    done = matched(clockwise, shapely.box(1, 0, 2, 1))
    assert not done.renoded
    assert done.coverage.area_m2.tolist() == [0.96, 1.0]


def test_borders_of_pixels_match_though_lines_were_straightened():
    """What rasters give when vertices in the middle of straight lines are left out."""
    coverage = traced(np.random.default_rng(11).integers(1, 4, (30, 30)))
    thinned = shapely.simplify(coverage.to_polygons(), 0, preserve_topology=True)
    assert not shapely.coverage_is_valid(thinned)
    done = match_polygons(Coverage, thinned, crs=CRS)
    assert_sound(done.coverage)
    assert (done.renoded, done.overlap_m2, done.gap_m2, done.repaired) == (True, 0.0, 0.0, 0)
    np.testing.assert_array_equal(np.sort(done.coverage.double_areas), np.sort(coverage.double_areas))


def test_no_polygons_are_an_empty_coverage():
    done = match_polygons(Coverage, [], crs=CRS)
    assert (len(done.coverage), done.renoded, done.gap_m2) == (0, False, 0.0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_refused(value):
    faulty = shapely.set_coordinates(shapely.box(0, 0, 1, 1), [[0, 0], [value, 1], [1, 1], [0, 1], [0, 0]])
    with pytest.raises(GeometryError, match="the first is number 1"):
        match_polygons(Coverage, [shapely.box(0, 0, 1, 1), faulty], crs=CRS)
