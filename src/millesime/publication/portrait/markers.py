"""Numbered markers of the map of changes, moved apart so that each number can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from millesime.geo.grid import Grid
from millesime.publication.portrait.sites import Site

#: Markers are at least this far apart, and this far from the map's edge.
_APART_PX = 46.0
_EDGE_PX = 30.0


@dataclass(frozen=True)
class Marker:
    """A number, where it stands and the place it means."""

    number: int
    x_px: float
    y_px: float
    place_x_px: float
    place_y_px: float


def markers(sites: Sequence[Site], grid: Grid) -> tuple[Marker, ...]:
    """A marker per site, at a point inside it or, when another is too near, at the nearest free place around."""
    placed: list[Marker] = []
    for site in sites:
        point = site.geometry.point_on_surface()
        x, y = (point.x - grid.west) / grid.pixel_m, (grid.north - point.y) / grid.pixel_m
        at_x, at_y = _free_place(x, y, placed, grid)
        placed.append(Marker(site.number, round(at_x, 1), round(at_y, 1), round(x, 1), round(y, 1)))
    return tuple(placed)


def _free_place(x: float, y: float, placed: Sequence[Marker], grid: Grid) -> tuple[float, float]:
    for ring in range(12):
        for turn in range(1 if ring == 0 else 12):
            angle = 2 * math.pi * turn / 12
            at_x = _within(x + ring * 24 * math.cos(angle), grid.width)
            at_y = _within(y + ring * 24 * math.sin(angle), grid.height)
            if all(math.hypot(at_x - other.x_px, at_y - other.y_px) >= _APART_PX for other in placed):
                return at_x, at_y
    return _within(x, grid.width), _within(y, grid.height)


def _within(value: float, size: int) -> float:
    return min(max(value, _EDGE_PX), max(size - _EDGE_PX, _EDGE_PX))
