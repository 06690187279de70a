"""Arcs put together again after faces were united: inner arcs go, and what a vanished junction parted is joined.

The result is in normal form, whatever the order of the input: an arc runs from its smaller end to its larger, a
loop counter-clockwise from its first corner, arcs follow one another by first corner; *smaller* and *first*
are meant in row-major order, from the north-west.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@compiled("int64(int32[:,::1], int64)")
def corner_key(vertices: Int32, i: int) -> int:
    """Place of a vertex in row-major order."""
    key: Any = -np.int64(vertices[i, 1]) * 4294967296 + np.int64(vertices[i, 0])
    return key


@compiled("Tuple((int32[:,::1], int64[::1]))(int32[::1], int32[::1], boolean[::1], int64)")
def _junctions(start: Int32, end: Int32, keep: Bool, nodes: int) -> tuple[Int32, Int64]:
    """The first two half-arcs that leave each node, and how many leave it."""
    leaving = np.full((nodes, 2), -1, np.int32)
    degree = np.zeros(nodes, np.int64)
    for half in range(2 * start.size):
        if keep[half >> 1]:
            node = end[half >> 1] if half & 1 else start[half >> 1]
            if degree[node] < 2:
                leaving[node, degree[node]] = half
            degree[node] += 1
    return leaving, degree


@compiled("Tuple((int64[::1], int32[::1], int64))(int32[::1], int32[::1], boolean[::1], boolean[::1], int32[:,::1])")
def _chains(start: Int32, end: Int32, keep: Bool, junction: Bool, leaving: Int32) -> tuple[Int64, Int32, int]:
    """Half-arcs in order along each chain from junction to junction, then along each loop; number of the chains."""
    seen = np.zeros(start.size, np.uint8)
    halves = np.empty(start.size, np.int32)
    offsets = np.zeros(start.size + 1, np.int64)
    count = 0
    chains = 0
    filled = 0
    for loops in range(2):
        for first in range(2 * start.size):
            arc = first >> 1
            node = end[arc] if first & 1 else start[arc]
            if not keep[arc] or seen[arc] or (loops == 0 and not junction[node]):
                continue
            half = first
            while True:
                seen[half >> 1] = 1
                halves[filled] = half
                filled += 1
                node = start[half >> 1] if half & 1 else end[half >> 1]
                if junction[node]:
                    break
                half = leaving[node, 1] if leaving[node, 0] == half ^ 1 else leaving[node, 0]
                if seen[half >> 1]:
                    break
            count += 1
            offsets[count] = filled
        if loops == 0:
            chains = count
    return offsets[: count + 1].copy(), halves[:filled].copy(), chains


@compiled(
    "Tuple((int32[:,::1], int64[::1], boolean[::1], int64[::1]))"
    "(int32[:,::1], int64[::1], int64[::1], int32[::1], int64, boolean)"
)
def _lay_out(
    vertices: Int32, offsets: Int64, chain_offsets: Int64, halves: Int32, chains: int, straighten: bool
) -> tuple[Int32, Int64, Bool, Int64]:
    """Vertices of the chains in normal form, whether each was turned around, and its rank key."""
    count = chain_offsets.size - 1
    most = np.int64(0)
    for half in halves:
        most += offsets[(half >> 1) + 1] - offsets[half >> 1]
    out = np.empty((most + count, 2), np.int32)
    out_offsets = np.zeros(count + 1, np.int64)
    turned = np.zeros(count, np.bool_)
    keys = np.empty(2 * count, np.int64)
    joint = np.zeros(most + count, np.bool_)
    filled = 0
    for chain in range(count):
        begin = filled
        for i in range(chain_offsets[chain], chain_offsets[chain + 1]):
            low, high = offsets[halves[i] >> 1], offsets[(halves[i] >> 1) + 1]
            for j in range(0 if i == chain_offsets[chain] else 1, high - low):
                source = high - 1 - j if halves[i] & 1 else low + j
                out[filled, 0] = vertices[source, 0]
                out[filled, 1] = vertices[source, 1]
                joint[filled] = j == high - low - 1
                filled += 1
        closed = chain >= chains
        joint[begin] = closed
        if not closed:
            joint[filled - 1] = False
            one, other = corner_key(out, begin), corner_key(out, filled - 1)
            if one == other:
                one, other = corner_key(out, begin + 1), corner_key(out, filled - 2)
            if other < one:
                turned[chain] = True
        else:
            first = begin
            area = np.int64(0)
            for i in range(begin, filled - 1):
                area += np.int64(out[i, 0]) * out[i + 1, 1] - np.int64(out[i, 1]) * out[i + 1, 0]
                if corner_key(out, i) < corner_key(out, first):
                    first = i
            turned[chain] = area < 0
            if first != begin:
                n = filled - 1 - begin
                ring = out[begin : filled - 1].copy()
                ring_joint = joint[begin : filled - 1].copy()
                for i in range(n):
                    out[begin + i] = ring[(first - begin + i) % n]
                    joint[begin + i] = ring_joint[(first - begin + i) % n]
                out[filled - 1] = out[begin]
            joint[begin] = False
            joint[filled - 1] = False
        if turned[chain]:
            i, j = begin, filled - 1
            while i < j:
                for axis in range(2):
                    out[i, axis], out[j, axis] = out[j, axis], out[i, axis]
                joint[i], joint[j] = joint[j], joint[i]
                i += 1
                j -= 1
        if straighten:
            # A junction that is gone from the middle of a straight line leaves no vertex there.
            kept = begin + 1
            for i in range(begin + 1, filled):
                if joint[i]:
                    ax, ay = np.int64(out[i, 0]) - out[kept - 1, 0], np.int64(out[i, 1]) - out[kept - 1, 1]
                    bx, by = np.int64(out[i + 1, 0]) - out[i, 0], np.int64(out[i + 1, 1]) - out[i, 1]
                    if ax * by == ay * bx and ax * bx + ay * by > 0:
                        continue
                out[kept, 0] = out[i, 0]
                out[kept, 1] = out[i, 1]
                kept += 1
            filled = kept
        out_offsets[chain + 1] = filled
        keys[2 * chain] = corner_key(out, begin)
        keys[2 * chain + 1] = corner_key(out, begin + 1)
    return out[:filled], out_offsets, turned, keys  # a view: it is gathered at once


@compiled("Tuple((int32[:,::1], int64[::1]))(int32[:,::1], int64[::1], int64[::1])")
def gather_arcs(vertices: Int32, offsets: Int64, order: Int64) -> tuple[Int32, Int64]:
    """Vertices and offsets of arcs taken in another order."""
    out_offsets = np.zeros(order.size + 1, np.int64)
    for position in range(order.size):
        out_offsets[position + 1] = out_offsets[position] + offsets[order[position] + 1] - offsets[order[position]]
    out = np.empty((out_offsets[order.size], 2), np.int32)
    filled = 0
    for position in range(order.size):
        for i in range(offsets[order[position]], offsets[order[position] + 1]):
            out[filled, 0] = vertices[i, 0]
            out[filled, 1] = vertices[i, 1]
            filled += 1
    return out, out_offsets


def pack(vertices: npt.NDArray[Any]) -> Int64:
    """Vertices (n, 2) as single numbers, equal for equal vertices."""
    return (vertices[:, 0].astype(np.int64) << 32) + vertices[:, 1].astype(np.int64)


@dataclass(frozen=True)
class Arcs:
    """Arcs between faces, without more: coordinates are those of the coverage that they are part of."""

    vertices: Int32
    """(v, 2) vertices of all arcs, one arc after the other."""

    offsets: Int64
    """(arcs + 1,) where each arc begins in `vertices`."""

    left: Int32
    """(arcs,) face on the left; negative where there is none. `right` likewise."""

    right: Int32

    start: Int32
    """(arcs,) node where the arc starts; `end` likewise."""

    end: Int32


def regroup(coverage: CoverageT, group: Int32, face_values: npt.NDArray[Any], *, straighten: bool = True) -> CoverageT:
    """The coverage whose face `group[f]` holds the face `f` of the given one; -1 leaves it outside.

    Args:
        coverage: faces to unite.
        group: (faces,) new face of each face.
        face_values: value of each new face.
        straighten: drop the vertices of vanished junctions that lie in the middle of a straight line.
    """
    arcs = Arcs(coverage.vertices, coverage.offsets, coverage.left, coverage.right, coverage.start, coverage.end)
    joined = join_arcs(arcs, group, fixed=coverage.fixed, straighten=straighten)
    return replace(coverage, **vars(joined), face_values=face_values)


def join_arcs(arcs: Arcs, group: Int32, *, fixed: Int32, straighten: bool = True) -> Arcs:
    """The arcs that are left when face `f` becomes `group[f]`, in normal form; faces -1 and -2 stay what they are.

    Args:
        arcs: arcs in any order and direction.
        group: (faces,) new face of each face.
        fixed: (n, 2) places of nodes that stay although only two arcs meet there.
        straighten: drop the vertices of vanished junctions that lie in the middle of a straight line.
    """
    mapping = np.append(group, (-2, -1)).astype(np.int32)  # so that negative faces stay what they are
    left, right = mapping[arcs.left], mapping[arcs.right]
    keep = left != right
    nodes = int(max(arcs.start.max(initial=-1), arcs.end.max(initial=-1))) + 1
    leaving, degree = _junctions(arcs.start, arcs.end, keep, nodes)
    junction = degree != 2
    if len(fixed):
        place = np.zeros(nodes, np.int64)
        place[arcs.start] = pack(arcs.vertices[arcs.offsets[:-1]])
        place[arcs.end] = pack(arcs.vertices[arcs.offsets[1:] - 1])
        junction |= np.isin(place, pack(fixed))
    chain_offsets, halves, chains = _chains(arcs.start, arcs.end, keep, junction, leaving)
    vertices, offsets, turned, keys = _lay_out(arcs.vertices, arcs.offsets, chain_offsets, halves, chains, straighten)
    first, last = halves[chain_offsets[:-1]], halves[chain_offsets[1:] - 1]
    backwards = ((first & 1) == 1) != turned
    start = np.where(first & 1, arcs.end[first >> 1], arcs.start[first >> 1])
    end = np.where(last & 1, arcs.start[last >> 1], arcs.end[last >> 1])
    # Arcs that come from few places in order are runs in order, which this sort merges.
    order = np.argsort(keys[::2], kind="stable")
    _order_ties(order, keys)
    vertices, offsets = gather_arcs(vertices, offsets, order)
    ends = np.stack([np.where(turned, end, start), np.where(turned, start, end)], axis=1)[order]
    numbered = _number_nodes(ends.astype(np.int64), nodes)
    return Arcs(
        vertices=vertices,
        offsets=offsets,
        left=np.where(backwards, right[first >> 1], left[first >> 1])[order].astype(np.int32),
        right=np.where(backwards, left[first >> 1], right[first >> 1])[order].astype(np.int32),
        start=numbered[:, 0].copy(),
        end=numbered[:, 1].copy(),
    )


@compiled("int32[:,::1](int64[:,::1], int64)")
def _number_nodes(ends: Int64, nodes: int) -> Int32:
    """Nodes numbered by their first use, arc by arc."""
    number = np.full(nodes, -1, np.int32)
    out = np.empty(ends.shape, np.int32)
    numbered = 0
    for arc in range(ends.shape[0]):
        for side in range(2):
            node = ends[arc, side]
            if number[node] < 0:
                number[node] = numbered
                numbered += 1
            out[arc, side] = number[node]
    return out


@compiled("void(int64[::1], int64[::1])")
def _order_ties(order: Int64, keys: Int64) -> None:
    """Put arcs of one first corner, which follow one another in `order`, in the order of their second vertices."""
    for position in range(1, order.size):
        arc = order[position]
        slot = position
        while slot > 0:
            before = order[slot - 1]
            if keys[2 * before] != keys[2 * arc] or keys[2 * before + 1] <= keys[2 * arc + 1]:
                break
            order[slot] = before
            slot -= 1
        order[slot] = arc


@compiled("Tuple((int32[:,::1], int64[::1]))(int32[:,::1], int64[::1], uint8[::1])")
def gather_vertices(vertices: Int32, offsets: Int64, keep: npt.NDArray[np.uint8]) -> tuple[Int32, Int64]:
    """Vertices and offsets of arcs that lose some vertices."""
    staying = 0
    for i in range(keep.size):
        staying += keep[i] != 0
    out = np.empty((staying, 2), np.int32)
    out_offsets = np.zeros_like(offsets)
    filled = 0
    for arc in range(offsets.size - 1):
        for i in range(offsets[arc], offsets[arc + 1]):
            if keep[i]:
                out[filled, 0] = vertices[i, 0]
                out[filled, 1] = vertices[i, 1]
                filled += 1
        out_offsets[arc + 1] = filled
    return out, out_offsets
