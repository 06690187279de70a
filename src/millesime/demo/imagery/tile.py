"""One tile of the imagery: forms, light, colours, picture, heights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.demo import truth
from millesime.demo.imagery import columns as c
from millesime.demo.imagery import palette
from millesime.demo.imagery.elevation import MODEL_PIXEL_M, height_models, terrain_plane
from millesime.demo.imagery.light import box_mean, shadow_depth, shadow_reach_m
from millesime.demo.imagery.look import Look
from millesime.demo.imagery.marks import stamp_axes, stamp_vehicles
from millesime.demo.imagery.objects import SceneTables, near
from millesime.demo.imagery.paint import paint
from millesime.demo.imagery.relief import EDGE_CAP_M, edge_distance, forms, waver
from millesime.demo.imagery.sensor import BLUR_RADIUS_PX, develop
from millesime.demo.scene import Scene
from millesime.geo.grid import Grid, Window

PIXEL_M = 0.20
TERRAIN_NODE_PX = 5
"""Terrain is asked every metre."""
_AROUND_PX = 12
_PAINT_MARGIN_PX = BLUR_RADIUS_PX + 1
DSM_NOISE_M = 0.15


@dataclass(frozen=True)
class Tile:
    """Pixels of one tile."""

    window: Window
    """Place in the orthos."""
    bands: npt.NDArray[np.uint8]
    """(4, h, w): R, G, B, NIR."""
    model_window: Window
    """Place in the height models."""
    dsm: npt.NDArray[np.float32]
    dtm: npt.NDArray[np.float32]


def render(scene: Scene, tables: SceneTables, look: Look, window: Window) -> Tile:
    """Make the pixels of a window of the ortho's grid.

    Args:
        scene: what stands there.
        tables: the same scene, packed.
        look: the survey.
        window: rows and columns of the ortho; its first row and column are multiples of 5 (1 m), where pixels of
            both sizes begin together.

    Returns:
        The tile; a pixel is the same in any window that holds it.
    """
    grid = truth.grid_of(scene)
    halo = _halo_px(tables, look)
    wide = window.expanded(halo, grid)
    close = window.expanded(_PAINT_MARGIN_PX, grid)
    layers = truth.rasterise(scene, wide)
    place = (wide.row, wide.col, wide.height, wide.width)
    vehicles, axes = near(tables.vehicles, tables.axes, grid, wide)
    vehicle = stamp_vehicles(vehicles, *place, PIXEL_M)
    surface = waver(layers.surface, tables.surfaces, wide.row, wide.col, PIXEL_M)
    edge = edge_distance(surface, int(EDGE_CAP_M / PIXEL_M * 5))
    height, share, light, _, top = forms(
        surface, layers.building, layers.tree, vehicle, edge, tables.surfaces, tables.buildings, tables.edges,
        tables.trees, vehicles, wide.row, wide.col, PIXEL_M,
    )  # fmt: skip
    terrain = _terrain(scene, grid, wide)
    shadow = shadow_depth(terrain + height, wide.row, wide.col, *look.sun_direction, PIXEL_M)
    around = box_mean(height, _AROUND_PX)
    index, across, along = stamp_axes(axes, close.row, close.col, close.height, close.width, PIXEL_M)
    inner = close.relative_to(wide).slices
    colours = paint(
        *(np.ascontiguousarray(a[inner]) for a in (surface, layers.building, layers.tree, vehicle, edge, top)),
        *(np.ascontiguousarray(a[inner]) for a in (share, light, height, terrain, shadow, around)),
        index, across, along, tables.surfaces, tables.buildings, tables.edges, tables.trees, vehicles, axes,
        *look.sun_direction, close.row, close.col, PIXEL_M,
    )  # fmt: skip
    core = window.relative_to(close)
    pad = (core.row, close.height - core.row - core.height, core.col, close.width - core.col - core.width)
    seed = (scene.seed * 31 + scene.year) & 0xFFFF
    bands = develop(colours, look, pad=pad, row0=window.row, col0=window.col, pixel_m=PIXEL_M, seed=seed)
    models = model_window(window, grid)
    wet = (tables.surfaces[:, c.PATTERN] == palette.WATER).astype(np.uint8)[np.maximum(surface, 0)]
    dsm, dtm = height_models(
        height, terrain, top, wet, wide.row, wide.col, models.row, models.col, models.height, models.width, PIXEL_M,
        DSM_NOISE_M, seed,
    )  # fmt: skip
    return Tile(window, bands, models, dsm, dtm)


def model_window(window: Window, grid: Grid) -> Window:
    """The pixels of the height models whose corner lies in a window of the ortho."""
    ratio = PIXEL_M / MODEL_PIXEL_M
    top, left = round(window.row * ratio), round(window.col * ratio)
    bottom = math.ceil(min(window.row + window.height, grid.height) * ratio - 1e-6)
    right = math.ceil(min(window.col + window.width, grid.width) * ratio - 1e-6)
    return Window(top, left, bottom - top, right - left)


def _halo_px(tables: SceneTables, look: Look) -> int:
    reach = max(shadow_reach_m(tables.reach_m, look.sun_direction), EDGE_CAP_M + 2.0)
    return math.ceil(reach / PIXEL_M) + _AROUND_PX


def _terrain(scene: Scene, grid: Grid, window: Window) -> npt.NDArray[np.float32]:
    """Terrain heights of a window of the ortho's grid."""
    fine = TERRAIN_NODE_PX
    i, j = window.row // fine, window.col // fine
    rows = np.arange(i, (window.row + window.height) // fine + 3)
    cols = np.arange(j, (window.col + window.width) // fine + 3)
    x, y = np.meshgrid(grid.west + cols * (fine * PIXEL_M), grid.north - rows * (fine * PIXEL_M))
    nodes = np.ascontiguousarray(scene.ground(x, y), dtype=np.float64)
    return terrain_plane(nodes, fine, window.row - i * fine, window.col - j * fine, window.height, window.width)
