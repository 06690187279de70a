"""Areas, lengths and places of arcs, in whole numbers so that sums do not depend on their order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: Lengths are counted in this fraction of a centimetre.
LENGTH_UNITS_PER_CM = 256


@compiled("int64[::1](int32[:,::1], int64[::1])")
def double_areas(vertices: Int32, offsets: Int64) -> Int64:
    """Twice the area swept by each arc as seen from the origin, positive to the left, in cm²."""
    out = np.zeros(offsets.size - 1, np.int64)
    for arc in range(out.size):
        total = np.int64(0)
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            total += np.int64(vertices[i, 0]) * vertices[i + 1, 1]
            total -= np.int64(vertices[i, 1]) * vertices[i + 1, 0]
        out[arc] = total
    return out


@compiled("int64[::1](int32[:,::1], int64[::1])")
def lengths(vertices: Int32, offsets: Int64) -> Int64:
    """Length of each arc in `LENGTH_UNITS_PER_CM` of a centimetre, each segment rounded."""
    out = np.zeros(offsets.size - 1, np.int64)
    for arc in range(out.size):
        total = np.int64(0)
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            dx = np.float64(vertices[i + 1, 0] - np.int64(vertices[i, 0]))
            dy = np.float64(vertices[i + 1, 1] - np.int64(vertices[i, 1]))
            total += np.int64(math.floor(math.sqrt(dx * dx + dy * dy) * LENGTH_UNITS_PER_CM + 0.5))
        out[arc] = total
    return out


@compiled("int64[::1](int64[::1], int32[::1], int32[::1], int64)")
def face_double_areas(arc_double_areas: Int64, left: Int32, right: Int32, faces: int) -> Int64:
    """Twice the area of each face, in cm²."""
    out = np.zeros(faces, np.int64)
    for arc in range(left.size):
        if left[arc] >= 0:
            out[left[arc]] += arc_double_areas[arc]
        if right[arc] >= 0:
            out[right[arc]] -= arc_double_areas[arc]
    return out


@compiled("UniTuple(int64, 4)(int32[:,::1])")
def extent(vertices: Int32) -> tuple[int, int, int, int]:
    """Least x, least y, greatest x and greatest y of one vertex or more."""
    west, south = vertices[0, 0], vertices[0, 1]
    east, north = west, south
    for i in range(1, vertices.shape[0]):
        west, east = min(west, vertices[i, 0]), max(east, vertices[i, 0])
        south, north = min(south, vertices[i, 1]), max(north, vertices[i, 1])
    found: Any = (np.int64(west), np.int64(south), np.int64(east), np.int64(north))
    return found


@compiled("int64[::1](int32[:,::1], int64[::1])")
def first_corners(vertices: Int32, offsets: Int64) -> Int64:
    """For each arc its northernmost, then westernmost vertex, as one number that grows southwards and eastwards."""
    out = np.empty(offsets.size - 1, np.int64)
    for arc in range(out.size):
        best = np.iinfo(np.int64).max
        for i in range(offsets[arc], offsets[arc + 1]):
            best = min(best, -np.int64(vertices[i, 1]) * 4294967296 + vertices[i, 0])
        out[arc] = best
    return out


@compiled("int64[::1](int64[::1], int32[::1], int32[::1], int64)")
def face_first_corners(arc_first_corners: Int64, left: Int32, right: Int32, faces: int) -> Int64:
    """For each face the first corner of its boundary, ordered as in `first_corners`."""
    out = np.full(faces, np.iinfo(np.int64).max, np.int64)
    for arc in range(left.size):
        if left[arc] >= 0:
            out[left[arc]] = min(out[left[arc]], arc_first_corners[arc])
        if right[arc] >= 0:
            out[right[arc]] = min(out[right[arc]], arc_first_corners[arc])
    return out
