"""`millesime portrait` on the command line: pages, documents, folders, refusals."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from pathlib import Path

import pytest
import typer.testing

sys.path.insert(0, str(Path(__file__).parents[1] / "publication"))

from official_files import write_official_files

from millesime.cli import portrait
from millesime.errors import ConfigError, ImageryError
from millesime.io.catalogue import describe_file
from millesime.io.vector import list_layers, read_styles, read_vector
from millesime.publication import project_faults

app = typer.Typer()
app.command()(portrait.command)
runner = typer.testing.CliRunner()


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    return write_official_files(tmp_path_factory.mktemp("official"))


def told(*arguments):
    result = runner.invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def sums(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def folder(official, tmp_path_factory):
    home = tmp_path_factory.mktemp("portrait") / "village"
    said = told(official.first, official.second, "--zone", "99002", "--communes", official.admin_express, "-o", home)
    return home, said


def test_a_folder_holds_everything(folder):
    home, said = folder
    assert [Path(path).name for path in said["output"]] == sorted(path.name for path in home.iterdir())
    assert sorted(path.name for path in home.iterdir()) == [
        "OCS-GE_99002_2019.gpkg",
        "OCS-GE_99002_2022.gpkg",
        "OCS-GE_99002_2022.qgs",
        "OCS-GE_99002_DIFF_2019-2022.gpkg",
        "TERRITOIRE_99002.gpkg",
        "figures.csv",
        "portrait.html",
        "portrait.pdf",
    ]
    assert said["zone"] == {"code": "99002", "name": "L'Étang", "level": "commune", "area_ha": 7.68}
    assert said["flux_ha"]["gain"] == said["flux_ha"]["net"] == 0.9216
    assert said["status"] == {"2019": "computed", "2022": "computed"}
    with (home / "figures.csv").open(encoding="utf-8", newline="") as handle:
        rows = [
            row for row in csv.DictReader(handle) if (row["theme"], row["indicator"]) == ("artificialisation", "gain")
        ]
    assert [float(row["value"]) for row in rows] == pytest.approx([0.9216])
    assert read_vector(home / "OCS-GE_99002_DIFF_2019-2022.gpkg", layer="ARTIF_DIFF").area.sum() == pytest.approx(9216)


def test_the_project_opens_all_layers(folder):
    home, _ = folder
    text = (home / "OCS-GE_99002_2022.qgs").read_text(encoding="utf-8")
    assert project_faults(text, lambda path: describe_file(home / path)) == ()
    assert 'value="US1.2"' in text
    assert "US1.2 Sylviculture" in text
    for package in home.glob("*.gpkg"):
        assert set(read_styles(package)) == set(list_layers(package)), package.name


def test_the_page_asks_for_nothing(folder):
    home, _ = folder
    html = (home / "portrait.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']*""", html) == []
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", html)
    assert "OCSGE_2022.gpkg" in html
    assert "lignes lues, toutes retenues" in html
    assert "réseau de neurones" not in html
    assert "prédite" not in html


def test_the_same_files_give_the_same_bytes(folder, official, tmp_path):
    again = tmp_path / "village"
    told(official.first, official.second, "--zone", "99002", "--communes", official.admin_express, "-o", again)
    assert sums(again) == sums(folder[0])
    told(official.second, official.first, "--zone", "99002", "--communes", official.admin_express, "-o", again)
    assert sums(again)["figures.csv"] == sums(folder[0])["figures.csv"]  # a folder of its own is replaced


def test_page_and_document(official, tmp_path):
    for name, head in (("a.html", b"<!DOCTYPE html>"), ("a.pdf", b"%PDF")):
        said = told(official.second, "-o", tmp_path / name)
        assert (tmp_path / name).read_bytes().lstrip().startswith(head)
        assert said["flux_ha"] is None
        assert said["years"] == [2022]
    text = runner.invoke(app, [str(official.second), "-o", str(tmp_path / "a.html")], catch_exceptions=False).stdout
    assert "artificial 2022" in text
    assert "rows read" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.pdf"]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (["--zone", "99002", "-o", "a.html"], ConfigError, "limits of 99002 are not known"),
        (["-o", "a.odt"], ConfigError, "odt is not written"),
        (["--lang", "de", "-o", "a.html"], ConfigError, "no language 'de'"),
        (["-o", "missing/a.html"], ConfigError, "no such folder"),
        (["--year", "2019", "--year", "2022", "-o", "a.html"], ConfigError, "2 years for 1 files"),
        (["--ortho", "{first}", "-o", "a.html"], ImageryError, "OCSGE_2019"),
    ],
)
def test_refusals(official, tmp_path, monkeypatch, options, kind, message):
    monkeypatch.chdir(tmp_path)
    arguments = [str(official.first), *(word.format(first=official.first) for word in options)]
    with pytest.raises(kind, match=message):
        runner.invoke(app, arguments, catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_another_folder_is_left_alone(official, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.odt").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="something else"):
        runner.invoke(app, [str(official.first), "-o", str(tmp_path / "mine")], catch_exceptions=False)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.odt"]
