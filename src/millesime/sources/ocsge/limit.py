"""A département cut again along its limit, for files that are badly cut at its border."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError, GeometryError
from millesime.geo.precision import polygons_of
from millesime.io.vector import list_layers, read_vector
from millesime.sources.source import fold

#: Attributes that bear the code of a département, in the editions of Admin Express.
_CODES = ("insee_dep", "code_insee_du_departement", "code_insee")


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


def read_limit(path: str | Path, *, crs: str | None = None) -> geopandas.GeoDataFrame:
    """The limits of départements in a file: its layer `departement` when it holds several, as Admin Express does.

    Args:
        path: vector file.
        crs: CRS of a file that has none.

    Raises:
        InputError: it cannot be read, or holds several layers and none of départements.
    """
    named = [name for name in list_layers(path) if fold(name) == "departement"]
    return read_vector(path, layer=named[0] if len(named) == 1 else None, crs=crs)


def limit_polygon(
    limit: geopandas.GeoDataFrame | geopandas.GeoSeries, *, crs: Any, territory: str | None = None
) -> Any:
    """The ground inside a limit: the union of its polygons.

    Args:
        limit: the département's polygon, or those of several with their codes, from Admin Express for instance.
        crs: CRS that it must be in.
        territory: code of the département; of several it is the one taken.

    Raises:
        CrsError: it is in another CRS.
        GeometryError: it holds no polygon, or not the département's.
    """
    if limit.crs != crs:
        raise CrsError(
            f"the limit is in {limit.crs and limit.crs.to_string()}, the delivery in {crs.to_string()}",
            remedy=f"reproject the limit to {crs.to_string()}",
        )
    there = np.asarray(_of_territory(limit, territory).geometry.dropna().array, dtype=object)
    polygons, _ = polygons_of(shapely.make_valid(there)) if len(there) else (there, None)
    if not len(polygons):
        raise GeometryError("the limit holds no polygon", remedy="give the polygon of the département")
    return shapely.union_all(polygons)


def _of_territory(limit: Any, territory: str | None) -> Any:
    """The rows of one département; all when the limit does not tell départements apart."""
    columns = {str(name).lower(): name for name in getattr(limit, "columns", ())}
    name = next((columns[alias] for alias in _CODES if alias in columns), None)
    if name is None:
        return limit
    codes = limit[name].astype(str).str.zfill(2)
    if territory is None and codes.nunique() == 1:
        return limit
    if territory is None or not (codes == territory).any():
        shown = ", ".join(sorted(set(codes))[:5])
        raise GeometryError(
            f"the limit has no département {territory} ({name} holds {shown} ...)"
            if territory
            else f"the limit holds several départements ({shown} ...), and nothing tells which one the layer is of",
            remedy="give the polygon of the département alone",
        )
    return limit[codes == territory]


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
