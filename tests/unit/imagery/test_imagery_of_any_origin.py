"""Imagery on files of every kind: tiles, virtual rasters, 16 bits, JPEG 2000, masks, and what is refused."""

import threading

import numpy as np
import pytest
import rasterio

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, Window
from millesime.imagery.digital_numbers import parse_scaling
from millesime.imagery.step import describe, open_imagery
from millesime.io.crs import _recognised as recognised
from millesime.io.raster import RasterReader, write_raster
from millesime.io.raster_files import raster_files
from millesime.io.raster_sources import files_read

RGB = ("red", "green", "blue")
GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 90, 60)


@pytest.fixture(scope="module")
def scene():
    random = np.random.Generator(np.random.PCG64(3))
    return random.integers(0, 256, (3, *GRID.shape), dtype=np.uint8)


def cut(path, pixels, window, **options):
    """A tile of the scene as a file."""
    values = pixels[:, *window.slices]
    profile = {
        "driver": "GTiff", "width": window.width, "height": window.height, "count": len(values),
        "dtype": values.dtype.name, "crs": GRID.crs, "transform": GRID.crop(window).transform,
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **options}) as raster:
        raster.write(values)
    return path


def whole(imagery):
    with open_imagery(imagery) as reader:
        return reader.read(imagery.grid.whole)


@pytest.fixture
def tiles(scene, tmp_path):
    """Three tiles: columns 0 to 40, 36 to 60, and 70 to 90; ten columns have none."""
    folder = tmp_path / "tiles" / "5 km"
    folder.mkdir(parents=True)
    for name, left, right in (("b", 0, 40), ("a", 36, 60), ("c", 70, 90)):
        cut(folder / f"{name}.tif", scene, Window(0, left, 60, right - left))
    (folder / "readme.txt").write_text("not a raster", encoding="utf-8")
    return tmp_path / "tiles"


def test_a_folder_of_tiles_is_one_mosaic(scene, tiles):
    imagery = describe({"rgb": tiles}, bands=RGB)
    assert imagery.grid == GRID
    assert [tile.path.rsplit("/", 1)[1] for tile in imagery.files[0].tiles] == ["a.tif", "b.tif", "c.tif"]
    assert f"{tiles}: mosaic of 3 tiles" in imagery.notes[0]
    assert "600 px that no tile has are NoData" in imagery.notes[0]
    assert len(imagery.notes) == 1  # overlaps are the same
    bands, valid = whole(imagery)
    assert not valid[:, 60:70].any()
    assert valid.sum() == 60 * 80
    np.testing.assert_array_equal(bands[:, valid], scene[:, valid])


def test_of_tiles_that_differ_the_first_wins_in_the_order_given(scene, tiles, tmp_path):
    other = cut(tmp_path / "other.tif", 255 - scene, Window(0, 0, 60, 40))
    first = tiles / "5 km" / "a.tif"
    for order, expected in (((other, first), 255 - scene), ((first, other), scene)):
        imagery = describe({"rgb": order}, bands=RGB)
        assert f"{order[1]}: differs from {order[0]} on 240 of 240 px" in imagery.notes[-1]
        np.testing.assert_array_equal(whole(imagery)[0][:, :, 36:40], expected[:, :, 36:40])


def test_misfits_and_damaged_tiles_are_told_together(scene, tiles):
    cut(tiles / "grey.tif", scene[:1], Window(0, 60, 60, 10))
    (tiles / "broken.tif").write_bytes(b"II*\0")
    (tiles / "empty").mkdir()
    with pytest.raises(ImageryError) as told:
        describe({"rgb": tiles, "irc": tiles / "empty", "dsm": tiles / "none.tif"})
    for expected in (
        "broken.tif: cannot be read as a raster",
        "empty: the folder holds no raster",
        "none.tif: no such file",
        "no dtm file is given",
    ):
        assert expected in str(told.value)
    (tiles / "broken.tif").unlink()
    with pytest.raises(ImageryError, match=r"grey\.tif: has 1 band, .*a\.tif has 3 bands"):
        describe({"rgb": tiles}, bands=RGB)


def test_many_tiles_with_few_handles(scene, tmp_path, monkeypatch):
    """Four rows of six tiles, eight files open at a time; the same pixels from four threads at once."""
    monkeypatch.setattr("millesime.io.raster_pool._OPEN_FILES", 8)
    for row in range(0, 60, 15):
        for col in range(0, 90, 15):
            cut(tmp_path / f"{row:02d}_{col:02d}.tif", scene, Window(row, col, 15, 15))
    imagery = describe({"rgb": tmp_path}, bands=RGB)
    closed = []
    close = RasterReader.close
    monkeypatch.setattr(RasterReader, "close", lambda reader: (closed.append(reader.path), close(reader)))
    found = {}
    with open_imagery(imagery) as reader:

        def read(start):
            for row in range(start, 60, 4):
                found[row] = reader.read(Window(row, 0, 1, 90))[0][:, 0]

        threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # each thread opens each tile once and keeps eight
        assert len(closed) == 4 * (24 - 8)
    assert len(closed) == 4 * 24
    np.testing.assert_array_equal(np.stack([found[row] for row in range(60)], axis=1), scene)


def test_a_tile_that_changed_or_broke_since_is_named_when_it_is_read(scene, tiles):
    imagery = describe({"rgb": tiles}, bands=RGB)
    cut(tiles / "5 km" / "c.tif", scene, Window(0, 69, 60, 20))
    with open_imagery(imagery) as reader:
        assert reader.read(Window(0, 0, 10, 60))[1].all()
        with pytest.raises(ImageryError, match=r"c\.tif: has changed since it was described"):
            reader.read(Window(0, 60, 10, 30))
    path = tiles / "5 km" / "a.tif"
    cut(path, scene, Window(0, 36, 60, 24), compress="deflate", blockysize=10)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    path.write_bytes(data)
    with open_imagery(imagery) as reader:
        with pytest.raises(ImageryError, match=r"a\.tif: rows 0 to 59, columns 0 to 23 cannot be read") as told:
            reader.read(Window(0, 30, 60, 30))
    assert "fetch it again" in str(told.value)


def vrt(path, sources, *, width=90, height=60, attributes=""):
    """A virtual raster of files at columns, as gdalbuildvrt writes it."""
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"{attributes}>'
        + "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="{int("/" not in name)}">{name}</SourceFilename>'
            f"<SourceBand>{band}</SourceBand>"
            f'<SrcRect xOff="0" yOff="0" xSize="{size}" ySize="{height}"/>'
            f'<DstRect xOff="{col}" yOff="0" xSize="{size}" ySize="{height}"/></SimpleSource>'
            for name, col, size in sources
        )
        + "</VRTRasterBand>"
        for band in (1, 2, 3)
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}"><SRS>EPSG:2154</SRS>'
        f"<GeoTransform>900000.0, 0.2, 0.0, 6500000.0, 0.0, -0.2</GeoTransform>{bands}</VRTDataset>",
        encoding="utf-8",
    )
    return path


def test_places_that_no_file_of_a_virtual_raster_fills_are_no_data(scene, tiles):
    folder = tiles / "5 km"
    path = vrt(folder / "all.vrt", [("b.tif", 0, 40), ("a.tif", 36, 24), ("c.tif", 70, 20)])
    imagery = describe({"rgb": path}, bands=RGB)
    assert imagery.notes == (f"{path}: places that no file of the virtual raster fills are NoData",)
    bands, valid = whole(imagery)
    assert (valid[:, :60].all(), valid[:, 60:70].any(), valid[:, 70:].all()) == (True, False, True)
    np.testing.assert_array_equal(bands[:, valid], scene[:, valid])
    full = vrt(folder / "full.vrt", [("b.tif", 0, 40), ("a.tif", 36, 24)], width=60)
    imagery = describe({"rgb": full}, bands=RGB)
    assert (imagery.notes, imagery.files[0].masked) == ((), False)


def test_a_place_that_one_band_alone_lacks_is_no_data_either(tiles):
    """Bands of different files, as gdalbuildvrt -separate writes them: the third ends at column 40."""
    path = vrt(tiles / "5 km" / "separate.vrt", [("b.tif", 0, 40), ("a.tif", 36, 24)], width=60)
    first, _, last = path.read_text(encoding="utf-8").rpartition("<SimpleSource>")
    path.write_text(first + last[last.index("</VRTRasterBand>") :], encoding="utf-8")
    valid = whole(describe({"rgb": path}, bands=RGB))[1]
    assert (valid[:, :40].all(), valid[:, 40:].any()) == (True, False)


def test_bands_of_different_types_are_refused_with_a_way_out(tiles):
    path = vrt(tiles / "5 km" / "types.vrt", [("b.tif", 0, 40), ("a.tif", 36, 24)], width=60)
    path.write_text(path.read_text(encoding="utf-8").replace('"Byte" band="3"', '"Float32" band="3"'), encoding="utf-8")
    with pytest.raises(ImageryError, match=r"bands of different types: uint8, uint8, float32 \(give heights apart"):
        describe({"rgb": path}, bands=RGB)


def test_hidden_files_of_a_folder_are_not_its_tiles(tiles):
    """Parts of a run that was stopped lie beside its output."""
    parts = tiles / ".cover.tif.parts"
    parts.mkdir()
    (parts / "0000000_0000000.classes.tif").write_bytes(b"II*")
    (tiles / "._a.tif").write_bytes(b"of a file manager")
    found = raster_files([tiles])
    assert found
    assert not [path for path in found if "parts" in str(path) or path.name.startswith(".")]


def test_files_behind_a_warped_raster_and_masks_are_watched(tmp_path):
    (tmp_path / "a.tif.msk").write_bytes(b"mask")
    path = tmp_path / "warped.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9" subClass="VRTWarpedDataset"><GDALWarpOptions>'
        '<SourceDataset relativeToVRT="1">a.tif</SourceDataset></GDALWarpOptions></VRTDataset>',
        encoding="utf-8",
    )
    assert files_read(path, Window(0, 0, 2, 2)) == (path, tmp_path / "a.tif", tmp_path / "a.tif.msk")


def test_a_virtual_raster_of_files_that_are_elsewhere_is_refused(tiles):
    path = vrt(
        tiles / "5 km" / "lost.vrt", [("b.tif", 0, 40), ("lost.tif", 40, 10), ("/vsicurl/http://x/y.tif", 50, 9)]
    )
    with pytest.raises(ImageryError) as told:
        describe({"rgb": path}, bands=RGB)
    assert "lost.tif, which is not there" in str(told.value)
    assert "/vsicurl/http://x/y.tif, and only local files are read" in str(told.value)
    inside = vrt(tiles / "5 km" / "outer.vrt", [("lost.vrt", 0, 90)])
    with pytest.raises(ImageryError, match=r"lost\.tif, which is not there"):
        describe({"rgb": inside}, bands=RGB)


def test_sixteen_bits_need_a_scale_and_give_the_same(scene, tmp_path):
    deep = cut(tmp_path / "deep.tif", scene.astype(np.uint16) * 16 + 100, GRID.whole)
    with pytest.raises(ImageryError, match="--scale MIN,MAX"):
        describe({"rgb": deep}, bands=RGB)
    imagery = describe({"rgb": deep}, bands=RGB, scaling=parse_scaling(["100,4180"]))
    np.testing.assert_array_equal(whole(imagery)[0], scene)
    stretched = describe({"rgb": deep}, bands=RGB, scaling=parse_scaling(["0%,100%"]))
    assert f"{deep}: red: numbers 100 to 4180 become 0 to 255 (its percentiles 0 % to 100 %)" in stretched.notes
    np.testing.assert_array_equal(whole(stretched)[0], scene)


def test_percentiles_leave_out_what_is_no_data(scene, tmp_path):
    numbers = np.where(scene < 40, 0, scene.astype(np.uint16) * 10)
    numbers[:, scene.min(axis=0) < 40] = 0
    deep = cut(tmp_path / "deep.tif", numbers, GRID.whole, nodata=0)
    imagery = describe({"rgb": deep}, bands=RGB, scaling=parse_scaling(["0%,100%"]))
    assert imagery.files[0].scale[0] == (400.0, 2550.0)


def test_floating_numbers_without_value_are_no_data(scene, tmp_path):
    numbers = scene.astype(np.float32) / 255
    numbers[1, 5, 7] = np.nan
    imagery = describe({"rgb": cut(tmp_path / "f.tif", numbers, GRID.whole)}, bands=RGB, scaling=parse_scaling(["0,1"]))
    bands, valid = whole(imagery)
    assert np.argwhere(~valid).tolist() == [[5, 7]]
    np.testing.assert_array_equal(bands[:, valid], scene[:, valid])


def test_jpeg_2000_is_read(scene, tmp_path):
    path = cut(
        tmp_path / "a.jp2", scene, GRID.whole, driver="JP2OpenJPEG", QUALITY=100, REVERSIBLE="YES", YCBCR420="NO"
    )
    imagery = describe({"rgb": path}, bands=RGB)
    assert imagery.grid == GRID
    np.testing.assert_array_equal(whole(imagery)[0], scene)


def test_a_mask_beside_the_file_tells_where_data_is(scene, tmp_path):
    path = cut(tmp_path / "a.tif", scene, GRID.whole)
    mask = np.ones(GRID.shape, bool)
    mask[:, 50:] = False
    with rasterio.open(path, "r+") as raster:
        raster.write_mask(mask)
    np.testing.assert_array_equal(whole(describe({"rgb": path}, bands=RGB))[1], mask)


@pytest.mark.parametrize(
    ("transform", "fault"),
    [
        (rasterio.Affine(0.2, 0.01, 9e5, 0.01, -0.2, 65e5), "is rotated"),
        (rasterio.Affine(0.2, 0.0, 9e5, 0.0, 0.2, 65e5), "is not north up"),
    ],
)
def test_pixels_that_do_not_lie_as_they_should_are_refused(scene, tmp_path, transform, fault):
    with pytest.raises(ImageryError, match=fault) as told:
        describe({"rgb": cut(tmp_path / "a.tif", scene, GRID.whole, transform=transform)}, bands=RGB)
    assert "gdalwarp" in str(told.value)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_file_that_does_not_say_where_it_lies_is_refused(scene, tmp_path):
    path = cut(tmp_path / "a.tif", scene, GRID.whole, transform=None)
    with pytest.raises(ImageryError, match=r"no georeference.*world file"):
        describe({"rgb": path}, bands=RGB)


def test_degrees_are_refused(scene, tmp_path):
    place = rasterio.Affine(2e-6, 0.0, 3.87, 0.0, -2e-6, 43.6)
    with pytest.raises(ImageryError, match="is in EPSG:4326, in degrees; warp it to metres"):
        describe({"rgb": cut(tmp_path / "a.tif", scene, GRID.whole, crs="EPSG:4326", transform=place)}, bands=RGB)


def test_a_declared_value_of_a_later_tile_is_told(scene, tmp_path):
    """As for one file: not believed on 8 bits, believed when asked to."""
    cut(tmp_path / "a.tif", scene, Window(0, 0, 60, 40))
    white = np.full_like(scene, 255)
    cut(tmp_path / "b.tif", white, Window(0, 40, 60, 50), nodata=255)
    imagery = describe({"rgb": tmp_path}, bands=RGB)
    assert "the declared NoData value 255 is ignored: every value is data" in imagery.notes[0]
    assert whole(imagery)[1].all()
    believed = describe({"rgb": tmp_path}, bands=("red",), honour_ortho_nodata=True)
    assert [tile.nodata for tile in believed.files[0].tiles] == [None, 255.0]
    assert whole(believed)[1][0, [39, 40]].tolist() == [True, False]


def test_resampled_imagery_is_the_same_for_any_window(scene, tmp_path):
    """Colours of 0.2 m and infra-red of 0.5 m on pixels of 0.3 m."""
    near = Grid(GRID.crs, GRID.west - 0.1, GRID.north + 0.3, 0.5, 38, 26)
    random = np.random.Generator(np.random.PCG64(4))
    write_raster(tmp_path / "irc.tif", random.integers(0, 256, (3, *near.shape), dtype=np.uint8), near)
    files = {"rgb": cut(tmp_path / "rgb.tif", scene, GRID.whole), "irc": tmp_path / "irc.tif"}
    imagery = describe(files, bands=("near_infrared", "red"), pixel_m=0.35)
    assert [file.resampling for file in imagery.files] == ["average", "bilinear"]
    bands, valid = whole(imagery)
    assert bands.shape == (2, *imagery.grid.shape)
    with open_imagery(imagery) as reader:
        for window in (Window(3, 5, 11, 17), Window(0, 0, 1, 52), Window(34, 51, 1, 1)):
            part, known = reader.read(window)
            np.testing.assert_array_equal(part, bands[:, *window.slices])
            np.testing.assert_array_equal(known, valid[window.slices])


def test_files_that_are_not_needed_are_not_opened(scene, tmp_path):
    (tmp_path / "dsm.tif").write_bytes(b"not a raster")
    files = {"rgb": cut(tmp_path / "rgb.tif", scene, GRID.whole), "dsm": tmp_path / "dsm.tif"}
    imagery = describe(files, bands=RGB)
    assert imagery.notes == (f"{tmp_path / 'dsm.tif'}: not read: only red, green, blue are needed",)


def test_the_crs_of_many_tiles_is_looked_for_once(scene, tmp_path):
    """A CRS without a code is looked for in the whole registry, a quarter of a second each time."""
    codeless = rasterio.CRS.from_wkt(
        'PROJCS["local",GEOGCS["unknown",DATUM["unnamed",SPHEROID["unretrievable",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],'
        'PARAMETER["latitude_of_origin",46.5],PARAMETER["central_meridian",3],PARAMETER["standard_parallel_1",49],'
        'PARAMETER["standard_parallel_2",44],PARAMETER["false_easting",700000],PARAMETER["false_northing",6600000],'
        'UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
    )
    for number in range(4):
        cut(tmp_path / f"{number}.tif", scene, Window(0, 20 * number, 60, 20), crs=codeless)
    recognised.cache_clear()
    assert describe({"rgb": tmp_path}, bands=RGB).grid.crs == "EPSG:2154"
    assert recognised.cache_info().misses == 1
