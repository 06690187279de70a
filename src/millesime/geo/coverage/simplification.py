"""Simplification of boundaries, each arc once (Visvalingam and Whyatt), in whole numbers.

A vertex may go when the triangle that it makes with its neighbours along the arc is small, and when the closed
triangle holds

- no *original* vertex of another arc: the other arcs may be at any stage of their own simplification, so
  the result does not depend on the order nor on the number of threads;
- no vertex of the same arc that is still there.

A line that crosses the new edge would have to leave the triangle again or have a vertex inside, so polygons stay
valid and neighbours matched. Parallel arcs between the same two nodes each keep an inner vertex, a loop keeps three
vertices, nodes stay.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.assembly import gather_vertices
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.measures import extent
from millesime.geo.coverage.threads import side_by_side

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]

_CELLS_PER_VERTEX = 1


@compiled("Tuple((int32[::1], int32[::1], int32[:,::1]))(int32[:,::1], int64, int64, int64, int64, int64)")
def _index(vertices: Int32, x0: int, y0: int, shift: int, columns: int, rows: int) -> tuple[Int32, Int32, Int32]:
    """Vertices by square cell of 2**shift cm: offsets per cell, vertex numbers, and their places once more."""
    first = np.zeros(columns * rows + 1, np.int32)
    for i in range(vertices.shape[0]):
        first[((vertices[i, 1] - y0) >> shift) * columns + ((vertices[i, 0] - x0) >> shift) + 1] += 1
    for i in range(columns * rows):
        first[i + 1] += first[i]
    members = np.empty(vertices.shape[0], np.int32)
    places = np.empty((vertices.shape[0], 2), np.int32)
    # Filled from the back, so that the offsets come down to where each cell begins.
    for i in range(vertices.shape[0] - 1, -1, -1):
        at = ((vertices[i, 1] - y0) >> shift) * columns + ((vertices[i, 0] - x0) >> shift) + 1
        first[at] -= 1
        slot = first[at]
        members[slot] = i
        places[slot, 0] = vertices[i, 0]
        places[slot, 1] = vertices[i, 1]
    first[:-1] = first[1:].copy()
    first[-1] = vertices.shape[0]
    return first, members, places


@compiled("int64(int32[:,::1], int64, int64, int64)")
def _double_area(vertices: Int32, p: int, v: int, n: int) -> int:
    """Twice the signed area of a triangle of vertices."""
    ax = np.int64(vertices[v, 0]) - vertices[p, 0]
    ay = np.int64(vertices[v, 1]) - vertices[p, 1]
    bx = np.int64(vertices[n, 0]) - vertices[p, 0]
    by = np.int64(vertices[n, 1]) - vertices[p, 1]
    area: Any = ax * by - ay * bx
    return area


@compiled("UniTuple(int64, 2)(int64, int64, int64, int64, int64, int64, int64, int64)")
def _reach(x1: int, y1: int, x2: int, y2: int, x3: int, y3: int, low: int, high: int) -> tuple[int, int]:
    """Least and greatest x of a triangle within a band of y, not too narrow."""
    least, most = np.inf, -np.inf
    for i in range(3):
        if i == 0:
            ax, ay, bx, by = float(x1), float(y1), float(x2), float(y2)
        elif i == 1:
            ax, ay, bx, by = float(x2), float(y2), float(x3), float(y3)
        else:
            ax, ay, bx, by = float(x3), float(y3), float(x1), float(y1)
        if max(ay, by) < low or min(ay, by) > high:
            continue
        if ay != by:
            t = (min(max(ay, low), high) - ay) / (by - ay)
            s = (min(max(by, low), high) - ay) / (by - ay)
            ax, bx = ax + t * (bx - ax), ax + s * (bx - ax)
        least = min(least, ax, bx)
        most = max(most, ax, bx)
    return math.floor(least) - 1, math.ceil(most) + 1


@compiled(
    "boolean(int32[:,::1], uint8[::1], int64, int64, int64, int64, int64,"
    " int32[::1], int32[::1], int32[:,::1], int64[::1])"
)
def _blocked(
    vertices: Int32,
    live: UInt8,
    p: int,
    v: int,
    n: int,
    begin: int,  # the vertices of the arc at hand are begin .. end - 1
    end: int,
    first: Int32,
    members: Int32,
    places: Int32,
    frame: Int64,  # x0, y0, shift, columns
) -> bool:
    """Whether the closed triangle p, v, n holds a vertex that matters."""
    x1, y1 = np.int64(vertices[p, 0]), np.int64(vertices[p, 1])
    x2, y2 = np.int64(vertices[v, 0]), np.int64(vertices[v, 1])
    x3, y3 = np.int64(vertices[n, 0]), np.int64(vertices[n, 1])
    if (x2 - x1) * (y3 - y1) - (y2 - y1) * (x3 - x1) < 0:
        x1, y1, x3, y3 = x3, y3, x1, y1
    x0, y0, shift, columns = frame[0], frame[1], frame[2], frame[3]
    x_least, x_most = min(x1, x2, x3), max(x1, x2, x3)
    y_least, y_most = min(y1, y2, y3), max(y1, y2, y3)
    bottom, top = (y_least - y0) >> shift, (y_most - y0) >> shift
    west, east = (x_least - x0) >> shift, (x_most - x0) >> shift
    wide = top - bottom > 2 and east - west > 2
    for row in range(bottom, top + 1):
        low, high = west, east
        if wide:
            band = y0 + (row << shift)
            least, most = _reach(x1, y1, x2, y2, x3, y3, band, band + (1 << shift))
            low = max(west, (least - x0) >> shift)
            high = min(east, (most - x0) >> shift)
        for slot in range(first[row * columns + low], first[row * columns + high + 1]):
            ux, uy = np.int64(places[slot, 0]), np.int64(places[slot, 1])
            if ux < x_least or ux > x_most or uy < y_least or uy > y_most:
                continue
            if (x2 - x1) * (uy - y1) - (y2 - y1) * (ux - x1) < 0:
                continue
            if (x3 - x2) * (uy - y2) - (y3 - y2) * (ux - x2) < 0:
                continue
            if (x1 - x3) * (uy - y3) - (y1 - y3) * (ux - x3) < 0:
                continue
            if (ux == x1 and uy == y1) or (ux == x2 and uy == y2) or (ux == x3 and uy == y3):
                continue
            u = members[slot]
            if begin <= u < end and not live[u]:
                continue
            return True
    return False


@compiled("void(int64[::1], int64, int64)")
def _push(heap: Int64, size: int, key: int) -> None:
    slot = size
    while slot > 0:
        above = (slot - 1) >> 1
        if heap[above] <= key:
            break
        heap[slot] = heap[above]
        slot = above
    heap[slot] = key


@compiled("void(int64[::1], int64, int64)")
def _replace_first(heap: Int64, size: int, key: int) -> None:
    """Put a key in the place of the first of `size` keys."""
    slot = 0
    below = 1
    while below < size:
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[slot] = heap[below]
        slot = below
        below = 2 * slot + 1
    heap[slot] = key


@compiled(
    "void(int32[:,::1], int64[::1], int64[::1], int64, int64, int64, int32[::1], int32[::1], int32[:,::1],"
    " int64[::1], uint8[::1])",
)
def _simplify(
    vertices: Int32,
    offsets: Int64,
    keep_inner: Int64,  # (arcs,) inner vertices that each arc keeps at least
    first_arc: int,  # the arcs to simplify are first_arc .. last_arc - 1
    last_arc: int,
    limit: int,  # twice the greatest area of a triangle that goes, in cm²
    first: Int32,
    members: Int32,
    places: Int32,
    frame: Int64,
    live: UInt8,  # (v,) which vertices stay; changed in place for these arcs alone
) -> None:
    longest = np.int64(0)
    for arc in range(first_arc, last_arc):
        longest = max(longest, offsets[arc + 1] - offsets[arc])
    # A key is an area, then the number of the vertex within the arc.
    bits = np.int64(1)
    while (np.int64(1) << bits) < longest:
        bits += 1
    mask = (np.int64(1) << bits) - 1
    most: Any = (np.int64(1) << (62 - bits)) - 1  # so that keys fit
    highest = min(np.int64(limit), most)
    before = np.empty(longest, np.int32)
    after = np.empty(longest, np.int32)
    area = np.empty(longest, np.int64)
    heap = np.empty(3 * longest, np.int64)
    for arc in range(first_arc, last_arc):
        begin, end = offsets[arc], offsets[arc + 1]
        last = end - begin - 1
        inner = last - 1
        if inner <= keep_inner[arc]:
            continue
        size = 0
        i: Any
        for i in range(1, last):
            before[i] = i - 1
            after[i] = i + 1
            area[i] = abs(_double_area(vertices, begin + i - 1, begin + i, begin + i + 1))
            if area[i] <= highest:
                _push(heap, size, (area[i] << bits) | i)
                size += 1
        while size and inner > keep_inner[arc]:
            key = heap[0]
            i = key & mask
            goes = live[begin + i] and key >> bits == area[i]
            p, n = np.int64(0), np.int64(0)
            if goes:
                p, n = np.int64(before[i]), np.int64(after[i])
                # A vertex in the middle of a straight line uncovers nothing.
                goes = area[i] == 0 or not _blocked(
                    vertices, live, begin + p, begin + i, begin + n, begin, end, first, members, places, frame
                )
            replaced = False  # the first new key takes the place of the one that goes out
            if goes:
                live[begin + i] = 0
                inner -= 1
                # Keys are not taken out when an area changes; the new one is beside them.
                if p > 0:
                    after[p] = n
                    area[p] = abs(_double_area(vertices, begin + before[p], begin + p, begin + n))
                    if area[p] <= highest:
                        _replace_first(heap, size, (area[p] << bits) | p)
                        replaced = True
                if n < last:
                    before[n] = p
                    area[n] = abs(_double_area(vertices, begin + p, begin + n, begin + after[n]))
                    if area[n] <= highest:
                        key = (area[n] << bits) | n
                        if replaced:
                            _push(heap, size, key)
                            size += 1
                        else:
                            _replace_first(heap, size, key)
                            replaced = True
            if not replaced:
                size -= 1
                _replace_first(heap, size, heap[size])


def inner_vertices_kept(start: Int32, end: Int32) -> Int64:
    """(arcs,) inner vertices that each arc has to keep: two on a loop, one beside a parallel arc, else none."""
    low, high = np.minimum(start, end).astype(np.int64), np.maximum(start, end).astype(np.int64)
    _, number, count = np.unique((low << 32) + high, return_inverse=True, return_counts=True)
    keep = np.where(count[number] > 1, 1, 0)
    keep[low == high] = 2
    return keep.astype(np.int64)


def simplify_arcs(coverage: CoverageT, *, tolerance_m: float, threads: int = 1) -> CoverageT:
    """See `Coverage.simplify`."""
    if not coverage.arc_count or tolerance_m <= 0:
        return coverage
    vertices, offsets = coverage.vertices, coverage.offsets
    x0, y0, east, north = extent(vertices)
    width, height = east + 1 - x0, north + 1 - y0
    cell = math.sqrt(width * height / (len(vertices) * _CELLS_PER_VERTEX))
    shift = max(math.ceil(math.log2(cell)), 0) if cell > 1 else 0
    columns, rows = (width >> shift) + 1, (height >> shift) + 1
    first, members, places = _index(vertices, x0, y0, shift, columns, rows)
    frame = np.array([x0, y0, shift, columns], np.int64)
    keep = inner_vertices_kept(coverage.start, coverage.end)
    limit = min(math.floor(2.0 * (tolerance_m * 100.0) ** 2 + 1e-6), 2**62)
    live = np.ones(len(vertices), np.uint8)

    def simplify(part: tuple[int, int]) -> None:
        _simplify(vertices, offsets, keep, *part, limit, first, members, places, frame, live)

    side_by_side(simplify, _parts_of_arcs(offsets, 1 if threads == 1 else 8 * threads), threads=threads)
    kept, kept_offsets = gather_vertices(vertices, offsets, live)
    return replace(coverage, vertices=kept, offsets=kept_offsets)


def _parts_of_arcs(offsets: Int64, count: int) -> list[tuple[int, int]]:
    """Runs of arcs of about as many vertices each."""
    cuts = np.searchsorted(offsets, np.linspace(0, offsets[-1], count + 1)[1:-1])
    ends = np.unique(np.concatenate([[0], cuts, [offsets.size - 1]])).tolist()
    return list(itertools.pairwise(ends))
