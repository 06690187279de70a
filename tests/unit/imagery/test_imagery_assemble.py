"""Bands put together: what is refused, all at once, and what is repaired with a note."""

import pytest

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, Window
from millesime.imagery.assemble import RasterFacts, assemble
from millesime.imagery.product import from_json, to_json

ORTHO = Grid("EPSG:2154", 1000.0, 2000.0, 0.2, 50, 40)  # 10 m x 8 m: x 1000..1010, y 1992..2000
MODEL = Grid("EPSG:2154", 1000.0, 2000.0, 0.5, 20, 16)  # the same place


def fact(name, grid=ORTHO, *, count=3, dtype="uint8", nodata=None, masked=False, has_alpha=False):
    return RasterFacts(f"{name}.tif", grid, count, dtype, nodata, masked, has_alpha)


def height(name, grid=MODEL, **changes):
    return fact(name, grid, **{"count": 1, "dtype": "float32", "nodata": -9999.0, **changes})


def good(**changes):
    return {"rgb": fact("rgb"), "irc": fact("irc"), "dsm": height("dsm"), "dtm": height("dtm"), **changes}


def test_four_files_give_five_bands():
    imagery = assemble(good())
    assert [(file.bands, file.indexes, file.resampling) for file in imagery.files] == [
        (("red", "green", "blue"), (1, 2, 3), "identity"),
        (("near_infrared",), (1,), "identity"),
        (("surface",), (1,), "bilinear"),
        (("terrain",), (1,), "bilinear"),
    ]
    assert imagery.area_grid == ORTHO
    assert imagery.notes == ()
    assert from_json(to_json(imagery)) == imagery


def test_a_damaged_description_is_told():
    with pytest.raises(ImageryError, match="is not a description of bands"):
        from_json('{"grid": 3}', place="imagery.bands.json")


def test_the_area_is_the_extent_on_the_ortho_s_pixels():
    # x 1001.0 is 5 pixels from the west; y 1999.0 is 5 pixels from the north; 8 m x 6 m are 40 x 30 pixels.
    imagery = assemble(good(), extent=(1001.0, 1993.0, 1009.0, 1999.0))
    assert imagery.area == Window(5, 5, 30, 40)
    assert imagery.area_grid.bounds == (1001.0, 1993.0, 1009.0, 1999.0)


def test_every_fault_is_told_at_once():
    with pytest.raises(ImageryError) as told:
        assemble(
            {
                "rgb": fact("rgb", count=1),
                "irc": fact("irc", dtype="uint16"),
                "dsm": height("dsm", Grid("EPSG:2975", 0.0, 0.0, 0.5, 20, 16)),
                "dtm": height("dtm", count=2),
            },
            extent=(1000.0, 1990.0, 1012.0, 2000.0),
            earlier_faults=["old.tif: no such file"],
        )
    text = str(told.value)
    for expected in (
        "old.tif: no such file",
        "rgb.tif: colour orthophoto with 1 bands, expected 3",
        "irc.tif: infra-red orthophoto of type uint16, expected uint8",
        "dsm.tif: is in EPSG:2975, expected EPSG:2154",
        "dtm.tif: terrain model with 2 bands, expected 1",
        "misses 2.00 m on the south, 2.00 m on the east",
    ):
        assert expected in text


def test_another_crs_than_the_territory_s_is_refused():
    with pytest.raises(ImageryError, match="is in EPSG:2154, expected EPSG:2975"):
        assemble(good(), crs="EPSG:2975")


def test_half_a_pixel_short_is_not_short():
    assert assemble(good(), extent=(1000.0, 1992.0, 1010.09, 2000.0)).area == ORTHO.whole
    with pytest.raises(ImageryError, match=r"misses 0\.12 m on the east"):
        assemble(good(), extent=(1000.0, 1992.0, 1010.12, 2000.0))


@pytest.mark.parametrize(
    ("facts", "honour", "masked", "nodata", "note"),
    [
        ({"nodata": 255.0}, False, False, None, "the declared NoData value 255 is ignored: every value is data"),
        ({"nodata": 255.0}, True, False, 255.0, ""),
        ({"nodata": 0.0, "masked": True}, False, True, None, "is ignored: its mask band tells where data is"),
        ({"nodata": 0.0, "masked": True}, True, True, None, ""),
        ({"count": 4, "masked": True, "has_alpha": True}, False, True, None, ""),
    ],
)
def test_a_mask_wins_and_a_declared_value_is_not_believed(facts, honour, masked, nodata, note):
    imagery = assemble(good(rgb=fact("rgb", **facts)), honour_ortho_nodata=honour)
    assert (imagery.files[0].masked, imagery.files[0].nodata) == (masked, nodata)
    assert note in "\n".join(imagery.notes)
    assert bool(imagery.notes) == bool(note)


def test_nodata_of_heights_is_believed():
    assert [file.nodata for file in assemble(good()).giving("surface", "terrain")] == [-9999.0, -9999.0]


def test_heights_may_stop_short():
    short = Grid("EPSG:2154", 1000.0, 2000.0, 0.5, 19, 16)  # 0.5 m less on the east
    imagery = assemble(good(dsm=height("dsm", short)))
    assert "misses 0.50 m on the east; height is taken as 0 there" in imagery.notes[0]


@pytest.mark.parametrize(
    ("grid", "resampling"),
    [
        (Grid("EPSG:2154", 999.4, 2000.6, 0.2, 60, 60), "identity"),  # three pixels off: the same lattice
        (Grid("EPSG:2154", 999.401, 2000.6, 0.2, 60, 60), "identity"),  # 1 mm is 0.005 pixel: rounding
        (Grid("EPSG:2154", 999.95, 2000.6, 0.2, 60, 60), "nearest"),  # a quarter of a pixel
        (Grid("EPSG:2154", 1000.0, 2000.0, 0.25, 40, 32), "bilinear"),
    ],
)
def test_resampling_follows_from_the_grids(grid, resampling):
    imagery = assemble(good(irc=fact("irc", grid)))
    assert imagery.giving("near_infrared")[0].resampling == resampling
