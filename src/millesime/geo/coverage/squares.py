"""A coverage cut into the squares of a kilometre grid, so that the pieces match across the limits of the squares.

Borders are cut once, at the centimetre where they meet a limit; as an arc is stored once, both sides have the same
vertex. Along a limit, the pieces on both sides then take all the vertices that lie on it. Only faces that touch a
limit are built anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import InternalError
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.overlay import overlay_polygons

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

Bool = npt.NDArray[np.bool_]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Polygons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Pieces:
    """The faces of a coverage cut at the limits of squares."""

    polygons: Polygons
    """(pieces,) single polygons, a valid coverage all together; by square, then from north to south."""

    face: Int32
    """(pieces,) face that each piece comes from."""

    column: Int64
    """(pieces,) the square's western limit, in sides from 0 of the CRS."""

    row: Int64
    """(pieces,) the square's southern limit, in sides from 0 of the CRS."""


def cut_into_squares(coverage: Coverage, *, side_cm: int) -> Pieces:
    """The faces of a coverage cut at all x and y that are whole numbers of `side_cm`.

    The border between two pieces is the same, vertex for vertex, on both sides, within a square and across. A border
    that meets a limit elsewhere than at a whole centimetre bends there by at most half a centimetre; where this
    would make it meet another one, everything is cut anew on the 1 cm grid (`overlay_polygons`).

    Args:
        coverage: any coverage.
        side_cm: side of the squares, in cm; the squares are counted from 0 of the CRS.

    Raises:
        InternalError: the pieces do not match.
    """
    vertices, offsets = _with_crossings(
        coverage.vertices, coverage.offsets, coverage.origin_cm[0], coverage.origin_cm[1], side_cm
    )
    noded = replace(coverage, vertices=vertices, offsets=offsets)
    polygons = noded.to_polygons()
    places = noded.vertices.astype(np.int64) + np.asarray(noded.origin_cm, np.int64)
    on_limit = places % side_cm == 0
    parted = _touched(noded, on_limit.any(axis=1))
    whole = np.flatnonzero(~parted)
    parts, part_face = _part(noded, polygons, parted, places, on_limit, side_cm)
    pieces = np.concatenate([polygons[whole], parts])
    face = np.concatenate([whole, part_face]).astype(np.int32)
    if not _is_sound(pieces, face, polygons):
        pieces, face = _overlaid(coverage, side_cm)
        if not (shapely.is_valid(pieces).all() and shapely.coverage_is_valid(pieces)):
            raise InternalError("a coverage cut into squares is not a valid coverage", remedy="report it with the map")
    return _in_order(pieces, face, side_cm)


@compiled("Tuple((int32[:,::1], int64[::1]))(int32[:,::1], int64[::1], int64, int64, int64)")
def _with_crossings(vertices: Int32, offsets: Int64, x0: int, y0: int, side: int) -> tuple[Int32, Int64]:
    """Vertices and offsets of the arcs with a vertex wherever they cross a limit, rounded along the limit."""
    more = np.int64(0)
    for arc in range(offsets.size - 1):
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            more += abs((vertices[i + 1, 0] + x0) // side - (vertices[i, 0] + x0) // side)
            more += abs((vertices[i + 1, 1] + y0) // side - (vertices[i, 1] + y0) // side)
    out = np.empty((vertices.shape[0] + more, 2), np.int32)
    out_offsets = np.zeros_like(offsets)
    filled = np.int64(0)
    for arc in range(offsets.size - 1):
        for i in range(offsets[arc], offsets[arc + 1]):
            ax, ay = np.int64(vertices[i, 0]), np.int64(vertices[i, 1])
            out[filled, 0] = ax
            out[filled, 1] = ay
            filled += 1
            if i + 1 == offsets[arc + 1]:
                break
            bx, by = np.int64(vertices[i + 1, 0]), np.int64(vertices[i + 1, 1])
            dx, dy = bx - ax, by - ay
            # The next limits on the way from a to b, in the coordinates of the arcs.
            x: Any = ((ax + x0) // side + 1) * side - x0 if dx > 0 else (ax + x0 - 1) // side * side - x0
            y: Any = ((ay + y0) // side + 1) * side - y0 if dy > 0 else (ay + y0 - 1) // side * side - y0
            while True:
                upright = (dx > 0 and x < bx) or (dx < 0 and x > bx)
                level = (dy > 0 and y < by) or (dy < 0 and y > by)
                if not upright and not level:
                    break
                if upright and (not level or abs(x - ax) * abs(dy) <= abs(y - ay) * abs(dx)):
                    px, py = x, ay + (2 * (x - ax) * dy + dx) // (2 * dx)
                    x += side if dx > 0 else -side
                else:
                    px, py = ax + (2 * (y - ay) * dx + dy) // (2 * dy), y
                    y += side if dy > 0 else -side
                if px != out[filled - 1, 0] or py != out[filled - 1, 1]:
                    out[filled, 0] = px
                    out[filled, 1] = py
                    filled += 1
        out_offsets[arc + 1] = filled
    return out[:filled].copy(), out_offsets


def _touched(coverage: Coverage, on_limit: Bool) -> Bool:
    """(faces,) which have a vertex on a limit."""
    arcs = np.add.reduceat(on_limit, coverage.offsets[:-1]) > 0 if coverage.arc_count else np.empty(0, np.bool_)
    touched = np.zeros(len(coverage) + 1, np.bool_)  # the last place is that of face -1, outside
    touched[coverage.left[arcs]] = True
    touched[coverage.right[arcs]] = True
    return touched[:-1]


def _part(
    coverage: Coverage, polygons: Polygons, parted: Bool, places: Int64, on_limit: Bool, side: int
) -> tuple[Polygons, Int64]:
    """Pieces of the parted faces, and the face of each."""
    if not parted.any():
        return np.empty(0, dtype=object), np.empty(0, np.int64)
    border = np.append(parted, False)[coverage.left] | np.append(parted, False)[coverage.right]
    lengths = np.diff(coverage.offsets)
    chosen = np.repeat(border, lengths)
    places, on_limit = places[chosen], on_limit[chosen]
    begins = np.zeros(len(places), np.bool_)
    begins[np.cumsum(lengths[border]) - lengths[border]] = True
    # An arc is parted at its vertices on limits: they stand twice, at the end of a line and the start of the next.
    inner = on_limit.any(axis=1) & ~begins & ~np.append(begins[1:], True)
    twice = np.repeat(np.arange(len(places)), np.where(inner, 2, 1))
    first = np.append(True, twice[1:] != twice[:-1])
    line = np.cumsum(np.where(first, begins[twice], True)) - 1
    borders = shapely.linestrings(places[twice] / 100.0, indices=line)
    ends = np.stack([np.arange(len(places) - 1), np.arange(1, len(places))], axis=1)[~begins[1:]]
    along = ends[(on_limit[ends[:, 0]] & on_limit[ends[:, 1]] & (places[ends[:, 0]] == places[ends[:, 1]])).any(axis=1)]
    limits = shapely.linestrings(_limits(places, on_limit, places[along], side) / 100.0)
    parts = shapely.get_parts(shapely.polygonize([*borders, *limits]))
    chosen_faces = np.flatnonzero(parted)
    face, part = shapely.STRtree(shapely.point_on_surface(parts)).query(polygons[chosen_faces], predicate="contains")
    return shapely.orient_polygons(parts[part]), chosen_faces[face]


def _limits(places: Int64, on_limit: Bool, taken: Int64, side: int) -> Int64:
    """(n, 2, 2) stretches of limits between vertices that follow one another there, less those that borders take."""
    stretches = []
    for axis in (0, 1):
        on = np.unique(places[on_limit[:, axis]], axis=0)
        if not len(on):
            continue
        line, along = on[:, axis], on[:, 1 - axis]
        corners = []
        for at in np.unique(line):
            low, high = along[line == at].min(), along[line == at].max()
            crossing = np.arange(-(-low // side), high // side + 1, dtype=np.int64) * side
            corners.append(np.stack([np.full(crossing.size, at), crossing], axis=1))
        both = np.unique(np.concatenate([np.stack([line, along], axis=1), *corners]), axis=0)
        same = both[1:, 0] == both[:-1, 0]
        pairs = np.stack([both[:-1][same], both[1:][same]], axis=1)
        stretches.append(pairs if axis == 0 else pairs[:, :, ::-1])
    if not stretches:
        return np.empty((0, 2, 2), np.int64)
    free = np.concatenate(stretches)
    known = {tuple(sorted(map(tuple, pair))) for pair in taken.tolist()}
    return free[[tuple(sorted(map(tuple, pair))) not in known for pair in free.tolist()]]


def _is_sound(pieces: Polygons, face: Int32, polygons: Polygons) -> bool:
    """Whether the pieces are valid, match one another, and make up their faces."""
    held = np.bincount(face, weights=shapely.area(pieces), minlength=len(polygons))
    if not np.allclose(held, shapely.area(polygons), rtol=1e-9, atol=1e-5):
        return False
    return bool(shapely.is_valid(pieces).all() and shapely.coverage_is_valid(pieces))


def _overlaid(coverage: Coverage, side: int) -> tuple[Polygons, Int32]:
    """The pieces by laying the coverage and the squares over one another."""
    polygons = coverage.to_polygons()
    west, south, east, north = np.rint(shapely.total_bounds(polygons) * 100).astype(np.int64)
    columns, rows = np.arange(west // side, -(-east // side)), np.arange(south // side, -(-north // side))
    corners = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) * side
    squares = shapely.box(*(corners / 100.0).T, *((corners + side) / 100.0).T)
    done = overlay_polygons(
        [polygons, squares], extent=(west / 100, south / 100, east / 100, north / 100), crs=coverage.crs
    )
    inside = done.lineage[:, 0] >= 0
    return done.coverage.to_polygons()[inside], done.lineage[inside, 0]


def _in_order(pieces: Polygons, face: Int32, side: int) -> Pieces:
    """The pieces by square from north to south and west to east, and so within each."""
    bounds = np.rint(shapely.bounds(pieces) * 100.0).astype(np.int64).reshape(-1, 4)
    column, row = bounds[:, 0] // side, bounds[:, 1] // side
    order = np.lexsort((face, bounds[:, 2], bounds[:, 1], bounds[:, 0], -bounds[:, 3], column, -row))
    return Pieces(pieces[order], face[order], column[order], row[order])
