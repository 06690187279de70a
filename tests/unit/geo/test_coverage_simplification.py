"""Borders simplified each once, with the rules that keep polygons valid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from made_coverages import assert_sound, square, traced

from millesime.geo.coverage import Coverage
from millesime.geo.coverage.simplification import inner_vertices_kept


def test_no_tolerance_changes_nothing():
    coverage = traced(["12", "21"])
    assert coverage.simplify(tolerance_m=0) is coverage


def test_a_staircase_becomes_a_line():
    """Steps of one pixel: triangles of 0.02 m², below 0.2² = 0.04 m². The ends are nodes on the frame."""
    labels = np.tril(np.ones((6, 6), int)) + 1
    coverage = traced(labels)
    simple = coverage.simplify(tolerance_m=0.25)
    assert_sound(simple)
    assert len(simple.vertices) < len(coverage.vertices)
    assert simple.total_area_m2 == coverage.total_area_m2
    inner = np.flatnonzero((simple.left >= 0) & (simple.right >= 0))
    assert simple.offsets[inner[0] + 1] - simple.offsets[inner[0]] <= 4


def test_the_corners_of_the_frame_stay_whatever_the_tolerance():
    coverage = traced(["1111", "1221", "1221"])
    simple = coverage.simplify(tolerance_m=1000.0)
    assert_sound(simple)
    assert shapely.equals(shapely.union_all(simple.to_polygons()), square(0, 0, 4, 3))


def test_a_loop_keeps_three_vertices():
    simple = traced(["1111", "1221", "1221", "1111"]).simplify(tolerance_m=1000.0)
    assert_sound(simple)
    assert shapely.get_num_coordinates(simple.to_polygons()[1]) == 4


def test_parallel_arcs_each_keep_an_inner_vertex():
    """Face 3 touches 1 and 2 only: its boundary is two arcs between the same two nodes. If both became the straight
    line between the nodes the face would vanish."""
    coverage = traced(["11111", "13331", "23332", "22222"])
    simple = coverage.simplify(tolerance_m=1000.0)
    assert_sound(simple)
    assert (simple.area_m2 > 0).all()
    assert len(simple) == 3


def test_what_each_arc_has_to_keep():
    """Arcs 0 and 1 are parallel (in either direction), 2 is alone, 3 is a loop."""
    start, end = np.array([0, 1, 1, 5], np.int32), np.array([1, 0, 2, 5], np.int32)
    assert inner_vertices_kept(start, end).tolist() == [1, 1, 0, 2]


def test_a_border_does_not_jump_over_an_island():
    """The island of 3 sits in the notch of the border between 1 and 2: the notch may not be cut off while its triangle
    holds the island's vertices."""
    rows = ["111111111", "111111111", "122222221", "122222221", "122232221", "122222221", "111111111"]
    for tolerance_m in (0.3, 0.6, 1.0, 5.0):
        simple = traced(rows).simplify(tolerance_m=tolerance_m)
        assert_sound(simple)
        hole = shapely.Polygon(simple.to_polygons()[1].exterior)
        assert shapely.contains_properly(hole, simple.to_polygons()[2])


def test_the_order_of_arcs_does_not_matter():
    """Arcs stored backwards, and the last first, give the same polygons."""
    coverage = traced(np.random.default_rng(2).integers(1, 4, (30, 30))).merge(min_area_m2=0.3)
    order = np.arange(coverage.arc_count)[::-1]
    pieces = [coverage.vertices[coverage.offsets[arc] : coverage.offsets[arc + 1]] for arc in order]
    shuffled = replace(
        coverage,
        vertices=np.concatenate(pieces),
        offsets=np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64),
        left=coverage.left[order].copy(),
        right=coverage.right[order].copy(),
        start=coverage.start[order].copy(),
        end=coverage.end[order].copy(),
    )
    one = coverage.simplify(tolerance_m=0.5).to_polygons()
    other = shuffled.simplify(tolerance_m=0.5).to_polygons()
    assert (shapely.normalize(one) == shapely.normalize(other)).all()


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_long_thin_triangles_look_at_all_cells_they_cross(turn):
    """A nearly straight long border with a tiny island close to it, in four orientations."""
    base = shapely.Polygon([(0, 0), (400, 0), (400, 100), (200, 100.4), (0, 100)])
    top = shapely.Polygon([(0, 100), (200, 100.4), (400, 100), (400, 300), (0, 300)])
    island = shapely.box(99.99, 100.10, 100.01, 100.12)
    polygons = np.array([shapely.difference(base, island), top, island])
    cloud = shapely.MultiPoint(np.random.default_rng(1).uniform(150, 290, (300, 2)).round(2)).buffer(0.05, quad_segs=1)
    polygons = np.array([polygons[0], shapely.difference(polygons[1], cloud), island, *cloud.geoms])
    angle = np.array([[0, -1], [1, 0]])
    turned = shapely.transform(polygons, lambda xy: np.round(xy @ np.linalg.matrix_power(angle, turn), 2))
    simple = Coverage.from_polygons(turned, crs="EPSG:2154").simplify(tolerance_m=7.0)
    assert_sound(simple)
