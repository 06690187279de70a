"""Hand-made partitions. Each docstring derives the answer; A = artificial, n = not artificial, rows in order."""

from __future__ import annotations

import pytest
import shapely
from hand_made import FIELD, GARDEN, HOUSE, QUARRY, ROAD, WOOD, YARD, square, status, steps

BIG = square(0, 0, 200)  # 40 000 m², whose own border is the limit of the data


def _around(*holes: shapely.Polygon) -> shapely.Polygon:
    """The big square less the given shapes."""
    return BIG.difference(shapely.union_all(list(holes)))


#: Widths and heights of islands just below, at and just above the threshold.
BELOW, EQUAL, ABOVE = (49, 51), (50, 50), (41, 61)  # 2 499, 2 500, 2 501 m²


@pytest.mark.parametrize(("size", "expected"), [(BELOW, "AA"), (EQUAL, "An"), (ABOVE, "An")])
def test_non_artificial_island(size, expected):
    """A wood of 2 499, 2 500, 2 501 m² in a road surface: only strictly below 2 500 m² is it filled."""
    island = square(60, 60, *size)
    assert status((_around(island), ROAD), (island, WOOD)) == expected


@pytest.mark.parametrize(("size", "expected"), [(BELOW, "nn"), (EQUAL, "nA"), (ABOVE, "nA")])
def test_artificial_island(size, expected):
    """A yard of 2 499, 2 500, 2 501 m² in a field: only strictly below 2 500 m² is it removed."""
    island = square(60, 60, *size)
    assert status((_around(island), FIELD), (island, YARD)) == expected


def test_threshold_is_exact_to_the_square_centimetre():
    """50.00 x 49.99 = 2 499.5 m² is removed; adding a 0.5 m² yard beside it makes 2 500 m², which stays."""
    island, more = square(60, 60, 50, 49.99), square(60, 109.99, 50, 0.01)
    assert status((_around(island), FIELD), (island, YARD)) == "nn"
    assert status((_around(island, more), FIELD), (island, YARD), (more, YARD)) == "nAA"


def test_island_of_several_polygons_counts_whole():
    """Two yards of 1 300 m² side by side make one patch of 2 600 m²: it stays."""
    left, right = square(60, 60, 26, 50), square(86, 60, 26, 50)
    assert status((_around(left, right), FIELD), (left, YARD), (right, YARD)) == "nAA"


def test_nested_islands_fill_first():
    """A wood of 400 m² in a yard of 3 600 - 400 = 3 200 m² in a field.

    Fill: the wood becomes artificial. The patch is then 3 600 m²: it stays. With `remove_first` the yard (3 200 m²)
    stays too, then the wood is filled: the same.
    """
    wood, yard = square(80, 80, 20), square(60, 60, 60)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood, WOOD)]
    assert status(*rows) == "nAA"
    assert status(*rows, order="remove_first") == "nAA"


def test_order_decides_nested_islands_near_the_threshold():
    """A wood of 400 m² in a yard of 2 500 - 400 = 2 100 m² in a field.

    fill_first: the wood is filled, the patch has 2 500 m²: it stays, both artificial.
    remove_first: the yard alone has 2 100 m² < 2 500: removed; the wood then lies in non-artificial land.
    """
    wood, yard = square(70, 70, 20), square(60, 60, 50)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood, WOOD)]
    assert status(*rows, order="fill_first") == "nAA"
    assert status(*rows, order="remove_first") == "nnn"


def test_filled_then_removed():
    """A wood of 100 m² in a yard of 900 - 100 = 800 m² in a field: filled, then the patch of 900 m² is removed.

    The wood ends with the status of the matrix, and its step tells both passes.
    """
    wood, yard = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood, WOOD)]
    assert status(*rows) == "nnn"
    assert steps(*rows) == ["matrix", "remove", "fill+remove"]


def test_removed_then_filled():
    """remove_first. A yard of 100 m² in a wood of 900 - 100 = 800 m² in a road surface of 39 100 m².

    Remove: the yard (100 m²) becomes non-artificial. Recompute: the patch of wood and yard has 900 m² < 2 500 and
    is enclosed: filled. The yard was removed, then filled.
    """
    yard, wood = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(wood), ROAD), (wood.difference(yard), WOOD), (yard, YARD)]
    assert status(*rows, order="remove_first") == "AAA"
    assert steps(*rows, order="remove_first") == ["matrix", "fill", "remove+fill"]


def test_three_nested_levels_are_filled_at_once():
    """Road / wood ring of 1 500 m² / yard ring of 700 m² / wood of 300 m², all enclosed.

    Fill looks at each cluster on its own: the wood ring (1 500) and the inner wood (300) are both filled, at once.
    Everything is artificial: one cluster, which touches the limit.
    """
    outer, middle, inner = square(60, 60, 50), square(60, 60, 50, 20), square(60, 60, 30, 10)
    rows = [
        (_around(outer), ROAD),
        (outer.difference(middle), WOOD),
        (middle.difference(inner), YARD),
        (inner, WOOD),
    ]
    assert outer.difference(middle).area == 1500
    assert status(*rows) == "AAAA"


def test_ring_road():
    """A ring road of 60² - 50² = 1 100 m² between a field outside and a field of 2 500 m² inside.

    The inner field has 2 500 m²: not filled. The ring has 1 100 m² and is enclosed on both sides: removed.
    """
    ring = square(60, 60, 60).difference(square(65, 65, 50))
    rows = [(_around(square(60, 60, 60)), FIELD), (ring, ROAD), (square(65, 65, 50), FIELD)]
    assert status(*rows) == "nnn"


def test_ring_between_two_clusters_is_not_single():
    """The same ring: two clusters surround it, `single` leaves it; an island in one cluster is still removed."""
    ring = square(60, 60, 60).difference(square(65, 65, 50))
    island = square(10, 10, 20)
    rows = [
        (_around(square(60, 60, 60), island), FIELD),
        (ring, ROAD),
        (square(65, 65, 50), FIELD),
        (island, YARD),
    ]
    assert status(*rows, enclosure="single") == "nAnn"


def test_ring_around_a_small_field_is_filled():
    """A ring road of 64² - 40² = 2 496 m² around a field of 1 600 m².

    fill_first: the inner field is filled, the patch has 4 096 m²: it stays. remove_first: the ring alone has
    2 496 m² < 2 500: removed, and nothing is left to fill.
    """
    ring = square(60, 60, 64).difference(square(72, 72, 40))
    rows = [(_around(square(60, 60, 64)), FIELD), (ring, ROAD), (square(72, 72, 40), FIELD)]
    assert status(*rows) == "nAA"
    assert status(*rows, order="remove_first") == "nnn"


def test_corner_contact():
    """Two yards of 40² = 1 600 m² that meet in one corner, in a field.

    edge: two patches of 1 600 m², both removed. touch: one patch of 3 200 m², it stays.
    """
    one, two = square(60, 60, 40), square(100, 100, 40)
    rows = [(_around(one, two), FIELD), (one, YARD), (two, YARD)]
    assert status(*rows, connectivity="edge") == "nnn"
    assert status(*rows, connectivity="touch") == "nAA"


def test_chessboard():
    """Four squares of 40² = 1 600 m²: two yards on one diagonal, two woods on the other, inside a field.

    The woods are part of the field's cluster (they share edges with it). Yards: as two corners.
    """
    cells = [square(60, 60, 40), square(100, 60, 40), square(60, 100, 40), square(100, 100, 40)]
    rows = [(_around(*cells), FIELD), *zip(cells, [YARD, WOOD, WOOD, YARD], strict=True)]
    assert status(*rows) == "nnnnn"
    assert status(*rows, connectivity="touch") == "nAnnA"


def test_limit_of_the_data():
    """A yard of 900 m² along the border of the data is left as it is: what lies beyond is unknown.

    One metre further in, the field goes around it: removed.
    """
    at_border, inside = square(0, 50, 30), square(1, 50, 30)
    assert status((_around(at_border), FIELD), (at_border, YARD)) == "nA"
    assert status((_around(inside), FIELD), (inside, YARD)) == "nn"


def test_small_wood_along_the_limit():
    """A wood of 900 m² in the corner of a road surface: along the limit, not filled."""
    wood = square(0, 0, 30)
    assert status((_around(wood), ROAD), (wood, WOOD)) == "An"


def test_gap_in_the_data_is_a_limit():
    """A yard of 900 m² beside a hole of the data (10 m x 10 m missing): it touches the unknown, left as it is."""
    yard, hole = square(60, 60, 30), square(90, 60, 10)
    assert status((_around(yard, hole), FIELD), (yard, YARD)) == "nA"


def test_quarry_exception():
    """Mineral ground with extraction is not artificial, with industry it is: matrix only, both at the limit."""
    left, right = square(0, 0, 100), square(100, 0, 100)
    assert status((left, QUARRY), (right, YARD)) == "nA"


def test_small_quarry_in_a_yard_is_filled():
    """A quarry floor of 900 m² in a yard: non-artificial by the matrix, enclosed, below 2 500 m²: filled."""
    quarry = square(60, 60, 30)
    assert status((_around(quarry), YARD), (quarry, QUARRY)) == "AA"
    assert steps((_around(quarry), YARD), (quarry, QUARRY)) == ["matrix", "fill"]


@pytest.mark.parametrize(("size", "expected"), [((7, 7), "nn"), ((5, 10), "nA")])
def test_isolated_building(size, expected):
    """A building of 49 m² in a field is removed; of 50 m², kept: the built threshold is not strict."""
    house = square(60, 60, *size)
    assert status((_around(house), FIELD), (house, HOUSE)) == expected


def test_house_with_its_garden():
    """A house of 100 m² in a garden of 900 - 100 = 800 m² in a field: patch of 900 m² < 2 500.

    self: the house alone stays. adjacent: the garden shares an edge with the house, it stays too.
    """
    house, plot = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(plot), FIELD), (plot.difference(house), GARDEN), (house, HOUSE)]
    assert status(*rows) == "nnA"
    assert steps(*rows) == ["matrix", "remove", "built"]
    assert status(*rows, built_forcing="adjacent") == "nAA"
    assert steps(*rows, built_forcing="adjacent") == ["matrix", "built", "built"]


def test_adjacent_reaches_one_polygon_only():
    """House 100 m², garden beside it 100 m², yard beside the garden 100 m², in a field: patch of 300 m².

    adjacent keeps the house and the garden; the yard shares no edge with the house: removed. No further pass.
    """
    house, garden, yard = square(60, 60, 10), square(70, 60, 10), square(80, 60, 10)
    rows = [(_around(house, garden, yard), FIELD), (house, HOUSE), (garden, GARDEN), (yard, YARD)]
    assert status(*rows, built_forcing="adjacent") == "nAAn"
    assert status(*rows, built_forcing="self") == "nAnn"


def test_adjacent_ignores_corners_and_filled_land():
    """House 100 m²; a yard that touches it in a corner only; between them a third square of wood.

    The corner is no shared edge: with `touch` they are one patch (200 m²), yet only the house is kept.
    """
    house, yard = square(60, 60, 10), square(70, 70, 10)
    rows = [(_around(house, yard), FIELD), (house, HOUSE), (yard, YARD)]
    assert status(*rows, connectivity="touch", built_forcing="adjacent") == "nAn"


def test_house_cut_in_two():
    """A house of 60 m² delivered as two polygons of 30 m²: one built patch of 60 m² >= 50, kept whole."""
    left, right = square(60, 60, 5, 6), square(65, 60, 5, 6)
    assert status((_around(left, right), FIELD), (left, HOUSE), (right, HOUSE)) == "nAA"


def test_two_sheds_that_meet_in_a_corner():
    """Two sheds of 30 m² that meet in a corner are two built patches below 50 m², whatever the connectivity."""
    one, two = square(60, 60, 5, 6), square(65, 66, 5, 6)
    rows = [(_around(one, two), FIELD), (one, HOUSE), (two, HOUSE)]
    assert status(*rows) == "nnn"
    assert status(*rows, connectivity="touch") == "nnn"


def test_shed_against_a_yard():
    """A shed of 30 m² against a yard of 2 480 m²: patch of 2 510 m², it stays whole; the shed needs no forcing."""
    yard, shed = square(60, 60, 40, 62), square(100, 60, 5, 6)
    rows = [(_around(yard, shed), FIELD), (yard, YARD), (shed, HOUSE)]
    assert status(*rows) == "nAA"
    assert steps(*rows) == ["matrix"] * 3


def test_vertices_need_not_match():
    """The field's border has no vertex where the yards meet (T-junction): yards of 1 300 m² each still connect, and
    are still enclosed by four plain rectangles.
    """
    rows = [
        (square(0, 0, 200, 60), FIELD),
        (square(0, 110, 200, 90), FIELD),
        (square(0, 60, 60, 50), FIELD),
        (square(112, 60, 88, 50), FIELD),
        (square(60, 60, 26, 50), YARD),
        (square(86, 60, 26, 50), YARD),
    ]
    assert status(*rows) == "nnnnAA"
    assert status(*rows[:4], (square(60, 60, 52, 50), GARDEN)) == "nnnnA"
    assert status(*rows, t_other_m2=2600.01) == "nnnnnn"


def test_thresholds_are_parameters():
    """A yard of 900 m² in a field stays when the threshold is 900 m²; a building of 49 m² when it is 49 m²."""
    yard, house = square(60, 60, 30), square(120, 120, 7)
    rows = [(_around(yard, house), FIELD), (yard, YARD), (house, HOUSE)]
    assert status(*rows) == "nnn"
    assert status(*rows, t_other_m2=900) == "nAn"
    assert status(*rows, t_built_m2=49) == "nnA"


READINGS = [
    {"order": order, "connectivity": connectivity, "built_forcing": forcing}
    for order in ("fill_first", "remove_first")
    for connectivity in ("edge", "touch")
    for forcing in ("self", "adjacent")
]


@pytest.mark.parametrize("rules", READINGS, ids=lambda rules: "-".join(rules.values()))
def test_islands_do_not_hang_on_a_reading(rules):
    """A wood in a road and a yard in a field, each of 2 499, 2 500 and 2 501 m²: alone in their surroundings, no
    order, no corner and no building has a say. A shed of 49 m² goes and a house of 50 m² stays.
    """
    for size, wood, yard in ((BELOW, "AA", "nn"), (EQUAL, "An", "nA"), (ABOVE, "An", "nA")):
        island = square(60, 60, *size)
        assert status((_around(island), ROAD), (island, WOOD), **rules) == wood
        assert status((_around(island), FIELD), (island, YARD), **rules) == yard
    shed, house = square(60, 60, 7), square(120, 60, 5, 10)
    assert status((_around(shed, house), FIELD), (shed, HOUSE), (house, HOUSE), **rules) == "nnA"


@pytest.mark.parametrize(("width", "expected"), [(4.8, "nnn"), (5, "nAA")])
def test_a_building_of_49_and_of_50_m2_cut_in_two(width, expected):
    """5 x 5 = 25 m² beside 4.8 x 5 = 24 m²: 49 m², both removed. Beside 5 x 5 = 25 m²: 50 m², both kept."""
    left, right = square(60, 60, 5), square(65, 60, width, 5)
    assert status((_around(left, right), FIELD), (left, HOUSE), (right, HOUSE)) == expected


def test_a_house_cut_in_two_with_its_garden():
    """A house of 60 m² as two polygons of 30 m², a garden of 100 m² beside the right one, a yard of 100 m² beside that.

    self: both halves stay, as one built patch. adjacent: the garden has an edge on the right half and stays; the
    yard has none on either and goes. One order or the other is the same.
    """
    left, right = square(60, 60, 5, 6), square(65, 60, 5, 6)
    garden, yard = square(70, 60, 10), square(80, 60, 10)
    rows = [(_around(left, right, garden, yard), FIELD), (left, HOUSE), (right, HOUSE), (garden, GARDEN), (yard, YARD)]
    for order in ("fill_first", "remove_first"):
        assert status(*rows, order=order) == "nAAnn"
        assert status(*rows, order=order, built_forcing="adjacent") == "nAAAn"


def test_two_woods_that_meet_in_a_corner():
    """Two woods of 40² = 1 600 m² in a road. edge: both are filled. touch: one patch of 3 200 m², it stays."""
    one, two = square(60, 60, 40), square(100, 100, 40)
    rows = [(_around(one, two), ROAD), (one, WOOD), (two, WOOD)]
    assert status(*rows) == "AAA"
    assert status(*rows, connectivity="touch") == "Ann"


def test_a_ring_that_a_corner_closes():
    """A road around 40² = 1 600 m² of field, open at the inner corner: there inner and outer field meet in a point.

    The road is a square of 60² less the inner field and less a square of 10² at its north-east corner: 3 600 - 1 600 -
    100 = 1 900 m², in one piece along three sides. edge: the inner field is enclosed and filled; the patch has then
    3 500 m² and stays. touch: the inner field is part of the outer one; the road of 1 900 m² is removed.
    """
    inner, gap = square(70, 70, 40), square(110, 110, 10)
    road = square(60, 60, 60).difference(shapely.union_all([inner, gap]))
    rows = [(_around(inner, road), FIELD), (road, ROAD), (inner, FIELD)]
    assert road.area == 1_900
    assert status(*rows) == "nAA"
    assert status(*rows, connectivity="touch") == "nnn"


def test_a_building_in_a_quarry():
    """The exception is for mineral ground: a building of 100 m² with extraction as its use is artificial and stays.

    The quarry around it is not artificial; a stock of minerals of 900 m² with industry in it is removed.
    """
    hall, stock = square(60, 60, 10), square(100, 100, 30)
    rows = [(_around(hall, stock), QUARRY), (hall, ("CS1.1.1.1", "US1.3")), (stock, YARD)]
    assert status(*rows) == "nAn"
    assert steps(*rows) == ["matrix", "built", "remove"]


def test_a_shed_along_the_limit():
    """A shed of 30 m² on the border of the data: nobody knows how large the building is, it keeps the matrix's status.

    Half a metre further in, the field goes around it: removed.
    """
    at_border, inside = square(0, 50, 5, 6), square(0.5, 50, 5, 6)
    assert status((_around(at_border), FIELD), (at_border, HOUSE)) == "nA"
    assert status((_around(inside), FIELD), (inside, HOUSE)) == "nn"


def test_four_nested_levels_in_both_orders():
    """Field / yard ring 700 m² / wood ring 500 m² / house 100 m², from squares of 1 300, 600 and 100 m².

    fill_first: the wood ring (500) is filled, the patch of 1 300 m² is removed but for the house (100 m² >= 50).
    remove_first: the yard ring (700) is removed; the house's own patch of 100 m² is kept by the forcing; the wood ring
    is then part of the field's cluster, and nothing is left to fill. The same, by other steps.
    """
    yard, wood, house = square(60, 60, 50, 26), square(65, 65, 30, 20), square(70, 70, 10)
    rows = [(_around(yard), FIELD), (yard.difference(wood), YARD), (wood.difference(house), WOOD), (house, HOUSE)]
    assert (yard.area, wood.area, house.area) == (1_300, 600, 100)
    assert status(*rows, order="fill_first") == status(*rows, order="remove_first") == "nnnA"
    assert steps(*rows, order="fill_first") == ["matrix", "remove", "fill+remove", "built"]
    assert steps(*rows, order="remove_first") == ["matrix", "remove", "matrix", "built"]
