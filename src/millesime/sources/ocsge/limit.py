"""A département cut again along its limit, for files that are badly cut at its border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError, GeometryError
from millesime.geo.precision import polygons_of


@dataclass(frozen=True)
class Recut:
    """What a limit leaves of a set of polygons."""

    polygons: npt.NDArray[Any]
    """(m,) single polygons inside the limit."""
    row: npt.NDArray[np.intp]
    """(m,) polygon that each comes from, ascending."""
    outside: npt.NDArray[np.intp]
    """Polygons of which nothing is left."""
    crossing: int
    """Number of polygons that were cut."""
    removed_m2: float
    """Area removed, in square metres."""


def limit_polygon(limit: geopandas.GeoDataFrame | geopandas.GeoSeries, *, crs: Any) -> Any:
    """The ground inside a limit: the union of its polygons.

    Args:
        limit: the département's polygon, from Admin Express for instance.
        crs: CRS that it must be in.

    Raises:
        CrsError: it is in another CRS.
        GeometryError: it holds no polygon.
    """
    if limit.crs != crs:
        raise CrsError(
            f"the limit is in {limit.crs and limit.crs.to_string()}, the delivery in {crs.to_string()}",
            remedy=f"reproject the limit to {crs.to_string()}",
        )
    there = np.asarray(limit.geometry.dropna().array, dtype=object)
    polygons, _ = polygons_of(shapely.make_valid(there)) if len(there) else (there, None)
    if not len(polygons):
        raise GeometryError("the limit holds no polygon", remedy="give the polygon of the département")
    return shapely.union_all(polygons)


def recut(polygons: npt.NDArray[Any], limit: Any) -> Recut:
    """Cut polygons along a limit; those inside it stay as they are, vertex by vertex.

    Args:
        polygons: (n,) valid polygons.
        limit: polygon or multipolygon in the same CRS.
    """
    shapely.prepare(limit)
    inside = shapely.covered_by(polygons, limit)
    crossing = np.flatnonzero(~inside)
    cut, owner = polygons_of(shapely.intersection(polygons[crossing], limit)) if len(crossing) else (crossing, crossing)
    kept = np.flatnonzero(inside)
    row = np.concatenate([kept, crossing[owner]]).astype(np.intp)
    order = np.argsort(row, kind="stable")
    left = np.concatenate([polygons[kept], cut])[order]
    outside = np.setdiff1d(crossing, crossing[owner])
    removed = float(shapely.area(polygons[crossing]).sum() - shapely.area(cut).sum())
    return Recut(left, row[order], outside, len(crossing) - len(outside), removed)
