"""Tables in a producer's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

CRS = "EPSG:2154"


def table(columns: Mapping[str, Any], geometries: Any, *, multi: bool = False) -> geopandas.GeoDataFrame:
    """A layer; features whose geometry vanished are left out.

    Args:
        columns: attribute -> values.
        geometries: (n,) geometries.
        multi: declare multipart geometries, as BD TOPO and the RPG do even for single parts.
    """
    array = np.asarray(geometries, dtype=object)
    kept = ~(shapely.is_missing(array) | shapely.is_empty(array))
    frame = geopandas.GeoDataFrame(pandas.DataFrame(dict(columns)), geometry=array, crs=CRS)[kept]
    if multi:
        frame = frame.set_geometry(_multi(frame.geometry.to_numpy()), crs=CRS)
    return frame.reset_index(drop=True)


def keys(prefix: str, ids: Sequence[int] | npt.NDArray[np.int64]) -> list[str]:
    """BD TOPO keys (`cleabs`): a prefix of eight letters and sixteen digits, 'BATIMENT0000000000000012'."""
    return [f"{prefix}{int(number):016d}" for number in ids]


def moments(year: int, draws: npt.NDArray[np.float64]) -> pandas.Series:
    """Dates of entry in the database: from 2006 to the end of `year`, later ones more often."""
    start, end = np.datetime64("2006-01-01T08:00:00", "s"), np.datetime64(f"{year}-12-31T18:00:00", "s")
    seconds = (np.sqrt(draws) * (end - start).astype(np.int64)).astype(np.int64)
    return pandas.Series(start + seconds.astype("timedelta64[s]")).astype("datetime64[ms]")


def _multi(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    wrap = {
        shapely.GeometryType.POLYGON: shapely.MultiPolygon,
        shapely.GeometryType.LINESTRING: shapely.MultiLineString,
    }
    wrapped = np.empty(len(geometries), dtype=object)
    for row, geometry in enumerate(geometries):
        kind = wrap.get(shapely.GeometryType(shapely.get_type_id(geometry)))
        wrapped[row] = kind([geometry]) if kind is not None else geometry
    return wrapped
