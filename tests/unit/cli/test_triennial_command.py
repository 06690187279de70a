"""`millesime portrait --triennial` on three communes drawn by hand, as a user runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas
import pytest
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import ConfigError, InputError
from millesime.io.vector import write_geopackage

sys.path.insert(0, str(Path(__file__).parents[1] / "publication"))
from triennial_territory import AUBIN, BOURG, EPCI, ETANG, box, polygons, write_files


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("triennial"))


def run(files, *options):
    maps = [str(files / f"ocsge_{year}.gpkg") for year in (2019, 2022)]
    return CliRunner().invoke(app, ["portrait", *maps, *map(str, options)], catch_exceptions=True)


def reports(files, *options):
    return run(files, "--triennial", "--communes", files / "admin.gpkg", *options)


def test_an_epci_and_all_its_communes_in_one_command(files, tmp_path):
    output = tmp_path / "reports"
    beside = ("--enaf", files / "enaf.csv", "--planning", files / "zone_urba.gpkg")
    done = reports(files, "--zone", EPCI, "-o", output, *beside, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [report["code"] for report in told["reports"]] == [EPCI, AUBIN, BOURG, ETANG]
    assert [report["artificialisation_net_ha"] for report in told["reports"]] == [0.24, 0.24, 0, 0]
    assert told["reports"][0]["artificialisation_stock_ha"] == 1.6
    assert told["reports"][3]["covered_pct"] == [100, 50]
    assert told["reports"][1]["covered_pct"] is None
    assert told["without_report"] == []
    assert told["status"] == {"2019": "computed", "2022": "computed"}
    assert told["warnings"] == []
    assert (told["enaf"], told["planning"]) == ("enaf.csv", "zone_urba.gpkg")
    listed = sorted(path for report in told["reports"] for path in report["files"])
    assert listed == sorted(map(str, output.iterdir()))
    assert {Path(path).suffix for path in listed} == {".docx", ".pdf", ".csv"}


def test_a_commune_alone_takes_the_place_of_former_reports(files, tmp_path):
    output = tmp_path / "reports"
    output.mkdir()
    (output / "99009_ailleurs_triennal.pdf").write_bytes(b"former")
    done = reports(files, "--zone", AUBIN, "-o", output)
    assert done.exit_code == 0, done.output
    assert "no consumption of ENAF" in done.stdout
    assert "+0.24 ha" in done.stdout
    assert sorted(path.name for path in output.iterdir()) == [
        f"{AUBIN}_aubin_triennal.{suffix}" for suffix in ("csv", "docx", "pdf")
    ]


def test_communes_out_of_the_maps_and_a_status_of_two_origins_are_told(files, tmp_path):
    """Maps of Aubin alone; the status of the later one came with it."""
    for year, layer in ((2019, "OCCUPATION_SOL"), (2022, "ARTIF")):
        frame = geopandas.clip(polygons(year), box(0, 0, 200, 300), keep_geom_type=True).sort_index()
        artif = ["artif" if code.startswith("CS1") else "non artif" for code in frame["code_cs"]]
        added = {"artif": artif, "crit_seuil": False} if layer == "ARTIF" else {}
        write_geopackage(tmp_path / f"{year}.gpkg", {layer: frame.assign(**added).reset_index(drop=True)})
    maps = [str(tmp_path / f"{year}.gpkg") for year in (2019, 2022)]
    options = ["--triennial", "--communes", str(files / "admin.gpkg"), "--zone", EPCI, "-o", str(tmp_path / "reports")]
    done = CliRunner().invoke(app, ["portrait", *maps, *options])
    assert done.exit_code == 0, done.output
    assert "warning: the status of the later vintage came with its file" in done.stdout
    assert f"{BOURG} Le Bourg d'Essai: no report, the maps do not cover it" in done.stdout
    assert f"{ETANG} L'Étang: no report, the maps do not cover it" in done.stdout
    assert len(list((tmp_path / "reports").iterdir())) == 6


def refused(done, kind, words):
    assert isinstance(done.exception, kind), done.output
    assert words in str(done.exception)


def test_refusals_write_nothing(files, tmp_path):
    output = tmp_path / "reports"
    refused(reports(files, "--zone", "99", "-o", output), ConfigError, "communes and EPCI")
    refused(reports(files, "--zone", "99009", "-o", output), ConfigError, "99009")
    refused(reports(files, "-o", output), ConfigError, "--zone and --communes")
    refused(reports(files, "--zone", AUBIN, "-o", tmp_path / "report.docx"), ConfigError, "several files")
    refused(run(files, "--enaf", files / "enaf.csv", "-o", output), ConfigError, "--triennial")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    refused(reports(files, "--zone", AUBIN, "-o", tmp_path / "notes"), InputError, "mine.txt")
    assert not output.exists()
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["mine.txt"]
