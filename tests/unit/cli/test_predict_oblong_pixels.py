"""`millesime predict` on an image whose pixels are not square."""

import json

import numpy as np
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.geo.grid import Grid
from millesime.io.raster import RasterReader

WEST, NORTH = 900000.0, 6500000.0
FEW = ("--window-px", "64", "--margin-px", "8", "--runtime", "onnxruntime", "--json")


def image(path, *, across, down):
    """96 x 72 px of five bands in fields of 12 px; a mask leaves out the first 10 rows."""
    fields = np.random.default_rng(5).integers(20, 236, (5, 6, 8)).repeat(12, axis=1).repeat(12, axis=2)
    with rasterio.open(
        path, "w", driver="GTiff", width=96, height=72, count=5, dtype="uint8", crs="EPSG:2154",
        transform=rasterio.Affine(across, 0, WEST, 0, -down, NORTH),
    ) as file:  # fmt: skip
        file.write(fields.astype(np.uint8))
        mask = np.ones((72, 96), bool)
        mask[:10] = False
        file.write_mask(mask)
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["predict", *map(str, arguments), *FEW])


def test_it_is_mapped_on_its_finer_side(tmp_path):
    """72 rows of 0.25 m are 90 of 0.2 m; 10 rows without data are 12.5: the row at 2.5 m lies half on data."""
    path = image(tmp_path / "a.tif", across=0.2, down=0.25)
    result = run(path, "-o", tmp_path / "cover.tif")
    assert result.exit_code == 0, f"{result.output} {result.exception!r}"
    told = json.loads(result.stdout)
    assert f"{path}: pixels of 0.2 x 0.25 m are brought to 0.2 m: bilinear" in told["notes"]
    with RasterReader(tmp_path / "cover.tif") as reader:
        assert reader.grid == Grid("EPSG:2154", WEST, NORTH, 0.2, 96, 90)
        classes = reader.read()[0]
    assert not classes[:12].any()
    assert classes[13:].all()
    provenance = json.loads((tmp_path / "cover.provenance.json").read_text())
    assert any("0.2 x 0.25 m" in note for note in provenance["notes"])


def test_other_pixels_than_the_model_s_need_resample(tmp_path):
    path = image(tmp_path / "a.tif", across=0.1, down=0.25)
    refused = run(path, "-o", tmp_path / "cover.tif")
    assert refused.exit_code == 1
    assert "trained on pixels of 0.2 m; the imagery has 0.1 m (--resample" in str(refused.exception)
    assert not (tmp_path / "cover.tif").exists()
    result = run(path, "-o", tmp_path / "cover.tif", "--resample")
    assert result.exit_code == 0, f"{result.output} {result.exception!r}"
    assert "pixels of 0.1 x 0.25 m are brought to 0.2 m: from west to east mean" in result.stdout
    with RasterReader(tmp_path / "cover.tif") as reader:
        assert reader.grid == Grid("EPSG:2154", WEST, NORTH, 0.2, 48, 90)
