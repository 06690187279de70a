"""The class raster on disk: its tags, its grid, the same bytes for any number of threads, and the command."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cover_raster import step
from millesime.errors import ConfigError, ImageryError, ModelError
from millesime.geo.grid import Grid
from millesime.imagery import BANDS
from millesime.imagery.step import describe
from millesime.io.raster import RasterReader, read_class_table, write_raster
from millesime.model import ModelCard, load
from millesime.model.runtimes import Choice
from millesime.nomenclature import COSIA

HEIGHT, WIDTH = 150, 210
GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, WIDTH, HEIGHT)


class Threshold:
    """A network that tells water where blue is strong and grass elsewhere."""

    on_card = None

    def __init__(self, card):
        self.card = card

    def logits(self, pixels):
        water = pixels[:, 2].astype(np.float32) / 32.0
        return np.stack([water, np.full_like(water, 4.0)], axis=1)

    def lend(self, pixels, use):
        return use(self.logits(pixels))


@dataclass(frozen=True)
class Toy:
    """A model that needs no file."""

    card: ModelCard
    path: Path = Path("toy.onnx")

    def choose(self, runtime=None, precision=None):
        return Choice("onnxruntime", "f32", "toy")

    def open(self, choice=None, *, threads=1, window_px=None):
        return Threshold(self.card)


def card(**changes):
    facts = {
        "name": "toy", "version": "1", "architecture": "threshold", "parameter_count": 1, "nomenclature": "cosia",
        "nomenclature_version": "1", "class_values": (6, 12), "bands": BANDS, "height_coding": "flair8",
        "resolution_m": 0.2, "mean": (100.0,) * 5, "std": (50.0,) * 5, "normalisation": "in graph",
        "window_multiple_px": 32, "window_px": 64, "margin_px": 8, "onnx_sha256": "0" * 64,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imagery")
    random = np.random.Generator(np.random.PCG64(2))
    heights = Grid("EPSG:2154", GRID.west, GRID.north, 0.5, WIDTH * 2 // 5, HEIGHT * 2 // 5)
    for name in ("rgb", "irc"):
        pixels = random.integers(0, 256, (3, HEIGHT, WIDTH), dtype=np.uint8)
        write_raster(folder / f"{name}.tif", pixels, GRID)
    for name in ("dsm", "dtm"):
        pixels = random.uniform(0, 5, (1, *heights.shape)).astype(np.float32)
        write_raster(folder / f"{name}.tif", pixels, heights, nodata=-9999.0)
    return {name: folder / f"{name}.tif" for name in ("rgb", "irc", "dsm", "dtm")}


def written(files, folder, *, extent=None, schedule=None, model=None, **parameters):
    folder.mkdir()
    summary = step.write(
        describe(files, extent=extent),
        model or Toy(card()),
        folder / "cover.tif",
        confidence=folder / "sure.tif",
        parameters=step.Parameters(**parameters),
        schedule=schedule,
    )
    return summary, folder / "cover.tif", folder / "sure.tif"


def test_the_raster_carries_its_nomenclature_and_model(files, tmp_path):
    summary, cover, sure = written(files, tmp_path / "a")
    assert read_class_table(cover) == COSIA
    with rasterio.open(cover) as raster:
        assert raster.nodata == 0
        assert raster.tags()["MILLESIME_MODEL"].startswith("toy 1 sha256:")
        assert raster.colormap(1)[6][:3] == COSIA.by_value(6).rgb
        classes = raster.read(1)
    with RasterReader(files["rgb"]) as reader:
        blue = reader.read()[2]
    np.testing.assert_array_equal(classes, np.where(blue >= 128, 6, 12))  # 128 / 32 = 4; of equal ones the first wins
    with rasterio.open(sure) as raster:
        assert raster.nodata == 255
        assert raster.read(1).min() >= 50
    share = float((classes == 6).sum()) * 0.04
    assert summary.areas_m2["Surface eau"] == pytest.approx(share)
    assert summary.counts == {"pixels": HEIGHT * WIDTH, "nodata_pixels": 0}


def test_the_same_bytes_for_any_threads_and_super_tiles(files, tmp_path):
    _, *first = written(files, tmp_path / "one")
    _, *second = written(files, tmp_path / "three", schedule=step.Schedule(threads=3, super_tile_px=64))
    for ours, theirs in zip(first, second, strict=True):
        assert hashlib.sha256(ours.read_bytes()).digest() == hashlib.sha256(theirs.read_bytes()).digest()
    assert not list(tmp_path.rglob("*.parts"))


def test_an_extent_is_a_part_of_the_whole(files, tmp_path):
    """30 m by 20 m, 4 m from the west and 6 m from the north: 150 x 100 px from row 30, column 20."""
    _, cover, _ = written(files, tmp_path / "whole")
    extent = (900004.0, 6499974.0, 900034.0, 6499994.0)
    _, part, _ = written(files, tmp_path / "part", extent=extent)
    with RasterReader(cover) as whole, RasterReader(part) as reader:
        assert reader.grid.bounds == extent
        np.testing.assert_array_equal(reader.read()[0], whole.read()[0][30:130, 20:170])


def test_a_model_that_does_not_fit_the_imagery_is_refused(files, tmp_path):
    with pytest.raises(ModelError, match=r"trained on pixels of 0\.5 m; the imagery has 0\.2 m"):
        written(files, tmp_path / "a", model=Toy(card(resolution_m=0.5)))
    other = card(bands=("red", "swir", "height"), mean=(0.0,) * 3, std=(1.0,) * 3, height_coding="metres")
    with pytest.raises(ModelError) as told:
        written(files, tmp_path / "b", model=Toy(other))
    assert "reads the bands red, swir, height; the imagery lacks swir" in str(told.value)
    assert "heights coded as metres" in str(told.value)
    assert not list(tmp_path.rglob("*.tif"))


def test_windows_must_fit_the_model(files, tmp_path):
    with pytest.raises(ConfigError, match="multiple of 32"):
        written(files, tmp_path / "a", window_px=100)
    with pytest.raises(ConfigError, match="more than a quarter"):
        written(files, tmp_path / "b", window_px=64, margin_px=32)


def test_the_command_prints_one_json_object(files, tmp_path):
    from millesime.cli import app

    options = [item for name, path in files.items() for item in (f"--{name}", str(path))]
    cover = tmp_path / "cover.tif"
    result = CliRunner().invoke(
        app.app, ["predict", *options, "-o", str(cover), "--window-px", "128", "--margin-px", "16", "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["pixels"] == HEIGHT * WIDTH
    assert sum(told["areas_m2"].values()) == pytest.approx(HEIGHT * WIDTH * 0.04)
    assert load("builtin:demo").card.nomenclature == "cosia"
    assert cover.is_file()


def test_the_command_needs_all_files():
    from millesime.cli.predict import command

    with pytest.raises(ConfigError, match="--irc, --dsm, --dtm missing"):
        command(rgb=Path("a.tif"), output=Path("x.tif"))


def test_one_image_of_five_bands_gives_the_same_as_four_files(files, tmp_path):
    """The fifth band is the height coded as the reader codes it; in metres it is coarser, and read all the same."""
    from millesime.imagery.step import open_imagery

    separate = describe(files)
    with open_imagery(separate) as reader:
        bands, _ = reader.read(separate.grid.whole)
    write_raster(tmp_path / "image.tif", bands, GRID)
    imagery = describe({"image": tmp_path / "image.tif"})
    with open_imagery(imagery) as reader:
        np.testing.assert_array_equal(reader.read(imagery.grid.whole)[0], bands)
    metres = bands.copy()
    metres[4] = np.rint(bands[4] / 5)
    write_raster(tmp_path / "metres.tif", metres, GRID)
    imagery = describe({"image": tmp_path / "metres.tif"}, height_coding="metres")
    with open_imagery(imagery) as reader:
        assert np.abs(reader.read(imagery.grid.whole)[0][4].astype(int) - bands[4].astype(int)).max() <= 3
    with pytest.raises(ImageryError, match="no irc file is given: near_infrared is read from it"):
        describe({"image": files["rgb"]})
