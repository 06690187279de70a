"""A partition: who touches whom, along which edges, and where the known data end.

Everything is counted in whole centimetres, so that areas and contacts do not depend on the order of the rows nor
on the way polygons are split. An edge is a stretch of boundary between two vertices; a vertex of one polygon that
lies exactly on the edge of another one splits that edge, so that partitions whose vertices do not all match
(T-junctions) are read rightly too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError

Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CM_PER_M = 100
#: Doubled square centimetres in a square metre: the unit in which areas are whole numbers.
DOUBLED_CM2_PER_M2 = 2 * CM_PER_M * CM_PER_M


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
    """(k,) polygon of each (polygon, corner) contact."""

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
    """Directed stretches of boundary: vertices `start` and `end`, polygon `owner`."""

    start: Indices
    end: Indices
    owner: Indices

    def where(self, keep: Flags) -> _Edges:
        return _Edges(self.start[keep], self.end[keep], self.owner[keep])

    def __add__(self, other: _Edges) -> _Edges:
        return _Edges(
            np.concatenate([self.start, other.start]),
            np.concatenate([self.end, other.end]),
            np.concatenate([self.owner, other.owner]),
        )


def partition_of(geometries: Sequence[Any] | npt.NDArray[Any]) -> Partition:
    """Contacts and areas of single polygons, in metres, whose coordinates are on the 1 cm grid.

    Raises:
        GeometryError: rows that are empty, not polygons, or of several parts; an edge that three polygons share
            (they overlap).
    """
    polygons = _single_polygons(geometries)
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    cm = np.rint(xy * CM_PER_M).astype(np.int64)
    cm -= cm.min(axis=0) if len(cm) else 0
    keys, vertex_of = np.unique((cm[:, 0] << 32) | cm[:, 1], return_inverse=True)
    vertices = np.column_stack([keys >> 32, keys & 0xFFFFFFFF])
    same_ring = ring_of[1:] == ring_of[:-1]
    start, end = vertex_of[:-1][same_ring], vertex_of[1:][same_ring]
    edges = _Edges(start, end, ring_owner[ring_of[:-1][same_ring]].astype(np.int64))
    area = _doubled_areas(vertices, edges, ring_of[:-1][same_ring], ring_owner, len(polygons))
    edges = _split_at_vertices(edges.where(edges.start != edges.end), vertices)
    first, second, at_limit = _contacts(edges, n_vertices=len(vertices), n_polygons=len(polygons))
    contacts = np.unique(edges.owner * len(vertices) + edges.start)
    return Partition(
        doubled_area=area,
        first=first,
        second=second,
        at_limit=at_limit,
        corner_polygon=contacts // max(len(vertices), 1),
        corner=contacts % max(len(vertices), 1),
    )


def _single_polygons(geometries: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    geoms = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(geoms, return_index=True)
    counts = np.bincount(owner, minlength=len(geoms))
    wrong = np.flatnonzero(counts != 1)
    wrong = np.union1d(wrong, owner[(shapely.get_type_id(parts) != 3) | shapely.is_empty(parts)])
    if len(wrong):
        raise GeometryError(
            f"{len(wrong)} rows are not one single polygon, first rows {wrong[:5].tolist()}",
            remedy="explode multiparts and drop empty geometries; `millesime check` tells where they are",
        )
    return np.asarray(parts, dtype=object)


def _doubled_areas(vertices: Indices, edges: _Edges, ring: Indices, ring_owner: Indices, n_polygons: int) -> Indices:
    """Twice the area of each polygon: its shell less its holes. int64 may wrap on the way, the sum is right."""
    a, b = vertices[edges.start], vertices[edges.end]
    signed = np.zeros(len(ring_owner), dtype=np.int64)
    np.add.at(signed, ring, a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1])
    is_shell = np.ones(len(ring_owner), dtype=bool)
    is_shell[1:] = ring_owner[1:] != ring_owner[:-1]
    area = np.zeros(n_polygons, dtype=np.int64)
    np.add.at(area, ring_owner, np.where(is_shell, np.abs(signed), -np.abs(signed)))
    return area


def _multiplicity(edges: _Edges, n_vertices: int) -> Indices:
    """How many polygons use each edge, whatever its direction."""
    _, inverse, counts = np.unique(_edge_keys(edges, n_vertices), return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse], dtype=np.int64)


def _edge_keys(edges: _Edges, n_vertices: int) -> Indices:
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    return np.asarray(low * n_vertices + high, dtype=np.int64)


def _split_at_vertices(edges: _Edges, vertices: Indices) -> _Edges:
    """Split the edges that found no twin at the vertices that lie exactly on them.

    Coordinates are whole numbers far below 2**53, so that GEOS decides `intersects` exactly.
    """
    alone = _multiplicity(edges, len(vertices)) == 1
    lonely = edges.where(alone)
    if not len(lonely.owner):
        return edges
    candidates = np.unique(np.concatenate([lonely.start, lonely.end]))
    lines = shapely.linestrings(np.stack([vertices[lonely.start], vertices[lonely.end]], axis=1).astype(np.float64))
    points = shapely.points(vertices[candidates].astype(np.float64))
    point, line = shapely.STRtree(lines).query(points, predicate="intersects")
    vertex = candidates[point]
    inner = (vertex != lonely.start[line]) & (vertex != lonely.end[line])
    if not inner.any():
        return edges
    line, vertex = line[inner], vertex[inner]
    return edges.where(~alone) + _chain_through(lonely, line, vertex, vertices)


def _chain_through(lonely: _Edges, line: Indices, vertex: Indices, vertices: Indices) -> _Edges:
    """The edges, with those in `line` passing through the given vertices in order along them."""
    every = np.arange(len(lonely.owner))
    at = np.concatenate([every, line, every])
    via = np.concatenate([lonely.start, vertex, lonely.end])
    away = np.abs(vertices[via] - vertices[lonely.start[at]]).sum(axis=1)
    order = np.lexsort([away, at])
    at, via = at[order], via[order]
    joined = at[1:] == at[:-1]
    return _Edges(via[:-1][joined], via[1:][joined], lonely.owner[at[:-1][joined]])


def _contacts(edges: _Edges, *, n_vertices: int, n_polygons: int) -> tuple[Indices, Indices, Flags]:
    """Pairs of polygons that share an edge, and the polygons with an edge that nobody shares."""
    keys = _edge_keys(edges, n_vertices)
    order = np.argsort(keys, kind="stable")
    keys, owner = keys[order], edges.owner[order]
    same = keys[1:] == keys[:-1]
    if (same[1:] & same[:-1]).any():
        raise GeometryError(
            f"{int((same[1:] & same[:-1]).sum())} edges belong to three polygons or more: polygons overlap",
            remedy="run `millesime check` on the file: it tells where",
        )
    alone = np.ones(len(keys), dtype=bool)
    alone[1:] &= ~same
    alone[:-1] &= ~same
    at_limit = np.zeros(n_polygons, dtype=bool)
    at_limit[owner[alone]] = True
    a, b = owner[:-1][same], owner[1:][same]
    pairs = np.unique(np.column_stack([np.minimum(a, b), np.maximum(a, b)])[a != b], axis=0)
    return pairs[:, 0], pairs[:, 1], at_limit
