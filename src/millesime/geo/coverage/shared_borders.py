"""Borders between polygons that cover the ground once, found by their common edges.

Two polygons that share a border have, vertex for vertex, the same edges there: these are paired by number, without any
geometry. Where a vertex of one is missing in the other, edges stay alone beside one another: the polygons with such
edges, and no others, are cut against one another with their neighbours (`overlay_polygons`), which gives the same arcs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage import measures
from millesime.geo.coverage.assembly import Arcs, join_arcs
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.edges import ALONE, twins_of_edges, whole_centimetres
from millesime.geo.coverage.noding import LARGEST_SPREAD, ends_of_lines, number_points
from millesime.geo.coverage.overlay import overlay_polygons
from millesime.geo.grid import Bounds
from millesime.geo.polygon_rings import ring_layout

Polygons = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: Lonely edges this near to the end of another one are looked at by noding. It puts what lies within a pixel's half
#: diagonal onto one point.
_BESIDE_CM = 2.0

#: Free ground around the polygons where they are noded.
_AROUND_M = 1.0


@dataclass(frozen=True)
class SharedBorders:
    """Stretches of border between two polygons, each from junction to junction."""

    first: Int32
    """(borders,) polygon on one side; `second` the other one."""

    second: Int32

    lengths: Int64
    """(borders,) in 1/256 cm."""

    coordinates: npt.NDArray[np.float64]
    """(v, 2) vertices in metres, border by border."""

    offsets: Int64
    """(borders + 1,) where each begins."""


def shared_borders(polygons: Polygons, kind: npt.NDArray[np.integer]) -> SharedBorders:
    """Borders between polygons of different kinds.

    Args:
        polygons: (n,) polygons in metres that cover the ground once.
        kind: (n,) whole numbers; borders between equal ones are left out.

    Raises:
        GeometryError: missing geometries, coordinates that are not finite or do not fit the grid.
    """
    if not len(polygons):
        nothing = np.empty(0, np.int32)
        return SharedBorders(nothing, nothing, np.empty(0, np.int64), np.empty((0, 2)), np.zeros(1, np.int64))
    west, south, east, north = (shapely.total_bounds(polygons) + np.array([-1, -1, 1, 1]) * _AROUND_M).tolist()
    extent = (west, south, east, north)
    everyone = np.arange(len(polygons), dtype=np.int32)
    edges = _edges_of(polygons, extent)
    if edges is None:
        return _noded(polygons, kind, everyone, np.ones(len(polygons), dtype=bool), extent)
    doubtful = _doubtful(edges, len(polygons))
    found = _matched(edges, kind, doubtful)
    if found is None:
        return _noded(polygons, kind, everyone, np.ones(len(polygons), dtype=bool), extent)
    if not doubtful.any():
        return found
    around = doubtful.copy()
    paired = np.flatnonzero(edges.twin >= 0)
    beside = doubtful[edges.owner[paired]]
    around[edges.owner[edges.twin[paired[beside]]]] = True
    return _together(found, _noded(polygons, kind, np.flatnonzero(around).astype(np.int32), doubtful, extent))


@dataclass(frozen=True)
class _Edges:
    """The edges of all rings."""

    points: Int32
    """(points, 2) x and y in cm from the origin, each once."""

    ends: Int32
    """(edges, 2) points, as the ring runs."""

    owner: Int32
    """(edges,) polygon."""

    on_left: Flags
    """(edges,) whether the polygon lies on the left."""

    twin: Int32
    """(edges,) the edge that joins the same points for another ring, or ALONE, or CROWDED."""

    origin: Int64
    """x and y in cm."""


def _edges_of(polygons: Polygons, extent: Bounds) -> _Edges | None:
    """The edges and their twins; None where coordinates are not whole centimetres, or rows not single polygons."""
    single = (shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(polygons)
    if not single.all() or not np.isfinite(extent).all():
        return None
    low = np.rint(np.array(extent) * 100.0).astype(np.int64)
    if max(low[2] - low[0], low[3] - low[1]) > LARGEST_SPREAD:
        return None
    coordinates, ring_offsets, polygon_offsets = ring_layout(polygons)
    vertices, on_grid = whole_centimetres(np.ascontiguousarray(coordinates), low[0], low[1])
    del coordinates
    if not on_grid:
        return None
    is_shell = np.zeros(ring_offsets.size - 1, dtype=bool)
    is_shell[polygon_offsets[:-1]] = True
    on_left = (measures.double_areas(vertices, ring_offsets) > 0) == is_shell
    owner = np.repeat(np.arange(len(polygons), dtype=np.int32), np.diff(polygon_offsets))
    points, number = number_points(vertices, 1, np.empty((0, 2), np.int64))
    del vertices
    ends = ends_of_lines(number, ring_offsets)
    size = np.diff(ring_offsets) - 1
    twin = twins_of_edges(ends, len(points))
    return _Edges(points, ends, np.repeat(owner, size), np.repeat(on_left, size), twin, low[:2])


def _doubtful(edges: _Edges, polygons: int) -> Flags:
    """(polygons,) True where edges without a twin lie on, across or hardly beside others, as T-junctions do."""
    found = np.zeros(polygons, dtype=bool)
    lonely = np.flatnonzero((edges.twin == ALONE) & (edges.ends[:, 0] != edges.ends[:, 1]))
    if not lonely.size:
        return found
    ends, owner = edges.ends[lonely], edges.owner[lonely]
    lines = shapely.linestrings(edges.points[ends].astype(np.float64))
    tree = shapely.STRtree(lines)
    places = np.sort(ends.reshape(-1))
    places = places[np.r_[True, places[1:] != places[:-1]]]
    at, line = tree.query(
        shapely.points(edges.points[places].astype(np.float64)), predicate="dwithin", distance=_BESIDE_CM
    )
    beside = (places[at, None] != ends[line]).all(axis=1)
    found[owner[line[beside]]] = True
    found[owner[np.isin(ends, places[at[beside]]).any(axis=1)]] = True
    one, other = tree.query(lines, predicate="intersects")
    pair = one < other
    one, other = one[pair], other[pair]
    across = (ends[one][:, :, None] != ends[other][:, None, :]).all(axis=(1, 2))
    found[owner[one[across]]] = True
    found[owner[other[across]]] = True
    return found


def _matched(edges: _Edges, kind: npt.NDArray[np.integer], doubtful: Flags) -> SharedBorders | None:
    """Borders made of edges with a twin, those of doubtful polygons left out; None where polygons overlap.

    Arcs end where three polygons meet: all edges of the polygons that have a border asked for take part.
    """
    kinds = np.ascontiguousarray(kind, dtype=np.int64)
    edge, left, right, sound = _sides(edges.ends, edges.owner, edges.on_left, edges.twin, kinds)
    if not sound:
        return None
    ends = edges.ends[edge]
    arcs = join_arcs(
        Arcs(
            vertices=edges.points[ends.reshape(-1)],
            offsets=np.arange(edge.size + 1, dtype=np.int64) * 2,
            left=left,
            right=right,
            start=ends[:, 0].copy(),
            end=ends[:, 1].copy(),
        ),
        np.arange(len(kinds), dtype=np.int32),
        fixed=np.empty((0, 2), np.int32),
        straighten=False,
    )
    wanted = (arcs.left >= 0) & (arcs.right >= 0) & (kinds[arcs.left] != kinds[arcs.right])
    wanted &= ~doubtful[arcs.left] & ~doubtful[arcs.right]
    return _chosen(arcs.vertices, arcs.offsets, arcs.left, arcs.right, wanted, edges.origin)


@compiled(
    "Tuple((int32[::1], int32[::1], int32[::1], boolean))"
    "(int32[:,::1], int32[::1], boolean[::1], int32[::1], int64[::1])"
)
def _sides(ends: Int32, owner: Int32, on_left: Flags, twin: Int32, kind: Int64) -> tuple[Int32, Int32, Int32, bool]:
    """Each edge once, of the polygons with a border asked for: its row, the polygons on its left and its right.

    False last where two polygons lie on one side of an edge, or more than two have it.
    """
    nothing = np.empty(0, np.int32)
    asked = np.zeros(kind.size, np.bool_)
    for e in range(twin.size):
        other = twin[e]
        if other < 0:
            if other == -2 and ends[e, 0] != ends[e, 1]:
                return nothing, nothing, nothing, False
        elif kind[owner[e]] != kind[owner[other]]:
            asked[owner[e]] = True
    count = 0
    for e in range(twin.size):
        other = twin[e]
        if ends[e, 0] != ends[e, 1] and other < e and (asked[owner[e]] or (other >= 0 and asked[owner[other]])):
            count += 1
    edge = np.empty(count, np.int32)
    left = np.full(count, -1, np.int32)
    right = np.full(count, -1, np.int32)
    count = 0
    for e in range(twin.size):
        other = twin[e]
        if ends[e, 0] == ends[e, 1] or other >= e or not (asked[owner[e]] or (other >= 0 and asked[owner[other]])):
            continue
        edge[count] = e
        if on_left[e]:
            left[count] = owner[e]
        else:
            right[count] = owner[e]
        if other >= 0:
            other_on_left = on_left[other] == (ends[other, 0] == ends[e, 0])
            if other_on_left == on_left[e]:
                return nothing, nothing, nothing, False
            if other_on_left:
                left[count] = owner[other]
            else:
                right[count] = owner[other]
        count += 1
    return edge, left, right, True


def _noded(
    polygons: Polygons, kind: npt.NDArray[np.integer], rows: Int32, doubtful: Flags, extent: Bounds
) -> SharedBorders:
    """Borders of doubtful polygons, found by cutting those of `rows` against one another."""
    done = overlay_polygons([polygons[rows]], extent=extent, crs="")
    coverage = done.coverage
    row_of = np.append(rows, -1)
    owner = row_of[done.lineage[:, 0]]
    # Faces outside of the coverage are number -1 too.
    left, right = (np.append(owner, -1)[side].astype(np.int32) for side in (coverage.left, coverage.right))
    wanted = (left >= 0) & (right >= 0) & (kind[left] != kind[right]) & (doubtful[left] | doubtful[right])
    return _chosen(
        coverage.vertices, coverage.offsets, left, right, wanted, np.asarray(coverage.origin_cm, dtype=np.int64)
    )


def _chosen(vertices: Int32, offsets: Int64, left: Int32, right: Int32, wanted: Flags, origin: Int64) -> SharedBorders:
    """Some of the arcs."""
    arcs = np.flatnonzero(wanted)
    size = (offsets[arcs + 1] - offsets[arcs]).astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    chosen = vertices[np.repeat(offsets[arcs] - begins[:-1], size) + np.arange(int(size.sum()))]
    return SharedBorders(
        left[arcs], right[arcs], measures.lengths(chosen, begins), (chosen.astype(np.int64) + origin) / 100.0, begins
    )


def _together(one: SharedBorders, other: SharedBorders) -> SharedBorders:
    return SharedBorders(
        first=np.concatenate([one.first, other.first]),
        second=np.concatenate([one.second, other.second]),
        lengths=np.concatenate([one.lengths, other.lengths]),
        coordinates=np.concatenate([one.coordinates, other.coordinates]),
        offsets=np.concatenate([one.offsets, other.offsets[1:] + one.offsets[-1]]),
    )
