"""The imagery step on files: what it writes, what it counts, what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio

from millesime.compute import Progress, StepContext, Workers
from millesime.errors import ImageryError
from millesime.geo.grid import Grid, OblongGrid, Window
from millesime.imagery import from_json
from millesime.imagery.step import Parameters, describe, open_imagery, run
from millesime.io.raster import write_raster
from millesime.io.workspace import Workspace

ORTHO = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 100, 50)  # 20 m x 10 m
HEIGHTS = Grid("EPSG:2154", 900000.0, 6500000.0, 0.5, 40, 20)
TOML = """[territory]
code = "T"
name = "t"
crs = "EPSG:2154"
extent = [900002.0, 6499992.0, 900018.0, 6499998.0]
[[vintages]]
year = 2019
ortho_rgb = "sources/rgb.tif"
ortho_irc = "sources/irc.tif"
dsm = "sources/dsm.tif"
dtm = "sources/dtm.tif"
"""


@pytest.fixture
def territory(tmp_path):
    """A territory of 16 m x 6 m inside its imagery; 3 height cells of 0.25 m² are missing, one of them outside."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in ("rgb", "irc"):
        write_raster(sources / f"{name}.tif", np.full((3, 50, 100), 90, np.uint8), ORTHO)
    surface = np.full((1, 20, 40), 7.0, np.float32)
    surface[0, 6, 8:10] = -9999.0
    surface[0, 0, 0] = -9999.0
    write_raster(sources / "dsm.tif", surface, HEIGHTS, nodata=-9999.0)
    write_raster(sources / "dtm.tif", np.full((1, 20, 40), 5.0, np.float32), HEIGHTS, nodata=-9999.0)
    (tmp_path / "territory.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def context(folder):
    workspace = Workspace.open(folder)
    partial = folder / "partial"
    partial.mkdir(exist_ok=True)
    return StepContext(
        step="imagery", workspace=workspace, vintage=workspace.territory.vintage(2019), reference=None,
        parameters=Parameters(), folder=partial, workers=Workers(1), progress=Progress(),
    )  # fmt: skip


def test_it_describes_the_bands_and_copies_no_pixel(territory):
    summary = run(context(territory))
    written = territory / "partial" / "imagery.bands.json"
    imagery = from_json(written.read_text(encoding="utf-8"))
    assert imagery.area == Window(10, 10, 30, 80)
    assert [file.path for file in imagery.files] == [f"sources/{name}.tif" for name in ("rgb", "irc", "dsm", "dtm")]
    assert summary.counts == {"pixels": 2400}
    assert summary.areas_m2 == {"without_surface": 0.5, "without_terrain": 0.0}
    with open_imagery(imagery, root=territory) as reader:
        assert np.unique(reader.read(Window(10, 10, 2, 2))[0][4]).tolist() == [10]  # 2 m are 10 DN


def test_the_description_does_not_depend_on_where_the_territory_lies(territory, tmp_path_factory):
    run(context(territory))
    moved = tmp_path_factory.mktemp("elsewhere") / "t"
    territory.rename(moved)
    run(context(moved))
    assert "tmp" not in (moved / "partial" / "imagery.bands.json").read_text(encoding="utf-8")


def test_imagery_that_does_not_cover_the_territory_is_refused(territory):
    (territory / "territory.toml").write_text(TOML.replace("900018.0", "900025.0"), encoding="utf-8")
    with pytest.raises(ImageryError) as told:
        run(context(territory))
    assert str(told.value).count("misses 5.00 m on the east") == 2
    assert not list((territory / "partial").iterdir())


def test_missing_files_and_unreadable_ones_are_told_together(territory):
    (territory / "sources" / "irc.tif").write_bytes(b"not a raster")
    with pytest.raises(ImageryError) as told:
        describe({"rgb": territory / "sources" / "rgb.tif", "irc": territory / "sources" / "irc.tif"})
    for expected in ("no dsm file is given", "no dtm file is given", "irc.tif: cannot be read as a raster"):
        assert expected in str(told.value)


def _rewritten(path, **changes):
    with rasterio.open(path) as source:
        pixels, profile = source.read(), {**source.profile, "driver": "GTiff", **changes}
    path.unlink()
    with rasterio.open(path, "w", **profile) as copy:
        copy.write(pixels)


def test_a_file_without_crs_is_refused_and_takes_the_vintage_s(territory):
    _rewritten(territory / "sources" / "rgb.tif", crs=None)
    with pytest.raises(ImageryError, match="no CRS is given in the file") as told:
        run(context(territory))
    assert "territory.toml" in str(told.value)
    (territory / "territory.toml").write_text(TOML + 'crs = "EPSG:2154"\n', encoding="utf-8")
    assert run(context(territory)).counts == {"pixels": 2400}


def test_pixels_that_are_not_square_are_brought_to_their_finer_side(territory):
    """Colours of 50 rows of 0.3 m, heights of 20 rows of 0.75 m: each lost cell has 0.375 m²."""
    _rewritten(territory / "sources" / "rgb.tif", transform=rasterio.Affine(0.2, 0.0, 900000.0, 0.0, -0.3, 6500000.0))
    _rewritten(territory / "sources" / "dsm.tif", transform=rasterio.Affine(0.5, 0.0, 900000.0, 0.0, -0.75, 6500000.0))
    summary = run(context(territory))
    assert "sources/rgb.tif: pixels of 0.2 x 0.3 m are brought to 0.2 m: bilinear" in summary.notes
    imagery = from_json((territory / "partial" / "imagery.bands.json").read_text(encoding="utf-8"))
    assert imagery.grid == replace(ORTHO, height=75)
    assert imagery.files[0].grid == OblongGrid("EPSG:2154", 900000.0, 6500000.0, 0.2, 0.3, 100, 50)
    assert imagery.area == Window(10, 10, 30, 80)
    # The cells of row 6 lie 4.5 m to 5.25 m south of the edge; the extent begins 2 m south of it.
    assert summary.areas_m2["without_surface"] == 0.75


def test_a_file_that_changed_since_is_refused(territory):
    imagery = describe({name: territory / "sources" / f"{name}.tif" for name in ("rgb", "irc", "dsm", "dtm")})
    moved = rasterio.Affine(0.2, 0.0, 900001.0, 0.0, -0.2, 6500000.0)
    _rewritten(territory / "sources" / "irc.tif", transform=moved)
    with pytest.raises(ImageryError, match="has changed since it was described"), open_imagery(imagery):
        pass


def test_an_alpha_band_tells_where_data_is_against_a_declared_value(territory):
    """Transparent on the left half; the declared NoData 90, which every pixel has, is not believed."""
    path = territory / "sources" / "rgb.tif"
    alpha = np.full((1, 50, 100), 255, np.uint8)
    alpha[:, :, :50] = 0
    path.unlink()
    with rasterio.open(
        path, "w", driver="GTiff", width=100, height=50, count=4, dtype="uint8", crs="EPSG:2154", nodata=90,
        transform=ORTHO.transform, photometric="rgb", alpha="yes",
    ) as raster:  # fmt: skip
        raster.write(np.concatenate([np.full((3, 50, 100), 90, np.uint8), alpha]))
    files = {name: territory / "sources" / f"{name}.tif" for name in ("rgb", "irc", "dsm", "dtm")}
    imagery = describe(files)
    assert "is ignored: its mask band tells where data is" in imagery.notes[0]
    with open_imagery(imagery) as reader:
        valid = reader.read(imagery.grid.whole)[1]
    assert not valid[:, :50].any()
    assert valid[:, 50:].all()
