"""Objects that have the same polygon, wherever their rings start."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely


def first_with_same_polygon(geometries: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """(n,) row of the first object with the same polygon, a row's own number when it is the first or has none.

    Args:
        geometries: (n,) geometries or None. Equal means the same vertices, in whatever order the rings run.
    """
    first = np.arange(len(geometries))
    there = np.flatnonzero(~(shapely.is_missing(geometries) | shapely.is_empty(geometries)))
    # Equal polygons have equal bounds: the few that share theirs are compared vertex by vertex.
    bounds = pd.DataFrame(shapely.bounds(geometries[there]))
    candidates = there[bounds.duplicated(keep=False).to_numpy()]
    content = shapely.to_wkb(shapely.normalize(shapely.force_2d(geometries[candidates])))
    seen: dict[bytes, int] = {}
    for row, key in zip(candidates.tolist(), content.tolist(), strict=True):
        first[row] = seen.setdefault(key, row)
    return first
