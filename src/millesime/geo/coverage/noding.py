"""Snap rounding: segments cut against one another so that they meet only in vertices on the 1 cm grid.

A grid point is *hot* when a vertex or a crossing rounds to it. Every segment is led through the centre of each hot
pixel (the square of 1 cm around the point) that it passes through. What comes out has no crossing, moves by at
most about 1 cm and keeps the order of what lay side by side (Hobby 1999; Guibas and Marimont 1998). A piece that was
bent is led once more through the hot pixels that it now passes through, until nothing changes (Halperin and Packer
2002): to node the result again changes nothing.

Coordinates are whole numbers of a fine unit, `unit` of them in a centimetre, within 2^30 - 256 of one another. So
twice a product of two differences fits 62 bits, and a difference of two such products 63; all decisions are exact.
A point in the middle between two pixels belongs to the one east or north of it: everything is thought of as shifted
by an infinitesimal way to the east, and a far smaller one to the north.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.compiled import compiled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

LARGEST_SPREAD = 2**30 - 256
"""Coordinates of what is noded together differ at most by this many units."""

FINEST_UNIT = 64
_ITEMS_PER_CELL = 2


@dataclass(frozen=True)
class Noded:
    """Edges that meet only in their ends."""

    points: Int32
    """(points, 2) x and y in cm, each once."""

    ends: Int32
    """(edges, 2) point where each edge starts and where it ends, as the segment ran; coincident edges stay apart."""

    line: Int32
    """(edges,) line that each edge comes from."""


@compiled("UniTuple(int64, 2)(int64, int64, int64, int64, int64, int64)")
def _reach(ax: int, ay: int, bx: int, by: int, low: int, high: int) -> tuple[int, int]:
    """Least and greatest x of a segment within a band of y that it meets, a unit more on each side."""
    if ay == by:
        return min(ax, bx) - 1, max(ax, bx) + 1
    slope = (float(bx) - float(ax)) / (float(by) - float(ay))
    one = float(ax) + slope * (float(min(max(low, min(ay, by)), max(ay, by))) - float(ay))
    other = float(ax) + slope * (float(max(min(high, max(ay, by)), min(ay, by))) - float(ay))
    return math.floor(min(one, other)) - 1, math.ceil(max(one, other)) + 1


@compiled("Tuple((int64[::1], int32[::1]))(int32[:,::1], int64[::1])")
def index_segments(segments: Int32, frame: Int64) -> tuple[Int64, Int32]:
    """Segments by cell of a square grid (x0, y0, cell, columns, rows): offsets per cell, segment numbers."""
    x0, y0, cell, columns, rows = frame[0], frame[1], frame[2], frame[3], frame[4]
    first = np.zeros(columns * rows + 2, np.int64)
    members = np.empty(0, np.int32)
    for filling in range(2):
        if filling:
            for i in range(columns * rows):
                first[i + 2] += first[i + 1]
            members = np.empty(first[columns * rows + 1], np.int32)
        for s in range(segments.shape[0]):
            ax, ay = np.int64(segments[s, 0]), np.int64(segments[s, 1])
            bx, by = np.int64(segments[s, 2]), np.int64(segments[s, 3])
            west, east = (min(ax, bx) - x0) // cell, (max(ax, bx) - x0) // cell
            bottom, top = (min(ay, by) - y0) // cell, (max(ay, by) - y0) // cell
            for row in range(bottom, top + 1):
                low, high = west, east
                if bottom < top and west < east:
                    least, most = _reach(ax, ay, bx, by, y0 + row * cell, y0 + (row + 1) * cell)
                    low, high = max(west, (least - x0) // cell), min(east, (most - x0) // cell)
                for at in range(row * columns + low, row * columns + high + 1):
                    if filling:
                        members[first[at + 1]] = s
                        first[at + 1] += 1
                    else:
                        first[at + 2] += 1
    return first[:-1].copy(), members


@compiled("int64[::1](int32[:,::1])")
def box_of(places: Int32) -> Int64:
    """Least x, least y, greatest x and greatest y of x and y given in turns; zeros when there are none."""
    out = np.zeros(4, np.int64)
    if places.size:
        out[0], out[2] = places[0, 0], places[0, 0]
        out[1], out[3] = places[0, 1], places[0, 1]
    for i in range(places.shape[0]):
        for j in range(0, places.shape[1], 2):
            out[0], out[2] = min(out[0], places[i, j]), max(out[2], places[i, j])
            out[1], out[3] = min(out[1], places[i, j + 1]), max(out[3], places[i, j + 1])
    return out


def frame_of(box: Int64, items: int) -> Int64:
    """Grid over a box for an index of so many items: x0, y0, cell, columns, rows."""
    west, south, east, north = box.tolist()
    width, height = east - west + 1, north - south + 1
    cells = max(1.0, items / _ITEMS_PER_CELL)
    cell = max(1, math.ceil(math.sqrt(width * height / cells)), math.ceil((width + height) / (4.0 * cells + 64.0)))
    return np.array([west, south, cell, width // cell + 1, height // cell + 1], np.int64)


@compiled("int64(int64, int64, int64, int64, int64, int64)")
def _turn(ax: int, ay: int, bx: int, by: int, cx: int, cy: int) -> int:
    """Twice the area of a triangle, positive when it runs counter-clockwise."""
    area: Any = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return area


@compiled("boolean(int64, int64, int64, int64)")
def _product_below(a: int, b: int, c: int, d: int) -> bool:
    """Whether a * b < c * d, with |a| and |c| below 2^31 and |b| and |d| below 2^61, in 96 bits."""
    b_high, b_low, d_high, d_low = b >> 32, b & 0xFFFFFFFF, d >> 32, d & 0xFFFFFFFF
    one, other = a * b_low, c * d_low
    high = a * b_high + (one >> 32)
    other_high = c * d_high + (other >> 32)
    return high < other_high or (high == other_high and (one & 0xFFFFFFFF) < (other & 0xFFFFFFFF))


@compiled("int64(int64, int64, int64, int64, int64)")
def rounded_part(start: int, way: int, part: int, whole: int, unit: int) -> int:
    """The centimetre nearest to start + way * part / whole (in units), halves upwards; exact, with whole > 0."""
    guess: Any = np.int64(math.floor((float(start) + float(way) * (float(part) / float(whole))) / unit + 0.5))
    # The guess is right but near halves, where it can be one off: compare exactly with the borders of its pixel.
    if _product_below(2 * way, part, unit * (2 * guess - 1) - 2 * start, whole):
        guess -= 1
    elif not _product_below(2 * way, part, unit * (2 * guess + 1) - 2 * start, whole):
        guess += 1
    return guess


@compiled("int64[:,::1](int32[:,::1], int32[::1], int64, int64[::1], int32[::1])")
def _crossings(segments: Int32, planar: Int32, unit: int, first: Int64, members: Int32) -> Int64:
    """Rounded points where two segments cross in the inside of both; some of them several times."""
    found = np.empty((64, 2), np.int64)
    count = 0
    for at in range(first.size - 1):
        for i in range(first[at], first[at + 1]):
            s = members[i]
            ax, ay = np.int64(segments[s, 0]), np.int64(segments[s, 1])
            bx, by = np.int64(segments[s, 2]), np.int64(segments[s, 3])
            west, east, south, north = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            for j in range(i + 1, first[at + 1]):
                t = members[j]
                if planar[s] >= 0 and planar[s] == planar[t]:
                    continue
                cx, dx = np.int64(segments[t, 0]), np.int64(segments[t, 2])
                if max(cx, dx) < west or min(cx, dx) > east:
                    continue
                cy, dy = np.int64(segments[t, 1]), np.int64(segments[t, 3])
                if max(cy, dy) < south or min(cy, dy) > north:
                    continue
                c_side, d_side = _turn(ax, ay, bx, by, cx, cy), _turn(ax, ay, bx, by, dx, dy)
                if c_side == 0 or d_side == 0 or (c_side > 0) == (d_side > 0):
                    continue
                a_side, b_side = _turn(cx, cy, dx, dy, ax, ay), _turn(cx, cy, dx, dy, bx, by)
                if a_side == 0 or b_side == 0 or (a_side > 0) == (b_side > 0):
                    continue
                if count == found.shape[0]:
                    wider = np.empty((2 * count, 2), np.int64)
                    wider[:count] = found
                    found = wider
                part, whole = abs(a_side), abs(a_side) + abs(b_side)
                found[count, 0] = rounded_part(ax, bx - ax, part, whole, unit)
                found[count, 1] = rounded_part(ay, by - ay, part, whole, unit)
                count += 1
    return found[:count].copy()


@compiled("Tuple((int32[:,::1], int32[::1]))(int32[:,::1], int64, int64[:,::1])")
def number_points(vertices: Int32, unit: int, more: Int64) -> tuple[Int32, Int32]:
    """The different points in cm to which vertices (in units) round, and after them more points, given in cm.

    Returns:
        (points, 2) points in the order in which they come; (vertices,) number of the point of each vertex.
    """
    size = 16
    while size < 2 * (vertices.shape[0] + more.shape[0]):
        size *= 2
    table = np.full(size, -1, np.int32)
    points = np.empty((vertices.shape[0] + more.shape[0], 2), np.int32)
    number = np.empty(vertices.shape[0], np.int32)
    count = 0
    for i in range(points.shape[0]):
        if i < vertices.shape[0]:
            x = (2 * np.int64(vertices[i, 0]) + unit) // (2 * unit)
            y = (2 * np.int64(vertices[i, 1]) + unit) // (2 * unit)
        else:
            x, y = more[i - vertices.shape[0], 0], more[i - vertices.shape[0], 1]
        mixed = x * np.int64(0x1E3779B97F4A7C15) + y * np.int64(0x2545F4914F6CDD1D)
        slot = (mixed ^ (mixed >> 29)) & (size - 1)
        while table[slot] >= 0 and (points[table[slot], 0] != x or points[table[slot], 1] != y):
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = count
            points[count, 0] = x
            points[count, 1] = y
            count += 1
        if i < vertices.shape[0]:
            number[i] = table[slot]
    return points[:count].copy(), number


@compiled("Tuple((int32[:,::1], int32[::1], int64[::1]))(int32[:,::1], int32[::1], int64, int64[::1])")
def sort_points(points: Int32, number: Int32, unit: int, frame: Int64) -> tuple[Int32, Int32, Int64]:
    """Points by cell of a grid, those outside of it in its nearest cell.

    Returns:
        (points, 2) points, cell by cell; (vertices,) their numbers, brought up to date; (cells + 1,) offsets.
    """
    x0, y0, cell, columns, rows = frame[0], frame[1], frame[2], frame[3], frame[4]
    first = np.zeros(columns * rows + 1, np.int64)
    place = np.empty(points.shape[0], np.int32)
    for i in range(points.shape[0]):
        column = min(max((points[i, 0] * unit - x0) // cell, 0), columns - 1)
        row = min(max((points[i, 1] * unit - y0) // cell, 0), rows - 1)
        place[i] = row * columns + column
        first[place[i] + 1] += 1
    for i in range(columns * rows):
        first[i + 1] += first[i]
    fill = first[:-1].copy()
    out = np.empty_like(points)
    for i in range(points.shape[0]):
        slot = fill[place[i]]
        fill[place[i]] += 1
        out[slot, 0], out[slot, 1] = points[i, 0], points[i, 1]
        place[i] = slot
    renumbered = np.empty_like(number)
    for i in range(number.size):
        renumbered[i] = place[number[i]]
    return out, renumbered, first


@compiled("boolean(int64, int64, int64, int64, int64, int64, int64)")
def passes(ax: int, ay: int, bx: int, by: int, px: int, py: int, unit: int) -> bool:
    """Whether a segment (in units) passes through the pixel around a point (in cm).

    Both are convex: they meet unless their projections on x, on y or across the segment are apart.
    """
    west, south, east, north = unit * (2 * px - 1), unit * (2 * py - 1), unit * (2 * px + 1), unit * (2 * py + 1)
    if 2 * min(ax, bx) >= east or 2 * max(ax, bx) < west or 2 * min(ay, by) >= north or 2 * max(ay, by) < south:
        return False
    dx, dy = bx - ax, by - ay
    offset = 2 * (dx * (unit * py - ay) - dy * (unit * px - ax))
    reach = unit * (abs(dx) + abs(dy))
    if offset == reach or offset == -reach:
        # The line touches a corner: on which side it lies once shifted to the east, then to the north.
        shifted = dy if dy != 0 else -dx
        return (shifted < 0) == (offset > 0)
    return -reach < offset < reach


@compiled("int64(int64, int64, int64, int64, int64, int64, int64, int32[:,::1], int64[::1], int64[::1], int32[::1])")
def _passed(
    ax: int,
    ay: int,
    bx: int,
    by: int,
    start: int,
    end: int,
    unit: int,
    points: Int32,
    first: Int64,
    frame: Int64,
    out: Int32,
) -> int:
    """Number of hot pixels that a segment passes through between those of its ends; `out` takes them in order."""
    x0, y0, cell, columns, rows = frame[0], frame[1], frame[2], frame[3], frame[4]
    west, east = (min(ax, bx) - unit - x0) // cell, (max(ax, bx) + unit - x0) // cell
    bottom, top = (min(ay, by) - unit - y0) // cell, (max(ay, by) + unit - y0) // cell
    west, east = min(max(west, 0), columns - 1), min(max(east, 0), columns - 1)
    bottom, top = min(max(bottom, 0), rows - 1), min(max(top, 0), rows - 1)
    wide = bottom < top and west < east
    # Points whose pixels reach into the box of the segment.
    half = 2 * unit
    least_px, most_px = (2 * min(ax, bx) + unit) // half, (2 * max(ax, bx) + unit) // half
    least_py, most_py = (2 * min(ay, by) + unit) // half, (2 * max(ay, by) + unit) // half
    count = 0
    for row in range(bottom, top + 1):
        low, high = west, east
        if wide:
            least, most = _reach(ax, ay, bx, by, y0 + row * cell - unit, y0 + (row + 1) * cell + unit)
            low = min(max((least - unit - x0) // cell, west), east)
            high = min(max((most + unit - x0) // cell, west), east)
        for p in range(first[row * columns + low], first[row * columns + high + 1]):
            px, py = points[p, 0], points[p, 1]
            if px < least_px or px > most_px or py < least_py or py > most_py or p in (start, end):
                continue
            if passes(ax, ay, bx, by, px, py, unit):
                out[count] = p
                count += 1
    if count > 1:
        # A straight line visits pixels in steps that never go back in x nor in y.
        across, along = np.int64(1) if bx >= ax else np.int64(-1), np.int64(1) if by >= ay else np.int64(-1)
        way = np.empty(count, np.int64)
        for i in range(count):
            way[i] = across * points[out[i], 0] + along * points[out[i], 1]
        order = np.argsort(way)
        unordered = out[:count].copy()
        for i in range(count):
            out[i] = unordered[order[i]]
    return count


@compiled(
    "Tuple((int32[:,::1], int32[::1]))"
    "(int32[:,::1], int32[::1], int32[:,::1], int64, int32[:,::1], int64[::1], int64[::1])"
)
def _lead(
    segments: Int32,
    line: Int32,
    ends: Int32,
    unit: int,
    points: Int32,
    first: Int64,
    frame: Int64,
) -> tuple[Int32, Int32]:
    """Lead every segment through its hot pixels: ends and line of the edges."""
    out = np.empty((segments.shape[0] + segments.shape[0] // 4 + 16, 2), np.int32)
    out_line = np.empty(out.shape[0], np.int32)
    count = 0
    hit = np.empty(points.shape[0], np.int32)
    waiting = np.empty((points.shape[0] + 1, 2), np.int32)
    for s in range(segments.shape[0]):
        u, v = ends[s, 0], ends[s, 1]
        if u == v:
            continue
        ax, ay = np.int64(segments[s, 0]), np.int64(segments[s, 1])
        bx, by = np.int64(segments[s, 2]), np.int64(segments[s, 3])
        size = 1
        waiting[0, 0], waiting[0, 1] = u, v
        as_given = True
        while size:
            size -= 1
            u, v = waiting[size, 0], waiting[size, 1]
            on_grid = True
            if as_given:
                on_grid = (
                    ax == points[u, 0] * unit
                    and ay == points[u, 1] * unit
                    and bx == points[v, 0] * unit
                    and by == points[v, 1] * unit
                )
            else:
                ax, ay = np.int64(points[u, 0]) * unit, np.int64(points[u, 1]) * unit
                bx, by = np.int64(points[v, 0]) * unit, np.int64(points[v, 1]) * unit
            hits = _passed(ax, ay, bx, by, u, v, unit, points, first, frame, hit)
            as_given = False
            if hits == 0 and on_grid:
                if count == out.shape[0]:
                    wider = np.empty((2 * count, 2), np.int32)
                    wider[:count] = out
                    out = wider
                    wider_line = np.empty(2 * count, np.int32)
                    wider_line[:count] = out_line
                    out_line = wider_line
                out[count, 0], out[count, 1] = u, v
                out_line[count] = line[s]
                count += 1
                continue
            # Pieces stay within the box of what they are a part of: no point comes twice, and the places suffice.
            for i in range(hits + 1):
                waiting[size, 0] = hit[i - 1] if i else u
                waiting[size, 1] = hit[i] if i < hits else v
                size += 1
    return out[:count].copy(), out_line[:count].copy()


@compiled("boolean(int32[:,::1], int32[::1], int64[::1], int32[::1], boolean[::1])")
def _meetings(segments: Int32, owner: Int32, first: Int64, members: Int32, of_itself: npt.NDArray[np.bool_]) -> bool:
    """Whether two different segments meet elsewhere than in ends of both.

    `of_itself` is set for the owners that have two segments which do, or one segment twice.
    """
    any_found = False
    for at in range(first.size - 1):
        for i in range(first[at], first[at + 1]):
            s = members[i]
            ax, ay = np.int64(segments[s, 0]), np.int64(segments[s, 1])
            bx, by = np.int64(segments[s, 2]), np.int64(segments[s, 3])
            if ax == bx and ay == by:
                continue
            west, east, south, north = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            for j in range(i + 1, first[at + 1]):
                t = members[j]
                cx, dx = np.int64(segments[t, 0]), np.int64(segments[t, 2])
                if max(cx, dx) < west or min(cx, dx) > east:
                    continue
                cy, dy = np.int64(segments[t, 1]), np.int64(segments[t, 3])
                if max(cy, dy) < south or min(cy, dy) > north or (cx == dx and cy == dy):
                    continue
                a_at_end = (ax == cx and ay == cy) or (ax == dx and ay == dy)
                b_at_end = (bx == cx and by == cy) or (bx == dx and by == dy)
                if a_at_end and b_at_end:
                    of_itself[owner[s]] |= owner[s] == owner[t]
                    continue
                c_side, d_side = _turn(ax, ay, bx, by, cx, cy), _turn(ax, ay, bx, by, dx, dy)
                if (c_side > 0 and d_side > 0) or (c_side < 0 and d_side < 0):
                    continue
                if a_at_end or b_at_end:
                    if c_side != 0 or d_side != 0:
                        continue
                    # In one line from a common end: apart when they leave it to opposite sides.
                    kx, ky = (ax, ay) if a_at_end else (bx, by)
                    ux, uy = ax + bx - 2 * kx, ay + by - 2 * ky
                    vx, vy = cx + dx - 2 * kx, cy + dy - 2 * ky
                    if ux * vx < 0 or uy * vy < 0:
                        continue
                else:
                    a_side, b_side = _turn(cx, cy, dx, dy, ax, ay), _turn(cx, cy, dx, dy, bx, by)
                    if (a_side > 0 and b_side > 0) or (a_side < 0 and b_side < 0):
                        continue
                any_found = True
                of_itself[owner[s]] |= owner[s] == owner[t]
    return any_found


@compiled("int32[:,::1](int32[:,::1], int64[::1])")
def segments_of_lines(vertices: Int32, offsets: Int64) -> Int32:
    """(segments, 4) x and y of the ends of the segments of lines, line by line."""
    out = np.empty((vertices.shape[0] - (offsets.size - 1), 4), np.int32)
    s = 0
    for line in range(offsets.size - 1):
        for i in range(offsets[line], offsets[line + 1] - 1):
            out[s, 0], out[s, 1] = vertices[i, 0], vertices[i, 1]
            out[s, 2], out[s, 3] = vertices[i + 1, 0], vertices[i + 1, 1]
            s += 1
    return out


@compiled("int32[:,::1](int32[::1], int64[::1])")
def ends_of_lines(number: Int32, offsets: Int64) -> Int32:
    """(segments, 2) numbers of the ends of the segments of lines, line by line."""
    out = np.empty((number.size - (offsets.size - 1), 2), np.int32)
    s = 0
    for line in range(offsets.size - 1):
        for i in range(offsets[line], offsets[line + 1] - 1):
            out[s, 0], out[s, 1] = number[i], number[i + 1]
            s += 1
    return out


def unit_for(spread_cm: int) -> int:
    """Units per centimetre: the finest that what spreads this far can have."""
    unit = FINEST_UNIT
    while unit > 1 and spread_cm * unit > LARGEST_SPREAD:
        unit //= 2
    return unit


def node(vertices: Int32, offsets: Int64, planar: Int32, *, unit: int) -> Noded:
    """Cut lines against one another and round them to the centimetre.

    Args:
        vertices: (v, 2) x and y of the vertices, line after line, in units.
        offsets: (lines + 1,) where each line begins in `vertices`; no line is empty.
        planar: (lines,) lines of the same number do not cross one another; -1: they may.
        unit: units per centimetre.
    """
    segments = segments_of_lines(vertices, offsets)
    counts = np.diff(offsets) - 1
    line = np.repeat(np.arange(offsets.size - 1, dtype=np.int32), counts)
    box = box_of(segments)
    crossings = _crossings(segments, planar[line], unit, *index_segments(segments, frame_of(box, len(segments))))
    points, number = number_points(vertices, unit, crossings)
    frame = frame_of(box, len(points))
    points, number, first = sort_points(points, number, unit, frame)
    ends = ends_of_lines(number, offsets)
    return Noded(points, *_lead(segments, line, ends, unit, points, first, frame))


def match(vertices: Int32, offsets: Int64, owner: Int32) -> tuple[Noded | None, npt.NDArray[np.bool_]]:
    """The segments of lines as they are, when they meet nowhere but in their ends.

    Args:
        vertices: (v, 2) x and y of the vertices, line after line, in cm.
        offsets: (lines + 1,) where each line begins in `vertices`; no line is empty.
        owner: (lines,) number of what each line belongs to.

    Returns:
        the edges, None when segments meet elsewhere; (owners,) whether lines of one owner do, or run over
        one another.
    """
    segments = segments_of_lines(vertices, offsets)
    line = np.repeat(np.arange(offsets.size - 1, dtype=np.int32), np.diff(offsets) - 1)
    of_itself = np.zeros(int(owner.max(initial=-1)) + 1, np.bool_)
    frame = frame_of(box_of(segments), len(segments))
    if _meetings(segments, owner[line], *index_segments(segments, frame), of_itself):
        return None, of_itself
    points, number = number_points(vertices, 1, np.empty((0, 2), np.int64))
    ends = ends_of_lines(number, offsets)
    kept = ends[:, 0] != ends[:, 1]
    return Noded(points, ends[kept], line[kept]), of_itself
