"""Two drawings of one border: strips of a few decimetres, their fate derived by hand."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.artificialisation import artificialise
from millesime.differential import Parameters, difference, matching_share, overlay
from millesime.differential.alignment import is_thin

FIELD, ROAD, YARD = ("CS2.2.1", "US1.1"), ("CS1.1.1.2", "US4.1.1"), ("CS1.1.2.1", "US2")


def vintage(*rows):
    return artificialise(
        geopandas.GeoDataFrame(
            {
                "id": [f"o{k}" for k in range(len(rows))],
                "code_cs": [cs for _, (cs, _) in rows],
                "code_us": [us for _, (_, us) in rows],
            },
            geometry=[shapely.box(*shape) if isinstance(shape, tuple) else shape for shape, _ in rows],
            crs="EPSG:2154",
        )
    )


def compare(first, second, tolerance_m=0.5):
    return difference(
        vintage(*first),
        vintage(*second),
        years=(2019, 2022),
        territory="T",
        parameters=Parameters(tolerance_m=tolerance_m),
    )


def fates(result, over):
    """Areas of what is change, sliver, border noise and snapped, in square metres."""
    frame = result.frame
    area, changed = frame["area_m2"].to_numpy(), frame["changed"].to_numpy()
    sliver, noise = frame["sliver"].to_numpy(), frame["border_noise"].to_numpy()
    kept = [area[changed & ~sliver].sum(), area[sliver & ~noise].sum(), area[noise].sum(), over.snapped.area_m2.sum()]
    return [pytest.approx(value, abs=1e-6) for value in kept]


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (0.3, [0, 0, 0, 30]),  # 0.3 m x 100 m, within the tolerance
        (0.8, [0, 0, 80, 0]),  # wider than the tolerance, narrower than its double
        (1.2, [120, 0, 0, 0]),  # a disc of 1.2 m fits in: change
    ],
)
def test_a_border_that_moves(shift, expected):
    """Road and field, 100 m high; their border moves to the right."""
    first = [((0, 0, 50, 100), ROAD), ((50, 0, 100, 100), FIELD)]
    second = [((0, 0, 50 + shift, 100), ROAD), ((50 + shift, 0, 100, 100), FIELD)]
    result, over = compare(first, second)
    assert fates(result, over) == expected
    assert result.frame["area_m2"].sum() == pytest.approx(10_000, abs=1e-6)
    assert over.snapped.length_m == pytest.approx(100 if shift == 0.3 else 0)


def test_a_snapped_border_is_the_first_ones():
    first = [((0, 0, 50, 100), ROAD), ((50, 0, 100, 100), FIELD)]
    second = [((0, 0, 50.4, 100), ROAD), ((50.4, 0, 100, 100), FIELD)]
    _, over = compare(first, second)
    assert shapely.bounds(over.pieces).tolist() == [[0, 0, 50, 100], [50, 0, 100, 100]]
    assert (over.first.tolist(), over.second.tolist()) == ([0, 1], [0, 1])
    snapped = over.snapped
    assert (snapped.first.tolist(), snapped.before.tolist(), snapped.after.tolist()) == ([1], [0], [1])


@pytest.mark.parametrize("tolerance_m", [0, 0.5])
def test_a_new_narrow_strip_is_a_sliver_not_a_displaced_border(tolerance_m):
    """A path of 0.8 m through a field: both of its sides are new, none is another drawing of an old border."""
    first = [((0, 0, 100, 100), FIELD)]
    second = [((0, 0, 50, 100), FIELD), ((50, 0, 50.8, 100), ROAD), ((50.8, 0, 100, 100), FIELD)]
    assert fates(*compare(first, second, tolerance_m)) == [0, 80, 0, 0]


def test_a_new_strip_along_an_old_border_is_not_a_displaced_border():
    """A verge of 0.8 m between road and field; the road's border stays, the verge's other side is new."""
    first = [((0, 0, 50, 100), ROAD), ((50, 0, 100, 100), FIELD)]
    second = [((0, 0, 50, 100), ROAD), ((50, 0, 50.8, 100), YARD), ((50.8, 0, 100, 100), FIELD)]
    assert fates(*compare(first, second)) == [0, 80, 0, 0]


def test_change_beside_a_border_that_trembles():
    """The field (40 m wide) becomes a yard and its border to the road moves by 0.4 m: 40 m x 100 m of change.

    The strip of 40 m² goes back to the field, and so becomes yard with it.
    """
    first = [((0, 0, 60, 100), ROAD), ((60, 0, 100, 100), FIELD)]
    second = [((0, 0, 60.4, 100), ROAD), ((60.4, 0, 100, 100), YARD)]
    result, over = compare(first, second)
    assert fates(result, over) == [4000, 0, 0, 40]
    assert result.changes[["cs_2019", "cs_2022"]].to_numpy().tolist() == [["CS2.2.1", "CS1.1.2.1"]]


def test_a_junction_that_moves():
    """Three polygons meet in a point that moves by 0.3 m to each side: nothing changes, all strips are snapped."""

    def around(x, y):
        return [
            (shapely.Polygon([(0, 0), (x, 0), (x, y), (0, y)]), ROAD),
            (shapely.Polygon([(x, 0), (100, 0), (100, y), (x, y)]), FIELD),
            (shapely.Polygon([(0, y), (100, y), (100, 100), (0, 100)]), YARD),
        ]

    result, over = compare(around(50, 50), around(50.3, 50.3))
    assert result.changes.empty
    assert len(over.pieces) == 3
    # 0.3 m x 100 m along the level border and 0.3 m x 50 m along the upright one
    assert over.snapped.area_m2.sum() == pytest.approx(45, abs=1e-6)
    assert sorted(shapely.area(over.pieces)) == [2500, 2500, 5000]


def test_the_limit_of_the_data_is_a_border_too():
    """The second vintage reaches 0.4 m further east and 0.4 m less west: snapped, and no ground is alone."""
    first = np.array([shapely.box(0, 0, 100, 100)])
    second = np.array([shapely.box(0.4, 0, 100.4, 100)])
    over = overlay(first, second, tolerance_m=0.5)
    assert over.alone_m2 == (0, 0)
    assert shapely.bounds(over.pieces).tolist() == [[0, 0, 100, 100]]
    assert sorted(zip(over.snapped.first, over.snapped.before, over.snapped.after, strict=True)) == [
        (-1, 0, -1),
        (0, -1, 0),
    ]
    assert overlay(first, second).alone_m2 == pytest.approx((40, 40))


def test_what_survives_an_inward_offset():
    """Discs decide, not mean widths: a drop of 3 m at the end of a long strip of 0.2 m has a body."""
    strip = shapely.box(0, 0, 200, 0.2)
    drop = shapely.union_all([strip, shapely.box(200, 0, 203, 3)])
    ell = shapely.box(0, 0, 10, 10).difference(shapely.box(0.7, 0.7, 10, 10))
    assert 2 * drop.area / drop.length < 1
    assert is_thin(np.array([strip, drop, ell]), 0.5).tolist() == [True, False, True]


def test_off_the_grid_everything_is_rounded_together():
    """Borders at thirds of a metre: the pieces are on the grid and match, though both vintages are the same."""
    x = 100 / 3
    polygons = np.array([shapely.box(0, 0, x, 50), shapely.box(x, 0, 100, 50)])
    over = overlay(polygons, polygons[::-1])
    assert shapely.coverage_is_valid(over.pieces)
    assert shapely.bounds(over.pieces)[:, 2].tolist() == [33.33, 100]
    assert over.second.tolist() == [1, 0]


def test_matching_share():
    """Four of the five vertices of the second are the first's."""
    first = np.array([shapely.box(0, 0, 10, 10)])
    second = np.array([shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 12), (0, 10)])])
    assert matching_share(first, second) == 0.8
    assert matching_share(first, first[:0]) == 1.0
