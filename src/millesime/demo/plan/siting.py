"""Finding room: pieces of country land beside a road, taken out of the cells they lie in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.shapes import cut, largest, polygons, rectangle


@dataclass
class Cell:
    """A piece of country land bounded by roads, tracks, water and other fields."""

    polygon: Polygon
    vocation: str = ""
    owner: int = 0

    @property
    def area(self) -> float:
        """Square metres."""
        return self.polygon.area


@dataclass(frozen=True)
class Lot:
    """A piece of land found for a purpose, and the road it opens on."""

    polygon: Polygon
    road: LineString
    inward: float
    """Direction from the road into the lot, radians."""

    cell: int
    """Index of the cell it lies in."""


@dataclass
class Siting:
    """Where new things may go: cells, roads to open on, ground to keep off."""

    cells: list[Cell]
    roads: list[LineString]
    forbidden: Geometry
    """Ground that no lot may touch."""

    used: list[Polygon] = field(default_factory=list)
    """Lots already given."""

    def find(
        self,
        area_m2: float,
        score: Callable[[float, float], float],
        *,
        ratio: float = 1.3,
        vocations: frozenset[str] = frozenset({""}),
        edge_m: float = 0.0,
    ) -> Lot | None:
        """Best free lot of about an area.

        Args:
            area_m2: Area wanted.
            score: Cost of a place (x, y): the lowest feasible is taken.
            ratio: Frontage over depth.
            vocations: Vocations of the cells that may give land.
            edge_m: Distance along the road left free between the lot and the cell's corner.

        Returns:
            The lot, None when nothing fits.
        """
        depth = math.sqrt(area_m2 / ratio)
        front = area_m2 / depth
        open_cells = [
            k for k, cell in enumerate(self.cells) if cell.vocation in vocations and cell.area > 0.7 * area_m2
        ]
        if not open_cells:
            return None
        tree = shapely.STRtree([self.cells[k].polygon for k in open_cells])
        places: list[tuple[float, int, float, float, float]] = []
        for number, road in enumerate(self.roads):
            for at in np.arange(front / 2 + edge_m, max(road.length - front / 2, front / 2 + 1), 24.0):
                here, there = road.interpolate(float(at)), road.interpolate(float(at) + 3.0)
                heading = math.atan2(there.y - here.y, there.x - here.x)
                for hand in (1, -1):
                    inward = heading + hand * math.pi / 2
                    x, y = here.x + depth / 2 * math.cos(inward), here.y + depth / 2 * math.sin(inward)
                    places.append((score(x, y), number, x, y, inward))
        places.sort()
        for _, number, x, y, inward in places[:600]:
            hits = tree.query(shapely.Point(x, y), predicate="intersects")
            if not len(hits):
                continue
            index = open_cells[int(hits[0])]
            lot = self._fit(index, x, y, front, depth, inward)
            if lot is not None and lot.area > 0.78 * area_m2:
                return Lot(lot, self.roads[number], inward, index)
        return None

    def _fit(self, index: int, x: float, y: float, front: float, depth: float, inward: float) -> Polygon | None:
        cell = self.cells[index].polygon
        box = rectangle(x, y, depth + 8.0, front, inward)
        lot = largest(shapely.intersection(box, cell))
        if lot.is_empty or lot.intersects(self.forbidden):
            return None
        if any(lot.intersects(other) and lot.intersection(other).area > 1 for other in self.used):
            return None
        for rest in polygons(shapely.difference(cell, lot)):
            # a remainder that nobody could farm goes with the lot
            if rest.area < 900 or largest(rest.buffer(-7.0)).is_empty:
                joined = shapely.union_all([lot, rest], grid_size=0.01)
                lot = joined if joined.geom_type == "Polygon" and not joined.intersects(self.forbidden) else lot
        return lot

    def take(self, lot: Lot, vocation: str) -> None:
        """Take the lot out of its cell; the remainder stays open."""
        cell = self.cells[lot.cell]
        self.used.append(lot.polygon)
        pieces = cut(cell.polygon, [lot.polygon.boundary], min_area_m2=0.5)
        inside = [piece for piece in pieces if lot.polygon.covers(piece.representative_point())]
        outside = [piece for piece in pieces if not lot.polygon.covers(piece.representative_point())]
        if not outside:
            cell.vocation = vocation
            return
        first = max(outside, key=lambda piece: (piece.area, piece.bounds))
        rest = [Cell(piece, cell.vocation) for piece in outside if piece is not first]
        self.cells[lot.cell] = Cell(first, cell.vocation)
        self.cells += [*rest, *(Cell(piece, vocation) for piece in inside)]
