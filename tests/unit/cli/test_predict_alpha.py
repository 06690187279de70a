"""`millesime predict` on R, G, B, near infra-red whose fourth band GDAL marks as alpha."""

import json

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.io.raster import RasterReader

FEW = ("--window-px", "64", "--margin-px", "8", "--runtime", "onnxruntime", "--json")


@pytest.fixture
def files(tmp_path):
    """64 x 48 px; near infra-red is 0 on the first 10 rows, all of which are data."""
    pixels = np.random.default_rng(5).integers(20, 236, (4, 4, 4)).repeat(12, axis=1).repeat(16, axis=2)
    pixels[3, :10] = 0
    place = {"crs": "EPSG:2154", "transform": rasterio.Affine(0.2, 0, 900000.0, 0, -0.2, 6500000.0)}
    made = {"image": pixels.astype(np.uint8), "height": np.full((1, 48, 64), 10, np.uint8)}
    for name, values in made.items():
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=64, height=48, count=len(values), dtype="uint8",
            **place,
        ) as file:  # fmt: skip
            file.write(values)
    return [tmp_path / "image.tif", "--height", tmp_path / "height.tif", "-o", tmp_path / "cover.tif"]


def run(*arguments):
    return CliRunner().invoke(app, ["predict", *map(str, arguments), *FEW])


def test_the_way_out_that_is_told_leads_out(files, tmp_path):
    refused = run(*files)
    assert refused.exit_code == 1
    assert "--bands 1,2,3,4, or unmark it: gdal_edit -colorinterp_4 undefined" in str(refused.exception)
    assert not (tmp_path / "cover.tif").exists()
    result = run(*files, "--bands", "1,2,3,4")
    assert result.exit_code == 0, f"{result.output} {result.exception!r}"
    assert any("band 4 is marked as alpha and read as data" in note for note in json.loads(result.stdout)["notes"])
    with RasterReader(tmp_path / "cover.tif") as reader:
        assert reader.read()[0].all()
