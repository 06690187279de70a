"""The step `built_zone`: cover and buildings in, the built zone out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import shapely

from millesime.built_zone.delineate import ZoneRules, clip, delineate
from millesime.built_zone.footprints import FootprintRules, block_polygons, built_cover, standing_footprints
from millesime.built_zone.product import BuiltZone
from millesime.built_zone.set_aside import counts_by_reason
from millesime.geo.identity import object_ids
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary
from millesime.sources.optional import load_if_given

if TYPE_CHECKING:
    from millesime.compute import StepContext

STEP_VERSION = 1


class Parameters(ZoneRules):
    """How the zone is drawn, and how the buildings around which it is drawn are checked."""

    buildings: FootprintRules = FootprintRules()


def run(context: StepContext) -> Summary:
    """Draw the built zone of one vintage."""
    territory, rules = context.territory, context.parameters
    cover = read_vector(context.product("cover_vector"), columns=["classe"])
    bd_topo = load_if_given("bd_topo", context.source("bd_topo"), territory.extent, crs=territory.crs)
    footprints = standing_footprints(bd_topo.layer("batiment"), built_cover(cover), rules=rules.buildings)
    polygons = clip(delineate(block_polygons(footprints.kept), rules=rules), territory.extent)
    year = str(context.vintage.year)
    ids = object_ids(polygons, prefix="ZC", territory=territory.code, vintage=year)
    columns = {"id": ids, "millesime": [year] * len(ids)}
    zone = BuiltZone(geopandas.GeoDataFrame(columns, geometry=polygons, crs=territory.crs))
    write_parquet(zone.frame, context.output())
    origins = footprints.kept["origin"].value_counts()
    counts = {
        "footprints of BD TOPO that stand": int(origins.get("BD TOPO", 0)),
        "footprints seen in the imagery alone": int(origins.get("CoSIA", 0)),
        "blocks of footprints": int(footprints.kept["block"].nunique()),
        "parts of the built zone": len(polygons),
    }
    notes = [] if context.source("bd_topo") else ["no BD TOPO: buildings are those of the imagery alone"]
    notes += bd_topo.told("batiment")
    return Summary(
        counts=counts | counts_by_reason(footprints.set_aside),
        areas_m2={"built zone": float(shapely.area(polygons).sum())},
        notes=notes,
    )
