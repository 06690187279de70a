"""Virtual rasters, and rasters written as a mosaic of files: what a country needs, where one file would not do."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rasterio.crs import CRS

from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles
from millesime.io.files import folder_written_whole, require_replaceable, written_whole
from millesime.io.joined import Kind, Part, join
from millesime.io.raster import nomenclature_tags
from millesime.nomenclature import CoverNomenclature

#: Side of the files of a mosaic.
MOSAIC_PX = 8192


@dataclass(frozen=True)
class VrtBand:
    """One band of bytes of a virtual raster."""

    name: str
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
    element = ElementTree.SubElement(root, "VRTRasterBand", dataType="Byte", band=str(number))
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


def join_mosaic(
    path: Path, grid: Grid, parts: Sequence[Part], kind: Kind, *, advance: Callable[[int], None] = lambda _: None
) -> None:
    """Write a raster as Cloud Optimized GeoTIFFs of bounded size and a virtual raster of them: see `join`.

    `cover.vrt` has its files in the folder `cover`. The virtual raster appears when they all stand.
    """
    folder = path.with_suffix("")
    tiles = super_tiles(grid, size_px=MOSAIC_PX)
    names = [f"{path.stem}_{tile.row:07d}_{tile.col:07d}.tif" for tile in tiles]
    with folder_written_whole(folder, replaces=_own_files(path)) as making:
        for tile, name in zip(tiles, names, strict=True):
            there = [Part(part.path, part.window.relative_to(tile)) for part in parts]
            join(making / name, grid.crop(tile), there, kind, advance=advance)
    bands = [
        VrtBand(
            band_name,
            kind.nodata,
            tuple((folder / name, number, tile) for tile, name in zip(tiles, names, strict=True)),
            kind.facts.get("nomenclature"),
        )
        for number, band_name in enumerate(kind.facts.get("band_names") or [path.stem] * kind.count, start=1)
    ]
    write_vrt(path, grid, bands, tags=kind.facts.get("tags"))
