"""Which file gives which band: what a model reads decides, by name."""

import numpy as np
import pytest

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, Window
from millesime.imagery import BANDS, BandFile, Imagery, ImageryReader, from_json, to_json
from millesime.imagery.assemble import RasterFacts, assemble
from millesime.imagery.choice import needed_roles
from millesime.imagery.digital_numbers import parse_scaling

ORTHO = Grid("EPSG:2154", 1000.0, 2000.0, 0.2, 50, 40)
MODEL = Grid("EPSG:2154", 1000.0, 2000.0, 0.5, 20, 16)
RGB, IRC = ("red", "green", "blue"), ("near_infrared", "red", "green")


def fact(name, grid=ORTHO, *, count=3, dtype="uint8", nodata=None, **changes):
    facts = {"masked": False, "has_alpha": False, **changes}
    return RasterFacts(f"{name}.tif", grid, count, dtype, nodata, **facts)


def height(name, grid=MODEL):
    return fact(name, grid, count=1, dtype="float32", nodata=-9999.0)


def read_from(imagery):
    return [(file.path, file.bands, file.indexes) for file in imagery.files]


@pytest.mark.parametrize(
    ("roles", "bands", "expected"),
    [
        (("rgb", "irc", "dsm", "dtm"), BANDS, ("rgb", "irc", "dsm", "dtm")),
        (("rgb", "irc", "dsm", "dtm"), RGB, ("rgb",)),
        (("rgb", "irc"), IRC, ("rgb", "irc")),
        (("irc", "dsm"), IRC, ("irc",)),
        (("irc",), RGB, ("irc",)),
        (("image", "irc", "height"), RGB, ("image",)),
        (("image", "dsm", "dtm"), (*RGB, "height"), ("image", "dsm", "dtm")),
    ],
)
def test_files_that_no_band_needs_are_not_opened(roles, bands, expected):
    assert needed_roles(roles, bands) == expected


@pytest.mark.parametrize(
    ("facts", "bands", "expected"),
    [
        ({"rgb": fact("rgb")}, RGB, [("rgb.tif", RGB, (1, 2, 3))]),
        ({"irc": fact("irc")}, IRC, [("irc.tif", IRC, (1, 2, 3))]),
        (
            {"rgb": fact("rgb"), "irc": fact("irc")},
            IRC,
            [("rgb.tif", ("red", "green"), (1, 2)), ("irc.tif", ("near_infrared",), (1,))],
        ),
        (
            {"image": fact("image"), "irc": fact("irc"), "height": fact("ndsm", MODEL, count=1)},
            BANDS,
            [("image.tif", RGB, (1, 2, 3)), ("irc.tif", ("near_infrared",), (1,)), ("ndsm.tif", ("height",), (1,))],
        ),
        (
            {"image": fact("image", count=4), "dsm": height("dsm"), "dtm": height("dtm")},
            ("height", "blue"),
            [("image.tif", ("blue",), (3,)), ("dsm.tif", ("surface",), (1,)), ("dtm.tif", ("terrain",), (1,))],
        ),
        (
            {"image": fact("image", count=5, has_alpha=True, masked=True)},
            (*RGB, "near_infrared"),
            [("image.tif", BANDS[:4], (1, 2, 3, 4))],
        ),
    ],
)
def test_bands_come_from_the_files_that_hold_them(facts, bands, expected):
    imagery = assemble(facts, bands=bands)
    assert read_from(imagery) == expected
    assert imagery.bands == tuple(bands)
    assert from_json(to_json(imagery)) == imagery


def test_numbers_choose_bands_in_the_order_of_the_model():
    """Band 4 of R, G, B, NIR is the near infra-red of IGN's 'IR' models: 4, 1, 2."""
    imagery = assemble({"image": fact("rgbi", count=6)}, bands=IRC, numbers=(4, 1, 2))
    assert read_from(imagery) == [("rgbi.tif", ("red", "green", "near_infrared"), (1, 2, 4))]
    assert "bands read: 1 as red, 2 as green, 4 as near_infrared" in imagery.notes[-1]
    for numbers, fault in (
        ((4, 1), "gives 2 numbers for the 3 bands near_infrared, red, green"),
        ((4, 1, 7), "asks for band 7, the image has 6 bands"),
        ((0, 1, 2), "asks for band 0"),
    ):
        with pytest.raises(ImageryError, match=fault):
            assemble({"image": fact("rgbi", count=6)}, bands=IRC, numbers=numbers)


def test_names_in_the_file_win_over_the_usual_order():
    named = fact("irc", descriptions=("PIR", "Rouge", "Vert"))
    assert read_from(assemble({"image": named}, bands=IRC)) == [("irc.tif", IRC, (1, 2, 3))]
    with pytest.raises(ImageryError, match="no rgb file is given: blue is read from it"):
        assemble({"image": named}, bands=RGB)
    many = fact("many", count=8, descriptions=("coastal", "Blue", "Green", "", "Red", "", "NIR", ""))
    assert read_from(assemble({"image": many}, bands=IRC))[0][1:] == (("green", "red", "near_infrared"), (3, 5, 7))
    unnamed = fact("many", count=8)
    with pytest.raises(ImageryError, match=r"image with 8 bands, expected 3 to 5 .*: --bands 1,2,3"):
        assemble({"image": unnamed}, bands=IRC)


@pytest.mark.parametrize(
    ("facts", "bands", "fault"),
    [
        ({"rgb": fact("rgb")}, (*RGB, "near_infrared"), "no irc file is given: near_infrared is read from it"),
        ({"irc": fact("irc")}, RGB, "no rgb file is given: blue is read from it"),
        ({"rgb": fact("rgb"), "dsm": height("dsm")}, (*RGB, "height"), "no dtm file is given: height is read from it"),
        (
            {"image": fact("image", count=4), "irc": fact("irc")},
            BANDS[:4],
            "near_infrared is given twice: by image and by irc; leave one out",
        ),
        (
            {"image": fact("image", count=5), "dsm": height("dsm"), "dtm": height("dtm")},
            BANDS,
            "the height is given twice: by image, and by dsm and dtm; leave one out",
        ),
        (
            {"rgb": fact("rgb"), "height": height("ndsm")},
            (*RGB, "height"),
            "the coding flair8 is of type uint8, and metres are told by --height-coding metres",
        ),
        ({"rgb": fact("rgb", dtype="complex64")}, RGB, "of type complex64, expected real numbers"),
    ],
)
def test_what_lacks_or_contradicts_itself_is_told(facts, bands, fault):
    with pytest.raises(ImageryError) as told:
        assemble(facts, bands=bands)
    assert fault in str(told.value)


def test_numbers_of_other_than_8_bits_need_a_scale():
    deep = {"rgb": fact("rgb", dtype="uint16"), "irc": fact("irc", dtype="uint16")}
    with pytest.raises(ImageryError) as told:
        assemble(deep, bands=BANDS[:4])
    assert str(told.value).count("--scale MIN,MAX (0,65535 when the whole range is used)") == 2
    with pytest.raises(ImageryError, match=r"irc\.tif: type uint16, and no --scale is given for near_infrared"):
        assemble(deep, bands=BANDS[:4], scaling=parse_scaling(["red=0,9", "green=0,9", "blue=0,9"]))
    with pytest.raises(ImageryError, match="all images have 8-bit numbers"):
        assemble({"rgb": fact("rgb")}, bands=RGB, scaling=parse_scaling(["0,9"]))
    imagery = assemble(deep, bands=IRC, scaling=parse_scaling(["0,4000", "red=10,90"]))
    assert [file.scale for file in imagery.files] == [((10.0, 90.0), (0.0, 4000.0)), ((0.0, 4000.0),)]
    assert "rgb.tif: red: numbers 10 to 90 become 0 to 255" in imagery.notes
    assert from_json(to_json(imagery)) == imagery


def test_percentiles_are_told_with_the_numbers_they_are():
    def measure(file, limits):
        assert (limits.low, limits.high, file.scale) == (2, 98, ())
        return (100.0, 100.0) if file.bands == ("blue",) else (7.0, 3000.0)

    deep = {"rgb": fact("rgb", dtype="uint16")}
    imagery = assemble(deep, bands=RGB[:2], scaling=parse_scaling(["2%,98%"]), measure=measure)
    assert "rgb.tif: red: numbers 7 to 3000 become 0 to 255 (its percentiles 2 % to 98 %)" in imagery.notes
    assert imagery.files[0].scale == ((7.0, 3000.0),) * 2
    with pytest.raises(ImageryError, match="of blue are both 100"):
        assemble(deep, bands=RGB, scaling=parse_scaling(["2%,98%"]), measure=measure)


def test_a_declared_value_is_believed_beyond_8_bits_and_judged_on_all_bands():
    imagery = assemble({"rgb": fact("rgb"), "irc": fact("irc", dtype="uint16", nodata=0.0)}, bands=BANDS[:4],
                       scaling=parse_scaling(["0,4000"]))  # fmt: skip
    near = imagery.giving("near_infrared")[0]
    assert (near.nodata, near.nodata_indexes) == (0.0, (1, 2, 3))
    assert any("the declared NoData value 0 is believed: it is not 8-bit" in note for note in imagery.notes)


def test_pixels_of_another_size_are_asked_for():
    imagery = assemble({"rgb": fact("rgb"), "irc": fact("irc")}, bands=IRC, pixel_m=0.5)
    assert imagery.grid == Grid("EPSG:2154", 1000.0, 2000.0, 0.5, 20, 16)
    assert [file.resampling for file in imagery.files] == ["average", "average"]
    assert "rgb.tif: pixels of 0.2 m are brought to 0.5 m: mean of the pixels under each" in imagery.notes
    finer = assemble({"rgb": fact("rgb")}, bands=RGB, pixel_m=0.1)
    assert (finer.grid.shape, finer.files[0].resampling) == ((80, 100), "bilinear")
    same = assemble({"rgb": fact("rgb")}, bands=RGB, pixel_m=0.2)
    assert (same.grid, same.files[0].resampling) == (ORTHO, "identity")


def test_pixels_that_are_far_too_fine_are_refused():
    with pytest.raises(ImageryError, match=r"pixels of 0\.2 m are too fine for pixels of 10 m"):
        assemble({"rgb": fact("rgb")}, bands=RGB, pixel_m=10.0)


def test_an_imagery_reads_fewer_bands_in_another_order():
    files = (
        BandFile("rgb", RGB, (1, 2, 3), ORTHO, "identity", nodata=255.0),
        BandFile("irc", ("near_infrared",), (1,), ORTHO, "identity"),
        BandFile("dsm", ("surface",), (1,), MODEL, "bilinear"),
        BandFile("dtm", ("terrain",), (1,), MODEL, "bilinear"),
    )
    whole = Imagery(ORTHO, ORTHO.whole, files)
    assert whole.reading(BANDS) is whole
    part = whole.reading(("near_infrared", "green"))
    assert read_from(part) == [("rgb", ("green",), (2,)), ("irc", ("near_infrared",), (1,))]
    assert part.files[0].nodata_indexes == (1, 2, 3)
    assert [file.path for file in whole.reading(("height",)).files] == ["dsm", "dtm"]
    with pytest.raises(ImageryError, match="has no swir; it has red, green"):
        whole.reading(("swir",))


class Held:
    def __init__(self, values):
        self.values = np.asarray(values)

    def read(self, window=None, *, bands=None):
        return self.values[[number - 1 for number in bands]][:, *window.slices]

    def valid(self, window=None):
        raise AssertionError("no file has a mask")


def test_a_reader_gives_the_bands_in_the_order_asked_for_and_scales_them():
    """16 numbers for one of 8 bits; NoData where all three bands are 0, though red alone is read."""
    grid = Grid("EPSG:2154", 0.0, 0.2, 0.2, 3, 1)
    image = np.array([[[0, 160, 0]], [[0, 320, 320]], [[0, 0, 0]]], np.uint16)
    file = BandFile("rgb", ("red", "green"), (1, 2), grid, "identity", nodata=0.0, scale=((0.0, 4080.0),) * 2,
                    nodata_indexes=(1, 2, 3))  # fmt: skip
    imagery = Imagery(grid, grid.whole, (file,), bands=("green", "red"))
    bands, valid = ImageryReader(imagery, [Held(image)]).read(Window(0, 0, 1, 3))
    assert bands.tolist() == [[[0, 20, 20]], [[0, 10, 0]]]
    assert valid.tolist() == [[False, True, True]]


def test_heights_of_a_file_of_their_own_in_both_codings():
    """0.2, 1.0 and 60 m, and unknown: 1, 5, 255 and 0; unknown heights make no pixel invalid."""
    grid = Grid("EPSG:2154", 0.0, 0.2, 0.2, 4, 1)
    colour = BandFile("rgb", RGB, (1, 2, 3), grid, "identity")
    metres = BandFile("ndsm", ("height",), (1,), grid, "bilinear", nodata=-1.0)
    held = [Held(np.zeros((3, 1, 4), np.uint8)), Held(np.array([[[0.2, 1.0, 60.0, -1.0]]], np.float32))]
    imagery = Imagery(grid, grid.whole, (colour, metres), height_coding="metres", bands=("height", *RGB))
    bands, valid = ImageryReader(imagery, held).read(grid.whole)
    assert bands[0].tolist() == [[1, 5, 255, 0]]
    assert valid.all()
    coded = [held[0], Held(np.array([[[1, 5, 255, 0]]], np.uint8))]
    file = BandFile("ndsm", ("height",), (1,), grid, "bilinear")
    imagery = Imagery(grid, grid.whole, (colour, file), bands=("height", *RGB))
    assert ImageryReader(imagery, coded).read(grid.whole)[0][0].tolist() == [[1, 5, 255, 0]]
