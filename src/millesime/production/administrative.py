"""Admin Express for a zone: around the maps, or all of it where the zone may reach out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas
import numpy as np

from millesime.geo.grid import Bounds
from millesime.publication.portrait_of_files import level_of
from millesime.sources.loading import load


def read_administrative(
    path: Path, frames: Sequence[geopandas.GeoDataFrame], *, crs: str, code: str = ""
) -> Mapping[str, geopandas.GeoDataFrame]:
    """The layers of Admin Express that the zone of a report needs, normalised.

    An EPCI or a département may reach out of the maps, as one that straddles two départements does: all is read for
    it, else it would be made of the communes near the maps alone. For all other zones what touches the maps will do.

    Args:
        path: Admin Express.
        frames: the maps.
        crs: CRS of the maps.
        code: of the zone in Admin Express; '' for a drawn one or the whole map.

    Raises:
        ConfigError: a code of no level.
        InputError: the file cannot be read, lacks a layer, or is in another CRS.
    """
    reaches_out = bool(code) and level_of(code) in ("epci", "departement")
    return load("admin_express", path, None if reaches_out else _around(frames), crs=crs).layers


def _around(frames: Sequence[geopandas.GeoDataFrame]) -> Bounds:
    bounds = np.array([frame.total_bounds for frame in frames])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return (float(west), float(south), float(east), float(north))
