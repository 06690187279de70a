"""From raster labels to arcs and faces, in one sweep from north to south.

The sweep looks at every corner of the pixel lattice through the four pixels around it::

    a | b        a, b: row above        an edge runs where two neighbours differ
    --+--        c, d: current row
    c | d

Only corners where the boundary turns, ends or branches are *events*; all else is skipped, so time follows the
events and memory the open boundaries of one row. A face is 4-connected and numbered by its first pixel in
row-major order. An arc starts at its smallest end, in row-major order. Both depend on the labels
alone, so the rows may come in bands of any height.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: A free place of a link.
_FREE = -1
#: The face outside of everything, and what lies beyond a cut through the raster.
OUTSIDE = -1
BEYOND = -2


@compiled("int64(int32[::1], int64)")
def _root(parent: Int32, face: int) -> int:
    while parent[face] != face:
        parent[face] = parent[parent[face]]  # path halving
        face = parent[face]
    return face


@compiled("int64(int32[::1], int64, int64)")
def _unite(parent: Int32, one: int, other: int) -> int:
    # The smaller number wins: it was given to the first pixel in row-major order.
    one, other = _root(parent, one), _root(parent, other)
    if one < other:
        parent[other] = one
        return one
    parent[one] = other
    return other


@compiled("void(int32[:,::1], int64, int64)")
def _attach(link: Int32, one: int, other: int) -> None:
    link[one, 0 if link[one, 0] == _FREE else 1] = other
    link[other, 0 if link[other, 0] == _FREE else 1] = one


@compiled(
    *(
        f"int64({label}[:,::1], int64, int64, boolean, {label}, {label}, {label}[::1], int32[::1], int32[::1],"
        f" int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], {label}[::1], int64[::1])"
        for label in ("uint8", "uint32")
    )
)
def _sweep(
    labels: npt.NDArray[Any],  # (n, w)
    begin: int,  # first of the rows of labels to sweep
    first: int,  # row of the raster that labels[0] is
    last: bool,  # after the labels comes the row of padding below the raster
    beyond: Any,  # label of the padding beyond a cut, 0 when there is no cut
    south: Any,  # label of the padding below the raster
    previous: npt.NDArray[Any],  # (w + 2,) the row above labels[begin], with padding on each side
    column_face: Int32,  # (w + 2,) face of each pixel of the row above
    column_end: Int32,  # (w + 1,) record at the open end of the vertical boundary that comes from above
    place: Int32,  # (capacity, 2) corner (column, row) of each record
    link: Int32,  # (capacity, 2) the neighbours of a record along its arc; an end has -2 - node in second place
    sides: Int32,  # (capacity, 2) faces left and right when leaving an end, or the first corner of a loop
    parent: Int32,  # (face capacity,)
    value: npt.NDArray[Any],  # (face capacity,) label
    count: Int64,  # records, faces, nodes made so far
) -> int:
    """Sweep rows until they are done or the arrays are nearly full; return how many are done, padding among them."""
    columns = labels.shape[1] + 1
    rows = labels.shape[0] + (1 if last else 0)
    records, faces, nodes = count[0], count[1], count[2]
    words = (columns + 7) >> 3
    code = np.zeros(8 * words, np.uint8)
    code_words = code.view(np.uint64)
    above, below = previous.copy(), previous.copy()
    done = begin
    x: Any
    for i in range(begin, rows):
        if records + 4 * columns > place.shape[0] or faces + columns > parent.shape[0]:
            break
        bottommost = i == labels.shape[0]
        # Loops, not slices: these are compiled to moves of whole registers.
        if bottommost:
            for x in range(columns - 1):
                below[x + 1] = south
        else:
            pixels = labels[i]
            for x in range(columns - 1):
                below[x + 1] = pixels[x]
        for x in range(columns):
            a, b, c, d = above[x], above[x + 1], below[x], below[x + 1]
            # No event where a line goes straight on: 0 there, so that eight corners are passed at once.
            turns = ((a != b) != (c != d)) | ((a != c) != (b != d)) | ((a != b) & (a != c))
            code[x] = turns * ((a != b) | ((c != d) << 1) | ((a != c) << 2) | ((b != d) << 3))
        y = first + i
        frame = y == 0 or bottommost
        if frame:
            # In the corners of the frame, the edge between two paddings is none.
            for x in (0, columns - 1):
                bits = (above[x + 1] != below[x + 1]) << 3 | (above[x] != below[x]) << 2
                if not bottommost:
                    bits |= (below[x] != below[x + 1]) << 1
                if y > 0:
                    bits |= above[x] != above[x + 1]
                code[x] = bits
        across: Any = np.int64(_FREE)  # record at the open end of the horizontal boundary that comes from the left
        section = 0  # where the changed pixels began that carry `face_c`
        face_c: Any = np.int64(OUTSIDE)
        x = np.int64(-1)
        while x + 1 < columns:
            x += 1
            if x & 7 == 0 and code_words[x >> 3] == 0:
                x += 7
                continue
            k = np.int64(code[x])
            if k == 0:
                continue
            top, bottom, left, right = k & 1, (k >> 1) & 1, (k >> 2) & 1, (k >> 3) & 1
            face_a = np.int64(column_face[x])
            face_b = np.int64(column_face[x + 1])
            if left:
                # The pixels since `section` changed from one row to the next: write their face down.
                for column in range(section, x + 1):
                    column_face[column] = face_c
            else:
                face_c = face_a
            if not right:
                face_d: Any = face_b
                if not bottom and face_c >= 0:
                    face_d = _unite(parent, face_c, face_b)
            elif below[x + 1] == 0:
                face_d = np.int64(OUTSIDE)
            elif below[x + 1] == beyond:
                face_d = np.int64(BEYOND)
            elif not bottom:
                face_d = face_c
            else:
                face_d = faces
                parent[faces] = faces
                value[faces] = below[x + 1]
                faces += 1
            if right:
                section = x + 1

            if top + bottom + left + right == 2 and not (frame and (x == 0 or x == columns - 1)):
                v = records
                records += 1
                place[v, 0] = x
                place[v, 1] = y
                link[v, 0] = _FREE
                link[v, 1] = _FREE
                if left:
                    _attach(link, across, v)
                if top:
                    _attach(link, np.int64(column_end[x]), v)
                if right:
                    across = v
                if bottom:
                    column_end[x] = v
                sides[v, 0] = face_d
                sides[v, 1] = face_c
            else:
                node = nodes
                nodes += 1
                # Northwards first, then westwards: the order of the places that they lead to.
                for direction in range(4):
                    if direction == 0 and top:
                        on_left, on_right = face_a, face_b
                    elif direction == 1 and left:
                        on_left, on_right = face_c, face_a
                    elif direction == 2 and right:
                        on_left, on_right = face_b, face_d
                    elif direction == 3 and bottom:
                        on_left, on_right = face_d, face_c
                    else:
                        continue
                    v = records
                    records += 1
                    place[v, 0] = x
                    place[v, 1] = y
                    link[v, 0] = _FREE
                    link[v, 1] = -2 - node
                    sides[v, 0] = on_left
                    sides[v, 1] = on_right
                    if direction == 0:
                        link[v, 0] = column_end[x]
                        link[column_end[x], 0 if link[column_end[x], 0] == _FREE else 1] = v
                    elif direction == 1:
                        link[v, 0] = across
                        link[across, 0 if link[across, 0] == _FREE else 1] = v
                    elif direction == 2:
                        across = v
                    else:
                        column_end[x] = v
            face_c = face_d
        above, below = below, above
        done = i + 1
    previous[:] = above
    count[0], count[1], count[2] = records, faces, nodes
    return done


@compiled("int64(int32[::1], int64, int32[::1])")
def _number_faces(parent: Int32, faces: int, number: Int32) -> int:
    """Fill in the final number of every provisional face; return how many faces there are."""
    total = 0
    for face in range(faces):
        root = _root(parent, face)
        if root == face:
            number[face] = total
            total += 1
        else:
            number[face] = number[root]  # a root is always smaller, hence numbered
    return total


@compiled(
    "UniTuple(int64, 3)(int32[:,::1], int64, int32[::1], int64[::1], int32[::1])",
)
def _walk_chains(link: Int32, records: int, chain: Int32, offset: Int64, first_of: Int32) -> tuple[int, int, int]:
    """Records in order along each arc from node to node, then along each loop; numbers of arcs, chains and records.

    A loop leaves its first corner southwards, with its inside on the left, and comes back to it.
    """
    seen = np.zeros(records, np.uint8)
    chains = 0
    arcs = 0
    filled = 0
    for loops in range(2):
        for first in range(records):
            is_end = link[first, 1] <= -2
            if seen[first] or is_end == (loops == 1):
                continue
            offset[chains] = filled
            first_of[chains] = first
            chains += 1
            previous = first
            here = link[first, 1] if loops else link[first, 0]
            chain[filled] = first
            filled += 1
            seen[first] = 1
            while True:
                chain[filled] = here
                filled += 1
                seen[here] = 1
                if here == first or link[here, 1] <= -2:
                    break
                following = link[here, 1] if link[here, 0] == previous else link[here, 0]
                previous = here
                here = following
        if loops == 0:
            arcs = chains
    offset[chains] = filled
    first_of[chains] = records  # greater than all
    return arcs, chains, filled


@compiled(
    "void(int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], int64[::1], int32[::1], int64, int64, int64,"
    " int32[::1], int32[::1], int32[::1], int32[:,::1], int64[::1], int32[::1], int32[::1], int32[::1], int32[::1])"
)
def _lay_out(
    place: Int32,
    link: Int32,
    sides: Int32,
    chain: Int32,
    chain_offset: Int64,
    first_of: Int32,
    arcs: int,
    chains: int,
    nodes: int,
    number: Int32,
    x_of: Int32,  # (columns + 1,) x of the lines of the lattice
    y_of: Int32,  # (rows + 1,)
    vertices: Int32,  # out (v, 2)
    offset: Int64,  # out (chains + 1,)
    left: Int32,  # out (chains,), as the next three
    right: Int32,
    start: Int32,
    end: Int32,
) -> None:
    """Arcs and loops in one sequence, by first corner; nodes numbered by first use."""
    node_number = np.full(nodes, -1, np.int32)
    numbered = 0
    filled = 0
    next_arc, next_loop = 0, arcs
    for out in range(chains):
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
            last = chain[chain_offset[source + 1] - 1]
            for side in range(2):
                node = -2 - link[last if side else first, 1]
                if node_number[node] < 0:
                    node_number[node] = numbered
                    numbered += 1
                (end if side else start)[out] = node_number[node]
        else:
            start[out] = numbered
            end[out] = numbered
            numbered += 1
    offset[chains] = filled


@dataclass(frozen=True)
class Cut:
    """Sides of a tile where the raster goes on beyond it."""

    north: bool = False
    south: bool = False
    west: bool = False
    east: bool = False

    def __bool__(self) -> bool:
        return self.north or self.south or self.west or self.east


@dataclass(frozen=True)
class TracedLabels:
    """Arcs and faces of labels, in normal form: see `millesime.geo.coverage.assembly`."""

    vertices: Int32
    """(v, 2) x and y of the vertices of all arcs, one arc after the other."""

    offsets: Int64
    """(arcs + 1,) where each arc begins in `vertices`."""

    left: Int32
    """(arcs,) face on the left, `OUTSIDE` or `BEYOND`; `right` likewise."""

    right: Int32

    start: Int32
    """(arcs,) node where the arc starts; `end` likewise. A loop has a node of its own."""

    end: Int32

    values: npt.NDArray[np.unsignedinteger[Any]]
    """(faces,) label of each face."""


class LabelSweep:
    """Feeds bands of rows to the sweep, in order from the north, and gives the arcs at the end.

    Beyond a cut lies neither a face nor the outside: the boundary with `BEYOND` runs along the cut, with a node at
    each corner of the tile and wherever the face along the cut changes.
    """

    def __init__(
        self, *, width: int, dtype: np.dtype[Any], height: int = 0, cut: Cut | None = None, beyond: int = 0
    ) -> None:
        self._dtype = np.dtype(np.uint8 if dtype == np.uint8 else np.uint32)
        self._width = width
        self._cut = cut or Cut()
        self._beyond = self._dtype.type(beyond)
        self._next_row = 0
        self._above = np.full(width + 2, beyond if self._cut.north else 0, self._dtype)
        self._column_face = np.full(width + 2, BEYOND if self._cut.north else OUTSIDE, np.int32)
        for column, is_cut in ((0, self._cut.west), (-1, self._cut.east)):
            self._above[column] = beyond if is_cut else 0
            self._column_face[column] = BEYOND if is_cut else OUTSIDE
        self._column_end = np.full(width + 1, _FREE, np.int32)
        self._south = self._dtype.type(beyond if self._cut.south else 0)
        # Room for what a tile usually has, which costs nothing until it is filled.
        records, faces = max(16 * (width + 1), width * height // 8), max(4 * (width + 1), width * height // 32)
        self._place = np.empty((records, 2), np.int32)
        self._link = np.empty((records, 2), np.int32)
        self._sides = np.empty((records, 2), np.int32)
        self._parent = np.empty(faces, np.int32)
        self._value = np.empty(faces, self._dtype)
        self._count = np.zeros(3, np.int64)

    def feed(self, labels: npt.NDArray[np.unsignedinteger[Any]], *, last: bool) -> None:
        """Sweep the next rows, of shape (n, width); 0 is outside."""
        rows = np.ascontiguousarray(labels, self._dtype)
        done = 0
        while True:
            done = _sweep(
                rows, done, self._next_row, last, self._beyond, self._south, self._above, self._column_face,
                self._column_end, self._place, self._link, self._sides, self._parent, self._value, self._count,
            )  # fmt: skip
            if done == rows.shape[0] + int(last):
                break
            self._grow()
        self._next_row += rows.shape[0]

    def finish(self, *, x_of: Int32, y_of: Int32) -> TracedLabels:
        """Return the arcs of all the rows fed; the last call of `feed` must have had `last`.

        Args:
            x_of: (width + 1,) x of the vertical lines of the lattice.
            y_of: (height + 1,) y of its horizontal lines.
        """
        records, provisional, nodes = (int(n) for n in self._count)
        number = np.empty(provisional, np.int32)
        faces = _number_faces(self._parent, provisional, number)
        values = np.empty(faces, self._dtype)
        values[number] = self._value[:provisional]
        # An arc between nodes has two end records, a loop at least four turns and its first corner twice.
        most = records // 2 + 1
        chain = np.empty(records + records // 4, np.int32)
        chain_offset = np.empty(most + 1, np.int64)
        first_of = np.empty(most + 1, np.int32)
        arcs, chains, filled = _walk_chains(self._link, records, chain, chain_offset, first_of)
        vertices = np.empty((filled, 2), np.int32)
        offsets = np.empty(chains + 1, np.int64)
        left, right, start, end = (np.empty(chains, np.int32) for _ in range(4))
        _lay_out(
            self._place, self._link, self._sides, chain, chain_offset, first_of, arcs, chains, nodes, number,
            x_of, y_of, vertices, offsets, left, right, start, end,
        )  # fmt: skip
        return TracedLabels(vertices, offsets, left, right, start, end, values)

    def _grow(self) -> None:
        records = 2 * self._place.shape[0]
        self._place, self._link, self._sides = (
            np.resize(array, (records, 2)) for array in (self._place, self._link, self._sides)
        )
        faces = 2 * self._parent.shape[0]
        self._parent, self._value = np.resize(self._parent, faces), np.resize(self._value, faces)
