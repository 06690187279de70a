"""From the plan to the scene of one year."""

from __future__ import annotations

import dataclasses

import shapely

from millesime.demo.plan.looks import buildings_at, surfaces_at, trees_at, vehicles_at
from millesime.demo.plan.places import areas_at, fields_at, parcels_at
from millesime.demo.plan.roads import node_ways
from millesime.demo.plan.units import Plan, units_at
from millesime.demo.scene import Scene


def scene_at(plan: Plan, year: int) -> Scene:
    """State of the territory in `year`."""
    draft = plan.draft
    units = units_at(plan, year)
    where = shapely.STRtree(units.geometry.to_numpy())
    buildings = buildings_at(draft, year, units, where)
    roads, railways = node_ways(draft, year)
    return Scene(
        year=year,
        month=plan.month_of.get(year, 7),
        seed=draft.seed,
        extent=draft.extent,
        ground=dataclasses.replace(plan.ground, pits=tuple(pit for pit, life in draft.pits if life.holds(year))),
        units=units,
        surfaces=surfaces_at(plan, year, units, where),
        buildings=buildings,
        trees=trees_at(draft, year),
        vehicles=vehicles_at(draft, year),
        roads=roads,
        railways=railways,
        waters=areas_at(draft.waters, year, "wid", draft, cut=False),
        zones=areas_at(draft.zones, year, "zid", draft, cut=False),
        fields=fields_at(plan, year),
        woods=areas_at(draft.woods, year, "sid", draft, cut=True),
        parcels=parcels_at(plan, year, buildings),
        communes=plan.communes,
    )
