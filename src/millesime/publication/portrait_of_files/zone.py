"""The zone of a portrait: a commune, an EPCI or a département of Admin Express, a drawn perimeter, or the whole map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas
import numpy as np
import shapely

from millesime.errors import ConfigError, GeometryError
from millesime.geo.precision import polygons_of
from millesime.indicators import communes_of

Level = Literal["commune", "epci", "departement", "perimeter", "map"]

#: Length of a code -> what it is the code of.
_LEVELS: Mapping[int, Level] = {5: "commune", 9: "epci", 2: "departement", 3: "departement"}

#: Level -> column of the communes that names the place they belong to.
_MEMBERS = {"commune": "insee_com", "epci": "siren_epci", "departement": "insee_dep"}

#: Level -> layer of Admin Express, its column of codes.
_LAYERS = {"epci": ("epci", "code_siren"), "departement": ("departement", "insee_dep")}

_TOLD_CODES = 5

#: A commune whose share of the zone would be shown as 0,00 ha is not one of its communes.
SHARED_M2 = 50.0


@dataclass(frozen=True)
class Zone:
    """The ground that a portrait is of."""

    code: str
    """Of Admin Express; 'PERIMETRE' for a drawn one, 'CARTE' for the whole map. It names files."""

    name: str
    level: Level

    ground: Any | None
    """Polygon or multipolygon, in the CRS of the map; None for the whole map."""

    communes: geopandas.GeoDataFrame
    """`insee`, `name`, geometry of the communes that have ground in the zone, whole; empty when not known."""


def level_of(code: str) -> Level:
    """What a code is the code of, by its length.

    Raises:
        ConfigError: neither 5 characters (commune), 9 (EPCI), nor 2 or 3 (département).
    """
    if len(code) not in _LEVELS or not code.isalnum():
        raise ConfigError(
            f"{code!r} is neither a file nor the code of a zone",
            remedy="give 5 characters for a commune, 9 for an EPCI, 2 or 3 for a département, or a file of polygons",
        )
    return _LEVELS[len(code)]


def zone_of_code(code: str, layers: Mapping[str, geopandas.GeoDataFrame], *, name: str = "") -> Zone:
    """The zone that a code of Admin Express names.

    An EPCI or a département is the union of its communes where these say which they belong to, else its own polygon.

    Args:
        code: of a commune, an EPCI or a département.
        layers: `commune` and, where there are, `epci` and `departement`, normalised; for an EPCI or a département
            whole, as an EPCI of which some communes are missing would be the others alone.
        name: name to give it; that of Admin Express by default.

    Raises:
        ConfigError: no such code there.
    """
    level, communes = level_of(code), layers["commune"]
    column = _MEMBERS[level]
    members = communes.iloc[:0]
    if column in communes.columns:
        # Some editions list several EPCI for a commune, with '/' between them.
        members = communes[communes[column].astype(str).str.split("/").map(lambda found: code in found)]
    own = _own_polygon(level, code, layers)
    if not len(members) and own is None:
        raise ConfigError(f"Admin Express has no {level} {code!r}{_known(level, layers)}", remedy="check the code")
    ground = _union(members) if len(members) else _union(own)
    found = str(members["nom"].iloc[0]) if level == "commune" else ("" if own is None else str(own["nom"].iloc[0]))
    inside = communes_of(members) if len(members) else _within(communes_of(touching_box(communes, ground)), ground)
    return Zone(code, name or found or code, level, ground, inside)


def zone_of_perimeter(
    frame: geopandas.GeoDataFrame, communes: geopandas.GeoDataFrame | None, *, crs: str, name: str
) -> Zone:
    """The zone inside a drawn perimeter: the union of its polygons.

    Args:
        frame: polygons in any CRS; brought to `crs`.
        communes: layer `commune` of Admin Express, or None.
        crs: CRS of the map.
        name: name of the zone.

    Raises:
        GeometryError: it holds no polygon.
    """
    ground = _union(frame.to_crs(crs))
    inside = no_communes(crs) if communes is None else _within(communes_of(communes), ground)
    return Zone("PERIMETRE", name, "perimeter", ground, inside)


def whole_map(communes: geopandas.GeoDataFrame | None, *, crs: str, name: str, code: str = "CARTE") -> Zone:
    """The zone of a portrait of all that the files cover."""
    return Zone(code, name, "map", None, no_communes(crs) if communes is None else communes_of(communes))


def communes_on(zone: Zone, polygons: Any) -> geopandas.GeoDataFrame:
    """The communes of a zone on which at least SHARED_M2 of these polygons lie; they cover the ground once."""
    communes = zone.communes
    if not len(communes):
        return communes
    geoms, limits = np.asarray(polygons), communes.geometry.to_numpy()
    tree = shapely.STRtree(geoms)
    # A commune is told by the polygons inside it; only where these do not do are those cut that its limit crosses.
    rows, inside = tree.query(limits, predicate="contains")
    shared = np.bincount(rows, weights=shapely.area(geoms[inside]), minlength=len(limits))
    few = np.flatnonzero(shared < SHARED_M2)
    rows, crossing = tree.query(limits[few], predicate="intersects")
    cut = shapely.area(shapely.intersection(limits[few][rows], geoms[crossing]))
    shared[few] = np.bincount(rows, weights=cut, minlength=len(few))
    return communes[shared >= SHARED_M2].reset_index(drop=True)


def touching_box(communes: geopandas.GeoDataFrame, *grounds: Any) -> geopandas.GeoDataFrame:
    """Admin Express' communes that touch the box around some grounds, all parts of each: 35 000 take long to unite."""
    box = shapely.box(*shapely.total_bounds(np.array(grounds, dtype=object)))
    there = communes.loc[shapely.intersects(communes.geometry.to_numpy(), box), "insee_com"]
    return communes[communes["insee_com"].isin(set(there))].reset_index(drop=True)


def no_communes(crs: str) -> geopandas.GeoDataFrame:
    """Communes of a territory that none are known of."""
    return geopandas.GeoDataFrame({"insee": [], "name": []}, geometry=[], crs=crs).astype({"insee": str, "name": str})


def _own_polygon(
    level: Level, code: str, layers: Mapping[str, geopandas.GeoDataFrame]
) -> geopandas.GeoDataFrame | None:
    layer, column = _LAYERS.get(level, ("", ""))
    if layer not in layers:
        return None
    own = layers[layer][layers[layer][column].astype(str) == code]
    return own if len(own) else None


def _known(level: Level, layers: Mapping[str, geopandas.GeoDataFrame]) -> str:
    layer, column = _LAYERS.get(level, ("commune", "insee_com"))
    if layer not in layers:
        return ""
    codes = sorted(set(layers[layer][column].astype(str)))
    where = " where the map lies" if level == "commune" else ""
    return f"{where}; it has {', '.join(codes[:_TOLD_CODES])}{' ...' if len(codes) > _TOLD_CODES else ''}"


def _union(frame: geopandas.GeoDataFrame) -> Any:
    there = frame.geometry.dropna().to_numpy()
    polygons, _ = polygons_of(shapely.make_valid(shapely.force_2d(there))) if len(there) else (there, None)
    if not len(polygons):
        raise GeometryError("the zone holds no polygon", remedy="give a file of polygons")
    return shapely.union_all(polygons)


def _within(communes: geopandas.GeoDataFrame, ground: Any) -> geopandas.GeoDataFrame:
    shared = shapely.area(shapely.intersection(communes.geometry.to_numpy(), ground))
    return communes[shared >= SHARED_M2].reset_index(drop=True)
