"""The chain goes on with a prediction that was stopped: what is made is kept until the product stands."""

import hashlib

import numpy as np
import pytest

from millesime.cover_raster import plan
from millesime.errors import ModelError
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster
from millesime.model.runtimes.onnx_runtime import OnnxRuntime
from millesime.production.run_chain import run_chain

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 200, 140)
TOML = """[territory]
code = "T"
name = "t"
crs = "EPSG:2154"
extent = [900000.0, 6499972.0, 900040.0, 6500000.0]
[parameters.cover_raster]
window_px = 64
margin_px = 8
[[vintages]]
year = 2019
ortho_rgb = "sources/rgb.tif"
ortho_irc = "sources/irc.tif"
dsm = "sources/dsm.tif"
dtm = "sources/dtm.tif"
"""


@pytest.fixture
def territory(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "SUPER_TILE_PX", 64)  # 12 super-tiles
    (tmp_path / "sources").mkdir()
    random = np.random.Generator(np.random.PCG64(4))
    for name in ("rgb", "irc"):
        pixels = random.integers(0, 256, (3, *GRID.shape), dtype=np.uint8)
        write_raster(tmp_path / f"sources/{name}.tif", pixels, GRID)
    for name in ("dsm", "dtm"):
        pixels = random.uniform(0.0, 5.0, (1, *GRID.shape)).astype(np.float32)
        write_raster(tmp_path / f"sources/{name}.tif", pixels, GRID)
    (tmp_path / "territory.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


@pytest.fixture
def windows(monkeypatch):
    """How many windows the network sees, and after how many it fails."""
    seen = {"count": 0, "limit": None}

    def counted(self, pixels, before=OnnxRuntime.logits):
        if seen["count"] == seen["limit"]:
            raise ModelError("answers no more", place="toy")
        seen["count"] += 1
        return before(self, pixels)

    monkeypatch.setattr(OnnxRuntime, "logits", counted)
    return seen


def product(territory):
    files = sorted((territory / "products/2019").glob("cover_raster*.tif"))
    assert len(files) == 2
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def predict(territory):
    return run_chain(territory, steps=["cover_raster"], force=True)


def test_a_stopped_prediction_goes_on_where_it_was(territory, windows):
    predict(territory)
    whole, in_all = product(territory), windows["count"]
    windows.update(count=0, limit=in_all // 2)
    with pytest.raises(ModelError):
        predict(territory)
    assert not (territory / "products/.partial").exists()
    kept = len(list((territory / "products/.parts/2019-cover_raster").glob("0*.json")))
    assert 0 < kept < 12
    windows.update(count=0, limit=None)
    predict(territory)
    assert windows["count"] < in_all
    assert product(territory) == whole
    assert not (territory / "products/.parts").exists()


def test_parts_of_other_imagery_are_not_used(territory, windows):
    predict(territory)
    windows.update(limit=windows["count"] + windows["count"] // 2)
    with pytest.raises(ModelError):
        predict(territory)
    windows.update(limit=None)
    pixels = np.full((3, *GRID.shape), 200, np.uint8)
    write_raster(territory / "sources/rgb.tif", pixels, GRID)
    predict(territory)
    gone_on = product(territory)
    assert not (territory / "products/.parts").exists()
    predict(territory)
    assert product(territory) == gone_on
