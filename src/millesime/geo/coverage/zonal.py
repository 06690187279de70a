"""Pixels of a raster counted by class within polygons, and coverages burnt into rasters: no mask is made.

A pixel belongs to the polygon that holds its centre. A centre on a border belongs to the polygon on its east, then
on its south, so that the polygons of a coverage share out every pixel exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from millesime.errors import CrsError, ImageryError
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.matching import ragged
from millesime.geo.grid import Grid
from millesime.geo.precision import polygons_of

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ZonalCounts:
    """How many pixels of each class every polygon holds."""

    values: npt.NDArray[Any]
    """(classes,) the labels that occur in the raster, ascending."""

    counts: Int64
    """(polygons, classes) numbers of pixels."""

    def majority(self, *, none: int = 0, ignore: int | None = None) -> npt.NDArray[Any]:
        """(polygons,) the most frequent label, the smallest of equals; `none` where a polygon holds no pixel.

        Args:
            none: label of polygons without a pixel.
            ignore: label that does not count, such as NoData.
        """
        counts = self.counts if ignore is None else np.where(self.values == ignore, 0, self.counts)
        if not self.values.size:
            return np.full(len(self.counts), none)
        return np.where(counts.any(axis=1), self.values[counts.argmax(axis=1)], none)

    def share(self, values: Any) -> Float64:
        """(polygons,) share of the pixels whose label is one of `values`; 0 where a polygon holds no pixel."""
        chosen = self.counts[:, np.isin(self.values, values)].sum(axis=1)
        return chosen / np.maximum(self.counts.sum(axis=1), 1)


@compiled("Tuple((int64[::1], int64[::1], float64[::1]))(float64[:,::1], int64[::1], int64, int64, int64)")
def _crossings(
    xy: Float64, ring_offsets: Int64, first_ring: int, last_ring: int, height: int
) -> tuple[Int64, Int64, Float64]:
    """Where the rings of one polygon cross the lines through pixel centres, sorted along each line.

    Coordinates are columns and rows; returns (first row,), offsets per row, and columns.
    """
    low, high = np.inf, -np.inf
    for i in range(ring_offsets[first_ring], ring_offsets[last_ring]):
        low = min(low, xy[i, 1])
        high = max(high, xy[i, 1])
    top = max(np.int64(0), np.int64(np.ceil(low - 0.5)))
    bottom = min(np.int64(height - 1), np.int64(np.ceil(high - 0.5)) - 1)
    rows = max(np.int64(0), bottom - top + 1)
    offsets = np.zeros(rows + 1, np.int64)
    columns = np.empty(0, np.float64)
    for fill in range(2):
        if fill:
            for row in range(rows):
                offsets[row + 1] += offsets[row]
            columns = np.empty(offsets[rows], np.float64)
            at = offsets[:-1].copy()
        for ring in range(first_ring, last_ring):
            for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
                # The same end first whichever way the border is walked: neighbours compute the same crossing.
                j, k = (i, i + 1) if xy[i, 1] < xy[i + 1, 1] else (i + 1, i)
                begin = max(top, np.int64(np.ceil(xy[j, 1] - 0.5)))
                end = min(bottom, np.int64(np.ceil(xy[k, 1] - 0.5)) - 1)
                for row in range(begin, end + 1):
                    if fill:
                        t = (row + 0.5 - xy[j, 1]) / (xy[k, 1] - xy[j, 1])
                        columns[at[row - top]] = xy[j, 0] + t * (xy[k, 0] - xy[j, 0])
                        at[row - top] += 1
                    else:
                        offsets[row - top + 1] += 1
    for row in range(rows):
        columns[offsets[row] : offsets[row + 1]].sort()
    return np.full(1, top, np.int64), offsets, columns


@compiled(
    *(
        f"void(float64[:,::1], int64[::1], int64[::1], {label}[:,::1], int32[::1], int64[:,::1])"
        for label in ("uint8", "uint16")
    )
)
def _count(
    xy: Float64,
    ring_offsets: Int64,
    polygon_offsets: Int64,
    labels: npt.NDArray[Any],
    place: Int32,  # column of `counts` for each label
    counts: Int64,
) -> None:
    height, width = labels.shape
    for polygon in range(polygon_offsets.size - 1):
        top, offsets, columns = _crossings(
            xy, ring_offsets, polygon_offsets[polygon], polygon_offsets[polygon + 1], height
        )
        for row in range(offsets.size - 1):
            for i in range(offsets[row], offsets[row + 1] - 1, 2):
                begin = max(np.int64(0), np.int64(np.ceil(columns[i] - 0.5)))
                end = min(np.int64(width), np.int64(np.ceil(columns[i + 1] - 0.5)))
                for column in range(begin, end):
                    counts[polygon, place[labels[top[0] + row, column]]] += 1


@compiled("void(float64[:,::1], int64[::1], int64[::1], uint32[::1], uint32[:,::1])")
def _burn(
    xy: Float64,
    ring_offsets: Int64,
    polygon_offsets: Int64,
    values: npt.NDArray[np.uint32],
    out: npt.NDArray[np.uint32],
) -> None:
    height, width = out.shape
    for polygon in range(polygon_offsets.size - 1):
        top, offsets, columns = _crossings(
            xy, ring_offsets, polygon_offsets[polygon], polygon_offsets[polygon + 1], height
        )
        for row in range(offsets.size - 1):
            for i in range(offsets[row], offsets[row + 1] - 1, 2):
                begin = max(np.int64(0), np.int64(np.ceil(columns[i] - 0.5)))
                end = min(np.int64(width), np.int64(np.ceil(columns[i + 1] - 0.5)))
                for column in range(begin, end):
                    out[top[0] + row, column] = values[polygon]


def _in_pixels(polygons: npt.NDArray[np.object_], grid: Grid) -> tuple[Float64, Int64, Int64]:
    """Ragged arrays of polygons, in columns and rows of a grid."""
    coordinates, rings, offsets = ragged(polygons)
    columns = (coordinates[:, 0] - grid.west) / grid.pixel_m
    rows = (grid.north - coordinates[:, 1]) / grid.pixel_m
    # To a millionth of a pixel: a vertex meant to lie on a pixel centre lies there.
    xy = np.ascontiguousarray(np.round(np.stack([columns, rows], axis=1), 6), dtype=np.float64)
    return xy, rings, offsets


def zonal_counts(polygons: Any, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid) -> ZonalCounts:
    """Count the pixels of each class within each polygon.

    Args:
        polygons: polygons or multipolygons, which may overlap; parts outside of the grid hold nothing.
        labels: unsigned integers of 8 or 16 bits, shape (h, w).
        grid: grid of the labels, in the CRS of the polygons.

    Raises:
        ImageryError: labels of another type or shape.
    """
    if labels.shape != grid.shape:
        raise ImageryError(f"labels of shape {labels.shape} on a grid of shape {grid.shape}")
    if labels.dtype not in (np.uint8, np.uint16):
        raise ImageryError(
            f"labels of type {labels.dtype} cannot be counted", remedy="give classes as 8 or 16 unsigned bits"
        )
    labels = np.ascontiguousarray(labels)
    present = np.bincount(labels.ravel(), minlength=np.iinfo(labels.dtype).max + 1) > 0
    values = np.flatnonzero(present).astype(labels.dtype)
    given = np.atleast_1d(np.asarray(polygons, dtype=object))
    parts, owner = polygons_of(given)
    counts = np.zeros((len(parts), values.size), np.int64)
    place = (np.cumsum(present) - 1).astype(np.int32)
    _count(*_in_pixels(parts, grid), labels, place, counts)
    total = np.zeros((len(given), values.size), np.int64)
    np.add.at(total, owner, counts)
    return ZonalCounts(values, total)


def composition_of(coverage: Coverage, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid) -> ZonalCounts:
    """See `Coverage.composition`."""
    _same_crs(coverage, grid)
    return zonal_counts(coverage.to_polygons(), labels, grid)


def labels_of_coverage(coverage: Coverage, grid: Grid, values: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """See `Coverage.to_labels`."""
    _same_crs(coverage, grid)
    out = np.zeros(grid.shape, np.uint32)
    _burn(*_in_pixels(coverage.to_polygons(), grid), np.ascontiguousarray(values, np.uint32), out)
    return out


def _same_crs(coverage: Coverage, grid: Grid) -> None:
    if coverage.crs != grid.crs:
        raise CrsError(f"a coverage in {coverage.crs} and a raster in {grid.crs}", remedy="reproject one of them")
