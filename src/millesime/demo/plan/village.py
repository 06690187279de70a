"""The built ground: old village, faubourgs and estates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Geometry, LineString, Point, Polygon

from millesime.demo.plan.blocks import ESTATE, FAUBOURG, OLD, Grain, split_by_streets, split_parcels, usable
from millesime.demo.plan.draft import STANDING, Area, Draft, Life, Way
from millesime.demo.plan.houses import detached, plain_garden, row_houses
from millesime.demo.plan.network import ROAD, Z_ROAD, Z_SITE, Network
from millesime.demo.plan.plots import Plot, park_cars
from millesime.demo.plan.shapes import blob, cut, frame_of, largest, polygons, strip
from millesime.demo.plan.streams import stream

GARDEN = ("CS2.2.1", "US5")
#: Pavements on both sides of a street, metres each.
PAVEMENT_M = 1.8


@dataclass(frozen=True)
class Quarter:
    """A block off the streets, ready to be built."""

    block: Polygon
    grain: Grain
    street: Geometry

    core: Polygon = field(default_factory=Polygon)
    """Outline of the old village, where parcels are small and houses attached."""


def make_quarters(draft: Draft, network: Network, public: list[Geometry]) -> list[Quarter]:
    """Cut the village into blocks by streets, and lay the streets."""
    rng = stream(draft.seed, "village")
    trunks = shapely.union_all([trunk.line for trunk in network.trunks])
    ring = network.core.exterior if rng.random() < 0.5 else LineString()
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
        town = trunk.line.intersection(network.village.buffer(1))
        ground = strip(town, max(trunk.width_m, 5) + 2 * PAVEMENT_M)
        draft.land(ground, ROAD, "road", z=Z_ROAD - 1, material="concrete")
    roads = shapely.union_all([*public], grid_size=0.01)
    result = []
    for block, grain in blocks:
        result += [Quarter(part, grain, in_village, network.core) for part in usable(block, roads)]
    return result


def cut_by_streets(quarters: list[Quarter], streets: list[Geometry]) -> list[Quarter]:
    """Blocks less the ground of streets that came later."""
    if not streets:
        return quarters
    ground = shapely.union_all(streets, grid_size=0.01)
    result: list[Quarter] = []
    for quarter in quarters:
        if quarter.block.intersects(ground):
            front = shapely.union_all([quarter.street, ground], grid_size=0.01)
            result += [Quarter(part, quarter.grain, front, quarter.core) for part in usable(quarter.block, ground)]
        else:
            result.append(quarter)
    return result


def make_square(draft: Draft, network: Network, quarters: list[Quarter]) -> list[Quarter]:
    """The church and its square, beside the central crossing; the quarters less that ground."""
    rng = stream(draft.seed, "square")
    centre = Point(network.centre)
    near = [quarter for quarter in quarters if quarter.block.distance(centre) < 60 and quarter.block.area > 700]
    if not near:
        return quarters
    home = min(near, key=lambda quarter: (quarter.block.distance(centre), quarter.block.bounds))
    reach = float(rng.uniform(34, 44))
    square = largest(home.block.intersection(blob(*network.centre, reach, rng, roughness=0.1)))
    if home.block.area - square.area < 500:
        square = home.block
    rest = polygons(home.block.difference(square), min_area_m2=60)
    plot = Plot(draft, square, home.street, "US3", rng)
    plot.ground("CS1.1.1.2", "square", "paving")
    nave = plot.hall(
        24, 11, at="middle", usage="Religieux", nature="Eglise", height_m=10.0, roof="gable", roof_material="slate",
        gap_m=0.0, least=0.5,
    )  # fmt: skip
    if nave is not None:
        axes = frame_of(nave)
        tower = axes.box(axes.length / 2, 0, 6.0, 6.0)
        draft.build(
            tower, height_m=18.0, roof="hip", roof_material="slate", ridge_deg=0.0, usage="Religieux",
            nature="Eglise", codes_us="US3",
        )  # fmt: skip
        plot.free = plot.free.difference(nave.buffer(4))
    plot.hall(
        16, 11, at="back", usage="Commercial et services", nature="Mairie", height_m=7.0, roof="hip",
        roof_material="slate", us="US3", least=0.6,
    )  # fmt: skip
    park = plot.place(20, 11, at="any", least=0.5)
    if park is not None:
        plot.lay(park, "car_park")
        park_cars(draft, park, plot.front.along, STANDING)
    plot.trees(9, radius_m=2.6)
    add_parcel(draft, square)
    kept = [quarter for quarter in quarters if quarter is not home]
    return kept + [Quarter(part, home.grain, home.street, home.core) for part in rest]


def _grain(cell: Polygon, network: Network, rng: np.random.Generator) -> Grain:
    inside = cell.intersection(network.core).area
    if inside > 0.6 * cell.area:
        return OLD
    return FAUBOURG if inside > 0.03 * cell.area or rng.random() < 0.2 else ESTATE


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
    for part, grain in _by_age(quarter):
        for parcel in split_parcels(part, grain.parcel_m2, grain.slender, rng, street=quarter.street):
            add_parcel(draft, parcel, life=life, z=20.0 if life is STANDING else 30.0)
            if grain is OLD:
                us = str(rng.choice(["US235", "US3", "US5"], p=[0.2, 0.06, 0.74]))
                row_houses(draft, parcel, quarter.street, rng, us=us, owner=0)
            elif grain is FAUBOURG and rng.random() < 0.4:
                back = float(rng.uniform(0, 2.5))
                us = "US235" if rng.random() < 0.2 else "US5"
                row_houses(draft, parcel, quarter.street, rng, us=us, owner=0, setback_m=back)
            elif rng.random() < (0.08 if life is STANDING else 0.03) or parcel.area < 160:
                plain_garden(draft, parcel, rng, life=life)
                if life is STANDING and parcel.area > 380:
                    draft.gaps.append((parcel, quarter.street))
            else:
                wealth = float(rng.uniform(0.1, 1))
                detached(draft, parcel, quarter.street, rng, owner=0, life=life, wealth=wealth)


def _by_age(quarter: Quarter) -> list[tuple[Polygon, Grain]]:
    """The parts of a block inside and outside the old village."""
    if quarter.core.is_empty or quarter.grain is OLD:
        return [(quarter.block, quarter.grain)]
    old = polygons(quarter.block.intersection(quarter.core), min_area_m2=350)
    if not old:
        return [(quarter.block, quarter.grain)]
    new = polygons(quarter.block.difference(shapely.union_all(old)), min_area_m2=25)
    return [(part, OLD) for part in old] + [(part, quarter.grain) for part in new]


def add_parcel(draft: Draft, parcel: Geometry, *, life: Life = STANDING, z: float = 20.0, public: bool = False) -> None:
    """Note a cadastral parcel (or public ground)."""
    for part in shapely.get_parts(shapely.set_precision(parcel, 0.01)):
        if part.geom_type == "Polygon":
            draft.parcels.append(Area(part, {"z": z, "public": public}, life))
