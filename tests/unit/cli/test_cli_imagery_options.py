"""Options that say where the bands of a model come from."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from millesime.cli.imagery_options import described
from millesime.errors import ConfigError, ImageryError
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster
from millesime.model.card import ModelCard

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 30, 20)
IRC = ("near_infrared", "red", "green")
FIVE = ("red", "green", "blue", "near_infrared", "height")


def card(bands):
    return ModelCard(
        name="toy", version="1", architecture="none", parameter_count=1, nomenclature="cosia", nomenclature_version="1",
        class_values=(6, 12), bands=bands, height_coding="flair8", resolution_m=0.4, mean=(100.0,) * len(bands),
        std=(50.0,) * len(bands), normalisation="in graph", window_multiple_px=32, window_px=64, margin_px=8,
        onnx_sha256="0" * 64,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "bands", "options", "fault"),
    [
        (
            {"rgb": "a"},
            FIVE,
            {},
            "--irc, --dsm, --dtm missing: model toy reads red, green, blue, near_infrared, height",
        ),
        ({}, IRC, {}, "--rgb, --irc missing"),
        ({"irc": "a"}, FIVE[:3], {}, "--rgb missing"),
        ({"rgb": "a", "dtm": "b"}, (*FIVE[:3], "height"), {}, "--dsm missing"),
        ({"image": "a", "rgb": "b"}, IRC, {}, "both IMAGE and --rgb are given"),
        ({"rgb": "a"}, FIVE[:3], {"bands": "4,1,2"}, "--bands numbers the bands of IMAGE, and none is given"),
        ({"image": "a"}, IRC, {"bands": "4,x"}, "'4,x' is not a list of numbers"),
        ({"image": "a"}, IRC, {"scale": ["5"]}, "'5' is not MIN,MAX"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_a_file_is_opened(given, bands, options, fault):
    files = {role: [Path(name)] for role, name in given.items()}
    with pytest.raises(ConfigError) as told:
        described(files, card(bands), **options)
    assert fault in str(told.value)


def test_what_is_needed_follows_from_the_model(tmp_path):
    pixels = np.arange(3 * 20 * 30, dtype=np.uint32).reshape(3, 20, 30).astype(np.uint8)
    write_raster(tmp_path / "irc.tif", pixels, GRID)
    imagery = described({"irc": [tmp_path / "irc.tif"]}, card(IRC))
    assert (imagery.bands, imagery.grid) == (IRC, GRID)
    resampled = described({"irc": [tmp_path / "irc.tif"]}, card(IRC), resample=True)
    assert resampled.grid.pixel_m == 0.4
    chosen = described({"image": [tmp_path / "irc.tif"]}, card(IRC), bands="3,1,2")
    assert chosen.files[0].indexes == (1, 2, 3)
    assert chosen.files[0].bands == ("red", "green", "near_infrared")


def test_how_heights_are_brought_on_the_grid_is_told(tmp_path):
    write_raster(tmp_path / "rgb.tif", np.zeros((3, 20, 30), np.uint8), GRID)
    heights = Grid(GRID.crs, GRID.west, GRID.north, 0.5, 12, 8)
    for name in ("dsm", "dtm"):
        write_raster(tmp_path / f"{name}.tif", np.zeros((1, 8, 12), np.float32), heights)
    files = {role: [tmp_path / f"{role}.tif"] for role in ("rgb", "dsm", "dtm")}
    notes = described(files, card(("red", "height"))).notes
    assert notes == tuple(
        f"{tmp_path / name}.tif: heights of 0.5 m are brought to 0.2 m: bilinear" for name in ("dsm", "dtm")
    )


def test_faults_of_files_speak_of_options(tmp_path):
    profile = {
        "driver": "GTiff",
        "width": 30,
        "height": 20,
        "count": 3,
        "crs": "EPSG:2154",
        "transform": GRID.transform,
    }
    with rasterio.open(tmp_path / "deep.tif", "w", dtype="uint16", **profile) as raster:
        raster.write(np.zeros((3, 20, 30), np.uint16))
    with pytest.raises(ImageryError) as told:
        described({"rgb": [tmp_path / "deep.tif"], "irc": [tmp_path / "none.tif"]}, card(IRC))
    for expected in (
        "none.tif: no such file",
        "deep.tif: colour orthophoto of type uint16, expected uint8",
        "model toy reads near_infrared, red, green; correct or replace the files given as --rgb, --irc",
    ):
        assert expected in str(told.value)
    assert "territory.toml" not in str(told.value)
