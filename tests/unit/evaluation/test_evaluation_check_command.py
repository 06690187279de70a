"""`millesime check` from the command line: exit codes, JSON, located anomalies."""

from __future__ import annotations

import json
import zipfile

import py7zr
import pytest
import typer.testing
from test_evaluation_conformity import occupation_sol

from millesime.cli import check
from millesime.errors import InputError
from millesime.io.vector import list_layers, read_vector, write_geopackage

app = typer.Typer()
app.command()(check.command)
runner = typer.testing.CliRunner()


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "sound.gpkg"
    write_geopackage(path, {"OCCUPATION_SOL": occupation_sol()})
    return path


@pytest.fixture
def faulty(tmp_path):
    frame = occupation_sol()
    frame.loc[4, "geometry"] = frame.geometry.translate(1, 0)[4]
    frame.loc[7, "code_cs"] = "CS2.2.3"
    path = tmp_path / "faulty.gpkg"
    write_geopackage(path, {"OCCUPATION_SOL": frame})
    return path


def test_accepted(sound):
    result = runner.invoke(app, [str(sound), "--json"])
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["accepted"] is True
    assert content["anomalies"] == {}
    assert content["layers"] == [{"name": "OCCUPATION_SOL", "kind": "OCCUPATION_SOL", "objects": 9}]


def test_refused_and_located(faulty, tmp_path):
    out = tmp_path / "anomalies.gpkg"
    result = runner.invoke(app, [str(faulty), "--anomalies", str(out), "--json"])
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert content["accepted"] is False
    assert content["anomalies"]["unknown_code"] == 1
    assert content["anomalies"]["overlap"] == 1
    assert set(list_layers(out)) == {"anomalies", "zones", "edges"}
    located = read_vector(out, layer="anomalies")
    assert {"rule", "message", "severity", "object_id"} <= set(located.columns)
    assert len(located) == sum(content["anomalies"].values())


def test_text(faulty):
    result = runner.invoke(app, [str(faulty)])
    assert "CS2.2.3" in result.stdout
    assert result.stdout.rstrip().endswith("not accepted")


def test_folder(sound, faulty, tmp_path):
    write_geopackage(tmp_path / "other.gpkg", {"commune": occupation_sol()[["geometry"]].assign(nom="x")})
    result = runner.invoke(app, [str(tmp_path), "--json"])
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert [layer["name"] for layer in content["layers"]] == ["faulty.gpkg/OCCUPATION_SOL", "sound.gpkg/OCCUPATION_SOL"]
    assert content["ignored"] == ["other.gpkg/commune"]


def test_tables_without_geometry_are_passed_over(sound, tmp_path):
    occupation_sol().drop(columns="geometry").to_parquet(tmp_path / "indicators.parquet")
    result = runner.invoke(app, [str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    assert [layer["name"] for layer in json.loads(result.stdout)["layers"]] == ["sound.gpkg/OCCUPATION_SOL"]


def test_nothing_to_check_is_wrong_use(tmp_path):
    path = tmp_path / "other.gpkg"
    write_geopackage(path, {"commune": occupation_sol()[["geometry"]].assign(nom="x")})
    result = runner.invoke(app, [str(path)])
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert "commune" in str(result.exception)


def test_unreadable(tmp_path):
    path = tmp_path / "text.gpkg"
    path.write_text("not a map", encoding="utf-8")
    result = runner.invoke(app, [str(path)])
    assert isinstance(result.exception, InputError)


def test_anomalies_of_a_sound_file_are_an_empty_file(sound, tmp_path):
    out = tmp_path / "anomalies.gpkg"
    assert runner.invoke(app, [str(sound), "--anomalies", str(out)]).exit_code == 0
    assert len(read_vector(out, layer="anomalies")) == 0


def test_a_shapefile_is_read_whatever_the_case(tmp_path):
    """Shapefiles have upper-case names of ten letters and no null texts."""
    frame = occupation_sol().rename(columns=str.upper).set_geometry("GEOMETRY")
    frame["ID_ORIGINE"], frame["CODE_OR"] = "", ""
    path = tmp_path / "OCCUPATION_SOL.shp"
    frame.to_file(path)
    result = runner.invoke(app, [str(path), "--json"])
    assert json.loads(result.stdout)["anomalies"] == {}


@pytest.mark.parametrize("suffix", [".zip", ".7z"])
def test_an_archive_is_checked_as_its_folder(tmp_path, faulty, suffix):
    inside = tmp_path / "OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01" / "OCCUPATION_SOL.gpkg"
    inside.parent.mkdir()
    inside.write_bytes(faulty.read_bytes())
    archive = tmp_path / f"delivery{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as opened:
            opened.write(inside, f"{inside.parent.name}/{inside.name}")
    else:
        with py7zr.SevenZipFile(archive, "w") as opened:
            opened.write(inside, f"{inside.parent.name}/{inside.name}")
    out = tmp_path / "anomalies.gpkg"
    result = runner.invoke(app, [str(archive), "--json", "--anomalies", str(out)])
    assert result.exit_code == 1, result.output
    content = json.loads(result.stdout)
    assert content["layers"][0]["name"] == f"{inside.parent.name}/OCCUPATION_SOL.gpkg"
    assert content["anomalies"]["unknown_code"] == 1
    assert len(read_vector(out, layer="anomalies")) == sum(content["anomalies"].values())


def test_a_file_without_crs_is_taken_at_its_name_s_word(tmp_path):
    folder = tmp_path / "OCS-GE_2-0__SHP_LAMB93_D032_2022-01-01"
    folder.mkdir()
    frame = occupation_sol().assign(id_origine="", code_or="")
    with pytest.warns(UserWarning, match="crs"):
        frame.set_crs(None, allow_override=True).to_file(folder / "OCCUPATION_SOL.shp")
    result = runner.invoke(app, [str(folder), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["told"]
    assert told == ["OCCUPATION_SOL.shp: has no CRS: EPSG:2154 is assumed, as its name says"]


def test_the_old_generation_and_a_misleading_name_are_told(tmp_path):
    path = tmp_path / "DIFF_2016_2019.gpkg"
    write_geopackage(path, {"DIFF_2016_2019": occupation_sol().assign(code_us="US235")})
    told = json.loads(runner.invoke(app, [str(path), "--json"]).stdout)["told"]
    assert [sentence for sentence in told if "old generation" in sentence]
    assert [sentence for sentence in told if "name is that of DIFF" in sentence]
