"""Who is whose neighbour among polygons that cover the ground once, and along which lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage.measures import LENGTH_UNITS_PER_CM
from millesime.geo.coverage.shared_borders import shared_borders

Indices = npt.NDArray[np.intp]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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
    kind = np.zeros(len(geoms), dtype=np.int64)
    for status in statuses:
        kind = 2 * kind + status
    found = shared_borders(geoms, kind)
    length = found.lengths * _UM_PER_CM // LENGTH_UNITS_PER_CM
    return Borders(found.first.astype(np.intp), found.second.astype(np.intp), length, found.coordinates, found.offsets)
