"""Numbered markers of the map of changes: beside what they mean, never over it, apart so that each can be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from millesime.geo.grid import Grid
from millesime.publication.portrait.sites import Site

#: Radius of a marker on a map 1100 pixels wide, as a phone shows it, where it is largest.
_RADIUS_PX = 34.0
_APART = 2.1
"""Distance between markers, in radii."""

_RINGS, _TURNS = 30, 24


@dataclass(frozen=True)
class Marker:
    """A number, where it stands and the place it means."""

    number: int
    x_px: float
    y_px: float
    place_x_px: float
    place_y_px: float


def markers(sites: Sequence[Site], grid: Grid, changed: Sequence[Any] | Any = ()) -> tuple[Marker, ...]:
    """A marker per site, at the nearest place that covers no change; where all is full, that covers no site, or any.

    Args:
        sites: the numbered sites.
        grid: pixels of the map.
        changed: all the changed polygons, in the CRS of the sites.
    """
    radius = _RADIUS_PX * grid.width / 1100
    own = shapely.STRtree([site.geometry for site in sites])
    trees = [shapely.STRtree(changed), own] if len(changed) else [own]
    placed: list[Marker] = []
    for site in sites:
        point = site.geometry.point_on_surface()
        x, y = (point.x - grid.west) / grid.pixel_m, (grid.north - point.y) / grid.pixel_m
        at_x, at_y = _free_place(x, y, placed, trees, grid, radius)
        placed.append(Marker(site.number, round(at_x, 1), round(at_y, 1), round(x, 1), round(y, 1)))
    return tuple(placed)


def _free_place(
    x: float, y: float, placed: Sequence[Marker], trees: Sequence[Any], grid: Grid, radius: float
) -> tuple[float, float]:
    free = [
        place
        for place in _around(x, y, grid, radius)
        if all(math.dist(place, (other.x_px, other.y_px)) >= _APART * radius for other in placed)
    ]
    for tree in trees:
        for at_x, at_y in free:
            centre = shapely.Point(grid.west + at_x * grid.pixel_m, grid.north - at_y * grid.pixel_m)
            if not len(tree.query(centre, predicate="dwithin", distance=radius * grid.pixel_m)):
                return at_x, at_y
    return free[0] if free else _within(x, y, grid, radius)


def _around(x: float, y: float, grid: Grid, radius: float) -> Iterator[tuple[float, float]]:
    """Places around a point, the nearest first, all inside the map."""
    yield _within(x, y, grid, radius)
    for ring in range(1, _RINGS + 1):
        for turn in range(_TURNS):
            angle = 2 * math.pi * turn / _TURNS
            reach = radius * ring / 2
            yield _within(x + reach * math.cos(angle), y + reach * math.sin(angle), grid, radius)


def _within(x: float, y: float, grid: Grid, radius: float) -> tuple[float, float]:
    edge = radius * 1.1
    return min(max(x, edge), max(grid.width - edge, edge)), min(max(y, edge), max(grid.height - edge, edge))
