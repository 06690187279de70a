"""Reads the bands of an imagery on its grid, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from millesime.geo.grid import Window
from millesime.imagery import resample
from millesime.imagery.product import BANDS, BandFile, Imagery

#: Digital numbers per metre of height above ground, in the coding that readers give.
_DN_PER_M = np.float32(5.0)


class PixelSource(Protocol):
    """One open raster; `millesime.io.raster.RasterReader` is one."""

    def read(self, window: Window | None = None, *, bands: Sequence[int] | None = None) -> npt.NDArray[Any]:
        """Pixels (bands, height, width) of a window inside the raster."""
        ...

    def valid(self, window: Window | None = None) -> npt.NDArray[np.bool_]:
        """Where an alpha or mask band tells that there is data, (height, width)."""
        ...


class ImageryReader:
    """Bands of windows, from rasters that are already open.

    Args:
        imagery: what to read.
        sources: the open raster of each of `imagery.files`, in the same order.
    """

    def __init__(self, imagery: Imagery, sources: Sequence[PixelSource]) -> None:
        self.imagery = imagery
        self._sources = dict(zip(imagery.files, sources, strict=True))

    def read(self, window: Window) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        """Bands and validity of a window inside the grid.

        Returns:
            bands of shape (5, height, width) in the order of `BANDS`, the height coded 1 DN for 20 cm and 0 where
            it is unknown; and where the colour bands are data, of shape (height, width).
        """
        bands = np.zeros((len(BANDS), *window.shape), dtype=np.uint8)
        valid = np.ones(window.shape, dtype=np.bool_)
        for file in self.imagery.giving(*BANDS):
            values, found = self._colours(file, window)
            bands[[BANDS.index(band) for band in file.bands]] = values
            valid &= found
        if self.imagery.giving("surface"):
            bands[BANDS.index("height")] = self._height(window)
        elif self.imagery.height_coding == "metres":
            metres = bands[BANDS.index("height")].astype(np.float32)
            bands[BANDS.index("height")] = _coded(metres)
        return bands, valid

    def _colours(self, file: BandFile, window: Window) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        rows, cols = resample.axes(window, grid=self.imagery.grid, source=file.grid)
        between = file.resampling == "bilinear"
        first = resample.source_window(rows, cols, between=between)
        values = self._sources[file].read(first, bands=file.indexes)
        data = self._data(file, first, values)
        if between:
            parts = [
                resample.bilinear(band.astype(np.float32), data, rows=rows, cols=cols, first=first) for band in values
            ]
            return np.stack([np.rint(part).astype(np.uint8) for part, _ in parts]), parts[0][1]
        picked, inside = resample.nearest(values, rows=rows, cols=cols, first=first)
        known, _ = resample.nearest(data[None].astype(np.uint8), rows=rows, cols=cols, first=first)
        return picked, inside & (known[0] != 0)

    def _height(self, window: Window) -> npt.NDArray[np.uint8]:
        surface, terrain = self.imagery.giving("surface")[0], self.imagery.giving("terrain")[0]
        if surface.grid == terrain.grid:
            rows, cols = resample.axes(window, grid=self.imagery.grid, source=surface.grid)
            first = resample.source_window(rows, cols, between=True)
            above, has_surface = self._metres(surface, first)
            below, has_terrain = self._metres(terrain, first)
            height, found = resample.bilinear(
                above - below, has_surface & has_terrain, rows=rows, cols=cols, first=first
            )
        else:
            above, has_surface = self._metres_on_grid(surface, window)
            below, has_terrain = self._metres_on_grid(terrain, window)
            height, found = above - below, has_surface & has_terrain
        return _coded(np.where(found, height, np.float32(0.0)))

    def _metres_on_grid(self, file: BandFile, window: Window) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        rows, cols = resample.axes(window, grid=self.imagery.grid, source=file.grid)
        first = resample.source_window(rows, cols, between=True)
        values, data = self._metres(file, first)
        return resample.bilinear(values, data, rows=rows, cols=cols, first=first)

    def _metres(self, file: BandFile, first: Window) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        values = self._sources[file].read(first, bands=file.indexes)
        data = self._data(file, first, values) & np.isfinite(values[0])
        return np.where(data, values[0], 0).astype(np.float32), data

    def _data(self, file: BandFile, first: Window, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        if file.masked:
            return self._sources[file].valid(first)
        if file.nodata is None:
            return np.ones(first.shape, dtype=np.bool_)
        return (values != file.nodata).any(axis=0)


def _coded(height_m: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(height_m * _DN_PER_M), 0, 255).astype(np.uint8)
