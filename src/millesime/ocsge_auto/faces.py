"""The faces of the overlay, each described by what every source says of it."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

from millesime.built_zone.footprints import covered_area_m2
from millesime.ocsge_auto.evidence import Evidence
from millesime.ocsge_auto.use_table import PLACES, Scope

Geometries = npt.NDArray[Any]

#: Groups of CoSIA classes that rules speak of.
BUILT = ("Bâtiment", "Serre")
SEALED = ("Zone imperméable", "Piscine")
MINERAL = ("Zone perméable",)
BARE = ("Sol nu",)
WATER = ("Surface eau",)
TREES = ("Conifère", "Feuillu")
SHRUBS = ("Broussaille",)
VINE = ("Vigne",)
LAWN = ("Pelouse",)
CROPS = ("Culture", "Terre labourée")

#: How far from the built zone bare ground may be a building site, in metres (inferred).
WORKED_GROUND_REACH_M = 30.0

#: Largest share of a declared parcel, and smallest area in square metres, of a site in it (inferred).
WORKED_GROUND_MAX_SHARE = 0.6
WORKED_GROUND_MIN_M2 = 500.0

#: Groups of the RPG where grass grows: meadows, and vines and orchards between their rows.
GRASS_GROUPS = ("17", "18", "19", "20", "21", "22", "23")

_NOT_USED = (*TREES, *SHRUBS, *VINE, *CROPS, *WATER)


def describe_faces(faces: Geometries, evidence: Evidence) -> pandas.DataFrame:
    """One row for each face, with what the sources say at a point inside it.

    Args:
        faces: polygons, none of which crosses a border of `evidence.outlines()`.
        evidence: the layers.

    Returns:
        columns
        - `area_m2`; `cover` (class name);
        - `network_cs`, `network_us`, `network_rule` ('' off the networks), `is_ossature`;
        - `is_building`, `origin`, `block_area_m2`, and of BATIMENT `nature`, `usage_1`, `usage_2`, `etat_de_l_objet`,
          `nombre_de_logements`;
        - `water`, `water_m2`, `persistance`; `code_group`, `code_cultu`, `field_m2`;
        - `code_tfv`, `stand` (number or -1), `vegetation`;
        - `is_cadastral`, `dwellings`, `premises`, `premises_us`, `parcel_us`, `parcel_m2`;
        - `place` (position in PLACES of the first place whose scope holds the face, -1);
        - `in_built_zone` (the point is), `zone_m2` (area inside the built zone), `built_zone_m` (distance to it).
    """
    points = shapely.point_on_surface(faces)
    table = pandas.DataFrame({"area_m2": shapely.area(faces)})
    table["cover"] = _taken(evidence.cover, "classe", first_over(points, evidence.cover), "")
    network = first_over(points, evidence.networks)
    for column, name, blank in (
        ("network_cs", "code_cs", ""),
        ("network_us", "code_us", ""),
        ("network_rule", "rule", ""),
        ("is_ossature", "is_ossature", False),
    ):
        table[column] = _taken(evidence.networks, name, network, blank)
    building = first_over(points, evidence.buildings)
    building[network >= 0] = -1
    table["is_building"] = building >= 0
    for name in ("origin", "nature", "usage_1", "usage_2", "etat_de_l_objet"):
        table[name] = _taken(evidence.buildings, name, building, "")
    table["nombre_de_logements"] = _taken(evidence.buildings, "nombre_de_logements", building, np.nan)
    table["block_area_m2"] = _taken(evidence.buildings, "block_area_m2", building, 0.0)
    water = first_over(points, evidence.waters)
    table["water"] = _taken(evidence.waters, "nature", water, "")
    table["water_m2"] = _taken(evidence.waters.assign(m2=evidence.waters.geometry.area), "m2", water, 0.0)
    table["persistance"] = _taken(evidence.waters, "persistance", water, "")
    field = first_over(points, evidence.fields)
    table["code_group"] = _taken(evidence.fields, "code_group", field, "")
    table["field_m2"] = _taken(evidence.fields.assign(m2=evidence.fields.geometry.area), "m2", field, 0.0)
    table["code_cultu"] = _taken(evidence.fields, "code_cultu", field, "")
    table["stand"] = first_over(points, evidence.stands)
    table["code_tfv"] = _taken(evidence.stands, "code_tfv", table["stand"].to_numpy(), "")
    table["vegetation"] = _taken(evidence.vegetation, "nature", first_over(points, evidence.vegetation), "")
    parcel = first_over(points, evidence.parcels)
    table["is_cadastral"] = parcel >= 0
    table["dwellings"] = _taken(evidence.parcels, "dwellings", parcel, 0.0)
    table["premises"] = _taken(evidence.parcels, "premises", parcel, 0.0)
    table["premises_us"] = _taken(evidence.parcels, "premises_us", parcel, "")
    table["parcel_us"] = _taken(evidence.parcels, "building_us", parcel, "")
    table["parcel_m2"] = _taken(evidence.parcels.assign(m2=evidence.parcels.geometry.area), "m2", parcel, 0.0)
    table["zone_m2"] = covered_area_m2(faces, evidence.built_zone.geometry.to_numpy())
    table["built_zone_m"] = _distance_m(faces, evidence.built_zone.geometry.to_numpy())
    table["in_built_zone"] = first_over(points, evidence.built_zone) >= 0
    table["place"] = places_of(points, table, evidence.places)
    return table


def first_over(points: Geometries, layer: geopandas.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Position of the first polygon of a layer that covers each point, -1 where none does."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(layer):
        point, polygon = shapely.STRtree(layer.geometry.to_numpy()).query(points, predicate="intersects")
        order = np.lexsort((-polygon, point))
        found[point[order]] = polygon[order]  # the last of equal indices stays: the smallest position
    return found


def in_scope(scope: Scope, table: pandas.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each face takes the use of a place of that scope."""
    cover, building = table["cover"], table["is_building"].to_numpy(bool)
    if scope == "all":
        return np.ones(len(table), dtype=bool)
    if scope == "open":
        return building | ~cover.isin(TREES).to_numpy()
    if scope == "used":
        return building | (~cover.isin(_NOT_USED).to_numpy() & ~is_declared(table))
    if scope == "hard":
        return building | cover.isin((*BUILT, *SEALED, *MINERAL, *BARE)).to_numpy()
    return building


def is_declared(table: pandas.DataFrame) -> npt.NDArray[np.bool_]:
    """Faces of parcels that farmers declare; but lawn between houses is no longer the crop that was declared there."""
    lawn = table["cover"].isin(LAWN) & table["in_built_zone"] & ~table["code_group"].isin(GRASS_GROUPS)
    return ((table["code_group"] != "") & ~lawn).to_numpy(bool)


def is_farmed(table: pandas.DataFrame) -> npt.NDArray[np.bool_]:
    """Faces of declared parcels, less those that the image shows to be something else by now: declarations lag.

    Bare or mineral ground (ploughed land is a class of its own) that goes on from a quarry, or that takes part of a
    parcel and not most of it, is no field.
    """
    large = table["patch_m2"] >= WORKED_GROUND_MIN_M2
    part = large & (table["patch_m2"] <= WORKED_GROUND_MAX_SHARE * table["field_m2"])
    return is_declared(table) & ~part.to_numpy(bool) & ~is_quarried(table)


def is_quarried(table: pandas.DataFrame) -> npt.NDArray[np.bool_]:
    """Bare or mineral ground in one piece with that of a quarry."""
    return table["patch_in_quarry"].to_numpy(bool)


def worked_ground(table: pandas.DataFrame) -> npt.NDArray[np.bool_]:
    """Mostly bare ground beside buildings or a road that no source explains: a building site."""
    beside = (table["patch_zone_m"] <= WORKED_GROUND_REACH_M) | table["patch_by_road"]
    untold = (table["code_tfv"] == "") & (table["water"] == "") & (table["place"] < 0)
    bare = (table["patch_m2"] >= WORKED_GROUND_MIN_M2) & (table["patch_bare_share"] >= 0.5)
    return (bare & beside & untold).to_numpy(bool) & ~is_farmed(table) & ~is_quarried(table)


def places_of(points: Geometries, table: pandas.DataFrame, places: geopandas.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Row of PLACES of the first place over each face that has the face in its scope, -1 where none."""
    found = np.full(len(points), -1, dtype=np.int64)
    if not len(places):
        return found
    point, place = shapely.STRtree(places.geometry.to_numpy()).query(points, predicate="intersects")
    rows = places["row"].to_numpy(int)[place]
    scopes = {row.scope: in_scope(row.scope, table) for row in PLACES}
    holds = np.array([scopes[PLACES[row].scope][at] for at, row in zip(point, rows, strict=True)], dtype=bool)
    point, place = point[holds], place[holds]
    order = np.lexsort((-place, point))
    found[point[order]] = places["row"].to_numpy(int)[place[order]]
    return found


def _distance_m(faces: Geometries, polygons: Geometries) -> npt.NDArray[np.float64]:
    """Distance of each face to the nearest polygon, infinite when there is none."""
    distance = np.full(len(faces), np.inf)
    if len(polygons):
        (face, _), metres = shapely.STRtree(polygons).query_nearest(faces, return_distance=True, all_matches=False)
        distance[face] = metres
    return distance


def _taken(layer: geopandas.GeoDataFrame, column: str, position: npt.NDArray[np.int64], blank: Any) -> npt.NDArray[Any]:
    """Values of a column at positions, `blank` where the position is negative."""
    kind: Any = object if isinstance(blank, str) else type(blank)
    taken = np.full(len(position), blank, dtype=kind)
    if len(layer) and column in layer.columns:
        over = position >= 0
        taken[over] = layer[column].to_numpy()[position[over]]
    return taken
