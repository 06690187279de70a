"""The overlay of two vintages on the 1 cm grid: every piece of ground with the polygon of each vintage it lies in.

What did not change keeps its geometry from one vintage to the next, so most polygons are the same on both sides and are
paired as they are. The borders of all the others are noded together, snapped to the grid, and taken apart into pieces:
neighbouring pieces share their edges, and no piece is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.precision import GRID_M, polygons_of, snap

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Overlay:
    """Pieces that cover the ground of both vintages once."""

    pieces: npt.NDArray[Any]
    """(k,) single polygons on the 1 cm grid, in normal form."""

    first: Rows
    """(k,) row of the first vintage's polygon."""

    second: Rows
    """(k,) row of the second vintage's polygon."""

    alone_m2: tuple[float, float]
    """Ground that one vintage alone covers, in square metres: first only, second only. It is in no piece."""


def overlay(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> Overlay:
    """Overlay two partitions of the same ground.

    Args:
        first: (n,) single polygons of the first vintage, on the 1 cm grid.
        second: (m,) the same of the second vintage.
    """
    pairs_first, pairs_second = _same_polygons(first, second)
    rest_first = np.setdiff1d(np.arange(len(first)), pairs_first)
    rest_second = np.setdiff1d(np.arange(len(second)), pairs_second)
    pieces = _pieces_of(np.concatenate([first[rest_first], second[rest_second]]))
    in_first, in_second = _rows_holding(first, rest_first, pieces), _rows_holding(second, rest_second, pieces)
    both = (in_first >= 0) & (in_second >= 0)
    area = shapely.area(pieces)
    alone = (float(area[(in_first >= 0) & ~both].sum()), float(area[(in_second >= 0) & ~both].sum()))
    geoms = np.concatenate([shapely.normalize(first[pairs_first]), pieces[both]])
    rows_first = np.concatenate([pairs_first, in_first[both]])
    rows_second = np.concatenate([pairs_second, in_second[both]])
    order = _spatial_order(geoms)
    return Overlay(geoms[order], rows_first[order], rows_second[order], alone)


def _same_polygons(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    """Rows of the polygons that are the same in both vintages, wherever their rings start."""
    where = {content: row for row, content in enumerate(shapely.to_wkb(shapely.normalize(second)).tolist())}
    rows = [where.get(content, -1) for content in shapely.to_wkb(shapely.normalize(first)).tolist()]
    second_rows = np.array(rows, dtype=np.intp)
    found = np.flatnonzero(second_rows >= 0)
    return found, second_rows[found]


def _pieces_of(polygons: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not len(polygons):
        return np.empty(0, dtype=object)
    lines = shapely.union_all(shapely.boundary(snap(polygons)), grid_size=GRID_M)
    faces = shapely.polygonize([lines])
    return np.asarray(shapely.normalize(polygons_of(np.array([faces]))[0]), dtype=object)


def _rows_holding(polygons: npt.NDArray[Any], rows: Rows, pieces: npt.NDArray[Any]) -> Rows:
    """Row of the polygon, among `rows`, that holds a point inside each piece; -1 where none does."""
    holding = np.full(len(pieces), -1, dtype=np.intp)
    if not len(rows) or not len(pieces):
        return holding
    points = shapely.point_on_surface(pieces)
    piece, index = shapely.STRtree(polygons[rows]).query(points, predicate="intersects")
    # A point on a border, in a piece of a centimetre, lies in two polygons: the first row is taken.
    found = rows[index]
    order = np.lexsort([-found, piece])
    holding[piece[order]] = found[order]
    return holding


def _spatial_order(geoms: npt.NDArray[Any]) -> Rows:
    """Order by west, south, east, north edge, then by area: the same for any order of the inputs."""
    bounds = shapely.bounds(geoms).reshape(-1, 4)
    return np.lexsort([shapely.area(geoms), bounds[:, 3], bounds[:, 2], bounds[:, 1], bounds[:, 0]])
