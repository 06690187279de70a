"""Minimum units on rectangles 100 m high, whose widths give the areas."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
import shapely

from millesime.geo.coverage import Coverage
from millesime.ocsge_auto.minimum_units import MinimumUnits, generalise

UNITS = MinimumUnits()
THICK = MinimumUnits(min_mean_width_m=0.0)


def strips(*columns: tuple[float, str, str, dict]) -> tuple[Coverage, pandas.DataFrame]:
    """Rectangles side by side, 100 m high: width in metres, cover, use, other attributes."""
    edges = np.concatenate([[0.0], np.cumsum([width for width, *_ in columns])])
    boxes = shapely.box(edges[:-1], 0, edges[1:], 100)
    coverage = Coverage.from_polygons(boxes, crs="EPSG:2154")
    rows = []
    for (_, cs, us, more), polygon in zip(columns, boxes, strict=True):
        plain = {"is_ossature": False, "is_weak": False, "is_kept": False, "zone_share": 0.0}
        rows.append({"code_cs": cs, "code_us": us, "area_m2": polygon.area} | plain | more)
    table = pandas.DataFrame(rows)
    table["zone_m2"] = table.pop("zone_share") * table["area_m2"]
    return coverage, table.iloc[coverage.face_values].reset_index(drop=True)


def codes(columns, units=THICK) -> list[str]:
    """Cover and use from west to east after the merging."""
    coverage, faces = strips(*columns)
    done = generalise(coverage, faces, units=units)
    west = shapely.bounds(done.coverage.to_polygons())[:, 0]
    return [f"{faces['code_cs'][r]} {faces['code_us'][r]}" for r in done.receiver[np.argsort(west)]]


FIELD = ("CS2.2.1", "US1.1", {})
WOOD = ("CS2.1.1.1", "US1.2", {})
ROAD = ("CS1.1.1.2", "US4.1.1", {"is_ossature": True})


@pytest.mark.parametrize(
    ("width_m", "more", "stays"),
    [
        (24.9, {}, False),  # 2 490 m² outside the built zone
        (25.0, {}, True),
        (4.9, {"zone_share": 1.0}, False),  # 490 m² inside
        (5.0, {"zone_share": 1.0}, True),
        (5.0, {"zone_share": 0.05}, False),  # a twentieth inside is outside
        (1.0, {"is_kept": True}, True),
        (99.0, {"is_weak": True}, False),
    ],
)
def test_minimum_unit_of_the_place(width_m, more, stays):
    heath = (width_m, "CS2.1.2", "US6.3", more)
    assert len(codes([(100, *FIELD), heath, (100, *WOOD)])) == (3 if stays else 2)


@pytest.mark.parametrize(("width_m", "stays"), [(1.99, False), (2.0, True)])
def test_two_hundred_square_metres_are_enough_for_a_building(width_m, stays):
    assert len(codes([(100, *FIELD), (width_m, "CS1.1.1.1", "US1.1", {}), (100, *WOOD)])) == (3 if stays else 2)


def test_equal_neighbours_are_one_before_they_are_measured():
    """Two heaths of 1 500 m² side by side make one of 3 000 m², which stays."""
    heath = (15, "CS2.1.2", "US6.3", {})
    assert codes([(100, *FIELD), heath, heath, (100, *WOOD)]) == ["CS2.2.1 US1.1", "CS2.1.2 US6.3", "CS2.1.1.1 US1.2"]


def test_the_same_cover_counts_more_than_another():
    """A lawn of 1 000 m² between a field (same cover) and a wood: equal borders, it joins the field."""
    assert codes([(100, *FIELD), (10, "CS2.2.1", "US6.3", {}), (100, *WOOD)]) == ["CS2.2.1 US1.1", "CS2.1.1.1 US1.2"]


def test_a_face_that_must_not_stay_takes_no_large_neighbour_along():
    """A lawn of 100 m2 lies between a street of 5 000 m2 and a weak strip of street beside a shop's court.

    The lawn goes first and its receiver touches the other one: they must not become one that has to go whole.
    """
    street, court = ("CS1.1.1.2", "US4.1.1"), ("CS1.1.1.2", "US3")
    inside = {"zone_share": 1.0}
    lawn, weak = (1, "CS2.2.1", "US5", inside), (6, *street, {**inside, "is_weak": True})
    assert codes([(8, *court, inside), weak, lawn, (50, *street, inside)]) == ["CS1.1.1.2 US3", "CS1.1.1.2 US4.1.1"]


def test_nothing_is_merged_across_or_into_the_ossature():
    """Between two roads a strip of 300 m² has no neighbour to go to: it stays, exempt."""
    coverage, faces = strips((100, *FIELD), (6, *ROAD), (3, *WOOD), (6, *ROAD), (100, *FIELD))
    done = generalise(coverage, faces, units=UNITS)
    assert len(done.coverage) == 5
    assert done.exempt == 1


def test_a_narrow_strip_joins_its_neighbour_whatever_its_area():
    """3 m x 100 m in the built zone of 30 m x 100 m: 2 x 300 / 206 = 2.9 m of mean width."""
    wide = {"zone_share": 1.0}
    row = [(100, *FIELD), (5.5, "CS2.1.2", "US6.3", wide), (100, *WOOD)]
    assert len(codes(row)) == 3  # 550 m² are enough where width is not looked at
    assert len(codes(row, MinimumUnits(min_mean_width_m=6.0))) == 2


def test_area_is_kept_and_groups_tell_where_faces_went():
    coverage, faces = strips((100, *FIELD), (10, "CS2.1.2", "US6.3", {}), (6, *ROAD), (100, *WOOD))
    done = generalise(coverage, faces, units=UNITS)
    assert done.coverage.total_area_m2 == coverage.total_area_m2
    moved = np.bincount(done.group, weights=coverage.area_m2)
    assert moved == pytest.approx(done.coverage.area_m2)
    assert shapely.coverage_is_valid(done.coverage.to_polygons())
