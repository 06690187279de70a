"""A partition: who touches whom, along which edges, and where the known data end.

Everything is counted in whole centimetres, so that areas and contacts do not depend on the order of the rows nor
on the way polygons are split. An edge is a stretch of boundary between two vertices; a vertex of one polygon that
lies on the edge of another one splits that edge, so that partitions whose vertices do not all match (T-junctions) are
read rightly too. Rounding to the centimetre may leave such a vertex beside the edge: what found no neighbour exactly is
looked at again within that distance.

Vertices are numbered and edges paired by compiled loops: a whole département has ten million of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError
from millesime.geo.coverage.edges import ALONE, CROWDED, twins_of_edges, whole_centimetres
from millesime.geo.coverage.measures import double_areas
from millesime.geo.coverage.noding import LARGEST_SPREAD, ends_of_lines, number_points
from millesime.geo.polygon_rings import ring_layout

Indices = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

CM_PER_M = 100
#: Doubled square centimetres in a square metre: the unit in which areas are whole numbers.
DOUBLED_CM2_PER_M2 = 2 * CM_PER_M * CM_PER_M

_POLYGON = int(shapely.GeometryType.POLYGON)

#: How far, in centimetres, rounding may put a vertex beside the edge that it lay on: the vertex and the ends of the
#: edge each move by half a diagonal of the grid at most.
_BESIDE_CM = 1.5


@dataclass(frozen=True)
class Partition:
    """Contacts and exact areas of n polygons that neither overlap nor leave gaps."""

    doubled_area: Indices
    """(n,) twice the area of each polygon, in square centimetres: a whole number."""

    first: Indices
    """(m,) first polygon of each pair that shares an edge of positive length; first < second, each pair once."""

    second: Indices
    """(m,) second polygon of the pair."""

    at_limit: Flags
    """(n,) True where an edge of the polygon belongs to no other one: there the known data end."""

    corner_polygon: Indices
    """(k,) polygon of each (polygon, corner) contact; k = 0 when the partition was made without corners."""

    corner: Indices
    """(k,) corner of each contact; polygons that meet in a point have a corner in common."""

    def __len__(self) -> int:
        return len(self.doubled_area)

    @property
    def area_m2(self) -> npt.NDArray[np.float64]:
        """(n,) areas in square metres."""
        return self.doubled_area / DOUBLED_CM2_PER_M2


@dataclass(frozen=True)
class _Edges:
    """Directed stretches of boundary."""

    ends: Numbers
    """(n, 2) numbers of the vertices where each starts and ends."""

    owner: Numbers
    """(n,) polygon."""

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def start(self) -> Numbers:
        return self.ends[:, 0]

    @property
    def end(self) -> Numbers:
        return self.ends[:, 1]

    def where(self, keep: Flags) -> _Edges:
        return _Edges(self.ends[keep], self.owner[keep])

    def __add__(self, other: _Edges) -> _Edges:
        return _Edges(np.concatenate([self.ends, other.ends]), np.concatenate([self.owner, other.owner]))


@dataclass(frozen=True)
class _Twins:
    """Edges paired with those on their other side."""

    first: Numbers
    """(p,) owner of one edge of each pair."""

    second: Numbers
    """(p,) owner of the other one."""

    alone: Flags
    """(n,) True for the edges that found no twin."""

    crowded: int
    """Edges that belong to three polygons or more."""


@dataclass(frozen=True)
class _Contacts:
    """The fields of a partition that tell who shares an edge with whom."""

    first: Indices
    second: Indices
    at_limit: Flags


def partition_of(geometries: Sequence[Any] | npt.NDArray[Any], *, corners: bool = True) -> Partition:
    """Contacts and areas of single polygons, in metres, whose coordinates are on the 1 cm grid.

    Args:
        geometries: (n,) polygons; multipolygons of one part are polygons.
        corners: whether contacts in a point are wanted too.

    Raises:
        GeometryError: rows that are empty, not polygons, or of several parts; an edge that three polygons share
            (they overlap).
    """
    polygons = _single_polygons(geometries)
    edges, vertices, area = _boundaries(polygons)
    contacts, edges = _contacts(edges, vertices, n_polygons=len(polygons))
    n_vertices = max(len(vertices), 1)
    # Each (polygon, vertex) once, packed.
    at_corner = (
        _sorted_distinct(edges.owner.astype(np.int64) * n_vertices + edges.start)
        if corners
        else np.empty(0, dtype=np.int64)
    )
    return Partition(
        doubled_area=area,
        first=contacts.first,
        second=contacts.second,
        at_limit=contacts.at_limit,
        corner_polygon=at_corner // n_vertices,
        corner=at_corner % n_vertices,
    )


def _single_polygons(geometries: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    geoms = np.asarray(geometries, dtype=object)
    if ((shapely.get_type_id(geoms) == _POLYGON) & ~shapely.is_empty(geoms)).all():
        return geoms
    parts, owner = shapely.get_parts(geoms, return_index=True)
    counts = np.bincount(owner, minlength=len(geoms))
    wrong = np.flatnonzero(counts != 1)
    wrong = np.union1d(wrong, owner[(shapely.get_type_id(parts) != _POLYGON) | shapely.is_empty(parts)])
    if len(wrong):
        raise GeometryError(
            f"{len(wrong)} rows are not one single polygon, first rows {wrong[:5].tolist()}",
            remedy="explode multiparts and drop empty geometries; `millesime check` tells where they are",
        )
    return np.asarray(parts, dtype=object)


def _boundaries(polygons: npt.NDArray[Any]) -> tuple[_Edges, Numbers, Indices]:
    """Edges of positive length; (v, 2) vertices in whole centimetres; (n,) doubled areas.

    Raises:
        GeometryError: polygons too far from one another.
    """
    if not len(polygons):
        nothing = np.empty(0, dtype=np.int32)
        return _Edges(nothing.reshape(0, 2), nothing), nothing.reshape(0, 2), np.empty(0, dtype=np.int64)
    coordinates, ring_offsets, polygon_offsets = ring_layout(polygons)
    bounds = np.rint(shapely.total_bounds(polygons) * CM_PER_M)
    low, high = bounds[:2], bounds[2:]
    if not (high - low).max() <= LARGEST_SPREAD:
        raise GeometryError(
            f"polygons spread over {(high - low).max() / 100_000:.0f} km, more than the 1 cm grid can hold",
            remedy="look for a faulty coordinate",
        )
    cm, _ = whole_centimetres(coordinates, int(low[0]), int(low[1]))
    del coordinates
    area = _doubled_areas(cm, ring_offsets, polygon_offsets)
    vertices, number = number_points(cm, 1, np.empty((0, 2), dtype=np.int64))
    del cm
    ends = ends_of_lines(number, ring_offsets)
    ring_owner = np.repeat(np.arange(len(polygons), dtype=np.int32), np.diff(polygon_offsets))
    edges = _Edges(ends, np.repeat(ring_owner, np.diff(ring_offsets) - 1))
    with_length = edges.start != edges.end
    return edges if with_length.all() else edges.where(with_length), vertices, area


def _doubled_areas(cm: Numbers, ring_offsets: Indices, polygon_offsets: Indices) -> Indices:
    """Twice the area of each polygon: its shell less its holes."""
    size = np.abs(double_areas(cm, ring_offsets))
    is_shell = np.zeros(len(size), dtype=bool)
    is_shell[polygon_offsets[:-1]] = True
    return np.asarray(np.add.reduceat(np.where(is_shell, size, -size), polygon_offsets[:-1]), dtype=np.int64)


def _sorted_distinct(values: Indices) -> Indices:
    values = np.sort(values)
    return values[np.flatnonzero(np.r_[True, values[1:] != values[:-1]])] if len(values) else values


def _twins(edges: _Edges, n_vertices: int) -> _Twins:
    """Pair the edges that join the same two vertices, whatever their direction."""
    twin = twins_of_edges(edges.ends, n_vertices)
    one = np.flatnonzero(twin > np.arange(len(twin), dtype=np.int32))
    other = twin[one]
    crowded = np.flatnonzero(twin == CROWDED)
    if not len(crowded):
        return _Twins(edges.owner[one], edges.owner[other], twin == ALONE, 0)
    ends = edges.ends[crowded]
    keys = ends.min(axis=1).astype(np.int64) * n_vertices + ends.max(axis=1)
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    one = np.concatenate([one, crowded[order[same]]])
    other = np.concatenate([other, crowded[order[same + 1]]])
    more = len(keys) - 2 * len(_sorted_distinct(keys))
    return _Twins(edges.owner[one], edges.owner[other], twin == ALONE, more)


def _contacts(edges: _Edges, vertices: Numbers, *, n_polygons: int) -> tuple[_Contacts, _Edges]:
    """Who shares an edge with whom; and the edges, split where vertices lie on them.

    What matches vertex for vertex is paired first, then what matches once edges are split at the vertices that lie on
    them, then what lies beside them by rounding.

    Raises:
        GeometryError: three polygons share an edge.
    """
    twins = _twins(edges, len(vertices))
    split = _split_at_vertices(edges.where(twins.alone), vertices, beside_cm=0.0)
    if split is not None:
        edges = edges.where(~twins.alone) + split
        twins = _twins(edges, len(vertices))
    if twins.crowded:
        raise GeometryError(
            f"{twins.crowded} edges belong to three polygons or more: polygons overlap",
            remedy="run `millesime check` on the file: it tells where",
        )
    pairs = _pairs(twins, n_polygons)
    lonely = edges.where(twins.alone)
    beside = _split_at_vertices(lonely, vertices, beside_cm=_BESIDE_CM)
    if beside is not None:
        more = _twins(beside, len(vertices))
        pairs = _sorted_distinct(np.concatenate([pairs, _pairs(more, n_polygons)]))
        lonely, edges = beside.where(more.alone), edges + beside
    at_limit = np.zeros(n_polygons, dtype=bool)
    at_limit[lonely.owner] = True
    return _Contacts(pairs // max(n_polygons, 1), pairs % max(n_polygons, 1), at_limit), edges


def _pairs(twins: _Twins, n_polygons: int) -> Indices:
    """Each pair of different polygons once, packed, in order."""
    low, high = np.minimum(twins.first, twins.second), np.maximum(twins.first, twins.second)
    apart = low != high
    return _sorted_distinct(low[apart].astype(np.int64) * n_polygons + high[apart])


def _split_at_vertices(lonely: _Edges, vertices: Numbers, *, beside_cm: float) -> _Edges | None:
    """Edges that found no twin, split at the vertices of the others that lie on them; None when there are none.

    Coordinates are whole numbers far below 2**53, so that GEOS decides exactly whether a point lies on an edge.
    """
    if not len(lonely):
        return None
    candidates = _sorted_distinct(lonely.ends.reshape(-1).astype(np.int64))
    lines = shapely.linestrings(np.stack([vertices[lonely.start], vertices[lonely.end]], axis=1).astype(np.float64))
    points = shapely.points(vertices[candidates].astype(np.float64))
    tree = shapely.STRtree(lines)
    if beside_cm:
        point, line = tree.query(points, predicate="dwithin", distance=beside_cm)
    else:
        point, line = tree.query(points, predicate="intersects")
    vertex = candidates[point]
    inner = (vertex != lonely.start[line]) & (vertex != lonely.end[line])
    if not inner.any():
        return None
    return _chain_through(lonely, line[inner], vertex[inner], vertices)


def _chain_through(lonely: _Edges, line: Indices, vertex: Indices, vertices: Numbers) -> _Edges:
    """The edges, with those in `line` passing through the given vertices in order along them."""
    place = vertices.astype(np.int64)  # products of centimetres do not fit 32 bits
    every = np.arange(len(lonely))
    at = np.concatenate([every, line, every])
    via = np.concatenate([lonely.start, vertex, lonely.end])
    start, end = place[lonely.start[at]], place[lonely.end[at]]
    along = ((place[via] - start) * (end - start)).sum(axis=1)
    is_end = np.repeat([0, 0, 1], [len(every), len(line), len(every)])
    is_start = np.repeat([0, 1, 1], [len(every), len(line), len(every)])
    order = np.lexsort([via, along, is_end, is_start, at])
    at, via = at[order], via[order]
    joined = (at[1:] == at[:-1]) & (via[1:] != via[:-1])
    ends = np.stack([via[:-1][joined], via[1:][joined]], axis=1).astype(np.int32)
    return _Edges(ends, lonely.owner[at[:-1][joined]])
