"""Heights that cannot be those above ground: height models that were swapped, altitudes given as heights."""

from __future__ import annotations

import numpy as np

from millesime.errors import ImageryError
from millesime.geo.grid import Window
from millesime.imagery.digital_numbers import sample_windows
from millesime.imagery.reader import ImageryReader

#: Heights are looked at on this many blocks at most, spread evenly over the mapped area.
BLOCKS = 16

#: A surface that lies deeper than this below the terrain in the middle is no matter of the models' accuracy.
_BELOW_M = -0.5

#: Roads, lawns and fields lie lower than this above ground; an area where hardly any pixel does is not of heights.
_LOW_M, _LOW_SHARE = 2.0, 0.01


def height_oddities(reader: ImageryReader) -> list[str]:
    """What is odd in heights in metres, as notes: nothing is refused, a forest may have no low pixel."""
    imagery = reader.imagery
    area = imagery.area
    found = []
    for block in sample_windows(imagery.area_grid, blocks=BLOCKS):
        try:
            plane = reader.height_m(Window(block.row + area.row, block.col + area.col, block.height, block.width))
        except ImageryError:
            continue  # a damaged block is for the run to tell, which finishes the rest
        if plane is None:
            return []
        heights, known = plane
        found.append(heights[known])
    heights = np.concatenate(found) if found else np.empty(0)
    if not heights.size:
        return []
    where = f"on {heights.size} px looked at"
    files = {band: file.path for file in imagery.files for band in file.bands}
    if "surface" in files:
        middle = float(np.median(heights))
        if middle >= _BELOW_M:
            return []
        return [
            (
                f"{files['surface']}: the surface lies below the terrain {files['terrain']}: the median of surface "
                f"minus terrain is {middle:.1f} m {where}; heights below 0 are taken as 0. Are the two models swapped?"
            )
        ]
    low = float(np.mean(heights < _LOW_M))
    if low >= _LOW_SHARE:
        return []
    return [
        (
            f"{files['height']}: {100 * low:.1f} % of the heights are below {_LOW_M:g} m {where}. Are these altitudes? "
            "Heights above ground are read; of altitudes, give the surface and the terrain (--dsm, --dtm)"
        )
    ]
