"""All that is known of the territory at one date, as polygons: what the rules of cover and use look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import pandas
import shapely

from millesime.ocsge_auto.matching import matching_rows
from millesime.ocsge_auto.use_table import BUILDINGS, PLACES, PREMISES
from millesime.sources.database import Database

#: Layers of BD TOPO that hold places with a purpose.
PLACE_LAYERS = tuple(dict.fromkeys(row.layer for row in PLACES))


@dataclass(frozen=True)
class Evidence:
    """Polygon layers, all in the territory's CRS; those of a database that is not given are empty."""

    cover: geopandas.GeoDataFrame
    """The cover as a coverage of the extent: `classe` (name of the class)."""

    networks: geopandas.GeoDataFrame
    """Roads and railways: `code_cs`, `code_us`, `is_ossature`, `rule`."""

    buildings: geopandas.GeoDataFrame
    """Footprints that stand: attributes of BATIMENT and `origin`."""

    waters: geopandas.GeoDataFrame
    """Surfaces of water above ground: `nature`, `persistance`."""

    places: geopandas.GeoDataFrame
    """Places with a purpose: `row` (position in PLACES), sorted by row then area."""

    fields: geopandas.GeoDataFrame
    """Parcels of the RPG: `code_group`, `code_cultu`."""

    stands: geopandas.GeoDataFrame
    """Stands of BD Forêt: `code_tfv`."""

    vegetation: geopandas.GeoDataFrame
    """ZONE_DE_VEGETATION: `nature`."""

    parcels: geopandas.GeoDataFrame
    """Cadastral parcels: `dwellings`, `premises` (counts), `premises_us` (use of the premises, '' when untold),
    `building_us` (use that the buildings of a parcel without any premises tell, '' when they tell none)."""

    built_zone: geopandas.GeoDataFrame

    def with_cover(self, cover: geopandas.GeoDataFrame) -> Evidence:
        """The same evidence over another form of the cover."""
        return replace(self, cover=cover)

    def outlines(self) -> tuple[geopandas.GeoDataFrame, ...]:
        """The layers whose borders may be borders of objects: parcels only where something stands on them."""
        parcels = self.parcels
        lived = (parcels["dwellings"] > 0) | (parcels["premises"] > 0) | (parcels["building_us"] != "")
        return (
            self.networks,
            self.buildings,
            self.waters,
            self.places,
            self.fields,
            self.stands,
            parcels[lived],
            self.cover,
        )


def surface_waters(bd_topo: Database) -> geopandas.GeoDataFrame:
    """The surfaces of water above ground."""
    waters = bd_topo.layer("surface_hydrographique")
    return waters[waters["level"].to_numpy() >= 0].reset_index(drop=True)


def places_with_purpose(bd_topo: Database) -> geopandas.GeoDataFrame:
    """All places of BD TOPO that a row of the table speaks of, the most trusted first, small ones before large."""
    tables = []
    for layer in PLACE_LAYERS:
        features = bd_topo.layer(layer)
        tables.append(
            pandas.DataFrame(
                {
                    "layer": layer,
                    "key": features["cleabs"].to_numpy(object),
                    "row": matching_rows(features, layer, PLACES),
                    "geometry": features.geometry.to_numpy(),
                }
            )
        )
    places = pandas.concat(tables, ignore_index=True)
    places = places[places["row"] >= 0]
    area = shapely.area(places["geometry"].to_numpy())
    order = np.lexsort((places["key"].to_numpy(str), area, places["row"].to_numpy(int)))
    frame = places.iloc[order].reset_index(drop=True)
    return geopandas.GeoDataFrame(frame, geometry="geometry", crs=bd_topo.set_aside.crs)


def used_parcels(fiscal: Database, buildings: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Cadastral parcels with what the tax records say of them, and what stands on those of which they say nothing.

    Args:
        fiscal: the Fichiers fonciers.
        buildings: footprints that stand.
    """
    parcels = fiscal.layer("parcelle")
    dwellings = np.nan_to_num(parcels["nlochabit"].to_numpy(float))
    premises = np.nan_to_num(parcels["nloccom"].to_numpy(float))
    use = np.full(len(parcels), "", dtype=object)
    if "local" in fiscal:
        told = _premises_by_parcel(fiscal.layer("local"))
        keys = parcels["idpar"].tolist()
        premises = np.array([told.get(key, (0, ""))[0] for key in keys], dtype=float)
        use[:] = [told.get(key, (0, ""))[1] for key in keys]
    told_by = _uses_of_buildings(parcels.geometry.to_numpy(), buildings)
    told_by[(dwellings > 0) | (premises > 0)] = ""
    columns = {"dwellings": dwellings, "premises": premises, "premises_us": use, "building_us": told_by}
    return geopandas.GeoDataFrame(columns, geometry=parcels.geometry.to_numpy(), crs=parcels.crs)


def _uses_of_buildings(parcels: Any, buildings: geopandas.GeoDataFrame) -> Any:
    """Use of the largest building of known use whose heart lies in each parcel, '' where none."""
    rows = matching_rows(buildings, "batiment", BUILDINGS)
    known = np.flatnonzero(rows >= 0)
    hearts = shapely.point_on_surface(buildings.geometry.to_numpy()[known])
    heart, parcel = shapely.STRtree(parcels).query(hearts, predicate="intersects")
    area = buildings.geometry.area.to_numpy()[known[heart]]
    found = np.full(len(parcels), "", dtype=object)
    codes = np.array([row.us for row in BUILDINGS], dtype=object)
    order = np.lexsort((-heart, area))
    found[parcel[order]] = codes[rows[known[heart[order]]]]  # the last of equal indices stays: the largest
    return found


def _premises_by_parcel(premises: pandas.DataFrame) -> dict[Any, tuple[int, str]]:
    """Number of activity premises of each parcel and the use that their occupation codes tell."""
    active = premises[premises["dteloc"].to_numpy(str) == "4"].sort_values("idlocal", kind="stable")
    rows = matching_rows(active, "local", PREMISES)
    found: dict[Any, tuple[int, str]] = {}
    for key, row in zip(active["idpar"].tolist(), rows.tolist(), strict=True):
        count, use = found.get(key, (0, ""))
        found[key] = (count + 1, use or (PREMISES[row].us if row >= 0 else ""))
    return found


def empty_frame(columns: Sequence[str], *, crs: str) -> geopandas.GeoDataFrame:
    """A layer without features."""
    return geopandas.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=crs)
