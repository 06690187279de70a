"""Tiles of one mosaic put on one grid: what does not fit is told, gaps and overlaps are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from millesime.geo.grid import AnyGrid, Window
from millesime.imagery.facts import RasterFacts
from millesime.imagery.layers import window_in
from millesime.imagery.product import Tile

#: Offsets below this share of a pixel are the rounding of producers, not another lattice.
SAME_PLACE_PX = 0.01

#: Overlaps are compared on this many blocks of this side at most for each pair of tiles.
_COMPARED_BLOCKS = 16
_COMPARED_PX = 512

#: Tiles told by name in a message about several.
_TOLD = 5


@dataclass(frozen=True)
class Overlap:
    """Pixels that two tiles of a mosaic both have; places are on the mosaic's grid."""

    first: int
    """Number of the tile that is believed."""

    second: int
    window: Window

    def blocks(self) -> tuple[Window, ...]:
        """The parts that are compared: all of a small overlap, blocks spread evenly over a large one."""
        top, left = self.window.row, self.window.col
        bottom, right = top + self.window.height, left + self.window.width
        every = [
            Window(row, col, min(_COMPARED_PX, bottom - row), min(_COMPARED_PX, right - col))
            for row in range(top, bottom, _COMPARED_PX)
            for col in range(left, right, _COMPARED_PX)
        ]
        if len(every) <= _COMPARED_BLOCKS:
            return tuple(every)
        return tuple(every[(len(every) - 1) * number // (_COMPARED_BLOCKS - 1)] for number in range(_COMPARED_BLOCKS))


def joined(tiles: Sequence[RasterFacts], *, path: str) -> tuple[RasterFacts | None, list[str]]:
    """The facts of a mosaic, and what prevents one.

    Args:
        tiles: facts of each tile, the first of two that overlap before the second.
        path: how the mosaic is called.

    Returns:
        its facts, None when tiles do not fit together; and the faults, each with its file.
    """
    first = tiles[0]
    faults = [f"{tile.path}: {fault}" for tile in tiles[1:] for fault in _differences(tile, first)]
    if faults:
        more = len(faults) - _TOLD
        return None, faults[:_TOLD] + ([f"{path}: {more} more tiles that do not fit {first.path}"] if more > 0 else [])
    grid = _grid([tile.grid for tile in tiles])
    return (
        replace(
            first,
            path=path,
            grid=grid,
            nodata=next((tile.nodata for tile in tiles if tile.nodata is not None), None),
            masked=any(tile.masked for tile in tiles),
            has_gaps=any(tile.has_gaps for tile in tiles),
            other_mask=any(tile.other_mask for tile in tiles),
            has_palette=any(tile.has_palette for tile in tiles),
            tiles=tuple(tiles),
        ),
        [],
    )


def _differences(tile: RasterFacts, first: RasterFacts) -> list[str]:
    """What keeps a tile from being one of a mosaic with the first."""
    grid, origin = tile.grid, first.grid
    if grid.crs != origin.crs:
        return [f"is in {grid.crs}, the other tiles in {origin.crs}"]
    found = []
    if (tile.count, tile.data_numbers) != (first.count, first.data_numbers):
        found.append(f"has {tile.told_count}, {first.path} has {first.told_count}")
    if tile.dtype != first.dtype:
        found.append(f"is of type {tile.dtype}, {first.path} of type {first.dtype}")
    sides = zip(grid.pixel_size_m, origin.pixel_size_m, strict=True)
    if any(abs(side - wanted) > 1e-6 * wanted for side, wanted in sides):
        found.append(f"has pixels of {grid.told_pixels} m, {first.path} of {origin.told_pixels} m")
        return found
    across, down = origin.pixel_size_m
    shifts = ((grid.west - origin.west) / across, (origin.north - grid.north) / down)
    if any(abs(shift - round(shift)) >= SAME_PLACE_PX for shift in shifts):
        found.append(f"its pixels lie between those of {first.path} (shifted by {shifts[0]:.2f}, {shifts[1]:.2f} px)")
    return found


def _grid(grids: Sequence[AnyGrid]) -> AnyGrid:
    """The grid that holds all tiles, on the lattice of the first."""
    first = grids[0]
    windows = [window_in(first, grid) for grid in grids]
    top, left = min(item.row for item in windows), min(item.col for item in windows)
    bottom = max(item.row + item.height for item in windows)
    right = max(item.col + item.width for item in windows)
    return first.crop(Window(top, left, bottom - top, right - left))


def gap_px(grid: AnyGrid, tiles: Sequence[Tile | RasterFacts]) -> int:
    """Pixels of the mosaic's grid that no tile has."""
    windows = np.array([(w.col, w.row, w.col + w.width, w.row + w.height) for w in _windows(grid, tiles)], dtype=float)
    filled = shapely.union_all(shapely.box(*windows.T)).area
    return grid.width * grid.height - round(float(filled))


def overlaps(grid: AnyGrid, tiles: Sequence[Tile | RasterFacts]) -> tuple[Overlap, ...]:
    """Each pair of tiles that share pixels, in the order of the tiles."""
    if len(tiles) < 2:
        return ()
    windows = _windows(grid, tiles)
    boxes = shapely.box(*np.array([(w.col, w.row, w.col + w.width, w.row + w.height) for w in windows], dtype=float).T)
    left, right = shapely.STRtree(boxes).query(boxes)
    found = []
    for one, other in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if one < other and (shared := _shared(windows[one], windows[other])) is not None:
            found.append(Overlap(one, other, shared))
    return tuple(found)


def _windows(grid: AnyGrid, tiles: Sequence[Tile | RasterFacts]) -> list[Window]:
    return [window_in(grid, tile.grid) for tile in tiles]


def _shared(one: Window, other: Window) -> Window | None:
    top, left = max(one.row, other.row), max(one.col, other.col)
    bottom = min(one.row + one.height, other.row + other.height)
    right = min(one.col + one.width, other.col + other.width)
    return None if bottom <= top or right <= left else Window(top, left, bottom - top, right - left)
