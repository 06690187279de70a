"""Rings cut to a rectangle before they are noded, so that far parts of large polygons cost nothing.

Sutherland and Hodgman's way: along the rectangle the ring may run to and fro, which does no harm, as what bounds a
region an even number of times bounds nothing. Inside, the ring is the same up to the rounding of its cuts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int64 = npt.NDArray[np.int64]


@compiled("int64(int64[:,::1], int64, int64, int64, int64, int64[:,::1])")
def _cut(ring: Int64, count: int, axis: int, sign: int, bound: int, out: Int64) -> int:
    """Cut an open list of corners at one side: what has sign * coordinate <= sign * bound stays."""
    other = 1 - axis
    filled = 0
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        here, there = sign * (ring[i, axis] - bound), sign * (ring[j, axis] - bound)
        if here <= 0:
            out[filled, 0], out[filled, 1] = ring[i, 0], ring[i, 1]
            filled += 1
        if (here < 0 and there > 0) or (here > 0 and there < 0):
            # From the inner to the outer end, so that both neighbours of a border get the same cut.
            inner, outer = (i, j) if here < 0 else (j, i)
            share = float(bound - ring[inner, axis]) / float(ring[outer, axis] - ring[inner, axis])
            way = np.rint(share * float(ring[outer, other] - ring[inner, other]))
            out[filled, axis] = bound
            out[filled, other] = ring[inner, other] + np.int64(way)
            filled += 1
    return filled


@compiled("Tuple((int64[:,::1], int64[::1], int64[::1]))(int64[:,::1], int64[::1], int64[::1])")
def clip_rings(vertices: Int64, offsets: Int64, box: Int64) -> tuple[Int64, Int64, Int64]:
    """Closed rings cut to a box (west, south, east, north): vertices, offsets, and the ring each one comes from."""
    most = np.int64(0)
    for ring in range(offsets.size - 1):
        most = max(most, offsets[ring + 1] - offsets[ring])
    # Every cut adds at most half as many corners as there are, and a corner.
    one = np.empty((6 * most + 16, 2), np.int64)
    two = np.empty((6 * most + 16, 2), np.int64)
    out = np.empty((vertices.shape[0] + 16, 2), np.int64)
    out_offsets = np.zeros(offsets.size, np.int64)
    source = np.empty(offsets.size - 1, np.int64)
    rings = 0
    filled = 0
    for ring in range(offsets.size - 1):
        begin, end = offsets[ring], offsets[ring + 1]
        if end - begin < 4:
            continue
        west, south, east, north = vertices[begin, 0], vertices[begin, 1], vertices[begin, 0], vertices[begin, 1]
        for i in range(begin, end):
            west, east = min(west, vertices[i, 0]), max(east, vertices[i, 0])
            south, north = min(south, vertices[i, 1]), max(north, vertices[i, 1])
        if east <= box[0] or west >= box[2] or north <= box[1] or south >= box[3]:
            continue
        count = end - begin - 1
        for i in range(count):
            one[i, 0], one[i, 1] = vertices[begin + i, 0], vertices[begin + i, 1]
        if west < box[0]:
            count = _cut(one, count, 0, -1, box[0], two)
            one, two = two, one
        if south < box[1]:
            count = _cut(one, count, 1, -1, box[1], two)
            one, two = two, one
        if east > box[2]:
            count = _cut(one, count, 0, 1, box[2], two)
            one, two = two, one
        if north > box[3]:
            count = _cut(one, count, 1, 1, box[3], two)
            one, two = two, one
        if count < 3:
            continue
        if filled + count + 1 > out.shape[0]:
            wider = np.empty((2 * (filled + count + 1), 2), np.int64)
            wider[:filled] = out[:filled]
            out = wider
        for i in range(count + 1):
            at = i if i < count else 0
            out[filled, 0], out[filled, 1] = one[at, 0], one[at, 1]
            filled += 1
        source[rings] = ring
        rings += 1
        out_offsets[rings] = filled
    return out[:filled].copy(), out_offsets[: rings + 1].copy(), source[:rings].copy()
