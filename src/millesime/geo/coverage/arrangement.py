"""The faces between noded edges, and what each of them lies in, told by the edges alone.

Every line knows the *regions* that it bounds: a polygon is bounded by its rings, a face of a coverage by its arcs. Who
crosses an edge leaves the regions that it bounds or enters them. So the regions that hold a face are found by walking
from face to face, out of the unbounded one that no region holds: no point is ever looked for in a polygon. A region is
what an odd number of its borders parts from the outside, which makes two triangles of a bow-tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.noding import Noded, box_of, frame_of, index_segments

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Arrangement:
    """Faces between edges, and the regions of each layer that hold them. Face 0 is the unbounded one."""

    points: Int32
    """(points, 2) x and y in cm."""

    ends: Int32
    """(edges, 2) points; every edge once."""

    left: Int32
    """(edges,) face on the left of each edge; `right` likewise."""

    right: Int32

    holder: Int32
    """(faces, layers) first owner of the regions that hold the face, in the order of their numbers; -1: none."""

    claims: Int32
    """(faces, layers) how many owners hold the face."""

    def in_order(self, inside: npt.NDArray[np.bool_]) -> Int64:
        """Some of the faces in an order by content: from north to south, then from west to east."""
        faces = np.flatnonzero(inside)
        extents = _extents(self.points, self.ends, self.left, self.right, inside.size)
        # First by the corner in the north-west; the rest is looked at only where several faces have it in common.
        key = (extents[0] << 32) + extents[1]
        order: Int64 = faces[np.argsort(key[faces], kind="stable")]
        alike = np.zeros(order.size, np.bool_)
        alike[1:] = key[order[1:]] == key[order[:-1]]
        alike[:-1] |= alike[1:]
        tied = order[alike]
        order[alike] = tied[np.lexsort((*extents[:1:-1, tied], key[tied]))]
        return order


@compiled("int64[:,::1](int32[:,::1], int32[:,::1], int32[::1], int32[::1], int64)")
def _extents(points: Int32, ends: Int32, left: Int32, right: Int32, faces: int) -> Int64:
    """(6, faces) minus the greatest y, least x, least y, greatest x, double area, and sum of x + 3 y, in cm."""
    out = np.zeros((6, faces), np.int64)
    out[:4] = np.iinfo(np.int64).max
    out[3] = np.iinfo(np.int64).min
    for e in range(ends.shape[0]):
        ax, ay = np.int64(points[ends[e, 0], 0]), np.int64(points[ends[e, 0], 1])
        bx, by = np.int64(points[ends[e, 1], 0]), np.int64(points[ends[e, 1], 1])
        for side in range(2):
            face = right[e] if side else left[e]
            if face < 0:
                continue
            out[0, face] = min(out[0, face], -max(ay, by))
            out[1, face] = min(out[1, face], min(ax, bx))
            out[2, face] = min(out[2, face], min(ay, by))
            out[3, face] = max(out[3, face], max(ax, bx))
            out[4, face] += ay * bx - ax * by if side else ax * by - ay * bx
            out[5, face] += ax + bx + 3 * (ay + by)
    return out


@compiled(
    "Tuple((int32[:,::1], int64[::1], int32[::1]))(int32[:,::1], int32[::1], int32[:,::1], int64)",
)
def _unite_edges(ends: Int32, line: Int32, bounds: Int32, points: int) -> tuple[Int32, Int64, Int32]:
    """Edges once, without those that bound no region any more; offsets and regions that each one bounds."""
    first = np.zeros(points + 1, np.int64)
    for i in range(ends.shape[0]):
        first[min(ends[i, 0], ends[i, 1]) + 1] += 1
    for p in range(points):
        first[p + 1] += first[p]
    # By lower end, then by upper end within the few edges of one lower end.
    fill = first[:-1].copy()
    upper = np.empty(ends.shape[0], np.int32)
    source = np.empty(ends.shape[0], np.int32)
    for i in range(ends.shape[0]):
        low, high = min(ends[i, 0], ends[i, 1]), max(ends[i, 0], ends[i, 1])
        slot = fill[low]
        fill[low] += 1
        while slot > first[low] and upper[slot - 1] > high:
            upper[slot] = upper[slot - 1]
            source[slot] = source[slot - 1]
            slot -= 1
        upper[slot] = high
        source[slot] = line[i]
    out = np.empty((ends.shape[0], 2), np.int32)
    offsets = np.zeros(ends.shape[0] + 1, np.int64)
    regions = np.empty(2 * ends.shape[0], np.int32)
    count = 0
    filled = 0
    for p in range(points):
        i = first[p]
        while i < first[p + 1]:
            begin = filled
            j = i
            while j < first[p + 1] and upper[j] == upper[i]:
                for side in range(bounds.shape[1]):
                    region = bounds[source[j], side]
                    if region < 0:
                        continue
                    slot = filled
                    while slot > begin and regions[slot - 1] > region:
                        slot -= 1
                    if slot > begin and regions[slot - 1] == region:  # twice is not at all
                        for k in range(slot, filled):
                            regions[k - 1] = regions[k]
                        filled -= 1
                    else:
                        for k in range(filled, slot, -1):
                            regions[k] = regions[k - 1]
                        regions[slot] = region
                        filled += 1
                j += 1
            if filled > begin:
                out[count, 0], out[count, 1] = p, upper[i]
                count += 1
                offsets[count] = filled
            i = j
    return out[:count].copy(), offsets[: count + 1].copy(), regions[:filled].copy()


@compiled("int32[::1](int32[:,::1], int32[:,::1])")
def _following(points: Int32, ends: Int32) -> Int32:
    """For each half-edge (2e: as the edge runs; 2e + 1: back), the next one along the face on its left."""
    first = np.zeros(points.shape[0] + 1, np.int64)
    for e in range(ends.shape[0]):
        first[ends[e, 0] + 1] += 1
        first[ends[e, 1] + 1] += 1
    for p in range(points.shape[0]):
        first[p + 1] += first[p]
    fill = first[:-1].copy()
    leaving = np.empty(2 * ends.shape[0], np.int32)
    dx = np.empty(leaving.size, np.int64)
    dy = np.empty(leaving.size, np.int64)
    for half in range(leaving.size):
        here, towards = ends[half >> 1, half & 1], ends[half >> 1, 1 - (half & 1)]
        x = np.int64(points[towards, 0]) - points[here, 0]
        y = np.int64(points[towards, 1]) - points[here, 1]
        low = y < 0 or (y == 0 and x < 0)
        slot = fill[here]
        fill[here] += 1
        while slot > first[here]:  # counter-clockwise from the east
            before_x, before_y = dx[slot - 1], dy[slot - 1]
            before_low = before_y < 0 or (before_y == 0 and before_x < 0)
            if low != before_low:
                if low:
                    break
            elif x * before_y - y * before_x <= 0:
                break
            leaving[slot], dx[slot], dy[slot] = leaving[slot - 1], before_x, before_y
            slot -= 1
        leaving[slot], dx[slot], dy[slot] = half, x, y
    out = np.empty(leaving.size, np.int32)
    for p in range(points.shape[0]):
        for slot in range(first[p], first[p + 1]):
            clockwise = slot - 1 if slot > first[p] else first[p + 1] - 1
            out[leaving[slot] ^ 1] = leaving[clockwise]
    return out


@compiled("Tuple((int32[::1], int32[::1], int64[::1], int32[::1]))(int32[:,::1], int32[:,::1], int32[::1])")
def _walk(points: Int32, ends: Int32, following: Int32) -> tuple[Int32, Int32, Int64, Int32]:
    """Borders: that of each half-edge; first half-edge, double area and southernmost, westernmost point of each."""
    border = np.full(following.size, -1, np.int32)
    start = np.empty(following.size, np.int32)
    area = np.empty(following.size, np.int64)
    lowest = np.empty(following.size, np.int32)
    count = 0
    for half in range(following.size):
        if border[half] >= 0:
            continue
        total = np.int64(0)
        here: Any = np.int64(half)
        low: Any = np.int64(ends[half >> 1, half & 1])
        while border[here] < 0:
            border[here] = count
            a, b = ends[here >> 1, here & 1], ends[here >> 1, 1 - (here & 1)]
            ax, ay = np.int64(points[a, 0]), np.int64(points[a, 1])
            total += ax * np.int64(points[b, 1]) - ay * np.int64(points[b, 0])
            if ay < points[low, 1] or (ay == points[low, 1] and ax < points[low, 0]):
                low = np.int64(a)
            here = np.int64(following[here])
        start[count] = half
        area[count] = total
        lowest[count] = low
        count += 1
    return border, start[:count].copy(), area[:count].copy(), lowest[:count].copy()


@compiled("boolean(int32[:,::1], int64, int64, int64)")
def _lies_above(segments: Int32, one: int, other: int, x: int) -> bool:
    """Whether a segment lies above another one just to the east of x; both reach there, and they do not cross."""
    along = np.empty(2, np.int64)
    rise = np.empty(2, np.int64)
    whole = np.empty(2, np.int64)
    part = np.empty(2, np.int64)
    for i in range(2):
        s = other if i else one
        ax, ay = np.int64(segments[s, 0]), np.int64(segments[s, 1])
        along[i], rise[i] = np.int64(segments[s, 2]) - ax, np.int64(segments[s, 3]) - ay
        whole[i] = ay + (rise[i] * (x - ax)) // along[i]
        part[i] = (rise[i] * (x - ax)) % along[i]
    if whole[0] != whole[1]:
        return whole[0] > whole[1]
    if part[0] * along[1] != part[1] * along[0]:
        return part[0] * along[1] > part[1] * along[0]
    return rise[0] * along[1] > rise[1] * along[0]


@compiled("int32[::1](int32[:,::1], int64[::1], int32[::1], int64[::1], int32[:,::1])")
def _below(segments: Int32, first: Int64, members: Int32, frame: Int64, places: Int32) -> Int32:
    """For each place, the segment next below; -1: none. Segments run from west to east."""
    x0, y0, cell, columns = frame[0], frame[1], frame[2], frame[3]
    out = np.full(places.shape[0], -1, np.int32)
    for i in range(places.shape[0]):
        x, y = np.int64(places[i, 0]), np.int64(places[i, 1])
        column = (x - x0) // cell
        best: Any = np.int64(-1)
        for row in range((y - y0) // cell, -1, -1):
            for slot in range(first[row * columns + column], first[row * columns + column + 1]):
                s = np.int64(members[slot])
                if x < segments[s, 0] or x >= segments[s, 2]:
                    continue
                rise = (np.int64(segments[s, 3]) - segments[s, 1]) * (x - segments[s, 0])
                if rise >= (y - segments[s, 1]) * (np.int64(segments[s, 2]) - segments[s, 0]):
                    continue
                if best < 0 or (best != s and _lies_above(segments, s, best, x)):
                    best = s
            if best >= 0:
                # Done unless the segment reaches x only in a row further below.
                rise = (np.int64(segments[best, 3]) - segments[best, 1]) * (x - segments[best, 0])
                if rise >= (y0 + row * cell - segments[best, 1]) * (np.int64(segments[best, 2]) - segments[best, 0]):
                    break
        out[i] = best
    return out


@compiled("int32[::1](int64[::1], int64[::1], int32[::1], int32[::1], int32[::1])")
def _faces_of_islands(order: Int64, islands: Int64, below: Int32, above: Int32, face: Int32) -> Int32:
    """Face around each island; in an order in which what lies below an island comes before it."""
    of_border = face.copy()
    out = np.empty(islands.size, np.int32)
    for i in order:
        out[i] = 0 if below[i] < 0 else of_border[above[i]]
        of_border[islands[i]] = out[i]
    return out


@compiled(
    "Tuple((int32[:,::1], int32[:,::1]))"
    "(int32[::1], int32[::1], int32[::1], int64, int64[::1], int32[::1], int32[::1], int32[::1], int64)"
)
def _flood(
    border_face: Int32,
    start: Int32,
    following: Int32,
    faces: int,
    offsets: Int64,
    regions: Int32,
    owner: Int32,
    layer: Int32,
    layers: int,
) -> tuple[Int32, Int32]:
    """Walk over all faces from the unbounded one and note the first owner and the number of owners in each layer."""
    face = np.empty(following.size, np.int32)  # on the left of each half-edge
    next_border = np.full(start.size, -1, np.int32)
    first_border = np.full(faces, -1, np.int32)
    for border in range(start.size - 1, -1, -1):
        next_border[border] = first_border[border_face[border]]
        first_border[border_face[border]] = border
        here: Any = np.int64(start[border])
        while True:
            face[here] = border_face[border]
            here = np.int64(following[here])
            if here == start[border]:
                break
    holder = np.full((faces, layers), -1, np.int32)
    claims = np.zeros((faces, layers), np.int32)
    # The regions that hold the face at hand, as one list for each layer, ascending.
    head = np.full(layers, -1, np.int32)
    behind = np.full(owner.size, -1, np.int32)
    entered = np.full(faces, -1, np.int32)  # half-edge over which a face was entered, on its own side
    border_at = first_border.copy()
    half_at = np.full(faces, -1, np.int32)
    seen = np.zeros(faces, np.uint8)
    seen[0] = 1
    here = np.int64(0)
    while True:
        step: Any = np.int64(-1)
        while border_at[here] >= 0:
            half: Any = np.int64(half_at[here] if half_at[here] >= 0 else start[border_at[here]])
            half_at[here] = following[half]
            if half_at[here] == start[border_at[here]]:
                border_at[here] = next_border[border_at[here]]
                half_at[here] = -1
            if not seen[face[half ^ 1]]:
                step = half
                break
        leave = step < 0
        if leave:
            if here == 0:
                break
            step = np.int64(entered[here])
        for i in range(offsets[step >> 1], offsets[(step >> 1) + 1]):
            region = regions[i]
            of = layer[region]
            before: Any = np.int64(-1)
            at: Any = np.int64(head[of])
            while 0 <= at < region:
                before = at
                at = np.int64(behind[at])
            after = behind[at] if at == region else region
            if at != region:
                behind[region] = at
            if before < 0:
                head[of] = after
            else:
                behind[before] = after
        here = np.int64(face[step ^ 1])
        if not leave:
            seen[here] = 1
            entered[here] = step ^ 1
            for of in range(layers):
                at = np.int64(head[of])
                last: Any = np.int64(-1)
                if at >= 0:
                    holder[here, of] = owner[at]
                while at >= 0:
                    if owner[at] != last:
                        claims[here, of] += 1
                        last = np.int64(owner[at])
                    at = np.int64(behind[at])
    return holder, claims


def arrange(noded: Noded, bounds: Int32, owner: Int32, layer: Int32, *, layers: int) -> Arrangement:
    """The faces between noded edges.

    Args:
        noded: edges, cut against one another.
        bounds: (lines, n) regions that each line bounds, -1: none. The lines of a region are closed.
        owner: (regions,) what the region is a part of; within a layer in ascending order.
        layer: (regions,) layer of each region.
        layers: number of layers.
    """
    points = noded.points
    ends, offsets, regions = _unite_edges(noded.ends, noded.line, bounds, len(points))
    following = _following(points, ends)
    border, start, area, lowest = _walk(points, ends, following)
    face = np.zeros(start.size, np.int32)
    shells = area > 0
    face[shells] = np.arange(1, np.count_nonzero(shells) + 1)
    islands = np.flatnonzero(~shells)
    if islands.size > 1:
        face[islands] = _containing(points, ends, border, face, islands, lowest)
    faces = int(np.count_nonzero(shells)) + 1
    holder, claims = _flood(face, start, following, faces, offsets, regions, owner, layer, layers)
    return Arrangement(points, ends, face[border[::2]], face[border[1::2]], holder, claims)


@compiled("Tuple((int32[:,::1], int32[::1]))(int32[:,::1], int32[:,::1], int32[:,::1])")
def _beside(points: Int32, ends: Int32, places: Int32) -> tuple[Int32, Int32]:
    """Edges that may lie above or below one of some places, from west to east, and which edge each one is."""
    bins = 4096
    x0, x1 = points[:, 0].min(), points[:, 0].max()
    width = (np.int64(x1) - x0) // bins + 1
    taken = np.zeros(bins + 1, np.int32)
    for i in range(places.shape[0]):
        taken[(np.int64(places[i, 0]) - x0) // width + 1] = 1
    for i in range(bins):
        taken[i + 1] += taken[i]
    segments = np.empty((ends.shape[0], 4), np.int32)
    edge = np.empty(ends.shape[0], np.int32)
    count = 0
    for e in range(ends.shape[0]):
        a, b = ends[e, 0], ends[e, 1]
        if points[a, 0] > points[b, 0]:
            a, b = b, a
        low, high = (np.int64(points[a, 0]) - x0) // width, (np.int64(points[b, 0]) - x0) // width
        if points[a, 0] < points[b, 0] and taken[high + 1] > taken[low]:
            segments[count, 0], segments[count, 1] = points[a, 0], points[a, 1]
            segments[count, 2], segments[count, 3] = points[b, 0], points[b, 1]
            edge[count] = e
            count += 1
    return segments[:count].copy(), edge[:count].copy()


def _containing(
    points: Int32, ends: Int32, border: Int32, face: Int32, islands: npt.NDArray[np.intp], lowest: Int32
) -> Int32:
    """Face around each island, which is above the edge next below its southernmost point."""
    places = points[lowest[islands]]
    segments, edge = _beside(points, ends, places)
    frame = frame_of(box_of(points), len(segments))
    below = _below(segments, *index_segments(segments, frame), frame, places)
    edge = np.where(below < 0, 0, edge[below])
    turned = points[ends[edge, 0], 0] > points[ends[edge, 1], 0]
    above = border[2 * edge + turned]  # the border above: on the left of the half-edge that runs eastwards
    order = np.argsort(places[:, 1], kind="stable")
    return _faces_of_islands(order, islands, below, above, face)
