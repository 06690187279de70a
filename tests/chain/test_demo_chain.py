"""The whole chain on a small demo territory: what every delivery must hold, whatever the land."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from millesime.io.territory import read_territory
from millesime.io.vector import list_layers, read_vector, write_geopackage
from millesime.nomenclature import CS, US

from .conftest import SEED, SIZE_KM, hashes, millesime

pytestmark = pytest.mark.slow

YEARS = (2019, 2022)
OCSGE = ("ocsge_auto", "ocsge_update", "ocsge_final", "artificialisation")


def deliveries(territory):
    return sorted((territory / "delivery").glob("*/*.gpkg"))


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("step", OCSGE)
def test_every_ocsge_layer_is_a_coverage_of_the_extent(demo, step, year):
    territory, _ = demo
    frame = geopandas.read_parquet(territory / "products" / str(year) / f"{step}.parquet")
    polygons = frame.geometry.to_numpy()
    assert (frame.geom_type == "Polygon").all()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    extent = shapely.box(*read_territory(territory).extent)
    union = shapely.coverage_union_all(polygons)
    assert shapely.area(shapely.symmetric_difference(union, extent)) < 1.0
    assert shapely.area(polygons).sum() == pytest.approx(extent.area, abs=1.0)
    assert sum(len(part.interiors) for part in shapely.get_parts(union)) == 0
    assert frame["id"].is_unique
    CS.require(frame["code_cs"])
    US.require(frame["code_us"])
    cents = shapely.get_coordinates(polygons) * 100
    assert np.abs(cents - np.round(cents)).max() < 1e-3


def test_delivered_layers_have_the_delivered_schema(demo):
    territory, _ = demo
    found = {}
    for file in deliveries(territory):
        for layer in list_layers(file):
            found.setdefault(layer, set(read_vector(file, layer=layer).columns))
    assert found["OCCUPATION_SOL"] >= {
        *("id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine", "code_or"),
    }
    assert {"OCCUPATION_SOL", "ZONE_CONSTRUITE"} <= set(found)
    assert any({"aire", "artif", "crit_seuil"} <= columns for columns in found.values())
    assert any({"cs_2019", "cs_2022", "us_2019", "us_2022"} <= columns for columns in found.values())


def test_check_accepts_the_delivery(demo):
    territory, _ = demo
    for year in YEARS:
        report = json.loads(millesime("check", territory / "delivery" / str(year), "--json"))
        assert report["accepted"] is True, report


def test_check_names_a_shifted_polygon_and_an_unknown_code(demo, tmp_path):
    territory, _ = demo
    file = next(file for file in deliveries(territory) if "OCCUPATION_SOL" in list_layers(file))
    frame = read_vector(file, layer="OCCUPATION_SOL")
    inner = frame.index[frame.within(shapely.box(*frame.total_bounds).buffer(-20))][0]
    frame.loc[inner, "geometry"] = shapely.transform(frame.geometry[inner], lambda xy: xy + 1.0)
    other = next(index for index in frame.index if index != inner)
    frame.loc[other, "code_us"] = "US9"
    write_geopackage(tmp_path / "bad.gpkg", {"OCCUPATION_SOL": frame})
    program = str(Path(sys.executable).with_name("millesime"))
    command = [program, "check", str(tmp_path / "bad.gpkg"), "--json", "--anomalies", str(tmp_path / "anomalies.gpkg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["accepted"] is False
    located = [
        read_vector(tmp_path / "anomalies.gpkg", layer=name) for name in list_layers(tmp_path / "anomalies.gpkg")
    ]
    touched = {str(value) for layer in located for column in layer.columns for value in layer[column].astype(str)}
    assert any(frame["id"][inner] in value for value in touched)
    assert any(frame["id"][other] in value for value in touched)
    assert any("US9" in value for value in touched)


def test_flux_is_the_difference_of_the_stocks(demo):
    """stock(2022) - stock(2019) = gains - losses, for the whole territory and each CS, to 1 m2."""
    territory, _ = demo
    stocks = {
        year: geopandas.read_parquet(territory / f"products/{year}/ocsge_final.parquet").pipe(
            lambda frame: frame.area.groupby(frame["code_cs"]).sum()
        )
        for year in YEARS
    }
    changes = geopandas.read_parquet(territory / "products/2022/differential.parquet")
    gains = changes.area.groupby(changes["cs_2022"]).sum()
    losses = changes.area.groupby(changes["cs_2019"]).sum()
    for code in sorted({*stocks[2019].index, *stocks[2022].index}):
        difference = stocks[2022].get(code, 0.0) - stocks[2019].get(code, 0.0)
        assert gains.get(code, 0.0) - losses.get(code, 0.0) == pytest.approx(difference, abs=1.0), code


def test_the_portrait_needs_nothing_from_elsewhere(demo):
    territory, _ = demo
    text = (territory / "delivery/2022/portrait.html").read_text(encoding="utf-8")
    for way_out in ('src="http', "src='http", 'href="http', "url(http", "@import"):
        assert way_out not in text.replace('<a href="http', "")


def test_a_second_demo_runs_nothing(demo):
    territory, _ = demo
    before = hashes(territory)
    started = time.perf_counter()
    result = json.loads(millesime("demo", territory, "--size-km", SIZE_KM, "--seed", SEED, "--json"))
    assert result["ran"] == []
    assert time.perf_counter() - started < 60
    assert hashes(territory) == before


def test_two_workers_give_the_same_bytes(demo, tmp_path):
    territory, _ = demo
    millesime("demo", tmp_path / "again", "--size-km", SIZE_KM, "--seed", SEED, "--workers", "2")
    assert hashes(tmp_path / "again") == hashes(territory)


def kill_during(territory, step, year):
    """Start a run and kill it, with its workers, while `step` is under way."""
    command = [str(Path(sys.executable).with_name("millesime")), "run", "-C", str(territory), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    partial = territory / "products/.partial" / f"{year}-{step}"
    deadline = time.monotonic() + 240
    while not partial.exists():
        assert process.poll() is None, f"the run ended before {step} of {year}"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return partial


def test_a_run_killed_three_times_ends_with_the_same_products(demo, tmp_path):
    territory, _ = demo
    copy = tmp_path / "killed"
    shutil.copytree(territory, copy, ignore=shutil.ignore_patterns("products", "delivery"))
    for step, year in (("cover_raster", 2019), ("ocsge_auto", 2019), ("ocsge_update", 2022)):
        kill_during(copy, step, year)
    millesime("run", "-C", copy)
    assert hashes(copy, "products", "delivery") == hashes(territory, "products", "delivery")
    assert not (copy / "products/.partial").exists()
    leftovers = [path for path in copy.rglob(".*") if path.name not in {".lock", ".manifest.json"}]
    assert leftovers == []
