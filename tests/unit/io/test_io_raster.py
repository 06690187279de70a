"""Rasters: what is refused and why, and products that are the same bytes for the same pixels."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from millesime.errors import CrsError, DiskFullError, ImageryError, InputError
from millesime.geo.grid import Grid, Window
from millesime.io.crs import authority_code, resolve_crs
from millesime.io.files import local_file, named_when_full, written_whole
from millesime.io.raster import CogWriter, RasterReader, read_class_table, read_grid, write_raster
from millesime.nomenclature import COSIA

GRID = Grid("EPSG:2154", 650000.0, 6860000.0, 0.2, 700, 600)

# Lambert-93 as a lidar tool writes it: right parameters, no code, the ellipsoid of another datum.
CODELESS_LAMBERT93 = (
    'PROJCS["EPSG:2154",GEOGCS["unknown",DATUM["unnamed",SPHEROID["unretrievable",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],'
    'PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],PARAMETER["standard_parallel_1",49],'
    'PARAMETER["standard_parallel_2",44],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],'
    'UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
)


def classes(grid=GRID):
    return np.random.default_rng(1).integers(1, 16, grid.shape, dtype=np.uint8)


def test_a_class_raster_carries_its_nomenclature_and_overviews(tmp_path):
    pixels = classes()
    write_raster(tmp_path / "cover.tif", pixels, GRID, nodata=0, nomenclature=COSIA, overview="mode")
    assert read_class_table(tmp_path / "cover.tif") == COSIA
    assert read_grid(tmp_path / "cover.tif") == GRID
    with rasterio.open(tmp_path / "cover.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.colormap(1)[1] == (0xCE, 0x70, 0x79, 255)
        assert dataset.overviews(1)
    assert [file.name for file in tmp_path.iterdir()] == ["cover.tif"]


def test_same_pixels_same_bytes_in_any_order(tmp_path):
    pixels = classes()
    windows = [Window(r, c, min(512, 600 - r), min(512, 700 - c)) for r in (0, 512) for c in (0, 512)]
    for name, order in (("a", windows), ("b", windows[::-1])):
        with CogWriter(tmp_path / f"{name}.tif", GRID, dtype="uint8", nodata=0, nomenclature=COSIA) as writer:
            for window in order:
                writer.write(pixels[window.slices], window)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_nothing_is_left_of_a_raster_that_failed(tmp_path):
    with pytest.raises(RuntimeError, match="stop"), CogWriter(tmp_path / "a.tif", GRID, dtype="uint8") as writer:
        writer.write(classes())
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_windows_out_of_the_raster_are_refused(tmp_path):
    write_raster(tmp_path / "a.tif", classes(), GRID)
    with RasterReader(tmp_path / "a.tif") as reader:
        assert reader.read(Window(10, 20, 3, 4)).shape == (1, 3, 4)
        with pytest.raises(ImageryError, match="reaches out"):
            reader.read(Window(599, 0, 2, 2))


def rough(path, *, transform=None, crs="EPSG:2154"):
    place = Affine(0.2, 0, 650000, 0, -0.2, 6860000) if transform is None else transform
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=4, count=1, dtype="uint8", crs=crs, transform=place
    ) as f:
        f.write(np.ones((1, 4, 4), dtype="uint8"))
    return path


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (Affine(0.2, 0.1, 0, 0.1, -0.2, 0), "rotated"),
        (Affine(0.2, 0, 0, 0, 0.2, 0), "not north up"),
        (Affine(0.2, 0, 0, 0, -0.3, 0), "not square"),
    ],
)
def test_grids_that_are_refused(tmp_path, transform, words):
    with pytest.raises(ImageryError, match=words):
        read_grid(rough(tmp_path / "a.tif", transform=transform))


def test_pixels_that_are_square_but_for_rounding(tmp_path):
    place = Affine(0.19999999999963042, 0, 770549.8, 0, -0.2000000000014783, 6277600.2)
    assert read_grid(rough(tmp_path / "a.tif", transform=place)).pixel_m == 0.2


def test_crs_missing_given_recognised_contradicted(tmp_path):
    bare = rough(tmp_path / "bare.tif", crs=None)
    with pytest.raises(CrsError, match="--crs EPSG:2154"):
        read_grid(bare)
    assert read_grid(bare, crs="EPSG:2154").crs == "EPSG:2154"
    assert authority_code(CODELESS_LAMBERT93) == "EPSG:2154"
    assert read_grid(rough(tmp_path / "codeless.tif", crs=CODELESS_LAMBERT93)).crs == "EPSG:2154"
    with pytest.raises(CrsError, match="is in EPSG:2154, not in EPSG:2972"):
        resolve_crs("EPSG:2154", given="EPSG:2972")
    with pytest.raises(CrsError, match="not recognised"):
        authority_code(CODELESS_LAMBERT93.replace("46.5", "46.25"))


def test_only_local_files_are_read(tmp_path):
    for address in ("/vsicurl/http://example.org/a.tif", "https://example.org/a.tif"):
        with pytest.raises(InputError, match="only local files"):
            local_file(address)
    with pytest.raises(InputError, match="no such file"):
        read_grid(tmp_path / "none.tif")
    (tmp_path / "text.tif").write_text("not a raster")
    with pytest.raises(ImageryError, match="cannot be read as a raster"):
        read_grid(tmp_path / "text.tif")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    with pytest.raises(ValueError, match="stop"), written_whole(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
    with written_whole(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("a.txt", "whole")]


def fill_the_disk():
    with Path("/dev/full").open("w") as device, named_when_full(Path("/dev/full")):
        device.write("x" * 100000)
        device.flush()


def test_a_full_disk_is_named():
    with pytest.raises(DiskFullError, match="no space left"):
        fill_the_disk()


def test_a_mosaic_in_a_vrt_is_read_and_a_folder_of_tiles_refused(tmp_path):
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
    place = rasterio.Affine(0.2, 0, 650000, 0, -0.2, 6860010)
    profile = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "uint8", "crs": "EPSG:2154"}
    (tmp_path / "tiles").mkdir()
    with rasterio.open(tmp_path / "tiles/a.tif", "w", transform=place, **profile) as dataset:
        dataset.write(pixels)
    rasterio.shutil.copy(tmp_path / "tiles/a.tif", tmp_path / "ortho.vrt", driver="VRT")
    with RasterReader(tmp_path / "ortho.vrt") as reader:
        assert np.array_equal(reader.read(), pixels)
    with pytest.raises(ImageryError, match="cannot be read as a raster"):
        RasterReader(tmp_path / "tiles")
