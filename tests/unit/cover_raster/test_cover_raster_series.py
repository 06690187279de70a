"""Tables of years, names of their rasters, a model that is loaded once."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest

from millesime.cover_raster.series import KeptOpen, YearFiles, parse_years, path_of_year
from millesime.errors import ConfigError


def test_a_table_gives_years_in_order():
    text = "year,image,rgb,irc,crs,bands\n2016,a.tif,,,,4 1 2\n2000,,b.jp2,c.jp2,EPSG:2154,\n"
    assert parse_years(text) == (
        YearFiles(2000, (("rgb", "b.jp2"), ("irc", "c.jp2")), "EPSG:2154"),
        YearFiles(2016, (("image", "a.tif"),), None, (4, 1, 2)),
    )
    assert parse_years("year;image\n2016;a,b.tif\n")[0].files == (("image", "a,b.tif"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has the columns none"),
        ("year,picture\n2000,a.tif\n", "has the columns year, picture"),
        ("year,image\n", "has no year"),
        ("year,image\n2000,a.tif\n2000,b.tif\n", "line 3: 2000 has another line already"),
        ("year,image\n20,a.tif\n", "year '20' is not of four digits"),
        ("year,image\n2000,\n", "line 2 has no file"),
        ("year,image\n2000\n", "line 2 has not 2 cells"),
        ("year,image,bands\n2000,a.tif,0 1\n", "bands '0 1' are not numbers from 1"),
        ("year,image,bands\n2000,,x\n", "2 faults"),
    ],
)
def test_a_faulty_table_is_refused(text, told):
    with pytest.raises(ConfigError, match=told):
        parse_years(text, place="years.csv")


def test_the_name_of_a_year_s_raster():
    assert path_of_year(Path("out/cover_{year}.tif"), 2016) == Path("out/cover_2016.tif")
    for pattern in ("cover.tif", "cover_{month}.tif", "cover_{year}_{0}.tif", "cover_{.tif"):
        with pytest.raises(ConfigError, match="several years apart"):
            path_of_year(Path(pattern), 2016)


@dataclass(frozen=True)
class Counting:
    """A model that notes each loading in `loads`, a list that it shares with its copies."""

    loads: list

    card = weights = None
    notes = ("noted",)

    def open(self, choice=None, *, threads=1, window_px=None):
        self.loads.append((choice, threads))
        return object()


def test_a_kept_model_is_loaded_once_for_each_choice():
    model = Counting([])
    kept = KeptOpen(model)
    assert kept.open() is kept.open()
    assert kept.open(None, threads=2) is not kept.open()
    assert model.loads == [(None, 1), (None, 2)]
    assert kept.notes == ("noted",)


def test_a_kept_model_travels_without_what_is_loaded():
    kept = KeptOpen(Counting([]))
    kept.open()
    there = pickle.loads(pickle.dumps(kept))
    assert there.model.loads == [(None, 1)]  # as it was sent
    there.open()
    assert len(there.model.loads) == 2, "what was loaded here does not travel"
    assert there == KeptOpen(Counting([(None, 1), (None, 1)]))
