"""Cells of the country get their land, their look, their hedges and their trees."""

from __future__ import annotations

import itertools
import math

import numpy as np
import shapely
import shapely.ops
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.draft import STANDING, Area, Draft, Stand
from millesime.demo.plan.network import Z_CELL, Network
from millesime.demo.plan.shapes import blob, frame_of, largest, lines, polygons, strip
from millesime.demo.plan.siting import Cell
from millesime.demo.plan.streams import stream

FARMED = ("CS2.2.1", "US1.1")
CROPS = ("wheat", "maize", "rapeseed", "sunflower", "stubble", "ploughed")
SHARES = (0.34, 0.2, 0.14, 0.1, 0.1, 0.12)
#: Stands: cover code, BD Forêt code, share of the woods wanted.
STANDS = {
    "broadleaf": ("CS2.1.1.1", "FF1-00", 0.46),
    "conifer": ("CS2.1.1.2", "FF2-00", 0.24),
    "mixed": ("CS2.1.1.3", "FF31", 0.23),
    "poplar": ("CS2.1.1.1", "FP", 0.07),
}


def plant_cells(draft: Draft, cells: list[Cell], public: Geometry) -> None:
    """Put the fields, woods, vines, orchards and heaths into the draft."""
    rng = stream(draft.seed, "plant")
    planted = dict.fromkeys(STANDS, 0.0)
    for cell in cells:
        usable = largest(cell.polygon.difference(public))
        if usable.is_empty:
            usable = largest(cell.polygon)
        if cell.vocation in ("field", "meadow", "fallow", "vine", "orchard"):
            farm_cell(draft, cell, usable, rng)
        elif cell.vocation == "wood":
            wood_cell(draft, cell, usable, planted, rng)
        elif cell.vocation == "heath":
            heath_cell(draft, cell, usable, rng)
            stand(draft, usable, "heath", rng)
            draft.woods.append(Area(usable, {"stand": "heath", "code_tfv": "LA4", "managed": False}, STANDING))
        if cell.vocation in ("field", "meadow", "vine"):
            field_edge(draft, usable, rng, 0.22 if cell.vocation == "meadow" else 0.07)


def heath_cell(draft: Draft, cell: Cell, usable: Polygon, rng: np.random.Generator) -> None:
    """Heath with thickets and openings."""
    draft.land(cell.polygon, ("CS2.1.2", "US6.3"), "heath", z=Z_CELL, material="heath")
    for _ in range(int(usable.area / 700)):
        x, y = _inside(usable, rng)
        patch = blob(x, y, float(rng.uniform(4, 11)), rng, roughness=0.5).intersection(usable)
        draft.paint(patch, str(rng.choice(["scrub", "meadow", "scrub"])), z=Z_CELL + 1)


def line_river(draft: Draft, network: Network, keep_off: Geometry) -> None:
    """Banks: grass, lone trees, and in places a wood along the water wide enough to be a unit."""
    rng = stream(draft.seed, "banks")
    size, half = draft.size_m, network.river_width_m / 2
    frame = shapely.box(*draft.extent)
    inside = lines(network.river.intersection(frame))
    if not inside:
        return
    river = inside[0]
    draft.paint(strip(river, network.river_width_m + 5), "meadow", z=Z_CELL + 2)
    off = shapely.union_all([keep_off, network.river_ground])
    for _ in range(3 if size >= 1000 else 1):
        start = float(rng.uniform(0, 0.8)) * river.length
        reach = float(rng.uniform(0.08, 0.16)) * size + 40
        part = shapely.ops.substring(river, start, min(start + reach, river.length))
        belt = strip(part, 2 * (half + float(rng.uniform(12, 17))), round_ends=True).intersection(frame)
        for wood in polygons(belt.difference(off), min_area_m2=900):
            draft.land(wood, ("CS2.1.1.1", "US6.3"), "river_wood", z=Z_CELL + 4, material="broadleaf")
            stand(draft, wood.buffer(-1.0), "broadleaf", rng)
            for number, field in enumerate(draft.fields):
                if field.geometry.intersects(wood):
                    rest = largest(field.geometry.difference(wood))
                    draft.fields[number] = Area(rest, field.values, field.life)
            draft.woods.append(Area(wood, {"stand": "broadleaf", "code_tfv": "FF1-00", "managed": False}, STANDING))
    shapely.prepare(off)
    beat = rng.uniform(0, 6.28)
    for at in np.arange(2.0, river.length - 2, 6.5):
        here, there = river.interpolate(float(at)), river.interpolate(float(at) + 1.0)
        heading = math.atan2(there.y - here.y, there.x - here.x)
        for hand in (-1, 1):
            away = half + float(rng.uniform(1.0, 4.5))
            x = here.x - hand * away * math.sin(heading)
            y = here.y + hand * away * math.cos(heading)
            dense = 0.45 + 0.4 * math.sin(at / 47.0 + beat + hand)
            if rng.random() < dense and not shapely.intersects_xy(off, x, y):
                draft.tree(x, y, rng, radius_m=2.9)


def farm_cell(draft: Draft, cell: Cell, usable: Polygon, rng: np.random.Generator) -> None:
    """A farmed parcel."""
    cell.owner = owner = draft.new_owner()
    axes = frame_of(cell.polygon)
    angle = math.degrees(axes.angle) + float(rng.uniform(-3, 3))
    number = len(draft.fields)
    # Low trees in rows are "formations arbustives organisées"; CS2.1.3 is for vines.
    codes = {"vine": ("CS2.1.3", "US1.1"), "orchard": ("CS2.1.2", "US1.1")}.get(cell.vocation, FARMED)
    draft.land(cell.polygon, codes, cell.vocation, z=Z_CELL, owner=owner)
    material = {"field": "wheat", "orchard": "meadow"}.get(cell.vocation, cell.vocation)
    draft.paint(cell.polygon, material, z=Z_CELL, angle_deg=angle, crop_of=number)
    draft.fields.append(Area(usable, {"kind": cell.vocation, "rotation": number}, STANDING))
    if cell.vocation == "orchard":
        draft.stands.append(
            Stand(usable.buffer(-3), "orchard", 5.0, 1.8, ("fruit",), (1.0,), 1.0, STANDING, row_deg=angle)
        )
        draft.woods.append(Area(usable, {"stand": "orchard", "code_tfv": "", "managed": False}, STANDING))


def wood_cell(draft: Draft, cell: Cell, usable: Polygon, planted: dict[str, float], rng: np.random.Generator) -> None:
    """A stand of trees, of the kind the woods lack most; `planted` holds the square metres of each kind."""
    total = sum(planted.values()) + cell.area
    lack = {
        kind: STANDS[kind][2] - (planted[kind] + 0.5 * cell.area) / total + float(rng.uniform(-0.06, 0.06))
        for kind in STANDS
    }
    kind = max(lack, key=lambda name: lack[name])
    planted[kind] += cell.area
    cs, tfv, _ = STANDS[kind]
    managed = kind in ("conifer", "poplar") or rng.random() < 0.6
    us = "US1.2" if managed else "US6.3"
    floor = "conifer" if kind == "conifer" else "broadleaf"
    cell.owner = draft.new_owner()
    cell.vocation = "managed_wood" if managed else "wood"
    draft.land(cell.polygon, (cs, us), "wood", z=Z_CELL, material=floor, owner=cell.owner if managed else 0)
    glades = []
    for _ in range(int(rng.poisson(usable.area / 9000))):
        x, y = _inside(usable, rng)
        glade = blob(x, y, float(rng.uniform(5, 11)), rng, roughness=0.4).intersection(usable)
        draft.paint(glade, str(rng.choice(["meadow", "scrub"])), z=Z_CELL + 1)
        glades.append(glade)
    stand(draft, largest(usable.difference(shapely.union_all(glades))) if glades else usable, kind, rng)
    draft.woods.append(Area(usable, {"stand": kind, "code_tfv": tfv, "managed": managed}, STANDING))


def _inside(polygon: Polygon, rng: np.random.Generator) -> tuple[float, float]:
    west, south, east, north = polygon.bounds
    for _ in range(12):
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if shapely.contains_xy(polygon, x, y):
            return x, y
    point = polygon.representative_point()
    return point.x, point.y


def stand(draft: Draft, polygon: Polygon, kind: str, rng: np.random.Generator) -> None:
    """Crowns to fill a stand with."""
    spacing, radius, species, shares, cover, row = {
        "broadleaf": (5.2, 3.3, ("broadleaf", "conifer"), (0.97, 0.03), 0.97, None),
        "conifer": (4.2, 2.4, ("conifer", "broadleaf"), (0.95, 0.05), 0.97, None),
        "mixed": (4.7, 2.8, ("broadleaf", "conifer"), (0.5, 0.5), 0.97, None),
        "poplar": (6.5, 3.2, ("poplar",), (1.0,), 0.98, float(rng.uniform(0, 180))),
        "heath": (15.0, 1.7, ("broadleaf", "conifer"), (0.7, 0.3), 0.5, None),
    }[kind]
    draft.stands.append(Stand(polygon, kind, spacing, radius, species, shares, cover, STANDING, row))


def field_edge(draft: Draft, polygon: Polygon, rng: np.random.Generator, chance: float) -> None:
    """Hedges and lone trees along a field."""
    ring = polygon.simplify(6.0).exterior
    points = shapely.get_coordinates(ring)
    for a, b in itertools.pairwise(points):
        side = LineString([a, b])
        if side.length < 50 or rng.random() > chance:
            continue
        wide = float(rng.uniform(2.0, 5.0))
        band = largest(side.buffer(wide, cap_style="flat").intersection(polygon.buffer(0.5)))
        draft.paint(band, "hedge", z=Z_CELL + 3)
        if not band.is_empty:
            draft.woods.append(Area(band, {"stand": "hedge", "code_tfv": "", "managed": False}, STANDING))
        for at in np.arange(4, side.length - 4, 9.0):
            if rng.random() < 0.7:
                point = side.interpolate(float(at))
                draft.tree(point.x, point.y, rng, radius_m=2.8)
    if rng.random() < 0.25:
        point = polygon.representative_point()
        draft.tree(point.x, point.y, rng, radius_m=4.5)


def rotations(draft: Draft, years: range) -> list[dict[int, str]]:
    """Material of each field in each year: arable crops follow each other, grass and vines stay."""
    result = []
    for number, area in enumerate(draft.fields):
        kind = str(area.values["kind"])
        rng = stream(draft.seed, "rotation", number)
        if kind == "field":
            result.append({year: str(rng.choice(CROPS, p=SHARES)) for year in years})
        elif kind == "meadow" and rng.random() < 0.12:
            turned = int(rng.integers(2020, 2023))
            result.append({year: "meadow" if year < turned else "ploughed" for year in years})
        else:
            result.append(dict.fromkeys(years, "meadow" if kind == "orchard" else kind))
    return result
