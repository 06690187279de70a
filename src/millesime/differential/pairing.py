"""Polygons that are the same in two vintages, found without looking into those that cannot be.

Most polygons keep their geometry, and most of those their ring starts: a pair that alone has its bounds and its number
of vertices is compared as it is, vertex by vertex. Content in normal form decides the others, such as rings that start
elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Rows = npt.NDArray[np.intp]

#: Odd 64-bit numbers that spread the bits of bounds: any would do, a clash only costs a look at the content.
_SPREAD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


def same_polygons(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    """Rows of the polygons that are the same in both lists, wherever their rings start, in order of the first's rows.

    Each row of the first list that has a like in the second is there once, with the lowest row of its likes.

    Args:
        first: (n,) polygons.
        second: (m,) polygons.
    """
    _, kind = np.unique(np.concatenate([_keys(first), _keys(second)]), return_inverse=True)
    kinds = kind[: len(first)], kind[len(first) :]
    top = int(kind.max()) + 1 if kind.size else 0
    counts = [np.bincount(side, minlength=top) for side in kinds]
    single = np.flatnonzero((counts[0] == 1) & (counts[1] == 1))
    rows = []
    for side in kinds:
        row = np.empty(top, np.intp)
        row[side] = np.arange(len(side))
        rows.append(row[single])
    same = np.asarray(shapely.equals_identical(first[rows[0]], second[rows[1]]), dtype=bool)
    open_ = (counts[0] > 0) & (counts[1] > 0)
    open_[single[same]] = False
    left = [np.flatnonzero(open_[side]) for side in kinds]
    looked = _same_content(first[left[0]], second[left[1]])
    one, other = (np.concatenate([rows[side][same], left[side][looked[side]]]).astype(np.intp) for side in range(2))
    order = np.argsort(one)
    return one[order], other[order]


def contents(polygons: npt.NDArray[Any]) -> list[bytes]:
    """Each polygon in normal form: the same wherever its rings start."""
    texts: list[bytes] = shapely.to_wkb(shapely.normalize(polygons)).tolist()
    return texts


def by_content(polygons: npt.NDArray[Any]) -> Rows:
    """(n,) rows in order by content; equal polygons keep their order."""
    texts = contents(polygons)
    return np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.intp)


def _keys(polygons: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """(n,) a number of the bounds and the vertex count: polygons that are the same have the same one."""
    bounds = shapely.bounds(polygons).reshape(-1, 4) + 0.0  # -0.0 becomes 0.0
    key = shapely.get_num_coordinates(polygons).astype(np.uint64)
    for column in np.ascontiguousarray(bounds.T).view(np.uint64):
        key = (key ^ column) * np.uint64(_SPREAD[0])
        key = (key ^ (key >> np.uint64(29))) * np.uint64(_SPREAD[1])
    return np.asarray(key ^ (key >> np.uint64(32)), dtype=np.uint64)


def _same_content(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    """Rows of polygons with the same content; of several likes the one with the lowest row."""
    others = contents(second)
    where = dict(zip(reversed(others), range(len(others) - 1, -1, -1), strict=True))
    found = [(row, where[text]) for row, text in enumerate(contents(first)) if text in where]
    pairs = np.array(found, dtype=np.intp).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
