"""Whether tiles of a mosaic tell the same where they overlap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from millesime.imagery.facts import RasterFacts
from millesime.imagery.layers import PixelSource, window_in
from millesime.imagery.mosaic import Overlap, overlaps

#: Pairs of tiles told by name.
_TOLD = 5


def differing_overlaps(mosaic: RasterFacts, source: Callable[[RasterFacts], PixelSource]) -> list[str]:
    """A sentence for each pair of tiles that differ where they overlap.

    Args:
        mosaic: facts of the mosaic; a single file has no overlaps.
        source: opens a tile.
    """
    told: list[str] = []
    for overlap in overlaps(mosaic.grid, mosaic.tiles):
        first, second = mosaic.tiles[overlap.first], mosaic.tiles[overlap.second]
        differing, compared = _differing(overlap, mosaic, source)
        if differing:
            told.append(
                f"{second.path}: differs from {first.path} on {differing} of {compared} px compared of their overlap "
                f"of {overlap.window.height} x {overlap.window.width} px; {first.path} wins"
            )
    if len(told) > _TOLD:
        told[_TOLD:] = [f"{mosaic.path}: {len(told) - _TOLD} more pairs of tiles differ where they overlap"]
    return told


def _differing(overlap: Overlap, mosaic: RasterFacts, source: Callable[[RasterFacts], PixelSource]) -> tuple[int, int]:
    tiles = mosaic.tiles[overlap.first], mosaic.tiles[overlap.second]
    bands = list(mosaic.data_numbers)
    differing = compared = 0
    for block in overlap.blocks():
        both = np.ones(block.shape, dtype=np.bool_)
        values = []
        for tile in tiles:
            window = block.relative_to(window_in(mosaic.grid, tile.grid))
            raster = source(tile)
            values.append(raster.read(window, bands=bands))
            if tile.masked or tile.has_gaps:
                both &= raster.valid(window)
        unequal = (values[0] != values[1]).any(axis=0) & both
        differing += int(unequal.sum())
        compared += int(both.sum())
    return differing, compared
