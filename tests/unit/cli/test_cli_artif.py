"""`millesime artif` and `millesime explain` from the command line: files in, files out, JSON, refusals."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import geopandas
import pandas as pd
import py7zr
import pytest
import shapely
import typer.testing

from millesime.cli import artif, explain
from millesime.errors import ConfigError, GeometryError, InputError
from millesime.io.vector import list_layers, read_vector, write_geopackage, write_parquet

artif_app, explain_app = typer.Typer(), typer.Typer()
artif_app.command()(artif.command)
explain_app.command()(explain.command)
runner = typer.testing.CliRunner()


def _map(x=0):
    """A field of 200 x 200 m with a house of 100 m² and a yard of 900 m² in it, a yard of 400 m² at its east border."""
    house, yard, border = shapely.box(x + 20, 20, x + 30, 30), shapely.box(x + 60, 60, x + 90, 90), None
    border = shapely.box(x + 180, 100, x + 200, 120)
    field = shapely.box(x, 0, x + 200, 200).difference(shapely.union_all([house, yard, border]))
    return geopandas.GeoDataFrame(
        {
            "id": ["field", "house", "yard", "border"],
            "code_cs": ["CS2.2.1", "CS1.1.1.1", "CS1.1.2.1", "CS1.1.2.1"],
            "code_us": ["US1.1", "US5", "US2", "US2"],
            "millesime": "2022",
        },
        geometry=[field, house, yard, border],
        crs="EPSG:2154",
    )


@pytest.fixture
def delivery(tmp_path):
    path = tmp_path / "OCS-GE.gpkg"
    zone = geopandas.GeoDataFrame({"id": ["z"]}, geometry=[shapely.box(0, 0, 50, 50)], crs="EPSG:2154")
    write_geopackage(path, {"OCCUPATION_SOL": _map(), "ZONE_CONSTRUITE": zone})
    return path


def _told(app, *arguments):
    result = runner.invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_status_of_a_delivery(delivery, tmp_path):
    """Kept: the house (100 m²) and the yard at the limit (400 m²); removed: the yard of 900 m²."""
    out = tmp_path / "artif.gpkg"
    told = _told(artif_app, delivery, "-o", out)
    assert [(rows["layer"], rows["rows"], rows["rows_used"]) for rows in told["rows"]] == [("OCCUPATION_SOL", 4, 4)]
    assert told["not_read"] == ["ZONE_CONSTRUITE: not OCCUPATION_SOL, not read (1 rows)"]
    assert (told["total_m2"], told["artificial_m2"], told["matrix_artificial_m2"]) == (40_000, 500, 1_400)
    assert told["changed_by_thresholds"] == {"polygons": 1, "area_m2": 900}
    assert [(step["step"], step["polygons"]) for step in told["steps"]] == [("matrix", 2), ("remove", 1), ("built", 1)]
    assert told["left_at_limit"] == {"polygons": 1, "area_m2": 400}
    assert told["layers"] == ["ARTIF", "RULES"]
    assert list_layers(out) == ("ARTIF",)
    frame = read_vector(out, layer="ARTIF")
    assert {"id", "millesime", "aire", "artif", "crit_seuil", "matrix_status", "status_step", "category"} <= set(frame)
    assert dict(zip(frame["id"], frame["artif"], strict=True)) == {
        "field": "non artif",
        "house": "artif",
        "yard": "non artif",
        "border": "artif",
    }


def test_what_is_law_and_what_is_reading(delivery):
    standing = {rule["name"]: rule["standing"] for rule in _told(artif_app, delivery, "--t-other", "1000")["rules"]}
    assert standing["t_built_m2"] == "law"
    assert standing["t_other_m2"] == "chosen, not the value of the law"
    assert standing["order"] == standing["category"] == "reading"


@pytest.mark.parametrize("suffix", [".shp", ".parquet"])
def test_other_formats_and_names(tmp_path, suffix):
    frame = _map().rename(columns={"code_cs": "COUVERTURE", "code_us": "USAGE", "id": "ID"})
    path = tmp_path / f"occupation{suffix}"
    if suffix == ".parquet":
        write_parquet(frame, path)
    else:
        frame.to_file(path)
    assert _told(artif_app, path)["artificial_m2"] == 500


def test_same_input_same_bytes(delivery, tmp_path):
    for name in ("a.parquet", "b.parquet", "a.gpkg", "b.gpkg"):
        _told(artif_app, delivery, "-o", tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_a_neighbour_decides_at_the_limit(delivery, tmp_path):
    neighbour = tmp_path / "neighbour.parquet"
    write_parquet(_map(x=200), neighbour)
    told = _told(artif_app, delivery, "--context", neighbour)
    assert told["artificial_m2"] == 100
    assert told["total_m2"] == 40_000
    assert told["context"][0]["rows"] == 4
    assert told["left_at_limit"]["polygons"] == 0


@pytest.mark.parametrize("suffix", [".zip", ".7z", None])
def test_several_departements_in_a_folder_or_an_archive(tmp_path, suffix):
    """Both yards at the limit meet the other's field: both go; 'border' of the east lies along the data's end."""
    root = tmp_path / "OCS-GE"
    for number, x in (("032", 0), ("065", 200)):
        folder = root / f"OCS-GE_2-0__GPKG_LAMB93_D{number}_2022-01-01"
        folder.mkdir(parents=True)
        frame = _map(x).assign(id=[f"{number}-{text}" for text in _map()["id"]])
        write_geopackage(folder / "OCCUPATION_SOL.gpkg", {"OCCUPATION_SOL": frame})
    path = root
    if suffix == ".zip":
        path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", root))
    elif suffix == ".7z":
        path = tmp_path / "both.7z"
        with py7zr.SevenZipFile(path, "w") as opened:
            opened.writeall(root, root.name)
    out = tmp_path / "artif.parquet"
    told = _told(artif_app, path, "-o", out)
    assert [rows["territory"] for rows in told["rows"]] == ["32", "65"]
    assert (told["total_m2"], told["artificial_m2"]) == (80_000, 100 + 100 + 400)
    assert read_vector(out)["id"].tolist()[:5] == ["032-field", "032-house", "032-yard", "032-border", "065-field"]
    there = _told(explain_app, path, "--id", "032-border")
    assert there["status_step"] == "remove"


def test_a_badly_cut_file_is_cut_again(tmp_path):
    """Two files hold the polygons of both sides of x = 200: refused, until the limits of both cut them.

    Admin Express tells the départements by their codes, the names of the files which one each is.
    """
    root = tmp_path / "both"
    for number, x in (("032", 0), ("065", 200)):
        folder = root / f"OCS-GE_2-0__GPKG_LAMB93_D{number}_2022-01-01"
        folder.mkdir(parents=True)
        beyond = geopandas.GeoDataFrame(
            {"id": ["beyond"], "code_cs": "CS2.2.1", "code_us": "US1.1", "millesime": "2022"},
            geometry=[shapely.box(x - 50, 0, x, 200) if x else shapely.box(200, 0, 260, 90)],
            crs="EPSG:2154",
        )
        frame = pd.concat([_map(x), beyond], ignore_index=True)
        frame["id"] = number + frame["id"]
        write_geopackage(folder / "OCCUPATION_SOL.gpkg", {"OCCUPATION_SOL": frame})
    limits = geopandas.GeoDataFrame(
        {"INSEE_DEP": ["32", "65", "31"]},
        geometry=[shapely.box(-100, 0, 200, 200), shapely.box(200, 0, 400, 200), shapely.box(0, 200, 400, 400)],
        crs="EPSG:2154",
    )
    admin = tmp_path / "ADMIN-EXPRESS.gpkg"
    write_geopackage(admin, {"DEPARTEMENT": limits, "REGION": limits.drop(columns="INSEE_DEP")})
    with pytest.raises(GeometryError, match="lie on ground of"):
        runner.invoke(artif_app, [str(root)], catch_exceptions=False)
    told = _told(artif_app, root, "--limit", admin)
    assert [rows["removed_m2"] for rows in told["rows"]] == [60 * 90, 50 * 200]
    assert [rows["set_aside"] for rows in told["rows"]] == [{"outside the limit": 1}] * 2
    assert told["total_m2"] == 80_000
    text = runner.invoke(artif_app, [str(root), "--limit", str(admin)], catch_exceptions=False).stdout
    assert "cut along the limit: 5400.0 m² removed" in text


def test_every_row_is_told(tmp_path):
    """Rows in = rows used + rows told: one without a surface, one twice, one of two parts."""
    frame = pd.concat([_map(), _map().iloc[[1]]], ignore_index=True)
    geometries = list(frame.geometry)
    geometries[2] = None
    geometries[3] = shapely.MultiPolygon([shapely.box(180, 100, 189, 120), shapely.box(191, 100, 200, 120)])
    write_parquet(frame.set_geometry(geometries, crs="EPSG:2154"), tmp_path / "a.parquet")
    (rows,) = _told(artif_app, tmp_path / "a.parquet")["rows"]
    assert rows["set_aside"] == {"empty geometry": 1, "repeats an earlier row": 1}
    assert (rows["rows"], rows["rows_used"], rows["polygons"]) == (5, 3, 4)
    text = runner.invoke(artif_app, [str(tmp_path / "a.parquet")], catch_exceptions=False).stdout
    assert "a: 5 rows read, 3 used\n  1 set aside: empty geometry\n  1 set aside: repeats an earlier row" in text


def test_mode_sparte(delivery, tmp_path):
    out = tmp_path / "artif.gpkg"
    told = _told(artif_app, delivery, "--mode", "sparte-2024", "-o", out)
    assert told["artificial_m2"] == 100
    assert [rule["name"] for rule in told["rules"]] == ["mode", "t_other_m2", "category"]
    assert read_vector(out, layer="ZONE_ARTIFICIELLE")["aire"].tolist() == [100]
    assert _told(explain_app, out, "--id", "yard")["status_step"] == "remove"
    assert _told(artif_app, delivery, "--compare", out)["agreement"]["rows"][0]["agree"] == 3


def test_comparison_with_an_official_layer(delivery, tmp_path):
    official = tmp_path / "artif_2022_32.gpkg"
    ours = tmp_path / "ours.gpkg"
    _told(artif_app, delivery, "--mode", "sparte-2024", "-o", ours)
    write_geopackage(official, {"artif_2022_32": read_vector(ours, layer="ARTIF").drop(columns="status_rules")})
    table = tmp_path / "agreement.csv"
    out = tmp_path / "compared.parquet"
    told = _told(artif_app, delivery, "--compare", official, "--agreement", table, "-o", out)
    assert told["agreement"]["paired"] == {"id": 4, "geometry": 0, "point": 0}
    assert told["agreement"]["rows"][0]["only_ours_m2"] == 400
    with table.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert (rows[0]["by"], rows[0]["polygons"], rows[0]["agree"]) == ("all", "4", "3")
    assert read_vector(out)["artif_official"].tolist() == ["non artif", "artif", "non artif", "non artif"]
    text = runner.invoke(artif_app, [str(delivery), "--compare", str(official)], catch_exceptions=False).stdout
    assert "compared: 4 by id" in text
    assert "CS1.1.2.1 x US2" in text


def test_exemptions_stand_beside_the_status(delivery, tmp_path):
    parks, sites = tmp_path / "parks.gpkg", tmp_path / "pv.gpkg"
    ground = geopandas.GeoDataFrame({"id": ["p"]}, geometry=[shapely.box(0, 0, 200, 200)], crs="EPSG:2154")
    write_geopackage(parks, {"parks": ground})
    write_geopackage(sites, {"pv": ground})
    out = tmp_path / "artif.gpkg"
    told = _told(
        artif_app, delivery, "-o", out, "--parks", parks, "--photovoltaics", sites, "--photovoltaics-enaf", sites
    )
    assert [(item["name"], item["exempt_m2"]) for item in told["exemptions"]] == [
        ("parks", 0),
        ("pv-artif", 500),
        ("pv-enaf", 40_000),
    ]
    assert told["artificial_m2"] == 500
    assert set(list_layers(out)) == {"ARTIF", "EXEMPTION_PARKS", "EXEMPTION_PV_ARTIF", "EXEMPTION_PV_ENAF"}
    frame = read_vector(out, layer="ARTIF")
    assert frame["exempt_pv_artif_m2"].tolist() == [0, 100, 0, 400]
    assert _told(explain_app, out, "--id", "house")["status_step"] == "built"
    assert _told(artif_app, out)["artificial_m2"] == 500


def test_wrong_use_is_refused_before_anything_is_written(delivery, tmp_path):
    for arguments, told in [
        (["-o", str(tmp_path / "a.txt")], "is not written"),
        (["-o", str(tmp_path / "nowhere" / "a.gpkg")], "no such folder"),
        (["--agreement", str(tmp_path / "a.csv")], "needs a layer to compare with"),
        (["--connectivity", "corner"], "connectivity"),
        (["--mode", "sparte-2024", "--order", "remove_first"], "sparte-2024 fixes order"),
    ]:
        with pytest.raises(ConfigError, match=told):
            runner.invoke(artif_app, [str(delivery), *arguments], catch_exceptions=False)
    with pytest.raises(InputError, match="holds no layer of OCCUPATION_SOL or ARTIF"):
        runner.invoke(artif_app, [str(delivery), "--layer", "ZONE_CONSTRUITE"], catch_exceptions=False)
    assert [path.name for path in tmp_path.iterdir()] == [delivery.name]


def test_explanation_from_a_delivery_and_from_a_result(delivery, tmp_path):
    out = tmp_path / "artif.gpkg"
    _told(artif_app, delivery, "-o", out)
    for file in (delivery, out):
        told = _told(explain_app, file, "--id", "yard")
        assert "est non artificialisé alors que la matrice" in told["sentence"]
        assert (told["status_step"], told["remove_patch_m2"], told["built_patch_m2"]) == ("remove", 900, None)
        there = _told(explain_app, file, "--at", 25, 25, "--lang", "en")
        assert there["id"] == "house"
        assert "its built patch has 100 m²" in there["sentence"]


def test_the_facts_of_a_file_are_told_not_made_again(delivery, tmp_path):
    """A result made with another threshold says so, and options that would contradict it are refused."""
    out = tmp_path / "artif.parquet"
    _told(artif_app, delivery, "-o", out, "--t-other", "800")
    assert "pas celui de la loi" in _told(explain_app, out, "--id", "yard")["sentence"]
    with pytest.raises(ConfigError, match="already in the file"):
        runner.invoke(explain_app, [str(out), "--id", "yard", "--t-other", "2500"], catch_exceptions=False)


def test_explanation_of_nothing(delivery):
    for arguments, error, told in [
        (["--id", "nobody"], InputError, "no polygon with the id 'nobody'"),
        (["--at", "900", "900"], InputError, "no polygon at the point 900 900"),
        ([], ConfigError, "which polygon"),
        (["--id", "yard", "--at", "1", "1"], ConfigError, "which polygon"),
        (["--id", "yard", "--lang", "br"], ConfigError, "is not spoken"),
    ]:
        with pytest.raises(error, match=told):
            runner.invoke(explain_app, [str(delivery), *arguments], catch_exceptions=False)
