"""`millesime predict` in shares, with parts missing, and what it writes beside its rasters."""

import json

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from typer.testing import CliRunner

from millesime.cli import predict_files
from millesime.cli.app import app
from millesime.errors import ConfigError, IncompleteError
from millesime.geo.grid import Grid
from millesime.io.raster import RasterReader, read_class_table, write_raster
from millesime.io.raster_sources import files_read
from millesime.nomenclature import COSIA

HEIGHT, WIDTH = 530, 600
GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, WIDTH, HEIGHT)
FEW = ("--window-px", "256", "--margin-px", "16", "--runtime", "onnxruntime", "--json")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Five bands and a mask that leaves out a corner of 40 x 50 px, as an alpha band would."""
    folder = tmp_path_factory.mktemp("image")
    fields = np.random.default_rng(1).integers(20, 236, (5, 11, 12)).repeat(50, axis=1).repeat(50, axis=2)
    pixels = fields[:, :HEIGHT, :WIDTH].astype(np.uint8)
    with rasterio.open(
        folder / "image.tif", "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=5, dtype="uint8",
        crs="EPSG:2154", transform=GRID.transform, tiled=True, blockxsize=256, blockysize=256, compress="DEFLATE",
    ) as file:  # fmt: skip
        file.write(pixels)
        mask = np.full((HEIGHT, WIDTH), 255, np.uint8)
        mask[:40, :50] = 0
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            file.write_mask(mask)
    return folder / "image.tif"


def run(*arguments):
    return CliRunner().invoke(app, ["predict", *map(str, arguments), *FEW])


def told(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, f"{result.output} {result.exception!r}"
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def whole(image, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    result = told(
        image, "-o", folder / "cover.tif", "--confidence", folder / "sure.tif", "--stac", "--date", "2022-06/2022-08"
    )
    return folder, result


def test_shares_give_the_files_of_the_whole_and_those_beside(image, whole, tmp_path):
    folder, _ = whole
    files = ("-o", tmp_path / "cover.tif", "--confidence", tmp_path / "sure.tif")
    for shard in ("2/2", "1/2"):
        part = told(image, *files, "--shard", shard)
        assert not part["written"]
        assert part["super_tiles"]["computed"] == 2
        assert not (tmp_path / "cover.tif").exists()
    result = told(image, *files, "--assemble", "--stac", "--date", "2022-06/2022-08")
    assert result["super_tiles"] == {"total": 4, "computed": 0, "kept": 4, "left_to_others": 0, "missing": 0}
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "cover.missing.gpkg", "cover.provenance.json", "cover.stac.json", "cover.tif", "cover.vrt", "sure.tif",
    ]  # fmt: skip
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_footprint_holds_what_has_no_imagery(whole):
    folder, result = whole
    assert result["beside"]["missing"] == str(folder / "cover.missing.gpkg")
    assert result["nodata_pixels"] == 40 * 50
    frame = geopandas.read_file(folder / "cover.missing.gpkg")
    assert frame.cause.tolist() == ["no imagery"]
    assert frame.area_m2.tolist() == [80.0]  # 2,000 px of 0.04 m²
    assert frame.total_bounds.tolist() == [900000.0, 6499992.0, 900010.0, 6500000.0]
    assert frame.crs.to_epsg() == 2154


def test_the_stac_item_and_the_provenance(image, whole):
    folder, _ = whole
    item = json.loads((folder / "cover.stac.json").read_text())
    assert (item["id"], item["type"], item["stac_version"]) == ("cover", "Feature", "1.0.0")
    times = [item["properties"][key] for key in ("datetime", "start_datetime", "end_datetime")]
    assert times == [None, "2022-06-01T00:00:00Z", "2022-08-31T23:59:59Z"]
    assert item["properties"]["proj:shape"] == [HEIGHT, WIDTH]
    assert item["assets"]["classes"]["href"] == "./cover.tif"
    assert item["assets"]["confidence"]["href"] == "./sure.tif"
    water = next(c for c in item["assets"]["classes"]["classification:classes"] if c["value"] == 6)
    assert (water["title"], water["color_hint"]) == ("Surface eau", COSIA.by_value(6).colour[1:].upper())
    ring = np.array(item["geometry"]["coordinates"][0])
    assert (ring[0] == ring[-1]).all()
    assert 5.0 < ring[:, 0].min() == item["bbox"][0] < item["bbox"][2] < 6.0
    assert shapely.is_ccw(shapely.LinearRing(ring))
    for asset in item["assets"].values():
        assert (folder / asset["href"]).is_file()
    provenance = json.loads((folder / "cover.provenance.json").read_text())
    assert provenance["imagery_files"] == {str(image): {"bytes": image.stat().st_size}}
    assert provenance["made_from"]["model"]["card"]["onnx_sha256"]
    assert provenance["made_from"]["scheme"]["window_px"] == 256
    assert sum(provenance["pixels_of_each_class"].values()) == HEIGHT * WIDTH


def test_the_virtual_raster_holds_all_layers(whole):
    folder, _ = whole
    with rasterio.open(folder / "cover.vrt") as raster:
        assert raster.descriptions == ("classes", "confidence")
        assert raster.nodatavals == (0, 255)
        assert raster.colormap(1)[6][:3] == COSIA.by_value(6).rgb
        layers = raster.read()
    for name, layer in zip(("cover", "sure"), layers, strict=True):
        with RasterReader(folder / f"{name}.tif") as reader:
            np.testing.assert_array_equal(reader.read()[0], layer)
    assert read_class_table(folder / "cover.vrt") == COSIA


def test_a_mosaic_of_files_holds_the_same_pixels(image, whole, tmp_path, monkeypatch):
    monkeypatch.setattr("millesime.io.raster_mosaic.MOSAIC_PX", 512)
    told(image, "-o", tmp_path / "map.vrt", "--super-tile-px", "512")
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == [
        "map_0000000_0000000.tif", "map_0000000_0000512.tif", "map_0000512_0000000.tif", "map_0000512_0000512.tif",
    ]  # fmt: skip
    with RasterReader(tmp_path / "map.vrt") as ours, RasterReader(whole[0] / "cover.tif") as expected:
        assert (ours.grid, ours.nodata) == (expected.grid, expected.nodata)
        np.testing.assert_array_equal(ours.read(), expected.read())
    assert read_class_table(tmp_path / "map.vrt") == COSIA
    assert len(files_read(tmp_path / "map.vrt")) == 5


def test_a_damaged_image_ends_with_what_is_missing(image, tmp_path):
    """Block of rows 256 to 511 and columns 256 to 511 of the first band; windows beyond see it too."""
    copy, output = tmp_path / "image.tif", tmp_path / "cover.tif"
    content = bytearray(image.read_bytes())
    with rasterio.open(image) as file:
        place = int(file.get_tag_item("BLOCK_OFFSET_2_2", "TIFF", bidx=1))
    content[place : place + 40] = b"\x5a" * 40
    copy.write_bytes(content)
    result = run(copy, "-o", output, "--super-tile-px", "512")
    assert isinstance(result.exception, IncompleteError)
    assert result.exception.exit_code == 3
    found = json.loads(result.stdout)
    assert not found["written"]
    assert found["missing"][0]["bounds"] == [900000.0, 6499897.6, 900102.4, 6500000.0]
    assert str(copy) in found["missing"][0]["reason"]
    assert not output.exists()
    result = run(copy, "-o", output, "--allow-missing")
    assert result.exception.exit_code == 3
    assert json.loads(result.stdout)["written"]
    frame = geopandas.read_file(tmp_path / "cover.missing.gpkg")
    assert set(frame.cause) == {"not computed"}  # the corner without imagery is among it
    assert "cannot be read" in frame.reason[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--shard", "3/2"), "a shard is i/n"),
        (("--shard", "1/2", "--assemble"), "--shard and --assemble are given together"),
        (("--super-tile-px", "1000"), "cut the output's blocks of 512 px"),
        (("--stac",), "a STAC item tells when the imagery was taken"),
        (("--stac", "--date", "2022-13"), "a date is a year, a month or a day"),
        (("--stac", "--date", "2022-02-30"), "a date is a year, a month or a day"),
        (("--stac", "--date", "2022/2021"), "end before they start"),
    ],
)
def test_wrong_use_is_told_before_anything_is_computed(image, tmp_path, options, words):
    result = run(image, "-o", tmp_path / "cover.tif", *options)
    assert isinstance(result.exception, ConfigError)
    assert words in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_a_series_of_stac_items_is_dated_by_its_years(image, tmp_path):
    table = tmp_path / "years.csv"
    table.write_text(f"year,image\n2012,{image}\n", encoding="utf-8")
    told("--years", table, "-o", tmp_path / "cover_{year}.tif", "--stac")
    item = json.loads((tmp_path / "cover_2012.stac.json").read_text())
    assert item["properties"]["start_datetime"] == "2012-01-01T00:00:00Z"


def test_a_gap_that_is_filled_has_no_footprint_left(tmp_path):
    small = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 70, 60)
    write_raster(tmp_path / "image.tif", np.full((5, 60, 70), 90, np.uint8), small)
    (tmp_path / "cover.missing.gpkg").write_bytes(b"of a run before")
    assert told(tmp_path / "image.tif", "-o", tmp_path / "cover.tif")["beside"]["missing"] is None
    assert not (tmp_path / "cover.missing.gpkg").exists()


def test_super_tiles_stay_until_all_is_written_beside(image, whole, tmp_path, monkeypatch):
    """Describing the result fails: given again, the same command computes nothing."""
    files = ("-o", tmp_path / "cover.tif", "--confidence", tmp_path / "sure.tif")

    def full(*_):
        raise OSError("no space is left")

    with monkeypatch.context() as patch:
        patch.setattr(predict_files, "_write_json", full)
        assert isinstance(run(image, *files).exception, OSError)
    result = told(image, *files)
    assert result["super_tiles"]["computed"] == 0
    assert (tmp_path / "cover.tif").read_bytes() == (whole[0] / "cover.tif").read_bytes()
    assert not list(tmp_path.glob(".*"))
