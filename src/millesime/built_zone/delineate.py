"""The built zone (zone construite): what lies close around buildings, drawn by a closing of their footprints."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.geo.precision import polygons_of, snap

Geometries = npt.NDArray[Any]


class ZoneRules(BaseModel):
    """How the zone is drawn; the producer's own method is not published, so that all of it is ours (inferred)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dilate_m: float = 25.0
    """How far the zone reaches around a building before it is taken back."""

    erode_m: float = 20.0
    """How much is taken back; the difference is the margin left around a building."""

    hole_max_m2: float = 2500.0
    """Smaller holes are filled."""

    part_min_m2: float = 2500.0
    """Smaller parts are dropped."""

    min_buildings: int = 1
    """Parts with fewer buildings are dropped."""

    simplify_m: float = 1.0
    quad_segs: int = 8
    """Segments of a quarter of a circle in the round joins: fixed, so that the zone is always the same."""


def delineate(seeds: Geometries, *, rules: ZoneRules) -> Geometries:
    """Draw the built zone around blocks of buildings.

    Args:
        seeds: polygons of the blocks, which do not overlap.
        rules: distances and areas.

    Returns:
        single polygons on the 1 cm grid that do not overlap, sorted from north to south then west to east.
    """
    if not len(seeds):
        return np.empty(0, dtype=object)
    wide = shapely.union_all(shapely.buffer(seeds, rules.dilate_m, quad_segs=rules.quad_segs))
    zone = shapely.buffer(wide, -rules.erode_m, quad_segs=rules.quad_segs)
    filled = shapely.union_all(fill_holes(polygons_of(zone)[0], max_area_m2=rules.hole_max_m2))
    parts = _large_parts(polygons_of(filled)[0], seeds, rules=rules)
    # Neighbouring outlines may touch once simplified: the union keeps the parts apart or makes them one.
    simple = shapely.union_all(shapely.simplify(parts, rules.simplify_m))
    return north_to_south(polygons_of(snap(simple))[0])


def clip(polygons: Geometries, extent: tuple[float, float, float, float]) -> Geometries:
    """The parts of polygons inside west, south, east, north, as single polygons."""
    return north_to_south(polygons_of(snap(shapely.intersection(polygons, shapely.box(*extent))))[0])


def fill_holes(polygons: Geometries, *, max_area_m2: float) -> Geometries:
    """Polygons without their holes smaller than `max_area_m2`."""
    filled = []
    for polygon in polygons:
        rings = shapely.get_rings(polygon)
        keep = shapely.area(shapely.polygons(rings[1:])) >= max_area_m2
        filled.append(shapely.polygons(rings[0], rings[1:][keep]))
    return _objects(filled)


def north_to_south(polygons: Geometries) -> Geometries:
    """Polygons in their normal form, sorted by their north-west corners."""
    polygons = shapely.normalize(polygons)
    west, south, _, north = shapely.bounds(polygons).T
    return polygons[np.lexsort((south, west, -north))]


def _large_parts(parts: Geometries, seeds: Geometries, *, rules: ZoneRules) -> Geometries:
    part, _ = shapely.STRtree(seeds).query(parts, predicate="intersects")
    buildings = np.bincount(part, minlength=len(parts))
    return parts[(shapely.area(parts) >= rules.part_min_m2) & (buildings >= rules.min_buildings)]


def _objects(items: list[Any]) -> Geometries:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
