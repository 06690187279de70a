"""Super-tiles: the units of work of the raster side, aligned on the blocks of the output."""

from __future__ import annotations

from millesime.geo.grid import AnyGrid, Window


def super_tiles(grid: AnyGrid, *, size_px: int) -> tuple[Window, ...]:
    """Windows of at most `size_px` a side that tile `grid`, row by row from its north-west corner."""
    if size_px <= 0:
        raise ValueError(f"size_px must be positive, got {size_px}")
    return tuple(
        Window(row, col, min(size_px, grid.height - row), min(size_px, grid.width - col))
        for row in range(0, grid.height, size_px)
        for col in range(0, grid.width, size_px)
    )
