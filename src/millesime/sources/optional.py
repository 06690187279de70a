"""Databases that a territory may do without."""

from __future__ import annotations

from types import MappingProxyType

import geopandas

from millesime.geo.grid import Bounds
from millesime.io.layers import Location
from millesime.sources.database import Database
from millesime.sources.loading import SOURCES, load


def load_if_given(name: str, location: Location | None, bounds: Bounds, *, crs: str) -> Database:
    """Read a database over a territory, or give one without features when there is none.

    Args:
        name: the database: a key of `SOURCES`.
        location: as `load` takes it; None when the territory does not have the database.
        bounds: west, south, east, north in metres.
        crs: CRS of the territory.

    Raises:
        InputError: as `load`.
    """
    return absent(name, crs=crs) if location is None else load(name, location, bounds, crs=crs)


def absent(name: str, *, crs: str) -> Database:
    """A database without any layer."""
    source, normalise = SOURCES[name]
    columns: dict[str, list[object]] = {column: [] for column in ("source", "layer", "key", "row", "reason")}
    nothing = geopandas.GeoDataFrame(columns, geometry=[], crs=crs)
    return Database(source, normalise, MappingProxyType({}), nothing, MappingProxyType({}))
