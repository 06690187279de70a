"""Coverages seen as shapely polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.coverage.rings import ring_vertices

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage


def polygons_of_coverage(coverage: Coverage) -> npt.NDArray[np.object_]:
    """See `Coverage.to_polygons`."""
    if not len(coverage):
        return np.empty(0, dtype=object)
    closed = coverage.rings
    vertices, offsets = ring_vertices(coverage.vertices, coverage.offsets, closed.offsets, closed.half_arcs)
    polygon_offsets = np.searchsorted(closed.face, np.arange(len(coverage) + 1))
    polygons: npt.NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, coverage.to_metres(vertices), (offsets, polygon_offsets)
    )
    return polygons
