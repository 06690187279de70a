"""Planning zones, sprawl and scatter, delivered layers: figures of squares, derived by hand."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from test_indicators_levels import CRS, FIELD, HOUSE, ROAD, ground, places, strips

from millesime.artificialisation import delivered_status
from millesime.errors import CrsError, SchemaError
from millesime.indicators import (
    Ground,
    account_of,
    compare_flux,
    indicators,
    planning_of,
    territory_indicators,
)
from millesime.indicators.sprawl import isolated_patches, outside_of

#: Two communes of 1 ha: in the first, x < 50 becomes road; the second is a field with a house of 20 m x 20 m.
ROWS = [
    ((0, 0, 50, 100), FIELD, ROAD),
    ((50, 0, 100, 100), FIELD, FIELD),
    ((100, 0, 120, 20), HOUSE, HOUSE),
    ((120, 0, 200, 20), FIELD, FIELD),
    ((100, 20, 200, 100), FIELD, FIELD),
]


def frame(*rows, **columns) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=[shapely.box(*row) for row in rows], crs=CRS)


def zone(table, indicator, item, code, level="commune", year=2022):
    return table.value("planning", indicator, item=item, year=year, code=code, level=level)


def test_zones_of_a_plan():
    """U is x < 40, AU is 40 to 60, A is 60 to 150 across both communes; the rest, x > 150, is in no zone."""
    zones = frame(
        (0, 0, 40, 100), (40, 0, 60, 100), (60, 0, 150, 100), TYPEZONE=["U", "AUc", "A"], LIBELLE=["UAa", "1AU", "A"]
    )
    told = places(strips(2), ("epci", "E", ("01001", "01002")))
    table = territory_indicators([ground(ROWS, (2019, 2022))], told, planning=planning_of(zones))
    assert [zone(table, "area", item, "01001") for item in ("U", "AU", "A", "N")] == [0.4, 0.2, 0.4, 0]
    assert [zone(table, "artificial_stock", item, "01001") for item in ("U", "AU", "A")] == [0.4, 0.1, 0]
    assert [zone(table, "artificial_gain", item, "01001") for item in ("U", "AU", "A")] == [0.4, 0.1, 0]
    assert zone(table, "artificial_share", "AU", "01001") == 50
    assert [zone(table, "area", item, "01002") for item in ("U", "A", "none")] == [0, 0.5, 0.5]
    assert zone(table, "artificial_stock", "A", "01002") == 0.04
    for level, code in (("epci", "E"), ("territory", "01")):
        assert zone(table, "area", "A", code, level) == pytest.approx(0.9)
        assert zone(table, "artificial_net", "AU", code, level) == pytest.approx(0.1)
        assert zone(table, "artificial_net_per_year", "AU", code, level) == pytest.approx(0.1 / 3)


def test_zones_that_overlap_count_once_and_are_told():
    zones = frame((0, 0, 60, 100), (40, 0, 100, 100), typezone=["N", "U"])
    plan = planning_of(zones)
    assert plan.told == ("2,000 m² lie in two zones: counted in the first of U, AU, A, N, other",)
    table = territory_indicators([ground(ROWS, (2019, 2022))], places(strips(2)), planning=plan)
    assert (zone(table, "area", "U", "01001"), zone(table, "area", "N", "01001")) == (0.6, 0.4)
    with pytest.raises(SchemaError, match="typezone"):
        planning_of(frame((0, 0, 1, 1), nom=["x"]))
    with pytest.raises(CrsError, match="zones"):
        territory_indicators([ground(ROWS, (2019, 2022))], planning=planning_of(zones.to_crs("EPSG:32631")))


def test_edge_density():
    """2022: the road's side x = 50 is 100 m long, the house has two inner sides of 20 m, the limit of both communes
    runs along one side of it for 20 m. The end of the map is no edge. 160 m over 2 ha; 100 + 20 over the first hectare,
    20 + 20 + 20 over the second.
    """
    table = territory_indicators([ground(ROWS, (2019, 2022))], places(strips(2)))
    density = {"theme": "sprawl", "indicator": "edge_density"}
    assert table.value(**density, year=2022, code="01") == pytest.approx(80)
    assert table.value(**density, year=2019, code="01") == pytest.approx(30)
    assert table.value(**density, year=2022, code="01001", level="commune") == pytest.approx(120)
    assert table.value(**density, year=2022, code="01002", level="commune") == pytest.approx(60)


def test_edges_are_found_where_vertices_do_not_match():
    """One field on the left, two houses on the right: the field lacks the vertex between them. 100 m over 2 ha."""
    rows = [((0, 0, 100, 100), FIELD), ((100, 0, 200, 40), HOUSE), ((100, 40, 200, 100), HOUSE)]
    table = territory_indicators([ground(rows, (2022,))])
    assert table.value("sprawl", "edge_density", year=2022, code="01") == pytest.approx(50)


def test_isolated_patches():
    """Two houses that touch at a corner are one patch of 200 m²; one at 99 m of it keeps it company, one at 101 m of
    all the others is alone.
    """
    touching = [shapely.box(0, 0, 10, 10), shapely.box(10, 10, 20, 20)]
    assert isolated_patches(np.array(touching, dtype=object))[1].tolist() == [200 * 20_000]
    near = [*touching, shapely.box(119, 10, 129, 20)]
    assert not len(isolated_patches(np.array(near, dtype=object))[0])
    points, area = isolated_patches(np.array([*near, shapely.box(230, 10, 240, 20)], dtype=object))
    assert area.tolist() == [100 * 20_000]
    assert shapely.within(points[0], shapely.box(230, 10, 240, 20))
    table = territory_indicators([ground(ROWS, (2019, 2022))], places(strips(2)))
    value = {"year": 2022, "level": "commune"}
    assert table.value("sprawl", "isolated_patches", code="01002", **value) == 1
    assert table.value("sprawl", "isolated_area", code="01002", **value) == 0.04
    assert table.value("sprawl", "isolated_patches", code="01001", **value) == 0


def test_growth_of_the_built_zone_and_what_is_built_outside_of_it():
    """The zone grows from x < 60 to x < 80; a house of 40 m x 100 m is built from x = 40 to 80: half of it outside."""
    rows = [((0, 0, 40, 100), HOUSE, HOUSE), ((40, 0, 80, 100), FIELD, HOUSE), ((80, 0, 200, 100), FIELD, FIELD)]
    made = ground(rows, (2019, 2022))
    zones = {2019: frame((0, 0, 60, 100)), 2022: frame((0, 0, 80, 100))}
    table = territory_indicators([Ground("01", "Un", made.years, made.pieces, zones)], places(strips(2)))
    value = {"theme": "sprawl", "year": 2022, "code": "01001", "level": "commune"}
    found = {
        name: table.value(indicator=name, **value)
        for name in ("built_zone", "built_zone_net", "built_gain", "built_gain_outside", "built_gain_outside_share")
    }
    assert found == {
        "built_zone": 0.8,
        "built_zone_net": pytest.approx(0.2),
        "built_gain": 0.4,
        "built_gain_outside": 0.2,
        "built_gain_outside_share": 50,
    }
    assert table.value(indicator="artificial_gain_outside_share", **value) == 50
    assert table.value("sprawl", "built_zone_net_per_year", year=2022, code="01") == pytest.approx(0.2 / 3)
    rows_ = table.table[(table.table["indicator"] == "built_gain_outside_share") & (table.table["code"] == "01002")]
    assert not len(rows_)  # nothing was built there: a share of nothing is not told


def test_outside_of_several_zones():
    house = np.array([shapely.box(0, 0, 30, 10)], dtype=object)
    zones = np.array([shapely.box(-5, 0, 10, 10), shapely.box(20, 0, 40, 10)], dtype=object)
    assert [left.bounds for left in outside_of(house, zones)] == [(10, 0, 20, 10)]
    assert not len(outside_of(house, np.array([shapely.box(-1, -1, 31, 11)], dtype=object)))


def test_a_delivered_status_is_kept():
    """A road that the delivery says is not artificial, by its thresholds: kept, whatever we would compute."""
    layer = frame((0, 0, 10, 10), (10, 0, 20, 10), id=["a", "b"], code_cs=["CS1.1.1.2", "CS2.2.1"])
    layer = layer.assign(code_us=["US4.1.1", "US1.1"], artif=["non artif", "non artif"])
    status = delivered_status(layer).result
    assert status.frame["artif"].tolist() == ["non artif", "non artif"]
    assert status.frame["crit_seuil"].tolist() == [True, False]
    assert status.frame["status_step"].tolist() == ["delivered", "delivered"]


def _diff(width):
    made = frame((0, 0, width, 100), cs_before=["CS2.2.1"], cs_after=["CS1.1.1.2"], us_before=["US1.1"])
    return made.assign(us_after="US4.1.1", artificialisation=1)


def test_a_delivered_diff_is_held_against_the_stocks():
    """A road of 1.2 ha became so across two communes; a DIFF that lacks 0.6 ha of it is told, 0.4 ha are not."""
    rows = [((0, 0, 120, 100), FIELD, ROAD), ((120, 0, 200, 100), FIELD, FIELD)]
    found = account_of([ground(rows, (2019, 2022))], places(strips(2)))
    table = indicators(found)
    flux = compare_flux(found, table, _diff(120), years=(2019, 2022))
    assert flux.table["gap_ha"].abs().max() < 1e-9
    assert len(flux.table) == 18  # three places; two covers, two uses, artificial, impervious
    assert not len(compare_flux(found, table, _diff(80), years=(2019, 2022)).disagreements)
    apart = compare_flux(found, table, _diff(60), years=(2019, 2022)).disagreements
    assert set(apart["code"]) == {"01"}
    assert set(apart["theme"]) == {"cover", "use", "artificialisation", "imperviousness"}
    assert apart["gap_ha"].abs().tolist() == pytest.approx([0.6] * 6)
    codes_only = compare_flux(found, table, _diff(60).drop(columns="artificialisation"), years=(2019, 2022))
    assert "artificialisation" not in set(codes_only.table["theme"])
    with pytest.raises(CrsError, match="DIFF"):
        compare_flux(found, table, _diff(60).to_crs("EPSG:32631"), years=(2019, 2022))
