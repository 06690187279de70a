"""Overlays of coverages and of polygons: cases that can be worked out by hand, in centimetres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from made_coverages import assert_sound, same_arrays, traced

from millesime.errors import CrsError, GeometryError
from millesime.geo.coverage import Coverage, merge_slivers, overlay_polygons

CRS = "EPSG:2154"


def cm(*corners) -> shapely.Polygon:
    """A polygon from corners in centimetres."""
    return shapely.Polygon(np.asarray(corners) / 100.0)


def box_cm(west, south, east, north) -> shapely.Polygon:
    return shapely.box(west / 100, south / 100, east / 100, north / 100)


def corners_of(coverage: Coverage) -> list[set[tuple[int, int]]]:
    """Corners of each face in cm."""
    return [
        {(round(x * 100), round(y * 100)) for x, y in shapely.get_coordinates(polygon)}
        for polygon in coverage.to_polygons()
    ]


def held(done) -> dict[tuple[int, ...], int]:
    """Double area in cm² by lineage."""
    out: dict[tuple[int, ...], int] = {}
    for area, lineage in zip(done.coverage.double_areas.tolist(), done.lineage.tolist(), strict=True):
        out[tuple(lineage)] = out.get(tuple(lineage), 0) + area
    return out


def test_two_rasters_laid_over_one_another():
    """Four pixels of 20 cm: left half and right half, over upper half and lower half."""
    done = traced(["12", "12"]).overlay(traced(["33", "44"]))
    assert_sound(done.coverage)
    assert held(done) == {(0, 0): 800, (0, 1): 800, (1, 0): 800, (1, 1): 800}
    # From north to south, then from west to east.
    assert done.lineage.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert done.coverage.face_values.tolist() == [0, 1, 2, 3]
    assert len(done.coverage.fixed) == 4


def test_ground_that_one_coverage_alone_has_is_kept():
    """Two pixels over the right one of them and one more: three pieces, -1 where there is none."""
    one, other = traced(["110"], nodata=0), traced(["022"], nodata=0)
    done = one.overlay(other)
    assert_sound(done.coverage)
    assert held(done) == {(0, -1): 800, (0, 0): 800, (-1, 0): 800}


def test_a_coverage_over_itself_is_itself():
    coverage = traced(np.random.default_rng(3).integers(0, 4, (12, 12)))
    done = coverage.overlay(coverage)
    assert (done.lineage[:, 0] == done.lineage[:, 1]).all()
    mine, its = (shapely.normalize(each.to_polygons()) for each in (done.coverage, coverage))
    assert (mine == its[done.lineage[:, 0]]).all()


def test_an_island_far_from_every_border_knows_where_it_lies():
    """A pixel in the middle of a face of the other coverage, and a pixel inside of it: no edge in common."""
    one = traced(["1111111"] * 7)
    rows = np.zeros((7, 7), int)
    rows[1:6, 1:6] = 2
    rows[3, 3] = 3
    done = one.overlay(traced(rows, nodata=0))
    assert_sound(done.coverage)
    assert held(done) == {(0, -1): 24 * 800, (0, 0): 24 * 800, (0, 1): 800}


def test_coverages_of_other_origins_meet():
    one = Coverage.from_polygons([box_cm(0, 0, 200, 100)], crs=CRS)
    other = Coverage.from_polygons([box_cm(100, -300, 300, 50)], crs=CRS)
    done, turned = one.overlay(other), other.overlay(one)
    assert held(done) == {(0, -1): 30_000, (0, 0): 10_000, (-1, 0): 130_000}
    assert same_arrays(done.coverage, turned.coverage)
    assert (done.lineage[:, ::-1] == turned.lineage).all()


def test_an_overlay_with_nothing():
    one, nothing = traced(["12"]), Coverage.from_polygons([], crs=CRS)
    assert held(one.overlay(nothing)) == {(0, -1): 800, (1, -1): 800}
    assert held(nothing.overlay(one)) == {(-1, 0): 800, (-1, 1): 800}
    assert len(nothing.overlay(nothing).coverage) == 0


def test_coverages_in_different_crs_are_refused():
    with pytest.raises(CrsError, match="EPSG:2154 and in EPSG:4326"):
        traced(["12"]).overlay(replace(traced(["12"]), crs="EPSG:4326"))


def test_coverages_too_far_apart_are_refused():
    far = Coverage.from_polygons([shapely.box(2e7, 0, 2e7 + 1, 1)], crs=CRS)
    with pytest.raises(GeometryError, match="spread over"):
        Coverage.from_polygons([shapely.box(0, 0, 1, 1)], crs=CRS).overlay(far)


def test_diagonals_of_a_square_cross_in_a_grid_point():
    """Of a square of 10 cm; two triangles over two others: four quarters of 25 cm²."""
    one = [cm((0, 0), (10, 0), (10, 10)), cm((0, 0), (10, 10), (0, 10))]
    other = [cm((0, 0), (10, 0), (0, 10)), cm((10, 0), (10, 10), (0, 10))]
    done = Coverage.from_polygons(one, crs=CRS).overlay(Coverage.from_polygons(other, crs=CRS))
    assert_sound(done.coverage)
    assert held(done) == {(0, 0): 50, (0, 1): 50, (1, 0): 50, (1, 1): 50}


def test_a_crossing_between_grid_points_goes_to_the_nearest_one_upwards():
    """Diagonals of a square of 5 cm cross at (2.5, 2.5): halves go up, so at (3, 3)."""
    one = [cm((0, 0), (5, 0), (5, 5)), cm((0, 0), (5, 5), (0, 5))]
    other = [cm((0, 0), (5, 0), (0, 5)), cm((5, 0), (5, 5), (0, 5))]
    done = Coverage.from_polygons(one, crs=CRS).overlay(Coverage.from_polygons(other, crs=CRS))
    assert_sound(done.coverage)
    assert done.coverage.double_areas.sum() == 50
    assert all((3, 3) in corners for corners in corners_of(done.coverage))
    assert len(done.coverage) == 4


def test_a_side_takes_the_vertex_of_a_neighbour():
    """A T-junction: one square beside two that meet in the middle of its side."""
    left, right = [box_cm(0, 0, 20, 20)], [box_cm(20, 0, 40, 10), box_cm(20, 10, 40, 20)]
    done = overlay_polygons([left, right], extent=(0.0, 0.0, 0.4, 0.2), crs=CRS)
    assert_sound(done.coverage)
    assert held(done) == {(0, -1): 800, (-1, 0): 400, (-1, 1): 400}
    assert (20, 10) in corners_of(done.coverage)[0]


@pytest.mark.parametrize(("off", "taken"), [(4, True), (6, False)])
def test_a_long_side_bends_to_a_vertex_within_half_a_centimetre(off, taken):
    """The upper side of one falls by 1 cm in 10 m; a corner of the other lies 0.4 or 0.6 cm above it."""
    slanted = cm((0, 0), (1000, 0), (1000, 9), (0, 10))
    x = 100 * off
    nail = cm((x, 10), (x + 20, 30), (x - 20, 30))
    done = overlay_polygons([[slanted], [nail]], extent=(0.0, 0.0, 10.0, 1.0), crs=CRS)
    assert_sound(done.coverage)
    touching = (x, 10) in corners_of(done.coverage)[done.lineage[:, 0].tolist().index(0)]
    assert touching == taken


def test_sides_a_third_of_a_centimetre_apart_become_one():
    """No sliver is left between two borders drawn for the same one, whatever the vertices they have."""
    west = shapely.Polygon([(0, 0), (1.0, 0), (1.003, 0.5), (1.0, 1), (0, 1)])
    east = shapely.Polygon([(0.998, 0), (2, 0), (2, 1), (0.998, 1)])
    done = overlay_polygons([[west], [east]], extent=(0.0, 0.0, 2.0, 1.0), crs=CRS)
    assert_sound(done.coverage)
    assert held(done) == {(0, -1): 20_000, (-1, 0): 20_000}


def test_a_vertex_off_the_grid_on_a_slanted_border_leaves_no_sliver():
    """The border is rounded as it was given, not from vertices already rounded, so the vertex stays on it."""
    long = shapely.Polygon([(0, 0), (100, 0), (100, 33.333), (0, 0.001)])
    x = np.array([31.4159, 57.7211, 73.2051])
    y = 0.001 + (33.333 - 0.001) * x / 100
    above = shapely.Polygon([(0, 0.001), *zip(x, y, strict=True), (100, 33.333), (100, 50), (0, 50)])
    done = overlay_polygons([[long], [above]], extent=(0.0, 0.0, 100.0, 50.0), crs=CRS)
    assert_sound(done.coverage)
    assert len(done.coverage) == 2
    assert sorted(done.lineage.tolist()) == [[-1, 0], [0, -1]]


def test_faces_that_touch_in_a_corner_stay_two():
    done = traced(["10", "01"], nodata=0).overlay(traced(["22", "22"]))
    assert_sound(done.coverage)
    assert done.lineage.tolist() == [[0, 0], [-1, 0], [-1, 0], [1, 0]]


def test_an_island_in_a_hole_in_an_island():
    """Squares of 100, 80, 60, 40 and 20 cm around one another, every second one a hole or a polygon on its own."""
    ring = shapely.difference(box_cm(0, 0, 100, 100), box_cm(10, 10, 90, 90))
    inner = shapely.difference(box_cm(20, 20, 80, 80), box_cm(30, 30, 70, 70))
    done = overlay_polygons([[shapely.union(ring, inner)], [box_cm(40, 40, 60, 60)]], extent=(0, 0, 1, 1), crs=CRS)
    assert_sound(done.coverage)
    assert held(done) == {(0, -1): 7_200 + 4_000, (-1, -1): 5_600 + 2_400, (-1, 0): 800}


def test_parts_of_one_polygon_that_overlap_are_one_ground():
    parts = shapely.MultiPolygon([box_cm(0, 0, 20, 10), box_cm(10, 0, 30, 10)])
    done = overlay_polygons([[parts]], extent=(0.0, 0.0, 0.4, 0.1), crs=CRS)
    assert held(done) == {(0,): 600, (-1,): 200}


def test_a_polygon_twice_belongs_to_the_first():
    square = box_cm(0, 0, 10, 10)
    done = overlay_polygons([[square, square, box_cm(5, 0, 15, 10)]], extent=(0.0, 0.0, 0.2, 0.1), crs=CRS)
    assert held(done) == {(0,): 200, (2,): 100, (-1,): 100}


def test_what_is_thinner_than_the_grid_vanishes():
    hair = shapely.Polygon([(0, 0.5), (1, 0.501), (1, 0.502), (0, 0.501)])
    done = overlay_polygons([[hair]], extent=(0.0, 0.0, 1.0, 1.0), crs=CRS)
    assert done.lineage.tolist() == [[-1]]


def test_far_parts_of_a_polygon_leave_no_mark_inside():
    """A ring of 2000 km with 20,000 corners around an extent of 10 m, and a hole far from it."""
    angles = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    shell = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 1e6 * (1 + 0.001 * np.cos(300 * angles))[:, None]
    around = shapely.Polygon(shell, [shapely.get_coordinates(shapely.box(5e4, 5e4, 6e4, 6e4))])
    half = shapely.box(-1e6, -1e6, 5.0, 1e6)
    done = overlay_polygons([[around], [half]], extent=(0.0, 0.0, 10.0, 10.0), crs=CRS)
    assert_sound(done.coverage)
    assert held(done) == {(0, 0): 1_000_000, (0, -1): 1_000_000}
    assert sorted(map(len, corners_of(done.coverage))) == [4, 4]


def test_points_and_lines_in_a_collection_hold_nothing():
    mixed = shapely.GeometryCollection([box_cm(0, 0, 10, 10), shapely.Point(0.15, 0.05)])
    done = overlay_polygons([[mixed, shapely.Polygon()]], extent=(0.0, 0.0, 0.2, 0.1), crs=CRS)
    assert held(done) == {(0,): 200, (-1,): 200}


def test_not_a_number_is_refused_with_its_place():
    faulty = shapely.set_coordinates(shapely.box(0, 0, 1, 1), [[0, 0], [1, np.nan], [1, 1], [0, 1], [0, 0]])
    with pytest.raises(GeometryError, match="1 geometries have coordinates that are not finite, the first is number 1"):
        overlay_polygons([[box_cm(0, 0, 1, 1), faulty]], extent=(0.0, 0.0, 1.0, 1.0), crs=CRS)


# --- slivers -----------------------------------------------------------------------------------------------


def two_surveys():
    """A field of 10 x 10 m in two halves; the other survey has the border 10 cm further east, and a pond of 1 m²."""
    first = [shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)]
    pond = shapely.box(7, 7, 8, 8)
    second = [shapely.box(0, 0, 5.1, 10), shapely.difference(shapely.box(5.1, 0, 10, 10), pond), pond]
    return Coverage.from_polygons(first, crs=CRS).overlay(Coverage.from_polygons(second, crs=CRS))


def test_a_thin_face_goes_to_a_neighbour_and_a_small_wide_one_stays():
    """The strip of 0.1 x 10 m is 0.099 m wide in the mean (2 m² by 20.2 m), the pond 0.5 m."""
    overlay = two_surveys()
    assert len(overlay.coverage) == 4
    done = merge_slivers(overlay, max_width_m=0.1)
    assert_sound(done.overlay.coverage)
    assert (done.merged, done.kept) == (1, 0)
    # Both neighbours share 10 m with it: the tie goes to the face of the smaller number, the west.
    assert held(done.overlay) == {(0, 0): 1_020_000, (1, 1): 960_000, (1, 2): 20_000}
    strip = overlay.lineage.tolist().index([1, 0])
    offsets, members = done.members()
    receiver = int(done.group[strip])
    assert strip in members[offsets[receiver] : offsets[receiver + 1]]
    assert offsets.tolist() == [0, *np.cumsum(np.bincount(done.group)).tolist()]
    assert sorted(members.tolist()) == [0, 1, 2, 3]
    assert done.overlay.coverage.face_values.tolist() == [0, 1, 2]


def test_a_small_face_goes_where_it_is_told_first():
    """By their first survey, the strip and the pond belong to the east."""
    overlay = two_surveys()
    done = merge_slivers(overlay, max_width_m=0.1, max_area_m2=1.5, same_first=overlay.lineage[:, 0])
    assert held(done.overlay) == {(0, 0): 1_000_000, (1, 1): 1_000_000}
    assert done.merged == 2


def test_protected_slivers_stay_and_are_counted():
    overlay = two_surveys()
    done = merge_slivers(overlay, max_width_m=0.1, protected=(overlay.lineage == [1, 0]).all(axis=1))
    assert (done.merged, done.kept) == (0, 1)
    assert same_arrays(done.overlay.coverage, overlay.coverage)
