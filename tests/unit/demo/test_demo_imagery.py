"""Imagery of a hand-made scene of 100 m: two grounds, a flat house of 6 m, a tree, a car, a lane."""

import hashlib
from dataclasses import dataclass, replace

import geopandas
import numpy as np
import pytest
import rasterio
from shapely import LineString, Point, box

from millesime.compute import Workers
from millesime.demo.imagery import LOOKS, Look, look_of, write
from millesime.demo.imagery.objects import pack
from millesime.demo.imagery.tile import model_window, render
from millesime.demo.scene import MATERIALS, Scene
from millesime.demo.truth import grid_of
from millesime.errors import ConfigError
from millesime.geo.grid import Window

WEST, SOUTH, SIZE = 700000.0, 6600000.0, 100.0
NORTH = SOUTH + SIZE
NOON = Look(sun_azimuth_deg=180.0, sun_elevation_deg=45.0, noise_dn=0.0, haze=0.0)
SHARP = replace(NOON, blur_px=0.3)


@dataclass(frozen=True)
class Flat:
    height_m: float = 120.0

    def __call__(self, x, y):
        return np.full(np.shape(x), self.height_m)


def frame(rows, geometry):
    return geopandas.GeoDataFrame(rows, geometry=geometry, crs="EPSG:2154")


def local_box(west, south, east, north):
    return box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def make_scene(**changes):
    surfaces = [
        ("meadow", local_box(0, 0, 100, 100), 0.0),
        ("wheat", local_box(0, 0, 100, 30), 20.0),
        ("asphalt", local_box(0, 86, 100, 92), 0.0),
        ("pool", local_box(80, 60, 88, 64), 0.0),
    ]
    empty = geopandas.GeoDataFrame(geometry=[], crs="EPSG:2154")
    scene = Scene(
        year=2019, month=7, seed=3, extent=(WEST, SOUTH, WEST + SIZE, NORTH), ground=Flat(), units=empty,
        surfaces=frame(
            {"material": [s[0] for s in surfaces], "angle_deg": [s[2] for s in surfaces],
             "variety": np.arange(4, dtype=np.uint32) * 7919 + 1, "uid": 0},
            [s[1] for s in surfaces],
        ),
        buildings=frame(
            {"bid": [1], "height_m": [6.0], "roof": ["flat"], "roof_material": ["membrane"], "ridge_deg": [0.0],
             "usage": ["Résidentiel"], "variety": np.array([5], dtype=np.uint32)},
            [local_box(40, 50, 56, 60)],
        ),
        trees=frame(
            {"radius_m": [4.0], "height_m": [10.0], "species": ["broadleaf"],
             "variety": np.array([9], dtype=np.uint32)},
            [Point(WEST + 20, SOUTH + 55)],
        ),
        vehicles=frame(
            {"angle_deg": [0.0], "length_m": [4.4], "variety": np.array([2], dtype=np.uint32)},
            [Point(WEST + 70, SOUTH + 88)],
        ),
        roads=frame(
            {"nature": ["Route à 1 chaussée"], "importance": ["3"], "width_m": [6.0], "level": [0]},
            [LineString([(WEST, SOUTH + 89), (WEST + SIZE, SOUTH + 89)])],
        ),
        railways=frame({"tracks": np.array([], dtype=int), "level": np.array([], dtype=int)}, []),
        waters=empty, zones=empty, fields=empty, woods=empty, parcels=empty, communes=empty,
    )  # fmt: skip
    return replace(scene, **changes)


def tile_of(scene, look, window=None):
    return render(scene, pack(scene, look), look, window or grid_of(scene).whole)


def mean_of(bands, west, south, east, north):
    """Mean of each band over a box in metres from the south-west corner."""
    rows, cols = slice(round((SIZE - north) * 5), round((SIZE - south) * 5)), slice(round(west * 5), round(east * 5))
    return bands[:, rows, cols].astype(float).mean(axis=(1, 2))


def digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def noon():
    return tile_of(make_scene(), NOON)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imagery")
    with Workers(1) as workers:
        return write(make_scene(), folder, workers=workers, tile_px=500)


def test_grids_bands_and_crs(written):
    for path, count, shape, dtype, nodata in (
        (written.ortho_rgb, 3, (500, 500), "uint8", None),
        (written.ortho_irc, 3, (500, 500), "uint8", None),
        (written.dsm, 1, (200, 200), "float32", -9999.0),
        (written.dtm, 1, (200, 200), "float32", -9999.0),
    ):
        with rasterio.open(path) as raster:
            assert (raster.count, raster.shape, raster.dtypes[0], raster.nodata) == (count, shape, dtype, nodata)
            assert raster.crs.to_epsg() == 2154
            assert raster.bounds == (WEST, SOUTH, WEST + SIZE, NORTH)
            assert raster.res == pytest.approx((0.5, 0.5) if count == 1 else (0.2, 0.2))


def test_both_orthos_come_from_one_sensor(written):
    with rasterio.open(written.ortho_rgb) as rgb, rasterio.open(written.ortho_irc) as irc:
        red_green = rgb.read([1, 2])
        assert np.array_equal(irc.read([2, 3]), red_green)
        assert irc.descriptions == ("NIR", "R", "G")


def test_same_bytes_for_any_tile_and_any_number_of_workers(written, tmp_path):
    with Workers(2) as workers:
        write(make_scene(), tmp_path, workers=workers, tile_px=250)
    assert digests(tmp_path) == digests(written.dsm.parent)


def test_a_window_shows_the_pixels_of_the_whole(noon):
    window = Window(165, 190, 130, 140)
    part = tile_of(make_scene(), NOON, window)
    assert np.array_equal(part.bands, noon.bands[:, *window.slices])
    assert np.array_equal(part.dsm, noon.dsm[part.model_window.slices])
    assert np.array_equal(part.dtm, noon.dtm[part.model_window.slices])


def test_height_models_differ_by_what_stands_there(noon):
    above = noon.dsm - noon.dtm
    # The flat house from (40, 50) to (56, 60), 6 m high: rows from the north at 0.5 m.
    inside = above[2 * 41 : 2 * 49, 2 * 42 : 2 * 54]
    assert np.median(inside) == pytest.approx(6.0, abs=0.35)
    assert 6.0 < above[80:100, 30:50].max() < 11.5
    meadow = above[2 * 15 : 2 * 35, 2 * 2 : 2 * 12]
    assert abs(float(meadow.mean())) < 0.25
    assert 0.08 < float(meadow.std()) < 0.30
    assert float(np.abs(noon.dtm - 120.0).max()) < 0.5


def test_shadows_fall_away_from_the_sun(noon):
    # Sun in the south at 45 degrees: the 6 m house darkens 6 m of meadow to its north, none to its south.
    north, south = mean_of(noon.bands, 42, 61, 54, 65), mean_of(noon.bands, 42, 44, 54, 48)
    assert (north < 0.6 * south).all()
    beyond = mean_of(noon.bands, 42, 68, 54, 72)
    assert (beyond > 0.8 * south).all()
    evening = tile_of(make_scene(), replace(NOON, sun_azimuth_deg=270.0))
    east, west = mean_of(evening.bands, 57, 52, 61, 58), mean_of(evening.bands, 34, 52, 38, 58)
    assert (east < 0.6 * west).all()


def test_shadows_are_bluish(noon):
    north, south = mean_of(noon.bands, 42, 61, 54, 65), mean_of(noon.bands, 42, 44, 54, 48)
    red, _, blue, infrared = north / south
    assert infrared < red < blue


def test_vegetation_shines_in_the_infrared_and_pools_do_not(noon):
    tree, pool = mean_of(noon.bands, 18, 52, 22, 56), mean_of(noon.bands, 82, 61, 86, 63)
    assert tree[3] > 1.4 * tree[0]
    assert pool[3] < pool[0] < pool[2]


def test_road_paint_and_car_are_drawn():
    scene = make_scene()
    look = SHARP
    with_car = tile_of(scene, look).bands
    without = tile_of(replace(scene, vehicles=scene.vehicles.iloc[:0].reset_index(drop=True)), look).bands
    changed = np.flatnonzero((with_car != without).any(axis=(0, 1)))
    # 4.4 m long from 67.8 to 72.2 m, its shadow and the occlusion around it (2.4 m) aside.
    assert 320 <= changed.min() <= 340
    assert 360 <= changed.max() <= 376
    lane = with_car[0, round((SIZE - 89.3) * 5) : round((SIZE - 88.7) * 5), :].max(axis=0)
    assert lane.max() > lane.min() + 40


def test_misregistration_moves_the_picture_by_less_than_a_pixel():
    scene = make_scene(trees=make_scene().trees.iloc[:0].reset_index(drop=True))
    still, moved = (tile_of(scene, replace(SHARP, blur_px=0.6, offset_m=offset)).bands for offset in ((0, 0), (0.1, 0)))
    # East wall of the house, in the sun: the edge is found where the profile crosses its middle.
    profile = [bands[3, 215:240, 270:290].astype(float).mean(axis=0) for bands in (still, moved)]
    places = [np.interp(0.0, *_rising(values)) for values in profile]
    assert places[1] - places[0] == pytest.approx(0.5, abs=0.2)


def _rising(values):
    middle = (values[:5].mean() + values[-5:].mean()) / 2
    signed = (values - middle) * np.sign(values[-5:].mean() - values[:5].mean())
    return np.maximum.accumulate(signed), np.arange(len(values), dtype=float)


def test_vintages_look_different():
    scene = make_scene()
    first, second = (tile_of(scene, LOOKS[year]).bands.astype(float) for year in (2019, 2022))
    assert np.abs(first - second).mean() > 8.0
    assert LOOKS[2019].offset_m != LOOKS[2022].offset_m
    assert look_of(1990) == Look()


@pytest.mark.parametrize(
    "fault", [{"offset_m": (0.2, 0.0)}, {"sun_elevation_deg": 5.0}, {"haze": 0.9}], ids=lambda fault: next(iter(fault))
)
def test_a_look_refuses_impossible_surveys(fault):
    with pytest.raises(ConfigError):
        Look(**fault)


def test_every_material_in_every_month_is_drawn():
    names = list(MATERIALS)
    surfaces = frame(
        {"material": names, "angle_deg": 30.0, "variety": np.arange(len(names), dtype=np.uint32) * 101, "uid": -1},
        [local_box(0, 0, 100, 100)] + [local_box(15 * (i % 6), 15 * (i // 6), 15 * (i % 6) + 14, 15 * (i // 6) + 14)
                                       for i in range(1, len(names))],
    )  # fmt: skip
    for month in (5, 7, 8):
        bands = tile_of(make_scene(surfaces=surfaces, month=month), NOON).bands
        assert bands.min() >= 1
        assert 60 < bands.mean() < 190


def test_every_roof_is_drawn():
    roofs = [
        ("gable", "tile_red"), ("hip", "slate"), ("flat", "gravel"),
        ("greenhouse", "glass"), ("shed", "metal_blue"), ("round", "metal_light"),
        ("gable", "fibre_cement"), ("flat", "solar"), ("gable", "tile_brown"),
    ]  # fmt: skip
    buildings = frame(
        {"bid": range(9), "height_m": 5.0, "roof": [r for r, _ in roofs], "roof_material": [m for _, m in roofs],
         "ridge_deg": 0.0, "usage": "Industriel", "variety": np.arange(9, dtype=np.uint32)},
        [local_box(30 * (i % 3) + 5, 30 * (i // 3) + 5, 30 * (i % 3) + 25, 30 * (i // 3) + 17) for i in range(9)],
    )  # fmt: skip
    scene = make_scene(buildings=buildings, trees=make_scene().trees.iloc[:0].reset_index(drop=True))
    tile = tile_of(scene, NOON)
    above = tile.dsm - tile.dtm
    ridge, eaves = above[2 * 89 : 2 * 89 + 1, 20:40].mean(), above[2 * 84 : 2 * 84 + 1, 20:40].mean()
    assert ridge > eaves + 1.0
    # The gable's slope that faces the sun (south) is brighter than the other.
    assert mean_of(tile.bands, 8, 6, 22, 10)[0] > 1.2 * mean_of(tile.bands, 8, 12, 22, 16)[0]


def test_model_pixels_begin_with_ortho_pixels():
    grid = grid_of(make_scene())
    assert model_window(Window(250, 140, 250, 110), grid) == Window(100, 56, 100, 44)
