"""Rows of pixel centres crossed by borders: the loops under `zonal`.

Coordinates are columns and rows. A crossing belongs to the first column whose centre is not west of it, and
an edge crosses the centres from its northern end to before its southern end: a centre on a border lies on the
east of it, then on the south.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Labels = npt.NDArray[np.unsignedinteger[Any]]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
_LABEL_TYPES = ("uint8", "uint16")


@compiled("UniTuple(int64, 2)(float64, float64, int64, int64)")
def _rows_crossed(y: float, other_y: float, first: int, last: int) -> tuple[int, int]:
    """Rows from `first` to before `last` whose centres an edge crosses: the first one, and the one after the last."""
    low: Any = np.int64(np.ceil(min(y, other_y) - 0.5))
    high: Any = np.int64(np.ceil(max(y, other_y) - 0.5))
    return max(first, low), min(last, high)


@compiled("int64(float64[:,::1], int64, int64, int64)")
def _column(xy: Float64, i: int, row: int, width: int) -> int:
    """First column whose centre is not west of where the edge from vertex i crosses the centres of a row."""
    # The northern end first whichever way the border is walked: neighbours compute the same crossing.
    j, k = (i, i + 1) if xy[i, 1] < xy[i + 1, 1] else (i + 1, i)
    t = (row + 0.5 - xy[j, 1]) / (xy[k, 1] - xy[j, 1])
    x = np.ceil(xy[j, 0] + t * (xy[k, 0] - xy[j, 0]) - 0.5)
    column: Any = np.int64(min(max(x, 0.0), np.float64(width)))
    return column


@compiled(*(f"boolean[::1]({label}[::1])" for label in _LABEL_TYPES))
def occurring(labels: Labels) -> npt.NDArray[np.bool_]:
    """For each label that the type can hold, whether it occurs."""
    occurs = np.zeros(1 << (8 * labels.itemsize), np.bool_)
    for label in labels:
        occurs[label] = True
    return occurs


@compiled(
    *(
        f"void(float64[:,::1], int64[::1], int64[::1], int64[::1], int64[::1], {label}[::1], uint64[::1], int64, int64,"
        " int64, int32[::1], int64[:,::1])"
        for label in _LABEL_TYPES
    )
)
def count_polygons(
    xy: Float64,
    ring_offsets: Int64,
    polygon_offsets: Int64,
    top: Int64,  # (polygons,) first row of each polygon, and in `bottom` the row after the last
    bottom: Int64,
    labels: Labels,  # the rows from first_row, one after the other
    words: npt.NDArray[np.uint64],  # the same labels from number `lead`, eight bytes a number
    lead: int,
    first_row: int,
    width: int,
    place: Int32,  # column of `counts` for each label
    counts: Int64,
) -> None:
    """Add the pixels of each polygon within the rows at hand to its counts."""
    last_row = first_row + labels.size // width
    per_word = 8 if labels.itemsize == 1 else 4
    shift = 3 if labels.itemsize == 1 else 2
    all_ones = np.uint64(0x0101010101010101) if labels.itemsize == 1 else np.uint64(0x0001000100010001)
    starts = np.empty(last_row - first_row + 3, np.int64)
    columns = np.empty(1024, np.int32)
    for polygon in range(polygon_offsets.size - 1):
        begin, end = max(top[polygon], first_row), min(bottom[polygon], last_row)
        if begin >= end:
            continue
        # Crossings by row: counted two places ahead, so that filling moves each start to its place.
        starts[: end - begin + 3] = 0
        for ring in range(polygon_offsets[polygon], polygon_offsets[polygon + 1]):
            for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
                first, last = _rows_crossed(xy[i, 1], xy[i + 1, 1], begin, end)
                if first < last:
                    starts[first - begin + 2] += 1
                    starts[last - begin + 2] -= 1
        crossings = np.int64(0)
        for row in range(end - begin):
            crossings += starts[row + 2]
            starts[row + 2] = starts[row + 1] + crossings
        if starts[end - begin + 1] > columns.size:
            columns = np.empty(2 * starts[end - begin + 1], np.int32)
        for ring in range(polygon_offsets[polygon], polygon_offsets[polygon + 1]):
            for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
                first, last = _rows_crossed(xy[i, 1], xy[i + 1, 1], begin, end)
                for row in range(first, last):
                    columns[starts[row - begin + 1]] = _column(xy, i, row, width)
                    starts[row - begin + 1] += 1
        for row in range(begin, end):
            low, high = starts[row - begin], starts[row - begin + 1]
            if high - low == 2:
                if columns[low] > columns[low + 1]:
                    columns[low], columns[low + 1] = columns[low + 1], columns[low]
            else:
                columns[low:high].sort()
            offset = (row - first_row) * width
            for pair in range(low, high, 2):
                i = offset + columns[pair]
                stop = offset + columns[pair + 1]
                while i < stop:
                    label = labels[i]
                    w = (i - lead) >> shift
                    if w < 0 or w >= words.size:
                        counts[polygon, place[label]] += 1
                        i += 1
                        continue
                    word = words[w]
                    after = w + 1
                    if word == np.uint64(label) * all_ones:
                        # Words that reach over the end of the span count as far as it goes.
                        beyond = min(words.size, (stop - lead + per_word - 1) >> shift)
                        while after < beyond and words[after] == word:
                            after += 1
                        run_stop = min(stop, lead + (after << shift))
                        counts[polygon, place[label]] += run_stop - i
                        i = run_stop
                    else:
                        for pixel in range(i, min(stop, lead + (after << shift))):
                            counts[polygon, place[labels[pixel]]] += 1
                        i = min(stop, lead + (after << shift))


@compiled(
    "int32[:,::1](float64[:,::1], int64[::1], int64[::1], int64[::1], int32[::1], int32[::1], int64, int64, int64)"
)
def face_changes(
    xy: Float64,
    offsets: Int64,
    top: Int64,  # (arcs,) first row of each arc, and in `bottom` the row after the last
    bottom: Int64,
    left: Int32,
    right: Int32,
    first_row: int,
    last_row: int,
    width: int,
) -> Int32:
    """(rows, width + 1): face of each pixel less the face of the pixel on its west; -1 is west of the first."""
    changes = np.zeros((last_row - first_row, width + 1), np.int32)
    for arc in range(offsets.size - 1):
        if max(top[arc], first_row) >= min(bottom[arc], last_row):
            continue
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            # On the way south the east is on the left.
            east_less_west = left[arc] - right[arc] if xy[i, 1] < xy[i + 1, 1] else right[arc] - left[arc]
            first, last = _rows_crossed(xy[i, 1], xy[i + 1, 1], first_row, last_row)
            for row in range(first, last):
                changes[row - first_row, _column(xy, i, row, width)] += east_less_west
    return changes


@compiled(*(f"void(int32[:,::1], {label}[:,::1], int32[::1], int64[:,::1])" for label in _LABEL_TYPES))
def count_faces(changes: Int32, labels: Labels, place: Int32, counts: Int64) -> None:
    """Count runs of pixels of one face and one label."""
    height, width = labels.shape
    for row in range(height):
        face = np.int64(-1)
        label = labels[row, 0]
        begin = 0
        for column in range(width):
            if changes[row, column] != 0 or labels[row, column] != label:
                if face >= 0:
                    counts[face, place[label]] += column - begin
                face += changes[row, column]
                label = labels[row, column]
                begin = column
        if face >= 0:
            counts[face, place[label]] += width - begin


@compiled(*(f"void(int32[:,::1], {dtype}[::1], {dtype}[:,::1])" for dtype in ("uint8", "uint16", "uint32")))
def burn_faces(changes: Int32, values: Labels, out: Labels) -> None:
    """Write the value of the face of each pixel, 0 outside."""
    height, width = out.shape
    outside = values.dtype.type(0)
    for row in range(height):
        face = np.int64(-1)
        value = outside
        for column in range(width):
            if changes[row, column] != 0:
                face += changes[row, column]
                value = values[face] if face >= 0 else outside
            out[row, column] = value
