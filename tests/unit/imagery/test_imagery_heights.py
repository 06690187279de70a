"""Height models that were swapped and altitudes given as heights are told, not refused."""

import numpy as np
import pytest

from millesime.errors import ImageryError
from millesime.geo.grid import Grid
from millesime.imagery.step import describe, open_imagery
from millesime.io.raster import write_raster

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 30, 20)
BANDS = ("red", "green", "blue", "height")


@pytest.fixture
def files(tmp_path):
    """Terrain of 100 m; a building of 8 m on six tenths of it; two cells of the surface are unknown."""
    terrain = np.full(GRID.shape, 100.0, np.float32)
    surface = terrain.copy()
    surface[:12] += 8.0
    surface[0, :2] = -9999.0
    write_raster(tmp_path / "rgb.tif", np.full((3, *GRID.shape), 90, np.uint8), GRID)
    write_raster(tmp_path / "dsm.tif", surface, GRID, nodata=-9999.0)
    write_raster(tmp_path / "dtm.tif", terrain, GRID, nodata=-9999.0)
    write_raster(tmp_path / "height.tif", surface - terrain, GRID)
    return {name: tmp_path / f"{name}.tif" for name in ("rgb", "dsm", "dtm", "height")}


def odd(files, **options):
    notes = describe(files, bands=BANDS, **options).notes
    return [note for note in notes if "swapped" in note or "altitudes" in note]


def test_models_that_are_swapped_are_told(files):
    right = {name: files[name] for name in ("rgb", "dsm", "dtm")}
    assert odd(right) == []
    (note,) = odd({"rgb": files["rgb"], "dsm": files["dtm"], "dtm": files["dsm"]})
    assert note.startswith(f"{files['dtm']}: the surface lies below the terrain {files['dsm']}: the median")
    assert "is -8.0 m on 598 px looked at" in note


def test_flat_ground_is_not_odd(files):
    """A surface that is the terrain, or 0.3 m lower as models of two flights may be."""
    assert odd({"rgb": files["rgb"], "dsm": files["dtm"], "dtm": files["dtm"]}) == []
    low = files["dtm"].with_name("low.tif")
    write_raster(low, np.full(GRID.shape, 99.7, np.float32), GRID)
    assert odd({"rgb": files["rgb"], "dsm": low, "dtm": files["dtm"]}) == []


def test_altitudes_given_as_heights_are_told(files):
    (note,) = odd({"rgb": files["rgb"], "height": files["dtm"]}, height_coding="metres")
    assert note.startswith(f"{files['dtm']}: 0.0 % of the heights are below 2 m")
    assert odd({"rgb": files["rgb"], "height": files["height"]}, height_coding="metres") == []


def test_heights_that_are_unknown_are_not_judged(files):
    unknown = files["dtm"].with_name("unknown.tif")
    write_raster(unknown, np.full(GRID.shape, -1.0, np.float32), GRID, nodata=-1.0)
    assert odd({"rgb": files["rgb"], "dsm": unknown, "dtm": files["dtm"]}) == []


def test_a_damaged_block_is_left_for_the_run_to_tell(tmp_path):
    grid = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 900, 900)
    write_raster(tmp_path / "rgb.tif", np.full((3, *grid.shape), 90, np.uint8), grid)
    heights = np.random.Generator(np.random.PCG64(1)).uniform(0.0, 9.0, grid.shape).astype(np.float32)
    path = tmp_path / "dsm.tif"
    write_raster(path, heights, grid)
    write_raster(tmp_path / "dtm.tif", np.zeros(grid.shape, np.float32), grid)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    imagery = describe({"rgb": tmp_path / "rgb.tif", "dsm": path, "dtm": tmp_path / "dtm.tif"}, bands=BANDS)
    with open_imagery(imagery) as reader, pytest.raises(ImageryError, match=r"dsm\.tif"):
        reader.read(imagery.grid.whole)
