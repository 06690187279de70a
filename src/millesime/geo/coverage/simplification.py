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

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.assembly import gather_vertices
from millesime.geo.coverage.compiled import compiled

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]

_VERTICES_PER_CELL = 2


@compiled("Tuple((int64[::1], int32[::1]))(int32[:,::1], int64, int64, int64, int64, int64)")
def _index(vertices: Int32, x0: int, y0: int, cell: int, columns: int, rows: int) -> tuple[Int64, Int32]:
    """Vertices by cell of a square grid: offsets per cell, vertex numbers."""
    first = np.zeros(columns * rows + 1, np.int64)
    for i in range(vertices.shape[0]):
        first[(vertices[i, 1] - y0) // cell * columns + (vertices[i, 0] - x0) // cell + 1] += 1
    for i in range(columns * rows):
        first[i + 1] += first[i]
    fill = first[:-1].copy()
    members = np.empty(vertices.shape[0], np.int32)
    for i in range(vertices.shape[0]):
        at = (vertices[i, 1] - y0) // cell * columns + (vertices[i, 0] - x0) // cell
        members[fill[at]] = i
        fill[at] += 1
    return first, members


@compiled("int64(int32[:,::1], int64, int64, int64)")
def _double_area(vertices: Int32, p: int, v: int, n: int) -> int:
    """Twice the signed area of a triangle of vertices."""
    ax = np.int64(vertices[v, 0]) - vertices[p, 0]
    ay = np.int64(vertices[v, 1]) - vertices[p, 1]
    bx = np.int64(vertices[n, 0]) - vertices[p, 0]
    by = np.int64(vertices[n, 1]) - vertices[p, 1]
    area: Any = ax * by - ay * bx
    return area


@compiled("UniTuple(int64, 2)(int64[::1], int64[::1], int64, int64)")
def _reach(x: Int64, y: Int64, low: int, high: int) -> tuple[int, int]:
    """Least and greatest x of a triangle within a band of y, not too narrow."""
    least, most = np.inf, -np.inf
    for i in range(3):
        j = (i + 1) % 3
        ax, ay, bx, by = float(x[i]), float(y[i]), float(x[j]), float(y[j])
        if max(ay, by) < low or min(ay, by) > high:
            continue
        if ay != by:
            t = (min(max(ay, low), high) - ay) / (by - ay)
            s = (min(max(by, low), high) - ay) / (by - ay)
            ax, bx = ax + t * (float(x[j]) - ax), ax + s * (float(x[j]) - ax)
        least = min(least, ax, bx)
        most = max(most, ax, bx)
    return math.floor(least) - 1, math.ceil(most) + 1


@compiled("boolean(int32[:,::1], uint8[::1], int64, int64, int64, int64, int64, int64[::1], int32[::1], int64[::1])")
def _blocked(
    vertices: Int32,
    live: UInt8,
    p: int,
    v: int,
    n: int,
    begin: int,  # the vertices of the arc at hand are begin .. end - 1
    end: int,
    first: Int64,
    members: Int32,
    frame: Int64,  # x0, y0, cell, columns
) -> bool:
    """Whether the closed triangle p, v, n holds a vertex that matters."""
    x = np.empty(3, np.int64)
    y = np.empty(3, np.int64)
    corners = (p, v, n) if _double_area(vertices, p, v, n) > 0 else (n, v, p)
    for i in range(3):
        x[i] = vertices[corners[i], 0]
        y[i] = vertices[corners[i], 1]
    x0, y0, cell, columns = frame[0], frame[1], frame[2], frame[3]
    top, bottom = (y.max() - y0) // cell, (y.min() - y0) // cell
    west, east = (x.min() - x0) // cell, (x.max() - x0) // cell
    wide = top - bottom > 2 and east - west > 2
    for row in range(bottom, top + 1):
        if wide:
            least, most = _reach(x, y, y0 + row * cell, y0 + (row + 1) * cell)
            low = max(west, (least - x0) // cell)
            high = min(east, (most - x0) // cell)
        else:
            low, high = west, east
        for slot in range(first[row * columns + low], first[row * columns + high + 1]):
            u = members[slot]
            if begin <= u < end and not live[u]:
                continue
            ux, uy = np.int64(vertices[u, 0]), np.int64(vertices[u, 1])
            inside = True
            corner = False
            for i in range(3):
                j = i + 1 if i < 2 else 0
                if (x[j] - x[i]) * (uy - y[i]) - (y[j] - y[i]) * (ux - x[i]) < 0:
                    inside = False
                    break
                corner |= ux == x[i] and uy == y[i]
            if inside and not corner:
                return True
    return False


@compiled("boolean(int64[::1], int64, int64)")
def _goes_before(area: Int64, one: int, other: int) -> bool:
    return area[one] < area[other] or (area[one] == area[other] and one < other)


@compiled("void(int64[::1], int32[::1], int32[::1], int64)")
def _rise(area: Int64, heap: Int32, slot_of: Int32, slot: int) -> None:
    item = heap[slot]
    while slot > 0 and _goes_before(area, item, heap[(slot - 1) >> 1]):
        heap[slot] = heap[(slot - 1) >> 1]
        slot_of[heap[slot]] = slot
        slot = (slot - 1) >> 1
    heap[slot] = item
    slot_of[item] = slot


@compiled("void(int64[::1], int32[::1], int32[::1], int64, int64)")
def _sink(area: Int64, heap: Int32, slot_of: Int32, size: int, slot: int) -> None:
    item = heap[slot]
    while 2 * slot + 1 < size:
        below = 2 * slot + 1
        if below + 1 < size and _goes_before(area, heap[below + 1], heap[below]):
            below += 1
        if not _goes_before(area, heap[below], item):
            break
        heap[slot] = heap[below]
        slot_of[heap[slot]] = slot
        slot = below
    heap[slot] = item
    slot_of[item] = slot


@compiled(
    "uint8[::1](int32[:,::1], int64[::1], int64[::1], int64, int64[::1], int32[::1], int64[::1])",
)
def _simplify(
    vertices: Int32,
    offsets: Int64,
    keep_inner: Int64,  # (arcs,) inner vertices that each arc keeps at least
    limit: int,  # twice the greatest area of a triangle that goes, in cm²
    first: Int64,
    members: Int32,
    frame: Int64,
) -> UInt8:
    """Which vertices stay."""
    live = np.ones(vertices.shape[0], np.uint8)
    longest = np.int64(0)
    for arc in range(offsets.size - 1):
        longest = max(longest, offsets[arc + 1] - offsets[arc])
    before = np.empty(longest, np.int32)
    after = np.empty(longest, np.int32)
    area = np.empty(longest, np.int64)
    heap = np.empty(longest, np.int32)
    slot_of = np.empty(longest, np.int32)
    for arc in range(offsets.size - 1):
        begin, end = offsets[arc], offsets[arc + 1]
        inner = end - begin - 2
        if inner <= keep_inner[arc]:
            continue
        size = 0
        i: Any
        slot: Any
        for i in range(1, inner + 1):
            before[i] = i - 1
            after[i] = i + 1
            slot_of[i] = -1
            area[i] = abs(_double_area(vertices, begin + i - 1, begin + i, begin + i + 1))
            if area[i] <= limit:
                heap[size] = i
                slot_of[i] = size
                size += 1
                _rise(area, heap, slot_of, size - 1)
        while size and inner > keep_inner[arc]:
            i = np.int64(heap[0])
            size -= 1
            slot_of[i] = -1
            if size:
                heap[0] = heap[size]
                slot_of[heap[0]] = 0
                _sink(area, heap, slot_of, size, 0)
            p, n = np.int64(before[i]), np.int64(after[i])
            # A vertex in the middle of a straight line uncovers nothing.
            if area[i] and _blocked(vertices, live, begin + p, begin + i, begin + n, begin, end, first, members, frame):
                continue
            live[begin + i] = 0
            inner -= 1
            if p > 0:
                after[p] = n
            if n < end - begin - 1:
                before[n] = p
            for side in range(2):
                j = n if side else p
                if j == 0 or j == end - begin - 1:
                    continue
                area[j] = abs(_double_area(vertices, begin + before[j], begin + j, begin + after[j]))
                if slot_of[j] >= 0:
                    # Out with the old key: replace by the last of the heap.
                    slot = np.int64(slot_of[j])
                    slot_of[j] = -1
                    size -= 1
                    if slot < size:
                        heap[slot] = heap[size]
                        slot_of[heap[slot]] = slot
                        moved = heap[slot]
                        _rise(area, heap, slot_of, slot)
                        _sink(area, heap, slot_of, size, np.int64(slot_of[moved]))
                if area[j] <= limit:
                    heap[size] = j
                    slot_of[j] = size
                    size += 1
                    _rise(area, heap, slot_of, size - 1)
    return live


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
    vertices = coverage.vertices
    x0, y0 = (int(least) for least in vertices.min(axis=0))
    width, height = (int(most) + 1 - least for most, least in zip(vertices.max(axis=0), (x0, y0), strict=True))
    cell = max(1, math.ceil(math.sqrt(width * height * _VERTICES_PER_CELL / len(vertices))))
    columns, rows = width // cell + 1, height // cell + 1
    first, members = _index(vertices, x0, y0, cell, columns, rows)
    live = _simplify(
        vertices,
        coverage.offsets,
        inner_vertices_kept(coverage.start, coverage.end),
        math.floor(2.0 * (tolerance_m * 100.0) ** 2 + 1e-6),
        first,
        members,
        np.array([x0, y0, cell, columns], np.int64),
    )
    kept, offsets = gather_vertices(vertices, coverage.offsets, live)
    return replace(coverage, vertices=kept, offsets=offsets)
