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
from millesime.geo.coverage.sweeping import BEYOND

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
    inside = [~_on_inner_cut(part.arcs, frame) for part in parts]
    across = _across(
        [_borders(part.arcs, ~kept, face) for part, kept, face in zip(parts, inside, first_face[:-1], strict=True)]
    )
    one, other = across.one, across.other
    both = (one >= 0) & (other >= 0)
    value_of = np.append(values, 0)  # so that face -1 may be asked
    same = both & (value_of[one] == value_of[other])
    number, roots = united(values.size, one[same], other[same])
    seam = ~same & ((one >= 0) | (other >= 0))
    arcs = _with_seams(parts, inside, first_face.tolist(), first_node.tolist(), across, seam)
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


def _borders(arcs: Arcs, chosen: Bool, first_face: np.int64) -> _Borders:
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


def _ends_on_frame(part: Part, kept: Bool) -> tuple[Int64, Int64]:
    """Ends of kept arcs that lie on the sides of the part, and their packed places.

    An end is 2 * the place of its arc among those kept, + 1 for the last vertex.
    """
    west, east, south, north = part.frame
    found, places = [], []
    for side, vertex in ((0, part.arcs.offsets[:-1][kept]), (1, part.arcs.offsets[1:][kept] - 1)):
        x, y = part.arcs.vertices[vertex, 0], part.arcs.vertices[vertex, 1]
        at = np.flatnonzero((x == west) | (x == east) | (y == south) | (y == north))
        found.append(2 * at + side)
        places.append(pack(part.arcs.vertices[vertex[at]]))
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


@compiled("void(int32[:,::1], int64[::1], boolean[::1], int32[:,::1], int64)")
def _copy_kept(vertices: Int32, offsets: Int64, kept: Bool, out: Int32, filled: int) -> None:
    """Copy the vertices of kept arcs to the place from `filled` on."""
    for arc in range(kept.size):
        if kept[arc]:
            for i in range(offsets[arc], offsets[arc + 1]):
                out[filled, 0] = vertices[i, 0]
                out[filled, 1] = vertices[i, 1]
                filled += 1


def _with_seams(
    parts: Sequence[Part],
    inside: Sequence[Bool],
    first_face: Sequence[int],
    first_node: Sequence[int],
    across: _Across,
    seam: Bool,
) -> Arcs:
    """The kept arcs of all parts and those of the seams, with one node at each place on a cut."""
    counts = [int(kept.sum()) for kept in inside]
    seams = int(seam.sum())
    lengths = np.concatenate(
        [*(np.diff(part.arcs.offsets)[kept] for part, kept in zip(parts, inside, strict=True)), np.full(seams, 2)]
    )
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    total = lengths.size
    vertices = np.empty((int(offsets[-1]), 2), np.int32)
    left, right, start, end = (np.empty(total, np.int32) for _ in range(4))
    ends, places = [], []
    first = 0
    for number, (part, kept) in enumerate(zip(parts, inside, strict=True)):
        here = slice(first, first + counts[number])
        for out, side in ((left, part.arcs.left), (right, part.arcs.right)):
            out[here] = np.where(side >= 0, side + first_face[number], side)[kept]
        start[here] = part.arcs.start[kept] + first_node[number]
        end[here] = part.arcs.end[kept] + first_node[number]
        _copy_kept(part.arcs.vertices, part.arcs.offsets, kept, vertices, int(offsets[first]))
        found, place = _ends_on_frame(part, kept)
        ends.append(found + 2 * first)
        places.append(place)
        first = here.stop
    between = vertices[offsets[first] :]
    between[::2], between[1::2] = across.here[seam], across.there[seam]
    vertical = across.vertical[seam]
    left[first:] = np.where(vertical, across.other[seam], across.one[seam])
    right[first:] = np.where(vertical, across.one[seam], across.other[seam])
    ends.append(2 * first + np.arange(2 * seams))
    places.append(pack(between))
    at = np.concatenate(ends)
    node = (first_node[-1] + np.unique(np.concatenate(places), return_inverse=True)[1]).astype(np.int32)
    for last, array in enumerate((start, end)):
        chosen = (at & 1) == last
        array[at[chosen] >> 1] = node[chosen]
    return Arcs(vertices, offsets, left, right, start, end)


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
