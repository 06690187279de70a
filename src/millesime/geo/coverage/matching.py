"""Coverages from polygons: rings cut into edges, each edge matched with its twin on the other side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError
from millesime.geo.coverage.arrangement import Arrangement, arrange
from millesime.geo.coverage.assembly import pack, regroup
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.noding import LARGEST_SPREAD, Noded, box_of, match, node, unit_for
from millesime.geo.polygon_rings import ring_layout
from millesime.geo.precision import polygons_of

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Polygons = npt.NDArray[np.object_]
Places = tuple[tuple[float, float], ...]
_TOLD = 10


@dataclass(frozen=True)
class Matched(Generic[CoverageT]):
    """A coverage made from polygons that were meant to be one, and what had to move for it."""

    coverage: CoverageT
    """One face per polygon or part of it; `face_values` is the index of the polygon."""

    moved_vertices: int
    """Vertices that were not on the 1 cm grid."""

    largest_move_m: float
    """The longest way a vertex went to the grid."""

    renoded: bool
    """Whether borders did not match vertex for vertex and were cut anew against one another."""

    overlap_m2: float
    """Area that several polygons claimed; the first of them has it now."""

    overlap_places: Places
    """A point in each of the largest overlaps, at most ten."""

    gap_m2: float = 0.0
    """Area that the polygons enclose and none of them claims; it stays outside, and may be meant so."""

    gap_places: Places = ()
    """A point in each of the narrowest gaps, at most ten."""

    repaired: int = 0
    """Polygons whose rings cross or cover themselves, as bow-ties do: an odd number of times around is inside."""


@dataclass(frozen=True)
class PolygonRings:
    """The rings of the parts of geometries."""

    coordinates: npt.NDArray[np.float64]
    """(n, 2) vertices in metres, ring after ring, each closed."""

    offsets: Int64
    """(rings + 1,) where each ring begins."""

    part: Int64
    """(rings,) part that each ring bounds."""

    owner: Int64
    """(parts,) geometry that each part belongs to, ascending."""


def rings_of(geometries: Polygons) -> PolygonRings:
    """The rings of polygons, multipolygons and what of collections is polygons."""
    polygons, owner = polygons_of(geometries)
    coordinates, offsets, polygon_offsets = ring_layout(polygons)
    part = np.repeat(np.arange(owner.size), np.diff(polygon_offsets))
    return PolygonRings(coordinates, offsets, part, owner.astype(np.int64))


def check_coordinates(polygons: Polygons) -> None:
    """Refuse coordinates that are not finite or do not fit the grid.

    Raises:
        GeometryError: with the indices of the faulty polygons.
    """
    missing = np.flatnonzero(shapely.is_missing(polygons))
    if missing.size:
        raise GeometryError(f"{missing.size} geometries are missing, the first is number {missing[0]}")
    bounds = shapely.bounds(polygons)
    filled = ~shapely.is_empty(polygons)
    coordinates, owner = shapely.get_coordinates(polygons, return_index=True)
    endless = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    if endless.size:
        raise GeometryError(
            f"{endless.size} geometries have coordinates that are not finite, the first is number {endless[0]}",
            remedy="repair or drop them",
        )
    if filled.any():
        spread = (bounds[filled, 2:].max(axis=0) - bounds[filled, :2].min(axis=0)).max()
        if spread * 100 > LARGEST_SPREAD - 1000:
            raise GeometryError(
                f"geometries spread over {spread / 1000:.0f} km, more than the 1 cm grid can hold",
                remedy="look for a faulty coordinate, or treat the regions one after the other",
            )


def coverage_of_matched_polygons(
    kind: type[CoverageT], polygons: Polygons, crs: str, *, fixed_m: npt.NDArray[np.float64] | None = None
) -> CoverageT:
    """The coverage of polygons whose borders match vertex for vertex once rounded to the centimetre.

    Args:
        kind: class to make.
        polygons: single polygons; face i is polygon i.
        crs: their CRS.
        fixed_m: (n, 2) vertices that stay nodes.

    Raises:
        GeometryError: two polygons lie on the same side of an edge.
    """
    coordinates, ring_offsets, polygon_offsets = ring_layout(shapely.orient_polygons(polygons))
    cm = np.rint(coordinates * 100.0).astype(np.int64)
    origin = cm.min(axis=0) if len(cm) else np.zeros(2, np.int64)
    local = cm - origin
    face_of_ring = np.repeat(np.arange(len(polygons)), np.diff(polygon_offsets))
    ring = np.repeat(np.arange(ring_offsets.size - 1), np.diff(ring_offsets))
    _, first, vertex = np.unique(pack(local), return_index=True, return_inverse=True)
    edge = np.flatnonzero((ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1]))
    low, high = np.minimum(vertex[edge], vertex[edge + 1]), np.maximum(vertex[edge], vertex[edge + 1])
    forward = vertex[edge] == low
    faces = face_of_ring[ring[edge]]
    key = low * np.int64(first.size) + high
    unique, slot = np.unique(key, return_inverse=True)
    left = np.full(unique.size, -1, np.int32)
    right = np.full(unique.size, -1, np.int32)
    for side, chosen in ((left, forward), (right, ~forward)):
        if np.unique(slot[chosen]).size != np.count_nonzero(chosen):
            counts = np.bincount(slot[chosen], minlength=unique.size)
            where = local[first[unique[np.argmax(counts > 1)] // first.size]] + origin
            raise GeometryError(
                f"polygons overlap along an edge at ({where[0] / 100:.2f}, {where[1] / 100:.2f})",
            )
        side[slot[chosen]] = faces[chosen]
    start, end = unique // max(first.size, 1), unique % max(first.size, 1)
    vertices = np.stack([local[first[start]], local[first[end]]], axis=1).reshape(-1, 2).astype(np.int32)
    fixed = np.empty((0, 2)) if fixed_m is None else np.rint(fixed_m * 100.0) - origin
    edges = kind(
        crs=crs,
        origin_cm=(int(origin[0]), int(origin[1])),
        vertices=vertices,
        offsets=np.arange(unique.size + 1, dtype=np.int64) * 2,
        left=left,
        right=right,
        start=start.astype(np.int32),
        end=end.astype(np.int32),
        fixed=fixed.astype(np.int32),
        face_values=np.arange(len(polygons), dtype=np.int32),
    )
    everyone = np.arange(len(polygons), dtype=np.int32)
    return regroup(edges, everyone, edges.face_values, straighten=False)


def match_polygons(kind: type[CoverageT], geometries: Any, *, crs: str) -> Matched[CoverageT]:
    """A coverage from polygons that are meant to be one.

    Vertices go to the 1 cm grid. Where borders then match vertex for vertex, that is all; otherwise all borders are
    cut against one another on the grid, and what several polygons claim goes to the first.

    Args:
        kind: class to make.
        geometries: polygons or multipolygons; a face per part.
        crs: their CRS.

    Raises:
        GeometryError: missing geometries, coordinates that are not finite or do not fit the grid.
    """
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    check_coordinates(given)
    rings = rings_of(given)
    cm = np.rint(rings.coordinates * 100.0).astype(np.int64)
    origin = cm.min(axis=0) if len(cm) else np.zeros(2, np.int64)
    moves = np.hypot(*(rings.coordinates - cm / 100.0).T)
    owner = rings.owner.astype(np.int32)
    noded, of_itself = match((cm - origin).astype(np.int32), rings.offsets, owner[rings.part])
    # Each part for itself, so that parts which touch or overlap do not pass for one.
    found = None if noded is None else _arranged(noded, rings, np.arange(rings.owner.size))
    renoded = found is None or not _is_sound(found, noded, rings.owner.size)
    if found is None or renoded:
        found, coverage = _noded_anew(kind, rings, origin, crs)
    else:
        part = found.holder[:, 0]
        coverage = coverage_of_arrangement(kind, found, part, owner, origin=origin, crs=crs)
    overlap_m2, overlaps = _told(kind, found, found.claims[:, 0] > 1, origin, by_width=False)
    enclosed = found.claims[:, 0] == 0
    enclosed[0] = False
    gap_m2, gaps = _told(kind, found, enclosed, origin, by_width=True)
    return Matched(
        coverage,
        moved_vertices=int((moves > 1e-6).sum()),
        largest_move_m=float(moves.max(initial=0.0)),
        renoded=renoded,
        overlap_m2=overlap_m2,
        overlap_places=overlaps,
        gap_m2=gap_m2,
        gap_places=gaps,
        repaired=int(of_itself.sum()),
    )


@compiled(
    "Tuple((int32[:,::1], int32[::1], int32[::1], int32[:,::1]))"
    "(int32[:,::1], int32[:,::1], int32[::1], int32[::1], int32[::1])"
)
def _borders(points: Int32, ends: Int32, left: Int32, right: Int32, number: Int32) -> tuple[Int32, Int32, Int32, Int32]:
    """Edges between faces of different numbers: their two vertices each, their faces, and their (2, n) end points."""
    count = 0
    for e in range(left.size):
        count += number[left[e]] != number[right[e]]
    vertices = np.empty((2 * count, 2), np.int32)
    sides = np.empty((2, count), np.int32)
    taken = np.empty((2, count), np.int32)
    count = 0
    for e in range(left.size):
        if number[left[e]] == number[right[e]]:
            continue
        sides[0, count], sides[1, count] = number[left[e]], number[right[e]]
        for i in range(2):
            taken[i, count] = ends[e, i]
            vertices[2 * count + i, 0] = points[ends[e, i], 0]
            vertices[2 * count + i, 1] = points[ends[e, i], 1]
        count += 1
    return vertices, sides[0].copy(), sides[1].copy(), taken


def coverage_of_arrangement(
    kind: type[CoverageT],
    arrangement: Arrangement,
    number: Int32,
    face_values: Int32,
    *,
    origin: Int64,
    crs: str,
    fixed: npt.NDArray[np.integer[Any]] | None = None,
) -> CoverageT:
    """The coverage of faces of an arrangement.

    Args:
        kind: class to make.
        arrangement: faces, in cm from `origin`.
        number: (faces of the arrangement,) face of the coverage that each one is; -1 leaves it outside.
        face_values: (faces,) value of each face of the coverage.
        origin: x and y of the origin of the arrangement in cm; that of the coverage is its least x and y.
        crs: CRS.
        fixed: (n, 2) vertices that stay nodes, in cm from `origin`.
    """
    vertices, left, right, ends = _borders(
        arrangement.points, arrangement.ends, arrangement.left, arrangement.right, number
    )
    low = box_of(vertices)[:2]
    vertices -= low.astype(np.int32)
    edges = kind(
        crs=crs,
        origin_cm=(int(origin[0] + low[0]), int(origin[1] + low[1])),
        vertices=vertices,
        offsets=np.arange(left.size + 1, dtype=np.int64) * 2,
        left=left,
        right=right,
        start=ends[0],
        end=ends[1],
        fixed=(np.empty((0, 2), np.int32) if fixed is None else fixed - low).astype(np.int32),
        face_values=face_values,
    )
    return regroup(edges, np.arange(face_values.size, dtype=np.int32), face_values, straighten=False)


def _arranged(noded: Noded, rings: PolygonRings, owner: Int64) -> Arrangement:
    """The faces between rings, with the owners of their parts as holders."""
    layer = np.zeros(owner.size, np.int32)
    return arrange(noded, rings.part.astype(np.int32).reshape(-1, 1), owner.astype(np.int32), layer, layers=1)


def _is_sound(found: Arrangement, noded: Noded | None, parts: int) -> bool:
    """Whether every part is one face, no face is claimed twice, and no part has an edge on both of its sides."""
    holder = found.holder[:, 0]
    if noded is None or (found.claims > 1).any() or (np.bincount(holder + 1, minlength=parts + 1)[1:] != 1).any():
        return False
    sides = np.count_nonzero(holder[found.left] >= 0) + np.count_nonzero(holder[found.right] >= 0)
    return len(noded.ends) == sides


def _noded_anew(kind: type[CoverageT], rings: PolygonRings, origin: Int64, crs: str) -> tuple[Arrangement, CoverageT]:
    """Faces of the borders cut against one another, and the coverage in which the first owner has each face."""
    spread_m = (rings.coordinates.max(axis=0) - origin / 100.0).max() if len(rings.coordinates) else 0.0
    unit = unit_for(int(spread_m * 100.0) + 2)
    local = np.rint((rings.coordinates - origin / 100.0) * (100.0 * unit)).astype(np.int32)
    noded = node(local, rings.offsets, np.full(rings.part.size, -1, np.int32), unit=unit)
    found = _arranged(noded, rings, rings.owner)
    faces = found.in_order(found.holder[:, 0] >= 0)
    number = np.full(len(found.holder), -1, np.int32)
    number[faces] = np.arange(faces.size, dtype=np.int32)
    pieces = coverage_of_arrangement(kind, found, number, found.holder[faces, 0], origin=origin, crs=crs)
    return found, pieces.dissolve()


def _told(
    kind: type[CoverageT], found: Arrangement, chosen: npt.NDArray[np.bool_], origin: Int64, *, by_width: bool
) -> tuple[float, Places]:
    """Area of some faces, and a point in each of those told: the largest, or the narrowest by their mean width."""
    faces = np.flatnonzero(chosen)
    if not faces.size:
        return 0.0, ()
    number = np.full(chosen.size, -1, np.int32)
    number[faces] = np.arange(faces.size, dtype=np.int32)
    pieces = coverage_of_arrangement(kind, found, number, np.arange(faces.size, dtype=np.int32), origin=origin, crs="")
    key = pieces.double_areas / np.maximum(perimeters(pieces), 1) if by_width else -pieces.double_areas
    told = np.lexsort((pieces.first_corners, key))[:_TOLD]
    group = np.full(faces.size, -1, np.int32)
    group[told] = np.arange(told.size, dtype=np.int32)
    points = shapely.point_on_surface(regroup(pieces, group, told.astype(np.int32)).to_polygons())
    places = tuple((round(point.x, 2), round(point.y, 2)) for point in points)
    return float(pieces.area_m2.sum()), places


def perimeters(coverage: Coverage) -> Int64:
    """(faces,) length of the boundary of each face, holes too, in 1/256 cm."""
    out = np.zeros(len(coverage) + 1, np.int64)  # the last one takes what lies outside
    np.add.at(out, coverage.left, coverage.arc_lengths)
    np.add.at(out, coverage.right, coverage.arc_lengths)
    return out[:-1]
