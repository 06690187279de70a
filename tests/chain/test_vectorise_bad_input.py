"""`millesime vectorise` as a process: what a shell and a log see of faulty rasters, and of good ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

pytestmark = pytest.mark.slow

LABELS = np.array([[0, 3, 3, 7], [3, 7, 3, 7], [3, 3, 3, 3]], dtype=np.uint8)


def vectorise(folder, *words):
    command = [str(Path(sys.executable).with_name("millesime")), "vectorise", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def raster(path, pixels=LABELS, *, crs="EPSG:2154", transform=(0.2, 0, 700_000, 0, -0.2, 6_600_000)):
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=pixels.shape[0], width=pixels.shape[1], dtype=pixels.dtype,
        crs=crs, transform=rasterio.Affine(*transform),
    ) as file:  # fmt: skip
        file.write(pixels[None])


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({"crs": None}, [], ("no CRS", "--crs EPSG:2154")),
        ({"pixels": LABELS.astype(np.float32)}, [], ("pixels are float32", "gdal_translate")),
        ({"transform": (0.2, 0.1, 700_000, 0.1, -0.2, 6_600_000)}, [], ("rotated", "gdalwarp")),
        ({"pixels": LABELS * 0}, [], ("every pixel is NoData", "--nodata")),
        ({}, ["--classes", "cosia", "--nodata", "none"], ("not classes of 'cosia': 0", "--classes")),
    ],
)
def test_the_shell_sees_one_message_with_file_and_remedy(tmp_path, changes, options, words):
    raster(tmp_path / "cover.tif", **changes)
    done = vectorise(tmp_path, "cover.tif", "-o", "tiles", "--cosia-tiles", "D034_2022", *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    message = done.stderr.splitlines()
    assert message[-2].startswith("millesime: cover.tif: ")
    assert message[-1].startswith("  -> ")
    for word in words:
        assert word in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cover.tif"]


def test_a_log_sees_no_bar(tmp_path):
    raster(tmp_path / "cover.tif")
    done = vectorise(tmp_path, "cover.tif", "-o", "map.gpkg", "--classes", "cosia", "--smooth")
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("note: ") for line in done.stderr.splitlines())
    assert "\x1b" not in done.stderr + done.stdout
