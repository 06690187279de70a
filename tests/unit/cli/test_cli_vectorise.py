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
from millesime.errors import CodeError, ConfigError, CrsError, ImageryError, InputError
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


def refused(tmp_path, kind, words, *arguments, cover):
    """The command fails with this error and leaves nothing."""
    before = sorted(tmp_path.iterdir())
    result = call(cover, "-o", tmp_path / "map.gpkg", *arguments)
    assert isinstance(result.exception, kind), result.output
    assert result.exception.exit_code == 2
    assert words in str(result.exception)
    assert result.exception.remedy
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_pixels_that_are_no_classes_are_refused(tmp_path, dtype):
    cover = plain(tmp_path / "cover.tif", LABELS.astype(dtype))
    refused(tmp_path, ImageryError, f"pixels are {dtype}", cover=cover)


def test_several_bands_are_refused(tmp_path):
    cover = plain(tmp_path / "cover.tif", np.stack([LABELS, LABELS]))
    refused(tmp_path, ImageryError, "has 2 bands", cover=cover)


def test_without_crs_it_is_refused_with_the_remedy(tmp_path):
    cover = plain(tmp_path / "cover.tif", crs=None)
    refused(tmp_path, CrsError, "--crs EPSG:2154", cover=cover)
    assert told(cover, "-o", tmp_path / "map.gpkg", "--crs", "EPSG:2154")["crs"] == "EPSG:2154"


def test_a_rotated_raster_is_refused(tmp_path):
    cover = plain(tmp_path / "cover.tif", transform=(0.2, 0.05, 700_000, 0.05, -0.2, 6_600_000))
    refused(tmp_path, ImageryError, "rotated", cover=cover)


def test_nothing_but_nodata_is_refused(tmp_path):
    refused(tmp_path, ImageryError, "every pixel is NoData (0)", cover=plain(tmp_path / "cover.tif", LABELS * 0))


def test_unknown_values_are_told_with_their_area(tmp_path):
    cover = plain(tmp_path / "cover.tif", np.where(LABELS == 7, 77, LABELS).astype(np.uint8))
    refused(tmp_path, CodeError, "77 (0 m²)", "--classes", "cosia", cover=cover)


def test_an_impossible_nodata_is_refused(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    refused(tmp_path, ImageryError, "NoData 300 is no value of uint8", "--nodata", "300", cover=cover)
    refused(tmp_path, ConfigError, "is no pixel value", "--nodata", "white", cover=cover)


def test_other_formats_and_missing_files_are_refused(tmp_path):
    cover = plain(tmp_path / "cover.tif")
    assert isinstance(call(cover, "-o", tmp_path / "map.shp").exception, ConfigError)
    refused(tmp_path, InputError, "no such file", cover=tmp_path / "none.tif")
    refused(tmp_path, CodeError, "no cover nomenclature", "--classes", "corine", cover=cover)


def test_degrees_are_refused(tmp_path):
    cover = plain(tmp_path / "cover.tif", crs="EPSG:4326", transform=(1e-5, 0, 3, 0, -1e-5, 46))
    refused(tmp_path, ImageryError, "finer than the 1 cm grid", cover=cover)
