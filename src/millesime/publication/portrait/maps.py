"""Maps of the portrait: polygons painted as a palette picture, with outlines and hatches, and what lies over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.geo.grid import Bounds, Grid
from millesime.publication.portrait.burning import burn
from millesime.publication.portrait.png import palette_png
from millesime.publication.styles.patterns import Hatch
from millesime.written_numbers import FIXED, FRENCH_NUMBERS, NumberFormat

_HATCH_PERIOD_PX = 9
_HATCH_LINE_PX = 2

#: Outlines are drawn when polygons are wide enough on average to be seen between them.
_MEAN_POLYGON_PX_FOR_OUTLINES = 60.0

_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class Paint:
    """How one class of polygons is painted."""

    colour: str
    """'#rrggbb'."""

    hatch: Hatch | None = None

    outlined: bool = True
    """Whether its polygons have an outline, in a darker shade."""


@dataclass(frozen=True)
class ScaleBar:
    """A round length on the ground."""

    width_px: float
    label: str
    """'200 m', '5 km'."""


def view(bounds: Bounds, *, crs: str, longest_px: int) -> Grid:
    """Pixels of a map of `bounds` whose longer side measures `longest_px`."""
    west, south, east, north = bounds
    return Grid.covering(bounds, pixel_m=max(east - west, north - south) / longest_px, crs=crs)


def paint(
    geometries: Sequence[Any] | npt.NDArray[Any],
    classes: npt.NDArray[np.integer[Any]],
    paints: Sequence[Paint],
    grid: Grid,
) -> bytes:
    """Paint polygons as a PNG; what no polygon covers is transparent. Outlines are left out where they would cover all.

    Args:
        geometries: polygons in the CRS of `grid`; the later one wins where two overlap.
        classes: rank of each polygon's paint.
        paints: the paints.
        grid: pixels of the picture.
    """
    ranks = burn(np.asarray(geometries, dtype=object), grid)
    lookup = np.zeros(len(classes) + 1, dtype=np.int64)
    lookup[1:] = np.asarray(classes) + 1
    shown = lookup[ranks]
    # Index 0 is nothing; class k has three shades from 3k + 1: fill, hatch, outline.
    pixels = np.where(shown > 0, 3 * (shown - 1) + 1, 0).astype(np.uint8)
    masks = {item.hatch.angle_deg: hatch_mask(item.hatch.angle_deg, grid.shape) for item in paints if item.hatch}
    for rank, item in enumerate(paints):
        if item.hatch is not None:
            pixels[(shown == rank + 1) & masks[item.hatch.angle_deg]] = 3 * rank + 2
    has_outline = np.array([False, *(item.outlined for item in paints)])[shown]
    if _worth_outlining(ranks[has_outline]):
        edge = _edges(ranks) & has_outline
        pixels[edge] = (3 * (shown[edge] - 1) + 3).astype(np.uint8)
    palette = [_WHITE]
    for item in paints:
        fill = _rgb(item.colour)
        palette += [fill, _rgb(item.hatch.colour) if item.hatch else fill, _darker(fill)]
    return palette_png(pixels, palette, transparent=0)


def hatch_mask(angle_deg: int, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Where the lines of a hatch run, on pixels of (height, width)."""
    rows, columns = np.indices(shape, sparse=True)
    across = {0: rows, 90: columns, 45: rows + columns, 135: columns - rows}[angle_deg]
    return np.broadcast_to(across % _HATCH_PERIOD_PX < _HATCH_LINE_PX, shape)


def outline_path(geometry: Any, grid: Grid) -> str:
    """Borders of a (multi)polygon as the data of an SVG path, in pixels of the map."""
    simple = shapely.simplify(geometry, grid.pixel_m / 2)
    pieces = []
    for polygon in shapely.get_parts(simple):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [_pixel(x, y, grid) for x, y in shapely.get_coordinates(ring)[:-1]]
            pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(pieces)


def scale_bar(grid: Grid, numbers: NumberFormat = FRENCH_NUMBERS) -> ScaleBar:
    """The longest round length (1, 2 or 5 times a power of ten) within a quarter of the map's width."""
    room_m = grid.width * grid.pixel_m / 4
    power = 10 ** math.floor(math.log10(room_m))
    length_m = max(factor * power for factor in (1, 2, 5) if factor * power <= room_m)
    shown, unit = (length_m / 1000, "km") if length_m >= 1000 else (length_m, "m")
    decimals = max(0, -math.floor(math.log10(shown)))
    return ScaleBar(round(length_m / grid.pixel_m, 1), f"{numbers.number(shown, decimals=decimals)}{FIXED}{unit}")


def _worth_outlining(ranks: npt.NDArray[np.uint32]) -> bool:
    count = int(np.count_nonzero(np.bincount(ranks.ravel()))) if ranks.size else 0
    return ranks.size > 0 and ranks.size >= _MEAN_POLYGON_PX_FOR_OUTLINES * count


def _edges(ranks: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    edge = np.zeros(ranks.shape, dtype=bool)
    edge[:, :-1] |= ranks[:, :-1] != ranks[:, 1:]
    edge[:-1, :] |= ranks[:-1, :] != ranks[1:, :]
    return edge


def _pixel(x: float, y: float, grid: Grid) -> tuple[float, float]:
    return (x - grid.west) / grid.pixel_m, (grid.north - y) / grid.pixel_m


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _darker(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = colour
    return red * 11 // 20, green * 11 // 20, blue * 11 // 20
