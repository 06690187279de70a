"""The zones of a town plan: urban, to be urbanised, agricultural, natural, as the national standard codes them."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import shapely

from millesime.errors import SchemaError
from millesime.publication.triennial.case import ReportPlace

#: Zone -> what it is called, in the order of the table.
ZONES = {
    "U": "Zones urbaines (U)",
    "AU": "Zones à urbaniser (AU)",
    "A": "Zones agricoles (A)",
    "N": "Zones naturelles et forestières (N)",
}

_ATTRIBUTE = "typezone"


def plan_of(frame: geopandas.GeoDataFrame, *, place: str, crs: Any) -> geopandas.GeoDataFrame:
    """Zones from the layer ZONE_URBA of the Géoportail de l'urbanisme (CNIG standard of PLU).

    Args:
        frame: `typezone` in any case: U, AUc, AUs, A, Ah, N, Nh ...; the first capitals tell the zone.
        place: name of the file, for errors.
        crs: CRS of the maps.

    Returns:
        `zone`, a key of ZONES, and geometry in `crs`.

    Raises:
        SchemaError: no such attribute, or values that are none of these zones.
    """
    names = {str(name).lower(): name for name in frame.columns}
    if _ATTRIBUTE not in names:
        raise SchemaError(
            f"zones of a plan lack the attribute {_ATTRIBUTE}; there are {', '.join(sorted(names))}",
            place=place,
            remedy="give the layer ZONE_URBA of the Géoportail de l'urbanisme",
        )
    values = frame[names[_ATTRIBUTE]].fillna("").astype(str).str.strip()
    zones = values.map(_zone)
    unknown = sorted(set(values[zones == ""]))
    if unknown:
        raise SchemaError(
            f"{_ATTRIBUTE} has values that are no zone: {', '.join(map(repr, unknown[:5]))}",
            place=place,
            remedy=f"values begin with {', '.join(ZONES)}",
        )
    moved = frame.to_crs(crs) if frame.crs is not None and frame.crs != crs else frame
    geoms = shapely.make_valid(shapely.force_2d(moved.geometry.to_numpy()))
    return geopandas.GeoDataFrame({"zone": zones.to_numpy()}, geometry=geoms, crs=crs)


def _zone(value: str) -> str:
    upper = value.upper()
    return next((zone for zone in ("AU", "U", "A", "N") if upper.startswith(zone)), "")


def zone_code(place: str, zone: str) -> str:
    """Code of the ground that a zone has in a place."""
    return f"{place} {zone}"


def perimeters_of_plan(
    plan: geopandas.GeoDataFrame, places: tuple[ReportPlace, ...], *, crs: Any
) -> geopandas.GeoDataFrame:
    """The ground of each zone in each place, as perimeters that figures are told of.

    Args:
        plan: `zone` and geometry.
        places: places of the reports.
        crs: CRS of the maps.

    Returns:
        `code`, `name`, geometry; a zone that a place does not have has no row.
    """
    united = {zone: shapely.union_all(plan.geometry[plan["zone"] == zone].to_numpy()) for zone in ZONES}
    rows = []
    for place in places:
        for zone, title in ZONES.items():
            ground = _areal(shapely.intersection(united[zone], place.ground))
            if ground is not None:
                rows.append((zone_code(place.code, zone), title, ground))
    columns = {"code": [row[0] for row in rows], "name": [row[1] for row in rows]}
    return geopandas.GeoDataFrame(columns, geometry=[row[2] for row in rows], crs=crs)


def _areal(geometry: Any) -> Any | None:
    """The polygons of a geometry, None without any."""
    parts = np.array([part for part in shapely.get_parts(geometry) if part.area > 0], dtype=object)
    return shapely.union_all(parts) if len(parts) else None
