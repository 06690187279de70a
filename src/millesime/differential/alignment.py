"""Two drawings of one border, told from change and put on one another.

Two lines that stay within a distance d of one another (Fréchet) enclose no disc wider than d: some stretch between
matched points passes through its centre, and both of its ends lie outside. So a piece that survives an inward offset
by d / 2 is no displaced border, whatever its shape; and if each of two vintages was drawn within a tolerance t of the
ground (d = 2 t), no piece that survives an inward offset by t is. That is the test for change, and it errs to one
side only: nothing that holds a disc of diameter 2 t is ever taken for noise.

A piece too thin for that is a displaced border when it lies between the two drawings: a good part of its outline is a
border of the first vintage alone, with the same polygon of the second beyond it, and a good part a border of the second
alone, with the same polygon of the first beyond. A thin object that is new, or gone, has both of its sides in one
vintage, and is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage import Coverage
from millesime.geo.coverage.matching import perimeters
from millesime.geo.coverage.measures import LENGTH_UNITS_PER_CM

Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Int32 = npt.NDArray[np.int32]

#: Share of the outline that must be a border of the one vintage alone, and of the other alone. Between two drawings
#: that cross, each has about half.
_SHARE = 0.25

_UNITS_PER_M = 100.0 * LENGTH_UNITS_PER_CM

#: Chords of a quarter circle in inward offsets: the offset is right to a thousandth of its distance.
_QUARTER = 18


@dataclass(frozen=True)
class Aligned:
    """What of an overlay is a displaced border; arrays are (faces,)."""

    displaced: Flags
    """Too thin to survive an inward offset by the tolerance, and between two drawings of one border."""

    snapped: Flags
    """Displaced by no more than the tolerance: the second vintage's border goes onto the first's."""

    second: Int32
    """Polygon of the second vintage once that is done, -1 for none."""

    length_m: float
    """Length of the second vintage's borders that were moved."""


def aligned(coverage: Coverage, lineage: Int32, *, tolerance_m: float) -> Aligned:
    """Find displaced borders and snap those within the tolerance.

    Args:
        coverage: the pieces of two partitions laid over one another, in a frame larger than both.
        lineage: (faces, 2) polygon of each partition that holds each face, -1 for none.
        tolerance_m: how far borders may lie from one another and be snapped; how far each may lie from the ground
            and be told from change.
    """
    none = np.zeros(len(coverage), dtype=bool)
    second = lineage[:, 1].copy()
    if tolerance_m <= 0 or not len(coverage):
        return Aligned(none, none, second, 0.0)
    in_first, in_second = _sides(coverage, lineage)
    outline = perimeters(coverage)
    around = np.minimum(_per_face(coverage, in_first), _per_face(coverage, in_second)) >= _SHARE * outline
    # A face without a disc of radius r has at most r times its outline for an area: most need no offset.
    may_be = around & (coverage.area_m2 <= tolerance_m * outline / _UNITS_PER_M)
    displaced, narrow = none.copy(), none.copy()
    faces = np.flatnonzero(may_be)
    if faces.size:
        polygons = coverage.to_polygons()[faces]
        displaced[faces] = is_thin(polygons, tolerance_m)
        narrow[faces] = displaced[faces] & is_thin(polygons, tolerance_m / 2)
    snapped = _put_on_the_first(coverage, second, in_second, narrow, settled=~displaced)
    gone = in_second & (snapped[coverage.left] | snapped[coverage.right])
    gone &= second[coverage.left] == second[coverage.right]
    return Aligned(displaced, snapped, second, float(coverage.arc_lengths[gone].sum() / _UNITS_PER_M))


def is_thin(polygons: npt.NDArray[np.object_], distance_m: float) -> Flags:
    """(n,) True for polygons of which nothing is left by an inward offset."""
    left = shapely.buffer(polygons, -distance_m, quad_segs=_QUARTER)
    return np.asarray(shapely.is_empty(left), dtype=bool)


def _sides(coverage: Coverage, lineage: Int32) -> tuple[Flags, Flags]:
    """(arcs,) True for borders of the first vintage alone, and of the second alone."""
    inner = (coverage.left >= 0) & (coverage.right >= 0)
    same = lineage[coverage.left] == lineage[coverage.right]
    return inner & ~same[:, 0] & same[:, 1], inner & same[:, 0] & ~same[:, 1]


def _per_face(coverage: Coverage, arcs: Flags) -> npt.NDArray[np.int64]:
    """(faces,) length of some arcs around each face, in 1/256 cm."""
    out = np.zeros(len(coverage) + 1, np.int64)  # the last one takes what lies outside
    for side in (coverage.left, coverage.right):
        np.add.at(out, side[arcs], coverage.arc_lengths[arcs])
    return out[:-1]


def _put_on_the_first(coverage: Coverage, second: Int32, in_second: Flags, narrow: Flags, *, settled: Flags) -> Flags:
    """Give narrow faces, in place, the second vintage's polygon from beyond its border; True for those that got it.

    The longest common border decides. At junctions strips lie beside strips: they follow once the others are settled.
    """
    arcs = np.flatnonzero(in_second)
    face = np.concatenate([coverage.left[arcs], coverage.right[arcs]])
    beyond = np.concatenate([coverage.right[arcs], coverage.left[arcs]])
    length = np.tile(coverage.arc_lengths[arcs], 2)
    keep = narrow[face]
    pairs, number = np.unique(np.stack([face[keep], beyond[keep]], axis=1), axis=0, return_inverse=True)
    shared = np.zeros(len(pairs), np.int64)
    np.add.at(shared, number.reshape(-1), length[keep])
    order = np.lexsort([pairs[:, 1], -shared, pairs[:, 0]])
    pairs = pairs[order]
    settled, snapped = settled.copy(), np.zeros(len(coverage), dtype=bool)
    while len(pairs):
        ready = pairs[settled[pairs[:, 1]]]
        chosen, at = np.unique(ready[:, 0], return_index=True)
        if not chosen.size:
            break
        second[chosen] = second[ready[at, 1]]
        snapped[chosen] = settled[chosen] = True
        pairs = pairs[~settled[pairs[:, 0]]]
    return snapped
