"""Tracing of label rasters: the sweep over their rows, whole or in strips beside each other, up to arcs and faces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.normal_form import lay_out, number_faces, number_nodes, walk_chains
from millesime.geo.coverage.sweeping import BEYOND, FREE, OUTSIDE, join, sweep
from millesime.geo.coverage.threads import shares, side_by_side

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Labels = npt.NDArray[np.unsignedinteger[Any]]

#: Lower strips are not worth a thread.
_MIN_STRIP_ROWS = 256


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


@dataclass(frozen=True)
class Records:
    """What a sweep writes down: corners with their links, provisional faces. Strips have ranges of the same arrays."""

    place: Int32
    """(records, 2) corner (column, row)."""

    link: Int32
    """(records, 2) the neighbours of a record along its arc; an end has -2 - node in second place."""

    sides: Int32
    """(records, 2) faces left and right when leaving an end, or the first corner of a loop."""

    parent: Int32
    """(faces,) union of faces."""

    value: Labels
    """(faces,) label."""

    @classmethod
    def empty(cls, records: int, faces: int, dtype: np.dtype[Any]) -> Records:
        """Room for so many, which costs nothing until it is filled."""
        place, link, sides = (np.empty((records, 2), np.int32) for _ in range(3))
        return cls(place, link, sides, np.empty(faces, np.int32), np.empty(faces, dtype))

    def up_to(self, records: int, faces: int) -> Records:
        """The same arrays, with less room."""
        place, link, sides = self.place[:records], self.link[:records], self.sides[:records]
        return Records(place, link, sides, self.parent[:faces], self.value[:faces])

    def doubled(self) -> Records:
        """Twice the room, filled as far as it was."""
        records, faces = 2 * len(self.place), 2 * len(self.parent)
        place, link, sides = (np.resize(array, (records, 2)) for array in (self.place, self.link, self.sides))
        return Records(place, link, sides, np.resize(self.parent, faces), np.resize(self.value, faces))


class LabelSweep:
    """Feeds bands of rows to the sweep, in order from the north, and gives the arcs at the end.

    Beyond a cut lies neither a face nor the outside: the boundary with `BEYOND` runs along the cut, with a node at
    each corner of the tile and wherever the face along the cut changes.
    """

    def __init__(
        self, *, width: int, dtype: np.dtype[Any], height: int = 0, cut: Cut | None = None, beyond: int = 0
    ) -> None:
        self._dtype = swept_dtype(dtype)
        self._cut = cut or Cut()
        self._beyond = self._dtype.type(beyond)
        self._next_row = 0
        self._above = np.full(width + 2, beyond if self._cut.north else 0, self._dtype)
        self._column_face = np.full(width + 2, BEYOND if self._cut.north else OUTSIDE, np.int32)
        for column, is_cut in ((0, self._cut.west), (-1, self._cut.east)):
            self._above[column] = beyond if is_cut else 0
            self._column_face[column] = BEYOND if is_cut else OUTSIDE
        self._column_end = np.full(width + 1, FREE, np.int32)
        self._south = self._dtype.type(beyond if self._cut.south else 0)
        # Room for what a tile usually has.
        records, faces = max(16 * (width + 1), width * height // 8), max(4 * (width + 1), width * height // 32)
        self._records = Records.empty(records, faces, self._dtype)
        self._count = np.zeros(3, np.int64)

    def feed(self, labels: Labels, *, last: bool) -> None:
        """Sweep the next rows, of shape (n, width); 0 is outside."""
        rows = np.ascontiguousarray(labels, self._dtype)
        done = 0
        while True:
            done = sweep(
                rows, done, self._next_row, last, self._beyond, self._south, self._above, self._column_face,
                self._column_end, *vars(self._records).values(), self._count,
            )  # fmt: skip
            if done == rows.shape[0] + int(last):
                break
            self._records = self._records.doubled()
        self._next_row += rows.shape[0]

    def finish(self, *, x_of: Int32, y_of: Int32) -> TracedLabels:
        """Return the arcs of all the rows fed; the last call of `feed` must have had `last`.

        Args:
            x_of: (width + 1,) x of the vertical lines of the lattice.
            y_of: (height + 1,) y of its horizontal lines.
        """
        ranges = np.stack([np.zeros(3, np.int64), self._count], axis=1)[:, None]
        return arcs_of_records(self._records, ranges, x_of=x_of, y_of=y_of)


def swept_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that labels are swept as."""
    return np.dtype(np.uint8 if dtype == np.uint8 else np.uint32)


@dataclass(frozen=True)
class _Strip:
    """Rows of a raster swept by themselves; records and faces that come first stand for what is north of them."""

    rows: slice
    room: Records
    """All the records, up to where this strip's room ends."""

    begin: tuple[int, int, int]
    """First record that is a corner, first face, first node."""

    count: Int64
    """(3,) one past the last of each; the sweep counts there."""

    above: Labels
    """(w + 2,) the row north of it, with padding."""

    expected_face: Int32
    """(w + 2,) the face that stands for each pixel of that row."""

    expected_end: Int32
    """(w + 1,) the record that stands for each boundary that comes from there."""

    column_face: Int32
    column_end: Int32


def sweep_strips(labels: Labels, *, threads: int) -> tuple[Records, Int64] | None:
    """Sweep a raster in strips, one for each thread, and join them.

    Args:
        labels: (h, w), 0 is outside.
        threads: strips, which are swept at once.

    Returns:
        the records, and (3, strips, 2) the ranges of records, faces and nodes of each strip; None where a strip has
        more boundaries than there is room for, as noise has.
    """
    height, width = labels.shape
    labels = np.ascontiguousarray(labels, swept_dtype(labels.dtype))
    parts = shares(height, min(threads, height // _MIN_STRIP_ROWS))
    room = 16 * (width + 1) + width * (height // len(parts) + 1) // 6
    records = Records.empty(room * len(parts), room * len(parts), labels.dtype)
    strips = [
        _strip(labels, records.up_to(room * (number + 1), room * (number + 1)), slice(*rows), first=room * number)
        for number, rows in enumerate(parts)
    ]

    def swept(strip: _Strip) -> bool:
        rows, zero = labels[strip.rows], labels.dtype.type(0)
        last = strip.rows.stop == height
        done = sweep(
            rows, 0, strip.rows.start, last, zero, zero, strip.above, strip.column_face, strip.column_end,
            *vars(strip.room).values(), strip.count,
        )  # fmt: skip
        return bool(done == rows.shape[0] + int(last))

    if not all(side_by_side(swept, strips, threads=threads)):
        return None
    for north, south in reversed(list(pairwise(strips))):
        join(north.column_face, north.column_end, south.expected_face, south.expected_end, records.link, records.parent)
    ranges = [[(strip.begin[kind], strip.count[kind]) for strip in strips] for kind in range(3)]
    return records, np.array(ranges, np.int64)


def _strip(labels: Labels, room: Records, rows: slice, *, first: int) -> _Strip:
    """A strip, with a face for each run of equal labels north of it and a record for each boundary between them."""
    width = labels.shape[1]
    above = np.zeros(width + 2, labels.dtype)
    if rows.start:
        above[1:-1] = labels[rows.start - 1]
    changes = above[1:] != above[:-1]
    begins = changes & (above[1:] != 0)
    runs, boundaries = int(begins.sum()), int(changes.sum())
    face = np.where(above == 0, OUTSIDE, first - 1 + np.cumsum(np.append(False, begins))).astype(np.int32)
    end = np.where(changes, first - 1 + np.cumsum(changes), FREE).astype(np.int32)
    room.parent[first : first + runs] = np.arange(first, first + runs)
    room.value[first : first + runs] = above[1:][begins]
    room.link[first : first + boundaries] = FREE
    return _Strip(
        rows=rows,
        room=room,
        begin=(first + boundaries, first, first),
        count=np.array([first + boundaries, first + runs, first], np.int64),
        above=above,
        expected_face=face,
        expected_end=end,
        column_face=face.copy(),
        column_end=end.copy(),
    )


def arcs_of_records(records: Records, ranges: Int64, *, x_of: Int32, y_of: Int32) -> TracedLabels:
    """Arcs and faces in normal form.

    Args:
        records: what was swept.
        ranges: (3, strips, 2) the ranges of records, faces and nodes of each strip.
        x_of: (width + 1,) x of the vertical lines of the lattice.
        y_of: (height + 1,) y of its horizontal lines.
    """
    number = np.empty(ranges[1, -1, 1], np.int32)
    faces = number_faces(records.parent, ranges[1], number)
    values = np.empty(faces, records.value.dtype)
    for begin, end in ranges[1].tolist():
        values[number[begin:end]] = records.value[begin:end]
    seen = np.zeros(ranges[0, -1, 1], np.uint8)
    # A chain may go through all strips. A loop has at least four turns, and its first corner twice.
    longest = int((ranges[0, :, 1] - ranges[0, :, 0]).sum()) * 5 // 4 + 1

    def walk(strip: int) -> tuple[Int32, Int64, Int32, int, int, int]:
        begin, end = ranges[0, strip].tolist()
        chain = np.empty(longest, np.int32)
        chain_offset, first_of = np.empty(end - begin + 1, np.int64), np.empty(end - begin + 1, np.int32)
        return (
            chain,
            chain_offset,
            first_of,
            *walk_chains(records.link, begin, end, seen, chain, chain_offset, first_of),
        )

    strips = range(len(ranges[0]))
    walked = side_by_side(walk, strips, threads=len(strips))
    first_chain = np.cumsum([0, *(chains for *_, chains, _ in walked)]).tolist()
    first_vertex = np.cumsum([0, *(filled for *_, filled in walked)]).tolist()
    vertices = np.empty((first_vertex[-1], 2), np.int32)
    offsets = np.empty(first_chain[-1] + 1, np.int64)
    left, right, start, end = (np.empty(first_chain[-1], np.int32) for _ in range(4))

    def lay(strip: int) -> None:
        chain, chain_offset, first_of, arcs, chains, _ = walked[strip]
        lay_out(
            records.place, records.link, records.sides, chain, chain_offset, first_of, arcs, chains, number, x_of, y_of,
            first_chain[strip], first_vertex[strip], vertices, offsets, left, right, start, end,
        )  # fmt: skip

    side_by_side(lay, strips, threads=len(strips))
    number_nodes(ranges[2], start, end)
    return TracedLabels(vertices, offsets, left, right, start, end, values)
