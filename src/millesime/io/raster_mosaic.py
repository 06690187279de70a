"""Virtual rasters, and rasters written as a mosaic of files: what a country needs, where one file would not do."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.etree import ElementTree

import numpy.typing as npt
from rasterio.crs import CRS

from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles
from millesime.io.files import folder_written_whole, require_replaceable, written_whole
from millesime.io.raster import CogWriter, nomenclature_tags
from millesime.nomenclature import CoverNomenclature

#: Side of the files of a mosaic.
MOSAIC_PX = 8192

_TYPES = {"uint8": "Byte", "uint16": "UInt16", "float32": "Float32"}


@dataclass(frozen=True)
class VrtBand:
    """One band of a virtual raster."""

    name: str
    dtype: str
    nodata: float | None
    sources: tuple[tuple[Path, int, Window], ...]
    """File, number of its band, and where it lies, whole."""

    nomenclature: CoverNomenclature | None = None


def write_vrt(
    path: Path,
    grid: Grid,
    bands: Sequence[VrtBand],
    *,
    tags: Mapping[str, str] | None = None,
    overview: str = "nearest",
) -> None:
    """Write a virtual raster of files that lie beside it or below; the same content gives the same bytes."""
    root = ElementTree.Element("VRTDataset", rasterXSize=str(grid.width), rasterYSize=str(grid.height))
    _text(root, "SRS", CRS.from_string(grid.crs).to_wkt())
    _text(root, "GeoTransform", ", ".join(repr(value) for value in grid.transform.to_gdal()))
    named = next((band.nomenclature for band in bands if band.nomenclature), None)
    facts = {**(tags or {}), **(nomenclature_tags(named) if named else {})}
    if facts:
        metadata = ElementTree.SubElement(root, "Metadata")
        for key, value in facts.items():
            _text(metadata, "MDI", value, key=key)
    for number, band in enumerate(bands, start=1):
        _band(root, number, band, path.parent)
    levels = [str(2**power) for power in range(1, 12) if max(grid.shape) >> power >= 256]
    if levels:
        _text(root, "OverviewList", " ".join(levels), resampling=overview)
    ElementTree.indent(root)
    with written_whole(path) as temporary:
        temporary.write_bytes(ElementTree.tostring(root, encoding="utf-8"))


def _band(root: ElementTree.Element, number: int, band: VrtBand, folder: Path) -> None:
    element = ElementTree.SubElement(root, "VRTRasterBand", dataType=_TYPES[band.dtype], band=str(number))
    _text(element, "Description", band.name)
    if band.nodata is not None:
        _text(element, "NoDataValue", f"{band.nodata:g}")
    if band.nomenclature is not None:
        _text(element, "ColorInterp", "Palette")
        table = ElementTree.SubElement(element, "ColorTable")
        colours = band.nomenclature.colour_table()
        for value in range(max(colours) + 1):
            parts = colours.get(value, (0, 0, 0, 0))
            ElementTree.SubElement(
                table, "Entry", {f"c{place}": str(part) for place, part in enumerate(parts, start=1)}
            )
    for file, source_band, window in band.sources:
        source = ElementTree.SubElement(element, "SimpleSource")
        _text(source, "SourceFilename", Path(os.path.relpath(file, folder)).as_posix(), relativeToVRT="1")
        _text(source, "SourceBand", str(source_band))
        size = {"xSize": str(window.width), "ySize": str(window.height)}
        ElementTree.SubElement(source, "SrcRect", {"xOff": "0", "yOff": "0", **size})
        ElementTree.SubElement(source, "DstRect", {"xOff": str(window.col), "yOff": str(window.row), **size})


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = text


def require_mosaic_folder(path: Path) -> None:
    """Check that the files of a mosaic may be written: see `require_replaceable`."""
    require_replaceable(path.with_suffix(""), replaces=_own_files(path))


def _own_files(path: Path) -> str:
    """Pattern of the files of an earlier run, which alone are replaced: the folder may be the user's own."""
    return f"{glob.escape(path.stem)}_{'[0-9]' * 7}_{'[0-9]' * 7}.tif"


class MosaicWriter:
    """A raster written window by window as Cloud Optimized GeoTIFFs of bounded size and a virtual raster of them.

    `cover.vrt` has its files in the folder `cover`. The virtual raster appears when the block ends well. Options are
    those of `CogWriter`.
    """

    def __init__(self, path: Path, grid: Grid, **options: Any) -> None:
        self.path, self.grid = path, grid
        self._options = options
        self._tiles = super_tiles(grid, size_px=MOSAIC_PX)
        self._left = {tile: tile.height * tile.width for tile in self._tiles}
        self._stack = ExitStack()
        self._folder = self._stack.enter_context(folder_written_whole(path.with_suffix(""), replaces=_own_files(path)))
        self._writers: dict[Window, CogWriter] = {}

    def __enter__(self) -> Self:
        return self

    def write(self, pixels: npt.NDArray[Any], window: Window) -> None:
        """Write the pixels of a window, each once: (height, width), or (bands, height, width)."""
        for tile in self._tiles:
            top, left = max(tile.row, window.row), max(tile.col, window.col)
            bottom = min(tile.row + tile.height, window.row + window.height)
            right = min(tile.col + tile.width, window.col + window.width)
            if bottom <= top or right <= left:
                continue
            part = Window(top, left, bottom - top, right - left)
            rows, cols = part.relative_to(window).slices
            self._writer(tile).write(pixels[..., rows, cols], part.relative_to(tile))
            self._left[tile] -= part.height * part.width
            if not self._left[tile]:
                self._writers.pop(tile).__exit__(None, None, None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            for tile in self._tiles:
                # Files that were not written whole hold NoData there.
                if kind is None and self._left[tile] and tile not in self._writers:
                    self._writer(tile)
            for writer in list(self._writers.values()):
                writer.__exit__(kind, error, trace)
            if error is not None:
                raise error
        self._write_vrt()

    def _writer(self, tile: Window) -> CogWriter:
        if tile not in self._writers:
            self._writers[tile] = CogWriter(self._folder / self._name(tile), self.grid.crop(tile), **self._options)
        return self._writers[tile]

    def _name(self, tile: Window) -> str:
        return f"{self.path.stem}_{tile.row:07d}_{tile.col:07d}.tif"

    def _write_vrt(self) -> None:
        options = self._options
        folder = self.path.with_suffix("")
        names = options.get("band_names") or [self.path.stem] * options.get("count", 1)
        bands = [
            VrtBand(
                name,
                options["dtype"],
                options.get("nodata"),
                tuple((folder / self._name(tile), number, tile) for tile in self._tiles),
                options.get("nomenclature"),
            )
            for number, name in enumerate(names, start=1)
        ]
        write_vrt(self.path, self.grid, bands, tags=options.get("tags"))
