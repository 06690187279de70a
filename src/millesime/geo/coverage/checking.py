"""What must hold of a coverage, looked at with other means than those that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

_LISTED = 5


def ring_faults(coverage: Coverage) -> tuple[str, ...]:
    """Faces without exactly one outer ring, as when a hole was turned inside out, and rings without area."""
    closed = coverage.rings
    shells = np.bincount(closed.face[closed.double_area > 0], minlength=len(coverage))
    faults = [
        f"face {face} has {shells[face]} outer rings instead of one" for face in np.flatnonzero(shells != 1)[:_LISTED]
    ]
    if (closed.double_area == 0).any():
        faults.append(f"face {closed.face[closed.double_area == 0][0]} has a ring without area")
    return tuple(faults)


def faults_of(coverage: Coverage) -> tuple[str, ...]:
    """Faults of a coverage with the place of the first of each kind; empty when it is sound."""
    if turned := ring_faults(coverage):
        return turned
    faults: list[str] = []
    polygons = coverage.to_polygons()
    for face in np.flatnonzero(~shapely.is_valid(polygons))[:_LISTED]:
        faults.append(f"face {face} is not a valid polygon: {shapely.is_valid_reason(polygons[face])}")
    if not faults and len(coverage) and not shapely.coverage_is_valid(polygons):
        edges = shapely.coverage_invalid_edges(polygons)
        for face in np.flatnonzero(~shapely.is_empty(edges))[:_LISTED]:
            x, y = shapely.get_coordinates(edges[face])[0]
            faults.append(f"face {face} does not match its neighbours at ({x:.2f}, {y:.2f})")
    return tuple(faults)
