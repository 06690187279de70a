"""Label rasters by photo-interpretation: two contiguous patches of each year as one mosaic, with their own classes."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.geo.coverage import Coverage
from millesime.io.raster import RasterReader

pytestmark = pytest.mark.real

#: The nomenclature "naf" of the labels; 0 is "no label".
CLASSES = "value,name\n2,perméable\n8,conifères\n9,coupe\n10,feuillus\n11,broussaille\n13,culture\n"


@pytest.fixture(params=[2016, 2019])
def mosaic(request, real_data, tmp_path):
    patches = sorted((real_data / "labels_gers").glob(f"naf_{request.param}_*.tif"))
    if len(patches) != 2:
        pytest.skip(f"labels_gers has {len(patches)} patches of {request.param} in {real_data}, not 2")
    path = tmp_path / f"naf_{request.param}.tif"
    north = patches[::-1]  # the name ends with the northing
    with rasterio.open(north[0]) as first:
        profile = first.profile | {"height": 2048}
    with rasterio.open(path, "w", **profile) as whole:
        whole.write(np.concatenate([RasterReader(patch).read() for patch in north], axis=1))
    (tmp_path / "naf.csv").write_text(CLASSES, encoding="utf-8")
    return path


def vectorise(mosaic, name, *options):
    output = mosaic.with_name(name)
    arguments = ["vectorise", str(mosaic), "-o", str(output), "--classes", str(mosaic.with_name("naf.csv")), "--json"]
    result = CliRunner().invoke(app, [*arguments, *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), output


def test_a_mosaic_becomes_a_valid_coverage_and_burns_back(mosaic):
    answer, output = vectorise(mosaic, "raw.parquet")
    frame = geopandas.read_parquet(output)
    polygons = frame.geometry.to_numpy()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    with RasterReader(mosaic) as reader:
        labels, grid = reader.read()[0], reader.grid
    assert grid.shape == (2048, 1024)
    assert answer["areas_m2"]["without data"] == pytest.approx(np.count_nonzero(labels == 0) * 0.0625)
    assert frame.area.sum() == pytest.approx(np.count_nonzero(labels) * 0.0625, abs=1e-6)
    coverage = Coverage.from_polygons(polygons, crs="EPSG:2154")
    np.testing.assert_array_equal(coverage.to_labels(grid, values=frame["numero"].to_numpy()), labels)
    assert set(frame["classe"]) <= {row.split(",")[1] for row in CLASSES.splitlines()}


def test_merged_and_simplified(mosaic):
    answer, output = vectorise(mosaic, "map.gpkg", "--min-area-m2", "50", "--tolerance-m", "1")
    frame = geopandas.read_file(output)
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert answer["counts"]["faces left small"] <= answer["counts"]["polygons"]
    assert answer["counts"]["vertices"] < answer["counts"]["vertices before simplification"] / 3
    if "2019" in mosaic.name:  # no pixel is without label: the frame is kept exactly
        assert frame.area.sum() == pytest.approx(512 * 256, abs=1e-6)
        assert (frame.area > 40).all()
