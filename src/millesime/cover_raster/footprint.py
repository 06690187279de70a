"""Where a cover raster has no data, and why: polygons on the borders of pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import geopandas
import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine

from millesime.geo.grid import Grid, Window

#: Causes, as the footprint names them.
NO_IMAGERY, NOT_COMPUTED = "no imagery", "not computed"


def missing_footprint(
    tiles: Iterable[tuple[Window, npt.NDArray[np.bool_]]], grid: Grid, *, not_computed: Mapping[Window, str]
) -> geopandas.GeoDataFrame:
    """Polygons of the pixels without data, from tiles that together hold the raster; the same for any tiles.

    Args:
        tiles: windows of the raster, each with where there is no data, (height, width).
        grid: of the raster.
        not_computed: windows that were not computed, and why.

    Returns:
        `cause` (`NO_IMAGERY` or `NOT_COMPUTED`), `reason`, `area_m2` and polygons in the grid's CRS, from the north
        to the south and from the west to the east.
    """
    left_out = shapely.union_all([_box(window) for window in not_computed])
    absent = _whole(shapely.union_all([shape for window, mask in tiles for shape in _shapes(window, mask)]))
    rows = [(NO_IMAGERY, "", polygon) for polygon in _parts(_whole(shapely.difference(absent, left_out)))]
    rows += [(NOT_COMPUTED, reason, _box(window)) for window, reason in not_computed.items()]
    rows.sort(key=lambda row: (row[0], row[2].bounds[1], row[2].bounds[0], row[2].wkb))
    placed = [_placed(polygon, grid) for _, _, polygon in rows]
    return geopandas.GeoDataFrame(
        {
            "cause": [cause for cause, _, _ in rows],
            "reason": [reason for _, reason, _ in rows],
            "area_m2": [round(polygon.area, 2) for polygon in placed],
        },
        geometry=placed,
        crs=grid.crs,
    )


def _shapes(window: Window, mask: npt.NDArray[np.bool_]) -> Iterator[shapely.Polygon]:
    """In rows and columns of the raster: whole numbers, so that neighbours meet exactly."""
    if not mask.any():
        return
    place = Affine.translation(window.col, window.row)
    for form, _ in rasterio.features.shapes(mask.astype(np.uint8), mask=mask, connectivity=4, transform=place):
        yield shapely.geometry.shape(form)


def _box(window: Window) -> shapely.Polygon:
    return shapely.box(window.col, window.row, window.col + window.width, window.row + window.height)


def _whole(geometry: shapely.Geometry) -> shapely.Geometry:
    """Without the vertices that tiles leave in straight borders; normalised first, so that rings start at a corner."""
    return shapely.simplify(shapely.normalize(geometry), 0.0, preserve_topology=False)


def _parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon) and not part.is_empty]


def _placed(polygon: shapely.Polygon, grid: Grid) -> shapely.Polygon:
    def place(columns_rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        east = grid.west + columns_rows[:, 0] * grid.pixel_m
        north = grid.north - columns_rows[:, 1] * grid.pixel_m
        return np.asarray(np.round(np.column_stack([east, north]), 6), dtype=np.float64)

    return shapely.transform(polygon, place)
