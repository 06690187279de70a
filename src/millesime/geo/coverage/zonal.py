"""Pixels of a raster counted by class within polygons, and coverages burnt into rasters: no mask is made.

A pixel belongs to the polygon that holds its centre. A centre on a border belongs to the polygon on its east, then
on its south, so that the polygons of a coverage share out every pixel exactly once.

Polygons that may overlap are counted one by one: where their borders cross the centres of a row, they begin and end,
and between the two, pixels are compared eight bytes at a time. A coverage needs no polygons: along a row, each arc
that is crossed leads from the face on its west to the one on its east.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from millesime.errors import CrsError, ImageryError
from millesime.geo.coverage.scanlines import burn_faces, count_faces, count_polygons, face_changes, occurring
from millesime.geo.coverage.threads import shares, side_by_side
from millesime.geo.grid import Grid
from millesime.geo.polygon_rings import ring_layout
from millesime.geo.precision import polygons_of

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

Labels = npt.NDArray[np.unsignedinteger[Any]]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

_BAND_ROWS = 64
"""Rows counted at once: they stay in the cache while one polygon after the other is looked up in them."""

_FEW_LABELS = 64
"""Labels below this number have a column each, whether they occur or not, until all is counted."""

_ARC_ROWS = 256
"""Rows for which the crossings of arcs are kept at once."""


@dataclass(frozen=True)
class ZonalCounts:
    """How many pixels of each class every polygon holds."""

    values: npt.NDArray[Any]
    """(classes,) the labels that occur within the polygons, ascending."""

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


class _Tally:
    """Counts per polygon, with a column for each label that was met."""

    def __init__(self, polygons: int, dtype: np.dtype[Any], height: int) -> None:
        self._wide = dtype == np.uint32
        self._met = np.empty(0, np.uint32)  # labels of 32 bits, in the order in which they were met
        self._seen = np.zeros(height, np.bool_)
        self.place = np.full(1 << 8 * min(dtype.itemsize, 2), -1, np.int32)
        self.counts = np.zeros((polygons, 0), np.int64)

    def admit(self, row: int, labels: Labels, grid: Grid) -> Labels:
        """Labels of the next rows as they are to be counted; those of 32 bits are numbered in 16."""
        rows = slice(row, row + labels.shape[0])
        if labels.shape[1:] != (grid.width,) or row < 0 or rows.stop > grid.height or self._seen[rows].any():
            raise ImageryError(f"labels of shape {labels.shape} at row {row} on a grid of shape {grid.shape}")
        self._seen[rows] = True
        if not self._wide:
            return np.require(labels, requirements=["C", "A", "W"])
        found, number = np.unique(labels, return_inverse=True)
        self._met = np.concatenate([self._met, np.setdiff1d(found, self._met)])
        if self._met.size > self.place.size:
            raise ImageryError(f"more than {self.place.size} different labels cannot be counted as classes")
        order = np.argsort(self._met)
        codes = order[np.searchsorted(self._met, found, sorter=order)].astype(np.uint16)
        return codes[number].reshape(labels.shape)

    def make_room(self, labels: Labels) -> None:
        """Give a column to each label that is new."""
        most = int(labels.max(initial=0))
        # A column too many costs less than to look at every pixel.
        there = np.arange(most + 1) if most < _FEW_LABELS else np.flatnonzero(occurring(labels))
        new = there[self.place[there] < 0]
        if new.size:
            self.place[new] = self.counts.shape[1] + np.arange(new.size)
            self.counts = np.pad(self.counts, ((0, 0), (0, new.size)))

    def require(self, top: Int64, bottom: Int64) -> None:
        """Refuse polygons that reach into rows that were never given."""
        missing = np.flatnonzero(~self._seen)
        if (np.searchsorted(missing, top) < np.searchsorted(missing, np.maximum(bottom, top))).any():
            raise ImageryError("polygons reach into rows of the raster that were not given")

    def result(self, owner: npt.NDArray[np.intp] | None, polygons: int) -> ZonalCounts:
        """Counts of the polygons that the parts counted belong to; None: each part is one."""
        labels = np.flatnonzero(self.place >= 0)
        columns = self.place[labels]
        held = np.asarray(self.counts.any(axis=0))[columns]
        labels, columns = labels[held], columns[held]
        values = self._met[labels] if self._wide else labels.astype(np.uint8 if self.place.size == 256 else np.uint16)
        order = np.argsort(values)
        counts = self.counts[:, columns[order]]
        if owner is not None:
            parts, counts = counts, np.zeros((polygons, order.size), np.int64)
            np.add.at(counts, owner, parts)
        return ZonalCounts(values[order], counts)


def _in_pixels(coordinates: Float64, grid: Grid) -> Float64:
    """(n, 2) columns and rows of coordinates."""
    xy = np.empty((len(coordinates), 2))
    np.divide(coordinates[:, 0] - grid.west, grid.pixel_m, out=xy[:, 0])
    np.divide(grid.north - coordinates[:, 1], grid.pixel_m, out=xy[:, 1])
    # To a millionth of a pixel: a vertex meant to lie on a pixel centre lies there.
    return np.round(xy, 6, out=xy)


def _row_ranges(xy: Float64, offsets: Int64, height: int) -> tuple[Int64, Int64]:
    """First row of each piece of a list of vertices, and the row after its last."""
    if offsets.size < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low, high = (extreme.reduceat(xy[:, 1], offsets[:-1]) for extreme in (np.minimum, np.maximum))
    top, bottom = (np.clip(np.ceil(y - 0.5), 0, height).astype(np.int64) for y in (low, high))
    return top, bottom


def _tally_of(polygons: int, dtype: np.dtype[Any], grid: Grid) -> _Tally:
    if dtype not in (np.uint8, np.uint16, np.uint32):
        raise ImageryError(
            f"labels of type {dtype} cannot be counted", remedy="give classes as 8, 16 or 32 unsigned bits"
        )
    return _Tally(polygons, dtype, grid.height)


def _slices(labels: Labels, rows: int) -> Iterator[tuple[int, Labels, npt.NDArray[np.uint64], int]]:
    """Rows of labels with the number of the first, and as words of eight bytes from the number of a label."""
    for row in range(0, labels.shape[0], rows):
        part = labels[row : row + rows]
        flat = part.reshape(-1)
        lead = min(-part.ctypes.data % 8 // part.itemsize, flat.size)
        size = (flat.size - lead) * part.itemsize // 8
        yield row, part, flat[lead : lead + size * 8 // part.itemsize].view(np.uint64), lead


def zonal_counts(
    polygons: Any, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid, *, threads: int = 1
) -> ZonalCounts:
    """Count the pixels of each class within each polygon.

    Args:
        polygons: polygons or multipolygons, which may overlap; parts outside of the grid hold nothing.
        labels: unsigned integers of 8, 16 or 32 bits, shape (h, w), of at most 65,536 different values.
        grid: grid of the labels, in the CRS of the polygons.
        threads: threads that share the rows; the result does not depend on them.

    Raises:
        ImageryError: labels of another type or shape, or of too many values.
    """
    if labels.shape != grid.shape:
        raise ImageryError(f"labels of shape {labels.shape} on a grid of shape {grid.shape}")
    placed = _placed(polygons, grid)

    def counted(rows: tuple[int, int]) -> ZonalCounts:
        tally = _tally_of(placed.parts, labels.dtype, grid)
        _count(placed, tally, rows[0], labels[slice(*rows)], grid)
        return tally.result(placed.owner, placed.polygons)

    return _together(side_by_side(counted, shares(grid.height, threads), threads=threads))


def zonal_counts_of_bands(
    polygons: Any, bands: Iterable[tuple[int, Labels]], grid: Grid, *, dtype: npt.DTypeLike
) -> ZonalCounts:
    """As `zonal_counts`, from bands of rows in any order: the raster is never whole in memory.

    Args:
        polygons: as in `zonal_counts`.
        bands: first row, and labels of shape (rows, width); each row at most once. Rows that no polygon reaches
            may be left out.
        grid: grid of the whole raster.
        dtype: type of the labels.

    Raises:
        ImageryError: as in `zonal_counts`; bands that overlap, leave the grid, or leave out rows of a polygon.
    """
    placed = _placed(polygons, grid)
    tally = _tally_of(placed.parts, np.dtype(dtype), grid)
    for first_row, band in bands:
        _count(placed, tally, first_row, band, grid)
    tally.require(placed.top, placed.bottom)
    return tally.result(placed.owner, placed.polygons)


@dataclass(frozen=True)
class _Placed:
    """Polygons on the lattice of a raster."""

    xy: Float64
    """(n, 2) columns and rows of all vertices."""

    rings: Int64
    offsets: Int64
    """(parts + 1,) first ring of each polygon."""

    top: Int64
    """(parts,) first row of each polygon; `bottom` the row after its last."""

    bottom: Int64
    owner: npt.NDArray[np.intp] | None
    """(parts,) the multipolygon that each polygon is part of; None: each is given by itself."""

    polygons: int
    """As many as were given."""

    @property
    def parts(self) -> int:
        return self.offsets.size - 1


def _placed(polygons: Any, grid: Grid) -> _Placed:
    given = np.atleast_1d(np.asarray(polygons, dtype=object))
    parts, owner = polygons_of(given)
    coordinates, rings, offsets = ring_layout(parts)
    xy = _in_pixels(coordinates, grid)
    return _Placed(xy, rings, offsets, *_row_ranges(xy, rings[offsets], grid.height), owner, len(given))


def _count(placed: _Placed, tally: _Tally, first_row: int, band: Labels, grid: Grid) -> None:
    """Add the pixels of some rows to a tally."""
    admitted = tally.admit(first_row, band, grid)
    for row, labels, words, lead in _slices(admitted, _BAND_ROWS):
        flat = labels.reshape(-1)
        tally.make_room(flat)
        count_polygons(
            placed.xy, placed.rings, placed.offsets, placed.top, placed.bottom, flat, words, lead, first_row + row,
            grid.width, tally.place, tally.counts,
        )  # fmt: skip


def _together(found: Sequence[ZonalCounts]) -> ZonalCounts:
    """Counts of one list of polygons from several parts of the raster."""
    if len(found) == 1:
        return found[0]
    values = np.unique(np.concatenate([part.values for part in found]))
    counts = np.zeros((len(found[0].counts), values.size), np.int64)
    for part in found:
        counts[:, np.searchsorted(values, part.values)] += part.counts
    return ZonalCounts(values, counts)


def composition_of(coverage: Coverage, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid) -> ZonalCounts:
    """See `Coverage.composition`."""
    if labels.shape != grid.shape:
        raise ImageryError(f"labels of shape {labels.shape} on a grid of shape {grid.shape}")
    tally = _tally_of(len(coverage), labels.dtype, grid)
    admitted = tally.admit(0, labels, grid)
    changes_of = _face_changes(coverage, grid)
    for row, part, _words, _lead in _slices(admitted, _ARC_ROWS):
        tally.make_room(part.reshape(-1))
        count_faces(changes_of(row), part, tally.place, tally.counts)
    return tally.result(None, len(coverage))


def labels_of_coverage(
    coverage: Coverage, grid: Grid, values: npt.NDArray[Any], *, dtype: npt.DTypeLike = np.uint32, threads: int = 1
) -> Labels:
    """See `Coverage.to_labels`."""
    kind = np.dtype(dtype)
    if kind not in (np.uint8, np.uint16, np.uint32):
        raise ImageryError(f"labels are uint8, uint16 or uint32, not {kind}", remedy="ask for one of these")
    for extreme in (int(values.min(initial=0)), int(values.max(initial=0))):
        if not 0 <= extreme <= np.iinfo(kind).max:
            raise ImageryError(f"a face has the value {extreme}, which {kind} cannot hold", remedy="use another type")
    out = np.empty(grid.shape, kind)
    burnt = np.ascontiguousarray(values, kind)
    changes_of = _face_changes(coverage, grid)

    def burn(row: int) -> None:
        burn_faces(changes_of(row), burnt, out[row : row + _ARC_ROWS])

    side_by_side(burn, range(0, grid.height, _ARC_ROWS), threads=threads)
    return out


def _face_changes(coverage: Coverage, grid: Grid) -> Callable[[int], Int32]:
    """See `face_changes`; for the band of rows that begins at one."""
    if coverage.crs != grid.crs:
        raise CrsError(f"a coverage in {coverage.crs} and a raster in {grid.crs}", remedy="reproject one of them")
    xy = _in_pixels(coverage.to_metres(coverage.vertices), grid)
    top, bottom = _row_ranges(xy, coverage.offsets, grid.height)

    def changes(row: int) -> Int32:
        last = min(row + _ARC_ROWS, grid.height)
        return face_changes(xy, coverage.offsets, top, bottom, coverage.left, coverage.right, row, last, grid.width)

    return changes
