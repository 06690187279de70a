"""The 1 cm grid: every vector product has its coordinates on it, so that equal borders are equal numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

#: Spacing of the grid, in metres.
GRID_M = 0.01


def snap(geometries: Any) -> Any:
    """Geometries of any shape of array, on the 1 cm grid and valid; what collapses becomes empty."""
    return shapely.set_precision(geometries, GRID_M)


def polygons_of(geometries: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, np.dtype[np.intp]]]:
    """Single polygons of an array of geometries.

    Returns:
        the non-empty polygons, collections taken apart and lines and points dropped; and for each the index
        of the geometry that it comes from.
    """
    given = np.atleast_1d(np.asarray(geometries, dtype=object))
    if ((shapely.get_type_id(given) == 3) & ~shapely.is_empty(given)).all():
        return given.copy(), np.arange(len(given), dtype=np.intp)
    parts, index = shapely.get_parts(given, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():  # a collection inside a collection
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    keep = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    return parts[keep], index[keep]
