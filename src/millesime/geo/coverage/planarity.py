"""Whether the arcs of a coverage are a plane drawing: a check in whole numbers, without GEOS' search for overlaps.

Arcs that meet in common nodes only, and whose sides agree around every node, part the plane into the faces that they
name. What is left to look at are the rings of each polygon, and islands that lie in a face which does not know of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage.checking import ring_faults
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.measures import extent
from millesime.geo.coverage.rings import around_nodes
from millesime.geo.coverage.stitching import united

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_LISTED = 5


@compiled("UniTuple(int64, 2)(int64, int64, int64, int64, int64, int64)")
def _columns(ax: int, ay: int, bx: int, by: int, low: int, high: int) -> tuple[int, int]:
    """Least and greatest x of a segment within a band of y, not too narrow."""
    if ay == by or (low <= min(ay, by) and max(ay, by) <= high):
        return min(ax, bx), max(ax, bx)
    slope = (float(bx) - float(ax)) / (float(by) - float(ay))
    one = ax + slope * (min(max(low, min(ay, by)), max(ay, by)) - ay)
    other = ax + slope * (max(min(high, max(ay, by)), min(ay, by)) - ay)
    least, most = min(one, other), max(one, other)
    return max(math.floor(least) - 1, min(ax, bx)), min(math.ceil(most) + 1, max(ax, bx))


@compiled(
    "Tuple((int64[::1], int32[::1]))(int32[:,::1], int64[::1], int64, int64, int64, int64, int64)",
)
def _segments_by_cell(
    vertices: Int32, offsets: Int64, x0: int, y0: int, shift: int, columns: int, rows: int
) -> tuple[Int64, Int32]:
    """Segments, each known by its first vertex, of the square cells of 2**shift cm that they may cross."""
    first = np.zeros(columns * rows + 1, np.int64)
    members = np.empty(0, np.int32)
    for filling in range(2):
        if filling:
            for at in range(columns * rows):
                first[at + 1] += first[at]
            members = np.empty(first[-1], np.int32)
            for at in range(columns * rows, 0, -1):
                first[at] = first[at - 1]
            first[0] = 0
        for arc in range(offsets.size - 1):
            for i in range(offsets[arc], offsets[arc + 1] - 1):
                ax, ay = np.int64(vertices[i, 0]) - x0, np.int64(vertices[i, 1]) - y0
                bx, by = np.int64(vertices[i + 1, 0]) - x0, np.int64(vertices[i + 1, 1]) - y0
                for row in range(min(ay, by) >> shift, (max(ay, by) >> shift) + 1):
                    west, east = _columns(ax, ay, bx, by, row << shift, (row + 1) << shift)
                    for column in range(west >> shift, (east >> shift) + 1):
                        at = row * columns + column + 1
                        if filling:
                            members[first[at]] = i
                        first[at] += 1
    return first, members


@compiled("int64(int32[:,::1], int64, int64, int64)")
def _side(vertices: Int32, a: int, b: int, c: int) -> int:
    """Positive when c lies on the left of the line from a to b, 0 when on it."""
    ux = np.int64(vertices[b, 0]) - vertices[a, 0]
    uy = np.int64(vertices[b, 1]) - vertices[a, 1]
    wx = np.int64(vertices[c, 0]) - vertices[a, 0]
    wy = np.int64(vertices[c, 1]) - vertices[a, 1]
    found: Any = ux * wy - uy * wx
    return found


@compiled("boolean(int32[:,::1], int32[::1], int64, int64)")
def _conflict(vertices: Int32, node: Int32, i: int, j: int) -> bool:
    """Whether the segments that begin at vertices i and j meet anywhere but in a place that is common to both."""
    if max(vertices[i, 0], vertices[i + 1, 0]) < min(vertices[j, 0], vertices[j + 1, 0]):
        return False
    if max(vertices[j, 0], vertices[j + 1, 0]) < min(vertices[i, 0], vertices[i + 1, 0]):
        return False
    if max(vertices[i, 1], vertices[i + 1, 1]) < min(vertices[j, 1], vertices[j + 1, 1]):
        return False
    if max(vertices[j, 1], vertices[j + 1, 1]) < min(vertices[i, 1], vertices[i + 1, 1]):
        return False
    common, a, b, c = 0, i, i, j
    for one in range(i, i + 2):
        for other in range(j, j + 2):
            if vertices[one, 0] == vertices[other, 0] and vertices[one, 1] == vertices[other, 1]:
                if not (one == other or (node[one] >= 0 and node[one] == node[other])):
                    return True  # they touch, and the arcs do not know of it
                common += 1
                a, b, c = one, i + (one == i), j + (other == j)
    if common > 1:
        return True
    if common == 1:
        if _side(vertices, a, b, c) != 0:
            return False
        ux, uy = np.int64(vertices[b, 0]) - vertices[a, 0], np.int64(vertices[b, 1]) - vertices[a, 1]
        wx, wy = np.int64(vertices[c, 0]) - vertices[a, 0], np.int64(vertices[c, 1]) - vertices[a, 1]
        back: Any = ux * wx + uy * wy > 0
        return back
    s, t = _side(vertices, i, i + 1, j), _side(vertices, i, i + 1, j + 1)
    if (s > 0 and t > 0) or (s < 0 and t < 0):
        return False
    s, t = _side(vertices, j, j + 1, i), _side(vertices, j, j + 1, i + 1)
    return not ((s > 0 and t > 0) or (s < 0 and t < 0))


@compiled("int64[::1](int32[:,::1], int32[::1], int64[::1], int32[::1], int64)")
def _conflicts(vertices: Int32, node: Int32, first: Int64, members: Int32, most: int) -> Int64:
    """First vertices of segments that meet another one where they should not, at most so many."""
    found = np.empty(most, np.int64)
    count = 0
    for cell in range(first.size - 1):
        for one in range(first[cell], first[cell + 1]):
            for other in range(first[cell], one):
                if count < most and _conflict(vertices, node, np.int64(members[one]), np.int64(members[other])):
                    found[count] = members[one]
                    count += 1
    return found[:count].copy()


@compiled("int64(int64[::1], int32[::1], int32[::1], int32[::1])")
def _node_in_disorder(first: Int64, leaving: Int32, left: Int32, right: Int32) -> int:
    """A node between two of whose arcs, neighbours around it, there would be two faces; -1 when there is none."""
    for node in range(first.size - 1):
        for slot in range(first[node], first[node + 1]):
            here = leaving[slot]
            there = leaving[slot + 1 if slot + 1 < first[node + 1] else first[node]]
            before = right[here >> 1] if here & 1 else left[here >> 1]
            behind = left[there >> 1] if there & 1 else right[there >> 1]
            if before != behind:
                return node
    return -1


def checked_polygons(coverage: Coverage) -> tuple[npt.NDArray[np.object_], tuple[str, ...]]:
    """The polygons of a coverage, none where borders are at fault; its faults, see `Coverage.check_borders`."""
    nothing = np.empty(0, dtype=object)
    if not coverage.arc_count:
        return nothing, ()
    faults: list[str] = []
    for x, y in coverage.to_metres(coverage.vertices[_crossings(coverage)]).tolist():
        faults.append(f"borders cross or touch at ({x:.2f}, {y:.2f})")
    nodes = int(max(coverage.start.max(), coverage.end.max())) + 1
    around = around_nodes(coverage.vertices, coverage.offsets, coverage.start, coverage.end, nodes)
    node = _node_in_disorder(*around, coverage.left, coverage.right)
    if node >= 0:
        arc = int(np.flatnonzero((coverage.start == node) | (coverage.end == node))[0])
        faults.append(f"the faces around node {node}, an end of arc {arc}, do not follow one another")
    faults = faults or list(ring_faults(coverage))
    if faults:
        return nothing, tuple(faults)
    polygons = coverage.to_polygons()
    for face in np.flatnonzero(~shapely.is_valid(polygons))[:_LISTED]:
        faults.append(f"face {face} is not a valid polygon: {shapely.is_valid_reason(polygons[face])}")
    return polygons, tuple(faults) or _covered_islands(coverage, polygons)


def _crossings(coverage: Coverage) -> Int64:
    vertices, offsets = coverage.vertices, coverage.offsets
    x0, y0, east, north = extent(vertices)
    width, height = east + 1 - x0, north + 1 - y0
    shift = max(math.ceil(math.log2(max(width * height / len(vertices), 1.0)) / 2), 0)
    columns, rows = (width >> shift) + 1, (height >> shift) + 1
    node = np.full(len(vertices), -1, np.int32)
    node[offsets[:-1]], node[offsets[1:] - 1] = coverage.start, coverage.end
    first, members = _segments_by_cell(vertices, offsets, x0, y0, shift, columns, rows)
    return np.unique(_conflicts(vertices, node, first, members, _LISTED))


def _covered_islands(coverage: Coverage, polygons: npt.NDArray[np.object_]) -> tuple[str, ...]:
    """Islands in the outside that lie in a polygon: no ring knows of them."""
    nodes = int(max(coverage.start.max(), coverage.end.max())) + 1
    island = united(nodes, coverage.start.astype(np.int64), coverage.end.astype(np.int64))[0][coverage.start]
    outer = np.unique(island[(coverage.left < 0) | (coverage.right < 0)])
    if outer.size < 2:
        return ()
    arcs = np.unique(island, return_index=True)[1][outer]
    places = shapely.points(coverage.to_metres(coverage.vertices[coverage.offsets[arcs]]))
    point, face = shapely.STRtree(polygons).query(places, predicate="intersects")
    wrong = point[~shapely.intersects(shapely.boundary(polygons[face]), places[point])]
    return tuple(f"an island lies in a face at {shapely.to_wkt(places[at])}" for at in wrong[:_LISTED])
