"""The same real orthophoto in other clothes: 16 bits, JPEG 2000, tiles, one image. The classes must stay.

Tolerances follow figures measured with the built-in model on this extract (docs/imagery.md).
"""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.errors import ImageryError
from millesime.geo.grid import Window
from millesime.imagery.digital_numbers import parse_scaling
from millesime.imagery.step import describe, open_imagery
from millesime.io.raster import RasterReader

pytestmark = pytest.mark.real

COLOURS = ("red", "green", "blue", "near_infrared")


@pytest.fixture(scope="module")
def files(real_data):
    folder = real_data / "ortho_montpellier"
    names = {"rgb": "rgb.tif", "irc": "irc.tif", "dsm": "dsm_50cm.tif", "dtm": "dtm_50cm.tif"}
    return {role: folder / name for role, name in names.items()}


def copied(files, folder, change=lambda pixels: pixels, **options):
    """The orthophotos written anew; the heights as they are."""
    folder.mkdir()
    suffix = ".jp2" if options.get("driver") == "JP2OpenJPEG" else ".tif"
    found = dict(files)
    for role in ("rgb", "irc"):
        with rasterio.open(files[role]) as source:
            pixels = change(source.read())
            profile = {
                "driver": "GTiff", "width": source.width, "height": source.height, "count": 3, "crs": source.crs,
                "transform": source.transform, "dtype": pixels.dtype.name, "nodata": source.nodata,
            }  # fmt: skip
        found[role] = folder / f"{role}{suffix}"
        with rasterio.open(found[role], "w", **{**profile, **options}) as copy:
            copy.write(pixels)
    return found


def jpeg_2000(quality):
    """Options of the driver; the format cannot keep the false NoData value."""
    lossless = "YES" if quality == 100 else "NO"
    return {"driver": "JP2OpenJPEG", "QUALITY": quality, "REVERSIBLE": lossless, "YCBCR420": "NO", "nodata": None}


def classes(files, path, *more):
    options = [item for role, file in files.items() for item in (f"--{role}", str(file))]
    arguments = ["predict", *options, "-o", str(path), "--runtime", "onnxruntime", *more, "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    with RasterReader(path) as reader:
        return reader.read()[0]


def pixels_of(imagery):
    with open_imagery(imagery) as reader:
        return reader.read(imagery.grid.whole)


@pytest.fixture(scope="module")
def expected(files, tmp_path_factory):
    return classes(files, tmp_path_factory.mktemp("expected") / "cover.tif")


def test_sixteen_bits_need_their_scale_and_give_the_same_classes(files, expected, tmp_path):
    deep = copied(files, tmp_path / "deep", lambda pixels: pixels.astype(np.uint16) * 257)
    with pytest.raises(ImageryError) as told:
        describe(deep)
    assert str(told.value).count("of type uint16, expected uint8; tell which numbers become 0 and 255") == 2
    assert np.array_equal(classes(deep, tmp_path / "cover.tif", "--scale", "0,65535"), expected)


def test_a_part_of_the_sixteen_bits_is_told_too(files, tmp_path):
    deep = copied(files, tmp_path / "deep", lambda pixels: pixels.astype(np.uint16) * 16 + 300)
    imagery = describe(deep, scaling=parse_scaling(["300,4380"]))
    np.testing.assert_array_equal(pixels_of(imagery)[0], pixels_of(describe(files))[0])
    with open_imagery(describe(deep, scaling=parse_scaling(["0%,100%"]))) as reader:
        assert reader.imagery.files[0].scale != imagery.files[0].scale  # percentiles are another picture


@pytest.mark.parametrize(("quality", "tolerance"), [(100, 0.0), (25, 0.01), (10, 0.04)])
def test_jpeg_2000_gives_the_same_classes_within_its_loss(files, expected, tmp_path, quality, tolerance):
    found = classes(copied(files, tmp_path / "jp2", **jpeg_2000(quality)), tmp_path / "cover.tif")
    assert (found != expected).mean() <= tolerance


def test_tiles_give_the_same_bytes_as_the_whole(files, tmp_path):
    """Four tiles that overlap by 12 px, one folder for each orthophoto, still with their traps."""
    apart = dict(files)
    for role in ("rgb", "irc"):
        apart[role] = tmp_path / role
        apart[role].mkdir()
        with rasterio.open(files[role]) as source:
            for row in (0, 120):
                for col in (0, 120):
                    window = ((row, row + 132), (col, col + 132))
                    profile = {**source.profile, "width": 132, "height": 132, "blockysize": 16}
                    place = source.transform
                    profile["transform"] = rasterio.Affine(
                        place.a, 0.0, place.c + col * place.a, 0.0, place.e, place.f + row * place.e
                    )
                    with rasterio.open(apart[role] / f"{row}_{col}.tif", "w", **profile) as tile:
                        tile.write(source.read(window=window))
    imagery = describe(apart)
    assert imagery.grid == describe(files).grid
    notes = "\n".join(imagery.notes)
    assert notes.count("mosaic of 4 tiles, the first in the order given wins") == 2
    assert "differs" not in notes
    for ours, theirs in zip(pixels_of(imagery), pixels_of(describe(files)), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_image_of_four_bands_beside_height_models(files, tmp_path):
    with rasterio.open(files["rgb"]) as rgb, rasterio.open(files["irc"]) as irc:
        pixels = np.concatenate([rgb.read(), irc.read([1])])
        profile = {**rgb.profile, "count": 4, "photometric": "minisblack"}
        with rasterio.open(tmp_path / "rgbi.tif", "w", **profile) as image:
            image.write(pixels)
    found = describe({"image": tmp_path / "rgbi.tif", "dsm": files["dsm"], "dtm": files["dtm"]})
    np.testing.assert_array_equal(pixels_of(found)[0], pixels_of(describe(files))[0])


def test_a_model_of_near_infrared_red_green_reads_them_in_its_order(files, tmp_path):
    """Red and green come from the colour orthophoto when it is given; those of the infra-red one are not the same."""
    order = ("near_infrared", "red", "green")
    all_bands = pixels_of(describe(files))[0]
    both = describe(files, bands=order)
    assert [file.bands for file in both.files] == [("red", "green"), ("near_infrared",)]
    np.testing.assert_array_equal(pixels_of(both)[0], all_bands[[3, 0, 1]])
    alone = pixels_of(describe({"irc": files["irc"]}, bands=order))[0]
    np.testing.assert_array_equal(alone[0], all_bands[3])
    assert 1.0 < np.abs(alone[1:].astype(int) - all_bands[:2]).mean() < 5.0


def test_resampled_to_half_a_metre(files):
    imagery = describe(files, pixel_m=0.5)
    assert imagery.grid.shape == (101, 101)
    assert {file.resampling for file in imagery.giving(*COLOURS)} == {"average"}
    bands, valid = pixels_of(imagery)
    assert valid.all()
    fine = pixels_of(describe(files))[0]
    # 5 x 5 px of the original are 2 x 2 px here: the means must agree but for rounding.
    coarse = bands[:4, :100, :100].reshape(4, 50, 2, 50, 2).mean(axis=(2, 4))
    blocks = fine[:4, :250, :250].reshape(4, 50, 5, 50, 5).mean(axis=(2, 4))
    assert np.abs(coarse - blocks).max() <= 0.5
    with open_imagery(imagery) as reader:
        np.testing.assert_array_equal(reader.read(Window(7, 9, 30, 41))[0], bands[:, 7:37, 9:50])
