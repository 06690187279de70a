"""Two vintages of a few squares, differences derived by hand."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.artificialisation import artificialise
from millesime.differential import Differential, difference, overlay, transitions
from millesime.errors import CrsError, SchemaError

FIELD, HOUSE, ROAD, GARDEN = ("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US4.1.1"), ("CS2.2.1", "US5")


def vintage(*rows, crs="EPSG:2154"):
    frame = geopandas.GeoDataFrame(
        {
            "id": [f"o{k}" for k in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
        },
        geometry=[shapely.box(*bounds) if isinstance(bounds, tuple) else bounds for bounds, _ in rows],
        crs=crs,
    )
    return artificialise(frame)


def compare(first, second, **kwargs) -> Differential:
    return difference(first, second, years=(2019, 2022), territory="T", **kwargs)[0]


def test_same_polygons_with_other_codes():
    """Two squares of 100 m x 100 m, at the limit so that no threshold applies; the right one becomes a road."""
    before = vintage(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), FIELD))
    after = vintage(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), ROAD))
    result = compare(before, after)
    assert len(result.frame) == 2
    changes = result.changes
    assert changes[["cs_2019", "cs_2022", "us_2019", "us_2022"]].to_numpy().tolist() == [
        ["CS2.2.1", "CS1.1.1.2", "US1.1", "US4.1.1"]
    ]
    assert changes["artificialisation"].tolist() == [1]
    assert changes["area_m2"].tolist() == [10_000.0]
    assert list(changes.columns) == [
        "id", "cs_2019", "cs_2022", "us_2019", "us_2022", "artif_2019", "artif_2022", "artificialisation", "area_m2",
        "id_2019", "id_2022", "border_noise", "sliver", "near_threshold", "geometry",
    ]  # fmt: skip


def test_a_border_that_moves():
    """The border between road and field moves from x = 100 to x = 110: 10 m x 100 m become road."""
    before = vintage(((0, 0, 100, 100), ROAD), ((100, 0, 200, 100), FIELD))
    after = vintage(((0, 0, 110, 100), ROAD), ((110, 0, 200, 100), FIELD))
    result = compare(before, after)
    assert result.changes["area_m2"].tolist() == [1000.0]
    assert result.changes["sliver"].tolist() == [False]
    assert sorted(result.frame["area_m2"]) == [1000.0, 9000.0, 10_000.0]


def test_a_border_that_trembles_is_a_sliver():
    """The border moves by 0.5 m: 50 m², nowhere 1 m wide."""
    before = vintage(((0, 0, 100, 100), ROAD), ((100, 0, 200, 100), FIELD))
    after = vintage(((0, 0, 100.5, 100), ROAD), ((100.5, 0, 200, 100), FIELD))
    assert compare(before, after).changes["sliver"].tolist() == [True]


def test_a_tail_makes_no_sliver():
    """A strip of 40 m x 0.5 m with a square of 4 m at its end: mean width 2 x 36 / 97 = 0.74 m, yet 4 m wide there."""
    flag = shapely.union(shapely.box(100, 0, 100.5, 40), shapely.box(100, 0, 104, 4))
    rest = shapely.box(100, 0, 200, 100).difference(flag)
    frame = vintage(((0, 0, 100, 100), ROAD), ((100, 0, 200, 100), FIELD)).frame
    after = geopandas.GeoDataFrame(
        {"id": ["a", "b", "c"], "code_cs": [ROAD[0], FIELD[0], "CS1.1.1.1"], "code_us": [ROAD[1], FIELD[1], "US5"]},
        geometry=[frame.geometry[0], rest, flag],
        crs=frame.crs,
    )
    changes = compare(artificialise(frame[["id", "code_cs", "code_us", "geometry"]]), artificialise(after)).changes
    assert changes["sliver"].tolist() == [False]
    assert changes["area_m2"].tolist() == [0.5 * 36 + 16]


def test_status_flips_where_codes_do_not():
    """A garden of 900 m² with a house of 1 700 m² beside it in a field: 2 600 m², artificial.

    The house makes way for the field: the garden alone is below 2 500 m² and is removed, its codes unchanged.
    """
    field = shapely.box(0, 0, 200, 200)
    garden, house = shapely.box(60, 60, 90, 90), shapely.box(90, 60, 120, 60 + 1700 / 30).normalize()
    house = shapely.set_precision(house, 0.01)
    before = vintage((field.difference(garden.union(house)), FIELD), (garden, GARDEN), (house, HOUSE))
    after = vintage((field.difference(garden), FIELD), (garden, GARDEN))
    changes = compare(before, after).changes
    flux = {tuple(row) for row in changes[["us_2019", "us_2022", "artificialisation"]].itertuples(index=False)}
    assert flux == {("US5", "US5", -1), ("US5", "US1.1", -1)}


def test_crossing_borders_are_noded_on_the_grid():
    """A diagonal border against a vertical one: pieces make a valid coverage and keep the whole area."""
    square = [(0, 0), (100, 0), (100, 99.99), (0, 99.99)]
    before = vintage(((0, 0, 33.33, 99.99), FIELD), ((33.33, 0, 100, 99.99), ROAD))
    after = vintage(
        (shapely.Polygon([square[0], square[1], square[2]]), FIELD),
        (shapely.Polygon([square[0], square[2], square[3]]), ROAD),
    )
    result = compare(before, after)
    pieces = result.frame.geometry.to_numpy()
    assert len(pieces) == 4
    assert shapely.coverage_is_valid(pieces)
    assert shapely.area(pieces).sum() == pytest.approx(9999, abs=1e-6)
    coordinates = shapely.get_coordinates(pieces) * 100
    assert np.abs(coordinates - np.rint(coordinates)).max() < 1e-6


def test_transitions():
    """10 000 m² from field to road by cover and use; artif from 'non artif' to 'artif'."""
    before = vintage(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), FIELD))
    after = vintage(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), GARDEN))
    changes = compare(before, after).changes
    assert transitions(changes, years=(2019, 2022), name="cs").empty
    assert transitions(changes, years=(2019, 2022), name="us").to_numpy().tolist() == [["US1.1", "US5", 10_000.0, 1]]
    assert transitions(changes, years=(2019, 2022), name="artif").to_numpy().tolist() == [
        ["non artif", "artif", 10_000.0, 1]
    ]


def test_nothing_changed():
    """Other vertices and another order of rows, same land: no change. The second square has one vertex more."""
    right = shapely.Polygon([(100, 0), (200, 0), (200, 50), (200, 100), (100, 100)])
    before = vintage(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), ROAD))
    after = vintage((right, ROAD), ((0, 0, 100, 100), FIELD))
    result = compare(before, after)
    assert result.changes.empty
    assert result.frame["area_m2"].sum() == 20_000


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(5)
    before, after = random_vintages(rng)
    one = compare(before, after).frame
    shuffled = artificialise(before.frame.sample(frac=1, random_state=1)), artificialise(after.frame.iloc[::-1])
    assert one.equals(compare(*shuffled).frame)


def random_vintages(rng):
    """A coverage of 6 x 6 quadrilaterals, and the same with some corners moved and some codes changed."""
    n = 6
    y, x = np.mgrid[0 : n + 1, 0 : n + 1] * 40.0
    codes = [FIELD, HOUSE, ROAD, GARDEN]
    kinds = rng.integers(0, 4, (n, n))

    def coverage(x, y, kinds):
        cells = []
        for i in range(n):
            for j in range(n):
                ring = [(x[a, b], y[a, b]) for a, b in ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))]
                cells.append((shapely.Polygon(ring), codes[kinds[i, j]]))
        return vintage(*cells)

    moved_x, moved_y, other = x.copy(), y.copy(), kinds.copy()
    inner = rng.random((n - 1, n - 1)) < 0.4
    moved_x[1:-1, 1:-1] += np.round(inner * rng.uniform(-12, 12, inner.shape), 2)
    moved_y[1:-1, 1:-1] += np.round(inner * rng.uniform(-12, 12, inner.shape), 2)
    other[rng.random((n, n)) < 0.2] = 2
    return coverage(x, y, kinds), coverage(moved_x, moved_y, other)


@pytest.mark.parametrize("seed", range(8))
def test_random_vintages_keep_ground_and_coverage(seed):
    before, after = random_vintages(np.random.default_rng(seed))
    result = compare(before, after)
    pieces = result.frame.geometry.to_numpy()
    assert shapely.coverage_is_valid(pieces)
    assert result.frame["area_m2"].sum() == pytest.approx(240 * 240, abs=1e-6)
    assert result.changes["id"].is_unique
    # Each piece lies in the polygons it names, but for the rounding of coordinates.
    for year, side in ((2019, before), (2022, after)):
        hosts = side.frame.set_index("id").geometry[result.frame[f"id_{year}"]].to_numpy()
        assert shapely.area(shapely.difference(pieces, hosts)).max() < 1


def test_ground_of_one_vintage_alone_is_told():
    """The second vintage reaches 10 m further: 1 000 m² that cannot be compared, in no piece."""
    first = np.array([shapely.box(0, 0, 100, 100)])
    second = np.array([shapely.box(0, 0, 110, 100)])
    over = overlay(first, second)
    assert over.alone_m2 == (0.0, 1000.0)
    assert shapely.area(over.pieces).sum() == 10_000


def test_refusals():
    one = vintage(((0, 0, 100, 100), FIELD))
    with pytest.raises(CrsError, match="different CRS"):
        compare(one, vintage(((0, 0, 100, 100), FIELD), crs="EPSG:2972"))
    frame = compare(one, one).frame
    with pytest.raises(SchemaError, match="earlier vintage"):
        Differential(years=(2022, 2019), frame=frame)
    with pytest.raises(SchemaError, match="artificialisation"):
        Differential(years=(2019, 2022), frame=frame.assign(artificialisation=1))
    with pytest.raises(SchemaError, match="changed"):
        Differential(years=(2019, 2022), frame=frame.assign(changed=True))
    with pytest.raises(SchemaError, match="lacks"):
        Differential(years=(2019, 2022), frame=frame.drop(columns="sliver"))
