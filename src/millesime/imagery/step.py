"""imagery: the bands of one vintage on one grid, checked before the first pixel is computed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from millesime.compute import StepContext
from millesime.errors import ImageryError, InputError
from millesime.geo.grid import Bounds, Grid, Window
from millesime.geo.tiling import super_tiles
from millesime.imagery.assemble import assemble
from millesime.imagery.choice import needed_roles, transparency_chosen
from millesime.imagery.digital_numbers import Limits, Scaling, percentiles, sample_windows
from millesime.imagery.facts import RasterFacts
from millesime.imagery.heights import height_oddities
from millesime.imagery.layers import Layer, PixelSource
from millesime.imagery.mosaic import joined
from millesime.imagery.overlaps import differing_overlaps
from millesime.imagery.product import BANDS, BandFile, HeightCoding, Imagery, Tile, to_json
from millesime.imagery.reader import ImageryReader
from millesime.io.crs import unit_other_than_metre
from millesime.io.raster import RasterReader
from millesime.io.raster_files import raster_files
from millesime.io.raster_pool import PooledRaster, RasterPool
from millesime.io.workspace import Summary

STEP_VERSION = 1

_TILE_PX = 2048

Files = Path | Sequence[Path]
"""A raster file, a folder of tiles, or tiles in the order in which they are believed where they overlap."""


class Parameters(BaseModel):
    """Parameters of the step, from `[parameters.imagery]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    honour_ortho_nodata: bool = False
    """Believe a NoData value declared on an 8-bit orthophoto. Such a value is mostly wrong: 255 makes white roofs
    vanish; an alpha or mask band is always believed."""


def describe(
    files: Mapping[str, Files],
    *,
    bands: Sequence[str] = BANDS,
    numbers: Sequence[int] | None = None,
    extent: Bounds | None = None,
    file_crs: str | None = None,
    crs: str | None = None,
    height_coding: HeightCoding = "flair8",
    honour_ortho_nodata: bool = False,
    scaling: Scaling | None = None,
    pixel_m: float | None = None,
    root: Path | None = None,
) -> Imagery:
    """Examine the files of one vintage and put them on one grid.

    Args:
        files: by role: image, rgb, irc, dsm, dtm, height. Files of roles that none of `bands` needs are not opened.
        bands: what is read, in this order: those of a model's card.
        numbers: for the image, the number of each of `bands`, from 1.
        extent: what must be covered; everything that the colour orthophoto covers by default.
        file_crs: the CRS of files that tell none.
        crs: the CRS that all must be in; that of the colour orthophoto by default.
        height_coding: how the height band of an image, or the file of heights, is coded.
        honour_ortho_nodata: see `Parameters`.
        scaling: how numbers that are not 8-bit become digital numbers; files of other types are refused without it.
        pixel_m: side of the pixels of the grid, which images are then resampled to; those of the colour orthophoto
            by default, or their finer side where they are not square.
        root: folder that paths inside it are noted from.

    Raises:
        ImageryError: tells every fault of every file.
    """
    facts: dict[str, RasterFacts] = {}
    faults: list[str] = []
    roles = needed_roles(tuple(files), bands)
    for role in roles:
        found, wrong = _facts(files[role], crs=file_crs, root=root)
        faults += wrong
        if found is not None:
            facts[role] = transparency_chosen(role, found, numbers=numbers)
    with RasterPool() as pool:

        def source(fact: RasterFacts) -> PooledRaster:
            return pool.source((root or Path()) / fact.path, grid=fact.grid, told_as=fact.path)

        def measure(file: BandFile, limits: Limits) -> tuple[float, float]:
            return _measured(_layer(file, pool, root), limits)

        imagery = assemble(
            facts,
            bands=bands,
            numbers=numbers,
            extent=extent,
            crs=crs,
            height_coding=height_coding,
            honour_ortho_nodata=honour_ortho_nodata,
            scaling=scaling,
            measure=measure,
            pixel_m=pixel_m,
            earlier_faults=faults,
            unread=[role for role in roles if role not in facts],
        )
        differing = [note for fact in facts.values() for note in differing_overlaps(fact, source)]
    if "height" in imagery.bands:
        with open_imagery(imagery.reading(("height",)), root=root) as reader:
            differing += height_oddities(reader)
    unread = tuple(
        f"{_told(files[role])}: not read: only {', '.join(bands)} {'is' if len(bands) == 1 else 'are'} needed"
        for role in files
        if role not in roles
    )
    return replace(imagery, notes=(*imagery.notes, *differing, *unread))


def _paths(given: Files) -> tuple[Path, ...]:
    return (given,) if isinstance(given, Path) else tuple(given)


def _told(given: Files) -> str:
    paths = _paths(given)
    return str(paths[0]) if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _facts(given: Files, *, crs: str | None, root: Path | None) -> tuple[RasterFacts | None, list[str]]:
    """Facts of a file or of a mosaic, None when they cannot be told; and what is wrong, each with its file."""
    faults: list[str] = []
    tiles: list[RasterFacts] = []
    try:
        paths = raster_files(_paths(given))
    except InputError as error:
        return None, [_sentence(error)]
    for path in paths:
        try:
            fact = _examine(path, crs=crs, root=root)
        except InputError as error:
            faults.append(_sentence(error))
            continue
        tiles.append(fact)
        unit = unit_other_than_metre(fact.grid.crs)
        if unit is not None:
            faults.append(f"{fact.path}: is in {fact.grid.crs}, in {unit}; warp it to metres (gdalwarp -t_srs)")
    if faults or not tiles:
        return None, faults
    if len(tiles) == 1:
        return tiles[0], []
    first = _paths(given)[0]
    return joined(tiles, path=_noted(first if first.is_dir() else paths[0].parent, root))


def _sentence(error: InputError) -> str:
    return f"{error.place}: {error.message}" + (f" ({error.remedy})" if error.remedy else "")


def _noted(path: Path, root: Path | None) -> str:
    inside = root is not None and path.is_relative_to(root)
    return path.relative_to(root).as_posix() if inside and root is not None else str(path)


def _examine(path: Path, *, crs: str | None, root: Path | None) -> RasterFacts:
    with RasterReader(path, crs=crs, square=False) as reader:
        return RasterFacts(
            path=_noted(path, root),
            grid=reader.place,
            count=reader.count,
            dtype=str(reader.dtype),
            nodata=reader.nodata,
            masked=reader.has_mask,
            has_alpha=reader.has_alpha,
            descriptions=reader.descriptions,
            has_gaps=reader.has_gaps,
            alpha=reader.alpha,
            other_mask=reader.has_mask_band,
            has_palette=reader.has_palette,
        )


def _sources(file: BandFile, pool: RasterPool, root: Path | None) -> PooledRaster | list[PooledRaster]:
    def source(item: BandFile | Tile) -> PooledRaster:
        return pool.source((root or Path()) / item.path, grid=item.grid, told_as=item.path)

    return [source(tile) for tile in file.tiles] if file.tiles else source(file)


def _layer(file: BandFile, pool: RasterPool, root: Path | None) -> Layer:
    return Layer(file, _sources(file, pool, root))


def _measured(layer: Layer, limits: Limits) -> tuple[float, float]:
    """The numbers at two percentiles of the one band of a layer, on blocks spread over it."""
    numbers = []
    for window in sample_windows(layer.file.grid):
        values, data = layer.read(window)
        numbers.append(values[0][data])
    together = np.concatenate(numbers)
    if not together.size:
        raise ImageryError(
            f"has no data on the blocks where percentiles of {layer.file.bands[0]} are taken",
            place=layer.file.path,
            remedy="give --scale MIN,MAX",
        )
    return percentiles(together, limits)


@contextlib.contextmanager
def open_imagery(imagery: Imagery, *, root: Path | None = None) -> Iterator[ImageryReader]:
    """Open the files of an imagery; paths that are not absolute start at `root`.

    Several threads may read at once: each has handles of its own. Tiles of mosaics are opened when they are read.

    Raises:
        ImageryError: a file is no longer what was described.
    """
    with RasterPool() as pool:
        sources: list[PixelSource | Sequence[PixelSource]] = []
        for file in imagery.files:
            found = _sources(file, pool, root)
            if isinstance(found, PooledRaster):
                found.check()
            sources.append(found)
        yield ImageryReader(imagery, sources)


def run(context: StepContext) -> Summary:
    """Describe the bands of the vintage."""
    assert isinstance(context.parameters, Parameters)
    names = {"rgb": "ortho_rgb", "irc": "ortho_irc", "dsm": "dsm", "dtm": "dtm"}
    found = {role: context.source(name) for role, name in names.items()}
    imagery = describe(
        {role: path for role, path in found.items() if isinstance(path, Path)},
        extent=context.territory.extent,
        file_crs=context.vintage.crs,
        crs=context.territory.crs,
        honour_ortho_nodata=context.parameters.honour_ortho_nodata,
        root=context.workspace.root,
    )
    context.output().write_text(to_json(imagery), encoding="utf-8")
    areas = {
        f"without_{band}": _without_data_m2(file, imagery, root=context.workspace.root)
        for band in ("surface", "terrain")
        for file in imagery.giving(band)
    }
    return Summary(
        counts={"pixels": imagery.area.height * imagery.area.width}, areas_m2=areas, notes=list(imagery.notes)
    )


def _without_data_m2(file: BandFile, imagery: Imagery, *, root: Path) -> float:
    """Area of the mapped extent where a height model has nothing, in m², counted in its own pixels."""
    area: Grid = imagery.area_grid
    cells = file.grid.window_of(area.bounds)
    known = 0
    with RasterPool() as pool:
        layer = _layer(file, pool, root)
        for tile in super_tiles(file.grid.crop(cells), size_px=_TILE_PX):
            window = Window(tile.row + cells.row, tile.col + cells.col, tile.height, tile.width)
            try:
                inside = window.clipped(file.grid)
            except ImageryError:  # a tile outside the file has nothing
                continue
            known += int(layer.read(inside)[1].sum())
    return float(cells.height * cells.width - known) * math.prod(file.grid.pixel_size_m)
