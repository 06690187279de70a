"""Whether two vintages share their borders, as they do when the later one was made from the earlier."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

#: From this share of common vertices on, borders that differ by little were meant to.
ENOUGH = 0.5


def matching_share(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Share of the vertices of the second vintage that are vertices of the first, to the centimetre; 1 for none.

    Official vintages keep the geometry of what did not change, and share most of their vertices; two maps drawn apart
    share hardly any.
    """
    one, other = (_vertices(side) for side in (first, second))
    return float(np.isin(other, one, assume_unique=True).mean()) if other.size else 1.0


def _vertices(polygons: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Distinct vertices, each packed into one number: whole centimetres fit 32 bits apiece, in any order of places."""
    cm = np.rint(shapely.get_coordinates(polygons) * 100.0).astype(np.int64)
    return np.unique((cm[:, 0] << 32) + cm[:, 1])
