"""From what the sweep leaves to arcs and faces in normal form: numbered, ordered and directed by place alone.

The sweep may have gone over the raster in strips beside each other, joined since. Records, faces and nodes of a strip
are a range of their arrays; ranges follow one another from north to south and may leave room between them. The chains
that begin in a strip are walked and laid out by themselves, so that strips can be shared by threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.sweeping import root_of

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: In place of a node: the loop's own.
_OWN = -1


@compiled("int64(int32[::1], int64[:,::1], int32[::1])")
def number_faces(parent: Int32, ranges: Int64, number: Int32) -> int:
    """Fill in the final number of every provisional face; return how many faces there are."""
    total = 0
    for strip in range(ranges.shape[0]):
        for face in range(ranges[strip, 0], ranges[strip, 1]):
            root = root_of(parent, face)
            if root == face:
                number[face] = total
                total += 1
            else:
                number[face] = number[root]  # a root is always smaller, hence numbered
    return total


@compiled("UniTuple(int64, 3)(int32[:,::1], int64, int64, uint8[::1], int32[::1], int64[::1], int32[::1])")
def walk_chains(
    link: Int32, begin: int, end: int, seen: npt.NDArray[np.uint8], chain: Int32, offset: Int64, first_of: Int32
) -> tuple[int, int, int]:
    """Records in order along each arc from node to node, then along each loop; numbers of arcs, chains and records.

    A loop leaves its first corner southwards, with its inside on the left, and comes back to it. The chains are those
    whose smallest end, or smallest corner of a loop, is a record from `begin` up to `end`; only these records are
    marked as seen, so that strips can be walked beside each other.
    """
    chains = 0
    arcs = 0
    filled = 0
    for loops in range(2):
        for first in range(begin, end):
            if seen[first] or (link[first, 1] <= -2) == (loops == 1):
                continue
            offset[chains] = filled
            first_of[chains] = first
            position = filled
            previous = first
            here = link[first, 1] if loops else link[first, 0]
            chain[position] = first
            position += 1
            seen[first] = 1
            is_ours = True
            while True:
                chain[position] = here
                position += 1
                is_end = link[here, 1] <= -2
                inside = begin <= here < end
                if loops and here != first and (is_end or here < begin or (inside and seen[here])):
                    # An arc, or a loop that begins further north, that comes through this strip.
                    is_ours = False
                    break
                if inside:
                    seen[here] = 1
                if is_end:
                    is_ours = here >= begin
                    break
                if here == first:
                    break
                following = link[here, 1] if link[here, 0] == previous else link[here, 0]
                previous = here
                here = following
            if is_ours:
                chains += 1
                filled = position
        if loops == 0:
            arcs = chains
    offset[chains] = filled
    first_of[chains] = end  # greater than all
    return arcs, chains, filled


@compiled(
    "void(int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], int64[::1], int32[::1], int64, int64, int32[::1],"
    " int32[::1], int32[::1], int64, int64, int32[:,::1], int64[::1], int32[::1], int32[::1], int32[::1], int32[::1])"
)
def lay_out(
    place: Int32,
    link: Int32,
    sides: Int32,
    chain: Int32,
    chain_offset: Int64,
    first_of: Int32,
    arcs: int,
    chains: int,
    number: Int32,
    x_of: Int32,  # (columns + 1,) x of the lines of the lattice
    y_of: Int32,  # (rows + 1,)
    first_chain: int,  # where the chains of this strip go
    first_vertex: int,
    vertices: Int32,  # out (v, 2)
    offset: Int64,  # out (all chains + 1,)
    left: Int32,  # out (all chains,), as the next three
    right: Int32,
    start: Int32,  # node as the sweep numbered it, or `_OWN`
    end: Int32,
) -> None:
    """Arcs and loops of a strip in one sequence, by first corner."""
    filled = first_vertex
    next_arc, next_loop = 0, arcs
    for out in range(first_chain, first_chain + chains):
        take_arc = next_arc < arcs and (next_loop == chains or first_of[next_arc] < first_of[next_loop])
        if take_arc:
            source = next_arc
            next_arc += 1
        else:
            source = next_loop
            next_loop += 1
        first = first_of[source]
        offset[out] = filled
        for i in range(chain_offset[source], chain_offset[source + 1]):
            vertices[filled, 0] = x_of[place[chain[i], 0]]
            vertices[filled, 1] = y_of[place[chain[i], 1]]
            filled += 1
        face = sides[first, 0]
        left[out] = number[face] if face >= 0 else face
        face = sides[first, 1]
        right[out] = number[face] if face >= 0 else face
        if take_arc:
            start[out] = -2 - link[first, 1]
            end[out] = -2 - link[chain[chain_offset[source + 1] - 1], 1]
        else:
            start[out] = _OWN
            end[out] = _OWN
    offset[first_chain + chains] = filled


@compiled("void(int64[:,::1], int32[::1], int32[::1])")
def number_nodes(ranges: Int64, start: Int32, end: Int32) -> None:
    """Number the nodes by their first use, arc by arc, in place."""
    number = np.empty(max(ranges[ranges.shape[0] - 1, 1], 1), np.int32)
    for strip in range(ranges.shape[0]):
        for node in range(ranges[strip, 0], ranges[strip, 1]):
            number[node] = -1
    numbered: Any = np.int32(0)
    for arc in range(start.size):
        if start[arc] == _OWN:
            start[arc] = numbered
            end[arc] = numbered
            numbered += np.int32(1)
            continue
        if number[start[arc]] < 0:
            number[start[arc]] = numbered
            numbered += np.int32(1)
        start[arc] = number[start[arc]]
        if number[end[arc]] < 0:
            number[end[arc]] = numbered
            numbered += np.int32(1)
        end[arc] = number[end[arc]]
