"""Changes that make ground artificial: estates, houses, sites, wider roads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import shapely
import shapely.ops
from shapely import Polygon

from millesime.demo.plan import sites
from millesime.demo.plan.activity import furnish
from millesime.demo.plan.blocks import NEW, split_by_streets, usable
from millesime.demo.plan.draft import Life, Way
from millesime.demo.plan.houses import detached
from millesime.demo.plan.network import ROAD, Z_ROAD, Z_SITE
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import strip
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import GARDEN, PAVEMENT_M, Quarter, add_parcel, build_quarter, lay_street
from millesime.demo.plan.works import Change, Works


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
    draft.land(lot.polygon, GARDEN, "garden", z=Z_SITE - 1, owner=draft.new_owner(), life=life)
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
        rng = stream(works.draft.seed, works.key())
        build(Plot(works.draft, polygon, works.ground, us, rng, life, reach=lot.polygon if lot else None))
        return polygon.area

    return change


def _shop(plot: Plot) -> None:
    _furnish(plot, "shop")


def _work(plot: Plot) -> None:
    _furnish(plot, "workshop")


def _furnish(plot: Plot, kind: str) -> None:
    furnish(
        plot.draft,
        plot.polygon,
        plot.street,
        kind,
        0,
        life=plot.life,
        key=f"new{plot.polygon.area:.2f}",
        reach=plot.reach,
    )


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
