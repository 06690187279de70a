"""Anomalies as layers of a map: a point for each one to step through, the zones and the edges beside."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly


def located(anomalies: Sequence[Anomaly], *, crs: str) -> dict[str, geopandas.GeoDataFrame]:
    """The anomalies as frames by layer name: `anomalies` (points), `zones` (polygons), `edges` (lines).

    Columns: layer, rule, severity, message, object_id. An anomaly of a layer as a whole has no place: it is in
    `anomalies` without a geometry.
    """
    geoms = np.array([anomaly.geometry for anomaly in anomalies], dtype=object)
    frame = geopandas.GeoDataFrame(
        {
            name: [getattr(anomaly, name) for anomaly in anomalies]
            for name in ("layer", "rule", "severity", "message", "object_id")
        },
        geometry=geoms,
        crs=crs,
    )
    dimension = shapely.get_dimensions(geoms)
    points = frame.set_geometry(shapely.point_on_surface(geoms), crs=crs)
    return {"anomalies": points, "zones": frame[dimension == 2], "edges": frame[dimension == 1]}
