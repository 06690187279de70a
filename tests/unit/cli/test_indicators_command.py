"""`millesime indicators` from the command line: files as delivered in, tables and layers out, refusals."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import pyogrio
import pytest
import shapely
import typer.testing

from millesime.cli import indicators
from millesime.errors import ConfigError, CrsError, GeometryError, InputError, RefusedError
from millesime.io.vector import list_layers, write_geopackage

app = typer.Typer()
app.command()(indicators.command)
runner = typer.testing.CliRunner()

CRS = "EPSG:2154"
WEST, SOUTH = 650_000, 6_860_000


def _box(x0, x1):
    return shapely.box(WEST + x0, SOUTH, WEST + x1, SOUTH + 100)


def _state(year, border, *, west=0, use="US1.1", **columns):
    """200 m x 100 m: a road to the left of the border, a field to the right."""
    return geopandas.GeoDataFrame(
        {
            "ID": ["l", "r"],
            "CODE_CS": ["CS1.1.1.2", "CS2.2.1"],
            "CODE_US": ["US3", use],
            "millesime": str(year),
            **columns,
        },
        geometry=[_box(west, west + border), _box(west + border, west + 200)],
        crs=CRS,
    )


def _zone(year, width):
    return geopandas.GeoDataFrame({"id": ["z"], "millesime": [str(year)]}, geometry=[_box(0, width)], crs=CRS)


def _delivery(tmp_path, year, border, *, dep="032", **others):
    folder = tmp_path / f"OCS-GE_2-0__GPKG_LAMB93_D{dep}_{year}-01-01"
    folder.mkdir()
    write_geopackage(folder / "OCCUPATION_SOL.gpkg", {"OCCUPATION_SOL": _state(year, border, **others)})
    write_geopackage(folder / "ZONE_CONSTRUITE.gpkg", {"ZONE_CONSTRUITE": _zone(year, border + 20)})
    return folder


@pytest.fixture
def admin(tmp_path):
    """Two communes of 100 m in one EPCI, and a third one beyond the map, of the same EPCI."""
    communes = geopandas.GeoDataFrame(
        {
            "INSEE_COM": ["32001", "32002", "32003"],
            "NOM": ["Aville", "Bourg", "Castel"],
            "INSEE_DEP": "32",
            "INSEE_REG": "76",
            "SIREN_EPCI": ["200000001", "200000001", "200000002"],
        },
        geometry=[_box(0, 100), _box(100, 200), _box(1200, 1300)],
        crs=CRS,
    )
    epci = geopandas.GeoDataFrame({"CODE_SIREN": ["200000001"], "NOM": ["CC"]}, geometry=[_box(0, 200)], crs=CRS)
    path = tmp_path / "ADE.gpkg"
    write_geopackage(path, {"commune": communes, "epci": epci})
    return path


def _told(*arguments):
    result = runner.invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _value(table, level, code, theme, indicator, item="", year=2022, since=None):
    rows = table[
        (table["level"] == level)
        & (table["code"].astype(str) == code)
        & (table["theme"] == theme)
        & (table["indicator"] == indicator)
        & (table["item"].fillna("") == item)
        & (table["year_to"] == year)
    ]
    rows = rows if since is None else rows[rows["year_from"] == since]
    assert len(rows) == 1
    return rows["value"].iloc[0]


def test_deliveries_in_any_order(tmp_path, admin):
    """The road grows from 100 m to 150 m: 0.5 ha in Bourg. The zone construite of both deliveries is used unasked."""
    first, second = _delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 150.0)
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    levels = ["--communes", admin, "--level", "commune", "--level", "epci", "--level", "departement"]
    told = _told(second, first, *levels, "-o", out)
    assert told["maps"] == [{"code": "32", "years": [2019, 2022], "pieces": 3}]
    assert told["places"] == {"territory": 1, "commune": 2, "epci": 1, "departement": 1}
    assert told["statuses"]["32 2019"] == "computed from OCCUPATION_SOL.gpkg"
    assert any("rows read" in sentence for sentence in told["told"])
    text = out.read_text(encoding="utf-8")
    assert ";" not in text
    assert "surface artificialisée, seuils compris" in text
    table = pd.read_csv(out, dtype={"code": str})
    assert _value(table, "commune", "32002", "artificialisation", "gain") == 0.5
    assert _value(table, "epci", "200000001", "artificialisation", "gain") == 0.5
    assert _value(table, "epci", "200000001", "sprawl", "built_zone_net") == 0.5
    assert table.loc[table["code"] == "200000001", "name"].unique().tolist() == ["CC"]
    assert table.loc[table["code"] == "200000001", "status"].unique().tolist() == ["COMPLETE_UNIFORM"]
    # 32003 lies beyond the map: the département is covered in part
    assert table.loc[table["level"] == "departement", "status"].unique().tolist() == ["PARTIAL"]
    _told(first, second, *levels, "-o", again)
    assert out.read_bytes() == again.read_bytes()


def test_geopackage_of_one_layer_per_level(tmp_path, admin):
    first, second = _delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 150.0)
    scot = tmp_path / "scot.csv"
    scot.write_text("insee;code;name\n32001;S1;Nord\n32002;S1;Nord\n32999;S1;Nord\n", encoding="utf-8")
    plan = tmp_path / "plan.geojson"
    zones = geopandas.GeoDataFrame({"typezone": ["U", "N"]}, geometry=[_box(0, 120), _box(120, 200)], crs=CRS)
    zones.to_crs("EPSG:4326").to_file(plan)
    drawn = tmp_path / "parc.geojson"
    geopandas.GeoDataFrame({"nom": ["Parc"]}, geometry=[_box(50, 150)], crs=CRS).to_crs("EPSG:4326").to_file(drawn)
    out = tmp_path / "out.gpkg"
    options = ["--communes", admin, "--scot", scot, "--perimeter", drawn, "--planning", plan]
    told = _told(first, second, *options, "-o", out)
    assert set(list_layers(out)) == {"COMMUNE", "SCOT", "PERIMETRE"}
    assert {"TERRITOIRE", "INDICATEURS"} <= {str(name) for name, _ in pyogrio.list_layers(out)}
    assert sum("reprojected from EPSG:4326" in sentence for sentence in told["told"]) == 2
    assert any("32999" in sentence for sentence in told["told"])
    communes = geopandas.read_file(out, layer="COMMUNE")
    assert communes["code"].tolist() == ["32001", "32002"]
    assert communes["flux_artif_net"].tolist() == [0, 0.5]
    assert communes["pourcent_artif"].tolist() == [100, 50]
    assert communes["surface_artif_2_CS1_1_1_2"].tolist() == [1, 0.5]
    assert (communes["millesime_debut"].tolist(), communes["millesime_fin"].tolist()) == ([2019] * 2, [2022] * 2)
    assert geopandas.read_file(out, layer="SCOT")["statut"].tolist() == ["PARTIAL"]
    park = geopandas.read_file(out, layer="PERIMETRE").iloc[0]
    assert park["flux_artif"] == pytest.approx(0.5, abs=1e-4)
    table = pyogrio.read_dataframe(out, layer="INDICATEURS")
    assert _value(table, "territory", "32", "planning", "artificial_gain", "N") == pytest.approx(0.3, abs=1e-3)


def test_the_status_of_an_artif_layer_is_kept_and_told(tmp_path):
    """The delivery says that the road is not artificial: so do the figures."""
    artif = _state(2022, 100.0, aire=[1e4, 1e4], artif=["non artif", "non artif"], crit_seuil=[1, 0])
    path = tmp_path / "artif_2022_32.gpkg"
    write_geopackage(path, {"artif_2022_32": artif})
    out = tmp_path / "out.parquet"
    told = _told(path, "-o", out)
    assert told["statuses"] == {"32 2022": "as delivered in artif_2022_32"}
    assert _value(pd.read_parquet(out), "territory", "32", "artificialisation", "stock") == 0
    assert runner.invoke(app, [str(path), "-o", str(out)], catch_exceptions=False).stdout.count("as delivered") >= 1


def test_several_departments_of_different_years(tmp_path, admin):
    """32 of 2019 and 2022 for x < 200; 31 of 2018 and 2021 for x from 200 to 400."""
    files = [_delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 150.0)]
    files += [_delivery(tmp_path, year, 100.0, dep="031", west=200) for year in (2018, 2021)]
    drawn = tmp_path / "across.geojson"
    geopandas.GeoDataFrame({"nom": ["Deux"]}, geometry=[_box(0, 400)], crs=CRS).to_crs("EPSG:4326").to_file(drawn)
    out = tmp_path / "out.parquet"
    told = _told(*files, "--perimeter", drawn, "-o", out)
    assert [item["code"] for item in told["maps"]] == ["31", "32"]
    across = pd.read_parquet(out).query("level == 'perimeter'")
    assert set(across["status"]) == {"COMPLETE_NOT_UNIFORM"}
    assert set(across["vintages"]) == {"2018+2019 / 2021+2022"}


def test_departments_that_overlap_are_refused_and_cut_along_their_limit(tmp_path):
    """32 for x < 200; 31 of another year from 100 to 300: its road from 100 to 200 would count twice.

    Cut along a limit at x = 200 they hold 2 ha and 1 ha.
    """
    files = [_delivery(tmp_path, 2022, 100.0), _delivery(tmp_path, 2021, 100.0, dep="031", west=100)]
    out = tmp_path / "out.csv"
    with pytest.raises(GeometryError, match="lie on ground of map") as refused:
        _told(*files, "-o", out)
    assert all(file.name in str(refused.value) for file in files)
    assert "--limit" in str(refused.value)
    limit = tmp_path / "limit.gpkg"
    shapes = geopandas.GeoDataFrame({"INSEE_DEP": ["32", "31"]}, geometry=[_box(0, 200), _box(200, 400)], crs=CRS)
    write_geopackage(limit, {"departement": shapes})
    _told(*files, "--limit", limit, "-o", out)
    table = pd.read_csv(out, dtype={"code": str})
    assert _value(table, "territory", "31+32", "territory", "area") == pytest.approx(3.0)


def test_a_delivered_diff_beyond_half_a_hectare_is_a_warning(tmp_path):
    first, second = _delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 180.0)

    def diff(width):
        codes = {"cs_2019": ["CS2.2.1"], "cs_2022": ["CS1.1.1.2"], "us_2019": ["US1.1"], "us_2022": ["US3"]}
        path = tmp_path / f"DIFF_{width}.gpkg"
        write_geopackage(path, {"DIFF": geopandas.GeoDataFrame(codes, geometry=[_box(100, 100 + width)], crs=CRS)})
        return path

    told = _told(first, second, "--diff", diff(80), "-o", tmp_path / "out.csv")
    assert (told["diff"][0]["largest_gap_ha"], told["warnings"]) == (0, [])
    told = _told(first, second, "--diff", diff(20), "-o", tmp_path / "out.csv")
    assert told["diff"][0]["largest_gap_ha"] == 0.6
    assert "differ from the stocks by more than 0.5 ha" in told["warnings"][0]


def _change(tmp_path, dep, x0, x1, *, years=(2019, 2022), crs=CRS):
    """A delivered DIFF of one département: a field between x0 and x1 became a road. D032 in its name tells which."""
    codes = {"cs": ("CS2.2.1", "CS1.1.1.2"), "us": ("US1.1", "US3")}
    columns = {f"{name}_{year}": [code] for name, of in codes.items() for year, code in zip(years, of, strict=True)}
    path = tmp_path / f"DIFF_{years[0]}_{years[1]}_{dep}.gpkg"
    frame = geopandas.GeoDataFrame(columns, geometry=[_box(x0, x1)], crs=crs)
    write_geopackage(path, {f"DIFF_{years[0]}_{years[1]}_{dep}": frame})
    return path


def test_the_diffs_of_several_departments_are_put_together(tmp_path):
    """In 32, x < 200, and in 82, 200 to 400, the road grows by 80 m x 100 m: 0.8 ha each, told by each DIFF exactly.

    The name of the first tells its département, the ground of the second. With that of 32 alone nothing is known of
    82: it, and the territory of both, are not compared. One of 20 m in 82 lacks 0.6 ha of 2 covers, 2 uses and
    impervious ground, which the territory shows.
    """
    files = [_delivery(tmp_path, year, border) for year, border in ((2019, 100.0), (2022, 180.0))]
    files += [_delivery(tmp_path, y, border, dep="082", west=200) for y, border in ((2019, 100.0), (2022, 180.0))]
    here, there = _change(tmp_path, "D032", 100, 180), _change(tmp_path, "82", 300, 380)
    out = tmp_path / "out.csv"
    drawn = tmp_path / "parcs.geojson"
    shapes = geopandas.GeoDataFrame({"nom": ["A", "B"]}, geometry=[_box(0, 200), _box(200, 400)], crs=CRS)
    shapes.to_crs("EPSG:4326").to_file(drawn)
    told = _told(*files, "--perimeter", drawn, "--diff", here, "--diff", there, "-o", out)
    (both,) = told["diff"]
    assert (both["compared"], both["disagreements"], told["warnings"]) == (15, [], [])  # three places, five items
    alone = _told(*files, "--perimeter", drawn, "--diff", here, "-o", out)
    assert (alone["diff"][0]["compared"], alone["diff"][0]["disagreements"]) == (5, [])  # the perimeter A
    assert any("places of map 32 alone" in sentence for sentence in alone["told"])
    short = _told(*files, "--diff", here, "--diff", _change(tmp_path, "82", 300, 320), "-o", out)
    assert {(row["level"], round(abs(row["gap_ha"]), 3)) for row in short["diff"][0]["disagreements"]} == {
        ("territory", 0.6)
    }
    assert len(short["diff"][0]["disagreements"]) == 5


def test_a_place_that_lacks_a_vintage_is_not_held_against_a_diff(tmp_path):
    """82 has 2022 alone, a road of 1 ha: that stock is no change since 2019."""
    files = [_delivery(tmp_path, year, border) for year, border in ((2019, 100.0), (2022, 180.0))]
    files.append(_delivery(tmp_path, 2022, 100.0, dep="082", west=200))
    told = _told(*files, "--diff", _change(tmp_path, "D032", 100, 180), "-o", tmp_path / "out.csv")
    assert (told["diff"][0]["disagreements"], told["warnings"]) == ([], [])


def test_a_diff_of_another_crs_or_department_is_refused_by_its_name(tmp_path):
    first, second = _delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 180.0)
    for dep, crs, kind, reason in (
        ("D032", "EPSG:3857", CrsError, "the DIFF is in EPSG:3857, the maps in EPSG:2154"),
        ("D082", CRS, ConfigError, "is of département 82, the maps are: 32"),
    ):
        path = _change(tmp_path, dep, 100, 180, crs=crs)
        with pytest.raises(kind, match=reason) as refused:
            _told(first, second, "--diff", path, "-o", tmp_path / "out.csv")
        assert path.name in str(refused.value)
        assert "give the DIFF" in str(refused.value)


def test_refusals(tmp_path, admin):
    first, second = _delivery(tmp_path, 2019, 100.0), _delivery(tmp_path, 2022, 150.0)
    out = tmp_path / "out.csv"

    def refused(kind, match, *arguments):
        with pytest.raises(kind, match=match):
            _told(*arguments)

    refused(ConfigError, "not written", first, "-o", tmp_path / "out.txt")
    refused(ConfigError, "no level quartier", first, "-o", out, "--level", "quartier")
    refused(ConfigError, "level epci needs --communes", first, "-o", out, "--level", "epci")
    refused(ConfigError, "given 2 times", first, second, "--years", 2019, "--years", 2019, "-o", out)
    refused(ConfigError, "1 years for 2 files", first, second, "--years", 2019, "-o", out)
    old = _delivery(tmp_path, 2016, 100.0, use="US235")
    road = _state(2016, 100.0, use="US235").assign(CODE_US="US235")
    write_geopackage(old / "OCCUPATION_SOL.gpkg", {"OCCUPATION_SOL": road})
    refused(RefusedError, "generation", old, second, "-o", out)
    assert any("forced" in text for text in _told(old, second, "--force", "-o", out)["told"])
    far = tmp_path / "far.gpkg"
    write_geopackage(far, {"commune": geopandas.read_file(admin, layer="commune").iloc[2:]})
    refused(InputError, "none of its communes", first, "--communes", far, "-o", out)
    zone = tmp_path / "zone.gpkg"
    write_geopackage(zone, {"ZONE_CONSTRUITE": _zone(2022, 50)})
    refused(InputError, "neither OCCUPATION_SOL nor ARTIF", zone, "-o", out)
    refused(ConfigError, "the maps are", first, "--built-zone", zone, "-o", out)
    island = tmp_path / "island.gpkg"
    write_geopackage(island, {"OCCUPATION_SOL": _state(2022, 100.0).set_crs("EPSG:2975", allow_override=True)})
    refused(CrsError, "in EPSG:2154, EPSG:2975", first, island, "-o", out)
