"""The truth of the demo territory: the scene painted on the 0.20 m grid, its units and its true changes."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine

from millesime.demo.scene import MATERIALS, Scene
from millesime.geo.grid import Grid, Window
from millesime.io.raster import CogWriter
from millesime.io.vector import write_parquet
from millesime.nomenclature import COSIA

if TYPE_CHECKING:
    from millesime.compute import Workers
    from millesime.demo.plan import Scenes

PIXEL_M = 0.20
TILE_PX = 1024
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]

MATERIAL_NAMES: tuple[str, ...] = tuple(MATERIALS)
_CLASS_OF_MATERIAL = np.array([MATERIALS[name] for name in MATERIAL_NAMES], dtype=np.uint8)
_INDEX_OF = {name: number for number, name in enumerate(MATERIAL_NAMES)}
#: Pixel coordinates are rounded to this fraction, so that moving a window moves them exactly.
_FRACTION = 2.0**20
#: Far from zero: rasterio warns about an identity transform.
_SHIFT = 65536.0
CROWN_CLASS = {"conifer": 8}
BROADLEAF_CLASS = 9


@dataclass(frozen=True)
class Layers:
    """What each pixel of a window shows; arrays are (height, width)."""

    numero: Bytes
    """CoSIA class."""

    material: Bytes
    """Index in `MATERIAL_NAMES` of the ground material, whatever stands over it."""

    surface: Ints
    """Row of `scene.surfaces` that shows, or lies under the building or crown."""

    building: Ints
    """Row of `scene.buildings`, -1 where none."""

    tree: Ints
    """Row of `scene.trees` whose crown shows, -1 where none."""


def grid_of(scene: Scene) -> Grid:
    """The 0.20 m grid of a scene."""
    return Grid.covering(scene.extent, pixel_m=PIXEL_M, crs="EPSG:2154")


def rasterise(scene: Scene, window: Window) -> Layers:
    """Paint a window of the scene, pixel centres deciding.

    Args:
        scene: Any date of the territory.
        window: Rows and columns of `grid_of(scene)`; what lies beyond the extent is left empty
            (class 0, rows -1).

    Returns:
        Arrays whose value at a pixel does not depend on the window that holds it.
    """
    look = _prepared(_Key(scene))
    surface = look.surfaces.burn(window)
    building = look.buildings.burn(window)
    tree = look.burn_trees(window)
    material = np.where(surface >= 0, look.material[surface], 0).astype(np.uint8)
    numero = np.where(surface >= 0, _CLASS_OF_MATERIAL[material], 0).astype(np.uint8)
    roofed = building >= 0
    numero[roofed] = look.building_class[building[roofed]]
    crowned = tree >= 0
    numero[crowned] = look.tree_class[tree[crowned]]
    outside = _outside(scene, window)
    if outside is not None:
        numero[outside], material[outside] = 0, 0
        surface[outside], building[outside], tree[outside] = -1, -1, -1
    return Layers(numero, material, surface, building, tree)


def _outside(scene: Scene, window: Window) -> npt.NDArray[np.bool_] | None:
    """Pixels of the window beyond the extent, None when there are none."""
    grid = grid_of(scene)
    rows = np.arange(window.row, window.row + window.height)
    cols = np.arange(window.col, window.col + window.width)
    bad_rows, bad_cols = (rows < 0) | (rows >= grid.height), (cols < 0) | (cols >= grid.width)
    if not bad_rows.any() and not bad_cols.any():
        return None
    return bad_rows[:, None] | bad_cols[None, :]


class _Key:
    """A scene as a cache key: the object itself, not its content."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __hash__(self) -> int:
        return id(self.scene)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.scene is self.scene


@dataclass(frozen=True)
class _Shapes:
    """Polygons in pixel coordinates (row downward), with a search tree."""

    shapes: npt.NDArray[np.object_]
    tree: shapely.STRtree

    def burn(self, window: Window) -> Ints:
        """Row of the last shape over each pixel centre, -1 where none."""
        result = np.full(window.shape, -1, dtype=np.int32)
        frame = shapely.box(window.col, window.row, window.col + window.width, window.row + window.height)
        rows = np.sort(self.tree.query(frame))
        if len(rows):
            moved = shapely.transform(self.shapes[rows], lambda points: points + _SHIFT)
            rasterio.features.rasterize(
                zip(moved, (rows + 1).tolist(), strict=True),
                out=result,
                transform=Affine.translation(window.col + _SHIFT, window.row + _SHIFT),
            )
            result[result > 0] -= 1
        return result


@dataclass(frozen=True)
class _Look:
    """A scene ready to be painted."""

    surfaces: _Shapes
    buildings: _Shapes
    material: Bytes
    building_class: Bytes
    tree_class: Bytes
    crowns: npt.NDArray[np.float64]
    """Column, row and radius in pixels of each tree."""

    lobes: npt.NDArray[np.float64]
    """Phases of the outline of each crown, (n, 2)."""

    crown_tree: shapely.STRtree

    def burn_trees(self, window: Window) -> Ints:
        """Row of the last crown over each pixel centre, -1 where none."""
        result = np.full(window.shape, -1, dtype=np.int32)
        reach = float(self.crowns[:, 2].max()) * 1.3 if len(self.crowns) else 0.0
        frame = shapely.box(
            window.col - reach,
            window.row - reach,
            window.col + window.width + reach,
            window.row + window.height + reach,
        )
        for number in np.sort(self.crown_tree.query(frame)).tolist():
            _paint_crown(result, window, self.crowns[number], self.lobes[number], number)
        return result


def _paint_crown(
    result: Ints, window: Window, crown: npt.NDArray[np.float64], lobes: npt.NDArray[np.float64], number: int
) -> None:
    """One crown: a disc with a lobed outline. Distances are from whole pixels, equal in every window."""
    col, row, radius = crown.tolist()
    reach = radius * 1.25
    left, right = int(np.floor(col - reach)), int(np.ceil(col + reach))
    top, bottom = int(np.floor(row - reach)), int(np.ceil(row + reach))
    left, right = max(left, window.col), min(right, window.col + window.width)
    top, bottom = max(top, window.row), min(bottom, window.row + window.height)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right) + 0.5 - col
    dy = (np.arange(top, bottom) + 0.5 - row)[:, None]
    square = dx * dx + dy * dy
    turn = np.arctan2(dy, dx)
    edge = radius * (1 + 0.12 * np.sin(3 * turn + lobes[0]) + 0.08 * np.sin(5 * turn + lobes[1]))
    part = result[top - window.row : bottom - window.row, left - window.col : right - window.col]
    part[square <= edge * edge] = number


@functools.lru_cache(maxsize=4)
def _prepared(key: _Key) -> _Look:
    scene = key.scene
    trees = scene.trees
    west, _, _, north = scene.extent
    places = shapely.get_coordinates(trees.geometry.to_numpy()).reshape(-1, 2)
    crowns = np.column_stack(
        [(places[:, 0] - west) / PIXEL_M, (north - places[:, 1]) / PIXEL_M, trees["radius_m"] / PIXEL_M]
    )
    crowns = np.round(crowns * _FRACTION) / _FRACTION
    draws = trees["variety"].to_numpy().astype(np.float64)
    return _Look(
        surfaces=_in_pixels(scene, scene.surfaces),
        buildings=_in_pixels(scene, scene.buildings),
        material=np.array([_INDEX_OF[name] for name in scene.surfaces["material"]], dtype=np.uint8),
        building_class=np.where(scene.buildings["roof"] == "greenhouse", 15, 1).astype(np.uint8),
        tree_class=np.array(
            [CROWN_CLASS.get(species, BROADLEAF_CLASS) for species in trees["species"]], dtype=np.uint8
        ),
        crowns=crowns,
        lobes=np.column_stack([draws % 6283 / 1000, draws // 6283 % 6283 / 1000]),
        crown_tree=shapely.STRtree(shapely.points(crowns[:, :2])),
    )


def _in_pixels(scene: Scene, frame: geopandas.GeoDataFrame) -> _Shapes:
    west, _, _, north = scene.extent

    def to_pixels(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        moved = np.column_stack([(points[:, 0] - west) / PIXEL_M, (north - points[:, 1]) / PIXEL_M])
        return np.round(moved * _FRACTION) / _FRACTION

    shapes = shapely.transform(frame.geometry.to_numpy(), to_pixels)
    return _Shapes(shapes, shapely.STRtree(shapes))


def write(scenes: Scenes, folder: Path, *, workers: Workers | None = None) -> None:
    """Write the truth of both vintages and the true changes.

    Args:
        scenes: The territory.
        folder: Folder to fill: `<year>/occupation_sol.parquet`, `<year>/cover.tif`, `changes.parquet`.
        workers: Processes that paint tiles; one when not given.
    """
    for scene in (scenes.first, scenes.second):
        home = folder / str(scene.year)
        home.mkdir(parents=True, exist_ok=True)
        units = scene.units.rename(columns={"cs": "code_cs", "us": "code_us"})
        units["millesime"] = str(scene.year)
        write_parquet(units[[*UNIT_COLUMNS, "geometry"]], home / "occupation_sol.parquet")
        write_cover(scene, home / "cover.tif", workers=workers)
    write_parquet(scenes.changes, folder / "changes.parquet")


UNIT_COLUMNS = ("uid", "code_cs", "code_us", "kind", "commune", "millesime")


def write_cover(scene: Scene, path: Path, *, workers: Workers | None = None) -> None:
    """Write the class raster of one date."""
    grid = grid_of(scene)
    count = 1 if workers is None else workers.count
    # each process gets the scene once or twice, not with every tile
    height = TILE_PX if count == 1 else min(4096, TILE_PX * math.ceil(grid.height / count / TILE_PX))
    bands = [Window(row, 0, min(height, grid.height - row), grid.width) for row in range(0, grid.height, height)]
    paint = functools.partial(_numero, scene)
    painted = map(paint, bands) if workers is None else workers.map(paint, bands, label=f"truth {scene.year}")
    with CogWriter(path, grid, dtype="uint8", count=1, nodata=0, nomenclature=COSIA) as writer:
        for band, numero in zip(bands, painted, strict=True):
            writer.write(numero[None], band)


def _numero(scene: Scene, band: Window) -> Bytes:
    """Classes of a band of rows, painted tile by tile."""
    numero = np.empty(band.shape, dtype=np.uint8)
    for row in range(0, band.height, TILE_PX):
        for col in range(0, band.width, TILE_PX):
            tile = Window(
                band.row + row, band.col + col, min(TILE_PX, band.height - row), min(TILE_PX, band.width - col)
            )
            numero[tile.relative_to(band).slices] = rasterise(scene, tile).numero
    return numero
