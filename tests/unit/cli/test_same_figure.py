"""The net artificial flux is the same whichever command tells it, to 1 m², with the same options of the status.

One ground of 400 m x 300 m, meadows to the west and gardens to the east, by hand:
- a road of 40 m x 20 m (800 m²) comes in the meadows: below 2 500 m², so not artificial; artificial from 500 m² on;
- a house of 20 m x 10 m (200 m²) comes there too: built, artificial always;
- a wood of 30 m x 30 m (900 m²) comes in the gardens: below 2 500 m², so artificial still; from 500 m² on it is not.
Net flux: +200 m² with the thresholds of the law; +200 + 800 - 900 = +100 m² with one of 500 m².
"""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import ConfigError
from millesime.io.points import read_points
from millesime.io.vector import write_geopackage

WEST, SOUTH, CRS = 650_000.0, 6_860_000.0, "EPSG:2154"
MEADOW, GARDEN = ("CS2.2.1", "US1.1"), ("CS2.2.1", "US5")
ROAD, HOUSE, WOOD = ("CS1.1.1.2", "US4.1.1"), ("CS1.1.1.1", "US5"), ("CS2.1.1.1", "US1.2")
NEW = [((50, 50, 90, 70), ROAD), ((50, 200, 70, 210), HOUSE), ((280, 100, 310, 130), WOOD)]

#: Options of the status -> net flux, m².
CASES = {(): 200, ("--t-other", "500"): 100}


def box(bounds):
    return shapely.transform(shapely.box(*bounds), lambda xy: np.add(xy, (WEST, SOUTH)))


def state(year, new):
    shapes = [(box(bounds), codes) for bounds, codes in new]
    taken = shapely.union_all([shape for shape, _ in shapes])
    halves = [(box((0, 0, 200, 300)), MEADOW), (box((200, 0, 400, 300)), GARDEN)]
    rows = [*shapes, *((half.difference(taken), codes) for half, codes in halves)]
    return geopandas.GeoDataFrame(
        {
            "id": [f"{year}{rank}" for rank in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
            "millesime": str(year),
        },
        geometry=[shape for shape, _ in rows],
        crs=CRS,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("same")
    for year, new in ((2019, []), (2022, NEW)):
        write_geopackage(folder / f"OCSGE_{year}.gpkg", {"OCCUPATION_SOL": state(year, new)})
    return [str(folder / f"OCSGE_{year}.gpkg") for year in (2019, 2022)]


def told(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def from_diff(files, options, folder):
    return told("diff", *files, *options)["flux"]["net"]["net_m2"]


def from_indicators(files, options, folder):
    rows = told("indicators", *files, *options, "-o", folder / "figures.csv")["territory"]
    (net,) = [row["value"] for row in rows if (row["theme"], row["indicator"]) == ("artificialisation", "net")]
    return 10_000 * net


def from_portrait(files, options, folder):
    return 10_000 * told("portrait", *files, *options, "-o", folder / "page.html")["flux_ha"]["net"]


def from_sensitivity(files, options, folder):
    items = told("sensitivity", *files, *options)["items"]
    (net,) = {row["figure_ha"] for row in items if row["figure"] == "net"}
    return 10_000 * net


def from_sample(files, options, folder):
    """What its strata say: ground that became artificial less ground that ceased to be."""
    told("sample", *files, *options, "-n", "30", "--floor", "5", "-o", folder / "points.csv")
    frame = read_points(folder / "points.csv")
    areas = frame.drop_duplicates("stratum").set_index("stratum")["stratum_area_m2"].astype(float)
    return areas.get("artificialised", 0.0) - areas.get("desartificialised", 0.0)


COMMANDS = [from_diff, from_indicators, from_portrait, from_sensitivity, from_sample]


@pytest.mark.parametrize("options", CASES, ids=lambda options: " ".join(options) or "default")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_the_same_figure_everywhere(files, tmp_path, command, options):
    assert command(files, options, tmp_path) == pytest.approx(CASES[options], abs=1)


@pytest.mark.parametrize("command", [from_diff, from_indicators], ids=lambda command: command.__name__)
def test_the_other_mode(files, tmp_path, command):
    assert command(files, ("--mode", "sparte-2024"), tmp_path) == pytest.approx(200, abs=1)


def test_the_portrait_says_what_was_chosen(files, tmp_path):
    found = told("portrait", *files, "--t-other", "500", "-o", tmp_path / "page.html")
    assert found["rules"] == {"2019": {"t_other_m2": "500"}, "2022": {"t_other_m2": "500"}}
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Réglages choisis autrement que par défaut" in html
    assert "t_other_m2 = 500" in html


@pytest.fixture(scope="module")
def delivered(files, tmp_path_factory):
    """The later vintage as a layer ARTIF alone: the road is said to be artificial, whatever its size."""
    folder = tmp_path_factory.mktemp("delivered")
    frame = state(2022, NEW)
    artificial = frame["code_us"].isin(["US4.1.1", "US5"]) | (frame["code_cs"] == "CS2.1.1.1")
    frame["artif"] = ["artif" if flag else "non artif" for flag in artificial]
    frame["crit_seuil"] = frame["code_cs"] == "CS2.1.1.1"
    write_geopackage(folder / "ARTIF_2022.gpkg", {"ARTIF": frame})
    return [files[0], str(folder / "ARTIF_2022.gpkg")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_delivered_status_is_taken_everywhere(delivered, tmp_path, command):
    """+1 000 m²: road and house; `--status computed` decides it again, without the road."""
    assert command(delivered, (), tmp_path) == pytest.approx(1_000, abs=1)
    assert command(delivered, ("--status", "computed"), tmp_path) == pytest.approx(200, abs=1)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_options_without_effect_are_refused(delivered, tmp_path, command):
    both = [delivered[1], delivered[1]]
    years = {"from_diff": ["2019", "2022"], "from_sample": ["2019", "2022"]}.get(command.__name__)
    years = ["2019,2022"] if command is from_sensitivity else years
    flag = {"from_portrait": "--year"}.get(command.__name__, "--years")
    options = [flag, *years] if years else [flag, "2019", flag, "2022"]
    with pytest.raises(ConfigError, match="would not change it"):
        command(both, [*options, "--t-other", "500"], tmp_path)


def test_sensitivity_tells_the_rules_of_a_computed_status_alone(delivered):
    assert told("sensitivity", delivered[1])["rules"] == []
    assert {row["name"] for row in told("sensitivity", delivered[0])["rules"]} >= {"t_other_m2"}


def test_noise_of_borders_is_in_the_stocks_and_told_apart(tmp_path):
    """A road seen 0.3 m wider on 60 m, 18 m² of noise, and a house: stocks differ by 218 m², the change is 200."""
    for year, new in ((2019, [((50, 50, 110, 110), ROAD)]), (2022, [((50, 50, 110.3, 110), ROAD), NEW[1]])):
        write_geopackage(tmp_path / f"OCSGE_{year}.gpkg", {"OCCUPATION_SOL": state(year, new)})
    both = [str(tmp_path / f"OCSGE_{year}.gpkg") for year in (2019, 2022)]
    flux = told("diff", *both)["flux"]
    assert {name: flux[name]["net_m2"] for name in ("net", "noise", "total")} == {"net": 200, "noise": 18, "total": 218}
    for command in (from_indicators, from_sensitivity):
        assert command(both, (), tmp_path) == pytest.approx(218, abs=1)
    assert from_sample(both, (), tmp_path) == pytest.approx(200, abs=1)


@pytest.mark.parametrize("command", ["diff", "sensitivity", "indicators"])
def test_one_tolerance_for_all_commands(tmp_path, monkeypatch, command):
    """The later vintage lies 0.1 m to the east, no vertex of it is common: borders that do not match. The tolerance
    that is taken then stands in one place."""
    shifted = state(2022, NEW)
    shifted["geometry"] = shifted.geometry.translate(0.1)
    for year, frame in ((2019, state(2019, NEW)), (2022, shifted)):
        write_geopackage(tmp_path / f"OCSGE_{year}.gpkg", {"OCCUPATION_SOL": frame})
    both = [str(tmp_path / f"OCSGE_{year}.gpkg") for year in (2019, 2022)]
    monkeypatch.setattr("millesime.differential.TOLERANCE_M", 0.25)
    if command == "indicators":
        sentences = told("indicators", *both, "-o", tmp_path / "figures.csv")["told"]
        assert any(sentence.endswith("tolerance 0.25 m") for sentence in sentences)
    else:
        assert told(command, *both)["tolerance_m"] == 0.25


def test_neighbours_take_part_everywhere(tmp_path):
    """A wood of 900 m² comes in the gardens at the map's edge: -900 m²; 0 with the gardens beyond, which enclose it."""
    wood = [((370, 100, 400, 130), WOOD)]
    beside = state(2019, []).iloc[:1].assign(code_us="US5", id="beside")
    beside["geometry"] = [box((400, 0, 600, 300))]
    both, around = [], []
    for year, new in ((2019, []), (2022, wood)):
        both.append(str(tmp_path / f"OCSGE_{year}.gpkg"))
        write_geopackage(both[-1], {"OCCUPATION_SOL": state(year, new)})
        around.append(str(tmp_path / f"BESIDE_{year}.gpkg"))
        write_geopackage(around[-1], {"OCCUPATION_SOL": beside.assign(millesime=str(year))})
    named = ("--context-first", around[0], "--context-second", around[1])
    given = {from_diff: named, from_indicators: ("--context", around[0], "--context", around[1])}
    given[from_portrait] = given[from_indicators]
    for command, options in given.items():
        assert command(both, (), tmp_path) == pytest.approx(-900, abs=1)
        assert command(both, options, tmp_path) == pytest.approx(0, abs=1)
    with pytest.raises(ConfigError, match="neighbours"):
        from_indicators([both[1]], ("--context", around[0]), tmp_path)
