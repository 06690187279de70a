"""Whether two vintages share their borders, as they do when the later one was made from the earlier."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

#: From this share of common vertices on, borders that differ by little were meant to.
ENOUGH = 0.5

#: How far borders that do not match may be from one another, in metres, when nothing is said: one for all commands,
#: that they tell the same flux. No text fixes it.
TOLERANCE_M = 0.5

#: Polygons read together: bounds the memory that it takes.
_AT_ONCE = 50_000


def matching_share(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Share of the vertices of the second vintage that are vertices of the first, to the centimetre; 1 for none.

    Official vintages keep the geometry of what did not change, and share most of their vertices; two maps drawn apart
    share hardly any.
    """
    one, other = (_vertices(side) for side in (first, second))
    if not one.size or not other.size:
        return 0.0 if other.size else 1.0
    at = np.minimum(np.searchsorted(one, other), one.size - 1)
    return float((one[at] == other).mean())


def _vertices(polygons: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Distinct vertices, ascending, each packed into one number: whole centimetres fit 32 bits apiece."""
    packed = np.empty(int(shapely.get_num_coordinates(polygons).sum()), dtype=np.int64)
    filled = 0
    for start in range(0, len(polygons), _AT_ONCE):
        cm = np.rint(shapely.get_coordinates(polygons[start : start + _AT_ONCE]) * 100.0).astype(np.int64)
        packed[filled : filled + len(cm)] = (cm[:, 0] << 32) + cm[:, 1]
        filled += len(cm)
    packed.sort()  # many times faster than np.unique, which hashes numbers that differ little in their low bits
    return packed[np.flatnonzero(np.r_[True, packed[1:] != packed[:-1]])] if packed.size else packed
