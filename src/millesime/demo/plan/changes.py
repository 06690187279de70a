"""True changes: what is built, cleared, abandoned or pulled down, each with its year.

Two budgets, half the changing area each: ground that becomes artificial, and the rest.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan import sites
from millesime.demo.plan.activity import furnish
from millesime.demo.plan.blocks import NEW, split_by_streets, usable
from millesime.demo.plan.draft import NEVER, Area, Draft, Life, Way
from millesime.demo.plan.houses import detached
from millesime.demo.plan.network import ROAD, Z_CELL, Z_ROAD, Network
from millesime.demo.plan.placing import open_land, road_ground
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import blob, cut, frame_of, largest, polygons, strip
from millesime.demo.plan.siting import Cell, Lot, Siting
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import PAVEMENT_M, Quarter, add_parcel, build_quarter, lay_street

FIELDS = frozenset({"field", "meadow"})


@dataclass
class Works:
    """Everything a change needs to know."""

    draft: Draft
    network: Network
    cells: list[Cell]
    siting: Siting
    ground: Geometry
    """Ground of all roads."""

    rng: np.random.Generator
    count: int = 0

    def life(self, kind: str, year: int) -> Life:
        """Life of what a change begins."""
        return Life(born=year, gone=NEVER, begun_by=self.draft.happen(kind, year))

    def lot(self, area_m2: float, *, close: bool, ratio: float = 1.2) -> Lot | None:
        """Farmland beside a road, close to the village or anywhere."""
        reach = float(self.rng.uniform(0.0, 0.05 if close else 0.4)) * self.draft.size_m
        heading = float(self.rng.uniform(0, 2 * math.pi))
        x0, y0 = self.network.centre

        def cost(x: float, y: float) -> float:
            far = self.network.village.distance(shapely.Point(x, y))
            turn = math.cos(math.atan2(y - y0, x - x0) - heading)
            return abs(far - reach) / self.draft.size_m + 0.08 * (1 - turn)

        for factor in (1.0, 0.7):
            found = self.siting.find(area_m2 * factor, cost, ratio=ratio, vocations=FIELDS)
            if found is not None:
                self.siting.used.append(found.polygon)
                return found
        return None

    def clean(self, lot: Lot) -> Polygon:
        """The lot off the roads."""
        return largest(lot.polygon.difference(self.ground))

    def key(self) -> str:
        """A name for the chance of the next change."""
        self.count += 1
        return f"change{self.count}"


Change = Callable[[Works, float, int], float]


def make_changes(draft: Draft, network: Network, cells: list[Cell], tracks: list[LineString], *, rate: float) -> None:
    """Plan the changes of the territory.

    Args:
        draft: Complete plan of the state before any change; the changes are added to it.
        network: Lines of the territory.
        cells: Country cells with their vocation.
        tracks: Tracks on which new sites may open.
        rate: Share of the area that changes between the first and the second vintage.
    """
    rng = stream(draft.seed, "changes")
    siting = open_land(draft, network, cells, tracks)
    works = Works(draft, network, cells, siting, road_ground(draft), rng)
    budget = rate * draft.size_m**2
    if budget <= 0:
        return
    # before the first vintage too, for databases older than the imagery
    _spend(works, [gap_house, small_site, demolition], 0.06 * budget, (2018, 2019))
    _spend(works, BUILDING, 0.55 * budget, (2020, 2021, 2022))
    _spend(works, OTHER, 0.45 * budget, (2020, 2021, 2022))


def _spend(works: Works, kinds: list[Change], budget: float, years: tuple[int, ...]) -> None:
    """Make changes in turn until the budget is spent or three rounds in a row found no room."""
    failures = turn = 0
    while budget > 60.0 and failures < len(kinds):
        change = kinds[turn % len(kinds)]
        year = years[int(works.rng.integers(0, len(years)))]
        done = change(works, budget, year)
        budget -= done
        failures = 0 if done > 0 else failures + 1
        turn += 1


def estate(works: Works, budget: float, year: int) -> float:
    """A housing estate on a field, with its streets."""
    area = min(budget * 0.6, float(works.rng.uniform(9000, 14000)))
    lot = works.lot(area, close=True, ratio=1.1) if area > 2400 else None
    if lot is None:
        return 0.0
    draft, life, key = works.draft, works.life("estate", year), works.key()
    blocks, streets = split_by_streets(lot.polygon, NEW, works.rng, ways=lot.road)
    for line in streets:
        lay_street(draft, line, NEW.street_m, works.network, life=life)
    grounds = [strip(line, NEW.street_m + 2 * PAVEMENT_M, round_ends=True) for line in streets]
    roads = shapely.union_all([works.ground, *grounds], grid_size=0.01)
    draft.taken.append((lot.polygon, life))
    for number, block in enumerate(blocks):
        for part in usable(block, roads):
            build_quarter(draft, Quarter(part, NEW, roads), number, key=key, life=life)
    for street in grounds:
        add_parcel(draft, street, life=life, z=95.0, public=True)
    return lot.polygon.area


def _site(kind: str, area_m2: tuple[float, float], us: str, build: Callable[[Plot], None], *, close: bool) -> Change:
    """A change that puts a site on farmland."""

    def change(works: Works, budget: float, year: int) -> float:
        area = min(budget, float(works.rng.uniform(*area_m2)))
        lot = works.lot(area, close=close) if area > 0.35 * area_m2[0] and area > 900 else None
        polygon = works.clean(lot) if lot is not None else Polygon()
        if polygon.area < 600:
            return 0.0
        life = works.life(kind, year)
        works.draft.taken.append((polygon, life))
        add_parcel(works.draft, polygon, life=life, z=30.0)
        build(Plot(works.draft, polygon, works.ground, us, stream(works.draft.seed, works.key()), life))
        return polygon.area

    return change


def _shop(plot: Plot) -> None:
    furnish(plot.draft, plot.polygon, plot.street, "shop", 0, life=plot.life, key=f"new{plot.polygon.area:.2f}")


def _work(plot: Plot) -> None:
    furnish(plot.draft, plot.polygon, plot.street, "workshop", 0, life=plot.life, key=f"new{plot.polygon.area:.2f}")


solar_plant = _site("solar", (7000, 12000), "US2", sites.solar, close=False)
commercial = _site("commercial", (5000, 8000), "US3", _shop, close=True)
new_site = _site("building_site", (2600, 4000), "US6.1", sites.building_site, close=True)
small_site = _site("commercial", (2600, 4000), "US2", _work, close=True)


def gap_house(works: Works, budget: float, year: int) -> float:
    """A house on a garden of the village."""
    draft = works.draft
    while draft.gaps:
        parcel, street = draft.gaps.pop(int(works.rng.integers(0, len(draft.gaps))))
        before = len(draft.houses)
        life = works.life("house", year)
        rng = stream(draft.seed, works.key())
        if detached(draft, parcel, street, rng, owner=0, life=life, wealth=0.6):
            return min(draft.houses[before].geometry.area, budget)
    return 0.0


def wider_road(works: Works, budget: float, year: int) -> float:
    """A country lane made a road of two ways."""
    draft, new_m = works.draft, 6.0
    lanes = [
        number
        for number, way in enumerate(draft.ways)
        if way.importance == "5" and way.level == 0 and way.width_m < 5.0 and way.tracks == 0
        and way.life == Life() and way.geometry.difference(works.network.village.buffer(2)).length > 60
    ]  # fmt: skip
    if not lanes:
        return 0.0
    number = lanes[int(works.rng.integers(0, len(lanes)))]
    old = draft.ways[number]
    reach = min(budget / new_m, 420.0)
    if reach < 40:
        return 0.0
    open_part = max(
        shapely.get_parts(old.geometry.difference(works.network.village.buffer(2))), key=lambda part: part.length
    )
    start = old.geometry.project(shapely.Point(open_part.coords[0]))
    end = old.geometry.project(shapely.Point(open_part.coords[-1]))
    start, end = min(start, end), min(max(start, end), min(start, end) + reach)
    event = draft.happen("wider_road", year)
    life = Life(born=year, begun_by=event)
    draft.ways[number] = dataclasses.replace(old, life=Life(gone=year, ended_by=event))
    for a, b, width in ((0.0, start, old.width_m), (start, end, new_m), (end, old.geometry.length, old.width_m)):
        if b - a < 0.5:
            continue
        part = shapely.ops.substring(old.geometry, a, b)
        draft.ways.append(Way(part, old.nature, "4" if width == new_m else "5", width, 0, old.name, False, life))
        if width == new_m:
            draft.land(strip(part, new_m), ROAD, "road", z=Z_ROAD, life=life)
            draft.paint(strip(part, new_m + 3), "verge", z=Z_ROAD - 1, life=life)
            draft.paint(strip(part, new_m, round_ends=True), "asphalt", z=Z_ROAD + 0.5, life=life)
            draft.clear.append((strip(part, new_m + 2.0), life))
    return (end - start) * new_m


def demolition(works: Works, budget: float, year: int) -> float:
    """A building pulled down; rubble, then grass."""
    draft = works.draft
    choice = [
        number
        for number, house in enumerate(draft.houses)
        if house.life == Life() and 80 < house.geometry.area < max(min(budget, 900.0), 120.0)
        and house.usage in ("Résidentiel", "Agricole", "Industriel", "Annexe")
        and house.nature != "Eglise"
    ]  # fmt: skip
    if not choice:
        return 0.0
    number = choice[int(works.rng.integers(0, len(choice)))]
    house = draft.houses[number]
    event = draft.happen("demolition", year)
    gone = Life(gone=year, ended_by=event)
    draft.houses[number] = dataclasses.replace(house, life=gone)
    for place, land in enumerate(draft.lands):
        if land.kind == "building" and land.geometry == house.geometry:
            draft.lands[place] = dataclasses.replace(land, life=gone)
    draft.paint(house.geometry, "rubble" if year == 2022 else "meadow", z=34.0, life=Life(born=year, begun_by=event))
    return house.geometry.area


def quarry_growth(works: Works, budget: float, year: int) -> float:
    """The quarry eats into the field beside it."""
    draft = works.draft
    pits = draft.marks.get("quarry", [])
    if not pits:
        return 0.0
    pit = pits.pop()
    wanted = min(budget, float(works.rng.uniform(3000, 6000)))
    ring = pit.buffer(max(12.0, wanted / 110.0), join_style="mitre").difference(pit)
    off = shapely.union_all([works.siting.forbidden, works.ground.buffer(2), *works.siting.used, pit])
    pieces: list[Polygon] = []
    for cell in works.cells:
        if cell.vocation in FIELDS or cell.vocation in ("fallow", "vine"):
            pieces += polygons(cell.polygon.intersection(ring).difference(off), min_area_m2=500)
    pieces = [piece for piece in pieces if not piece.buffer(-4.0).is_empty]
    if not pieces:
        return 0.0
    growth = largest(max(pieces, key=lambda part: (part.area, part.bounds)).buffer(-3).buffer(3, join_style="mitre"))
    if growth.area > 1.3 * wanted:
        axes = frame_of(growth)
        share = wanted / growth.area
        growth = largest(
            growth.intersection(axes.box(axes.length * (share - 1) / 2, 0, axes.length * share, axes.width))
        )
    life = works.life("quarry", year)
    works.siting.used.append(growth)
    draft.taken.append((growth, life))
    plot = Plot(draft, growth, works.ground, "US1.3", stream(draft.seed, works.key()), life)
    plot.ground("CS1.1.2.1", "quarry", "quarry_face")
    plot.lay(growth.buffer(-5), "quarry_floor")
    sites.zone(plot, sites.ACTIVITY_LAYER, "Industriel et commercial", "Carrière", "Carrière du Haut Bois, extension")
    add_parcel(draft, growth, life=life, z=30.0)
    draft.dig(growth, life)
    return growth.area


def finished_site(works: Works, budget: float, year: int) -> float:
    """The building site of the first vintage gets its building."""
    started = works.draft.marks.get("building_site", [])
    if not started or started[-1].area > 1.6 * budget:
        return 0.0
    polygon = started.pop()
    life = works.life("site_finished", year)
    furnish(works.draft, polygon, works.ground, "shop", 0, life=life, key="finished")
    return polygon.area


def _part_of(works: Works, vocations: frozenset[str], wanted: float) -> tuple[Cell, Polygon] | None:
    """A cell of some vocation, or the end of a large one, off the roads."""
    used = works.siting.used
    choice = [
        cell
        for cell in works.cells
        if cell.vocation in vocations and cell.area > 0.5 * min(wanted, 2500.0)
        and not any(cell.polygon.intersects(other) and cell.polygon.intersection(other).area > 1 for other in used)
    ]  # fmt: skip
    if not choice:
        return None
    best = sorted(choice, key=lambda cell: (abs(math.log(cell.area / wanted)), cell.polygon.bounds))
    cell = best[int(works.rng.integers(0, min(3, len(best))))]
    polygon = cell.polygon
    if polygon.area > 1.35 * wanted:
        axes = frame_of(polygon)
        place = axes.length * (wanted / polygon.area - 0.5)
        far = axes.length + axes.width
        line = LineString([axes.at(place, -far), axes.at(place, far)])
        parts = cut(polygon, [line])
        polygon = min(parts, key=lambda part: (abs(part.area - wanted), part.bounds)) if parts else polygon
    used.append(polygon)
    return cell, polygon


def fallow(works: Works, budget: float, year: int) -> float:
    """A field given up: weeds, or brushwood already."""
    wanted = min(budget, float(works.rng.uniform(4000, 9000)))
    found = _part_of(works, FIELDS, wanted) if wanted > 2500 else None
    if found is None:
        return 0.0
    draft, rng, polygon = works.draft, works.rng, found[1]
    life = works.life("fallow", year)
    woody = rng.random() < 0.5
    codes = ("CS2.1.2" if woody else "CS2.2.1", "US6.3")
    draft.land(polygon, codes, "given_up", z=Z_CELL + 1, life=life, owner=draft.new_owner())
    off_roads = polygon.difference(works.ground)
    draft.paint(off_roads, "scrub" if woody else "fallow", z=Z_CELL + 4, life=life)
    for _ in range(int(polygon.area / 500)):
        x, y = rng.uniform(polygon.bounds[0], polygon.bounds[2]), rng.uniform(polygon.bounds[1], polygon.bounds[3])
        patch = blob(float(x), float(y), float(rng.uniform(2, 6)), rng, roughness=0.5).intersection(off_roads)
        draft.paint(patch, "fallow" if woody else "scrub", z=Z_CELL + 4, life=life)
    draft.taken.append((polygon, life))
    return polygon.area


def clear_cut(works: Works, budget: float, year: int) -> float:
    """A stand felled, to be planted again: forestry it stays."""
    wanted = min(budget, float(works.rng.uniform(5000, 10000)))
    found = _part_of(works, frozenset({"managed_wood"}), wanted) if wanted > 2500 else None
    if found is None:
        return 0.0
    draft, rng, polygon = works.draft, works.rng, found[1]
    life = works.life("clear_cut", year)
    draft.land(polygon, ("CS2.1.2", "US1.2"), "clear_cut", z=Z_CELL + 1, life=life, owner=draft.new_owner())
    draft.paint(polygon, "scrub", z=Z_CELL + 4, life=life)
    for _ in range(int(polygon.area / 250)):
        x, y = rng.uniform(polygon.bounds[0], polygon.bounds[2]), rng.uniform(polygon.bounds[1], polygon.bounds[3])
        patch = blob(float(x), float(y), float(rng.uniform(3, 8)), rng, roughness=0.5).intersection(polygon)
        draft.paint(patch, str(rng.choice(["bare_earth", "meadow", "bare_earth"])), z=Z_CELL + 4, life=life)
    draft.clear.append((polygon.buffer(1.0), life))
    draft.taken.append((polygon, life))
    draft.woods.append(Area(polygon, {"stand": "clear_cut", "code_tfv": "FF0", "managed": True}, life))
    return polygon.area


BUILDING: list[Change] = [estate, gap_house, new_site, commercial, wider_road, gap_house, solar_plant, gap_house]
OTHER: list[Change] = [demolition, clear_cut, quarry_growth, finished_site, fallow]
