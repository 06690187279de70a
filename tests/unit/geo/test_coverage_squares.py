"""A coverage cut at the limits of a square grid."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from made_coverages import NORTH, WEST, grid_of, traced

from millesime.geo.coverage import Coverage, squares
from millesime.geo.coverage.squares import cut_into_squares

USUAL = settings(max_examples=80, deadline=None, derandomize=True)


def assert_cut(coverage, pieces, side_cm):
    """Pieces lie in their squares, match each other on both sides of every limit, and make up their faces."""
    assert shapely.is_valid(pieces.polygons).all()
    assert shapely.coverage_is_valid(pieces.polygons)
    corners = np.stack([pieces.column, pieces.row, pieces.column + 1, pieces.row + 1], axis=1) * side_cm
    bounds = np.rint(shapely.bounds(pieces.polygons) * 100)
    assert (bounds[:, :2] >= corners[:, :2]).all()
    assert (bounds[:, 2:] <= corners[:, 2:]).all()
    xy = shapely.get_coordinates(pieces.polygons) * 100
    assert np.abs(xy - np.rint(xy)).max() < 1e-4
    held = np.bincount(pieces.face, weights=shapely.area(pieces.polygons), minlength=len(coverage))
    # An edge that meets a limit between two centimetres bends by half a centimetre at most.
    bend = 0.005 * np.array([polygon.length for polygon in coverage.to_polygons()])
    assert (np.abs(held - coverage.area_m2) <= bend + 1e-6).all()
    return held


def test_a_raster_of_two_squares():
    """Pixels of 0.2 m from x = 700000: a limit at 40 cm parts the third column from the second."""
    coverage = traced(["1111", "1221", "1111"])
    pieces = cut_into_squares(coverage, side_cm=40)
    assert_cut(coverage, pieces, 40)
    column, row = pieces.column - 1_750_000, pieces.row - 16_499_998
    told = sorted(
        zip(
            row.tolist(),
            column.tolist(),
            pieces.face.tolist(),
            shapely.area(pieces.polygons).round(4).tolist(),
            strict=True,
        )
    )
    assert told == [
        (0, 0, 0, 0.08), (0, 1, 0, 0.08),
        (1, 0, 0, 0.12), (1, 0, 1, 0.04), (1, 1, 0, 0.12), (1, 1, 1, 0.04),
    ]  # fmt: skip
    # From north to south, then from west to east.
    assert row.tolist() == [1, 1, 1, 1, 0, 0]


def test_a_border_that_turns_back_at_a_limit_leaves_a_vertex_on_both_sides():
    """A hole touches the limit with one corner: the piece beyond has a vertex there too."""
    hole = [(WEST + 0.5, NORTH - 0.2), (WEST + 1, NORTH - 0.5), (WEST + 0.5, NORTH - 0.8)]
    plain = shapely.Polygon(shapely.box(WEST, NORTH - 1, WEST + 2, NORTH).exterior, [hole])
    coverage = Coverage.from_polygons([plain, shapely.Polygon(hole)], crs="EPSG:2154")
    pieces = cut_into_squares(coverage, side_cm=100)
    assert_cut(coverage, pieces, 100)
    east = pieces.polygons[pieces.column == pieces.column.max()]
    assert len(east) == 1
    assert [WEST + 1, NORTH - 0.5] in shapely.get_coordinates(east[0]).round(2).tolist()


def test_faces_within_one_square_are_the_same_objects_in_value():
    coverage = traced(["1111", "1221", "1111"])
    pieces = cut_into_squares(coverage, side_cm=100_000)
    assert (shapely.normalize(pieces.polygons) == shapely.normalize(coverage.to_polygons())[pieces.face]).all()


def test_an_edge_that_meets_limits_between_centimetres_is_cut_once():
    """The border runs from corner to corner of 3 x 1.01 m: at x = 1 m it would be at y = 33.67 cm."""
    south = shapely.Polygon([(0, 0), (3, 0), (3, 1.01)])
    north = shapely.Polygon([(0, 0), (3, 1.01), (0, 1.01)])
    coverage = Coverage.from_polygons([south, north], crs="EPSG:2154")
    pieces = cut_into_squares(coverage, side_cm=100)
    assert_cut(coverage, pieces, 100)
    for face in (0, 1):
        xy = shapely.get_coordinates(pieces.polygons[pieces.face == face]).round(2).tolist()
        assert [1.0, 0.34] in xy
        assert [2.0, 0.67] in xy


def overlays_counted(monkeypatch):
    """A list that grows with each time that everything is cut anew."""
    calls = []
    overlaid = squares._overlaid
    monkeypatch.setattr(squares, "_overlaid", lambda *given: calls.append(given) or overlaid(*given))
    return calls


def test_cutting_anew_gives_the_same_where_nothing_is_rounded(monkeypatch):
    coverage = traced(["1222", "1122", "3112", "3111"]).smooth(pixel_m=0.2)
    usual = cut_into_squares(coverage, side_cm=30)
    calls = overlays_counted(monkeypatch)
    monkeypatch.setattr(squares, "_is_sound", lambda *_: False)
    again = cut_into_squares(coverage, side_cm=30)
    assert len(calls) == 1
    assert (shapely.normalize(again.polygons) == shapely.normalize(usual.polygons)).all()
    assert again.face.tolist() == usual.face.tolist()


def rasters():
    shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
    classes = st.sampled_from([(0, 1), (0, 2), (1, 2), (0, 4), (1, 4)])
    return st.tuples(shapes, classes).flatmap(
        lambda drawn: npst.arrays(np.uint8, drawn[0], elements=st.integers(*drawn[1]))
    )


@USUAL
@given(
    labels=rasters(),
    side_cm=st.sampled_from([37, 40, 60, 101, 10_000]),
    smooth=st.booleans(),
    tolerance_m=st.sampled_from([0.0, 0.2, 0.5]),
)
def test_what_holds_of_any_raster(labels, side_cm, smooth, tolerance_m):
    coverage = Coverage.from_labels(labels, grid_of(labels))
    if smooth:
        coverage = coverage.smooth(pixel_m=0.2)
    coverage = coverage.simplify(tolerance_m=tolerance_m)
    if not len(coverage):
        assert not len(cut_into_squares(coverage, side_cm=side_cm).polygons)
        return
    assert_cut(coverage, cut_into_squares(coverage, side_cm=side_cm), side_cm)


def test_fine_borders_at_all_angles(monkeypatch):
    """Triangles of some centimetres: where roundings meet, everything is cut anew, and the answer is a coverage."""
    calls = overlays_counted(monkeypatch)
    points = shapely.MultiPoint(np.random.default_rng(11).integers(0, 120, (150, 2)) / 100)
    triangles = shapely.get_parts(shapely.delaunay_triangles(points))
    coverage = Coverage.from_polygons(triangles, crs="EPSG:2154")
    pieces = cut_into_squares(coverage, side_cm=11)
    assert len(calls) == 1
    assert shapely.coverage_is_valid(pieces.polygons)
    outline = shapely.union_all(triangles)
    assert shapely.area(pieces.polygons).sum() == pytest.approx(outline.area, abs=0.01 * outline.length)
