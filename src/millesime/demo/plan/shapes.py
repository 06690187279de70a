"""Plane geometry of the planner: curves, strips, rectangles, cuts. Metres, angles in radians from east."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.interpolate import CubicSpline
from shapely import Geometry, LineString, Polygon
from shapely.ops import polygonize

Array = npt.NDArray[np.float64]
Point2 = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """A polygon's own axes: centre and sides of its smallest rectangle, the long side first."""

    x: float
    y: float
    angle: float
    length: float
    width: float

    def at(self, along: float, across: float) -> Point2:
        """Point at (along, across) metres from the centre."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return self.x + along * cos - across * sin, self.y + along * sin + across * cos

    def box(self, along: float, across: float, length: float, width: float) -> Polygon:
        """Rectangle centred at (along, across), its length along the long side."""
        x, y = self.at(along, across)
        return rectangle(x, y, length, width, self.angle)


def rectangle(x: float, y: float, length: float, width: float, angle: float) -> Polygon:
    """Rectangle centred on (x, y), its length along `angle`."""
    cos, sin = math.cos(angle), math.sin(angle)
    half_l, half_w = length / 2, width / 2
    corners = ((-half_l, -half_w), (half_l, -half_w), (half_l, half_w), (-half_l, half_w))
    return Polygon([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners])


def frame_of(polygon: Polygon, *, angle: float | None = None) -> Frame:
    """Axes of a polygon; with `angle`, those of its bounding rectangle in that direction."""
    if polygon.is_empty:
        return Frame(0.0, 0.0, angle or 0.0, 0.0, 0.0)
    if angle is None:
        box = shapely.minimum_rotated_rectangle(polygon)
        ring = shapely.get_coordinates(box)
        if len(ring) < 5:
            west, south, east, north = polygon.bounds
            return Frame((west + east) / 2, (south + north) / 2, 0.0, east - west, north - south)
        sides = np.diff(ring[:3], axis=0)
        lengths = np.hypot(sides[:, 0], sides[:, 1])
        long_side = sides[int(np.argmax(lengths))]
        angle = math.atan2(long_side[1], long_side[0]) % math.pi
    points = shapely.get_coordinates(polygon)
    axes = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    local = points @ axes.T
    low, high = local.min(axis=0), local.max(axis=0)
    centre = (low + high) / 2 @ axes
    return Frame(float(centre[0]), float(centre[1]), angle, float(high[0] - low[0]), float(high[1] - low[1]))


def curve(points: Sequence[Point2], *, step_m: float = 9.0) -> LineString:
    """Smooth line through points, every point a vertex of it."""
    knots = np.asarray(points, dtype=float)
    chord = np.hypot(*np.diff(knots, axis=0).T)
    if len(knots) < 3:
        return LineString(knots)
    position = np.concatenate([[0.0], np.cumsum(chord)])
    spline = CubicSpline(position, knots, bc_type="natural")
    samples: list[Array] = []
    for start, end in itertools.pairwise(position):
        count = max(1, round((end - start) / step_m))
        samples.append(np.linspace(start, end, count, endpoint=False))
    at = np.concatenate([*samples, position[-1:]])
    return LineString(np.round(spline(at), 2))


def strip(line: Geometry, width_m: float, *, round_ends: bool = False) -> Geometry:
    """Ground within half a width of a line."""
    return shapely.buffer(line, width_m / 2, quad_segs=3, cap_style="round" if round_ends else "flat")


def polygons(geometry: Geometry | None, *, min_area_m2: float = 0.5) -> list[Polygon]:
    """Polygons of any geometry, largest first, the tiny ones left out."""
    if geometry is None or geometry.is_empty:
        return []
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    if geometry.geom_type == "GeometryCollection":
        parts = [piece for part in parts for piece in shapely.get_parts(part)]
    kept = [part for part in parts if part.area >= min_area_m2]
    return sorted(kept, key=lambda part: (-part.area, part.bounds))


def largest(geometry: Geometry | None) -> Polygon:
    """Largest polygon of a geometry, or an empty one."""
    found = polygons(geometry)
    return found[0] if found else Polygon()


def lines(geometry: Geometry | None) -> list[LineString]:
    """Line strings of any geometry, joined where they follow each other."""
    if geometry is None or geometry.is_empty:
        return []
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("LineString", "MultiLineString")]
    parts = [part for part in parts if not part.is_empty]
    if not parts:
        return []
    merged = shapely.line_merge(shapely.multilinestrings([p for q in parts for p in shapely.get_parts(q)]))
    return sorted(shapely.get_parts(merged), key=lambda part: (-part.length, part.bounds))


def cut(polygon: Polygon, cutters: Iterable[Geometry], *, min_area_m2: float = 1.0) -> list[Polygon]:
    """Pieces of a polygon cut by lines, in a fixed order."""
    network = shapely.union_all([polygon.boundary, *cutters], grid_size=0.01)
    pieces = [
        piece
        for piece in polygonize(shapely.get_parts(network))
        if piece.area >= min_area_m2 and polygon.covers(piece.representative_point())
    ]
    return sorted(pieces, key=lambda piece: (piece.bounds, piece.area))


def bent_line(start: Point2, end: Point2, bends: Sequence[float]) -> LineString:
    """Smooth line between two points, pushed sideways by `bends` metres at regular places."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    count = len(bends) + 1
    inner = [
        (start[0] + dx * k / count - dy / length * bend, start[1] + dy * k / count + dx / length * bend)
        for k, bend in enumerate(bends, start=1)
    ]
    return curve([start, *inner, end], step_m=12.0)


def blob(x: float, y: float, radius_m: float, rng: np.random.Generator, *, roughness: float = 0.2) -> Polygon:
    """Round patch with a wavy outline."""
    turn = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    outline = np.ones_like(turn)
    for order in (2, 3, 4, 5):
        outline += roughness / order * 1.6 * rng.uniform(-1, 1) * np.cos(order * turn + rng.uniform(0, 6.28))
    outline = np.clip(outline, 0.45, 1.6) * radius_m
    return Polygon(np.column_stack([x + outline * np.cos(turn), y + outline * np.sin(turn)]))


def snapped(geometry: Geometry) -> Geometry:
    """Same geometry on the 1 cm grid, valid."""
    return shapely.set_precision(geometry, 0.01)
