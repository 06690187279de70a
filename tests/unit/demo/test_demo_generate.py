"""The territory's folder: whole or absent, recognised when it is there, in the format that the chain reads.

Imagery, rasters and databases have tests of their own and take most of the time: here they are stood in for.
"""

from __future__ import annotations

import inspect
import json
from types import SimpleNamespace

import pytest
from scene_by_hand import scene_by_hand

from millesime.cli import demo
from millesime.demo import generate as module
from millesime.demo.generate import RECIPE_FILE, generate
from millesime.demo.operations import as_lines, corrections
from millesime.demo.plan import make_scenes
from millesime.demo.territory_file import territory_text
from millesime.errors import ConfigError
from millesime.io.territory import read_territory
from millesime.io.workspace import Workspace
from millesime.ocsge_final.operations import parse_operations

IMAGERY = ("ortho_rgb", "ortho_irc", "dsm", "dtm")
DATABASES = ("bd_topo", "rpg", "bd_foret", "fichiers_fonciers", "admin_express")
WRITE_DATABASES = module.databases.write


def _scenes(seed, size_km, change_rate):
    del seed, size_km, change_rate
    first, second = (scene_by_hand(year=year, side=6, fields=4, roads=8) for year in (2019, 2022))
    return SimpleNamespace(first=first, second=second, changes=[1, 2], scene_at=lambda year: first)


def _write_imagery(scene, folder, *, workers):
    for name in IMAGERY:
        (folder / f"{name}.tif").write_text(name)


def _write_truth(scenes, folder, *, workers):
    (folder / "changes.parquet").write_text("truth")


def _write_databases(scene_at, year, folder, *, seed, perfect):
    for name in DATABASES:
        (folder / f"{name}.gpkg").write_text(f"{name} {year} {seed} {perfect}")
    return SimpleNamespace(counts={"bd_topo.batiment": len(scene_at(year).buildings)})


@pytest.fixture(autouse=True)
def _light(monkeypatch):
    monkeypatch.setattr(module, "make_scenes", _scenes)
    monkeypatch.setattr(module.imagery, "write", _write_imagery)
    monkeypatch.setattr(module.truth, "write", _write_truth)
    monkeypatch.setattr(module.databases, "write", _write_databases)


def _make(folder, **options):
    return generate(folder, **{"seed": 5, "size_km": 0.4, "workers": 1} | options)


def test_everything_that_the_configuration_names_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(module.databases, "write", WRITE_DATABASES)
    made = _make(tmp_path / "demo")
    assert made.years == (2019, 2022)
    assert not made.skipped
    workspace = Workspace.open(made.folder)
    for vintage in workspace.territory.vintages:
        for name in (*IMAGERY, *DATABASES, "operations"):
            assert workspace.source(name, vintage).is_file()
    assert workspace.territory.vintage(2022).reference_vintage == 2019
    assert workspace.territory.vintage(2019).reference_vintage is None


def test_a_second_generation_is_skipped_even_after_the_chain_has_run(tmp_path):
    made = _make(tmp_path / "demo")
    (made.folder / "products").mkdir()
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")}
    again = _make(tmp_path / "demo")
    assert again.skipped
    assert (again.years, again.counts) == (made.years, made.counts)
    assert {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")} == before


def test_same_recipe_same_bytes(tmp_path):
    first, second = (_make(tmp_path / name).folder for name in ("a", "b"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"seed": 6}, "seed 5 there, 6 asked"),
        ({"perfect": True}, "perfect False there, True asked"),
        ({"change_rate": 0.002}, "change_rate None there, 0.002 asked"),
    ],
)
def test_another_demo_in_the_folder_is_refused(tmp_path, option, told):
    _make(tmp_path / "demo")
    with pytest.raises(ConfigError, match=told):
        _make(tmp_path / "demo", **option)


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="is not empty and holds no demo territory"):
        _make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "demo").mkdir()
    assert (_make(tmp_path / "demo").folder / RECIPE_FILE).is_file()


def test_a_demo_with_files_gone_or_a_damaged_record_is_told(tmp_path):
    folder = _make(tmp_path / "demo").folder
    (folder / "sources" / "2019" / "rpg.gpkg").unlink()
    with pytest.raises(ConfigError, match=r"1 files of the demo are gone, such as sources/2019/rpg\.gpkg"):
        _make(folder)
    (folder / RECIPE_FILE).write_text("{")
    with pytest.raises(ConfigError, match="cannot be read as the record of a demo"):
        _make(folder)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError])
def test_an_interrupted_generation_leaves_nothing(tmp_path, monkeypatch, failure):
    def fail(*arguments, **options):
        raise failure

    monkeypatch.setattr(module.databases, "write", fail)
    with pytest.raises(failure):
        _make(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_generation_left_is_swept(tmp_path):
    left = tmp_path / ".demo.partial"
    left.mkdir()
    (left / "half.tif").write_text("half")
    _make(tmp_path / "demo")
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_size_out_of_range_is_a_wrong_option(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise ValueError("the demo territory measures 0.4 to 10 km, not 0.1 km")

    monkeypatch.setattr(module, "make_scenes", refuse)
    with pytest.raises(ConfigError, match=r"not 0\.1 km"):
        _make(tmp_path / "demo", size_km=0.1)
    assert list(tmp_path.iterdir()) == []


def test_the_command_allows_what_can_be_made():
    """10 km is the largest territory: a larger one is refused as an option, before anything is begun."""
    option = inspect.signature(demo.command, eval_str=True).parameters["size_km"].annotation.__metadata__[0]
    assert (option.min, option.max) == (0.4, 10)
    for size in (option.min - 0.01, option.max + 0.01):
        with pytest.raises(ValueError, match=r"0\.4 to 10 km"):
            make_scenes(1, size)


def test_the_record_tells_how_the_territory_was_made(tmp_path):
    folder = _make(tmp_path / "demo").folder
    record = json.loads((folder / RECIPE_FILE).read_text())
    assert record["recipe"]["seed"] == 5
    assert record["counts"]["changes"] == 2
    assert "territory.toml" in record["files"]


def test_operations_are_corrections_towards_the_truth():
    """Plots of 400 m² are too small to correct; one of 1 600 m² is not, and its heart is its middle."""
    scene = scene_by_hand(side=6, fields=4, roads=8)
    assert corrections(scene) == ()
    units = scene.units.copy()
    units.loc[0, "geometry"] = units.geometry[0].buffer(10.0, join_style="mitre")
    units.loc[[0, 1], "us"] = "US6.2"
    object.__setattr__(scene, "units", units)
    (operation,) = corrections(scene)
    assert operation.after == ("*", "US6.2")
    assert operation.before == ("CS2.2.1", "*")
    middle = units.geometry[0].centroid
    assert operation.at == pytest.approx((middle.x, middle.y), abs=1.0)
    assert [read.as_json() for read in parse_operations(as_lines([operation]).splitlines(), place="x")] == [
        operation.as_json()
    ]


def test_territory_of_three_vintages(tmp_path):
    (tmp_path / "territory.toml").write_text(territory_text((0.0, 0.0, 400.0, 400.0), (2016, 2019, 2022)))
    territory = read_territory(tmp_path)
    assert [vintage.reference_vintage for vintage in territory.vintages] == [None, 2016, 2019]
