"""`millesime sample` and `millesime accuracy` from the command line: files in and out, blind copies, refusals."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import pytest
import shapely
import typer.testing

from millesime.cli import accuracy, sample
from millesime.errors import ConfigError, InputError, RefusedError, SchemaError
from millesime.io.points import read_points
from millesime.io.vector import list_layers, write_geopackage

app = typer.Typer()
app.command("sample")(sample.command)
app.command("accuracy")(accuracy.command)
runner = typer.testing.CliRunner()

#: 200 m x 100 m: a road to the left of a border, a field to the right; the road grows from 100 to 120 m.
BORDERS = {2019: 100.0, 2022: 120.0}


@pytest.fixture
def maps(tmp_path):
    paths = []
    for year, border in BORDERS.items():
        frame = geopandas.GeoDataFrame(
            {
                "id": ["l", "r"],
                "code_cs": ["CS1.1.1.2", "CS2.2.1"],
                "code_us": ["US4.1.1", "US1.1"],
                "millesime": str(year),
            },
            geometry=[shapely.box(0, 0, border, 100), shapely.box(border, 0, 200, 100)],
            crs="EPSG:2154",
        )
        paths.append(tmp_path / f"map_{year}.gpkg")
        write_geopackage(paths[-1], {"OCCUPATION_SOL": frame})
    return paths


@pytest.fixture
def communes(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"insee_com": ["99001", "99002", "99003"], "nom": ["Ouest", "Est", "Loin"]},
        geometry=[shapely.box(0, 0, 150, 100), shapely.box(150, 0, 200, 100), shapely.box(900, 0, 950, 100)],
        crs="EPSG:2154",
    )
    write_geopackage(tmp_path / "admin.gpkg", {"commune": frame})
    return tmp_path / "admin.gpkg"


def told(*words):
    result = runner.invoke(app, [*map(str, words), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def read_rightly(frame):
    """What an interpreter sees: the road grew to 121 m, one metre more than the map says."""
    x = frame.geometry.x
    words = pd.Series("stable non artif", index=frame.index)
    words[x < 121] = "artificialisé"
    words[x < 100] = "stable artif"
    return words


def test_a_sample_of_change_and_what_it_tells(maps, communes, tmp_path):
    points, blind = tmp_path / "points.gpkg", tmp_path / "blind.csv"
    made = told(
        *("sample", *maps, "-n", "300", "-o", points, "--blind", blind, "--communes", communes),
        *("--omission-buffer-m", "10", "--seed", "5"),
    )
    areas = {row["stratum"]: row["area_ha"] for row in made["strata"]}
    assert areas == {
        "artificialised": 0.2,
        "likely_omission": 0.2,
        "stable_artificial": 0.9,
        "stable_not_artificial": 0.7,
    }
    assert sum(row["points"] for row in made["strata"]) == 300
    assert [row["code"] for row in made["places"]] == ["99001", "99002"]
    assert list_layers(points) == ("POINTS",)

    copy = read_points(blind)
    assert set(copy.columns) == {"id", "kind", "year_from", "year_to", "reference", "comment", "geometry"}
    # As a spreadsheet saves it: semicolons, decimal commas, Latin-1.
    answers = pd.DataFrame({"id": copy["id"], "reference": read_rightly(copy)})
    answers["x"], answers["y"], answers["crs"] = copy.geometry.x, copy.geometry.y, "EPSG:2154"
    answers.to_csv(tmp_path / "answers.csv", sep=";", decimal=",", index=False, encoding="latin-1")

    out = tmp_path / "out.csv"
    words = ("accuracy", points, "--readings", tmp_path / "answers.csv", "--place", "commune", "--on", maps[1])
    found = told(*words, "-o", out)
    assert found["estimator"] == "Stehman 2014"
    gain = next(r for r in found["figures"] if (r["figure"], r["item"], r["place"]) == ("area", "artificialised", ""))
    assert gain["low_95"] <= 0.21 <= gain["high_95"]
    assert gain["mapped"] == 0.2
    assert any(row["place"] == "99001" and row["value"] for row in found["figures"])
    assert "artificialisé" in found["sentences"][0]["fr"]
    table = pd.read_csv(out, dtype={"place": str})
    assert len(table) == len(found["figures"])
    told(*words, "-o", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["figures"] == found["figures"]
    text = runner.invoke(app, [*map(str, words)], catch_exceptions=False).stdout
    assert "overall accuracy" in text
    assert "points de contrôle" in text


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv"])
def test_formats_hold_the_same_sample_and_the_same_bytes(maps, tmp_path, suffix):
    words = ("sample", maps[0], "-n", "60", "--floor", "20", "--seed", "2", "-o")
    for name in ("a", "b"):
        told(*words, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    frame = read_points(tmp_path / f"a{suffix}")
    assert frame.crs.to_epsg() == 2154
    assert frame["reference"].fillna("").eq("").all()
    assert pd.to_numeric(frame["weight_m2"]).sum() == pytest.approx(20_000, rel=1e-6)
    filled = tmp_path / f"filled{suffix}"
    reference = frame["mapped"].where(frame.index > 2, "?")
    from millesime.io.points import write_points

    write_points(frame.assign(reference=reference), filled)
    found = told("accuracy", filled)
    assert (found["kind"], found["read"], found["points"]) == ("artif", 57, 60)
    assert next(r for r in found["figures"] if r["figure"] == "overall_accuracy")["value"] == 100


def test_one_commune_alone(maps, communes, tmp_path):
    made = told(
        *("sample", *maps, "-n", "60", "--floor", "10", "-o", tmp_path / "p.gpkg", "--communes", communes),
        *("--only", "99002", "--strata", "change"),
    )
    assert made["area_ha"] == 0.5
    assert {row["stratum"] for row in made["strata"]} == {"stable_not_artificial"}


def test_numbers_of_points(maps, tmp_path):
    """W = .5 and .5, U = .9: n = (.3 / .02)² = 225."""
    made = told(
        *("sample", maps[0], "--standard-error", "0.02", "-o", tmp_path / "p.csv"),
        *("--expected", "artif=0.9", "--expected", "non artif=0.9", "--allocation", "neyman"),
    )
    assert made["points"] == 225
    assert [row["points"] for row in made["strata"]] == [113, 112]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "p.txt", "-n", "100"), "points are written as"),
        (("-o", "p.csv"), "either -n or --standard-error"),
        (("-o", "p.csv", "-n", "100", "--only", "99001"), "--only needs --communes"),
        (("-o", "p.csv", "-n", "100", "--blind", "p.csv"), "would replace the points"),
        (("-o", "p.csv", "-n", "100", "--strata", "mos"), "no strata are called mos"),
        (("-o", "p.csv", "-n", "100", "--strata", "change"), "two vintages"),
        (("-o", "p.csv", "-n", "100", "--allocation", "even"), "no allocation is called even"),
        (("-o", "p.csv", "-n", "100", "--allocation", "neyman"), "no expected accuracy"),
        (("-o", "p.csv", "-n", "100", "--expected", "artif"), "is not STRATUM=0.9"),
        (("-o", "p.csv", "-n", "60"), "cannot give 2 strata 50 each"),
    ],
)
def test_wrong_options_are_told(maps, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=message):
        told("sample", maps[0], *words)
    assert not list(tmp_path.glob("p.*"))


def test_vintages_the_wrong_way_round(maps, communes, tmp_path):
    with pytest.raises(ConfigError, match="2022 and 2019"):
        told("sample", maps[1], maps[0], "-n", "100", "-o", tmp_path / "p.csv")
    with pytest.raises(ConfigError, match="no commune 1"):
        told("sample", *maps, "-n", "100", "-o", tmp_path / "p.csv", "--communes", communes, "--only", "1")


def test_files_that_cannot_serve(maps, tmp_path):
    told("sample", maps[0], "-n", "100", "-o", tmp_path / "p.csv", "--blind", tmp_path / "blind.csv")
    with pytest.raises(RefusedError, match="no point has a reading"):
        told("accuracy", tmp_path / "p.csv")
    with pytest.raises(ConfigError, match="not written"):
        told("accuracy", tmp_path / "p.csv", "-o", tmp_path / "p.xlsx")
    with pytest.raises(ConfigError, match="no such folder"):
        told("accuracy", tmp_path / "p.csv", "-o", tmp_path / "none" / "p.csv")
    with pytest.raises(InputError, match="not points"):
        told("accuracy", maps[0])
    other = pd.read_csv(tmp_path / "blind.csv").assign(id=[f"Q{k}" for k in range(100)])
    other.to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(RefusedError, match="100 ids are not those of the points"):
        told("accuracy", tmp_path / "p.csv", "--readings", tmp_path / "other.csv")
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(SchemaError, match="no columns x and y"):
        told("accuracy", tmp_path / "a.csv")


def test_points_that_others_drew(tmp_path):
    """Columns of other names, areas in a table of their own, a stratum of which no point was read."""
    rows = pd.DataFrame(
        {
            "x": range(8),
            "y": 0,
            "strate": list("AAAABBBB"),
            "carte": list("uuuuvvvv"),
            "terrain": list("uuuvvvvu"),
        }
    )
    rows.to_csv(tmp_path / "p.csv", index=False)
    (tmp_path / "areas.csv").write_text("stratum;area_m2\nA;10000,5\nB;29999,5\n", encoding="utf-8")
    names = ("--reference", "terrain", "--map", "carte", "--strata", "strate", "--crs", "EPSG:2154")
    words = ("accuracy", tmp_path / "p.csv", *names, "--areas", tmp_path / "areas.csv")
    found = told(*words)
    assert next(r for r in found["figures"] if r["figure"] == "overall_accuracy")["value"] == pytest.approx(75)
    (tmp_path / "areas.csv").write_text("stratum,area_m2\nA,10000\nB,29999\nC,500\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="stratum C has 0 points read"):
        told(*words)


def test_an_unknown_generation_is_told(maps, tmp_path):
    """Roads and fields alone: neither US235 nor US2, US3 or US5 tells the generation of these maps."""
    made = told("sample", *maps, "-n", "30", "--floor", "5", "-o", tmp_path / "points.csv")
    assert made["told"][0].startswith("warning: the generation of a vintage is not known")
