"""Polygons cut along the border of a zone: figures are of the zone, so is what is delivered beside them."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import shapely

from millesime.geo.precision import polygons_of


def cut(frame: geopandas.GeoDataFrame, ground: Any | None, *, area: str = "") -> geopandas.GeoDataFrame:
    """The rows inside the zone, as single polygons; those that lie inside whole stay as they are.

    Args:
        frame: single polygons.
        ground: the zone; None leaves everything.
        area: column of areas in square metres to bring up to date, '' for none.
    """
    if ground is None:
        return frame.reset_index(drop=True)
    geoms = frame.geometry.to_numpy()
    shapely.prepare(ground)
    inside, touches = shapely.covered_by(geoms, ground), shapely.intersects(geoms, ground)
    crossing = np.flatnonzero(touches & ~inside)
    parts, owner = _parts(shapely.intersection(geoms[crossing], ground))
    row = np.concatenate([np.flatnonzero(inside), crossing[owner]])
    order = np.argsort(row, kind="stable")
    left = np.concatenate([geoms[inside], parts])[order]
    made = frame.iloc[row[order]].reset_index(drop=True).set_geometry(left, crs=frame.crs)
    return made.assign(**{area: shapely.area(left)}) if area else made


def _parts(geometries: Any) -> tuple[Any, Any]:
    if not len(geometries):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    parts, owner = polygons_of(geometries)
    positive = shapely.area(parts) > 0
    return shapely.normalize(parts[positive]), owner[positive]
