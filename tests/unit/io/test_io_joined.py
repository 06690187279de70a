"""Rasters joined from parts: the same bytes whatever the parts, and files that GDAL takes for its own."""

import struct

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from millesime.errors import ImageryError, InputError
from millesime.geo.grid import Grid, Window
from millesime.geo.halving import halved
from millesime.io import joined, tiff_blocks
from millesime.io.joined import Kind, Part, join, new_blocks
from millesime.io.parts import PartLayer, PartWriter
from millesime.io.raster import RasterReader, read_class_table
from millesime.io.raster_mosaic import join_mosaic
from millesime.nomenclature import COSIA

HEIGHT, WIDTH = 1100, 1700
GRID = Grid("EPSG:2154", 650000.0, 6860000.0, 0.2, WIDTH, HEIGHT)
CLASSES = Kind(1, 0, "mode", {"nomenclature": COSIA, "tags": {"MODEL": "toy"}})
SHARES = Kind(5, 255, "average", {"band_names": tuple("abcde")})


def pixels_of(kind):
    """Patches, so that blocks have sizes of their own, and a corner without data."""
    random = np.random.default_rng(4)
    found = np.kron(random.integers(1, 16, (kind.count, 110, 170)), np.ones((1, 10, 10))).astype(np.uint8)
    found[:, :200] = random.integers(1, 16, (kind.count, 200, WIDTH), dtype=np.uint8)
    found[:, 900:, 1300:] = kind.nodata
    return found


def parts_of(folder, pixels, windows):
    folder.mkdir()
    parts = []
    for number, window in enumerate(windows):
        path = folder / f"{number}.tif"
        with new_blocks(path, GRID.crop(window), count=len(pixels)) as dataset:
            dataset.write(pixels[(slice(None), *window.slices)])
        parts.append(Part(path, window))
    return parts


def cut(rows, cols):
    """Windows between these rows and columns."""
    return [
        Window(top, left, bottom - top, right - left)
        for top, bottom in zip(rows, [*rows[1:], HEIGHT], strict=True)
        for left, right in zip(cols, [*cols[1:], WIDTH], strict=True)
    ]


WAYS = {
    "whole": cut([0], [0]),
    "in blocks": cut([0, 512], [0, 1024]),
    "block by block": cut([0, 512, 1024], [0, 512, 1024, 1536])[::-1],
    "anyhow": cut([0, 100, 700], [0, 999]),
}


def join_of(path, pixels, kind, windows):
    told = []
    join(path, GRID, parts_of(path.with_suffix(".parts"), pixels, windows), kind, advance=told.append)
    assert sum(told) == HEIGHT * WIDTH
    return path


@pytest.mark.parametrize("kind", [CLASSES, SHARES], ids=["classes", "shares"])
def test_same_pixels_same_bytes_whatever_the_parts(tmp_path, kind):
    pixels = pixels_of(kind)
    found = {name: join_of(tmp_path / f"{name}.tif", pixels, kind, windows) for name, windows in WAYS.items()}
    with RasterReader(found["whole"]) as reader:
        np.testing.assert_array_equal(reader.read(), pixels)
    assert len({path.read_bytes() for path in found.values()}) == 1
    assert sorted(path.name for path in tmp_path.glob("*.tif")) == sorted(f"{name}.tif" for name in WAYS)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("kind", [CLASSES, SHARES], ids=["classes", "shares"])
def test_gdal_reads_what_its_own_driver_would_have_told(tmp_path, kind):
    pixels = pixels_of(kind)
    path = join_of(tmp_path / "a.tif", pixels, kind, WAYS["in blocks"])
    with new_blocks(tmp_path / "rough.tif", GRID, count=kind.count, nodata=kind.nodata, **kind.facts) as rough:
        rough.write(pixels)
    rasterio.shutil.copy(tmp_path / "rough.tif", tmp_path / "gdal.tif", driver="COG", compress="DEFLATE", blocksize=512)
    with rasterio.open(path) as ours, rasterio.open(tmp_path / "gdal.tif") as gdals:
        assert ours.profile == gdals.profile
        assert ours.tags(ns="IMAGE_STRUCTURE") == gdals.tags(ns="IMAGE_STRUCTURE")
        assert {key: text for key, text in gdals.tags().items() if key != "OVR_RESAMPLING_ALG"} == ours.tags()
        assert ours.descriptions == gdals.descriptions
        assert ours.colorinterp == gdals.colorinterp
        assert ours.overviews(1) == gdals.overviews(1) == [2, 4]
        if kind is CLASSES:
            assert ours.colormap(1) == gdals.colormap(1)
    expected = pixels
    for level in range(2):
        expected = halved(expected, kind.overview, nodata=kind.nodata)
        with rasterio.open(path, OVERVIEW_LEVEL=level) as overview:
            assert overview.nodata == kind.nodata
            np.testing.assert_array_equal(overview.read(), expected)


def structure_of(path):
    """Offset of the first directory and, level by level, the offsets and sizes of the blocks, as GDAL tells them."""
    found = []
    with rasterio.open(path) as whole:
        levels = len(whole.overviews(1))
    for level in [None, *range(levels)]:
        with rasterio.open(path, **({} if level is None else {"OVERVIEW_LEVEL": level})) as raster:
            shape = -(-raster.height // 512), -(-raster.width // 512)
        with rasterio.open(path) as raster:
            names = [f"{col}_{row}" for row, col in np.ndindex(*shape)]
            facts = [
                [int(raster.get_tag_item(f"BLOCK_{what}_{name}", "TIFF", bidx=1, ovr=level)) for name in names]
                for what in ("OFFSET", "SIZE")
            ]
        found.append(list(zip(*facts, strict=True)))
    return found


@pytest.mark.parametrize("is_big", [False, True])
def test_the_layout_is_that_of_a_cloud_optimized_geotiff(tmp_path, monkeypatch, is_big):
    """Directories, then blocks from the smallest overview on, each between its size and its last four bytes."""
    if is_big:
        monkeypatch.setattr(tiff_blocks, "_CLASSIC_BYTES", 1000)
    pixels = pixels_of(CLASSES)
    path = join_of(tmp_path / "a.tif", pixels, CLASSES, WAYS["in blocks"])
    content = path.read_bytes()
    assert struct.unpack("<2sH", content[:4]) == (b"II", 43 if is_big else 42)
    ghost = 16 if is_big else 8
    assert content[ghost:].startswith(b"GDAL_STRUCTURAL_METADATA_SIZE=")
    declared = int(content[ghost + 30 : ghost + 36])
    first = struct.unpack("<Q", content[8:16])[0] if is_big else struct.unpack("<I", content[4:8])[0]
    assert first == ghost + 43 + declared + (43 + declared) % 2
    end = None
    for blocks in structure_of(path)[::-1]:
        for offset, size in blocks:
            assert end is None or offset == end + 8, "blocks follow each other"
            assert struct.unpack("<I", content[offset - 4 : offset])[0] == size
            assert content[offset + size - 4 : offset + size] == content[offset + size : offset + size + 4]
            end = offset + size
    assert end == len(content) - 4
    with RasterReader(path) as reader:
        np.testing.assert_array_equal(reader.read(), pixels)


def test_where_no_part_lies_there_is_no_data(tmp_path):
    pixels = pixels_of(CLASSES)
    for name in ("in blocks", "anyhow"):
        windows = [window for window in WAYS[name] if window.row > 0 or window.col > 0]
        join_of(tmp_path / f"{name}.tif", pixels, CLASSES, windows)
        expected = pixels.copy()
        missing = WAYS[name][0]
        expected[0][missing.slices] = 0
        with RasterReader(tmp_path / f"{name}.tif") as reader:
            np.testing.assert_array_equal(reader.read(), expected)
        with rasterio.open(tmp_path / f"{name}.tif", OVERVIEW_LEVEL=0) as overview:
            np.testing.assert_array_equal(overview.read(), halved(expected, "mode", nodata=0))


def test_chunks_of_overviews_do_not_show(tmp_path, monkeypatch):
    pixels = pixels_of(SHARES)
    once = join_of(tmp_path / "once.tif", pixels, SHARES, WAYS["whole"]).read_bytes()
    monkeypatch.setattr(joined, "_CHUNK_BYTES", 64 << 20)
    assert join_of(tmp_path / "again.tif", pixels, SHARES, WAYS["whole"]).read_bytes() == once


def test_a_small_raster_has_no_overview(tmp_path):
    grid = GRID.crop(Window(0, 0, 300, 512))
    with new_blocks(tmp_path / "part.tif", grid, count=1) as dataset:
        dataset.write(pixels_of(CLASSES)[:, :300, :512])
    join(tmp_path / "a.tif", grid, [Part(tmp_path / "part.tif", grid.whole)], CLASSES)
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert raster.overviews(1) == []
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert read_class_table(tmp_path / "a.tif") == COSIA


@pytest.mark.parametrize("size", [(300, 300), (HEIGHT, WIDTH)])
def test_a_damaged_part_is_named_and_nothing_is_left(tmp_path, size):
    grid = GRID.crop(Window(0, 0, *size))
    path = tmp_path / "part.tif"
    with new_blocks(path, grid, count=1) as dataset:
        dataset.write(np.random.default_rng(1).integers(0, 255, (1, *size), dtype=np.uint8))
    content = bytearray(path.read_bytes())
    offset = int(tiff_blocks.blocks_of(path).offset[0, 0])
    content[offset : offset + 100] = b"\x5a" * 100
    path.write_bytes(content)
    with pytest.raises(ImageryError, match=r"part\.tif.*a part is damaged"):
        join(tmp_path / "a.tif", grid, [Part(path, grid.whole)], CLASSES)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageryError, match=r"part\.tif"):
        join(tmp_path / "a.tif", grid, [Part(path, grid.whole)], CLASSES)
    assert [item.name for item in tmp_path.iterdir()] == ["part.tif"]


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        join(tmp_path / "none/a.tif", GRID, [], CLASSES)


@pytest.mark.parametrize("content", [b"", b"II*", b"MM\0*\0\0\0\x08", b"II*\0\xff\xff\xff\x00"])
def test_a_file_that_is_no_tiff_is_named(tmp_path, content):
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(ImageryError, match=r"a\.tif.*is not a whole GeoTIFF"):
        tiff_blocks.blocks_of(tmp_path / "a.tif")


def test_blocks_that_were_never_written_are_told(tmp_path):
    new_blocks(tmp_path / "a.tif", GRID, count=1, sparse_ok=True).close()
    with pytest.raises(ImageryError, match="never written"):
        tiff_blocks.blocks_of(tmp_path / "a.tif")


def test_more_parts_than_files_that_may_be_open(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff_blocks, "_MOST_OPEN", 2)
    monkeypatch.setattr(joined, "_MOST_OPEN", 2)
    pixels = pixels_of(CLASSES)
    with RasterReader(join_of(tmp_path / "a.tif", pixels, CLASSES, WAYS["block by block"])) as reader:
        np.testing.assert_array_equal(reader.read(), pixels)


def test_a_mosaic_is_cut_from_parts_of_any_size(tmp_path, monkeypatch):
    monkeypatch.setattr("millesime.io.raster_mosaic.MOSAIC_PX", 1024)
    pixels = pixels_of(CLASSES)
    found = []
    for number, name in enumerate(("block by block", "in blocks", "anyhow")):
        folder = tmp_path / str(number)
        folder.mkdir()
        join_mosaic(folder / "map.vrt", GRID, parts_of(folder / "parts", pixels, WAYS[name]), CLASSES)
        with RasterReader(folder / "map.vrt") as reader:
            np.testing.assert_array_equal(reader.read(), pixels)
        found.append({path.name: path.read_bytes() for path in [*(folder / "map").iterdir(), folder / "map.vrt"]})
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 5


@pytest.mark.parametrize("heights", [[HEIGHT], [100] * 11, [600, 500], [511, 1, 512, 76], [1, 1099]])
def test_a_part_is_the_same_whatever_rows_come_at_once(tmp_path, heights):
    layers = (PartLayer("classes", 1), PartLayer("shares", 5))
    kinds = dict(zip(("classes", "shares"), (pixels_of(CLASSES), pixels_of(SHARES)), strict=True))
    files = {name: tmp_path / f"{name}.tif" for name in kinds}
    writer = PartWriter(files, layers, GRID)
    row = 0
    for height in heights:
        rows = {name: pixels[:, row : row + height] for name, pixels in kinds.items()}
        rows["classes"] = rows["classes"][0]
        writer.write(rows, Window(row, 0, height, WIDTH))
        row += height
    writer.close()
    for (name, pixels), kind in zip(kinds.items(), (CLASSES, SHARES), strict=True):
        with rasterio.open(files[name]) as raster:
            np.testing.assert_array_equal(raster.read(), pixels)
        join(tmp_path / "a.tif", GRID, [Part(files[name], GRID.whole)], kind)
        expected = join_of(tmp_path / f"{name}-expected.tif", pixels, kind, WAYS["whole"])
        assert (tmp_path / "a.tif").read_bytes() == expected.read_bytes()


def test_rows_of_a_part_that_do_not_follow_are_an_error(tmp_path):
    writer = PartWriter({"classes": tmp_path / "a.tif"}, (PartLayer("classes", 1),), GRID)
    rows = np.ones((10, WIDTH), dtype=np.uint8)
    writer.write({"classes": rows}, Window(0, 0, 10, WIDTH))
    with pytest.raises(ValueError, match="does not follow row 10"):
        writer.write({"classes": rows}, Window(20, 0, 10, WIDTH))
    with pytest.raises(ValueError, match="10 of 1100 rows"):
        writer.close()
