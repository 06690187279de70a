"""The sweep over raster labels, from north to south: corners of boundaries, linked, and faces.

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

from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: A free place of a link.
FREE = -1
#: The face outside of everything, and what lies beyond a cut through the raster.
OUTSIDE = -1
BEYOND = -2


@compiled("int64(int32[::1], int64)")
def root_of(parent: Int32, face: int) -> int:
    """Smallest face of the union that a face is in."""
    while parent[face] != face:
        parent[face] = parent[parent[face]]  # path halving
        face = parent[face]
    return face


@compiled("int64(int32[::1], int64, int64)")
def _unite(parent: Int32, one: int, other: int) -> int:
    # The smaller number wins: it was given to the first pixel in row-major order.
    one, other = root_of(parent, one), root_of(parent, other)
    if one < other:
        parent[other] = one
        return one
    parent[one] = other
    return other


@compiled("void(int32[:,::1], int64, int64)")
def _attach(link: Int32, one: int, other: int) -> None:
    link[one, 0 if link[one, 0] == FREE else 1] = other
    link[other, 0 if link[other, 0] == FREE else 1] = one


@compiled(
    *(
        f"int64({label}[:,::1], int64, int64, boolean, {label}, {label}, {label}[::1], int32[::1], int32[::1],"
        f" int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], {label}[::1], int64[::1])"
        for label in ("uint8", "uint32")
    )
)
def sweep(
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
        across: Any = np.int64(FREE)  # record at the open end of the horizontal boundary that comes from the left
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
                link[v, 0] = FREE
                link[v, 1] = FREE
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
                    link[v, 0] = FREE
                    link[v, 1] = -2 - node
                    sides[v, 0] = on_left
                    sides[v, 1] = on_right
                    if direction == 0:
                        link[v, 0] = column_end[x]
                        link[column_end[x], 0 if link[column_end[x], 0] == FREE else 1] = v
                    elif direction == 1:
                        link[v, 0] = across
                        link[across, 0 if link[across, 0] == FREE else 1] = v
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


@compiled("void(int32[::1], int32[::1], int32[::1], int32[::1], int32[:,::1], int32[::1])")
def join(
    column_face: Int32, column_end: Int32, expected_face: Int32, expected_end: Int32, link: Int32, parent: Int32
) -> None:
    """Let what ends at the last row of one strip go on in the strip south of it.

    Args:
        column_face: (w + 2,) face of each pixel of the last row of the northern strip.
        column_end: (w + 1,) record at the open end of each boundary that leaves it.
        expected_face: (w + 2,) the face that stood for it in the southern strip.
        expected_end: (w + 1,) the record that stood for it, `FREE` where no boundary comes.
        link: links of all records.
        parent: union of all faces.
    """
    for x in range(column_end.size):
        expected = expected_end[x]
        if expected != FREE:
            south, north = link[expected, 0], column_end[x]
            link[south, 0 if link[south, 0] == expected else 1] = north
            link[north, 0 if link[north, 0] == FREE else 1] = south
    for x in range(column_face.size):
        if expected_face[x] >= 0:
            _unite(parent, column_face[x], expected_face[x])
