"""Hand-made partitions in mode `sparte-2024`, each beside the answer of our own mode. A artificial, n not.

The rules of that mode: polygons of one status that touch, even in a corner, are one patch; every patch below 2 500 m²
takes the other status, all at once, at the limit of the data too; built polygons of a removed patch stay.
"""

from __future__ import annotations

import pytest
import shapely
from hand_made import FIELD, GARDEN, HOUSE, QUARRY, ROAD, WOOD, YARD, frame_of, square, status, steps

from millesime.artificialisation import Parameters, artificial_zones, artificialise
from millesime.errors import ConfigError

BIG = square(0, 0, 200)  # 40 000 m²
SPARTE = {"mode": "sparte-2024"}


def _around(*holes: shapely.Polygon) -> shapely.Polygon:
    return BIG.difference(shapely.union_all(list(holes)))


@pytest.mark.parametrize(("size", "expected"), [((49, 51), "AA"), ((50, 50), "An"), ((41, 61), "An")])
def test_non_artificial_island(size, expected):
    """A wood of 2 499, 2 500, 2 501 m² in a road: below 2 500 m² it flips, as in our mode."""
    island = square(60, 60, *size)
    rows = [(_around(island), ROAD), (island, WOOD)]
    assert status(*rows, **SPARTE) == status(*rows) == expected


@pytest.mark.parametrize(("size", "expected"), [((49, 51), "nn"), ((50, 50), "nA"), ((41, 61), "nA")])
def test_artificial_island(size, expected):
    """A yard of 2 499, 2 500, 2 501 m² in a field: below 2 500 m² it flips, as in our mode."""
    island = square(60, 60, *size)
    rows = [(_around(island), FIELD), (island, YARD)]
    assert status(*rows, **SPARTE) == status(*rows) == expected


def test_limit_of_the_data():
    """A yard of 900 m² along the border: it flips, where our mode leaves what it cannot see around."""
    yard = square(0, 50, 30)
    rows = [(_around(yard), FIELD), (yard, YARD)]
    assert status(*rows, **SPARTE) == "nn"
    assert status(*rows) == "nA"


def test_nested_islands_flip_at_once():
    """A wood of 100 m² in a yard of 900 - 100 = 800 m² in a field: both are small, both flip, in one pass.

    The yard becomes non-artificial and the wood artificial: an artificial polygon of 100 m² alone in the fields. Our
    mode fills the wood, then removes the whole of 900 m².
    """
    wood, yard = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood, WOOD)]
    assert status(*rows, **SPARTE) == "nnA"
    assert status(*rows) == "nnn"


def test_nested_islands_near_the_threshold():
    """A wood of 400 m² in a yard of 2 100 m²: both flip. Our mode fills the wood and keeps the whole of 2 500 m²."""
    wood, yard = square(70, 70, 20), square(60, 60, 50)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood, WOOD)]
    assert status(*rows, **SPARTE) == "nnA"
    assert status(*rows) == "nAA"


def test_ring_around_a_small_field():
    """A ring road of 2 496 m² around 1 600 m² of field: both flip, the field becomes an artificial island."""
    ring = square(60, 60, 64).difference(square(72, 72, 40))
    rows = [(_around(square(60, 60, 64)), FIELD), (ring, ROAD), (square(72, 72, 40), FIELD)]
    assert status(*rows, **SPARTE) == "nnA"
    assert status(*rows) == "nAA"


def test_corner_contact():
    """Two yards of 1 600 m² that meet in a corner are one patch of 3 200 m²: they stay."""
    one, two = square(60, 60, 40), square(100, 100, 40)
    rows = [(_around(one, two), FIELD), (one, YARD), (two, YARD)]
    assert status(*rows, **SPARTE) == "nAA"
    assert status(*rows) == "nnn"


@pytest.mark.parametrize(("size", "ours"), [((7, 7), "nn"), ((5, 10), "nA")])
def test_isolated_building(size, ours):
    """Buildings of 49 and of 50 m² in a field both stay: this mode has no test of 50 m²."""
    house = square(60, 60, *size)
    rows = [(_around(house), FIELD), (house, HOUSE)]
    assert status(*rows, **SPARTE) == "nA"
    assert status(*rows) == ours
    assert steps(*rows, **SPARTE) == ["matrix", "built"]


def test_house_cut_in_two():
    """A house of 60 m² in two polygons of 30 m²: both stay, as any built polygon does."""
    left, right = square(60, 60, 5, 6), square(65, 60, 5, 6)
    assert status((_around(left, right), FIELD), (left, HOUSE), (right, HOUSE), **SPARTE) == "nAA"


def test_house_with_its_garden():
    """A house of 100 m² in a garden of 800 m²: the patch of 900 m² flips, the house is kept, as with `self`."""
    house, plot = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(plot), FIELD), (plot.difference(house), GARDEN), (house, HOUSE)]
    assert status(*rows, **SPARTE) == status(*rows) == "nnA"


def test_quarry_exception():
    """A quarry floor of 900 m² in a yard is not artificial by the matrix, and flips: 900 m² < 2 500 m²."""
    quarry = square(60, 60, 30)
    assert status((_around(quarry), YARD), (quarry, QUARRY), **SPARTE) == "AA"
    half = square(0, 0, 100), square(100, 0, 100)
    assert status((half[0], QUARRY), (half[1], YARD), **SPARTE) == "nA"


def test_the_threshold_is_a_parameter_and_the_readings_are_not():
    """A yard of 900 m² stays when the threshold is 900 m². The readings of our mode have no meaning here."""
    yard = square(60, 60, 30)
    rows = [(_around(yard), FIELD), (yard, YARD)]
    assert status(*rows, **SPARTE, t_other_m2=900) == "nA"
    with pytest.raises(ValueError, match="sparte-2024 fixes connectivity"):
        Parameters(mode="sparte-2024", connectivity="touch")
    with pytest.raises(ConfigError, match="each territory alone"):
        artificialise(frame_of(*rows), parameters=Parameters(**SPARTE), context=[frame_of(*rows)])


def test_zones_are_single_parts_with_their_area():
    """Two yards of 2 500 m² that share an edge are one zone of 5 000 m²; a third that touches in a corner is apart.

    The corner joins the three into one patch for the threshold, and a corner does not make one polygon.
    """
    one, two, three = square(10, 10, 50), square(60, 10, 50), square(110, 60, 50, 10)
    rows = [(_around(one, two, three), FIELD), (one, YARD), (two, YARD), (three, YARD)]
    result = artificialise(frame_of(*rows), parameters=Parameters(**SPARTE))
    zones = artificial_zones(result)
    assert sorted(zones["aire"]) == [500, 5000]
    assert zones.geometry.area.sum() == result.area_m2()
    nothing = artificialise(frame_of((BIG, FIELD)), parameters=Parameters(**SPARTE))
    assert len(artificial_zones(nothing)) == 0


def test_two_woods_that_meet_in_a_corner():
    """Two woods of 1 600 m² in a road, one corner in common: a patch of 3 200 m² stays; our mode fills both."""
    one, two = square(60, 60, 40), square(100, 100, 40)
    rows = [(_around(one, two), ROAD), (one, WOOD), (two, WOOD)]
    assert status(*rows, **SPARTE) == "Ann"
    assert status(*rows) == "AAA"


def test_ring_road():
    """A ring road of 1 100 m² around 2 500 m² of field: the ring flips, the field is not below the threshold."""
    ring = square(60, 60, 60).difference(square(65, 65, 50))
    rows = [(_around(square(60, 60, 60)), FIELD), (ring, ROAD), (square(65, 65, 50), FIELD)]
    assert status(*rows, **SPARTE) == status(*rows) == "nnn"


def test_a_building_in_a_quarry():
    """A building of 100 m² with extraction as its use is artificial by the matrix, flips with its patch, and is kept.

    The first version of that computation made the exception for buildings instead of mineral ground; this is the later.
    """
    hall = square(60, 60, 10)
    assert status((_around(hall), QUARRY), (hall, ("CS1.1.1.1", "US1.3")), **SPARTE) == "nA"


def test_a_wood_along_the_limit():
    """A wood of 900 m² in the corner of a road: it flips, where our mode leaves what it cannot see around."""
    wood = square(0, 0, 30)
    rows = [(_around(wood), ROAD), (wood, WOOD)]
    assert status(*rows, **SPARTE) == "AA"
    assert status(*rows) == "An"
