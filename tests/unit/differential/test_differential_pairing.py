"""Polygons paired between vintages: the same pairs and the same order as when the content of each is looked at."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
import shapely.affinity

from millesime.artificialisation import artificialise
from millesime.differential import difference, overlay
from millesime.differential.pairing import by_content, same_polygons
from millesime.geo.identity import object_ids

RING = [(0, 0), (6, 0), (6, 4), (0, 4)]
HOLES = [[(1, 1), (2, 1), (2, 2)], [(4, 1), (5, 1), (5, 2)]]
#: Bounds and number of vertices of each are those of the one before it.
NOTCHED = [shapely.Polygon([(0, 0), (6, 0), (6, 4), (x, 4), (x, 2), (0, 2)]) for x in (2, 3, 4)]


def turned(polygon, start, *, backwards=False, holes_swapped=False):
    """The same polygon, its ring written otherwise."""
    points = list(polygon.exterior.coords)[:-1]
    points = points[start:] + points[:start]
    holes = [list(ring.coords) for ring in polygon.interiors]
    return shapely.Polygon(points[::-1] if backwards else points, holes[::-1] if holes_swapped else holes)


def array(*polygons):
    return np.array(polygons, dtype=object)


def by_looking(first, second):
    """Each row of the first with the lowest row of the second that is the same, found one by one."""
    texts = [[shapely.normalize(polygon).wkb for polygon in side] for side in (first, second)]
    return [(row, texts[1].index(text)) for row, text in enumerate(texts[0]) if text in texts[1]]


def pairs(first, second):
    return list(zip(*(rows.tolist() for rows in same_polygons(first, second)), strict=True))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (array(shapely.Polygon(RING)), array(shapely.Polygon(RING)), [(0, 0)]),
        (array(shapely.Polygon(RING)), array(turned(shapely.Polygon(RING), 2, backwards=True)), [(0, 0)]),
        (
            array(shapely.Polygon(RING, HOLES)),
            array(shapely.Polygon(RING), turned(shapely.Polygon(RING, HOLES), 1, holes_swapped=True)),
            [(0, 1)],
        ),
        (array(NOTCHED[0]), array(NOTCHED[1]), []),
        (array(NOTCHED[0], NOTCHED[1]), array(NOTCHED[2], turned(NOTCHED[1], 3), NOTCHED[0]), [(0, 2), (1, 1)]),
        (array(NOTCHED[0], NOTCHED[0]), array(NOTCHED[1], turned(NOTCHED[0], 2), NOTCHED[0]), [(0, 1), (1, 1)]),
        (array(), array(NOTCHED[0]), []),
        (array(), array(), []),
    ],
    ids=["alike", "ring", "holes", "bounds", "bounds of several", "twice", "none before", "none"],
)
def test_pairs_by_hand(first, second, expected):
    assert pairs(first, second) == expected == by_looking(first, second)


@pytest.mark.parametrize("seed", range(12))
def test_pairs_are_those_of_the_contents(seed):
    """Polygons of few shapes at few places, so that bounds, numbers of vertices and whole polygons come again."""
    rng = np.random.default_rng(seed)
    shapes = [shapely.Polygon(RING), shapely.Polygon(RING, HOLES), shapely.Polygon(RING, HOLES[:1]), *NOTCHED]

    def side():
        drawn = [shapes[k] for k in rng.integers(0, len(shapes), 40)]
        drawn = [turned(one, int(rng.integers(0, 4)), backwards=bool(rng.random() < 0.3)) for one in drawn]
        shifts = rng.integers(0, 12, 40)
        return np.array([shapely.affinity.translate(p, 10.0 * dx) for p, dx in zip(drawn, shifts, strict=True)])

    first, second = side(), side()
    found = pairs(first, second)
    assert found == by_looking(first, second)
    assert 0 < len(found) < 40


def test_content_has_no_say_of_ring_starts():
    polygons = array(NOTCHED[2], NOTCHED[0], NOTCHED[1])
    other = array(*(turned(polygon, 4, backwards=True) for polygon in polygons))
    assert by_content(polygons).tolist() == by_content(other).tolist()


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_equal_bounds_and_areas_are_put_in_order_by_content(order):
    """Two halves of a square, cut by its diagonal, have the bounds and the area of one another."""
    halves = [shapely.Polygon([(0, 0), (8, 0), (8, 8)]), shapely.Polygon([(0, 0), (8, 8), (0, 8)])]
    ground = array(*halves, shapely.box(8, 0, 16, 8))
    over = overlay(ground[list(order)], ground)
    assert shapely.to_wkb(over.pieces).tolist() == [
        *sorted(shapely.normalize(half).wkb for half in halves),
        shapely.normalize(ground[2]).wkb,
    ]
    assert [order[row] for row in over.first] == over.second.tolist()


def test_only_changes_have_an_id():
    """Of two squares one becomes a road: it alone is delivered, with the id that its content gives."""
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)]

    def side(*codes):
        columns = {"id": ["a", "b"], "code_cs": [cs for cs, _ in codes], "code_us": [us for _, us in codes]}
        return artificialise(geopandas.GeoDataFrame(columns, geometry=boxes, crs="EPSG:2154"))

    field, road = ("CS2.2.1", "US1.1"), ("CS1.1.1.2", "US4.1.1")
    result = difference(side(field, field), side(field, road), years=(2019, 2022), territory="T")[0]
    named = object_ids(boxes, prefix="DIFF", territory="T", vintage="2019-2022")
    assert result.frame["id"].tolist() == ["", named[1]]
    assert result.frame["id_2022"].tolist() == ["a", "b"]
    assert result.changes["id"].tolist() == named[1:]
