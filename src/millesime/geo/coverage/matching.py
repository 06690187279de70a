"""Coverages from polygons: rings cut into edges, each edge matched with its twin on the other side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError
from millesime.geo.coverage.assembly import pack, regroup
from millesime.geo.precision import polygons_of

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int64 = npt.NDArray[np.int64]
Polygons = npt.NDArray[np.object_]
_INT32_MAX = int(np.iinfo(np.int32).max)


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

    overlap_places: tuple[tuple[float, float], ...]
    """A point in each of the largest overlaps, at most ten."""


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
        if spread * 100 > _INT32_MAX // 2:
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
    coordinates, ring_offsets, polygon_offsets = ragged(shapely.orient_polygons(polygons))
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


def ragged(polygons: Polygons) -> tuple[npt.NDArray[np.float64], Int64, Int64]:
    """Coordinates (n, 2), offsets of rings and offsets of polygons; `shapely.to_ragged_array` refuses none at all."""
    if not len(polygons):
        return np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64)
    kind, coordinates, (rings, offsets) = shapely.to_ragged_array(polygons, include_z=False)
    if kind != shapely.GeometryType.POLYGON:
        raise GeometryError(f"expected single polygons, got {kind.name}")
    return coordinates[:, :2], np.asarray(rings, np.int64), np.asarray(offsets, np.int64)


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
    from millesime.geo.coverage.overlay import overlay_polygons

    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    check_coordinates(given)
    polygons, owner = polygons_of(shapely.force_2d(given))
    rounded = shapely.transform(polygons, lambda xy: np.round(xy, 2))
    moves = np.hypot(*(shapely.get_coordinates(polygons) - shapely.get_coordinates(rounded)).T)
    sound = shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded)
    overlap_m2 = 0.0
    places: tuple[tuple[float, float], ...] = ()
    if sound:
        matched = coverage_of_matched_polygons(kind, rounded, crs)
        coverage = regroup(matched, np.arange(len(matched), dtype=np.int32), owner[matched.face_values])
    else:
        extent = shapely.box(*shapely.total_bounds(polygons)) if len(polygons) else shapely.Polygon()
        overlay = overlay_polygons([given], extent=extent, crs=crs, kind=kind)
        overlap_m2, places = _overlaps(overlay.coverage, given)
        holder = overlay.lineage[:, 0]
        covered = holder >= 0
        number = np.where(covered, np.cumsum(covered) - 1, -1).astype(np.int32)
        inside = regroup(overlay.coverage, number, holder[covered], straighten=False)
        coverage = inside.dissolve()
    return Matched(coverage, int((moves > 1e-6).sum()), float(moves.max(initial=0.0)), not sound, overlap_m2, places)


def _overlaps(pieces: Coverage, given: Polygons) -> tuple[float, tuple[tuple[float, float], ...]]:
    """Area of the pieces that several polygons hold, and points in the largest ones."""
    points = shapely.point_on_surface(pieces.to_polygons())
    holders = shapely.STRtree(points).query(make_valid(given), predicate="contains")[1]
    twice = np.flatnonzero(np.bincount(holders, minlength=len(pieces)) > 1)
    largest = twice[np.argsort(-pieces.double_areas[twice], kind="stable")][:10]
    places = tuple((round(p.x, 2), round(p.y, 2)) for p in points[largest])
    return float(pieces.area_m2[twice].sum()), places


def make_valid(geometries: Polygons) -> Polygons:
    """Geometries made valid where they are not, the same objects elsewhere."""
    broken = ~shapely.is_valid(geometries)
    if not broken.any():
        return geometries
    mended = geometries.copy()
    mended[broken] = shapely.make_valid(geometries[broken])
    return mended
