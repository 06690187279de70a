"""Small blocks enlarged to 200 m²."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from millesime.ocsge_auto.inflate import InflationRules, inflate_blocks

RULES = InflationRules()
NOTHING = np.empty(0, dtype=object)


def array(*geometries: shapely.Geometry) -> np.ndarray:
    return np.array(geometries, dtype=object)


def test_a_square_grows_by_the_smallest_offset():
    """(10 + 2 d)² >= 200 needs d >= 2.0711 m; on the 1 cm grid 2.08 m: 14.16² = 200.5056 m²."""
    (grown,) = inflate_blocks(array(shapely.box(0, 0, 10, 10)), NOTHING, rules=RULES)
    assert grown.bounds == (-2.08, -2.08, 12.08, 12.08)
    assert grown.area == pytest.approx(200.5056)


def test_large_blocks_stay_as_they_are():
    block = shapely.box(0, 0, 20, 10)
    (same,) = inflate_blocks(array(block), NOTHING, rules=RULES)
    assert same.equals(block)


def test_the_ossature_is_a_wall():
    """A road 1 m south of the house: it grows on the other sides only, still to 200 m²."""
    road = shapely.box(-50, -7, 50, -1)
    (grown,) = inflate_blocks(array(shapely.box(0, 0, 10, 10)), array(road), rules=RULES)
    assert 200.0 <= grown.area < 201.0
    assert grown.intersection(road).area == 0
    assert grown.bounds[1] == -1.0


def test_neighbours_do_not_overlap_and_both_reach_the_target():
    pair = inflate_blocks(array(shapely.box(0, 0, 10, 10), shapely.box(13, 0, 23, 10)), NOTHING, rules=RULES)
    assert shapely.intersection(*pair).area == 0
    assert (shapely.area(pair) >= 200.0).all()


def test_result_does_not_depend_on_the_order():
    houses = [shapely.box(x, y, x + 9, y + 8) for x, y in ((0, 0), (12, 1), (3, 11))]
    one = inflate_blocks(array(*houses), NOTHING, rules=RULES)
    other = inflate_blocks(array(*reversed(houses)), NOTHING, rules=RULES)[::-1]
    assert shapely.equals_exact(one, other, 0).all()


def test_a_block_under_a_road_disappears():
    assert inflate_blocks(array(shapely.box(0, 0, 10, 10)), array(shapely.box(-5, -5, 15, 15)), rules=RULES)[0] is None


def test_no_room_leaves_the_block_smaller():
    """A courtyard of 12 m x 12 m: 144 m² is all there is."""
    wall = shapely.box(-50, -50, 60, 60).difference(shapely.box(-1, -1, 11, 11))
    (grown,) = inflate_blocks(array(shapely.box(0, 0, 10, 10)), array(wall), rules=RULES)
    assert grown.area == pytest.approx(144.0)
