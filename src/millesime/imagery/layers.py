"""Pixels of one file, or of a mosaic, in its own grid, and where they are data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from millesime.geo.grid import AnyGrid, Window
from millesime.imagery.product import BandFile, Tile


class PixelSource(Protocol):
    """One open raster; `millesime.io.raster.RasterReader` is one."""

    def read(self, window: Window | None = None, *, bands: Sequence[int] | None = None) -> npt.NDArray[Any]:
        """Pixels (bands, height, width) of a window inside the raster."""
        ...

    def valid(self, window: Window | None = None) -> npt.NDArray[np.bool_]:
        """Where the file itself tells that there is data, (height, width)."""
        ...


def window_in(grid: AnyGrid, tile: AnyGrid) -> Window:
    """The pixels of a mosaic that a tile on its lattice fills."""
    across, down = grid.pixel_size_m
    row, col = round((grid.north - tile.north) / down), round((tile.west - grid.west) / across)
    return Window(row, col, tile.height, tile.width)


class Layer:
    """The pixels of a file of an imagery.

    Args:
        file: what is read.
        source: the open raster; for a mosaic those of its tiles, in their order.
    """

    def __init__(self, file: BandFile, source: PixelSource | Sequence[PixelSource]) -> None:
        self.file = file
        self._indexes = list(dict.fromkeys((*file.indexes, *file.nodata_indexes)))
        self._windows: list[Window] = []
        if isinstance(source, Sequence):
            self._sources = list(source)
            self._windows = [window_in(file.grid, tile.grid) for tile in file.tiles]
            # Edges as one table: a mosaic may have thousands of tiles, a window meets a few.
            self._edges = np.array(
                [(item.row, item.col, item.row + item.height, item.col + item.width) for item in self._windows],
                dtype=np.int64,
            ).reshape(-1, 4)
        else:
            self._sources = [source]

    def read(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Values (bands, height, width) of a window inside the file's grid, in its type, and where they are data.

        In a mosaic a pixel is that of the first tile that has data there, 0 where none has.
        """
        if not self._windows:
            file = self.file
            return self._values(self._sources[0], window, masked=file.masked, nodata=file.nodata)
        return self._mosaic(window)

    def _mosaic(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        values: npt.NDArray[Any] | None = None
        data = np.zeros(window.shape, dtype=np.bool_)
        for number in self._met(window):
            tile, place = self.file.tiles[number], self._windows[number]
            part = window.common(place)
            if part is None:
                continue
            rows, cols = part.relative_to(window).slices
            open_here = ~data[rows, cols]
            if not open_here.any():
                continue
            found, known = self._tile_values(tile, self._sources[number], part.relative_to(place))
            if values is None:
                values = np.zeros((len(self.file.indexes), *window.shape), dtype=found.dtype)
            take = open_here & known
            np.copyto(values[:, rows, cols], found, where=take)
            data[rows, cols] |= take
        if values is None:
            values = np.zeros((len(self.file.indexes), *window.shape), dtype=np.uint8)
        return values, data

    def _met(self, window: Window) -> Iterator[int]:
        top, left, bottom, right = self._edges.T
        meets = (
            (top < window.row + window.height)
            & (bottom > window.row)
            & (left < window.col + window.width)
            & (right > window.col)
        )
        return iter(np.flatnonzero(meets).tolist())

    def _tile_values(
        self, tile: Tile, source: PixelSource, window: Window
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        return self._values(source, window, masked=tile.masked, nodata=tile.nodata)

    def _values(
        self, source: PixelSource, window: Window, *, masked: bool, nodata: float | None
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        indexes = self._indexes if nodata is not None else self.file.indexes
        values = source.read(window, bands=indexes)
        data = source.valid(window) if masked else np.ones(window.shape, dtype=np.bool_)
        if nodata is not None:
            judged = [indexes.index(number) for number in self.file.nodata_indexes or self.file.indexes]
            holes = np.isnan(values[judged]) if np.isnan(nodata) else values[judged] == nodata
            data = data & ~holes.all(axis=0)
        values = values[: len(self.file.indexes)]
        if values.dtype.kind == "f":
            data = data & np.isfinite(values).all(axis=0)
        return values, data
