"""Painter's algorithm on polygons: everything is noded together on the 1 cm grid, and every face of the
arrangement takes what was painted last over it at the wanted date.

The faces are the same for all dates, so what does not change keeps its geometry to the centimetre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import Polygon
from shapely.ops import polygonize

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Faces smaller or thinner than this come from lines that nearly meet; they join their best neighbour.
SLIVER_AREA_M2, SLIVER_THICKNESS_M = 4.0, 0.35


@dataclass(frozen=True)
class Arrangement:
    """Faces of all outlines together, and for each face the pieces that cover it."""

    faces: npt.NDArray[np.object_]
    covered: Ints
    """Face of each (face, piece) pair."""

    covering: Ints
    """Piece of each (face, piece) pair."""

    pairs: Ints
    """(n, 2) faces that share an edge, first < second."""

    shared_m: Floats
    """Length of the edge of each pair."""

    def top(self, rank: Floats, alive: npt.NDArray[np.bool_]) -> Ints:
        """Highest living piece of each face, -1 where none.

        Args:
            rank: Height of each piece; ties go to the later piece.
            alive: Whether each piece counts.
        """
        keep = alive[self.covering]
        faces, pieces = self.covered[keep], self.covering[keep]
        order = np.lexsort((pieces, rank[pieces], faces))
        faces, pieces = faces[order], pieces[order]
        result = np.full(len(self.faces), -1, dtype=np.int64)
        result[faces] = pieces  # the last of equal indices wins
        return result

    def components(self, label: Ints) -> Ints:
        """Number of the connected group of equal label of each face, in order of their first face."""
        same = label[self.pairs[:, 0]] == label[self.pairs[:, 1]]
        first, second = self.pairs[same].T if same.any() else (np.empty(0, int), np.empty(0, int))
        size = len(self.faces)
        graph = coo_matrix((np.ones(len(first), dtype=np.int8), (first, second)), shape=(size, size))
        _, found = connected_components(graph, directed=False)
        _, start, number = np.unique(found, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(start))[number]

    def merged(self, component: Ints) -> npt.NDArray[np.object_]:
        """One polygon per component, sharing vertices with its neighbours."""
        order = np.argsort(component, kind="stable")
        bounds = np.flatnonzero(np.diff(component[order])) + 1
        groups = np.split(order, bounds)
        merged = np.empty(len(groups), dtype=object)
        for number, group in enumerate(groups):
            parts = self.faces[group]
            merged[number] = parts[0] if len(parts) == 1 else _union(parts)
        return merged


def _union(parts: npt.NDArray[np.object_]) -> Polygon:
    """Union of faces of one coverage: no noding, their vertices are kept."""
    joined = shapely.coverage_union_all(parts)
    found = shapely.get_parts(joined)
    if joined.geom_type == "GeometryCollection":  # coverage_union wraps a single polygon
        found = np.concatenate([shapely.get_parts(part) for part in found])
    if len(found) != 1:
        raise AssertionError(f"a connected group of faces became {len(found)} polygons")
    return found[0]


def arrange(pieces: Sequence[Polygon], extent: Polygon) -> Arrangement:
    """Node the outlines of all pieces on the 1 cm grid.

    Args:
        pieces: Polygons in EPSG:2154 metres; parts beyond `extent` are left out.
        extent: Frame that the faces fill exactly.
    """
    shapes = np.array(pieces, dtype=object)
    outlines = shapely.intersection(shapely.boundary(shapes), extent)
    network = shapely.union_all([*outlines, extent.boundary], grid_size=0.01)
    faces = np.array(sorted(polygonize(shapely.get_parts(network)), key=lambda face: face.bounds), dtype=object)
    # the 1 cm grid may leave a face whose ring touches itself; coverage operations accept it
    points = shapely.point_on_surface(faces)
    covered, covering = shapely.STRtree(shapes).query(points, predicate="intersects")
    pairs, shared = _neighbours(faces)
    covered, covering = _absorb_slivers(faces, covered, covering, pairs, shared)
    return Arrangement(faces, covered, covering, pairs, shared)


def _neighbours(faces: npt.NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Pairs of faces with a common edge and its length: equal segments, found by sorting them."""
    rings, owner_of_ring = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    cents = np.round(points * 100).astype(np.int64)
    inside = ring[1:] == ring[:-1]
    start, end = cents[:-1][inside], cents[1:][inside]
    owner = owner_of_ring[ring[:-1][inside]]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap].copy(), start[swap].copy()
    keys = np.column_stack([start, end])
    order = np.lexsort(keys.T[::-1])
    keys, owner = keys[order], owner[order]
    same = (keys[1:] == keys[:-1]).all(axis=1)
    first, second = owner[:-1][same], owner[1:][same]
    length = np.hypot(*(keys[:-1][same][:, :2] - keys[:-1][same][:, 2:]).T) / 100
    low, high = np.minimum(first, second), np.maximum(first, second)
    distinct = low != high
    couples, place = np.unique(np.column_stack([low, high])[distinct], axis=0, return_inverse=True)
    shared = np.bincount(place.ravel(), weights=length[distinct], minlength=len(couples))
    return couples.reshape(-1, 2).astype(np.int64), shared.astype(np.float64)


def _absorb_slivers(
    faces: npt.NDArray[np.object_], covered: Ints, covering: Ints, pairs: Ints, shared: Floats
) -> tuple[Ints, Ints]:
    """Give each sliver the pieces of the neighbour it shares most with."""
    area = shapely.area(faces)
    thin = (area < SLIVER_AREA_M2) | (2 * area / shapely.length(faces) < SLIVER_THICKNESS_M)
    parent = best_neighbour(thin, area, pairs, shared)
    host = np.arange(len(faces))
    for face in np.flatnonzero(parent >= 0):
        seen, at = {int(face)}, int(face)
        while parent[at] >= 0 and int(parent[at]) not in seen:
            at = int(parent[at])
            seen.add(at)
        host[face] = at
    order = np.argsort(covered, kind="stable")
    covered, covering = covered[order], covering[order]
    begin = np.searchsorted(covered, host)
    count = np.searchsorted(covered, host, side="right") - begin
    rows = np.repeat(np.arange(len(faces)), count)
    offset = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    return rows, covering[np.repeat(begin, count) + offset]


def best_neighbour(small: npt.NDArray[np.bool_], area: Floats, pairs: Ints, shared: Floats) -> Ints:
    """For each small face the neighbour with the longest common edge (ties: the larger), -1 for the others."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    length = np.concatenate([shared, shared])
    keep = small[both[:, 0]]
    both, length = both[keep], length[keep]
    solid = ~small[both[:, 1]]
    order = np.lexsort((both[:, 1], area[both[:, 1]], np.round(length, 2), solid, both[:, 0]))
    parent = np.full(len(area), -1, dtype=np.int64)
    parent[both[order, 0]] = both[order, 1]
    return parent
