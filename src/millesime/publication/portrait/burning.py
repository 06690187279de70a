"""Polygons burnt into pixels, all at once: a map of a département has tens of millions of vertices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.grid import Grid


def burn(geometries: npt.NDArray[Any], grid: Grid) -> npt.NDArray[np.uint32]:
    """(height, width) rank from 1 of the last polygon that holds the centre of each pixel, 0 for none.

    Centres are held as GDAL does: a row is crossed by the edges that begin at or above its centre and end below it, and
    a run of pixels goes from `floor(x1 + 0.5)` to `floor(x2 + 0.5)`, the latter left out.

    Args:
        geometries: (n,) polygons or multipolygons; empty ones burn nothing.
        grid: the pixels.
    """
    out = np.zeros(grid.height * grid.width, dtype=np.uint32)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return out.reshape(grid.shape)
    x = (points[:, 0] - grid.west) / grid.pixel_m
    y = (grid.north - points[:, 1]) / grid.pixel_m
    follows = ring[1:] == ring[:-1]
    edge = np.flatnonzero(follows)
    rank = owner[part[ring[edge]]]
    row, column, of = _crossings(x, y, edge, rank, grid)
    order = np.lexsort((column, row, of))
    row, column, of = row[order], column[order], of[order]
    # Rings are closed, so each polygon crosses a row an even number of times.
    first = np.clip(column[0::2], 0, grid.width)
    length = np.clip(column[1::2], 0, grid.width) - first
    start = row[0::2] * grid.width + first
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    out[np.repeat(start, length) + within] = np.repeat(of[0::2] + 1, length).astype(np.uint32)
    return out.reshape(grid.shape)


def _crossings(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    edge: npt.NDArray[np.intp],
    rank: npt.NDArray[np.intp],
    grid: Grid,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row, first column to the right and polygon of each crossing of an edge with the centres of a row."""
    down = y[edge] <= y[edge + 1]
    upper, lower = np.where(down, edge, edge + 1), np.where(down, edge + 1, edge)
    # Rows whose centre lies in [upper, lower).
    top = np.clip(np.ceil(y[upper] - 0.5), 0, grid.height).astype(np.intp)
    bottom = np.clip(np.ceil(y[lower] - 0.5), 0, grid.height).astype(np.intp)
    count = np.maximum(bottom - top, 0)
    crossed = np.repeat(np.arange(len(edge)), count)
    row = np.repeat(top, count) + np.arange(len(crossed)) - np.repeat(np.cumsum(count) - count, count)
    a, b = upper[crossed], lower[crossed]
    at = x[a] + (row + 0.5 - y[a]) * (x[b] - x[a]) / (y[b] - y[a])
    return row, np.floor(at + 0.5).astype(np.intp), rank[crossed]
