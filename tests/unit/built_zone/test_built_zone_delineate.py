"""The built zone around hand-drawn blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from millesime.built_zone.delineate import ZoneRules, delineate, fill_holes

EXACT = ZoneRules(part_min_m2=0.0, simplify_m=0.0, quad_segs=64)


def blocks(*geometries: shapely.Geometry) -> np.ndarray:
    return np.array(geometries, dtype=object)


def test_one_block_is_closed_not_dilated_twice():
    """A convex block dilated by 25 m and taken back by 20 m is the block dilated by 5 m:
    20 x 20 + 4 x 20 x 5 + pi x 5² = 878.54 m²."""
    (zone,) = delineate(blocks(shapely.box(0, 0, 20, 20)), rules=EXACT)
    assert zone.area == pytest.approx(400 + 400 + math.pi * 25, rel=1e-3)


@pytest.mark.parametrize(("gap_m", "parts"), [(49.0, 1), (51.0, 2)])
def test_blocks_closer_than_twice_the_dilation_join(gap_m, parts):
    pair = blocks(shapely.box(0, 0, 100, 100), shapely.box(100 + gap_m, 0, 200 + gap_m, 100))
    assert len(delineate(pair, rules=EXACT)) == parts


def test_small_parts_are_dropped():
    """20 m x 20 m gives 879 m² of zone, below 2 500; 60 m x 60 m gives about 4 879."""
    zones = delineate(blocks(shapely.box(0, 0, 20, 20), shapely.box(500, 0, 560, 60)), rules=ZoneRules())
    assert len(zones) == 1
    assert zones[0].bounds[0] > 400


def test_parts_with_too_few_buildings_are_dropped():
    alone = blocks(shapely.box(0, 0, 60, 60))
    assert len(delineate(alone, rules=ZoneRules(min_buildings=2))) == 0
    assert len(delineate(alone, rules=ZoneRules(min_buildings=1))) == 1


def test_holes_are_filled_below_the_limit():
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(10, 10, 20, 20)).difference(shapely.box(30, 30, 80, 80))
    (filled,) = fill_holes(blocks(ring), max_area_m2=2500.0)
    # 10 x 10 = 100 m² is filled; 50 x 50 = 2 500 m² is not below the limit
    assert filled.area == 10_000 - 2_500


def test_zone_is_on_the_centimetre_grid_and_in_a_fixed_order():
    squares = [shapely.box(x, y, x + 60, y + 60) for x, y in ((0, 0), (300, 0), (0, 300))]
    first = delineate(blocks(*squares), rules=ZoneRules())
    again = delineate(blocks(*reversed(squares)), rules=ZoneRules())
    assert shapely.equals_exact(first, again, 0).all()
    coordinates = shapely.get_coordinates(first)
    assert np.array_equal(coordinates, np.round(coordinates, 2))


def test_no_building_no_zone():
    assert len(delineate(blocks(), rules=ZoneRules())) == 0
