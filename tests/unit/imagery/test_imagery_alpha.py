"""A band marked as alpha: transparency unless it is named as data; palettes and units that are not metres."""

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from millesime.errors import ImageryError
from millesime.geo.grid import Grid
from millesime.imagery import BANDS
from millesime.imagery.assemble import RasterFacts, assemble
from millesime.imagery.choice import transparency_chosen
from millesime.imagery.step import describe, open_imagery
from millesime.io.crs import unit_other_than_metre

GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, 20, 10)
RGB, RGBN = BANDS[:3], BANDS[:4]


def write(path, pixels, **options):
    profile = {
        "driver": "GTiff", "width": GRID.width, "height": GRID.height, "count": len(pixels),
        "dtype": pixels.dtype.name, "crs": GRID.crs, "transform": GRID.transform,
    }  # fmt: skip
    with rasterio.open(path, "w", **{**profile, **options}) as raster:
        raster.write(pixels)
    return path


@pytest.fixture
def pixels():
    """Near infra-red is 0 in the first 5 columns, as on water."""
    values = np.random.Generator(np.random.PCG64(8)).integers(1, 256, (4, *GRID.shape), dtype=np.uint8)
    values[3, :, :5] = 0
    return values


@pytest.fixture
def rgbn(pixels, tmp_path):
    """Written with no word on colours: GDAL marks the fourth band as alpha."""
    path = write(tmp_path / "rgbn.tif", pixels)
    with rasterio.open(path) as raster:
        assert raster.colorinterp[3] == ColorInterp.alpha
    return path


def whole(imagery):
    with open_imagery(imagery) as reader:
        return reader.read(imagery.grid.whole)


def test_pixels_that_alpha_hides_are_told_with_the_way_out(rgbn):
    imagery = describe({"image": rgbn}, bands=RGB)
    told = (
        f"{rgbn}: band 4 is marked as alpha and taken as transparency: NoData where it is 0. If it holds something "
        f"else, such as near infra-red, unmark it: gdal_edit -colorinterp_4 undefined {rgbn}"
    )
    assert [note for note in imagery.notes if "marked as alpha" in note] == [told]
    assert not whole(imagery)[1][:, :5].any()
    with rasterio.open(rgbn, "r+") as raster:  # what the command does
        raster.colorinterp = (*raster.colorinterp[:3], ColorInterp.undefined)
    unmarked = describe({"image": rgbn}, bands=RGB)
    assert not [note for note in unmarked.notes if "marked as alpha" in note]
    assert whole(unmarked)[1].all()


@pytest.mark.parametrize(
    ("bands", "numbers"), [(RGBN, "1,2,3,4"), (("near_infrared", "red", "green"), "4,1,2"), (BANDS, "1,2,3,4")]
)
def test_near_infra_red_marked_as_alpha_is_missed_with_the_way_out(rgbn, bands, numbers):
    with pytest.raises(ImageryError) as told:
        describe({"image": rgbn}, bands=bands)
    assert "no irc file is given: near_infrared is read from it" in str(told.value)
    assert f"{rgbn}: band 4 is marked as alpha" in str(told.value)
    assert f"--bands {numbers}, or unmark it: gdal_edit -colorinterp_4 undefined {rgbn}" in str(told.value)


def test_no_way_out_is_told_where_alpha_is_not_the_matter(pixels, tmp_path):
    plain = write(tmp_path / "rgb.tif", pixels[:3])
    with pytest.raises(ImageryError) as told:
        describe({"image": plain}, bands=RGBN)
    assert "marked as alpha" not in str(told.value)


def test_numbers_that_name_the_alpha_band_read_it_as_data(rgbn, pixels):
    imagery = describe({"image": rgbn}, bands=("near_infrared", "red", "green"), numbers=(4, 1, 2))
    bands, valid = whole(imagery)
    np.testing.assert_array_equal(bands, pixels[[3, 0, 1]])
    assert valid.all()
    assert f"{rgbn}: band 4 is marked as alpha and read as data, as --bands names it: it masks nothing" in imagery.notes


def test_numbers_that_leave_the_alpha_band_out_keep_it_as_transparency(rgbn):
    assert not whole(describe({"image": rgbn}, bands=RGB, numbers=(3, 2, 1)))[1][:, :5].any()


def test_tiles_of_a_mosaic_too(rgbn, pixels, tmp_path):
    second = write(
        tmp_path / "east.tif", pixels, transform=rasterio.Affine(0.2, 0, GRID.west + 3.0, 0, -0.2, GRID.north)
    )
    imagery = describe({"image": (rgbn, second)}, bands=RGBN, numbers=(1, 2, 3, 4))
    bands, valid = whole(imagery)
    assert valid.all()
    np.testing.assert_array_equal(bands[:, :, :20], pixels)
    assert any("differs from" in note for note in imagery.notes)  # the overlap of 5 columns, all of it data


def test_the_height_is_left_out_of_the_numbers_where_files_give_it(rgbn, tmp_path):
    models = {name: write(tmp_path / f"{name}.tif", np.full((1, *GRID.shape), at, np.float32))
              for name, at in (("dsm", 7.0), ("dtm", 5.0))}  # fmt: skip
    imagery = describe({"image": rgbn, **models}, bands=BANDS, numbers=(1, 2, 3, 4))
    assert np.unique(whole(imagery)[0][4]).tolist() == [10]
    with pytest.raises(ImageryError, match="--bands gives band 4 twice"):
        describe({"image": rgbn, **models}, bands=BANDS, numbers=(1, 2, 3, 4, 4))
    five = write(tmp_path / "five.tif", np.zeros((5, *GRID.shape), np.uint8))
    with pytest.raises(ImageryError, match="the height is given twice"):
        describe({"image": five, **models}, bands=BANDS, numbers=(1, 2, 3, 4, 5))
    with pytest.raises(ImageryError, match="gives 4 numbers for the 5 bands"):
        describe({"image": rgbn}, bands=BANDS, numbers=(1, 2, 3, 4))


def test_an_alpha_band_that_is_not_the_last_is_left_out_by_its_place():
    argb = RasterFacts("argb.tif", GRID, 4, "uint8", None, masked=True, has_alpha=True, alpha=1)
    assert assemble({"image": argb}, bands=RGB).files[0].indexes == (2, 3, 4)
    assert assemble({"rgb": argb}, bands=RGB).files[0].indexes == (2, 3, 4)


@pytest.mark.parametrize("change", [{"other_mask": True}, {"has_gaps": True}])
def test_a_mask_beside_alpha_read_as_data_is_refused(change):
    marked = RasterFacts("a.vrt", GRID, 4, "uint8", None, masked=True, has_alpha=True, alpha=4, **change)
    found = transparency_chosen("image", marked, numbers=(1, 2, 3, 4))
    with pytest.raises(ImageryError, match="has a mask or gaps too; unmark it first: gdal_edit -colorinterp_4"):
        assemble({"image": found}, bands=RGBN, numbers=(1, 2, 3, 4))


def test_a_mask_file_beside_an_alpha_band_is_seen(rgbn):
    with rasterio.open(rgbn, "r+") as raster:
        raster.write_mask(np.ones(GRID.shape, bool))
    with pytest.raises(ImageryError, match="has a mask or gaps too"):
        describe({"image": rgbn}, bands=RGBN, numbers=(1, 2, 3, 4))


@pytest.mark.parametrize(("role", "numbers"), [("image", None), ("image", (1, 1, 1)), ("rgb", None)])
def test_a_palette_has_to_be_expanded(pixels, tmp_path, role, numbers):
    path = write(tmp_path / "p.tif", pixels[:1], photometric="palette")
    with rasterio.open(path, "r+") as raster:
        raster.write_colormap(1, {1: (255, 0, 0, 255)})
    with pytest.raises(ImageryError, match=r"palette; make bands of it: gdal_translate -expand rgb .*p\.tif") as told:
        describe({role: path}, bands=RGB, numbers=numbers)
    assert "--bands" not in str(told.value)


def test_an_image_of_too_few_bands_gets_no_numbers_as_advice(pixels, tmp_path):
    path = write(tmp_path / "grey.tif", pixels[:1])
    with pytest.raises(ImageryError, match="image with 1 band: too few, red, green, blue, near_infrared") as told:
        describe({"image": path}, bands=RGBN)
    assert "--bands" not in str(told.value)


@pytest.mark.parametrize(
    ("crs", "unit"),
    [
        ("EPSG:2154", None),
        ("EPSG:5698", None),  # with heights in metres
        ("EPSG:4326", "degrees"),
        ("EPSG:2225", "units of US survey foot"),
        ("EPSG:2222", "units of foot"),
    ],
)
def test_units_of_coordinates(crs, unit):
    assert unit_other_than_metre(crs) == unit


def test_feet_are_refused(pixels, tmp_path):
    path = write(tmp_path / "feet.tif", pixels[:3], crs="EPSG:2225")
    with pytest.raises(ImageryError, match=r"in EPSG:2225, in units of US survey foot; warp it .*\(gdalwarp -t_srs\)"):
        describe({"rgb": path}, bands=RGB)
