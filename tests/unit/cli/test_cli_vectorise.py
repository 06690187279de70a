"""`millesime vectorise`: what users give it, and what it answers."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster
from millesime.nomenclature import COSIA

LABELS = np.array([[0, 3, 3, 7], [3, 7, 3, 7], [3, 3, 3, 3]], dtype=np.uint8)


def plain(path, pixels=LABELS, *, crs="EPSG:2154", transform=(0.2, 0, 700_000, 0, -0.2, 6_600_000), **profile):
    """A raster as any tool writes it."""
    bands = pixels[None] if pixels.ndim == 2 else pixels
    with rasterio.open(
        path, "w", driver="GTiff", count=bands.shape[0], height=bands.shape[1], width=bands.shape[2],
        dtype=bands.dtype, crs=crs, transform=rasterio.Affine(*transform), **profile,
    ) as file:  # fmt: skip
        file.write(bands)
    return path


def call(*arguments):
    return CliRunner().invoke(app, ["vectorise", *map(str, arguments)])


def told(*arguments):
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_values_without_names_warn_once(tmp_path, suffix):
    output = tmp_path / f"map{suffix}"
    answer = told(plain(tmp_path / "cover.tif"), "-o", output)
    assert len([note for note in answer["notes"] if "names no classes" in note]) == 1
    assert "value 0 are taken to be without data" in answer["notes"][0]
    frame = geopandas.read_parquet(output) if suffix == ".parquet" else geopandas.read_file(output)
    assert frame["numero"].tolist() == [3, 7, 7]
    assert frame["classe"].tolist() == ["3", "7", "7"]
    assert frame.crs.to_epsg() == 2154
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert answer["counts"]["polygons"] == 3
    assert answer["areas_m2"]["without data"] == pytest.approx(0.04)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["cover.tif", output.name])


def test_text_for_people(tmp_path):
    result = call(plain(tmp_path / "cover.tif"), "-o", tmp_path / "map.gpkg")
    assert result.exit_code == 0
    assert "polygons" in result.stdout
    assert "names no classes" in result.stderr


def test_no_value_need_be_nodata(tmp_path):
    answer = told(plain(tmp_path / "cover.tif"), "-o", tmp_path / "map.parquet", "--nodata", "none")
    assert answer["counts"]["polygons"] == 4
    assert answer["areas_m2"]["0"] == pytest.approx(0.04)


def test_another_value_may_be_nodata(tmp_path):
    answer = told(plain(tmp_path / "cover.tif", nodata=7), "-o", tmp_path / "map.parquet")
    assert answer["areas_m2"]["without data"] == pytest.approx(0.12)
    assert answer["areas_m2"]["0"] == pytest.approx(0.04)


def test_classes_of_the_file_of_a_name_and_of_a_table(tmp_path):
    grid = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 0.2, 4, 3)
    write_raster(tmp_path / "named.tif", LABELS, grid, nodata=0, nomenclature=COSIA)
    told(tmp_path / "named.tif", "-o", tmp_path / "one.parquet")
    told(plain(tmp_path / "cover.tif"), "-o", tmp_path / "two.parquet", "--classes", "cosia")
    one, two = (geopandas.read_parquet(tmp_path / f"{name}.parquet") for name in ("one", "two"))
    assert one["classe"].tolist() == two["classe"].tolist() == ["Zone imperméable", "Neige", "Neige"]
    table = tmp_path / "classes.csv"
    table.write_text("value,name\n0,rien\n3,route\n7,glace\n", encoding="utf-8")
    told(tmp_path / "cover.tif", "-o", tmp_path / "three.parquet", "--classes", table)
    assert geopandas.read_parquet(tmp_path / "three.parquet")["classe"].tolist() == ["route", "glace", "glace"]


def test_merging_by_table_and_simplifying(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    table = tmp_path / "minima.csv"
    table.write_text("class;min_area_m2\n7;0,05\n")
    answer = told(cover, "-o", tmp_path / "map.parquet", "--min-area-table", table, "--tolerance-m", "0.3")
    assert answer["counts"]["faces merged"] == 1
    assert answer["counts"]["vertices"] <= answer["counts"]["vertices before simplification"]
    affinity = tmp_path / "affinity.csv"
    affinity.write_text("from,to,weight\n3,7,9\n")
    answer = told(cover, "-o", tmp_path / "map.parquet", "--min-area-m2", "9", "--affinity", affinity)
    assert answer["counts"]["polygons"] == 1
    assert answer["counts"]["faces left small"] == 1


def test_images_one_pixel_wide(tmp_path):
    answer = told(plain(tmp_path / "cover.tif", LABELS[2:, :1]), "-o", tmp_path / "map.gpkg")
    assert answer["counts"]["polygons"] == 1


@pytest.mark.parametrize("options", [[], ["--smooth"], ["--smooth", "--tolerance-m", "0.2"]])
def test_smoothing_comes_before_simplification(tmp_path, options):
    """A staircase of three steps: 8 corners, a line of 45 degrees between two ends, or a triangle."""
    stairs = np.array([[1, 2, 2, 2], [1, 1, 2, 2], [1, 1, 1, 2], [1, 1, 1, 1]], np.uint8)
    told(plain(tmp_path / "cover.tif", stairs), "-o", tmp_path / "map.parquet", *options)
    frame = geopandas.read_parquet(tmp_path / "map.parquet")
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    two = frame.geometry[frame["numero"] == 2].iloc[0]
    assert shapely.get_num_coordinates(two) - 1 == {0: 8, 1: 5, 3: 3}[len(options)]
    assert frame.area.sum() == pytest.approx(16 * 0.04)


@pytest.mark.parametrize("options", [["--tile-px", "2"], ["--tile-px", "3", "--workers", "2"], ["--workers", "2"]])
def test_tiles_worked_on_and_workers_do_not_show(tmp_path, options):
    labels = np.random.default_rng(4).integers(1, 4, (9, 8), dtype=np.uint8)
    cover = plain(tmp_path / "cover.tif", labels)
    told(cover, "-o", tmp_path / "one.gpkg", "--min-area-m2", "0.2", "--smooth", "--tolerance-m", "0.2")
    told(cover, "-o", tmp_path / "two.gpkg", "--min-area-m2", "0.2", "--smooth", "--tolerance-m", "0.2", *options)
    one, two = (geopandas.read_file(tmp_path / f"{name}.gpkg") for name in ("one", "two"))
    assert one.equals(two)


KILOMETRES = {"transform": (1000, 0, 697_500, 0, -1000, 6_601_500)}


def test_cosia_tiles_are_files_of_ten_kilometres_that_match(tmp_path):
    """4 x 3 pixels of 1 km around the corner at (700, 6600) of four tiles."""
    cover = plain(tmp_path / "cover.tif", np.where(LABELS == 0, 9, LABELS), **KILOMETRES)
    folder = tmp_path / "tiles"
    answer = told(cover, "-o", folder, "--classes", "cosia", "--cosia-tiles", "D034_2022", "--smooth")
    names = [f"D034_2022_{west}_{north}_vecto.gpkg" for north in (6610, 6600) for west in (690, 700)]
    assert answer["tiles"] == names
    assert answer["counts"]["tiles"] == 4
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    frames = [geopandas.read_file(folder / name) for name in names]
    for name, frame in zip(names, frames, strict=True):
        west, north = (int(part) * 1000 for part in name.split("_")[2:4])
        assert shapely.box(west, north - 10_000, west + 10_000, north).covers(shapely.union_all(frame.geometry))
        assert list(frame.columns) == ["numero", "classe", "geometry"]
        assert set(frame["classe"]) <= {"Zone imperméable", "Neige", "Feuillu"}
        assert frame.crs.to_epsg() == 2154
    every = np.concatenate([frame.geometry.to_numpy() for frame in frames])
    assert shapely.coverage_is_valid(every)
    assert shapely.area(every).sum() == 12e6
    # A second run replaces the tiles, and only tiles are replaced.
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    told(cover, "-o", folder, "--classes", "cosia", "--cosia-tiles", "D034_2022", "--smooth")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cover.tif", "tiles"]


def test_a_pipe_sees_no_progress(tmp_path):
    grid = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 0.2, 4, 3)
    write_raster(tmp_path / "named.tif", np.maximum(LABELS, 1), grid, nodata=0, nomenclature=COSIA)
    result = call(tmp_path / "named.tif", "-o", tmp_path / "map.gpkg")
    assert result.stderr == ""
    assert result.stdout.startswith(str(tmp_path / "map.gpkg"))
