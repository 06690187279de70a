"""Geometries made plain, on figures that can be checked by hand (metres)."""

from __future__ import annotations

import numpy as np
import shapely

from millesime.sources.parts import MULTIPART, REPAIRED, TRIMMED, single_parts

UNIT = shapely.box(0, 0, 1, 1)


def _array(*geometries):
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def test_third_dimension_goes_and_multiparts_are_split_in_order():
    solid = shapely.MultiPolygon([shapely.Polygon([(x, 0, 9), (x + 1, 0, 9), (x + 1, 1, 9)]) for x in (0, 5)])
    parts = single_parts(_array(UNIT, solid, UNIT), dimension=2)
    assert parts.row.tolist() == [0, 1, 1, 2]
    assert not shapely.has_z(parts.geometry).any()
    assert shapely.area(parts.geometry).tolist() == [1.0, 0.5, 0.5, 1.0]
    assert parts.remarks.tolist() == ["", MULTIPART, MULTIPART, ""]
    assert parts.set_aside.tolist() == ["", "", "", ""]


def test_a_bow_tie_becomes_its_two_lobes():
    """(0,0) (2,2) (2,0) (0,2): the sides cross at (1,1), two triangles of base 2 and height 1 remain."""
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    parts = single_parts(_array(bow_tie), dimension=2)
    assert sorted(shapely.area(parts.geometry)) == [1.0, 1.0]
    assert parts.remarks.tolist() == [f"{REPAIRED}; {MULTIPART}"] * 2


def test_features_without_a_usable_part_keep_a_row_and_a_reason():
    with np.errstate(invalid="ignore"):
        endless = shapely.from_wkt("POLYGON ((0 0, 1 1, nan 2, 0 0))")
    parts = single_parts(
        _array(
            None,
            shapely.Polygon(),
            shapely.LineString([(0, 0), (1, 1)]),
            shapely.Polygon([(0, 0), (1, 1), (2, 2)]),
            endless,
        ),
        dimension=2,
    )
    assert parts.row.tolist() == [0, 1, 2, 3, 4]
    assert parts.set_aside.tolist() == [
        "empty geometry",
        "empty geometry",
        "expected a polygon, found LineString",
        "invalid geometry beyond repair",
        "coordinates that are not finite numbers",
    ]


def test_lines_in_a_collection_of_polygons_are_left_out_and_told():
    mixed = shapely.GeometryCollection([UNIT, shapely.LineString([(0, 0), (5, 5)])])
    parts = single_parts(_array(mixed), dimension=2)
    assert parts.geometry.tolist() == [UNIT]
    assert parts.remarks.tolist() == [TRIMMED]


def test_a_line_without_length_is_set_aside():
    parts = single_parts(_array(shapely.LineString([(1, 1), (1, 1)])), dimension=1)
    assert parts.set_aside.tolist() == ["invalid geometry beyond repair"]


def test_nested_collections_are_taken_apart():
    nested = shapely.GeometryCollection(
        [shapely.MultiPolygon([UNIT]), shapely.GeometryCollection([shapely.box(3, 0, 4, 1)])]
    )
    parts = single_parts(_array(nested), dimension=2)
    assert shapely.area(parts.geometry).tolist() == [1.0, 1.0]


def test_no_feature_at_all():
    parts = single_parts(_array(), dimension=2)
    assert len(parts.row) == len(parts.geometry) == 0
