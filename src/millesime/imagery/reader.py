"""Reads the bands of an imagery on its grid, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.geo.grid import Window
from millesime.imagery import resample
from millesime.imagery.digital_numbers import to_digital_numbers
from millesime.imagery.layers import Layer, PixelSource
from millesime.imagery.product import HEIGHT_MODELS, Imagery

#: Digital numbers per metre of height above ground, in the coding that readers give.
_DN_PER_M = np.float32(5.0)

_Plane = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]
"""Values on the grid and where they are known."""


class ImageryReader:
    """Bands of windows, from rasters that are already open.

    Args:
        imagery: what to read.
        sources: the open raster of each of `imagery.files`, in the same order; those of its tiles for a mosaic.
    """

    def __init__(self, imagery: Imagery, sources: Sequence[PixelSource | Sequence[PixelSource]]) -> None:
        self.imagery = imagery
        self._sources = dict(zip(imagery.files, sources, strict=True))
        layers = [Layer(file, source) for file, source in self._sources.items()]
        self._layers = [layer for layer in layers if not set(layer.file.bands) & set(HEIGHT_MODELS)]
        self._models = {layer.file.bands[0]: layer for layer in layers if layer not in self._layers}

    def read(self, window: Window) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        """Bands and validity of a window inside the grid.

        Returns:
            bands of shape (bands, height, width) in the order of `imagery.bands`, the height coded 1 DN for 20 cm and
            0 where it is unknown; and where the colour bands are data, of shape (height, width).
        """
        order = self.imagery.bands
        bands = np.zeros((len(order), *window.shape), dtype=np.uint8)
        valid = np.ones(window.shape, dtype=np.bool_)
        for layer in self._layers:
            planes = self._planes(layer, window)
            for band, (values, _) in zip(layer.file.bands, planes, strict=True):
                bands[order.index(band)] = self._height_band(values) if band == "height" else _rounded(values)
            if not layer.file.is_height:
                valid &= planes[0][1]
        if self._models:
            bands[order.index("height")] = _coded(self._height_m(window)[0])
        return bands, valid

    def height_m(self, window: Window) -> _Plane | None:
        """Heights above ground in metres, not clipped, and where they are known; None where no file gives metres.

        Args:
            window: a window inside the grid.
        """
        if self._models:
            return self._height_m(window)
        if self.imagery.height_coding != "metres":
            return None
        for layer in self._layers:
            if "height" in layer.file.bands:
                return self._planes(layer, window)[layer.file.bands.index("height")]
        return None

    def _planes(self, layer: Layer, window: Window) -> list[_Plane]:
        """Each band of a file on the grid, 0 where it has no data; uint8 where nothing is computed, else float32."""
        file = layer.file
        if file.resampling == "average":
            spans = resample.spans(window, grid=self.imagery.grid, source=file.grid)
            first = resample.average_window(*spans)
            values, data = _numbers(layer, first)
            return [resample.average(band, data, rows=spans[0], cols=spans[1], first=first) for band in values]
        rows, cols = resample.axes(window, grid=self.imagery.grid, source=file.grid)
        between = file.resampling == "bilinear"
        first = resample.source_window(rows, cols, between=between)
        if between:
            values, data = _numbers(layer, first)
            return [resample.bilinear(band, data, rows=rows, cols=cols, first=first) for band in values]
        raw, data = layer.read(first) if not file.scale else _numbers(layer, first)
        if raw.dtype.kind == "f" and not data.all():
            raw = np.where(data, raw, raw.dtype.type(0))
        picked, inside = resample.nearest(raw, rows=rows, cols=cols, first=first)
        known, _ = resample.nearest(data[None].astype(np.uint8), rows=rows, cols=cols, first=first)
        found = inside & (known[0] != 0)
        return [(band if not file.is_height else np.where(found, band, raw.dtype.type(0)), found) for band in picked]

    def _height_band(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        if self.imagery.height_coding == "flair8":
            return _rounded(values)
        return _coded(values.astype(np.float32))

    def _height_m(self, window: Window) -> _Plane:
        surface, terrain = (self._models[band] for band in HEIGHT_MODELS)
        if surface.file.grid == terrain.file.grid and surface.file.resampling == "bilinear":
            rows, cols = resample.axes(window, grid=self.imagery.grid, source=surface.file.grid)
            first = resample.source_window(rows, cols, between=True)
            above, has_surface = _numbers(surface, first)
            below, has_terrain = _numbers(terrain, first)
            height, found = resample.bilinear(
                above[0] - below[0], has_surface & has_terrain, rows=rows, cols=cols, first=first
            )
        else:
            above, has_surface = self._planes(surface, window)[0]
            below, has_terrain = self._planes(terrain, window)[0]
            height, found = above - below, has_surface & has_terrain
        return np.where(found, height, np.float32(0.0)), found


def _numbers(layer: Layer, window: Window) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Values of a window of the file, scaled where it has a scale; 0 where they are no data."""
    values, data = layer.read(window)
    if layer.file.scale:
        pairs = zip(values, layer.file.scale, strict=True)
        values = np.stack(
            [band.astype(np.float32) if limits is None else to_digital_numbers(band, limits) for band, limits in pairs]
        )
    return np.where(data, values, values.dtype.type(0)).astype(np.float32), data


def _rounded(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _coded(height_m: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(height_m * _DN_PER_M), 0, 255).astype(np.uint8)
