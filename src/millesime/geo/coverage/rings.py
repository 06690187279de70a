"""From arcs to rings: the closed boundaries of every face, and the polygons that they make.

A *half-arc* is an arc walked one way: 2 * arc forwards, 2 * arc + 1 backwards; the face lies on its left. Where
a face meets itself at a node, its boundary is walked around the neighbour, so that every ring is simple:
a hole that touches the shell at a corner stays a hole, as OGC polygons want it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@compiled("boolean(int64, int64, int64, int64)")
def _turns_before(ax: int, ay: int, bx: int, by: int) -> bool:
    """Whether direction a comes before b, counter-clockwise from the east."""
    a_low = ay < 0 or (ay == 0 and ax < 0)
    b_low = by < 0 or (by == 0 and bx < 0)
    if a_low != b_low:
        return b_low
    return ax * by - ay * bx > 0


@compiled("Tuple((int64[::1], int32[::1]))(int32[:,::1], int64[::1], int32[::1], int32[::1], int64)")
def around_nodes(vertices: Int32, offsets: Int64, start: Int32, end: Int32, nodes: int) -> tuple[Int64, Int32]:
    """Half-arcs that leave each node, counter-clockwise from the east: offsets per node, half-arcs."""
    first = np.zeros(nodes + 1, np.int64)
    for arc in range(start.size):
        first[start[arc] + 1] += 1
        first[end[arc] + 1] += 1
    for node in range(nodes):
        first[node + 1] += first[node]
    fill = first[:-1].copy()
    leaving = np.empty(2 * start.size, np.int32)
    dx = np.empty(leaving.size, np.int64)
    dy = np.empty(leaving.size, np.int64)
    for half in range(2 * start.size):
        arc = half >> 1
        if half & 1:
            node, here, towards = end[arc], offsets[arc + 1] - 1, offsets[arc + 1] - 2
        else:
            node, here, towards = start[arc], offsets[arc], offsets[arc] + 1
        x = np.int64(vertices[towards, 0]) - vertices[here, 0]
        y = np.int64(vertices[towards, 1]) - vertices[here, 1]
        slot = fill[node]
        fill[node] += 1
        while slot > first[node] and _turns_before(x, y, dx[slot - 1], dy[slot - 1]):
            leaving[slot] = leaving[slot - 1]
            dx[slot] = dx[slot - 1]
            dy[slot] = dy[slot - 1]
            slot -= 1
        leaving[slot] = half
        dx[slot] = x
        dy[slot] = y
    return first, leaving


@compiled("int32[::1](int64[::1], int32[::1], int32[::1], int32[::1], int32[::1], int32[::1])")
def _following(first: Int64, leaving: Int32, start: Int32, end: Int32, left: Int32, right: Int32) -> Int32:
    """For each half-arc, the next one along the boundary of the face on its left."""
    position = np.empty(leaving.size, np.int64)
    for slot in range(leaving.size):
        position[leaving[slot]] = slot
    out = np.empty(leaving.size, np.int32)
    for half in range(leaving.size):
        arc = half >> 1
        face = right[arc] if half & 1 else left[arc]
        node = start[arc] if half & 1 else end[arc]
        # Counter-clockwise from where we come from, over the neighbours, to the next half-arc of this face.
        slot = position[half ^ 1]
        out[half] = half ^ 1
        for _ in range(first[node + 1] - first[node]):
            slot += 1
            if slot == first[node + 1]:
                slot = first[node]
            candidate = leaving[slot]
            if (right[candidate >> 1] if candidate & 1 else left[candidate >> 1]) == face:
                out[half] = candidate
                break
    return out


@compiled(
    "Tuple((int64[::1], int32[::1], int32[::1], int64[::1]))(int32[::1], int32[::1], int32[::1], int64[::1], int64)"
)
def _walk(
    following: Int32, left: Int32, right: Int32, arc_double_areas: Int64, faces: int
) -> tuple[Int64, Int32, Int32, Int64]:
    """Rings as offsets into half-arcs, grouped by face with the shell first; face and double area of each."""
    seen = np.zeros(following.size, np.uint8)
    half_arcs = np.empty(following.size, np.int32)
    offsets = np.empty(following.size + 1, np.int64)
    face_of = np.empty(following.size, np.int32)
    area = np.empty(following.size, np.int64)
    rings = 0
    filled = 0
    for half in range(following.size):
        face = right[half >> 1] if half & 1 else left[half >> 1]
        if seen[half] or face < 0:
            continue
        offsets[rings] = filled
        total = np.int64(0)
        here = half
        while not seen[here]:
            seen[here] = 1
            half_arcs[filled] = here
            filled += 1
            total += -arc_double_areas[here >> 1] if here & 1 else arc_double_areas[here >> 1]
            here = following[here]
        face_of[rings] = face
        area[rings] = total
        rings += 1
    offsets[rings] = filled
    # Group by face, shells (positive area) before holes, otherwise in the order found.
    first = np.zeros(faces + 1, np.int64)
    for ring in range(rings):
        first[face_of[ring] + 1] += 1
    for face in range(faces):
        first[face + 1] += first[face]
    order = np.empty(rings, np.int64)
    fill = first[:-1].copy()
    for shells in range(2):
        for ring in range(rings):
            if (area[ring] > 0) == (shells == 0):
                order[fill[face_of[ring]]] = ring
                fill[face_of[ring]] += 1
    out_offsets = np.empty(rings + 1, np.int64)
    out_half_arcs = np.empty(filled, np.int32)
    out_face = np.empty(rings, np.int32)
    out_area = np.empty(rings, np.int64)
    filled = 0
    for position in range(rings):
        ring = order[position]
        out_offsets[position] = filled
        out_face[position] = face_of[ring]
        out_area[position] = area[ring]
        for i in range(offsets[ring], offsets[ring + 1]):
            out_half_arcs[filled] = half_arcs[i]
            filled += 1
    out_offsets[rings] = filled
    return out_offsets, out_half_arcs, out_face, out_area


@compiled(
    "Tuple((int32[:,::1], int64[::1]))(int32[:,::1], int64[::1], int64[::1], int32[::1])",
)
def ring_vertices(vertices: Int32, offsets: Int64, ring_offsets: Int64, half_arcs: Int32) -> tuple[Int32, Int64]:
    """Closed vertex lists of rings: vertices of shape (n, 2) and offsets per ring."""
    rings = ring_offsets.size - 1
    out_offsets = np.zeros(rings + 1, np.int64)
    for ring in range(rings):
        n = np.int64(1)
        for i in range(ring_offsets[ring], ring_offsets[ring + 1]):
            arc = half_arcs[i] >> 1
            n += offsets[arc + 1] - offsets[arc] - 1
        out_offsets[ring + 1] = out_offsets[ring] + n
    out = np.empty((out_offsets[rings], 2), np.int32)
    for ring in range(rings):
        at = out_offsets[ring]
        for i in range(ring_offsets[ring], ring_offsets[ring + 1]):
            arc = half_arcs[i] >> 1
            low, high = offsets[arc], offsets[arc + 1]
            for j in range(high - low - 1):
                source = high - 1 - j if half_arcs[i] & 1 else low + j
                out[at, 0] = vertices[source, 0]
                out[at, 1] = vertices[source, 1]
                at += 1
        out[at, 0] = out[out_offsets[ring], 0]
        out[at, 1] = out[out_offsets[ring], 1]
    return out, out_offsets


@dataclass(frozen=True)
class Rings:
    """The closed boundaries of all faces, grouped by face, its shell first and then its holes."""

    offsets: Int64
    """(rings + 1,) where each ring begins in `half_arcs`."""

    half_arcs: Int32
    """(n,) half-arcs in order along the rings, the face on the left."""

    face: Int32
    """(rings,) face of each ring, ascending."""

    double_area: Int64
    """(rings,) twice the area in cm²: positive for a shell, negative for a hole."""


def close_rings(
    *,
    vertices: Int32,
    offsets: Int64,
    left: Int32,
    right: Int32,
    start: Int32,
    end: Int32,
    arc_double_areas: Int64,
    faces: int,
) -> Rings:
    """Join arcs into the rings of every face."""
    nodes = int(max(start.max(initial=-1), end.max(initial=-1))) + 1
    first, leaving = around_nodes(vertices, offsets, start, end, nodes)
    following = _following(first, leaving, start, end, left, right)
    return Rings(*_walk(following, left, right, arc_double_areas, faces))
