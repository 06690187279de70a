"""The built ground: old village, faubourgs and estates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, LineString, Point, Polygon

from millesime.demo.plan.blocks import ESTATE, FAUBOURG, OLD, Grain, split_by_streets, split_parcels, usable
from millesime.demo.plan.draft import STANDING, Area, Draft, Life, Way
from millesime.demo.plan.houses import detached, plain_garden, row_houses
from millesime.demo.plan.network import ROAD, Z_ROAD, Z_SITE, Network
from millesime.demo.plan.shapes import cut, strip
from millesime.demo.plan.streams import stream

GARDEN = ("CS2.2.1", "US5")
#: Pavements on both sides of a street, metres each.
PAVEMENT_M = 1.4


@dataclass(frozen=True)
class Quarter:
    """A block off the streets, ready to be built."""

    block: Polygon
    grain: Grain
    street: Geometry


def make_quarters(draft: Draft, network: Network, public: list[Geometry]) -> list[Quarter]:
    """Cut the village into blocks by streets, and lay the streets."""
    rng = stream(draft.seed, "village")
    trunks = shapely.union_all([trunk.line for trunk in network.trunks])
    ring = network.core.exterior
    cells: list[Polygon] = []
    for part in shapely.get_parts(network.village):
        cells += cut(part, [trunks, ring], min_area_m2=120)
    streets: list[tuple[LineString, float]] = []
    ring_street = shapely.get_parts(shapely.intersection(ring, network.village.buffer(-4)))
    streets += [(line, 5.0) for line in ring_street if line.length > 20]
    known = shapely.union_all([trunks, *[line for line, _ in streets]])
    blocks: list[tuple[Polygon, Grain]] = []
    for cell in cells:
        grain = _grain(cell, network, rng)
        parts, new = split_by_streets(cell, grain, rng, ways=known)
        streets += [(line, grain.street_m) for line in new]
        known = shapely.union_all([known, *new])
        blocks += [(part, grain) for part in parts]
    for line, width in streets:
        lay_street(draft, line, width, network)
    grounds = [strip(line, width + 2 * PAVEMENT_M, round_ends=True) for line, width in streets]
    grounds += [strip(trunk.line, max(trunk.width_m, 5) + 2 * PAVEMENT_M) for trunk in network.trunks]
    in_village = shapely.union_all(grounds, grid_size=0.01)
    public.append(in_village.intersection(network.village.buffer(3)))
    for trunk in network.trunks:
        town = trunk.line.intersection(network.village)
        draft.paint(strip(town, max(trunk.width_m, 5) + 2 * PAVEMENT_M), "concrete", z=Z_ROAD - 1)
    roads = shapely.union_all([*public], grid_size=0.01)
    result = []
    for block, grain in blocks:
        result += [Quarter(part, grain, in_village) for part in usable(block, roads)]
    return result


def _grain(cell: Polygon, network: Network, rng: np.random.Generator) -> Grain:
    if network.core.covers(cell.representative_point()):
        return OLD
    far = Point(network.centre).distance(cell)
    reach = network.core.length / 6.28
    return FAUBOURG if far < reach * 1.1 and rng.random() < 0.5 else ESTATE


def lay_street(draft: Draft, line: LineString, width_m: float, network: Network, *, life: Life = STANDING) -> None:
    """A residential street with its pavements."""
    level_ground = line.difference(network.rail_ground) if network.rail is not None else line
    ground = strip(level_ground, width_m + 2 * PAVEMENT_M, round_ends=True)
    draft.land(ground, ROAD, "road", z=Z_ROAD - 1, life=life)
    draft.paint(ground, "concrete", z=Z_ROAD - 1, life=life)
    draft.paint(strip(level_ground, width_m, round_ends=True), "asphalt", z=Z_ROAD, life=life)
    draft.ways.append(Way(line, "Route à 1 chaussée", "5", width_m, 0, "Rue", False, life))


def build_quarter(draft: Draft, quarter: Quarter, number: int, *, key: str = "quarter", life: Life = STANDING) -> None:
    """Parcels, houses and gardens of a block."""
    rng = stream(draft.seed, key, number)
    owner = draft.new_owner()
    draft.land(quarter.block, GARDEN, "garden", z=Z_SITE, owner=owner, life=life)
    draft.paint(quarter.block, "garden", z=Z_SITE, life=life)
    grain = quarter.grain
    for parcel in split_parcels(quarter.block, grain.parcel_m2, grain.slender, rng, street=quarter.street):
        add_parcel(draft, parcel, life=life)
        if grain is OLD:
            draw = rng.random()
            us = "US235" if draw < 0.16 else "US3" if draw < 0.22 else "US5"
            row_houses(draft, parcel, quarter.street, rng, us=us, owner=0)
        elif grain is FAUBOURG and rng.random() < 0.35:
            row_houses(draft, parcel, quarter.street, rng, us="US5", owner=0, setback_m=float(rng.uniform(0, 2)))
        elif rng.random() < 0.06 or parcel.area < 160:
            plain_garden(draft, parcel, rng, life=life)
        else:
            detached(draft, parcel, quarter.street, rng, owner=0, life=life, wealth=float(rng.uniform(0.1, 1)))


def add_parcel(draft: Draft, parcel: Geometry, *, life: Life = STANDING, z: float = 20.0, public: bool = False) -> None:
    """Note a cadastral parcel (or public ground)."""
    for part in shapely.get_parts(shapely.set_precision(parcel, 0.01)):
        if part.geom_type == "Polygon":
            draft.parcels.append(Area(part, {"z": z, "public": public}, life))
