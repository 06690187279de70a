"""The margin: polygons of the neighbouring territories that take part in the decision near the limit."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import CrsError, GeometryError

_COLUMNS = ("code_cs", "code_us", "geometry")


def margin_of(
    frame: geopandas.GeoDataFrame, context: Sequence[geopandas.GeoDataFrame], *, margin_m: float
) -> geopandas.GeoDataFrame:
    """The neighbours' polygons at most `margin_m` metres away: whole polygons, `code_cs`, `code_us`, `geometry`.

    A polygon that lies on ground of the territory, as when both files hold the polygons along the limit, is left out:
    the territory's own one counts. So is a polygon that several neighbours deliver, after its first occurrence.

    Raises:
        CrsError: a neighbour is in another CRS.
        GeometryError: two neighbours claim the same ground with different polygons.
    """
    for neighbour in context:
        if neighbour.crs != frame.crs:
            raise CrsError(
                f"a neighbouring territory is in {neighbour.crs}, the territory in {frame.crs}",
                remedy="reproject the neighbour",
            )
    filled = [_plain(neighbour) for neighbour in context if len(neighbour)]
    if not filled or not len(frame):
        return _plain(frame.iloc[:0])
    around = pd.concat(filled, ignore_index=True)
    near = _near(around, frame, margin_m)
    around = around[near].reset_index(drop=True)
    inside = shapely.point_on_surface(around.geometry.to_numpy())
    own = np.unique(shapely.STRtree(frame.geometry.to_numpy()).query(inside, predicate="intersects")[0])
    around = around.drop(index=own).reset_index(drop=True)
    repeated = pd.Series(shapely.to_wkb(shapely.normalize(around.geometry.to_numpy()))).duplicated().to_numpy()
    around = around[~repeated].reset_index(drop=True)
    _require_apart(around)
    return around


def _plain(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    plain = frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")
    return plain[list(_COLUMNS)]


def _near(around: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame, margin_m: float) -> npt.NDArray[np.bool_]:
    """(n,) True within the margin. Polygons of the territory that lie farther from all neighbours are not looked at."""
    geoms = around.geometry.to_numpy()
    west, south, east, north = around.total_bounds
    reach = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    own = frame.geometry.to_numpy()
    facing = own[shapely.intersects(shapely.box(*shapely.bounds(own).T), reach)]
    near = np.zeros(len(geoms), dtype=bool)
    if len(facing):
        near[np.unique(shapely.STRtree(facing).query(geoms, predicate="dwithin", distance=margin_m)[0])] = True
    return near


def _require_apart(around: geopandas.GeoDataFrame) -> None:
    points = shapely.point_on_surface(around.geometry.to_numpy())
    row, _ = shapely.STRtree(around.geometry.to_numpy()).query(points, predicate="within")
    crowded = np.flatnonzero(np.bincount(row, minlength=len(points)) > 1)
    if len(crowded):
        where = points[crowded[0]]
        raise GeometryError(
            f"{len(crowded)} polygons of the neighbouring territories lie on ground that another one covers too, "
            f"the first at ({where.x:.2f}, {where.y:.2f})",
            remedy="give each neighbouring territory once",
        )
