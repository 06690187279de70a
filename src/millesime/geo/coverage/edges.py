"""Edges of rings on the 1 cm grid, and which of them are the same line for two rings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]

#: In place of a twin: no other edge joins the same points.
ALONE = -1

#: In place of a twin: two others or more do, or the edge has no length.
CROWDED = -2


@compiled("Tuple((int32[:,::1], boolean))(float64[:,::1], int64, int64)")
def whole_centimetres(coordinates: npt.NDArray[np.float64], x0: int, y0: int) -> tuple[Int32, bool]:
    """Metres as centimetres from an origin, and whether all were the doubles nearest to whole centimetres."""
    out = np.empty(coordinates.shape, np.int32)
    on_grid = True
    for i in range(coordinates.shape[0]):
        x, y = np.rint(coordinates[i, 0] * 100.0), np.rint(coordinates[i, 1] * 100.0)
        if x / 100.0 != coordinates[i, 0] or y / 100.0 != coordinates[i, 1]:
            on_grid = False
        out[i, 0] = np.int64(x) - x0
        out[i, 1] = np.int64(y) - y0
    return out, on_grid


@compiled("int32[::1](int32[:,::1], int64)")
def twins_of_edges(ends: Int32, points: int) -> Int32:
    """(edges,) the other edge that joins the same two points, in either direction; ALONE or CROWDED.

    Args:
        ends: (edges, 2) numbers of points.
        points: how many points there are.
    """
    first = np.zeros(points + 1, np.int64)
    for e in range(ends.shape[0]):
        first[min(ends[e, 0], ends[e, 1]) + 1] += 1
    for p in range(points):
        first[p + 1] += first[p]
    fill = first[:-1].copy()
    member = np.empty(ends.shape[0], np.int32)
    twin = np.full(ends.shape[0], -1, np.int32)
    for e in range(ends.shape[0]):
        low, high = min(ends[e, 0], ends[e, 1]), max(ends[e, 0], ends[e, 1])
        if low == high:
            twin[e] = -2
        for slot in range(first[low], fill[low]):
            other = member[slot]
            if max(ends[other, 0], ends[other, 1]) != high:
                continue
            if twin[e] == -1 and twin[other] == -1:
                twin[e] = other
                twin[other] = e
            else:
                if twin[other] >= 0:
                    twin[twin[other]] = -2
                twin[other] = -2
                twin[e] = -2
        member[fill[low]] = e
        fill[low] += 1
    return twin
