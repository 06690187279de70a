"""The vertices of polygons, ring after ring."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError

Polygons = npt.NDArray[np.object_]
Int64 = npt.NDArray[np.int64]


def ring_layout(polygons: Polygons) -> tuple[npt.NDArray[np.float64], Int64, Int64]:
    """What `shapely.to_ragged_array` tells of polygons, without a ring object for each of those that have no hole.

    Args:
        polygons: (n,) single polygons; none at all is no fault.

    Returns:
        (v, 2) vertices, each ring closed; (rings + 1,) where each ring begins; (n + 1,) the first ring of each polygon.

    Raises:
        GeometryError: geometries of another type.
    """
    if not len(polygons):
        return np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64)
    if (shapely.get_type_id(polygons) != shapely.GeometryType.POLYGON).any() or shapely.is_empty(polygons).any():
        return _as_shapely_tells(polygons)
    holes = shapely.get_num_interior_rings(polygons)
    polygon_offsets = np.concatenate([[0], np.cumsum(holes + 1, dtype=np.int64)])
    size = np.empty(int(polygon_offsets[-1]), np.int64)
    plain = holes == 0
    size[polygon_offsets[:-1][plain]] = shapely.get_num_coordinates(polygons[plain])
    with_holes = np.flatnonzero(~plain)
    if with_holes.size:
        rings, owner = shapely.get_rings(polygons[with_holes], return_index=True)
        rank = np.arange(owner.size) - np.searchsorted(owner, owner)
        size[polygon_offsets[with_holes[owner]] + rank] = shapely.get_num_coordinates(rings)
    return shapely.get_coordinates(polygons), np.concatenate([[0], np.cumsum(size)]), polygon_offsets


def _as_shapely_tells(polygons: Polygons) -> tuple[npt.NDArray[np.float64], Int64, Int64]:
    kind, coordinates, offsets = shapely.to_ragged_array(polygons, include_z=False)
    if kind != shapely.GeometryType.POLYGON:
        raise GeometryError(f"expected single polygons, got {kind.name}")
    rings, first = offsets
    return coordinates[:, :2], np.asarray(rings, np.int64), np.asarray(first, np.int64)
