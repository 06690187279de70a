"""A real orthophoto with its traps: a CRS without a code, a false NoData value, grids of 0.20 and 0.50 m 5 cm apart."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import ImageryError
from millesime.geo.grid import Window
from millesime.imagery.step import describe, open_imagery
from millesime.io.raster import RasterReader, read_class_table
from millesime.nomenclature import COSIA

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def files(real_data):
    folder = real_data / "ortho_montpellier"
    names = {"rgb": "rgb.tif", "irc": "irc.tif", "dsm": "dsm_50cm.tif", "dtm": "dtm_50cm.tif"}
    return {role: folder / name for role, name in names.items()}


@pytest.fixture(scope="module")
def stripped(files, tmp_path_factory):
    """Copies of the orthos without any CRS."""
    folder = tmp_path_factory.mktemp("stripped")
    for role in ("rgb", "irc"):
        with rasterio.open(files[role]) as source:
            profile = {**source.profile, "crs": None}
            with rasterio.open(folder / f"{role}.tif", "w", **profile) as copy:
                copy.write(source.read())
    return {**files, "rgb": folder / "rgb.tif", "irc": folder / "irc.tif"}


def predicted(files, folder, *more):
    """Exit code, printed result or error, and the class raster of the command."""
    options = [item for role, path in files.items() for item in (f"--{role}", str(path))]
    cover = folder / "cover.tif"
    result = CliRunner().invoke(app, ["predict", *options, "-o", str(cover), "--json", *more])
    return result, cover


def test_the_crs_is_recognised_and_the_grids_are_aligned(files):
    imagery = describe(files)
    assert imagery.grid.crs == "EPSG:2154"
    assert imagery.grid.pixel_m == 0.2
    assert imagery.area_grid.shape == (252, 252)
    notes = "\n".join(imagery.notes)
    assert notes.count("the declared NoData value 255 is ignored") == 2
    assert "misses 0.45 m on the south, 0.45 m on the east; height is taken as 0 there" in notes


def test_white_roofs_do_not_vanish(files):
    """Some pixels are 255 in all bands: with the declared value believed they would be holes."""
    imagery = describe(files)
    with open_imagery(imagery) as reader:
        bands, valid = reader.read(imagery.grid.whole)
    white = (bands[:3] == 255).all(axis=0)
    assert white.sum() == 4
    assert valid.all()
    with open_imagery(describe(files, honour_ortho_nodata=True)) as reader:
        assert not reader.read(imagery.grid.whole)[1][white].any()


def test_heights_agree_with_the_models_at_pixel_centres(files):
    """At the ortho pixel nearest to a centre of the height models the height read is nearly theirs.

    Centre n of the models lies 0.5 n + 0.25 m from their corner, which is 5 cm west and north of the ortho's. Beyond
    the models (45 cm on the east and south: 2 pixels) the height is 0.
    """
    imagery = describe(files)
    with open_imagery(imagery) as reader:
        coded = reader.read(imagery.grid.whole)[0][4]
    with RasterReader(files["dsm"]) as surface, RasterReader(files["dtm"]) as terrain:
        above, below = surface.read()[0], terrain.read()[0]
    known = (above != -9999) & (below != -9999)
    metres = np.where(known, above - below, 0.0)
    centres = 0.5 * np.arange(100) + 0.25 - 0.05  # metres from the ortho's corner
    nearest = np.minimum((centres / 0.2).astype(int), 251)
    read = coded[np.ix_(nearest, nearest)] / 5.0
    inside = known.copy()
    inside[[0, -1]], inside[:, [0, -1]] = False, False
    assert np.corrcoef(read[inside], np.clip(metres, 0, 51)[inside])[0, 1] > 0.97
    assert not coded[250:].any()
    assert not coded[:, 250:].any()


def test_any_window_gives_the_same_pixels(files):
    imagery = describe(files)
    with open_imagery(imagery) as reader:
        whole, _ = reader.read(imagery.grid.whole)
        for window in (Window(0, 0, 97, 31), Window(101, 33, 89, 219), Window(240, 240, 12, 12)):
            rows, cols = window.slices
            np.testing.assert_array_equal(reader.read(window)[0], whole[:, rows, cols])


def test_from_ortho_to_classes_and_vectors(files, tmp_path):
    result, cover = predicted(files, tmp_path, "--confidence", str(tmp_path / "sure.tif"))
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["nodata_pixels"] == 0
    assert told["pixels"] == 252 * 252
    assert read_class_table(cover) == COSIA
    with RasterReader(cover) as reader:
        assert reader.grid.crs == "EPSG:2154"
        assert reader.grid.bounds == (770549.8, 6277549.8, 770600.2, 6277600.2)
        assert set(np.unique(reader.read())) <= set(COSIA.values)
    if importlib.util.find_spec("millesime.cover_vector.step") is None:
        return
    vector = tmp_path / "cover.parquet"
    result = CliRunner().invoke(app, ["vectorise", str(cover), "-o", str(vector), "--json"])
    assert result.exit_code == 0, result.output
    import geopandas
    import shapely

    polygons = geopandas.read_parquet(vector)
    assert shapely.coverage_is_valid(polygons.geometry.to_numpy())
    assert polygons.area.sum() == pytest.approx(50.4 * 50.4, abs=1e-6)
    assert set(polygons["classe"]) <= {item.name for item in COSIA.classes}


def test_without_a_crs_it_is_refused_with_the_remedy_then_works(stripped, tmp_path):
    with pytest.raises(ImageryError) as told:
        describe(stripped)
    assert str(told.value).count("no CRS is given in the file") == 2
    assert "--crs EPSG:2154" in str(told.value)
    result, cover = predicted(stripped, tmp_path)
    assert isinstance(result.exception, ImageryError)
    assert not list(tmp_path.iterdir())
    result, cover = predicted(stripped, tmp_path, "--crs", "EPSG:2154")
    assert result.exit_code == 0, result.output
    assert cover.is_file()


def test_a_wrong_crs_is_told(files):
    with pytest.raises(ImageryError, match=r"the file is in EPSG:2154, not in EPSG:2975"):
        describe(files, file_crs="EPSG:2975")
