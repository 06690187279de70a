"""Coverages from rasters that can be drawn by hand, with the checks that hold for each of them."""

from __future__ import annotations

import numpy as np
import shapely

from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid

WEST, NORTH, PIXEL_M = 700_000.0, 6_600_000.0, 0.2


def grid_of(labels) -> Grid:
    height, width = np.shape(labels)
    return Grid("EPSG:2154", WEST, NORTH, PIXEL_M, width, height)


def traced(rows, **options) -> Coverage:
    """The coverage of a raster given as rows of digits ('112') or as an array."""
    if isinstance(rows, list) and isinstance(rows[0], str):
        rows = [[int(digit) for digit in row] for row in rows]
    labels = np.asarray(rows, dtype=np.uint8)
    return Coverage.from_labels(labels, grid_of(labels), **options)


def square(col: int, row: int, width: int = 1, height: int = 1) -> shapely.Polygon:
    """A rectangle of pixels."""
    return shapely.box(
        WEST + col * PIXEL_M, NORTH - (row + height) * PIXEL_M, WEST + (col + width) * PIXEL_M, NORTH - row * PIXEL_M
    )


def assert_sound(coverage: Coverage) -> None:
    """Valid polygons whose borders match, with the areas that the arcs give."""
    polygons = coverage.to_polygons()
    assert coverage.check() == ()
    assert shapely.is_valid(polygons).all()
    np.testing.assert_allclose(shapely.area(polygons), coverage.area_m2, rtol=0, atol=1e-7)


def same_arrays(one: Coverage, other: Coverage) -> bool:
    """Whether two coverages are equal, array for array."""
    names = ("vertices", "offsets", "left", "right", "start", "end", "face_values")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
