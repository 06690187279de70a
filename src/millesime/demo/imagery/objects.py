"""A scene as plain number tables, in metres from the north-west corner of its extent, for the kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.demo.imagery import columns as c
from millesime.demo.imagery.covers import covers
from millesime.demo.imagery.look import Look
from millesime.demo.imagery.palette import NONE, Cover
from millesime.demo.scene import Scene
from millesime.geo.grid import Grid, Window

Table = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

ROOF_COLOURS = {
    "tile_red": (192.0, 126.0, 100.0, 160.0),
    "tile_brown": (152.0, 116.0, 96.0, 136.0),
    "slate": (106.0, 108.0, 118.0, 106.0),
    "metal_light": (192.0, 192.0, 190.0, 182.0),
    "metal_blue": (118.0, 136.0, 160.0, 122.0),
    "fibre_cement": (160.0, 156.0, 148.0, 154.0),
    "gravel": (172.0, 166.0, 154.0, 164.0),
    "membrane": (136.0, 135.0, 138.0, 128.0),
    "glass": (176.0, 188.0, 184.0, 184.0),
    "solar": (62.0, 66.0, 86.0, 62.0),
}
TREE_COLOURS = {
    c.BROADLEAF: (74.0, 95.0, 62.0, 172.0),
    c.CONIFER: (56.0, 74.0, 58.0, 118.0),
    c.FRUIT: (92.0, 110.0, 76.0, 172.0),
    c.POPLAR: (88.0, 107.0, 72.0, 176.0),
}
SLOPES = {c.TILE: 0.38, c.SLATE: 0.75, c.METAL: 0.14, c.FIBRE: 0.22, c.GLASS: 0.35, c.SOLAR: 0.25}
PAINTS = np.array(
    [
        [236, 236, 234],
        [205, 207, 210],
        [120, 122, 126],
        [52, 54, 58],
        [40, 42, 46],
        [150, 34, 34],
        [42, 66, 120],
        [228, 226, 220],
    ],
    dtype=np.float64,
)


@dataclass(frozen=True)
class SceneTables:
    """What the kernels read of a scene. Columns as in `columns`; y grows northwards and is negative inside."""

    surfaces: Table
    buildings: Table
    edges: Table
    """Footprint edges (x0, y0, x1, y1), rows B_FIRST to B_FIRST + B_COUNT of a building."""
    trees: Table
    vehicles: Table
    axes: Table
    reach_m: float
    """Greatest height that can cast a shadow."""


def draws(variety: npt.NDArray[np.uint32], n: int) -> Vector:
    """Numbers in [0, 1), shape (objects, n), that depend on the variety alone."""
    state = variety.astype(np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15)
    state = state + np.arange(1, n + 1, dtype=np.uint64)[None, :] * np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(30)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def bell(u: Vector) -> Vector:
    """Two columns of uniform numbers to one of a bell of unit deviation, bounded at 2.4."""
    return (u[..., 0] + u[..., 1] - 1.0) * math.sqrt(6.0)


def tints(variety: npt.NDArray[np.uint32], *, spread: Vector | float, hue: Vector | float) -> Vector:
    """Multipliers of the four bands per object, shape (objects, 4)."""
    u = draws(variety, 10)
    light = bell(u[:, 0:2]) * spread
    bands = np.stack([bell(u[:, k : k + 2]) for k in (2, 4, 6, 8)], axis=1)
    return np.exp(light[:, None] + bands * np.asarray(hue).reshape(-1, 1))


def pack(scene: Scene, look: Look) -> SceneTables:
    """Turn the frames of a scene into tables."""
    origin = (scene.extent[0], scene.extent[3])
    buildings, edges = _buildings(scene.buildings, origin)
    trees = _trees(scene.trees, origin, scene.month)
    heights = [12.0]
    if len(buildings):
        roof = buildings[:, c.B_EAVES] + np.minimum(buildings[:, c.B_HALF_WIDTH], 14) * np.maximum(
            buildings[:, c.B_SLOPE], 0.3
        )
        heights.append(float(roof.max()) + 2.0)
    if len(trees):
        heights.append(float(trees[:, c.T_HEIGHT].max()) + 2.0)
    return SceneTables(
        _surfaces(scene.surfaces, scene.month, look),
        buildings,
        edges,
        trees,
        _vehicles(scene.vehicles, origin),
        _axes(scene, origin),
        max(heights),
    )


def _surfaces(frame: geopandas.GeoDataFrame, month: int, look: Look) -> Table:
    table = np.zeros((len(frame), c.SURFACE_COLUMNS), dtype=np.float64)
    looks = covers(month)
    materials = frame["material"].to_numpy()
    variety = frame["variety"].to_numpy().astype(np.uint32)
    angle = np.radians(frame["angle_deg"].to_numpy(dtype=np.float64))
    for material in sorted(set(materials)):
        rows = np.flatnonzero(materials == material)
        table[rows] = _surface_rows(looks[material], variety[rows], look)
    table[:, c.COS], table[:, c.SIN] = np.cos(angle), np.sin(angle)
    table[:, c.SEED] = variety & 0xFFFFF
    return table.astype(np.float32)


def _surface_rows(cover: Cover, variety: npt.NDArray[np.uint32], look: Look) -> Vector:
    u = draws(variety ^ np.uint32(0x5BD1E995), 8)
    rows = np.zeros((len(variety), c.SURFACE_COLUMNS))
    low, high = cover.dryness
    # The drought of the season pulls the whole range of states towards its dry end.
    state = np.clip(u[:, 0] ** (0.45 + 1.1 * (1.0 - look.drought)) * (high - low) + low, 0.0, 1.0)[:, None]
    tint = tints(variety, spread=cover.spread, hue=cover.hue)
    soil_tint = tints(variety ^ np.uint32(0x2545F491), spread=0.09, hue=0.03)
    rows[:, c.SOIL : c.SOIL + 4] = np.array(cover.soil) * (soil_tint if cover.natural else tint)
    rows[:, c.PLANT : c.PLANT + 4] = (np.array(cover.plant) * (1.0 - state) + np.array(cover.dry) * state) * tint
    rows[:, c.MIX : c.MIX + 6] = np.array(cover.mix) * (0.7 + 0.6 * u[:, 1:2])
    rows[:, c.LIGHT : c.LIGHT + 6] = np.array(cover.light) * (0.75 + 0.5 * u[:, 2:3])
    rows[:, c.SHARE] = cover.share + (2.0 * u[:, 3] - 1.0) * cover.share_spread
    for column, value in (
        (c.ROW_M, cover.row_m),
        (c.ROW, cover.row),
        (c.ROW_LIGHT, cover.row_light),
        (c.STREAK, cover.streak),
        (c.STREAK_LIGHT, cover.streak_light),
        (c.TRAM_M, cover.tram_m),
        (c.STRIP_M, cover.strip_m),
        (c.STRIP, cover.strip),
        (c.HEADLAND_M, cover.headland_m),
        (c.HEIGHT, cover.height_m),
        (c.HEIGHT_SHARE, cover.height_share_m),
        (c.CLUMP_M, cover.clump_m),
        (c.CLUMP_HEIGHT, cover.clump_height_m),
        (c.CLUMP_SHARE, cover.clump_share),
        (c.NATURAL, float(cover.natural)),
        (c.PATTERN, cover.pattern),
        (c.BAND, float(not cover.natural and cover.pattern != NONE)),
    ):
        rows[:, column] = value
    rows[:, c.ROW_M] *= 0.9 + 0.25 * u[:, 4]
    rows[:, c.HEIGHT_SHARE] *= 0.75 + 0.4 * u[:, 5]
    rows[:, c.STRIP] *= 2.0 * u[:, 6]
    return rows


def _buildings(frame: geopandas.GeoDataFrame, origin: tuple[float, float]) -> tuple[Table, Table]:
    table = np.zeros((len(frame), c.BUILDING_WIDTH), dtype=np.float64)
    edges: list[Vector] = []
    if len(frame) == 0:
        return table.astype(np.float32), np.zeros((1, 4), dtype=np.float32)
    variety = frame["variety"].to_numpy().astype(np.uint32)
    u = draws(variety, 4)
    materials = frame["roof_material"].to_numpy()
    first = 0
    for i, geometry in enumerate(frame.geometry):
        rings = [ring for part in shapely.get_parts(geometry) for ring in shapely.get_rings(part)]
        sides = np.concatenate([_ring_edges(ring, origin) for ring in rings])
        table[i, c.B_FIRST], table[i, c.B_COUNT] = first, len(sides)
        first += len(sides)
        edges.append(sides)
        table[i, : c.B_HALF_WIDTH + 1], table[i, c.B_BOX] = _box(
            sides, math.radians(float(frame["ridge_deg"].iloc[i])), float(geometry.area)
        )
    table[:, c.B_EAVES] = frame["height_m"].to_numpy(dtype=np.float64)
    table[:, c.B_ROOF] = [c.ROOFS[roof] for roof in frame["roof"]]
    kind = np.array([c.ROOF_MATERIALS[material] for material in materials])
    table[:, c.B_MATERIAL] = kind
    table[:, c.B_SLOPE] = np.array([SLOPES.get(int(k), 0.0) for k in kind]) * (0.8 + 0.4 * u[:, 0])
    table[:, c.B_SEED] = variety & 0xFFFFF
    table[:, c.B_USE] = (frame["usage"] == "Résidentiel").to_numpy(dtype=np.float64)
    tint = tints(variety, spread=0.15, hue=0.035)
    table[:, c.B_COLOUR : c.B_COLOUR + 4] = np.array([ROOF_COLOURS[m] for m in materials]) * tint
    return table.astype(np.float32), np.concatenate(edges).astype(np.float32)


def _ring_edges(ring: object, origin: tuple[float, float]) -> Vector:
    points = shapely.get_coordinates(ring) - np.array(origin)
    return np.concatenate([points[:-1], points[1:]], axis=1)


def _box(sides: Vector, ridge: float, area: float) -> tuple[Vector, float]:
    """Centre, direction and half sides of the box along the ridge, and how much of it the footprint fills."""
    cos, sin = math.cos(ridge), math.sin(ridge)
    points = sides[:, :2]
    along, across = points[:, 0] * cos + points[:, 1] * sin, points[:, 1] * cos - points[:, 0] * sin
    a, b = (along.max() + along.min()) / 2, (across.max() + across.min()) / 2
    half_length, half_width = (along.max() - along.min()) / 2, (across.max() - across.min()) / 2
    values = np.array([a * cos - b * sin, a * sin + b * cos, cos, sin, half_length, half_width])
    return values, area / max(4.0 * half_length * half_width, 1e-6)


def _trees(frame: geopandas.GeoDataFrame, origin: tuple[float, float], month: int) -> Table:
    table = np.zeros((len(frame), c.TREE_WIDTH), dtype=np.float64)
    if len(frame) == 0:
        return table.astype(np.float32)
    variety = frame["variety"].to_numpy().astype(np.uint32)
    kind = np.array([c.SPECIES[species] for species in frame["species"]])
    table[:, c.T_X], table[:, c.T_Y] = frame.geometry.x - origin[0], frame.geometry.y - origin[1]
    table[:, c.T_RADIUS] = frame["radius_m"].to_numpy(dtype=np.float64)
    table[:, c.T_HEIGHT] = frame["height_m"].to_numpy(dtype=np.float64)
    table[:, c.T_KIND] = kind
    table[:, c.T_SEED] = variety & 0xFFFFF
    # The outline's lobes of truth.rasterise, so that the crown seen is the crown counted.
    table[:, c.T_LOBE_3], table[:, c.T_LOBE_5] = variety % 6283 / 1000, variety // 6283 % 6283 / 1000
    colour = np.array([TREE_COLOURS[k] for k in range(4)])[kind] * tints(variety, spread=0.11, hue=0.036)
    # Spring leaves are lighter and yellower; late summer ones duller.
    season = {5: (1.10, 1.12, 1.05, 1.06), 6: (1.03, 1.04, 1.0, 1.03), 9: (1.06, 0.98, 1.0, 0.95)}
    table[:, c.T_COLOUR : c.T_COLOUR + 4] = colour * np.array(season.get(month, (1.0, 1.0, 1.0, 1.0)))
    return table.astype(np.float32)


def _vehicles(frame: geopandas.GeoDataFrame, origin: tuple[float, float]) -> Table:
    table = np.zeros((len(frame), c.VEHICLE_WIDTH), dtype=np.float64)
    if len(frame) == 0:
        return table.astype(np.float32)
    variety = frame["variety"].to_numpy().astype(np.uint32)
    length = frame["length_m"].to_numpy(dtype=np.float64)
    angle = np.radians(frame["angle_deg"].to_numpy(dtype=np.float64))
    table[:, c.V_X], table[:, c.V_Y] = frame.geometry.x - origin[0], frame.geometry.y - origin[1]
    table[:, c.V_COS], table[:, c.V_SIN] = np.cos(angle), np.sin(angle)
    table[:, c.V_HALF_LENGTH] = length / 2
    table[:, c.V_HALF_WIDTH] = np.where(length > 6.0, 1.25, 0.88)
    table[:, c.V_HEIGHT] = np.where(length > 6.0, 3.2, 1.5)
    paint = PAINTS[(draws(variety, 1)[:, 0] * len(PAINTS)).astype(int)]
    table[:, c.V_COLOUR : c.V_COLOUR + 4] = np.concatenate([paint, paint.mean(axis=1, keepdims=True) * 0.9], axis=1)
    return table.astype(np.float32)


def _axes(scene: Scene, origin: tuple[float, float]) -> Table:
    rows: list[Vector] = []
    for geometry, nature, importance, width, level in zip(
        scene.roads.geometry,
        scene.roads["nature"],
        scene.roads["importance"],
        scene.roads["width_m"],
        scene.roads["level"],
        strict=True,
    ):
        if level >= 0 and nature != "Sentier":
            earth = nature in ("Chemin", "Route empierrée")
            kind = c.EARTH_ROAD if earth else c.MARKED_ROAD if importance in "1234" and width >= 4.9 else c.MINOR_ROAD
            rows.extend(_axis_rows(geometry, float(width) / 2, kind, origin))
    for geometry, tracks, level in zip(
        scene.railways.geometry, scene.railways["tracks"], scene.railways["level"], strict=True
    ):
        if level >= 0:
            rows.extend(_axis_rows(geometry, 1.9 * float(tracks), c.RAILWAY, origin))
    return np.array(rows, dtype=np.float32).reshape(-1, c.AXIS_WIDTH)


def _axis_rows(geometry: object, half_width: float, kind: int, origin: tuple[float, float]) -> list[Vector]:
    rows = []
    for line in shapely.get_parts(geometry):
        points = shapely.get_coordinates(line) - np.array(origin)
        steps = np.hypot(*(points[1:] - points[:-1]).T)
        starts = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
        for p, q, start, step in zip(points[:-1], points[1:], starts, steps, strict=True):
            if step > 0.01:
                rows.append(np.array([p[0], p[1], q[0], q[1], start, half_width, kind]))
    return rows


def near(vehicles: Table, axes: Table, grid: Grid, window: Window) -> tuple[Table, Table]:
    """The vehicles and axes that may touch a window; one far-off row stands for none, as kernels want a row."""
    west, north = window.col * grid.pixel_m, -window.row * grid.pixel_m
    east, south = west + window.width * grid.pixel_m, north - window.height * grid.pixel_m
    margin = 15.0
    x, y = vehicles[:, c.V_X], vehicles[:, c.V_Y]
    kept = vehicles[(x > west - margin) & (x < east + margin) & (y > south - margin) & (y < north + margin)]
    xs, ys = axes[:, [c.A_X0, c.A_X1]], axes[:, [c.A_Y0, c.A_Y1]]
    crossing = (xs.max(axis=1) > west - margin) & (xs.min(axis=1) < east + margin)
    crossing &= (ys.max(axis=1) > south - margin) & (ys.min(axis=1) < north + margin)
    lines = axes[crossing]
    return (
        kept if len(kept) else np.full((1, c.VEHICLE_WIDTH), -1e6, dtype=np.float32),
        lines if len(lines) else np.full((1, c.AXIS_WIDTH), 1e6, dtype=np.float32),
    )
