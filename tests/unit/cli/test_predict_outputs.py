"""What `millesime predict` refuses to write, before anything is computed."""

import hashlib
import json

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import MillesimeError
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 90, 70)
RUN = ["--window-px", "64", "--margin-px", "8"]


def predict(*arguments):
    return CliRunner().invoke(app, ["predict", *map(str, arguments), *RUN])


def refused(result):
    """What the refusal says."""
    assert isinstance(result.exception, MillesimeError), result.output
    return str(result.exception)


@pytest.fixture
def ortho(tmp_path):
    pixels = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (5, *GRID.shape), dtype=np.uint8)
    path = tmp_path / "ortho.tif"
    write_raster(path, pixels, GRID)
    return path


def everything(folder):
    return {
        path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-o", "ortho.tif"], "ortho.tif: is read; it would be written over"),
        (["-o", "sub/../ortho.tif"], "is read; it would be written over"),
        (["-o", "link.tif"], "link.tif: is read"),
        (["-o", "c.tif", "--confidence", "ortho.tif"], "ortho.tif: is read"),
        (["-o", "c.tif", "--confidence", "./c.tif"], "two files would be written there"),
        (["-o", "c.tif", "--probabilities", "c.tif"], "two files would be written there"),
        (["-o", "c.tif", "--confidence", "c.vrt", "--stac", "--date", "2022"], "two files would be written there"),
        (["-o", "c.VRT"], "in small letters"),
        (["-o", "c.png"], "c.png: a raster is written as .tif or .vrt"),
        (["-o", "c"], "a raster is written as .tif or .vrt"),
        (["-o", "none/c.tif"], "none/c.tif: there is no folder"),
        (["-o", "folder.tif"], "folder.tif: is a folder"),
        (["-o", "mine.vrt"], "mine: the folder holds other things: photo.tif"),
        (["-o", "c_{year}.tif"], "{year} is for several years"),
        (["-o", "c.tif", "--restrict", ""], "no class is named by --restrict"),
        (["-o", "c.tif", "--date", "2022"], "--date is told by the STAC item alone"),
        (["-o", "c.tif", "--window-px", "100000"], "windows of 100000 px"),
    ],
)
def test_outputs_that_would_destroy_or_fail_are_refused_first(ortho, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    for folder in ("sub", "folder.tif", "mine"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mine/photo.tif").write_bytes(b"a picture")
    (tmp_path / "link.tif").symlink_to(ortho)
    before = everything(tmp_path)
    result = CliRunner().invoke(app, ["predict", "ortho.tif", *RUN, *options])
    assert told in refused(result)
    assert everything(tmp_path) == before
    assert not list(tmp_path.glob(".*"))


def test_a_virtual_raster_beside_the_output_is_not_the_one_that_is_read(ortho, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "v.vrt").write_text(
        '<VRTDataset rasterXSize="90" rasterYSize="70"><SRS>EPSG:2154</SRS>'
        "<GeoTransform>900000, 0.2, 0, 6500000, 0, -0.2</GeoTransform>"
        + "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource>'
            f'<SourceFilename relativeToVRT="1">{ortho.name}</SourceFilename><SourceBand>{band}</SourceBand>'
            "</SimpleSource></VRTRasterBand>"
            for band in range(1, 6)
        )
        + "</VRTDataset>"
    )
    assert "ortho.tif: is read" in refused(predict("v.vrt", "-o", "ortho.tif"))  # what the virtual raster is made of
    result = predict("v.vrt", "-o", "v.tif", "--stac", "--date", "2022")
    assert "v.vrt: is read; it would be written over" in refused(result)
    assert predict("v.vrt", "-o", "v.tif").exit_code == 0


def test_a_virtual_raster_is_written_again(ortho, tmp_path):
    for _ in range(2):
        assert predict(ortho, "-o", tmp_path / "c.vrt").exit_code == 0
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["c_0000000_0000000.tif"]


def test_the_part_without_data_is_told(tmp_path):
    path = tmp_path / "half.tif"
    pixels = np.full((5, *GRID.shape), 90, np.uint8)
    mask = np.full(GRID.shape, 255, np.uint8)
    mask[:35] = 0
    profile = {"width": 90, "height": 70, "count": 5, "dtype": "uint8", "crs": GRID.crs, "transform": GRID.transform}
    with rasterio.open(path, "w", driver="GTiff", **profile) as file:
        file.write(pixels)
        file.write_mask(mask)
    result = predict(path, "-o", tmp_path / "c.tif")
    assert result.exit_code == 0
    assert f"without data: 50.0% of the area, told by {tmp_path / 'c.missing.gpkg'}" in result.stdout
    told = json.loads(predict(path, "-o", tmp_path / "c.tif", "--json").stdout)
    assert told["nodata_pixels"] == 35 * 90
