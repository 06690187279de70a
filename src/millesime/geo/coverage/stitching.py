"""Neighbouring parts of a raster put together along the lines that parted them.

A part is traced alone. Along a cut its faces meet `BEYOND`, in straight arcs from one change of face to the next. When
the part on the other side is at hand, the arcs of both sides are cut at each other's ends: where both sides have one
value it is one face and the arc goes, elsewhere one arc between the two faces takes their place. Nodes on
the cuts are known by their place. What is left are vertices in the middle of straight lines, which `join_arcs` drops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.errors import InternalError
from millesime.geo.coverage.assembly import Arcs, pack
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.tracing import BEYOND

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

Frame = tuple[int, int, int, int]
"""X of the west and of the east side, y of the south and of the north side, in cm from the raster's origin."""


@dataclass(frozen=True)
class Part:
    """The faces of a rectangle of the raster; what the rectangle cuts through is open."""

    frame: Frame

    arcs: Arcs
    """In cm from the origin of the whole raster; faces may be `OUTSIDE` or `BEYOND`."""

    values: npt.NDArray[Any]
    """(faces,) value of each face."""

    faces_traced: int
    """Faces before any was merged."""

    double_cm2: Mapping[int, int]
    """Twice the area of each value before any face was merged, in cm²."""


def open_faces(arcs: Arcs, faces: int) -> Bool:
    """(faces,) whether a cut runs along each face, so that it may go on beyond."""
    found = np.zeros(faces, np.bool_)
    for side, other in ((arcs.left, arcs.right), (arcs.right, arcs.left)):
        along = side[other == BEYOND]
        found[along[along >= 0]] = True
    return found


def corners_of(frame: Frame) -> Int32:
    """(4, 2) corners of a part."""
    west, east, south, north = frame
    return np.array([(west, north), (east, north), (west, south), (east, south)], np.int32)


def stitch(parts: Sequence[Part]) -> Part:
    """The parts of a rectangle as one part, its arcs and faces in no particular order.

    Args:
        parts: parts that fill the rectangle, without overlap.
    """
    frames = np.array([part.frame for part in parts], np.int64)
    frame: Frame = (
        int(frames[:, 0].min()), int(frames[:, 1].max()), int(frames[:, 2].min()), int(frames[:, 3].max()),
    )  # fmt: skip
    first_face = np.concatenate([[0], np.cumsum([part.values.size for part in parts])])
    first_node = np.concatenate([[0], np.cumsum([_node_count(part.arcs) for part in parts])])
    values = np.concatenate([part.values for part in parts])
    kept, borders, ends = [], [], []
    for part, face, node in zip(parts, first_face[:-1].tolist(), first_node[:-1].tolist(), strict=True):
        inside = ~_on_inner_cut(part.arcs, frame)
        borders.append(_borders(part.arcs, ~inside, face))
        arcs = _selected(part.arcs, inside, face, node)
        kept.append(arcs)
        ends.append(_ends_on_frame(arcs, part.frame))
    across = _across(borders)
    one, other = across.one, across.other
    both = (one >= 0) & (other >= 0)
    value_of = np.append(values, 0)  # so that face -1 may be asked
    same = both & (value_of[one] == value_of[other])
    number, roots = united(values.size, one[same], other[same])
    seam = ~same & ((one >= 0) | (other >= 0))
    arcs = _with_seams(kept, ends, across, seam, first_node[-1])
    mapping = np.append(number, (BEYOND, -1)).astype(np.int32)
    areas: dict[int, int] = {}
    for part in parts:
        for value, area in part.double_cm2.items():
            areas[value] = areas.get(value, 0) + area
    return Part(
        frame,
        Arcs(arcs.vertices, arcs.offsets, mapping[arcs.left], mapping[arcs.right], arcs.start, arcs.end),
        values[roots],
        # Faces that a cut runs through have not been united within a part: each union here is one of the raster.
        sum(part.faces_traced for part in parts) - (values.size - roots.size),
        areas,
    )


def _node_count(arcs: Arcs) -> int:
    return int(max(arcs.start.max(initial=-1), arcs.end.max(initial=-1))) + 1


def _on_inner_cut(arcs: Arcs, frame: Frame) -> Bool:
    """Which arcs run along a cut that lies inside the rectangle."""
    border = np.flatnonzero((arcs.left == BEYOND) | (arcs.right == BEYOND))
    here, there = arcs.vertices[arcs.offsets[border]], arcs.vertices[arcs.offsets[border + 1] - 1]
    if (np.diff(arcs.offsets)[border] != 2).any():
        raise InternalError("an arc along a cut is not straight")
    west, east, south, north = frame
    vertical = here[:, 0] == there[:, 0]
    outer = np.where(vertical, np.isin(here[:, 0], (west, east)), np.isin(here[:, 1], (south, north)))
    found = np.zeros(arcs.left.size, np.bool_)
    found[border[~outer]] = True
    return found


@dataclass(frozen=True)
class _Borders:
    """Arcs along inner cuts: southwards or eastwards from `begin` to `end` along a line."""

    line: Int64
    """(n,) number that tells the lines apart: its x or y, and whether it is vertical."""

    begin: Int64
    end: Int64
    face: Int64
    """(n,) face of the part, -1 outside."""

    first_side: Bool
    """(n,) whether the part lies west or north of the line."""


def _borders(arcs: Arcs, chosen: Bool, first_face: int) -> _Borders:
    at = np.flatnonzero(chosen)
    here, there = (arcs.vertices[arcs.offsets[at + shift] - shift].astype(np.int64) for shift in (0, 1))
    vertical = here[:, 0] == there[:, 0]
    # Southwards the west is on the right; eastwards the north is on the left.
    on_left = arcs.right[at] == BEYOND
    face = np.where(on_left, arcs.left[at], arcs.right[at]).astype(np.int64)
    return _Borders(
        line=2 * np.where(vertical, here[:, 0], here[:, 1]) + vertical,
        begin=np.where(vertical, -here[:, 1], here[:, 0]),
        end=np.where(vertical, -there[:, 1], there[:, 0]),
        face=np.where(face >= 0, face + first_face, -1),
        first_side=on_left != vertical,
    )


def _selected(arcs: Arcs, chosen: Bool, first_face: int, first_node: int) -> Arcs:
    """Some of the arcs of a part, with faces and nodes counted from the given ones."""
    length = np.diff(arcs.offsets)
    moved = [np.where(side >= 0, side + first_face, side)[chosen].astype(np.int32) for side in (arcs.left, arcs.right)]
    return Arcs(
        arcs.vertices[np.repeat(chosen, length)],
        np.concatenate([[0], np.cumsum(length[chosen])]),
        moved[0],
        moved[1],
        arcs.start[chosen] + np.int32(first_node),
        arcs.end[chosen] + np.int32(first_node),
    )


def _ends_on_frame(arcs: Arcs, frame: Frame) -> tuple[Int64, Int64]:
    """Ends of arcs that lie on the sides of the part: as 2 * arc, + 1 for its last vertex; their packed places."""
    west, east, south, north = frame
    found, places = [], []
    for side, vertex in ((0, arcs.offsets[:-1]), (1, arcs.offsets[1:] - 1)):
        x, y = arcs.vertices[vertex, 0], arcs.vertices[vertex, 1]
        at = np.flatnonzero((x == west) | (x == east) | (y == south) | (y == north))
        found.append(2 * at + side)
        places.append(pack(arcs.vertices[vertex[at]]))
    return np.concatenate(found), np.concatenate(places)


@dataclass(frozen=True)
class _Across:
    """Pieces of cuts with one face on each side."""

    here: Int32
    """(n, 2) where each piece begins; `there` where it ends."""

    there: Int32
    one: Int64
    """(n,) face west or north of the cut, -1 outside; `other` is on the other side."""

    other: Int64
    vertical: Bool


def _across(borders: Sequence[_Borders]) -> _Across:
    """Cut the borders of both sides at each other's ends."""
    line, begin, end, face = (
        np.concatenate([getattr(border, name) for border in borders]) for name in ("line", "begin", "end", "face")
    )
    first_side = np.concatenate([border.first_side for border in borders])
    lines, number = np.unique(line, return_inverse=True)
    # Places on all lines as one axis: 33 bits for the place, which fits 32 with its sign.
    low, high = ((number.astype(np.int64) << 33) + place + 2**31 for place in (begin, end))
    cuts = np.unique(np.concatenate([low, high]))
    faces, inside = [], []
    for side in (first_side, ~first_side):
        order = np.flatnonzero(side)[np.argsort(low[side], kind="stable")]
        at = np.searchsorted(low[order], cuts, side="right") - 1
        piece = order[np.maximum(at, 0)] if order.size else np.zeros(cuts.size, np.int64)
        inside.append((at >= 0) & (high[piece] > cuts) if order.size else np.zeros(cuts.size, np.bool_))
        faces.append(face[piece] if order.size else piece)
    if (inside[0] != inside[1]).any():
        raise InternalError("parts of a raster do not lie side by side")
    pieces = np.flatnonzero(inside[0])
    along = [(cuts[at] & (2**33 - 1)) - 2**31 for at in (pieces, pieces + 1)]
    where = lines[cuts[pieces] >> 33]
    vertical = (where & 1) == 1
    ends = [
        np.stack([np.where(vertical, where >> 1, place), np.where(vertical, -place, where >> 1)], axis=1)
        for place in along
    ]
    return _Across(ends[0].astype(np.int32), ends[1].astype(np.int32), faces[0][pieces], faces[1][pieces], vertical)


def _with_seams(
    kept: Sequence[Arcs], ends: Sequence[tuple[Int64, Int64]], across: _Across, seam: Bool, nodes: int
) -> Arcs:
    """The arcs of all parts and those of the seams, with one node at each place on a cut."""
    seams = int(seam.sum())
    vertices = np.empty((2 * seams, 2), np.int32)
    vertices[::2], vertices[1::2] = across.here[seam], across.there[seam]
    vertical = across.vertical[seam]
    one, other = across.one[seam].astype(np.int32), across.other[seam].astype(np.int32)
    start = np.concatenate([*(arcs.start for arcs in kept), np.zeros(seams, np.int32)])
    end = np.concatenate([*(arcs.end for arcs in kept), np.zeros(seams, np.int32)])
    first_arc = np.cumsum([0, *(arcs.left.size for arcs in kept)])
    seam_ends = 2 * (first_arc[-1] + np.arange(seams).repeat(2)) + np.tile([0, 1], seams)
    at = np.concatenate(
        [*(found + 2 * first for (found, _), first in zip(ends, first_arc[:-1].tolist(), strict=True)), seam_ends]
    )
    places = np.concatenate([*(place for _, place in ends), pack(vertices)])
    node = (nodes + np.unique(places, return_inverse=True)[1]).astype(np.int32)
    for side, array in ((0, start), (1, end)):
        chosen = (at & 1) == side
        array[at[chosen] >> 1] = node[chosen]
    lengths = np.concatenate([*(np.diff(arcs.offsets) for arcs in kept), np.full(seams, 2)])
    return Arcs(
        np.concatenate([*(arcs.vertices for arcs in kept), vertices]),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([*(arcs.left for arcs in kept), np.where(vertical, other, one)]),
        np.concatenate([*(arcs.right for arcs in kept), np.where(vertical, one, other)]),
        start,
        end,
    )


@compiled("int64(int32[::1], int64[::1], int64[::1])")
def _unite_pairs(parent: Int32, one: Int64, other: Int64) -> int:
    """Unite pairs of faces, roots being the smallest members; then number the roots, and every face by its root."""
    for pair in range(one.size):
        a: Any = np.int64(one[pair])
        b: Any = np.int64(other[pair])
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = np.int64(parent[a])
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = np.int64(parent[b])
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    roots = 0
    for face in range(parent.size):
        if parent[face] == face:
            parent[face] = roots
            roots += 1
        else:
            parent[face] = parent[parent[face]]  # a root is smaller, hence numbered
    return roots


def united(count: int, one: Int64, other: Int64) -> tuple[Int32, Int64]:
    """Number of the union that each of so many things is in when pairs of them are united; the first of each union."""
    number = np.arange(count, dtype=np.int32)
    roots = np.zeros(_unite_pairs(number, one, other), np.int64)
    roots[number[::-1]] = np.arange(count)[::-1]
    return number, roots
