"""Who is whose neighbour among polygons that cover the ground once, and along which lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage import overlay_polygons
from millesime.geo.coverage.measures import LENGTH_UNITS_PER_CM

Indices = npt.NDArray[np.intp]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_AROUND_M = 1.0
_UM_PER_CM = 10_000


@dataclass(frozen=True)
class Borders:
    """Stretches of border between two polygons that differ in a status."""

    first: Indices
    second: Indices

    length_um: Int64
    """Whole micrometres, so that sums are the same in any order."""

    coordinates: npt.NDArray[np.float64]
    """(v, 2) vertices in metres, border by border."""

    offsets: Int64
    """(borders + 1,) where each begins."""

    def lines(self, rows: Indices) -> npt.NDArray[Any]:
        """Some borders as lines."""
        size = self.offsets[rows + 1] - self.offsets[rows]
        start = np.cumsum(size) - size
        at = np.repeat(self.offsets[rows] - start, size) + np.arange(int(size.sum()))
        return np.asarray(shapely.linestrings(self.coordinates[at], indices=np.repeat(np.arange(len(rows)), size)))


def borders_of(geoms: npt.NDArray[Any], statuses: Sequence[Flags]) -> Borders:
    """Borders between polygons that cover the ground once.

    Their sides are cut where vertices of others lie on them: a vertex that a neighbour lacks does no harm.

    Args:
        geoms: (n,) polygons in metres.
        statuses: (n,) each; borders between polygons that agree in all of them are left out.
    """
    west, south, east, north = (shapely.total_bounds(geoms) + np.array([-1, -1, 1, 1]) * _AROUND_M).tolist()
    done = overlay_polygons([geoms], extent=(west, south, east, north), crs="")
    coverage, owner = done.coverage, done.lineage[:, 0]
    left, right = owner[coverage.left], owner[coverage.right]
    limit = np.zeros(len(left), dtype=bool)
    for status in statuses:
        limit |= status[left] != status[right]
    arcs = np.flatnonzero(limit & (coverage.left >= 0) & (coverage.right >= 0) & (left >= 0) & (right >= 0))
    length = coverage.arc_lengths[arcs] * _UM_PER_CM // LENGTH_UNITS_PER_CM
    size = (coverage.offsets[arcs + 1] - coverage.offsets[arcs]).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    rows = np.repeat(coverage.offsets[arcs] - offsets[:-1], size) + np.arange(int(size.sum()))
    xy = coverage.to_metres(coverage.vertices[rows])
    return Borders(left[arcs].astype(np.intp), right[arcs].astype(np.intp), length, xy, offsets)
