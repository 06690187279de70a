"""Rasters joined from parts as Cloud Optimized GeoTIFFs: blocks that parts hold compressed are moved as they are.

Only overviews are computed here. Parts that do not end where blocks end are decoded and cut anew, so that the same
pixels give the same bytes whatever the parts were.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.windows import Window as RasterioWindow

from millesime.errors import ImageryError, InputError
from millesime.geo.grid import Grid, Window
from millesime.geo.halving import Halving, halved
from millesime.io.files import FewOpen, named_when_full, to_disk
from millesime.io.raster import BLOCK_PX, new_geotiff
from millesime.io.tiff_blocks import Blocks, Level, blocks_of, read_directory, write_cog

#: Bytes read at once while overviews are made.
_CHUNK_BYTES = 16 << 20

#: Parts held open at once.
_MOST_OPEN = 8


@dataclass(frozen=True)
class Part:
    """A raster that `new_blocks` made, and where it lies in the whole; it may reach beyond."""

    path: Path
    window: Window


@dataclass(frozen=True)
class Kind:
    """What a raster of bytes holds."""

    count: int
    nodata: int
    overview: Halving
    facts: Mapping[str, Any] = field(default_factory=dict)
    """As `new_geotiff` takes them: nomenclature, tags, names of bands."""


def new_blocks(path: Path, grid: Grid, **options: Any) -> Any:
    """A GeoTIFF of compressed blocks as those of the products, open to be written; see `new_geotiff`.

    Write whole blocks: of those written in part, what lies beyond the raster's border may differ.
    """
    return new_geotiff(
        path,
        grid,
        **{"dtype": "uint8", **options},
        compress="DEFLATE",
        zlevel=6,
        interleave="pixel",
        bigtiff="IF_SAFER",
        num_threads=2,
    )


def join(
    path: Path,
    grid: Grid,
    parts: Sequence[Part],
    kind: Kind,
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a raster of bytes from its parts; where none lies it has no data.

    The file appears under its name when it is whole.

    Args:
        path: file to write.
        grid: its grid.
        parts: they do not overlap.
        kind: what it holds.
        advance: told how many pixels are done, from time to time; those of the grid in all.

    Raises:
        ImageryError: a part is damaged.
        InputError: the folder does not exist.
        DiskFullError: no space is left.
    """
    if not path.parent.is_dir():
        raise InputError("no such folder", place=path.parent, remedy="create it first")
    folder = path.with_name(f".{path.name}.joined")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with named_when_full(path):
            _join(folder, folder / path.name, grid, parts, kind, advance)
            to_disk(folder / path.name)  # the parts may be removed once it stands
            (folder / path.name).replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _join(
    folder: Path, path: Path, grid: Grid, parts: Sequence[Part], kind: Kind, advance: Callable[[int], None]
) -> None:
    if not all(_ends_with_blocks(part.window, grid) for part in parts):
        with _Reader(parts, kind) as reader:
            parts = [_copied(folder / "anew.tif", grid, reader)]
    pattern = _pattern(folder / "pattern.tif", grid, kind)
    levels = [Level(*grid.shape, _blocks(grid, parts, pattern))]
    left, below = parts, grid
    while max(below.shape) > BLOCK_PX:
        with _Reader(left, kind) as reader:
            made = _halved(folder / f"overview{len(levels)}.tif", below, reader, advance)
        left, below = [made], Grid(grid.crs, grid.west, grid.north, grid.pixel_m, made.window.width, made.window.height)
        levels.append(Level(*below.shape, blocks_of(made.path)))
        advance = _nothing
    if below is grid:  # no overview is made of it, and damage is to be noticed all the same
        with _Reader(parts, kind) as reader:
            reader.read(grid.whole)
        advance(grid.height * grid.width)
    write_cog(path, read_directory(pattern), levels)


def _nothing(_: int) -> None:
    """What is done for smaller overviews is not told."""


def _ends_with_blocks(window: Window, grid: Grid) -> bool:
    bottom, right = window.row + window.height, window.col + window.width
    return (
        window.row % BLOCK_PX == window.col % BLOCK_PX == 0
        and (bottom % BLOCK_PX == 0 or bottom >= grid.height)
        and (right % BLOCK_PX == 0 or right >= grid.width)
    )


def _pattern(path: Path, grid: Grid, kind: Kind) -> Path:
    """A raster of one block without data, which holds GDAL's fields of the product."""
    corner = Grid(grid.crs, grid.west, grid.north, grid.pixel_m, BLOCK_PX, BLOCK_PX)
    with new_blocks(path, corner, count=kind.count, nodata=kind.nodata, **kind.facts):
        pass
    return path


def _blocks(grid: Grid, parts: Sequence[Part], pattern: Path) -> Blocks:
    """The blocks of parts that end where blocks end; the pattern's where there is no part."""
    shape = -(-grid.height // BLOCK_PX), -(-grid.width // BLOCK_PX)
    empty = blocks_of(pattern)
    file = np.zeros(shape, dtype=np.int64)
    offset, size = (np.broadcast_to(values, shape).copy() for values in (empty.offset, empty.size))
    for number, part in enumerate(parts, start=1):
        here = part.window.common(grid.whole)
        if here is None:
            continue
        into, own = (_in_blocks(place) for place in (here, here.relative_to(part.window)))
        found = blocks_of(part.path)
        file[into], offset[into], size[into] = number, found.offset[own], found.size[own]
    return Blocks((pattern, *(part.path for part in parts)), file, offset, size)


def _in_blocks(place: Window) -> tuple[slice, slice]:
    rows, cols = place.slices
    return (
        slice(rows.start // BLOCK_PX, -(-rows.stop // BLOCK_PX)),
        slice(cols.start // BLOCK_PX, -(-cols.stop // BLOCK_PX)),
    )


def _chunks(grid: Grid, count: int) -> Iterator[Window]:
    """Windows over a grid; half of one in rows and columns is whole blocks."""
    rows = 2 * BLOCK_PX
    cols = max(_CHUNK_BYTES // (rows * rows * count), 1) * rows
    for row in range(0, grid.height, rows):
        for col in range(0, grid.width, cols):
            yield Window(row, col, min(rows, grid.height - row), min(cols, grid.width - col))


def _copied(path: Path, grid: Grid, reader: _Reader) -> Part:
    """All pixels in one raster, in whole blocks."""
    with new_blocks(path, grid, count=reader.kind.count) as dataset:
        for chunk in _chunks(grid, reader.kind.count):
            dataset.write(reader.read(chunk), window=_window(chunk))
    return Part(path, grid.whole)


def _halved(path: Path, grid: Grid, reader: _Reader, advance: Callable[[int], None]) -> Part:
    """All pixels of a grid at half their resolution."""
    kind = reader.kind
    half = Grid(grid.crs, grid.west, grid.north, grid.pixel_m, -(-grid.width // 2), -(-grid.height // 2))
    with new_blocks(path, half, count=kind.count) as dataset:
        for chunk in _chunks(grid, kind.count):
            pixels = halved(reader.read(chunk), kind.overview, nodata=kind.nodata)
            place = Window(chunk.row // 2, chunk.col // 2, *pixels.shape[1:])
            dataset.write(pixels, window=_window(place))
            advance(chunk.height * chunk.width)
    return Part(path, half.whole)


def _window(place: Window) -> RasterioWindow:
    return RasterioWindow(place.col, place.row, place.width, place.height)


class _Reader:
    """Pixels of any window of a raster in parts; few of them are open at once."""

    def __init__(self, parts: Sequence[Part], kind: Kind) -> None:
        self._parts, self.kind = parts, kind
        self._open: FewOpen[Any] = FewOpen(rasterio.open, most=_MOST_OPEN)

    def read(self, window: Window) -> npt.NDArray[np.uint8]:
        """(bands, height, width).

        Raises:
            ImageryError: a part is damaged.
        """
        found = np.full((self.kind.count, *window.shape), self.kind.nodata, dtype=np.uint8)
        for part in self._parts:
            here = part.window.common(window)
            if here is None:
                continue
            rows, cols = here.relative_to(window).slices
            try:
                found[:, rows, cols] = self._open[part.path].read(window=_window(here.relative_to(part.window)))
            except RasterioIOError as error:
                raise ImageryError(
                    f"a part is damaged ({error})",
                    place=part.path,
                    remedy="remove this file, then run the command again",
                ) from error
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
