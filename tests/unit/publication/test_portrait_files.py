"""The portrait of a zone from official files: the zone cuts the polygons, every figure is of the zone.

By hand, on the lattice of 8 m (64 m² a cell): the estate of 16 x 9 cells is 0,9216 ha in the eastern commune, the
factory of 3 x 10 cells 0,1920 ha in the western one; nothing ceases to be artificial.
"""

from __future__ import annotations

import dataclasses
import string

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_territory import CRS, FIRST, SECOND, SIDE_M, occupation
from official_files import BORDER_M, square

from millesime.artificialisation import artificialise
from millesime.errors import ConfigError, GeometryError, InputError, RefusedError
from millesime.io.vector import write_geopackage
from millesime.publication.portrait_of_files import (
    assemble,
    describe_files,
    level_of,
    reading_told,
    vintage_of,
    whole_map,
    zone_of_code,
    zone_of_perimeter,
)
from millesime.publication.portrait_of_files.resting import resting_of
from millesime.publication.portrait_of_files.vintages import numbered
from millesime.publication.portrait_of_files.wording import ENGLISH_TEXTS, FRENCH_TEXTS, reason_in
from millesime.sources.loading import load
from millesime.sources.ocsge import read_delivery

ESTATE_HA, FACTORY_HA = 0.9216, 0.1920


@pytest.fixture(scope="module")
def deliveries(official):
    return [read_delivery(path, kind="OCCUPATION_SOL") for path in (official.first, official.second)]


@pytest.fixture(scope="module")
def layers(official):
    return load("admin_express", official.admin_express, crs=CRS).layers


def portrait(deliveries, zone, **options):
    return assemble(zone, [vintage_of(item, year=None, ground=zone.ground) for item in deliveries], **options)


def drawn(*box, name="Essai", communes=None):
    frame = geopandas.GeoDataFrame(geometry=[square(*box)], crs=CRS)
    return zone_of_perimeter(frame, communes, crs=CRS, name=name)


def figure(of, indicator, *, level="territory", code=None):
    table = of.material.indicators
    return table.value("artificialisation", indicator, year=2022, code=code or of.zone.code, level=level)


@pytest.mark.parametrize(
    ("code", "name", "area_ha", "gain_ha", "communes"),
    [
        ("99001", "Essai-le-Haut", 8.32, FACTORY_HA, 0),
        ("99002", "L'Étang", 7.68, ESTATE_HA, 0),
        ("200000001", "CC d'Essai", 16.0, FACTORY_HA + ESTATE_HA, 2),
        ("99", "99", 16.0, FACTORY_HA + ESTATE_HA, 2),
    ],
)
def test_zones_of_admin_express(deliveries, layers, code, name, area_ha, gain_ha, communes):
    of = portrait(deliveries, zone_of_code(code, layers))
    assert of.zone.name == name
    assert of.zone_ha == pytest.approx(area_ha) == pytest.approx(of.covered_ha)
    assert figure(of, "gain") == pytest.approx(gain_ha, abs=1e-4)
    assert figure(of, "loss") == 0
    assert len(of.material.communes) == communes
    assert of.material.delivery.stock == f"OCS-GE_{code}_2022.gpkg"


def test_a_drawn_perimeter_cuts_the_polygons(deliveries, layers):
    """From the estate's west edge to its middle, 4.5 of its 9 columns, whatever it is drawn in."""
    zone = drawn(27 * 8, 0, 31.5 * 8, SIDE_M, communes=layers["commune"])
    of = portrait(deliveries, zone)
    assert figure(of, "gain") == pytest.approx(ESTATE_HA / 2, abs=1e-4)
    assert zone.communes["insee"].tolist() == ["99002"]
    shown = of.material.current
    assert shown.ocsge["id"].is_unique
    assert shapely.covered_by(shown.ocsge.geometry.to_numpy(), zone.ground.buffer(1e-6)).all()
    assert shown.artificialisation["aire"].sum() == pytest.approx(10_000 * of.zone_ha, abs=0.1)
    degrees = geopandas.GeoDataFrame(geometry=[zone.ground], crs=CRS).to_crs("EPSG:4326")
    assert zone_of_perimeter(degrees, None, crs=CRS, name="x").ground.symmetric_difference(zone.ground).area < 0.01


def test_communes_of_a_zone_are_counted_inside_it(deliveries, layers):
    """Both communes have ground in the strip; its figures are their sum."""
    of = portrait(deliveries, drawn(100, 0, 300, SIDE_M, communes=layers["commune"]))
    parts = [figure(of, "stock", level="commune", code=code) for code in ("99001", "99002")]
    assert sum(parts) == pytest.approx(figure(of, "stock"), abs=1e-6)
    table = of.material.indicators
    share = table.value("territory", "covered_share", year=2022, code="99001", level="commune")
    assert share == pytest.approx(100 * (BORDER_M - 100) / BORDER_M, abs=1e-3)


@settings(max_examples=2, deadline=None)
@given(edge=st.floats(40, 360), height=st.floats(40, 400))
def test_two_halves_make_the_whole(deliveries, edge, height):
    """Stock, gain and loss of a rectangle are those of its two parts, wherever it is cut."""
    whole, left, right = (
        portrait(deliveries, drawn(*box))
        for box in ((0, 0, SIDE_M, height), (0, 0, edge, height), (edge, 0, SIDE_M, height))
    )
    for indicator in ("stock", "gain", "loss"):
        assert figure(left, indicator) + figure(right, indicator) == pytest.approx(figure(whole, indicator), abs=1e-4)
    net = figure(whole, "net")
    stocks = [
        whole.material.indicators.value("artificialisation", "stock", year=y, code="PERIMETRE") for y in (2019, 2022)
    ]
    assert stocks[1] - stocks[0] == pytest.approx(net, abs=1e-4)


def test_what_surrounds_the_zone_decides_with_it(tmp_path):
    """A wood of 30 m x 30 m in gardens, 900 m2, is filled: so it is too in the portrait of the wood alone."""
    wood = square(135, 135, 165, 165)
    frame = geopandas.GeoDataFrame(
        {
            "id": ["garden", "wood"],
            "code_cs": ["CS2.2.1", "CS2.1.1.1"],
            "code_us": ["US5", "US1.2"],
            "millesime": "2022",
        },
        geometry=[square(0, 0, 300, 300).difference(wood), wood],
        crs=CRS,
    )
    write_geopackage(tmp_path / "wood.gpkg", {"OCCUPATION_SOL": frame})
    of = portrait([read_delivery(tmp_path / "wood.gpkg")], drawn(135, 135, 165, 165))
    assert figure(of, "stock") == figure(of, "changed_by_thresholds") == pytest.approx(0.09)
    assert of.material.current.ocsge["id"].tolist() == ["wood"]
    assert artificialise(frame.iloc[1:]).area_m2() == 0


def test_one_vintage_has_no_change(deliveries, layers):
    of = portrait(deliveries[:1], zone_of_code("99001", layers))
    assert of.compared is None
    assert of.material.differential is None
    assert of.material.delivery.reference_year is None


def test_an_official_status_is_read(deliveries, layers, tmp_path):
    """One field is said artificial by the layer, with a crit_seuil that says otherwise: the status is believed."""
    frame = artificialise(occupation(SECOND, 2022)).frame
    frame = frame[["id", "code_cs", "code_us", "millesime", "aire", "artif", "crit_seuil", "geometry"]].copy()
    field = int(np.flatnonzero((frame["code_cs"] == "CS2.2.1") & (frame["code_us"] == "US1.2"))[0])
    frame.loc[field, "artif"] = "artif"
    write_geopackage(tmp_path / "artif.gpkg", {"ARTIF": frame})
    official = read_delivery(tmp_path / "artif.gpkg")
    of = portrait([deliveries[0], official], whole_map(None, crs=CRS, name="Essai"))
    assert [vintage.is_official_status for vintage in of.vintages] == [False, True]
    computed = portrait(deliveries, whole_map(None, crs=CRS, name="Essai"))
    more = frame.loc[field].geometry.area / 10_000
    assert figure(of, "stock") == pytest.approx(figure(computed, "stock") + more, abs=1e-4)
    assert of.vintages[1].other_flags == 1
    told = describe_files(of, {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)})
    facts = {fact.name: fact.value for fact in told.facts}
    assert "lu tel que livré" in facts["Artificialisation"]
    assert "contredit" in facts["Artificialisation"]
    assert any("même origine" in caution.head for caution in told.more_cautions)


def test_borders_that_tremble_are_told(deliveries):
    """The second map moved by 30 cm: borders come back, next to nothing is left as change, and the page says so."""
    moved = deliveries[0].layer("OCCUPATION_SOL")
    frame = moved.frame.assign(millesime=2022)
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + 0.3)
    later = dataclasses.replace(deliveries[1], layers=(dataclasses.replace(moved, frame=frame, years=(2022,)),))
    of = portrait([deliveries[0], later], drawn(20, 20, 380, 380))
    assert of.compared.tolerance_m == 0.5
    assert figure(of, "gain") + figure(of, "loss") < 0.01
    told = describe_files(of, {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)})
    assert any("ne coïncident pas" in fact.value for fact in told.facts)


def test_a_zone_that_is_half_outside_is_told(deliveries):
    of = portrait(deliveries, drawn(200, 0, 600, SIDE_M))
    assert of.covered_ha == pytest.approx(8.0)
    cautions = describe_files(of, {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)}).more_cautions
    assert any("8,00" in caution.body and "50,0" in caution.body for caution in cautions)


def test_what_the_figures_rest_on(deliveries, layers):
    """US235 of 4 x 3 cells, 768 m², is artificial by its use alone once it is lived in."""
    of = portrait(deliveries, zone_of_code("99001", layers))
    resting = resting_of(of)
    assert all(len(row) == 1 + len(resting.columns) for row in resting.rows)
    assert any("2022" in sentence for sentence in resting.sentences)
    rows = of.sensitivity.of("99001", level="perimeter")
    stock = rows[(rows["figure"] == "stock") & (rows["year_to"] == 2022)]
    assert stock["figure_ha"].to_numpy() == pytest.approx(figure(of, "stock"), abs=1e-4)


def test_refusals(deliveries, layers, tmp_path):
    with pytest.raises(ConfigError, match=r"99003.*99001"):
        zone_of_code("99003", layers)
    with pytest.raises(ConfigError, match="neither a file nor"):
        level_of("1234")
    with pytest.raises(InputError, match="outside of the map"):
        portrait(deliveries, drawn(5000, 0, 5100, 100))
    with pytest.raises(ConfigError, match="both files are of 2019"):
        portrait([deliveries[0], deliveries[0]], whole_map(None, crs=CRS, name="x"))
    with pytest.raises(GeometryError, match="no polygon"):
        zone_of_perimeter(geopandas.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=CRS), None, crs=CRS, name="x")
    old = occupation(FIRST, 2019)
    old["code_us"] = old["code_us"].replace({"US5": "US235"})
    write_geopackage(tmp_path / "old.gpkg", {"OCCUPATION_SOL": old})
    mixed = [read_delivery(tmp_path / "old.gpkg"), deliveries[1]]
    with pytest.raises(RefusedError, match="generation"):
        portrait(mixed, whole_map(None, crs=CRS, name="x"))
    forced = portrait(mixed, whole_map(None, crs=CRS, name="x"), force=True)
    told = describe_files(forced, {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)})
    assert "comparables" in told.more_cautions[0].head


def test_rows_set_aside_are_told_in_french(tmp_path):
    frame = occupation(FIRST, 2019).drop(columns=["cs_rule", "us_rule"])
    doubled = geopandas.GeoDataFrame(
        {name: [*frame[name], frame[name].iloc[0]] for name in frame.columns if name != "geometry"},
        geometry=[*frame.geometry, frame.geometry.iloc[0]],
        crs=CRS,
    )
    write_geopackage(tmp_path / "twice.gpkg", {"OCCUPATION_SOL": doubled})
    layer = read_delivery(tmp_path / "twice.gpkg").layer("OCCUPATION_SOL")
    told = reading_told(layer)
    assert f"{len(doubled)}\u00a0lignes lues, {len(frame)} retenues, 1\u00a0écartée." in told
    assert "répètent une ligne précédente" in told
    assert reason_in("fr", "code_cs is not a delivered cover code") == (
        "ont dans l'attribut code_cs un code que la nomenclature n'a pas"
    )
    assert reason_in("fr", "something new") == "something new"


def test_ids_of_parts():
    import pandas as pd

    assert numbered(pd.Series(["a", "b", "a"])).tolist() == ["a-1", "b", "a-2"]


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(FRENCH_TEXTS)])
def test_both_languages_have_the_same_places(name):
    def places(text):
        texts = [text.one, text.many] if hasattr(text, "one") else text.values() if hasattr(text, "values") else [text]
        return sorted({found for item in texts for _, found, _, _ in string.Formatter().parse(item) if found})

    assert places(getattr(FRENCH_TEXTS, name)) == places(getattr(ENGLISH_TEXTS, name))


def test_in_english(deliveries, layers):
    of = portrait(deliveries, zone_of_code("99001", layers))
    told = describe_files(of, {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)}, language="en")
    assert told.trust.startswith("No control on the ground")
    assert "0.19\u00a0ha" in told.trust
    assert all("Artificialisé" not in head for head in resting_of(of, "en").columns)
