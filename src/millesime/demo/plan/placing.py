"""Which sites a territory has, how large they are and where they like to be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, LineString, box

from millesime.demo.plan import sites
from millesime.demo.plan.activity import activity_zone, furnish
from millesime.demo.plan.draft import Draft
from millesime.demo.plan.network import Network
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import lines, polygons
from millesime.demo.plan.siting import Cell, Lot, Siting
from millesime.demo.plan.station import station
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import add_parcel


@dataclass(frozen=True)
class Wish:
    """A site to place."""

    name: str
    area_m2: float
    us: str
    furnish: Callable[[Plot], None]
    distance: float
    """Distance to the centre it prefers, as a share of the territory's side."""

    near_river: bool = False
    ratio: float = 1.3


#: The first LARGE of them need room that only undivided country has.
LARGE = 2
WISHES = (
    Wish("quarry", 21000, "US1.3", sites.quarry, 0.42),
    Wish("sports", 15500, "US3", sites.sports, 0.2, ratio=1.5),
    Wish("greenhouses", 9500, "US1.1", sites.greenhouses, 0.3),
    Wish("fish_ponds", 8500, "US1.4", sites.fish_ponds, 0.3, near_river=True),
    Wish("farm", 5200, "US1.1", sites.farm, 0.28),
    Wish("wastewater", 4200, "US4.3", sites.wastewater, 0.33, near_river=True),
    Wish("waste_centre", 4200, "US4.3", sites.waste_centre, 0.36),
    Wish("abandoned", 7000, "US6.2", sites.abandoned, 0.27),
    Wish("building_site", 6000, "US6.1", sites.building_site, 0.22),
    Wish("depot", 3200, "US6.1", sites.building_site, 0.4),
    Wish("school", 7500, "US3", sites.school, 0.17),
    Wish("cemetery", 3800, "US3", sites.cemetery, 0.2),
    Wish("rocks", 4000, "US6.3", sites.rocks, 0.45),
    Wish("pond", 12000, "US1.1", sites.pond, 0.33),
    Wish("substation", 2800, "US4.3", sites.substation, 0.35),
    Wish("farm", 6500, "US1.1", sites.farm, 0.42),
    Wish("sand_bank", 3000, "US6.3", sites.sand_bank, 0.3, near_river=True),
    Wish("water_tower", 2600, "US4.3", sites.water_tower, 0.32),
    Wish("farm", 4800, "US1.1", sites.farm, 0.5),
)


def place_large(draft: Draft, network: Network, regions: list[Cell]) -> list[Geometry]:
    """Take the large sites out of the undivided country: activity zone, quarry, sports ground.

    Returns:
        The public ground they add.
    """
    size = draft.size_m
    if size < 800:
        return []
    rng = stream(draft.seed, "large")
    siting = open_land(draft, network, regions, [])
    public: list[Geometry] = []
    ways = shapely.union_all([trunk.line for trunk in network.trunks])
    mains = [line for trunk in network.trunks[:2] for line in _open_parts(draft, network, trunk.line)]
    land = Siting(regions, mains, siting.forbidden)
    cost = _near(network, 0.34 * size, size, rng)
    if network.roundabout is not None:
        x0, y0 = network.roundabout

        def cost(x: float, y: float) -> float:
            return math.hypot(x - x0, y - y0)

    for factor in (1.0, 0.7, 0.5, 0.3):
        lot = land.find(0.042 * size * size * factor, cost, ratio=1.5)
        if lot is not None:
            land.take(lot, "site")
            siting.used.append(lot.polygon)
            public += activity_zone(draft, network, lot, ways)
            break
    public += station(draft, network, siting)
    ground = shapely.union_all([road_ground(draft), *public], grid_size=0.01)
    for number, wish in enumerate(WISHES[:LARGE]):
        lot = _look(siting, wish, wish.area_m2 * min(1.0, (size / 1200) ** 1.5), draft, network, rng)
        if lot is not None:
            siting.take(lot, "site")
            build_site(draft, lot, ground, wish.us, wish.furnish, f"{wish.name}{number}")
    return public


def place_sites(draft: Draft, network: Network, cells: list[Cell], tracks: list[LineString]) -> None:
    """Take lots for all other sites that fit and build them."""
    rng = stream(draft.seed, "sites")
    siting = open_land(draft, network, cells, tracks)
    size = draft.size_m
    budget = (0.055 if size >= 1000 else 0.09) * size * size
    wishes = list(WISHES[LARGE:])
    if size < 1000:
        wishes = [wishes[k] for k in rng.permutation(len(wishes))]
    if size < 800:
        wishes.insert(1, Wish("plot", 3600, "", _small_work(rng), 0.25))
    ground = road_ground(draft)
    for number, wish in enumerate(wishes):
        scale = 1.0 if size >= 1000 else max(0.45, (size / 1000) ** 0.9)
        area = max(wish.area_m2 * scale, min(wish.area_m2, 2600.0))
        if area > budget:
            continue
        lot = _look(siting, wish, area, draft, network, rng)
        if lot is None:
            continue
        siting.take(lot, "site")
        budget -= lot.polygon.area
        build_site(draft, lot, ground, wish.us, wish.furnish, f"{wish.name}{number}")


def build_site(
    draft: Draft, lot: Lot, ground: Geometry, us: str, furnish_plot: Callable[[Plot], None], key: str
) -> None:
    """Build on the part of a lot that is off the roads."""
    for part in polygons(lot.polygon.difference(ground), min_area_m2=600)[:1]:
        rng = stream(draft.seed, "site", key)
        furnish_plot(Plot(draft, part, ground, us, rng, reach=lot.polygon))
        draft.marks.setdefault(key.rstrip("0123456789"), []).append(part)
        add_parcel(draft, part, z=25.0)


def _small_work(rng: np.random.Generator) -> Callable[[Plot], None]:
    kind = str(rng.choice(["industry", "shop", "logistics", "workshop"]))

    def build(plot: Plot) -> None:
        furnish(plot.draft, plot.polygon, plot.street, kind, 0, key="small", reach=plot.reach)

    return build


def _look(
    siting: Siting, wish: Wish, area: float, draft: Draft, network: Network, rng: np.random.Generator
) -> Lot | None:
    size = draft.size_m
    near = _near(network, wish.distance * size, size, rng)

    def cost(x: float, y: float) -> float:
        total = near(x, y)
        if wish.near_river:
            _, away = network.course.local(np.array([x]), np.array([y]))
            total += 4 * abs(float(away[0])) / size
        return total

    for factor in (1.0, 0.75, 0.55):
        lot = siting.find(area * factor, cost, ratio=wish.ratio)
        if lot is not None:
            return lot
    return None


def _near(network: Network, wanted_m: float, size: float, rng: np.random.Generator) -> Callable[[float, float], float]:
    """Cost that grows away from a ring round the village and from a direction drawn once."""
    heading = float(rng.uniform(0, 2 * math.pi))
    x0, y0 = network.centre

    def cost(x: float, y: float) -> float:
        far = math.hypot(x - x0, y - y0)
        turn = math.cos(math.atan2(y - y0, x - x0) - heading)
        return abs(far - wanted_m) / size + 0.12 * (1 - turn)

    return cost


def open_land(draft: Draft, network: Network, cells: list[Cell], tracks: list[LineString]) -> Siting:
    """Where sites may go, and the roads they open on."""
    roads = [part for trunk in network.trunks for part in _open_parts(draft, network, trunk.line)]
    roads += [line for line in tracks if line.length > 60]
    forbidden = shapely.union_all(
        [network.river_ground.buffer(6.0), network.rail_ground.buffer(3.0), network.village.buffer(-0.5)]
    )
    return Siting(cells, roads, forbidden)


def _open_parts(draft: Draft, network: Network, line: LineString) -> list[LineString]:
    frame = box(*draft.extent).buffer(-12.0)
    return [part for part in lines(line.intersection(frame).difference(network.village)) if part.length > 40]


def road_ground(draft: Draft) -> Geometry:
    """Ground of all ways laid so far, with their verges."""
    return shapely.union_all(
        [way.geometry.buffer(way.width_m / 2 + 1.2, cap_style="flat") for way in draft.ways], grid_size=0.01
    )
