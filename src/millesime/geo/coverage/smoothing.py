"""Smoothing of borders traced on a pixel lattice: each corner is cut at half a pixel, in whole centimetres.

Why nothing can meet. The cut of a corner is the long side of a triangle whose two other sides lie on the border
itself. What would cross the cut would have to come out of the triangle again, which its border sides forbid, or to
end inside, at a vertex. But the triangle reaches half a pixel from its corner, and the next point of the lattice is a
pixel away: as long as all vertices nearby are on the lattice, none is inside, and no two triangles overlap. They
touch at most at the midpoint of an edge, where two corners of the same arc are a pixel apart and share it.

So faces, neighbours and nodes stay as they are, whatever the order of the arcs; a lens between two nodes keeps
the arms of both its arcs at the nodes, and a loop around a single pixel becomes a square of half its area.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.errors import GeometryError
from millesime.geo.coverage.assembly import pack
from millesime.geo.coverage.compiled import compiled

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

#: Lines of a lattice that is no whole number of centimetres are up to 1 cm off, each of them: above this size of
#: a pixel the triangles are still free of other lattice points ((p + 2) / 2 < p - 2).
_LEAST_UNEVEN_CM = 6.0
_LEAST_CM = 2.0


@compiled("int64(int64, int64, int64, int64)")
def _tip(corner: int, beside: int, half: int, one_pixel: int) -> int:
    """Where the cut begins on the way from a corner to the vertex beside it, along one axis."""
    if abs(beside - corner) < one_pixel:
        return (corner + beside) >> 1  # the same from both ends
    return corner + half if beside > corner else corner - half


@compiled("int64(int32[:,::1], int64, int64, boolean, int64, int64)")
def _append(out: Int32, head: int, filled: int, after_tip: bool, x: int, y: int) -> int:
    """Add a vertex to the arc that began at `head`; a tip before it goes when it is the same or on a straight line."""
    if after_tip:
        ax, ay = x - out[filled - 1, 0], y - out[filled - 1, 1]
        if ax == 0 and ay == 0:
            return filled
        if filled - head >= 2:
            bx = np.int64(out[filled - 1, 0]) - out[filled - 2, 0]
            by = np.int64(out[filled - 1, 1]) - out[filled - 2, 1]
            if ax * by == ay * bx:
                filled -= 1
    out[filled, 0] = x
    out[filled, 1] = y
    return filled + 1


@compiled(
    "Tuple((int32[:,::1], int64[::1]))"
    "(int32[:,::1], int64[::1], boolean[::1], boolean[::1], boolean[::1], int64, int64)"
)
def _cut_corners(
    vertices: Int32,
    offsets: Int64,
    on_lattice: Bool,  # (vertices,)
    alone: Bool,  # (vertices,) no vertex that is off the lattice is near
    ring: Bool,  # (arcs,) loops whose first vertex is no junction
    half: int,
    one_pixel: int,  # edges below this length, in cm, are one pixel long
) -> tuple[Int32, Int64]:
    """Vertices and offsets of the arcs with their corners cut."""
    out = np.empty((2 * vertices.shape[0], 2), np.int32)
    out_offsets = np.zeros_like(offsets)
    filled = np.int64(0)
    for arc in range(offsets.size - 1):
        begin, last = offsets[arc], offsets[arc + 1] - 1
        head = filled
        tip = False
        for i in range(begin, last):
            before, after = (last - 1 if i == begin else i - 1), i + 1
            cut = False
            if (ring[arc] or i > begin) and alone[i] and on_lattice[before] and on_lattice[after]:
                # One of the two edges is level and the other upright.
                cut = (vertices[before, 1] == vertices[i, 1] and vertices[after, 0] == vertices[i, 0]) or (
                    vertices[before, 0] == vertices[i, 0] and vertices[after, 1] == vertices[i, 1]
                )
            if not cut:
                filled = _append(out, head, filled, tip, np.int64(vertices[i, 0]), np.int64(vertices[i, 1]))
                tip = False
                continue
            for side in range(2):
                beside = after if side else before
                x = _tip(vertices[i, 0], vertices[beside, 0], half, one_pixel)
                y = _tip(vertices[i, 1], vertices[beside, 1], half, one_pixel)
                filled = _append(out, head, filled, tip, x, y)
                tip = True
        if ring[arc]:  # its first vertex may have moved
            filled = _append(out, head, filled, tip, np.int64(out[head, 0]), np.int64(out[head, 1]))
        else:
            filled = _append(out, head, filled, tip, np.int64(vertices[last, 0]), np.int64(vertices[last, 1]))
        out_offsets[arc + 1] = filled
    return out[:filled].copy(), out_offsets


def smooth_arcs(coverage: CoverageT, *, pixel_m: float) -> CoverageT:
    """See `Coverage.smooth`."""
    pixel_cm = round(pixel_m * 100.0, 6)
    even = pixel_cm % 1.0 == 0
    least = _LEAST_CM if even else _LEAST_UNEVEN_CM
    if not least <= pixel_cm < math.inf:
        raise GeometryError(
            f"borders of pixels of {pixel_m} m cannot be smoothed on the 1 cm grid",
            remedy=f"smooth pixels of at least {least:.0f} cm, or simplify only (--tolerance-m without --smooth)",
        )
    if not coverage.arc_count:
        return coverage
    on_lattice, alone = _places(coverage.vertices, pixel_cm, 0.0 if even else 1.0)
    vertices, offsets = _cut_corners(
        coverage.vertices,
        coverage.offsets,
        on_lattice,
        alone,
        _free_rings(coverage),
        int(pixel_cm) // 2,
        math.ceil(1.5 * pixel_cm),
    )
    return replace(coverage, vertices=vertices, offsets=offsets)


def _places(vertices: Int32, pixel_cm: float, slack_cm: float) -> tuple[Bool, Bool]:
    """(vertices,) which are corners of the lattice; which of them have no other kind within half a pixel."""
    cells = np.rint(vertices / pixel_cm)
    on_lattice = np.all(np.abs(vertices - cells * pixel_cm) <= slack_cm + 1e-6, axis=1)
    if on_lattice.all():
        return on_lattice, on_lattice
    reach = pixel_cm / 2 + 1 + slack_cm
    steps = np.array([(x, y) for x in (-reach, 0.0, reach) for y in (-reach, 0.0, reach)])
    crowded = np.rint((vertices[~on_lattice][:, None] + steps) / pixel_cm).reshape(-1, 2)
    return on_lattice, on_lattice & ~np.isin(pack(cells), pack(crowded))


def _free_rings(coverage: Coverage) -> Bool:
    """(arcs,) loops that meet no other arc and whose first vertex is not fixed: every corner of them may go."""
    loop = coverage.start == coverage.end
    ends = np.bincount(np.concatenate([coverage.start, coverage.end]))
    fixed = np.isin(pack(coverage.vertices[coverage.offsets[:-1]]), pack(coverage.fixed))
    return np.asarray(loop & (ends[coverage.start] == 2) & ~fixed)
