"""The step `ocsge_auto`: cover, built zone and databases in, OCS GE of one vintage out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import shapely

from millesime.built_zone.footprints import FootprintRules, built_cover, standing_footprints
from millesime.built_zone.set_aside import counts_by_reason, gather
from millesime.geo.identity import object_ids
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary
from millesime.ocsge_auto.buildings import built_polygons
from millesime.ocsge_auto.evidence import Evidence, places_with_purpose, surface_waters, used_parcels
from millesime.ocsge_auto.inflate import InflationRules
from millesime.ocsge_auto.make import MapRules, make_objects, prepare_cover
from millesime.ocsge_auto.ossature import OssatureRules, draw_networks
from millesime.ocsge_auto.product import COLUMNS, OcsgeMap
from millesime.sources import Database
from millesime.sources.optional import load_if_given

if TYPE_CHECKING:
    from millesime.compute import StepContext

STEP_VERSION = 2

_DATABASES = ("bd_topo", "rpg", "bd_foret", "fichiers_fonciers")


class Parameters(MapRules):
    """How the evidence becomes a map, and how networks and buildings are drawn."""

    ossature: OssatureRules = OssatureRules()
    buildings: FootprintRules = FootprintRules()
    inflation: InflationRules = InflationRules()


def run(context: StepContext) -> Summary:
    """Make the automatic map of one vintage."""
    territory, rules = context.territory, context.parameters
    databases = {
        name: load_if_given(name, context.source(name), territory.extent, crs=territory.crs) for name in _DATABASES
    }
    cover = read_vector(context.product("cover_vector"))
    zone = read_vector(context.product("built_zone"))
    evidence, aside = gather_evidence(cover, zone, databases, territory.extent, rules=rules)
    objects = make_objects(evidence, territory.extent, rules=rules)
    frame = with_ids(objects.frame, territory=territory.code, vintage=str(context.vintage.year))
    made = OcsgeMap(frame, territory.extent, place=f"ocsge_auto {context.vintage.year}")
    write_parquet(made.frame, context.output())
    aside = gather([aside, *(database.set_aside for database in databases.values())], crs=territory.crs)
    write_parquet(aside, context.output("set_aside"))
    return Summary(
        counts={"objects": len(made)} | objects.counts | counts_by_reason(aside),
        areas_m2=_areas_by_code(made),
        notes=[
            *(f"no {name}: its rules were not applied" for name in _DATABASES if context.source(name) is None),
            *(sentence for database in databases.values() for sentence in database.told()),
        ],
    )


def gather_evidence(
    cover: geopandas.GeoDataFrame,
    built_zone: geopandas.GeoDataFrame,
    databases: dict[str, Database],
    extent: tuple[float, float, float, float],
    *,
    rules: Parameters,
) -> tuple[Evidence, geopandas.GeoDataFrame]:
    """Bring cover, networks, buildings and databases together; also the features that were not used.

    Args:
        cover: the cover as polygons, with `classe`.
        built_zone: its parts.
        databases: `bd_topo`, `rpg`, `bd_foret` and `fichiers_fonciers`; those without layers say nothing.
        extent: west, south, east, north in metres.
        rules: parameters.
    """
    bd_topo, crs = databases["bd_topo"], str(cover.crs)
    footprints = standing_footprints(bd_topo.layer("batiment"), built_cover(cover), rules=rules.buildings)
    networks = draw_networks(
        bd_topo.layer("troncon_de_route"), bd_topo.layer("troncon_de_voie_ferree"), extent, rules=rules.ossature
    )
    ossature = networks.polygons[networks.polygons["is_ossature"].to_numpy(bool)].geometry.to_numpy()
    buildings = built_polygons(footprints.kept, ossature, rules=rules.inflation)
    evidence = Evidence(
        cover=prepare_cover(cover, rules=rules),
        networks=networks.polygons,
        buildings=buildings,
        waters=surface_waters(bd_topo),
        places=places_with_purpose(bd_topo),
        fields=databases["rpg"].layer("parcelles_graphiques"),
        stands=databases["bd_foret"].layer("formation_vegetale"),
        vegetation=bd_topo.layer("zone_de_vegetation"),
        parcels=used_parcels(databases["fichiers_fonciers"], buildings),
        built_zone=built_zone,
    )
    return evidence, gather([footprints.set_aside, networks.set_aside], crs=crs)


def with_ids(objects: geopandas.GeoDataFrame, *, territory: str, vintage: str) -> geopandas.GeoDataFrame:
    """Objects under the columns of the product, with ids made from their content."""
    ids = object_ids(
        objects.geometry.to_numpy(),
        prefix="OCSGE",
        territory=territory,
        vintage=vintage,
        codes=(objects["code_cs"].tolist(), objects["code_us"].tolist()),
    )
    return objects.assign(id=ids, millesime=vintage, id_origine="")[list(COLUMNS)]


def _areas_by_code(made: OcsgeMap) -> dict[str, float]:
    area = made.frame.assign(area=shapely.area(made.polygons))
    by_cover = area.groupby("code_cs", sort=True)["area"].sum()
    by_use = area.groupby("code_us", sort=True)["area"].sum()
    return {str(code): float(value) for code, value in (*by_cover.items(), *by_use.items())}
