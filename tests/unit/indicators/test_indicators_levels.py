"""Levels, several vintages and several départements: figures of squares, derived by hand."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.artificialisation import artificialise
from millesime.demo.plan import make_scenes
from millesime.errors import CodeError, ConfigError, InternalError, SchemaError
from millesime.indicators import (
    Ground,
    Indicators,
    Place,
    Places,
    Union,
    Vintage,
    account_of,
    broken_identities,
    communes_frame,
    communes_of,
    ground_of,
    labelled,
    layers_of,
    perimeters_of,
    require_identities,
    scots_of,
    territory_indicators,
    unions_of,
)
from millesime.indicators.slots import slots_of, territory_told
from millesime.nomenclature import ARTIFICIALISATION, CS, US

CRS = "EPSG:2154"
FIELD, ROAD, HOUSE = ("CS2.2.1", "US1.1"), ("CS1.1.1.2", "US4.1.1"), ("CS1.1.1.1", "US5")


def ground(rows, years, *, code="01") -> Ground:
    """Rows of (box, pair of the first year, pair of the second ...), the status that of the matrix."""
    columns = {}
    for k, year in enumerate(years, start=1):
        columns[f"cs_{year}"], columns[f"us_{year}"] = ([row[k][side] for row in rows] for side in (0, 1))
        artificial = ARTIFICIALISATION.status(columns[f"cs_{year}"], columns[f"us_{year}"])
        columns[f"artif_{year}"] = np.where(artificial, "artif", "non artif")
        columns[f"sliver_{year}"] = False
    geoms = [shapely.box(*row[0]) for row in rows]
    pieces = geopandas.GeoDataFrame(columns, geometry=geoms, crs=CRS)
    return Ground(code=code, name=f"Département {code}", years=tuple(years), pieces=pieces)


def strips(n, *, first="01001"):
    """Communes of 100 m x 100 m side by side."""
    codes = [f"{int(first) + k:05d}" for k in range(n)]
    return communes_frame(codes, [f"C{code}" for code in codes], [_box(k) for k in range(n)], crs=CRS)


def _box(k):
    return shapely.box(100 * k, 0, 100 * k + 100, 100)


def places(communes, *unions, **others) -> Places:
    made = [Union(Place(level, code, code), members) for level, code, members in unions]
    return Places(communes, tuple(made), **others)


def test_three_vintages_repeat_no_flux():
    """Commune 1 becomes road between M1 and M2, commune 2 between M2 and M3; joined on the commune alone, each of the
    fluxes would be found in both pairs.
    """
    rows = [((0, 0, 100, 100), FIELD, ROAD, ROAD), ((100, 0, 200, 100), FIELD, FIELD, ROAD)]
    table = territory_indicators([ground(rows, (2016, 2019, 2023))], places(strips(2)))
    gains = table.table[(table.table["theme"] == "artificialisation") & (table.table["indicator"] == "gain")]
    found = {(r.code, r.year_from, r.year_to): r.value for r in gains.itertuples()}
    expected = {
        ("01", 2016, 2019): 1,
        ("01", 2019, 2023): 1,
        ("01", 2016, 2023): 2,
        ("01001", 2016, 2019): 1,
        ("01001", 2019, 2023): 0,
        ("01001", 2016, 2023): 1,
        ("01002", 2016, 2019): 0,
        ("01002", 2019, 2023): 1,
        ("01002", 2016, 2023): 1,
    }
    assert found == expected
    rate = {"theme": "artificialisation", "indicator": "gain_per_year", "code": "01", "year": 2023}
    assert table.value(**rate, since=2019) == 1 / 4
    assert table.value(**rate, since=2016) == 2 / 7
    with pytest.raises(SchemaError, match="told from 2016, 2019"):
        table.value("artificialisation", "gain", year=2023, code="01")


def test_a_return_is_two_fluxes_and_none_in_all():
    """Field, road, field: +1 ha, -1 ha, and nothing from the first to the last."""
    table = territory_indicators([ground([((0, 0, 100, 100), FIELD, ROAD, FIELD)], (2016, 2019, 2022))])
    net = {
        pair: table.value("artificialisation", "net", year=pair[1], since=pair[0], code="01")
        for pair in ((2016, 2019), (2019, 2022), (2016, 2022))
    }
    assert net == {(2016, 2019): 1, (2019, 2022): -1, (2016, 2022): 0}
    assert table.value("change", "area", year=2022, since=2016, code="01") == 0


def test_percentages_are_of_the_whole_surface_of_the_place():
    """An EPCI of four communes, road in one of them alone: a quarter, not the whole of the commune where it occurs."""
    rows = [(_box(k).bounds, ROAD if k == 0 else FIELD) for k in range(4)]
    told = places(strips(4), ("epci", "E", ("01001", "01002", "01003", "01004")))
    table = territory_indicators([ground(rows, (2022,))], told)
    assert table.value("cover", "share", item="CS1.1.1.2", year=2022, code="E", level="epci") == 25
    assert table.value("use", "share", item="US4.1.1", year=2022, code="E", level="epci") == 25
    assert table.value("artificialisation", "share", year=2022, code="E", level="epci") == 25


def test_statuses_and_vintages_of_places():
    """Two départements of two communes each, 2018-2021 and 2019-2022; the second covers half of its last commune."""
    first = ground([(_box(0).bounds, FIELD, ROAD), (_box(1).bounds, FIELD, FIELD)], (2018, 2021))
    second = ground([(_box(2).bounds, FIELD, ROAD), ((300, 0, 350, 100), FIELD, FIELD)], (2019, 2022), code="02")
    told = places(
        strips(4),
        ("epci", "WHOLE", ("01001", "01002")),
        ("epci", "ACROSS", ("01002", "01003")),
        ("epci", "PART", ("01003", "01004")),
        ("scot", "BEYOND", ("01001", "09999")),
        ("scot", "NOWHERE", ("09998", "09999")),
    )
    table = territory_indicators([first, second], told).table
    statuses = table[table["indicator"] == "status"].set_index("code")["item"].to_dict()
    assert statuses == {
        **dict.fromkeys(("01001", "01002", "01003", "WHOLE"), "COMPLETE_UNIFORM"),
        "ACROSS": "COMPLETE_NOT_UNIFORM",
        **dict.fromkeys(("01004", "PART", "BEYOND"), "PARTIAL"),
        "NOWHERE": "NO_DATA",
    }
    across = table[table["code"] == "ACROSS"]
    years = across[across["indicator"] == "vintage_area"]
    assert sorted(zip(years["year_to"], years["item"], years["value"], strict=True)) == [
        (2019, "2018", 1.0),
        (2019, "2019", 1.0),
        (2022, "2021", 1.0),
        (2022, "2022", 1.0),
    ]
    net = across[(across["theme"] == "artificialisation") & (across["indicator"] == "net_per_year")]
    assert (net["year_from"].tolist(), net["year_to"].tolist()) == ([2019], [2022])
    assert net["value"].tolist() == pytest.approx([1 / 3])
    shares = table[table["indicator"] == "covered_share"].set_index("code")["value"]
    assert shares["PART"] == 75
    assert "BEYOND" not in shares.index  # the limits of a member are not known


def test_rates_take_each_department_at_its_own_interval():
    """1 ha in three years and 1 ha in four: 1/3 + 1/4 ha a year."""
    first = ground([(_box(0).bounds, FIELD, ROAD)], (2018, 2021))
    second = ground([(_box(1).bounds, FIELD, ROAD)], (2018, 2022), code="02")
    table = territory_indicators([first, second], places(strips(2), ("region", "R", ("01001", "01002"))))
    rate = table.value("artificialisation", "net_per_year", year=2022, code="R", level="region")
    assert rate == pytest.approx(1 / 3 + 1 / 4)


def test_a_department_with_a_vintage_more():
    """Its own flux of 2016-2019 is told; a place across both is PARTIAL."""
    first = ground([(_box(0).bounds, FIELD, ROAD, ROAD)], (2016, 2019, 2022))
    second = ground([(_box(1).bounds, FIELD, ROAD)], (2019, 2022), code="02")
    table = territory_indicators([first, second], places(strips(2), ("epci", "E", ("01001", "01002"))))
    assert table.value("artificialisation", "gain", year=2019, since=2016, code="01001", level="commune") == 1
    assert table.value("artificialisation", "gain", year=2022, since=2019, code="01002", level="commune") == 1
    told = table.table[(table.table["code"] == "E") & (table.table["indicator"] == "status")]
    assert told["item"].tolist() == ["PARTIAL"]
    assert not broken_identities(table)


def test_the_territory_has_the_vintages_of_all_its_maps():
    """Commune 1 becomes road from 2016 to 2019, commune 2 from 2019 to 2022; 2016 is of map 01 alone.

    In all, 1 ha became road from 2019 to 2022, 2 ha are road: nothing is told of the 1 ha since 2016, of one map. Both
    communes are covered in each vintage that their own map has.
    """
    first = ground([(_box(0).bounds, FIELD, ROAD, ROAD)], (2016, 2019, 2022))
    second = ground([(_box(1).bounds, FIELD, ROAD)], (2019, 2022), code="02")
    told = places(strips(2))
    table = territory_indicators([first, second], told)
    statuses = table.table[table.table["indicator"] == "status"].set_index("code")["item"]
    assert statuses.to_dict() == {"01001": "COMPLETE_UNIFORM", "01002": "COMPLETE_UNIFORM"}
    row = layers_of(table, told)["TERRITOIRE"].iloc[0]
    assert (row["millesime_debut"], row["millesime_fin"], row["surface_artif"]) == (2019, 2022, 2)
    assert (row["flux_artif"], row["flux_artif_net_an"]) == (1, pytest.approx(1 / 3))
    own = table.table[table.table["level"] == "territory"]
    assert set(own["year_to"]) == {2019, 2022}
    assert set(own["year_from"].dropna()) == {2019}
    (sentence,) = territory_told(account_of([first, second], told))
    assert sentence.startswith("the territory has no figures of 2016: map 02 has no such vintage")
    assert territory_told(account_of([second], told)) == ()


def test_a_territory_without_a_common_vintage_has_its_area_alone():
    made = [ground([(_box(0).bounds, FIELD, ROAD)], (2016, 2019))]
    made += [ground([(_box(k).bounds, ROAD)], (year,), code=f"0{k + 1}") for k, year in ((1, 2016), (2, 2019))]
    table = territory_indicators(made)
    assert table.table[["indicator", "value"]].to_numpy().tolist() == [["area", 3.0]]
    row = layers_of(table, places(strips(0)))["TERRITOIRE"].iloc[0]
    assert row["surface"] != row["surface"]  # the surface stands beside the last vintage, and there is none
    assert len(territory_told(account_of(made, places(strips(0))))) == 2


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([(2019, 2022)], ((2019, 2022),)),
        ([(2018, 2021), (2019, 2022)], ((2018, 2021), (2019, 2022))),
        ([(2016, 2019, 2022), (2020, 2023)], ((2016, 2019, 2022), (None, 2020, 2023))),
        ([(2016, 2019, 2022), (2017,)], ((2016, 2019, 2022), (2017, None, None))),
    ],
)
def test_vintages_are_paired_by_their_years(years, expected):
    assert slots_of(years).years == expected


def test_a_commune_is_counted_in_the_map_that_holds_most_of_it():
    """The neighbour's map reaches 1 m into the commune over ground that the first map holds too: not counted twice."""
    own = ground([((0, 0, 100, 100), FIELD)], (2022,))
    other = ground([((99, 0, 200, 100), ROAD)], (2022,), code="02")
    found = account_of([own, other], places(strips(2)))
    assert found.beside_m2 == 100
    table = territory_indicators([own, other], places(strips(2)))
    assert table.value("artificialisation", "stock", year=2022, code="01001", level="commune") == 0
    assert table.value("territory", "area", year=2022, code="01001", level="commune") == 1


def test_a_perimeter_is_cut_by_itself():
    """A square of 100 m across two communes, drawn in another CRS: half of each."""
    rows = [(_box(0).bounds, ROAD), (_box(1).bounds, FIELD)]
    shifted = [((x + 6e5, y + 6.8e6, z + 6e5, t + 6.8e6), *codes) for (x, y, z, t), *codes in rows]
    drawn = geopandas.GeoDataFrame({"nom": ["Parc"]}, geometry=[shapely.box(600050, 6.8e6, 600150, 6800100)], crs=CRS)
    frame, told = perimeters_of(drawn.to_crs("EPSG:4326"), name="parc", crs=CRS)
    assert "reprojected from EPSG:4326 to EPSG:2154" in told[0]
    empty = communes_frame([], [], [], crs=CRS)
    table = territory_indicators([ground(shifted, (2022,))], Places(empty, perimeters=frame))
    value = {"year": 2022, "code": "Parc", "level": "perimeter"}
    assert table.value("artificialisation", "stock", **value) == pytest.approx(0.5, abs=1e-6)
    assert table.value("artificialisation", "share", **value) == pytest.approx(50, abs=1e-4)
    assert table.value("territory", "covered_share", **value) == pytest.approx(100, abs=1e-4)


def test_unions_and_scots_from_tables():
    layer = pd.DataFrame(
        {
            "insee_com": ["01001", "01002", "01003"],
            "siren_epci": ["200000001/200000002", "200000002", "NC"],
            "insee_reg": ["84", "84", ""],
        }
    )
    epcis = unions_of(layer, "epci", names={"200000002": "Métropole"})
    assert [(u.place.name, u.communes) for u in epcis] == [
        ("200000001", ("01001",)),
        ("Métropole", ("01001", "01002")),
    ]
    assert unions_of(layer, "region")[0].place.name == "Auvergne-Rhône-Alpes"
    with pytest.raises(SchemaError, match="departement"):
        unions_of(layer, "departement")
    rows = [{"insee": "1001", "code": "S", "name": "Nord"}, {"insee": "01002", "code": "S", "name": "Nord"}]
    assert scots_of(rows) == (Union(Place("scot", "S", "Nord"), ("01001", "01002")),)
    with pytest.raises(SchemaError, match="two names"):
        scots_of([*rows, {"insee": "01003", "code": "S", "name": "Sud"}])


def _vintage(year, *rows) -> Vintage:
    frame = geopandas.GeoDataFrame(
        {
            "id": [f"{k}" for k in range(len(rows))],
            "code_cs": [row[1][0] for row in rows],
            "code_us": [row[1][1] for row in rows],
        },
        geometry=[shapely.box(*row[0]) for row in rows],
        crs=CRS,
    )
    return Vintage(year, artificialise(frame))


def test_three_vintages_are_laid_over_one_another():
    """A road grows by 50 m between M1 and M2 and by 30 m between M2 and M3, given in another order."""
    made = [
        _vintage(year, ((0, 0, x, 100), ROAD), ((x, 0, 400, 100), FIELD))
        for year, x in ((2019, 150), (2022, 180), (2016, 100))
    ]
    laid = ground_of(made, code="T", name="T")
    assert laid.years == (2016, 2019, 2022)
    assert len(laid.pieces) == 4
    table = territory_indicators([laid])
    gains = {
        pair: table.value("artificialisation", "gain", year=pair[1], since=pair[0], code="T") for pair in laid.pairs
    }
    assert gains == {(2016, 2019): 0.5, (2019, 2022): 0.3, (2016, 2022): 0.8}
    assert table.value("change", "pieces", year=2022, since=2016, code="T") == 2
    with pytest.raises(ConfigError, match="2019, 2019"):
        ground_of([made[0], made[0]], code="T", name="T")


def test_every_figure_carries_its_vintages_share_and_status():
    rows = [((0, 0, 100, 100), FIELD, ROAD), ((100, 0, 150, 100), HOUSE, HOUSE)]
    told = places(strips(2), ("epci", "E", ("01001", "01002")))
    table = territory_indicators([ground(rows, (2019, 2022))], told)
    frame = labelled(table)
    assert not frame["label"].isna().any()
    communes = frame[frame["level"] == "commune"]
    assert not communes[["status", "covered_pct", "vintages"]].isna().any(axis=None)
    assert set(frame["vintages"]) == {"2019 / 2022"}
    moves = frame[(frame["indicator"] == "transition") & (frame["theme"] == "cover")]
    assert set(moves["item_label"]) == {f"{CS.get('CS2.2.1').label_fr} vers {CS.get('CS1.1.1.2').label_fr}"}
    layers = layers_of(table, told)
    assert list(layers) == ["TERRITOIRE", "COMMUNE", "EPCI"]
    epci = layers["EPCI"].iloc[0]
    assert (epci["millesime_debut"], epci["millesime_fin"]) == (2019, 2022)
    assert (epci["surface_artif"], epci["flux_artif"], epci["flux_desartif"], epci["flux_artif_net"]) == (1.5, 1, 0, 1)
    assert epci["pourcent_artif"] == 100
    assert (epci["surface_artif_1_CS1_1_1_1"], epci["surface_artif_2_CS1_1_1_2"]) == (0.5, 1)
    assert epci.geometry.area == 20_000
    assert epci["part_couverte"] == 75


def test_a_table_that_breaks_an_identity_is_refused():
    rows = [((0, 0, 100, 100), FIELD, ROAD), ((100, 0, 150, 100), HOUSE, HOUSE)]
    table = territory_indicators([ground(rows, (2019, 2022))])
    for theme, indicator, sentence in (
        ("cover", "net", "net flux"),
        ("use", "transition", "transitions and gain"),
        ("imperviousness", "stock", "difference of the stocks"),
        ("cover", "stock", "and its area differ"),
    ):
        wrong = table.table.copy()
        rows_ = wrong.index[(wrong["theme"] == theme) & (wrong["indicator"] == indicator)]
        wrong.loc[rows_[0], "value"] += 0.0002  # 2 m²
        broken = broken_identities(Indicators(wrong))
        assert any(sentence in told for told in broken), broken
        with pytest.raises(InternalError, match="do not hold"):
            require_identities(Indicators(wrong))
        wrong.loc[rows_[0], "value"] -= 0.00015  # 0.5 m² are left: rounding
        assert not broken_identities(Indicators(wrong))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_places_are_the_sum_of_their_communes_and_order_does_not_matter(seed):
    """Random codes in three vintages, slanted communes: EPCI and region are the sums, exactly, in any order of rows."""
    rng = np.random.default_rng(seed)
    covers, uses = [leaf.code for leaf in CS.leaves], [leaf.code for leaf in US.leaves]
    rows = [
        (
            (37.5 * x, 37.5 * y, 37.5 * x + 37.5, 37.5 * y + 37.5),
            *((rng.choice(covers), rng.choice(uses)) for _ in "123"),
        )
        for x in range(6)
        for y in range(6)
    ]
    whole = shapely.box(0, 0, 225, 225)
    west = shapely.Polygon([(0, 0), (rng.uniform(20, 200), 0), (rng.uniform(20, 200), 225), (0, 225)])
    south = shapely.box(0, 0, 225, rng.uniform(20, 200)).difference(west)
    limits = [west, south, whole.difference(west).difference(south)]
    communes = communes_frame(["01001", "01002", "01003"], list("abc"), limits, crs=CRS)
    told = places(communes, ("epci", "E", ("01001", "01002")), ("region", "R", ("01001", "01002", "01003")))
    years = (2016, 2019, 2022)
    table = territory_indicators([ground(rows, years)], told).table
    shuffled = [rows[k] for k in rng.permutation(len(rows))]
    again = territory_indicators([ground(shuffled, years)], told).table
    pd.testing.assert_frame_equal(table, again, check_exact=True)
    keys = ["theme", "indicator", "item", "year_from", "year_to"]
    additive = table[table["unit"].isin(["ha", "count"]) & ~table["indicator"].isin(["status", "pieces"])]
    sides = {
        code: additive[additive["code"] == code].set_index(keys)["value"]
        for code in ("E", "R", "01001", "01002", "01003")
    }
    for code, members in (("E", ("01001", "01002")), ("R", ("01001", "01002", "01003"))):
        total = sum(sides[m].reindex(sides[code].index, fill_value=0.0) for m in members)
        assert (total - sides[code]).abs().max() < 1e-9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_identities_on_the_truth_of_the_demo(seed):
    """The true vintages of small demo territories, with their communes: every table passed the check when it was made;
    here the largest gap is looked at itself, as a figure.
    """
    scenes = make_scenes(seed, 0.4)
    made = []
    for year, scene in ((2019, scenes.first), (2022, scenes.second)):
        units = scene.units.rename(columns={"cs": "code_cs", "us": "code_us"}).assign(id=scene.units["uid"].astype(str))
        made.append(Vintage(year, artificialise(units[["id", "code_cs", "code_us", "geometry"]])))
    communes = communes_of(scenes.second.communes.rename(columns={"insee": "insee_com", "name": "nom"}))
    told = places(communes, ("epci", "E", tuple(communes["insee"])))
    table = territory_indicators([ground_of(made, code="T", name="T")], told)
    assert not broken_identities(table, tolerance_m2=0.01)
    net = table.table[(table.table["theme"] == "cover") & (table.table["indicator"] == "gain")]
    assert net["value"].sum() > 0
    areas = table.table[(table.table["theme"] == "territory") & (table.table["indicator"] == "area")]
    areas = areas.set_index("level")["value"]
    assert areas["epci"] == pytest.approx(areas["territory"], abs=1e-4)


def test_a_code_that_is_not_delivered_is_named():
    made = ground([((0, 0, 100, 100), FIELD)], (2022,))
    wrong = Ground("01", "Un", (2022,), made.pieces.assign(cs_2022="CS2.2.3"))
    with pytest.raises(CodeError, match=r"CS2\.2\.3"):
        territory_indicators([wrong])
