"""The cover cut into the tiles of CoSIA's deliveries."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from millesime.cover_vector import CoverVector
from millesime.cover_vector.cosia_tiles import cosia_tiles, require_series
from millesime.errors import ConfigError, InputError
from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid
from millesime.io.files import folder_written_whole
from millesime.nomenclature import COSIA

#: Pixels of 250 m around the corner at (700, 6600) km of four tiles.
PIXEL_M, WEST, NORTH = 250.0, 698_750.0, 6_601_250.0


def cover_of(labels, *, smooth=False, tolerance_m=0.0):
    labels = np.array(labels, dtype=np.uint8)
    grid = Grid("EPSG:2154", WEST, NORTH, PIXEL_M, labels.shape[1], labels.shape[0])
    coverage = Coverage.from_labels(labels, grid)
    coverage = coverage.smooth(pixel_m=PIXEL_M) if smooth else coverage
    return CoverVector(coverage.simplify(tolerance_m=tolerance_m), COSIA)


def test_one_pixel_in_each_of_four_tiles():
    labels = np.zeros((10, 10), np.uint8)
    labels[4:6, 4:6] = 9
    tiles = list(cosia_tiles(cover_of(labels), series="D034_2022"))
    assert [tile.name for tile in tiles] == [
        "D034_2022_690_6610_vecto", "D034_2022_700_6610_vecto",
        "D034_2022_690_6600_vecto", "D034_2022_700_6600_vecto",
    ]  # fmt: skip
    for tile in tiles:
        assert tile.frame[["numero", "classe"]].to_numpy().tolist() == [[9, "Feuillu"]]
        assert tile.frame.area.tolist() == [PIXEL_M**2]
        assert tile.frame.crs.to_epsg() == 2154
        assert str(tile.frame["numero"].dtype) == "int64"


def test_the_north_of_a_tile_is_in_its_name():
    tiles = list(cosia_tiles(cover_of([[1, 9]]), series="D02A_2021"))
    (tile,) = tiles
    assert (tile.west_km, tile.north_km) == (690, 6610)
    assert tile.name == "D02A_2021_690_6610_vecto"
    west, south, east, north = tile.frame.total_bounds
    assert tile.west_km * 1000 <= west < east <= (tile.west_km + 10) * 1000
    assert (tile.north_km - 10) * 1000 <= south < north <= tile.north_km * 1000


def test_no_cover_no_tile():
    assert list(cosia_tiles(cover_of([[0, 0]]), series="D034_2022")) == []


def test_polygons_follow_one_another_from_north_to_south():
    (tile,) = cosia_tiles(cover_of([[1, 9], [3, 9], [1, 1]]), series="D034_2022")
    assert tile.frame["numero"].tolist() == [1, 9, 3, 1]


@pytest.mark.parametrize(
    "text", ["", "034_2022", "D34_2022", "D034_22", "D034_2022_", "D034-2022", "D020_20²2", "../D034"]
)
def test_other_names_of_series_are_refused(text):
    with pytest.raises(ConfigError, match="no département and year") as caught:
        require_series(text)
    assert "D034_2022" in caught.value.remedy


@pytest.mark.parametrize("text", ["D034_2022", "D001_2019", "D02A_2021", "D974_2023"])
def test_names_of_series(text):
    assert require_series(text) == text


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    labels=npst.arrays(np.uint8, (10, 10), elements=st.sampled_from([0, 1, 3, 9])),
    smooth=st.booleans(),
    tolerance_m=st.sampled_from([0.0, 200.0, 400.0]),
    tile_km=st.sampled_from([1, 10]),
)
def test_tiles_of_any_cover_fit_together(labels, smooth, tolerance_m, tile_km):
    cover = cover_of(labels, smooth=smooth, tolerance_m=tolerance_m)
    tiles = list(cosia_tiles(cover, series="D034_2022", tile_km=tile_km))
    assert len({tile.name for tile in tiles}) == len(tiles)
    for tile in tiles:
        west, north = tile.west_km * 1000, tile.north_km * 1000
        square = (west, north - tile_km * 1000, west + tile_km * 1000, north)
        bounds = tile.frame.total_bounds
        assert (bounds[:2] >= square[:2]).all()
        assert (bounds[2:] <= square[2:]).all()
        assert shapely.is_valid(tile.frame.geometry.to_numpy()).all()
    if not tiles:
        assert not labels.any()
        return
    every = np.concatenate([tile.frame.geometry.to_numpy() for tile in tiles])
    assert shapely.coverage_is_valid(every)
    assert shapely.area(every).sum() == pytest.approx(cover.coverage.total_area_m2, abs=5.0)
    by_class: dict[str, float] = {}
    for tile in tiles:
        for name, area in tile.frame.area.groupby(tile.frame["classe"]).sum().items():
            by_class[name] = by_class.get(name, 0.0) + area
    # Half a centimetre along each border that meets a limit: far below 5 m² here.
    assert by_class == pytest.approx(cover.area_by_class_m2(), abs=5.0)


def test_a_failure_leaves_neither_a_folder_nor_the_former_one_changed(tmp_path):
    with folder_written_whole(tmp_path / "tiles", replaces="*_vecto.gpkg") as folder:
        (folder / "a_vecto.gpkg").write_text("first")
    with (
        pytest.raises(RuntimeError, match="half way"),
        folder_written_whole(tmp_path / "tiles", replaces="*_vecto.gpkg") as folder,
    ):
        (folder / "b_vecto.gpkg").write_text("second")
        raise RuntimeError("half way")
    assert [path.name for path in tmp_path.iterdir()] == ["tiles"]
    assert [path.name for path in (tmp_path / "tiles").iterdir()] == ["a_vecto.gpkg"]


def test_only_tiles_are_replaced(tmp_path):
    with folder_written_whole(tmp_path / "tiles", replaces="*_vecto.gpkg") as folder:
        (folder / "a_vecto.gpkg").write_text("first")
    with folder_written_whole(tmp_path / "tiles", replaces="*_vecto.gpkg") as folder:
        (folder / "b_vecto.gpkg").write_text("second")
    assert [path.name for path in (tmp_path / "tiles").iterdir()] == ["b_vecto.gpkg"]
    (tmp_path / "tiles/mine.txt").write_text("x")
    with (
        pytest.raises(InputError, match=r"mine\.txt"),
        folder_written_whole(tmp_path / "tiles", replaces="*_vecto.gpkg"),
    ):
        pass
    assert sorted(path.name for path in (tmp_path / "tiles").iterdir()) == ["b_vecto.gpkg", "mine.txt"]
