"""Coverages from polygons, and overlays on the 1 cm grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from made_coverages import assert_sound, traced

from millesime.errors import GeometryError
from millesime.geo.coverage import Coverage, match_polygons, overlay_polygons

CRS = "EPSG:2154"


def test_polygons_of_a_coverage_come_back_as_they_were():
    coverage = traced(np.random.default_rng(4).integers(0, 4, (15, 15)))
    polygons = coverage.to_polygons()
    done = match_polygons(Coverage, polygons, crs=CRS)
    assert_sound(done.coverage)
    assert (done.moved_vertices, done.largest_move_m, done.renoded, done.overlap_m2) == (0, 0.0, False, 0.0)
    assert done.coverage.face_values.tolist() == list(range(len(polygons)))
    assert (shapely.normalize(done.coverage.to_polygons()) == shapely.normalize(polygons)).all()


def test_a_border_without_the_neighbour_s_vertex_gets_it():
    """The left square has no vertex where the two right ones meet (a T-junction)."""
    polygons = [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 1), shapely.box(2, 1, 4, 2)]
    assert not shapely.coverage_is_valid(polygons)
    done = match_polygons(Coverage, polygons, crs=CRS)
    assert_sound(done.coverage)
    assert done.renoded
    assert done.overlap_m2 == 0
    assert shapely.get_num_coordinates(done.coverage.to_polygons()).tolist() == [6, 5, 5]
    np.testing.assert_allclose(done.coverage.area_m2, [4, 2, 2])


def test_vertices_go_to_the_centimetre_and_are_counted():
    done = match_polygons(Coverage, [shapely.box(0.004, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=CRS)
    assert_sound(done.coverage)
    assert done.moved_vertices == 2
    assert done.largest_move_m == pytest.approx(0.004)
    assert done.coverage.total_area_m2 == 2.0


def test_what_two_polygons_claim_goes_to_the_first_and_is_told():
    done = match_polygons(Coverage, [shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)], crs=CRS)
    assert_sound(done.coverage)
    assert done.overlap_m2 == pytest.approx(1.0)
    assert done.overlap_places == ((1.5, 0.5),)
    np.testing.assert_allclose(done.coverage.area_m2, [2, 1])


def test_parts_are_faces_of_their_polygon():
    parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    coverage = Coverage.from_polygons([shapely.box(1, 0, 2, 1), parts], crs=CRS)
    assert_sound(coverage)
    assert sorted(coverage.face_values.tolist()) == [0, 1, 1]


@pytest.mark.parametrize(
    ("polygons", "told"),
    [
        ([shapely.box(0, 0, 1, 1), None], "1 geometries are missing, the first is number 1"),
        ([shapely.box(0, 0, 1e9, 1)], "spread over"),
        ([shapely.Polygon([(0, 0), (1, np.inf), (1, 0)])], "not finite"),
    ],
)
def test_faulty_coordinates_are_refused(polygons, told):
    with pytest.raises(GeometryError, match=told):
        Coverage.from_polygons(polygons, crs=CRS)


def test_an_overlay_tells_what_holds_each_face():
    """Two squares overlap by one third in an extent of 4 x 2 m, with a layer that holds the lower half.

    Areas: by layer 0, polygon 0 has 2 x 1 m, polygon 1 what is left of it, 1 x 1 m (the first wins)."""
    squares = [shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)]
    lower = [shapely.box(-5, -5, 9, 0.5)]
    done = overlay_polygons([squares, lower], extent=(0.0, 0.0, 4.0, 2.0), crs=CRS)
    assert_sound(done.coverage)
    assert done.coverage.total_area_m2 == 8.0
    held = {}
    for area, lineage in zip(done.coverage.area_m2, done.lineage.tolist(), strict=True):
        held[tuple(lineage)] = round(held.get(tuple(lineage), 0.0) + area, 6)
    assert held == {(0, 0): 1.0, (0, -1): 1.0, (1, 0): 0.5, (1, -1): 0.5, (-1, 0): 0.5, (-1, -1): 4.5}


def test_an_overlay_of_nothing_is_the_extent():
    done = overlay_polygons([[], [shapely.box(9, 9, 10, 10)]], extent=(0.0, 0.0, 4.0, 2.0), crs=CRS)
    assert_sound(done.coverage)
    assert done.lineage.tolist() == [[-1, -1]]


def test_an_overlay_fills_an_extent_of_any_shape():
    extent = shapely.Polygon([(0, 0), (10, 0), (12, 7), (5, 11), (-1, 6)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    discs = shapely.buffer(shapely.points([(0, 0), (5, 5), (11, 8)]), [4, 3, 5])
    done = overlay_polygons([discs], extent=extent, crs=CRS)
    assert_sound(done.coverage)
    # Where a border meets a slanted side, the side bends to the centimetre.
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(done.coverage.to_polygons()), extent)) < 0.1


def test_an_overlay_does_not_depend_on_the_order_of_polygons():
    rng = np.random.default_rng(8)
    discs = shapely.buffer(shapely.points(rng.uniform(0, 50, (40, 2))), rng.uniform(1, 6, 40))
    order = rng.permutation(40)
    one = overlay_polygons([discs], extent=(0.0, 0.0, 50.0, 50.0), crs=CRS)
    other = overlay_polygons([discs[order]], extent=(0.0, 0.0, 50.0, 50.0), crs=CRS)
    assert_sound(one.coverage)
    assert (shapely.normalize(one.coverage.to_polygons()) == shapely.normalize(other.coverage.to_polygons())).all()


def test_a_bow_tie_is_made_valid():
    tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    done = overlay_polygons([[tie]], extent=(0.0, 0.0, 2.0, 2.0), crs=CRS)
    assert_sound(done.coverage)
    assert done.coverage.area_m2[done.lineage[:, 0] == 0].sum() == pytest.approx(2.0)


def test_an_extent_without_area_is_refused():
    with pytest.raises(GeometryError, match="an extent with an area"):
        overlay_polygons([], extent=(0.0, 0.0, 0.001, 0.001), crs=CRS)
