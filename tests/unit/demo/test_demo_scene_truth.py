"""The truth raster: the same pixel in every window, and the classes of the painted things."""

import dataclasses

import geopandas
import numpy as np
import pytest
import shapely

from millesime.compute import Workers
from millesime.demo.plan import make_scenes
from millesime.demo.truth import MATERIAL_NAMES, grid_of, rasterise, write, write_cover
from millesime.geo.grid import Window
from millesime.io.raster import RasterReader


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(9, 0.4)


def test_a_pixel_is_the_same_in_every_window(scenes):
    whole = rasterise(scenes.second, Window(600, 500, 700, 800))
    for size in (97, 263):
        for row in range(600, 1300, size):
            for col in range(500, 1300, size):
                window = Window(row, col, min(size, 1300 - row), min(size, 1300 - col))
                part = rasterise(scenes.second, window)
                rows, cols = slice(row - 600, row - 600 + window.height), slice(col - 500, col - 500 + window.width)
                for name in ("numero", "material", "surface", "building", "tree"):
                    assert (getattr(part, name) == getattr(whole, name)[rows, cols]).all(), (name, window)


def test_outside_is_empty_and_inside_is_full(scenes):
    grid = grid_of(scenes.first)
    assert grid.shape == (2000, 2000)
    layers = rasterise(scenes.first, Window(-40, 1900, 200, 200))
    assert (layers.numero[:40] == 0).all()
    assert (layers.numero[:, 100:] == 0).all()
    assert (layers.surface[:40] == -1).all()
    assert (layers.numero[40:, :100] > 0).all()


def scene_with(scene, surfaces, trees=None):
    """The scene stripped to some surfaces: rows (polygon, material)."""
    frame = geopandas.GeoDataFrame(
        {
            "material": [material for _, material in surfaces],
            "angle_deg": 0.0,
            "variety": np.zeros(len(surfaces), dtype=np.uint32),
            "uid": -1,
        },
        geometry=[polygon for polygon, _ in surfaces],
        crs="EPSG:2154",
    )
    trees = scene.trees.iloc[:0] if trees is None else trees
    return dataclasses.replace(scene, surfaces=frame, buildings=scene.buildings.iloc[:0], trees=trees)


def test_rectangles_and_order_by_hand(scenes):
    """10 x 4 m of water are 50 x 20 pixels; 2 x 2 m of asphalt over it take 10 x 10 of them."""
    west, south, east, north = scenes.first.extent
    ground = shapely.box(west, south, east, north)
    water = shapely.box(west + 20, north - 14, west + 30, north - 10)
    quay = shapely.box(west + 20, north - 12, west + 22, north - 10)
    scene = scene_with(scenes.first, [(ground, "meadow"), (water, "pond"), (quay, "asphalt")])
    layers = rasterise(scene, Window(0, 0, 200, 200))
    assert (layers.numero == 6).sum() == 50 * 20 - 10 * 10
    assert (layers.numero == 3).sum() == 10 * 10
    assert layers.numero[50, 100] == 3
    assert layers.numero[49, 100] == 12
    assert layers.surface[50, 100] == 2
    assert MATERIAL_NAMES[layers.material[60, 110]] == "pond"


def test_crowns_lie_over_everything(scenes):
    """A crown of radius 3 m covers about 9 pi m2, 25 pixels each."""
    west, south, east, north = scenes.first.extent
    trees = geopandas.GeoDataFrame(
        {
            "radius_m": [3.0, 3.0],
            "height_m": [8.0, 9.0],
            "species": ["broadleaf", "conifer"],
            "variety": np.array([5, 6], dtype=np.uint32),
        },
        geometry=shapely.points([(west + 10.05, north - 10.05), (west + 25.05, north - 10.05)]),
        crs="EPSG:2154",
    )
    scene = scene_with(scenes.first, [(shapely.box(west, south, east, north), "meadow")], trees)
    layers = rasterise(scene, Window(0, 0, 200, 200))
    for row, numero in ((0, 9), (1, 8)):
        count = int((layers.tree == row).sum())
        assert count == (layers.numero == numero).sum()
        assert count == pytest.approx(9 * np.pi * 25, rel=0.06)


def test_raster_and_units_tell_the_same_water_and_buildings(scenes):
    layers = rasterise(scenes.first, Window(0, 0, 2000, 2000))
    buildings = scenes.first.buildings.area.sum() / 0.04
    assert np.isin(layers.building, np.arange(len(scenes.first.buildings))).sum() == pytest.approx(buildings, rel=0.01)


def test_write(scenes, tmp_path):
    write(scenes, tmp_path)
    for scene in (scenes.first, scenes.second):
        with RasterReader(tmp_path / str(scene.year) / "cover.tif") as reader:
            assert reader.grid.shape == (2000, 2000)
            part = reader.read(Window(100, 200, 300, 300))[0]
        assert (part == rasterise(scene, Window(100, 200, 300, 300)).numero).all()
        units = geopandas.read_parquet(tmp_path / str(scene.year) / "occupation_sol.parquet")
        assert {"uid", "code_cs", "code_us", "kind", "millesime"} <= set(units.columns)
        assert len(units) == len(scene.units)
    with Workers(2) as pool:
        write_cover(scenes.first, tmp_path / "again.tif", workers=pool)
    assert (tmp_path / "again.tif").read_bytes() == (tmp_path / "2019" / "cover.tif").read_bytes()
    changes = geopandas.read_parquet(tmp_path / "changes.parquet")
    assert changes.area.sum() == pytest.approx(scenes.changes.area.sum())


@pytest.mark.slow
def test_default_size_holds_all_classes_and_enough_codes():
    """At 1.5 km: the 14 CoSIA classes without snow, each on 0.08 % or more (pools: ten), 12 CS and 14 US."""
    made = make_scenes(1, 1.5)
    scene = made.first
    counts = np.zeros(16, dtype=np.int64)
    for row in range(0, 7500, 1500):
        numero = rasterise(scene, Window(row, 0, 1500, 7500)).numero
        counts += np.bincount(numero.ravel(), minlength=16)
    share = counts / counts.sum()
    present = [value for value in range(1, 16) if value != 7]
    assert counts[0] == counts[7] == 0
    for value in present:
        if value != 4:
            assert share[value] > 0.0008, value
    assert (scene.surfaces["material"] == "pool").sum() >= 10
    for state in (scene, made.second):
        assert state.units["cs"].nunique() >= 12
        assert state.units["us"].nunique() >= 14
    changed = made.changes.area.sum() / 1500**2
    assert 0.015 < changed < 0.025
    assert {"estate", "clear_cut", "demolition"} <= set(made.changes["kind"])
