"""Pixels of one grid brought on another, computed from places on earth: the same for any window.

A position depends on the row or column counted from the grid's origin alone, never on the window asked for. Rows and
columns are brought apart: pixels of the source need not be square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.grid import AnyGrid, Grid, Window

#: A value between pixels of which less than this weight has data is no data.
_ENOUGH_WEIGHT = 0.5

#: Above this many pixels of a source along one of the grid, means are taken: pixels in between would be passed over.
_FINE = 1.5


def takes_means(pixel_m: float, source_pixel_m: float) -> bool:
    """Whether pixels of a grid take the mean of source pixels along an axis, rather than a value between two."""
    return pixel_m / source_pixel_m > _FINE


@dataclass(frozen=True)
class Axis:
    """Where the rows (or columns) of a window fall among those of a source, for each of them."""

    low: npt.NDArray[np.intp]
    """The last source pixel whose centre is not beyond the position; clipped to the source."""

    high: npt.NDArray[np.intp]
    """The next one; clipped."""

    share: npt.NDArray[np.float32]
    """Weight of `high`, from 0 to 1."""

    nearest: npt.NDArray[np.intp]
    """The source pixel that holds the position; clipped."""

    inside: npt.NDArray[np.bool_]
    """Whether the position lies on the source at all."""


def axes(window: Window, *, grid: Grid, source: AnyGrid) -> tuple[Axis, Axis]:
    """Rows and columns of a window of `grid` among those of `source`."""
    across, down = source.pixel_size_m
    rows = _axis(window.row, window.height, grid.pixel_m, source.north - grid.north, down, source.height)
    cols = _axis(window.col, window.width, grid.pixel_m, grid.west - source.west, across, source.width)
    return rows, cols


def _axis(start: int, count: int, pixel_m: float, offset_m: float, source_pixel_m: float, size: int) -> Axis:
    index = np.arange(start, start + count, dtype=np.int64)
    # Position from the source's first edge, in source pixels; a millionth of a pixel absorbs binary rounding.
    position = np.round(((index + 0.5) * pixel_m + offset_m) / source_pixel_m, 6)
    centre = position - 0.5
    low = np.floor(centre)
    return Axis(
        low=np.clip(low, 0, size - 1).astype(np.intp),
        high=np.clip(low + 1, 0, size - 1).astype(np.intp),
        share=(centre - low).astype(np.float32),
        nearest=np.clip(np.floor(position), 0, size - 1).astype(np.intp),
        inside=(position >= 0) & (position < size),
    )


def source_window(rows: Axis, cols: Axis, *, between: bool) -> Window:
    """The pixels of the source that the positions need, for values between pixels or for the nearest ones."""
    top, bottom = _needed(rows, between=between)
    left, right = _needed(cols, between=between)
    return Window(top, left, bottom - top + 1, right - left + 1)


def _needed(axis: Axis, *, between: bool) -> tuple[int, int]:
    if between:
        return int(axis.low.min()), int(axis.high.max())
    return int(axis.nearest.min()), int(axis.nearest.max())


def bilinear(
    values: npt.NDArray[np.float32], valid: npt.NDArray[np.bool_], *, rows: Axis, cols: Axis, first: Window
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Values between pixel centres, from the pixels that have data.

    Args:
        values: source pixels of the window `first`, shape (height, width).
        valid: where they are data.
        rows: positions of the rows wanted.
        cols: positions of the columns wanted.
        first: the window that `values` fills, as `source_window` gives it.

    Returns:
        values and where they are data, both of shape (rows, columns); values without data are 0.
    """
    known = np.where(valid, values, np.float32(0.0))
    total = _between(known, rows=rows, cols=cols, first=first)
    inside = rows.inside[:, None] & cols.inside[None, :]
    if valid.all():
        return np.where(inside, total, np.float32(0.0)), inside
    weight = _between(valid.astype(np.float32), rows=rows, cols=cols, first=first)
    # Where all four pixels are data the sum is left as it is: dividing by 0.9999999 would make the result depend
    # on whether the window happens to hold a hole elsewhere.
    partial = weight < 0.9999
    total[partial] /= np.maximum(weight[partial], np.float32(1e-6))
    found = inside & (weight >= _ENOUGH_WEIGHT)
    return np.where(found, total, np.float32(0.0)), found


def _between(values: npt.NDArray[np.float32], *, rows: Axis, cols: Axis, first: Window) -> npt.NDArray[np.float32]:
    share = cols.share[None, :]
    across = values[:, cols.low - first.col] * (1 - share) + values[:, cols.high - first.col] * share
    down = rows.share[:, None]
    between = across[rows.low - first.row] * (1 - down) + across[rows.high - first.row] * down
    return between.astype(np.float32, copy=False)


def nearest(
    values: npt.NDArray[Any], *, rows: Axis, cols: Axis, first: Window
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The source pixels (bands, height, width) that hold each position, and where positions are on the source."""
    if values.shape[1:] == (rows.inside.size, cols.inside.size) and rows.inside.all() and cols.inside.all():
        return values, np.ones(values.shape[1:], dtype=np.bool_)  # one for one: nothing to pick
    picked = values[:, (rows.nearest - first.row)[:, None], (cols.nearest - first.col)[None, :]]
    inside = rows.inside[:, None] & cols.inside[None, :]
    return np.where(inside, picked, values.dtype.type(0)), inside


@dataclass(frozen=True)
class Spans:
    """The rows (or columns) of a source that those of a window are made of, and how much of each."""

    first: npt.NDArray[np.intp]
    """First source pixel under each; not clipped to the source."""

    shares: npt.NDArray[np.float32]
    """Shape (pixels under one, rows): part of the row that each source pixel from `first` fills, or the weights of the
    two pixels that it lies between; 0 off the source."""

    size: int
    """Rows of the source."""

    def picked(self, number: int) -> npt.NDArray[np.intp]:
        """The source pixel of one of the shares, clipped to the source."""
        return np.clip(self.first + number, 0, self.size - 1)

    @property
    def reach(self) -> tuple[int, int]:
        """First and last source pixel needed."""
        return int(self.picked(0).min()), int(self.picked(len(self.shares) - 1).max())


def spans(window: Window, *, grid: Grid, source: AnyGrid) -> tuple[Spans, Spans]:
    """What the rows and columns of a window of `grid` are made of, of a source that is much finer along one at least.

    Along an axis where it is not (see `takes_means`), values lie between two pixels.
    """
    across, down = source.pixel_size_m
    rows = _made_of(window.row, window.height, grid.pixel_m, source.north - grid.north, down, source.height)
    cols = _made_of(window.col, window.width, grid.pixel_m, grid.west - source.west, across, source.width)
    return rows, cols


def _made_of(start: int, count: int, pixel_m: float, offset_m: float, source_pixel_m: float, size: int) -> Spans:
    if takes_means(pixel_m, source_pixel_m):
        return _spans(start, count, pixel_m, offset_m, source_pixel_m, size)
    axis = _axis(start, count, pixel_m, offset_m, source_pixel_m, size)
    # Before the first centre and after the last one both pixels are the same.
    share = np.where(axis.low == axis.high, np.float32(0.0), axis.share)
    return Spans(axis.low, np.stack([1 - share, share]) * axis.inside, size)


def _spans(start: int, count: int, pixel_m: float, offset_m: float, source_pixel_m: float, size: int) -> Spans:
    index = np.arange(start, start + count + 1, dtype=np.int64)
    edge = np.round((index * pixel_m + offset_m) / source_pixel_m, 6)
    low, high = edge[:-1], edge[1:]
    first = np.floor(low).astype(np.intp)
    # One more than the ratio, whatever the window: sums then have the same terms in the same order everywhere.
    taps = int(np.ceil(round(pixel_m / source_pixel_m, 6))) + 1
    place = first[None, :] + np.arange(taps, dtype=np.intp)[:, None]
    covered = np.minimum(high, place + 1) - np.maximum(low, place)
    covered = np.where((place >= 0) & (place < size), np.maximum(covered, 0.0), 0.0) / (high - low)
    return Spans(first, covered.astype(np.float32), size)


def average_window(rows: Spans, cols: Spans) -> Window:
    """The pixels of the source that means need."""
    (top, bottom), (left, right) = rows.reach, cols.reach
    return Window(top, left, bottom - top + 1, right - left + 1)


def average(
    values: npt.NDArray[np.float32], valid: npt.NDArray[np.bool_], *, rows: Spans, cols: Spans, first: Window
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The mean of the source pixels that have data under each pixel, by area.

    Args:
        values: source pixels of the window `first`, shape (height, width).
        valid: where they are data.
        rows: what the rows wanted cover.
        cols: what the columns wanted cover.
        first: the window that `values` fills, as `average_window` gives it.

    Returns:
        values and where at least half of the pixel has data, both of shape (rows, columns); 0 elsewhere.
    """
    total = _summed(np.where(valid, values, np.float32(0.0)), rows=rows, cols=cols, first=first)
    weight = _summed(valid.astype(np.float32), rows=rows, cols=cols, first=first)
    found = weight >= _ENOUGH_WEIGHT - 1e-4
    return np.where(found, total / np.maximum(weight, np.float32(1e-6)), np.float32(0.0)), found


def _summed(values: npt.NDArray[np.float32], *, rows: Spans, cols: Spans, first: Window) -> npt.NDArray[np.float32]:
    across = np.zeros((values.shape[0], cols.first.size), dtype=np.float32)
    for number, share in enumerate(cols.shares):
        across += values[:, cols.picked(number) - first.col] * share[None, :]
    down = np.zeros((rows.first.size, cols.first.size), dtype=np.float32)
    for number, share in enumerate(rows.shares):
        down += across[rows.picked(number) - first.row] * share[:, None]
    return down
