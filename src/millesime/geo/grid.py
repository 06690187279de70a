"""Pixel grids and windows: a window is rows and columns of a grid, a grid is the place of pixels on earth.

Grids are north up with square pixels; files of imagery may have others. Operations return new values; grids of
different CRS never mix.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Self

from affine import Affine

from millesime.errors import ImageryError

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True, order=True)
class Window:
    """A rectangle of pixels; ordered row by row."""

    row: int
    """First row, from the top of the grid; may be negative for a window that reaches out of its grid."""

    col: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if self.height <= 0 or self.width <= 0:
            raise ImageryError(f"a window needs a positive size, got {self.height} x {self.width} px")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.height, self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array that holds the whole grid."""
        return slice(self.row, self.row + self.height), slice(self.col, self.col + self.width)

    def expanded(self, halo_px: int, grid: AnyGrid | None = None) -> Window:
        """The window with a halo on each side, clipped to `grid` when one is given."""
        wide = Window(self.row - halo_px, self.col - halo_px, self.height + 2 * halo_px, self.width + 2 * halo_px)
        return wide if grid is None else wide.clipped(grid)

    def clipped(self, grid: AnyGrid) -> Window:
        """The part of the window inside `grid`.

        Raises:
            ImageryError: the window lies outside.
        """
        inside = self.common(grid.whole)
        if inside is None:
            raise ImageryError(f"window {self} lies outside a grid of {grid.height} x {grid.width} px")
        return inside

    def common(self, other: Window) -> Window | None:
        """The part that two windows share; None where they share none."""
        top, left = max(self.row, other.row), max(self.col, other.col)
        bottom = min(self.row + self.height, other.row + other.height)
        right = min(self.col + self.width, other.col + other.width)
        return Window(top, left, bottom - top, right - left) if bottom > top and right > left else None

    def relative_to(self, other: Window) -> Window:
        """Return the window counted from the first row and column of `other`."""
        return Window(self.row - other.row, self.col - other.col, self.height, self.width)


@dataclass(frozen=True)
class _Pixels(ABC):
    """Pixels of one size, north up, in a metric CRS."""

    crs: str
    """Authority code such as 'EPSG:2154'."""

    west: float
    """X of the left edge of the first column, in metres."""

    north: float
    """Y of the top edge of the first row, in metres."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels, as arrays have them."""

    @property
    @abstractmethod
    def pixel_size_m(self) -> tuple[float, float]:
        """Width and height of a pixel, in metres."""

    def __post_init__(self) -> None:
        if min(self.shape) <= 0 or not min(self.pixel_size_m) > 0:
            height, width = self.shape
            raise ImageryError(f"a grid needs a positive size, got {width} x {height} px of {self.told_pixels} m")

    @property
    def told_pixels(self) -> str:
        """Width and height of a pixel in metres for messages, one number where they are the same."""
        return " x ".join(f"{side:g}" for side in dict.fromkeys(self.pixel_size_m))

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in metres."""
        return self.window_bounds(self.whole)

    @property
    def whole(self) -> Window:
        """The window that holds every pixel."""
        return Window(0, 0, *self.shape)

    @property
    def transform(self) -> Affine:
        """From (column, row) to (x, y)."""
        across, down = self.pixel_size_m
        return Affine(across, 0.0, self.west, 0.0, -down, self.north)

    def window_bounds(self, window: Window) -> Bounds:
        """West, south, east, north of a window, in metres."""
        across, down = self.pixel_size_m
        west = self.west + window.col * across
        north = self.north - window.row * down
        # Rounding to a micrometre: 0.2 has no exact binary form and edges of neighbours must be equal.
        edges = (west, north - window.height * down, west + window.width * across, north)
        return (round(edges[0], 6), round(edges[1], 6), round(edges[2], 6), round(edges[3], 6))

    def window_of(self, bounds: Bounds) -> Window:
        """The smallest window whose pixels touch `bounds`; it may reach out of the grid."""
        west, south, east, north = bounds
        across, down = self.pixel_size_m
        tolerance = 1e-6
        col = math.floor((west - self.west) / across + tolerance)
        row = math.floor((self.north - north) / down + tolerance)
        right = math.ceil((east - self.west) / across - tolerance)
        bottom = math.ceil((self.north - south) / down - tolerance)
        return Window(row, col, max(bottom - row, 1), max(right - col, 1))

    def crop(self, window: Window) -> Self:
        """The pixels of a window alone."""
        west, _, _, north = self.window_bounds(window)
        size: dict[str, Any] = {"width": window.width, "height": window.height}
        return replace(self, west=west, north=north, **size)


@dataclass(frozen=True)
class Grid(_Pixels):
    """Square pixels, north up, in a metric CRS."""

    pixel_m: float
    """Size of a pixel, in metres."""

    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels, as arrays have them."""
        return self.height, self.width

    @property
    def pixel_size_m(self) -> tuple[float, float]:
        """Width and height of a pixel, in metres: the same."""
        return self.pixel_m, self.pixel_m

    def covers(self, bounds: Bounds, *, tolerance_m: float) -> bool:
        """Whether the grid covers `bounds`, short of at most `tolerance_m` on each side."""
        west, south, east, north = self.bounds
        return (
            west <= bounds[0] + tolerance_m
            and south <= bounds[1] + tolerance_m
            and east >= bounds[2] - tolerance_m
            and north >= bounds[3] - tolerance_m
        )

    @classmethod
    def covering(cls, bounds: Bounds, *, pixel_m: float, crs: str) -> Grid:
        """The grid that starts at the north-west corner of `bounds` and covers them."""
        west, south, east, north = bounds
        width = max(math.ceil((east - west) / pixel_m - 1e-6), 1)
        height = max(math.ceil((north - south) / pixel_m - 1e-6), 1)
        return cls(crs, west, north, pixel_m, width, height)


@dataclass(frozen=True)
class OblongGrid(_Pixels):
    """Pixels that are not square, of a file of imagery; what is made from it has a `Grid`."""

    pixel_width_m: float
    """Size of a pixel from west to east, in metres."""

    pixel_height_m: float
    """Size of a pixel from north to south, in metres."""

    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels, as arrays have them."""
        return self.height, self.width

    @property
    def pixel_size_m(self) -> tuple[float, float]:
        """Width and height of a pixel, in metres."""
        return self.pixel_width_m, self.pixel_height_m


AnyGrid = Grid | OblongGrid
"""Where the pixels of a file lie."""
