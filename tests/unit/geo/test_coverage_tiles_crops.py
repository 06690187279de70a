"""The same file for tiles of 7 and 33 px, one worker or two: 1024 px of white noise and of the bench raster."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from benchmarks._raster import CRS, DENSE, grid_of, labels_of

from millesime.compute import Progress
from millesime.cover_vector.vectorise import vectorise_raster
from millesime.io.vector import write_geopackage

SIDE_PX = 1024


@pytest.fixture(scope="module", params=["noise", "dense"])
def raster(request, tmp_path_factory):
    if request.param == "noise":
        labels = np.random.default_rng(3).integers(1, 4, (SIDE_PX, SIDE_PX)).astype(np.uint8)
    else:
        labels = labels_of(DENSE, SIDE_PX)
    path = tmp_path_factory.mktemp("crops") / f"{request.param}.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE_PX, height=SIDE_PX, count=1, dtype="uint8", crs=CRS,
        transform=grid_of(SIDE_PX).transform,
    ) as file:  # fmt: skip
        file.write(labels, 1)
    return path


def map_of(raster, path, *, tile_px, workers):
    done = vectorise_raster(
        raster, crs=None, nodata=0, min_area_m2=50.0, affinity=None, tolerance_m=1.0, tile_px=tile_px, workers=workers,
        progress=Progress(),
    )  # fmt: skip
    write_geopackage(path, {"cover": done.cover.to_frame()})
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole(raster):
    return map_of(raster, raster.with_suffix(".gpkg"), tile_px=SIDE_PX, workers=1)


@pytest.mark.parametrize(("tile_px", "workers"), [(7, 2), (33, 1)])
def test_the_file_is_the_same(raster, whole, tmp_path, tile_px, workers):
    assert map_of(raster, tmp_path / "tiled.gpkg", tile_px=tile_px, workers=workers) == whole
