"""Small faces of a part of a raster merged as they will be in the whole raster, and no other.

A cut runs through faces, so that their areas and neighbours are not all known in a part. `merge_greedily` goes through
the small faces of the part in its usual order, and calls a face *open* when it may be larger than it seems:

- at the start, the faces along a cut;
- a face that an open one, of the same value, is united with.

When the turn of a small face comes, it is merged only if it is not open itself and no two open neighbours have one
value (they may be one face beyond the cut, or become one there). Otherwise it is *left*: it is not touched again, and
it and all its neighbours are open from then on, as each of them may have received it.

Why this is exact. Turns come in the order of (area, first corner), and whatever is merged has a larger area than the
face whose turn it was: the turn of every face of the whole raster has one moment, and moments only go up. At every
moment, faces of the part and of the whole (merged without cuts up to this moment) stand so:

1. A face that is not open is a face of the whole, with its value.
2. An open face that has not been left lies in a face of the whole of the same value, whose turn has not come: if the
   turn of the larger face had come, then its own would have come before, with its smaller area.
3. All neighbours of a left face are open.

A turn in the whole keeps this: if the face is left in the part, or reaches beyond it and its pieces are left by then,
all that it may join, and all that may be united by it, is open (3). If it is merged in the part, no neighbour is a
left face, so neighbours have their true values (2), and no two of them are one face of the whole; hence borders, choice
and union are those of the whole.

And merging early does no harm to what comes later. A face g that is left has its turn, in the whole, at some moment;
faces merged in a part at later moments do not touch g (they would be open), and unite at most one open face with faces
that are not open, hence do not touch g either. So g has the same neighbours, borders and values as without them, and
what is stitched may be merged from the start again. Ties between neighbours of one value and with one first
corner would be decided by their first pixels, which may lie beyond a cut; they are united with the receiver
in any case, so the choice between them leaves no trace. This holds with `unite_equal` and without protected faces or
families: the parts of a raster know no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage import measures
from millesime.geo.coverage.assembly import Arcs, join_arcs
from millesime.geo.coverage.merging import Affinity, double_cm2, merge_greedily, number_roots, weights_by_class

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MergedArcs:
    """Arcs after faces of a raster were merged, in normal form."""

    arcs: Arcs
    values: npt.NDArray[Any]
    """(faces,) value of each face; faces in the order of their first corners."""

    isolated: int
    """Faces left below their minimum."""


def merge_arcs(
    arcs: Arcs,
    values: npt.NDArray[Any],
    *,
    min_area_m2: float | Mapping[int, float] | None,
    affinity: Affinity | None,
    open_: Bool | None,
    fixed: Int32,
) -> MergedArcs:
    """Merge the small faces of a raster, or of a part of it; then `join_arcs`.

    Args:
        arcs: boundaries of faces that were traced from a raster.
        values: (faces,) value of each face.
        min_area_m2: one minimum, or one per value; None merges nothing.
        affinity: as in `merge_small_faces`.
        open_: (faces,) faces that may go on beyond a cut; None where there is no cut. With cuts, a face is merged
            only if it is certain to be merged in the same way in the whole raster.
        fixed: (n, 2) places of nodes that stay.
    """
    faces = values.size
    corner = measures.first_corners(arcs.vertices, arcs.offsets)
    ranks = _ranks(measures.face_first_corners(corner, arcs.left, arcs.right, faces))
    if min_area_m2 is None:
        group, roots = number_roots(np.arange(faces, dtype=np.int32), ranks)
        return MergedArcs(join_arcs(arcs, group, fixed=fixed), values[roots], 0)
    classes, number = numbered(values)
    swept = measures.double_areas(arcs.vertices, arcs.offsets)
    parent, identity, order, _, isolated = merge_greedily(
        arcs.left,
        arcs.right,
        measures.lengths(arcs.vertices, arcs.offsets),
        corner,
        measures.face_double_areas(swept, arcs.left, arcs.right, faces),
        ranks,
        number,
        double_cm2(min_area_m2, values, faces),
        np.zeros(faces, np.bool_),
        True,
        weights_by_class(classes, affinity),
        np.empty(0, np.int32),
        np.empty(0, np.bool_) if open_ is None else open_.copy(),
    )
    group, roots = number_roots(parent, order)
    return MergedArcs(join_arcs(arcs, group, fixed=fixed), values[identity[roots]], int(isolated))


def numbered(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Int32]:
    """The distinct values in order, and the place of each value among them."""
    if values.dtype.kind != "u" or values.dtype.itemsize > 2:
        found, number = np.unique(values, return_inverse=True)
        return found, number.astype(np.int32)
    occurs = np.bincount(values, minlength=1) > 0
    place = (np.cumsum(occurs) - 1).astype(np.int32)
    return np.flatnonzero(occurs).astype(values.dtype), place[values]


def _ranks(first_corners: Int64) -> Int32:
    """Place of each face in the order of first corners, which differ between the faces of a raster."""
    if (np.diff(first_corners) > 0).all():
        return np.arange(first_corners.size, dtype=np.int32)
    ranks = np.empty(first_corners.size, np.int32)
    ranks[np.argsort(first_corners)] = np.arange(first_corners.size, dtype=np.int32)
    return ranks
