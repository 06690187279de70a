"""What stands on a parcel: houses, gardens, pools, hedges, driveways, trees."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.draft import STANDING, Draft, Life
from millesime.demo.plan.network import Z_DETAIL
from millesime.demo.plan.shapes import Frame, largest, polygons, rectangle

ROOFS = ("tile_red", "tile_brown", "slate", "fibre_cement")


@dataclass(frozen=True)
class Front:
    """The street side of a parcel: its middle, the direction along the street and inward."""

    x: float
    y: float
    along: float
    inward: float
    length: float


def front_of(parcel: Polygon, street: Geometry) -> Front | None:
    """Street side of a parcel, None when no side of 4 m or more lies on the street's ground."""
    ring = shapely.get_coordinates(parcel.exterior)
    middles = (ring[1:] + ring[:-1]) / 2
    lengths = np.hypot(*(ring[1:] - ring[:-1]).T)
    near = shapely.distance(shapely.points(middles), street) < 0.4
    if lengths[near].sum() < 4.0:
        return None
    # sides of about the same direction make one front
    delta = (ring[1:] - ring[:-1])[near]
    weight = lengths[near]
    longest = int(np.argmax(weight))
    along = math.atan2(delta[longest][1], delta[longest][0])
    turn = np.abs(np.angle(np.exp(1j * (np.arctan2(delta[:, 1], delta[:, 0]) - along))))
    straight = turn < 0.5
    x, y = np.average(middles[near][straight], axis=0, weights=weight[straight])
    inside = parcel.representative_point()
    left = math.cos(along) * (inside.y - y) - math.sin(along) * (inside.x - x)
    inward = along + math.pi / 2 if left > 0 else along - math.pi / 2
    return Front(float(x), float(y), along, inward, float(weight[straight].sum()))


def shift(front: Front, along: float, inward: float) -> tuple[float, float]:
    """Point at metres along the street and metres into the parcel."""
    return (
        front.x + along * math.cos(front.along) + inward * math.cos(front.inward),
        front.y + along * math.sin(front.along) + inward * math.sin(front.inward),
    )


def detached(
    draft: Draft,
    parcel: Polygon,
    street: Geometry,
    rng: np.random.Generator,
    *,
    owner: int,
    life: Life = STANDING,
    wealth: float = 0.5,
) -> bool:
    """A detached house with its garden; False when the parcel cannot hold one (it stays a garden)."""
    front = front_of(parcel, street)
    room = parcel.buffer(-2.2)
    if front is None or room.is_empty:
        plain_garden(draft, parcel, rng, life=life)
        return False
    placed = _place(front, room, rng)
    if placed is None:
        plain_garden(draft, parcel, rng, life=life)
        return False
    house, back = placed
    flats = 1 if rng.random() < 0.93 else 2
    draft.build(
        house,
        height_m=float(rng.choice([2.9, 3.2, 5.4, 5.8], p=[0.3, 0.25, 0.25, 0.2])),
        roof=str(rng.choice(["gable", "hip", "flat"], p=[0.66, 0.28, 0.06])),
        roof_material=str(rng.choice(ROOFS, p=[0.46, 0.3, 0.2, 0.04])),
        ridge_deg=math.degrees(front.along),
        usage="Résidentiel",
        codes_us="US5",
        dwellings=flats,
        owner=owner,
        life=life,
    )
    garden(draft, parcel, house, front, back, rng, life=life, wealth=wealth)
    return True


def _place(front: Front, room: Geometry, rng: np.random.Generator) -> tuple[Polygon, float] | None:
    """Footprint that fits in the room, and how far inward its back is."""
    for shrink in (1.0, 0.92, 0.84, 0.75, 0.66):
        wide, deep = float(rng.uniform(10.5, 15)) * shrink, float(rng.uniform(8, 10.5)) * shrink
        for setback in (float(rng.uniform(4.0, 8.0)), 4.0, 2.5, 9.0):
            for slide in (float(rng.uniform(-2, 2)), 0.0, 3.0, -3.0):
                x, y = shift(front, slide, setback + deep / 2)
                body = rectangle(x, y, wide, deep, front.along)
                if not room.covers(body):
                    continue
                if rng.random() < 0.4:
                    hand = float(rng.choice([-1, 1]))
                    x, y = shift(front, slide + hand * (wide / 2 - 2.2), setback + deep / 2 + hand * 0 + 3.0)
                    wing = rectangle(x, y, 4.4, deep + 2.0, front.along)
                    if room.covers(wing):
                        body = largest(body.union(wing))
                return body, setback + deep + 1.0
    return None


def garden(
    draft: Draft,
    parcel: Polygon,
    house: Polygon,
    front: Front,
    back: float,
    rng: np.random.Generator,
    *,
    life: Life,
    wealth: float,
) -> None:
    """Lawn, driveway, terrace, pool, shed, hedge and trees around a house."""
    lawn = "lawn" if rng.random() < 0.6 else "garden"
    draft.paint(parcel, lawn, z=Z_DETAIL, life=life, angle_deg=math.degrees(front.along))
    door = largest(house).representative_point()
    slide = float(rng.uniform(-3, 3))
    drive = LineString([shift(front, slide, -0.6), (door.x, door.y)]).buffer(
        float(rng.uniform(1.5, 2.6)), cap_style="flat"
    )
    hard = str(rng.choice(["asphalt", "concrete", "gravel", "paving"], p=[0.25, 0.2, 0.4, 0.15]))
    draft.paint(drive.intersection(parcel.buffer(0.3)), hard, z=Z_DETAIL + 2, life=life)
    if rng.random() < 0.5:
        draft.cars.append((*shift(front, slide, 3.2), math.degrees(front.inward), 4.3, life))
    deep = float(rng.uniform(2.5, 4.5))
    terrace = rectangle(*shift(front, 0, back + deep / 2 - 1), float(rng.uniform(5, 10)), deep, front.along)
    draft.paint(terrace.intersection(parcel), "paving", z=Z_DETAIL + 2, life=life)
    free = parcel.buffer(-2.0).difference(house.buffer(2.0)).difference(drive.buffer(1.0))
    if rng.random() < wealth * 0.55 and parcel.area > 380:
        pool = rectangle(
            *shift(front, float(rng.uniform(-4, 4)), back + float(rng.uniform(6, 9))),
            float(rng.uniform(7, 10)),
            float(rng.uniform(3.5, 4.6)),
            front.along + float(rng.choice([0.0, math.pi / 2])),
        )
        if free.covers(pool):
            draft.paint(pool.buffer(1.3, join_style="mitre"), "paving", z=Z_DETAIL + 2, life=life)
            draft.paint(pool, "pool", z=Z_DETAIL + 4, life=life)
            draft.clear.append((pool.buffer(2.5), life))
            free = free.difference(pool.buffer(2.0))
    if rng.random() < 0.5:
        free = _shed(draft, free, front.along, rng, life)
    fence(draft, parcel, rng, life=life, share=0.45 + 0.4 * wealth)
    if rng.random() < 0.35:
        patch = rectangle(*_spot(free, rng), float(rng.uniform(4, 9)), float(rng.uniform(3, 6)), front.along)
        draft.paint(patch.intersection(free), "bare_earth", z=Z_DETAIL + 1, life=life)
    garden_trees(draft, free, rng, life=life, per_m2=1 / 95)
    for _ in range(int(rng.poisson(free.area / 220))):
        bush = shapely.Point(_spot(free, rng)).buffer(float(rng.uniform(0.7, 1.8)), quad_segs=2)
        draft.paint(bush.intersection(free), "scrub", z=Z_DETAIL + 1, life=life)


def _shed(draft: Draft, free: Geometry, along: float, rng: np.random.Generator, life: Life) -> Geometry:
    x, y = _spot(free, rng)
    shed = rectangle(x, y, float(rng.uniform(2.8, 5.5)), float(rng.uniform(2.4, 3.6)), along)
    if free.covers(shed):
        draft.build(
            shed,
            height_m=2.2,
            roof="shed",
            roof_material=str(rng.choice(["fibre_cement", "tile_red", "metal_light"])),
            ridge_deg=math.degrees(along),
            usage="Annexe",
            codes_us="US5",
            life=life,
        )
        return free.difference(shed.buffer(1.5))
    return free


def _spot(area: Geometry, rng: np.random.Generator) -> tuple[float, float]:
    """A place in an area, or near it when none is found quickly."""
    if area.is_empty:
        return 0.0, 0.0
    west, south, east, north = area.bounds
    for _ in range(8):
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if shapely.contains_xy(area, x, y):
            return x, y
    point = area.representative_point()
    return point.x, point.y


def plain_garden(draft: Draft, parcel: Polygon, rng: np.random.Generator, *, life: Life = STANDING) -> None:
    """A garden without a house: lawn, beds, fruit trees."""
    draft.paint(parcel, str(rng.choice(["garden", "lawn", "meadow"])), z=Z_DETAIL, life=life)
    inner = parcel.buffer(-1.5)
    for _ in range(int(rng.integers(0, 3))):
        patch = rectangle(*_spot(inner, rng), float(rng.uniform(4, 10)), float(rng.uniform(3, 7)), 0.3)
        draft.paint(patch.intersection(inner), "bare_earth", z=Z_DETAIL + 1, life=life)
    garden_trees(draft, inner, rng, life=life, per_m2=1 / 90)


def fence(
    draft: Draft, parcel: Polygon, rng: np.random.Generator, *, life: Life = STANDING, share: float = 0.5
) -> None:
    """Hedges along some sides of a parcel."""
    ring = shapely.get_coordinates(shapely.simplify(parcel, 0.5).exterior)
    sides = [LineString([a, b]) for a, b in itertools.pairwise(ring)]
    chosen = [side for side in sides if side.length > 6 and rng.random() < share]
    if chosen:
        band = shapely.union_all(chosen).buffer(float(rng.uniform(0.6, 1.1)), cap_style="flat")
        draft.paint(band.intersection(parcel), "hedge", z=Z_DETAIL + 1, life=life)


def garden_trees(draft: Draft, free: Geometry, rng: np.random.Generator, *, life: Life, per_m2: float) -> None:
    """Scattered garden trees."""
    if free.is_empty:
        return
    for _ in range(int(rng.poisson(free.area * per_m2))):
        x, y = _spot(free, rng)
        species = str(rng.choice(["broadleaf", "fruit", "conifer"], p=[0.5, 0.3, 0.2]))
        radius = {"broadleaf": 2.6, "fruit": 1.7, "conifer": 1.8}[species]
        draft.tree(x, y, rng, species=species, radius_m=radius, life=life)


def row_houses(
    draft: Draft,
    parcel: Polygon,
    street: Geometry,
    rng: np.random.Generator,
    *,
    us: str,
    owner: int,
    setback_m: float = 0.0,
) -> bool:
    """Attached houses of an old street: the parcel's street strip is built from side to side."""
    front = front_of(parcel, street)
    if front is None or parcel.area < 45:
        draft.paint(parcel, "paving" if parcel.area < 120 else "garden", z=Z_DETAIL)
        return False
    deep = float(rng.uniform(8.5, 12.5))
    x, y = shift(front, 0, setback_m + deep / 2)
    band = rectangle(x, y, 3 * front.length + 20, deep, front.along)
    body = largest(largest(parcel.intersection(band)).simplify(0.4))
    if body.area < 35 or body.area > 420:
        return detached(draft, parcel, street, rng, owner=owner, wealth=0.1)
    shops = int(us == "US235") + int(us == "US3")
    draft.build(
        body,
        height_m=float(rng.choice([5.2, 6.0, 7.5, 8.5], p=[0.3, 0.35, 0.25, 0.1])),
        roof="gable",
        roof_material=str(rng.choice(ROOFS, p=[0.42, 0.33, 0.23, 0.02])),
        ridge_deg=math.degrees(front.along),
        usage="Résidentiel" if us == "US5" else "Commercial et services" if us == "US3" else "Indifférencié",
        codes_us=us,
        dwellings=0 if us == "US3" else int(rng.integers(1, 4)) if body.area > 130 else 1,
        premises=shops,
        owner=owner,
    )
    rest = parcel.difference(body)
    for part in polygons(rest, min_area_m2=2):
        yard = part.area < 90 or (rng.random() < 0.3 and part.area < 240)
        draft.paint(part, str(rng.choice(["paving", "gravel", "concrete"])) if yard else "garden", z=Z_DETAIL)
        if not yard:
            fence(draft, part, rng, share=0.25)
            garden_trees(draft, part.buffer(-1.5), rng, life=STANDING, per_m2=1 / 120)
            _annex(draft, part, front, rng, us, owner)
    return True


def _annex(draft: Draft, part: Polygon, front: Front, rng: np.random.Generator, us: str, owner: int) -> None:
    """A barn or shed at the bottom of an old garden."""
    if rng.random() > 0.45:
        return
    frame = Frame(front.x, front.y, front.along, 0, 0)
    x, y = _spot(part.buffer(-3.0), rng)
    long, deep = float(rng.uniform(4, 10)), float(rng.uniform(3.5, 6.5))
    body = rectangle(x, y, long, deep, frame.angle)
    if part.covers(body):
        draft.build(
            body,
            height_m=float(rng.uniform(2.4, 4.0)),
            roof="gable" if deep > 4.5 else "shed",
            roof_material=str(rng.choice(ROOFS)),
            ridge_deg=math.degrees(frame.angle),
            usage="Annexe",
            codes_us=us,
            owner=owner,
        )
