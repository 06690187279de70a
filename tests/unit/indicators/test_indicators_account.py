"""Figures of a few rectangles in two communes, derived by hand; then the identities on random ground."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.errors import CrsError, SchemaError
from millesime.indicators import (
    COLUMNS,
    INDICATORS,
    Indicators,
    Places,
    account_of,
    commune_layer,
    communes_frame,
    communes_of,
    ground_of_pieces,
    territory_indicators,
)
from millesime.nomenclature import ARTIFICIALISATION, CS, US

FIELD, HOUSE, ROAD, GARDEN = ("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US4.1.1"), ("CS2.2.1", "US5")


def pieces_of(*rows, years=(2019, 2022)) -> geopandas.GeoDataFrame:
    """Rows of (box, pair of 2019, pair of 2022); the artificial status is that of the matrix."""
    columns = {}
    for year, k in zip(years, (1, 2), strict=False):
        columns[f"cs_{year}"] = [row[k][0] for row in rows]
        columns[f"us_{year}"] = [row[k][1] for row in rows]
        artificial = ARTIFICIALISATION.status(columns[f"cs_{year}"], columns[f"us_{year}"])
        columns[f"artif_{year}"] = np.where(artificial, "artif", "non artif")
    geoms = [shapely.box(*row[0]) if isinstance(row[0], tuple) else row[0] for row in rows]
    return geopandas.GeoDataFrame(columns, geometry=geoms, crs="EPSG:2154").assign(sliver=False)


def communes(*rows) -> geopandas.GeoDataFrame:
    insee, names, boxes = zip(*rows, strict=True)
    return communes_frame(insee, names, [shapely.box(*box) for box in boxes], crs="EPSG:2154")


#: Aville covers x < 150, Bourg x > 150; the map is 200 m x 100 m = 2 ha.
TWO_COMMUNES = communes(("01001", "Aville", (0, 0, 150, 100)), ("01002", "Bourg", (150, 0, 400, 100)))

#: A field of 1 ha that stays; a field of 1 ha, x from 100 to 200, that becomes a road: half of it in each commune.
SCENE = pieces_of(((0, 0, 100, 100), FIELD, FIELD), ((100, 0, 200, 100), FIELD, ROAD))


def ground(pieces=SCENE, years=(2019, 2022)):
    return ground_of_pieces(pieces, years=years, code="T", name="Territoire")


def table_of(pieces=SCENE, places=TWO_COMMUNES, years=(2019, 2022)) -> Indicators:
    return territory_indicators([ground(pieces, years)], Places(places))


@pytest.mark.parametrize(
    ("level", "code", "field", "road"),
    [("territory", "T", 1, 1), ("commune", "01001", 1, 0.5), ("commune", "01002", 0, 0.5)],
)
def test_stocks(level, code, field, road):
    """2022: field and road of 1 ha each; Aville has the whole field and half of the road, Bourg the other half."""
    table = table_of()
    for theme, items in (("cover", ("CS2.2.1", "CS1.1.1.2")), ("use", ("US1.1", "US4.1.1"))):
        found = [table.value(theme, "stock", item=item, year=2022, code=code, level=level) for item in items]
        assert found == [field, road]
    assert table.value("cover", "stock", item="CS2.2.1", year=2019, code=code, level=level) == field + road
    assert table.value("artificialisation", "stock", year=2022, code=code, level=level) == road
    assert table.value("imperviousness", "stock", year=2022, code=code, level=level) == road
    assert table.value("artificialisation", "stock", year=2019, code=code, level=level) == 0


def test_shares_are_of_the_whole_place():
    """Aville has 1.5 ha of map: the road is a third of it."""
    table = table_of()
    share = table.value("cover", "share", item="CS1.1.1.2", year=2022, code="01001", level="commune")
    assert share == pytest.approx(100 / 3)
    assert table.value("artificialisation", "share", year=2022, code="01001", level="commune") == pytest.approx(100 / 3)


def test_flows():
    """1 ha became road in three years, half of it in each commune."""
    table = table_of()
    assert table.value("artificialisation", "gain", year=2022, code="T") == 1
    assert table.value("artificialisation", "loss", year=2022, code="T") == 0
    assert table.value("artificialisation", "net", year=2022, code="01002", level="commune") == 0.5
    assert table.value("artificialisation", "net_per_year", year=2022, code="T") == pytest.approx(1 / 3)
    assert table.value("imperviousness", "gain", year=2022, code="T") == 1
    assert table.value("cover", "gain", item="CS1.1.1.2", year=2022, code="T") == 1
    assert table.value("cover", "loss", item="CS2.2.1", year=2022, code="T") == 1
    assert table.value("cover", "net", item="CS2.2.1", year=2022, code="T") == -1
    assert table.value("use", "transition", item="US1.1>US4.1.1", year=2022, code="T") == 1
    assert table.value("change", "area", year=2022, code="T") == 1
    assert table.value("change", "pieces", year=2022, code="T") == 1


def test_thresholds_are_told_apart():
    """A house of 1 ha that the thresholds removed in 2022 (status non artif) though its codes did not change."""
    pieces = pieces_of(((0, 0, 100, 100), FIELD, FIELD), ((100, 0, 200, 100), HOUSE, HOUSE))
    pieces["artif_2022"] = "non artif"
    table = table_of(pieces)
    assert table.value("artificialisation", "loss", year=2022, code="T") == 1
    assert table.value("artificialisation", "changed_by_thresholds", year=2022, code="T") == 1
    assert table.value("artificialisation", "changed_by_thresholds", year=2019, code="T") == 0
    assert table.value("artificialisation", "flux_without_code_change", year=2022, code="T") == 1
    assert table.value("cover", "net", item="CS1.1.1.1", year=2022, code="T") == 0
    assert table.value("cover", "artificial_stock", item="CS1.1.1.1", year=2019, code="T") == 1
    assert table.value("cover", "artificial_stock", item="CS1.1.1.1", year=2022, code="T") == 0


def test_slivers_are_told_apart():
    pieces = SCENE.assign(sliver=[False, True])
    table = table_of(pieces)
    assert table.value("change", "sliver_area", year=2022, code="T") == 1
    assert table.value("change", "pieces", year=2022, code="T") == 0


def test_one_vintage_has_stocks_only():
    table = table_of(SCENE.drop(columns=["cs_2022", "us_2022", "artif_2022"]), years=(2019,)).table
    assert table["year_from"].isna().all()
    assert set(table["year_to"]) == {2019}
    of_places = {"area", "covered_share", "status", "vintage_area"}
    stocks = {"stock", "share", "artificial_stock", "impervious_stock", "changed_by_thresholds"}
    spread = {"edge_density", "isolated_patches", "isolated_area"}
    assert of_places | spread < set(table["indicator"]) <= of_places | stocks | spread


def test_the_table_is_tidy():
    table = table_of().table
    assert tuple(table.columns) == COLUMNS
    assert table["level"].iloc[0] == "territory"
    assert str(table["year_from"].dtype) == "Int64"
    for theme, indicator in set(zip(table["theme"], table["indicator"], strict=True)):
        assert (theme, indicator) in INDICATORS


def test_covered_share_and_layer():
    """Bourg is 250 m wide and the map covers 50 m of it: 20 %; its limit is cut at the extent."""
    table = table_of()
    assert table.value("territory", "covered_share", year=2022, code="01002", level="commune") == pytest.approx(20)
    layer = commune_layer(table, TWO_COMMUNES, extent=(0, 0, 200, 100))
    assert layer["insee"].tolist() == ["01001", "01002"]
    assert layer["artificial_ha"].tolist() == [0.5, 0.5]
    assert layer["artificial_net_ha"].tolist() == [0.5, 0.5]
    assert layer.area.tolist() == [15_000.0, 5_000.0]
    assert layer["year_to"].tolist() == [2022, 2022]


def test_communes_in_parts_are_one_commune():
    parts = geopandas.GeoDataFrame(
        {"insee_com": ["01002", "01001", "01001"], "nom": ["B", "A", "A"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6), shapely.box(1, 0, 2, 1)],
        crs="EPSG:2154",
    )
    merged = communes_of(parts)
    assert merged["insee"].tolist() == ["01001", "01002"]
    assert merged.area.tolist() == [2, 1]


def test_without_communes():
    none = TWO_COMMUNES.iloc[:0]
    table = table_of(places=none)
    assert set(table.table["level"]) == {"territory"}
    assert len(commune_layer(table, none, extent=(0, 0, 200, 100))) == 0


def test_ground_outside_the_communes_is_told():
    places = communes(("01001", "Aville", (0, 0, 150, 100)))
    assert account_of([ground()], Places(places), territory=("T", "T")).outside_m2 == 5000


def test_refusals():
    with pytest.raises(CrsError):
        account_of([ground()], Places(TWO_COMMUNES.to_crs("EPSG:32631")), territory=("T", "T"))
    table = table_of().table
    with pytest.raises(SchemaError, match="twice"):
        Indicators(pd.concat([table, table.iloc[:1]]))
    with pytest.raises(SchemaError, match="unknown"):
        Indicators(table.assign(unit="m²"))


def random_ground(seed: int) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """8 x 8 squares with random codes in both years, three communes with slanted limits that fill the map."""
    rng = np.random.default_rng(seed)
    cs, us = [leaf.code for leaf in CS.leaves], [leaf.code for leaf in US.leaves]
    rows = []
    for x in range(8):
        for y in range(8):
            first = (str(rng.choice(cs)), str(rng.choice(us)))
            second = first if rng.random() < 0.5 else (str(rng.choice(cs)), str(rng.choice(us)))
            rows.append(((x * 37.5, y * 37.5, x * 37.5 + 37.5, y * 37.5 + 37.5), first, second))
    a, b = rng.uniform(20, 280, 2)
    west = shapely.Polygon([(0, 0), (a, 0), (b, 300), (0, 300)])
    south = shapely.box(0, 0, 300, rng.uniform(20, 280))
    whole = shapely.box(0, 0, 300, 300)
    cuts = [west, south.difference(west), whole.difference(west).difference(south)]
    places = communes_frame(["1", "2", "3"], list("abc"), cuts, crs="EPSG:2154")
    return pieces_of(*rows), places


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_flux_identities(seed):
    """stock(y2) - stock(y1) = net; transition marginals = gains and losses; communes add up; to 1e-6 ha."""
    table = table_of(*random_ground(seed)).table
    place = ["level", "code"]

    def series(theme, indicator, year, item="item"):
        rows = table[(table["theme"] == theme) & (table["indicator"] == indicator) & (table["year_to"] == year)]
        return rows.groupby([*place, item])["value"].sum()

    for theme in ("cover", "use", "artificialisation", "imperviousness"):
        change = series(theme, "stock", 2022).sub(series(theme, "stock", 2019), fill_value=0)
        gap = change.sub(series(theme, "net", 2022), fill_value=0)
        assert gap.abs().max() < 1e-6
    for theme in ("cover", "use"):
        moves = table[(table["theme"] == theme) & (table["indicator"] == "transition")].copy()
        moves[["before", "after"]] = moves["item"].str.split(">", expand=True)
        for column, indicator in (("after", "gain"), ("before", "loss")):
            marginal = moves.groupby([*place, column])["value"].sum().rename_axis([*place, "item"])
            assert marginal.sub(series(theme, indicator, 2022), fill_value=0).abs().max() < 1e-6
        for year in (2019, 2022):
            assert series(theme, "stock", year)["territory"].sum() == pytest.approx(9, abs=1e-6)
            assert series(theme, "stock", year)["commune"].sum() == pytest.approx(9, abs=1e-6)
