"""Changes that build nothing new on open land: fellings, fallow, demolition, digging, sites that get finished."""

from __future__ import annotations

import dataclasses
import math

import shapely
from shapely import LineString, Polygon

from millesime.demo.plan import sites
from millesime.demo.plan.activity import furnish
from millesime.demo.plan.draft import Area, Life
from millesime.demo.plan.network import Z_CELL
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import blob, cut, frame_of, largest, polygons
from millesime.demo.plan.siting import Cell
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import add_parcel
from millesime.demo.plan.works import FIELDS, Works


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
    if growth.area < 300:
        return 0.0
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
