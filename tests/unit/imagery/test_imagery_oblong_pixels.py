"""Imagery whose pixels are not square: values worked out by hand, the same for any window, rounded once."""

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling
from rasterio.warp import reproject

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, OblongGrid, Window
from millesime.imagery import BandFile, Imagery, ImageryReader, from_json, resample, to_json
from millesime.imagery.digital_numbers import parse_scaling
from millesime.imagery.step import describe, open_imagery
from millesime.io.raster import RasterReader, read_grid

CRS = "EPSG:2154"
RGB = ("red", "green", "blue")
WEST, NORTH = 900000.0, 6500000.0

#: 100 y - 10 at the centres 0.2, 0.6, 1.0 and 1.4 m of rows of 0.4 m.
RAMP = np.array([10, 50, 90, 130])


def written(path, values, *, across=0.2, down=0.4, west=WEST, mask=None, **options):
    """A file of pixels of `across` x `down` metres."""
    pixels = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", width=pixels.shape[2], height=pixels.shape[1], count=len(pixels),
        dtype=pixels.dtype.name, crs=CRS, transform=rasterio.Affine(across, 0, west, 0, -down, NORTH), **options,
    ) as file:  # fmt: skip
        file.write(pixels)
        if mask is not None:
            file.write_mask(mask)
    return path


def three(plane, dtype=np.uint8):
    return np.stack([plane] * 3).astype(dtype)


def ramp(columns=3, dtype=np.uint8):
    """The ramp down the rows, one more from column to column."""
    return three(RAMP[:, None] + np.arange(columns)[None, :], dtype)


def read(imagery, window=None):
    with open_imagery(imagery) as reader:
        return reader.read(window or imagery.grid.whole)


def test_a_ramp_along_the_coarse_axis_stays_a_ramp(tmp_path):
    """Centres at 0.1, 0.3 ... 1.5 m; the first and the last lie beyond the centres of the file."""
    expected = np.array([10, 20, 40, 60, 80, 100, 120, 130])
    path = written(tmp_path / "tall.tif", ramp())
    imagery = describe({"rgb": path}, bands=RGB)
    assert imagery.grid == Grid(CRS, WEST, NORTH, 0.2, 3, 8)
    assert imagery.notes == (f"{path}: pixels of 0.2 x 0.4 m are brought to 0.2 m: bilinear",)
    bands, valid = read(imagery)
    assert valid.all()
    assert bands[1].tolist() == (expected[:, None] + np.arange(3)).tolist()
    wide = written(tmp_path / "wide.tif", ramp().transpose(0, 2, 1), across=0.4, down=0.2)
    imagery = describe({"rgb": wide}, bands=RGB)
    assert imagery.notes == (f"{wide}: pixels of 0.4 x 0.2 m are brought to 0.2 m: bilinear",)
    assert read(imagery)[0].tolist() == bands.transpose(0, 2, 1).tolist()


@pytest.mark.parametrize("how", ["nodata", "mask"])
def test_what_has_no_data_does_not_leak(tmp_path, how):
    """Of the rows at 0.2, 0.6, 1.0 and 1.4 m the second has none: what lies nearer to it has none either."""
    pixels = ramp(dtype=np.uint16) * 16
    pixels[:, 1] = 9
    mask = np.ones(pixels.shape[1:], bool)
    mask[1] = False
    options = {"nodata": 9} if how == "nodata" else {"mask": mask}
    path = written(tmp_path / "a.tif", pixels, **options)
    bands, valid = read(describe({"rgb": path}, bands=RGB, scaling=parse_scaling(["0,4080"])))
    assert valid[:, 0].tolist() == [True, True, False, False, True, True, True, True]
    # 0.3 m takes the first row alone, 0.9 m the third alone.
    assert bands[0, :, 0].tolist() == [10, 10, 0, 0, 90, 100, 120, 130]


def test_sixteen_bits_are_rounded_once(tmp_path):
    """10.5 and 11.5: a quarter of the way is 10.75, told as 11; rounded to 10 and 12 first, it would be 10."""
    path = written(tmp_path / "a.tif", three(np.array([[168], [184]]), np.uint16))
    imagery = describe({"rgb": path}, bands=RGB, scaling=parse_scaling(["0,4080"]))
    assert read(imagery)[0][0, :, 0].tolist() == [10, 11, 11, 12]


def test_the_last_pixel_is_kept_and_has_data_where_its_centre_lies_on_the_file(tmp_path):
    """Rows of 0.25 m: three end at 0.75 m, beyond the centre of a fourth at 0.7 m; two end at that of a third."""
    for rows, expected in ((3, [True] * 4), (2, [True, True, False])):
        for across in (0.2, 0.1):  # values between pixels alone, and with means across
            path = written(tmp_path / "a.tif", np.full((3, rows, 4), 7, np.uint8), across=across, down=0.25)
            bands, valid = read(describe({"rgb": path}, bands=RGB, pixel_m=0.2))
            assert valid[:, 0].tolist() == expected
            assert bands[0, :, 0].tolist() == [7 * known for known in expected]


def test_fine_across_and_coarse_down_takes_means_across_and_values_between_down(tmp_path):
    """Pixels of 0.1 x 0.4 m for a model of 0.2 m: pairs of columns 4 apart, rows of the ramp."""
    path = written(tmp_path / "a.tif", three(RAMP[:, None] + np.array([0, 4, 20, 24])), across=0.1)
    imagery = describe({"rgb": path}, bands=RGB, pixel_m=0.2)
    assert len(imagery.notes) == 1
    assert imagery.notes[0] == (
        f"{path}: pixels of 0.1 x 0.4 m are brought to 0.2 m: from west to east mean of the pixels under each, "
        "from north to south bilinear"
    )
    bands, valid = read(imagery)
    assert valid.all()
    assert bands[0].T.tolist() == [[12, 22, 42, 62, 82, 102, 122, 132], [32, 42, 62, 82, 102, 122, 142, 152]]


def test_much_finer_pixels_take_means_along_both(tmp_path):
    """Blocks of 4 columns of 0.1 m and 2 rows of 0.2 m under 0.4 m."""
    values = np.array([[0, 2, 4, 6, 100, 100, 100, 100], [8, 10, 12, 14, 100, 100, 100, 140]])
    path = written(tmp_path / "a.tif", three(values), across=0.1, down=0.2)
    imagery = describe({"rgb": path}, bands=RGB, pixel_m=0.4)
    assert imagery.notes[0].endswith("pixels of 0.1 x 0.2 m are brought to 0.4 m: mean of the pixels under each")
    assert read(imagery)[0][0].tolist() == [[7, 105]]


def test_far_too_fine_along_one_axis_is_refused(tmp_path):
    path = written(tmp_path / "a.tif", ramp(), across=0.01)
    with pytest.raises(ImageryError, match=r"pixels of 0\.01 x 0\.4 m are too fine for pixels of 0\.4 m"):
        describe({"rgb": path}, bands=RGB, pixel_m=0.4)


def test_it_agrees_with_gdal(tmp_path):
    """Inside; at the edges GDAL and the project treat what lies beyond the last centre each in its way."""
    random = np.random.Generator(np.random.PCG64(8))
    scene = random.integers(0, 256, (3, 40, 50), dtype=np.uint8)
    imagery = describe({"rgb": written(tmp_path / "a.tif", scene, down=0.25)}, bands=RGB)
    warped = np.zeros((3, *imagery.grid.shape), np.float32)
    reproject(
        scene.astype(np.float32), warped, src_transform=rasterio.Affine(0.2, 0, WEST, 0, -0.25, NORTH), src_crs=CRS,
        dst_transform=imagery.grid.transform, dst_crs=CRS, resampling=Resampling.bilinear,
    )  # fmt: skip
    inside = np.s_[:, 1:-1, 1:-1]
    assert np.abs(read(imagery)[0][inside] - warped[inside]).max() < 0.51


class Held:
    """A raster held in memory."""

    def __init__(self, values, mask):
        self.values, self.mask = values, mask

    def read(self, window=None, *, bands=None):
        return self.values[[number - 1 for number in bands]][:, *window.slices]

    def valid(self, window=None):
        return self.mask[window.slices]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_same_for_any_window(data):
    """Sides from a fifth to three times the grid's: means, values between and both; holes; any shift."""
    across, down = (data.draw(st.sampled_from([0.04, 0.09, 0.17, 0.2, 0.25, 0.61])) for _ in range(2))
    grid = Grid(CRS, WEST + data.draw(st.integers(-30, 30)) / 100, NORTH, 0.2, 21, 17)
    source = OblongGrid(CRS, WEST, NORTH - 0.07, across, down, int(4 / across), int(3 / down))
    random = np.random.Generator(np.random.PCG64(data.draw(st.integers(0, 99))))
    held = Held(random.integers(0, 4080, (1, *source.shape), dtype=np.uint16), random.random(source.shape) > 0.1)
    means = any(resample.takes_means(grid.pixel_m, side) for side in (across, down))
    file = BandFile(
        "a", ("red",), (1,), source, "average" if means else "bilinear", masked=True, scale=((0.0, 4080.0),)
    )
    reader = ImageryReader(Imagery(grid, grid.whole, (file,), bands=("red",)), [held])
    bands, valid = reader.read(grid.whole)
    assert valid.any()
    row, col = data.draw(st.integers(0, 16)), data.draw(st.integers(0, 20))
    window = Window(row, col, data.draw(st.integers(1, 17 - row)), data.draw(st.integers(1, 21 - col)))
    part, known = reader.read(window)
    np.testing.assert_array_equal(part, bands[:, *window.slices])
    np.testing.assert_array_equal(known, valid[window.slices])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([0.05, 0.1, 0.16, 0.2, 0.3, 0.7]), st.sampled_from([0.05, 0.12, 0.25, 0.4]), st.integers(0, 255))
def test_one_value_everywhere_stays_it(across, down, value):
    grid = Grid(CRS, WEST, NORTH, 0.2, 12, 9)
    source = OblongGrid(CRS, WEST, NORTH, across, down, round(3 / across), round(2 / down))
    means = any(resample.takes_means(grid.pixel_m, side) for side in (across, down))
    file = BandFile("a", ("red",), (1,), source, "average" if means else "bilinear")
    held = Held(np.full((1, *source.shape), value, np.uint8), None)
    bands, valid = ImageryReader(Imagery(grid, grid.whole, (file,), bands=("red",)), [held]).read(grid.whole)
    assert valid.all()
    assert (bands == value).all()


def test_tiles_of_the_same_pixels_are_one_mosaic(tmp_path):
    scene = np.random.Generator(np.random.PCG64(2)).integers(0, 256, (3, 12, 20), dtype=np.uint8)
    whole = describe({"rgb": written(tmp_path / "whole.tif", scene, down=0.25)}, bands=RGB)
    folder = tmp_path / "tiles"
    folder.mkdir()
    written(folder / "a.tif", scene[:, :, :12], down=0.25)
    written(folder / "b.tif", scene[:, :, 10:], down=0.25, west=WEST + 2.0)
    imagery = describe({"rgb": folder}, bands=RGB)
    assert (imagery.grid, imagery.files[0].grid) == (whole.grid, whole.files[0].grid)
    assert imagery.notes == (
        f"{folder}: mosaic of 2 tiles, the first in the order given wins",
        f"{folder}: pixels of 0.2 x 0.25 m are brought to 0.2 m: bilinear",
    )
    for part, expected in zip(read(imagery), read(whole), strict=True):
        np.testing.assert_array_equal(part, expected)
    assert from_json(to_json(imagery)) == imagery
    # The second tile starts 2 m east; two pixels of margin are 2 x 0.25 m.
    for east, count in ((1.4, 1), (1.6, 2)):
        assert len(imagery.files[0].within((WEST, NORTH - 1, WEST + east, NORTH))) == count
    written(folder / "c.tif", scene, down=0.2, west=WEST + 4.0)
    with pytest.raises(ImageryError, match=r"c\.tif: has pixels of 0\.2 m, .*a\.tif of 0\.2 x 0\.25 m"):
        describe({"rgb": folder}, bands=RGB)


def test_heights_and_infra_red_of_such_pixels_under_square_colours(tmp_path):
    """A surface that rises 2 m per metre southwards, in rows of 0.4 m; infra-red of the ramp."""
    files = {
        "rgb": written(tmp_path / "rgb.tif", np.zeros((3, 8, 3), np.uint8), down=0.2),
        "irc": written(tmp_path / "irc.tif", ramp()),
        "dsm": written(tmp_path / "dsm.tif", (0.4 + 0.8 * np.arange(4, dtype=np.float32))[None, :, None].repeat(3, 2)),
        "dtm": written(tmp_path / "dtm.tif", np.zeros((1, 2, 1), np.float32), across=0.6, down=0.8),
    }
    bands, valid = read(describe(files))
    assert valid.all()
    assert bands[3, :, 0].tolist() == [10, 20, 40, 60, 80, 100, 120, 130]
    # 5 DN per metre of height at 0.3, 0.5 ... 1.3 m; before the first centre its 0.4 m, after the last its 2.8 m.
    assert bands[4, :, 0].tolist() == [2, 3, 5, 7, 9, 11, 13, 14]


def test_a_virtual_raster_of_such_pixels_with_a_gap(tmp_path):
    written(tmp_path / "a.tif", ramp())
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">a.tif</SourceFilename><SourceBand>{band}</SourceBand>'
        '<SrcRect xOff="0" yOff="0" xSize="3" ySize="4"/><DstRect xOff="0" yOff="0" xSize="3" ySize="4"/>'
        "</SimpleSource></VRTRasterBand>"
        for band in (1, 2, 3)
    )
    path = tmp_path / "a.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="5" rasterYSize="4"><SRS>{CRS}</SRS>'
        f"<GeoTransform>{WEST}, 0.2, 0.0, {NORTH}, 0.0, -0.4</GeoTransform>{bands}</VRTDataset>",
        encoding="utf-8",
    )
    _, valid = read(describe({"rgb": path}, bands=RGB))
    assert valid.tolist() == [[True, True, True, False, False]] * 8


def test_other_rasters_stay_refused(tmp_path):
    path = written(tmp_path / "labels.tif", np.ones((1, 4, 3), np.uint8))
    for opened in (RasterReader, read_grid):
        with pytest.raises(ImageryError, match=r"pixels are not square: 0\.2 x 0\.4 m") as told:
            opened(path)
        assert "gdalwarp -tr" in str(told.value)


def test_a_file_whose_pixels_changed_since_is_refused(tmp_path):
    imagery = describe({"rgb": written(tmp_path / "a.tif", ramp())}, bands=RGB)
    written(tmp_path / "a.tif", ramp(), down=0.3)
    with pytest.raises(ImageryError, match="has changed since it was described"):
        read(imagery)
