"""The lines that shape a territory: river, railway, main roads, country roads, and the village they meet in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, LineString, Polygon, box

from millesime.demo.plan.draft import STANDING, Area, Draft, Way
from millesime.demo.plan.shapes import Point2, blob, curve, largest, lines, strip
from millesime.demo.plan.streams import stream
from millesime.demo.plan.terrain import Course

#: Half of the ground of a double track.
RAIL_HALF_M = 6.0
ROAD = ("CS1.1.1.2", "US4.1.1")
RAIL = ("CS1.1.2.1", "US4.1.2")
#: Heights in the painter's order.
Z_BASE, Z_CELL, Z_SITE, Z_DETAIL, Z_WATER, Z_ROAD, Z_RAIL, Z_BRIDGE = 0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 56.0, 60.0


@dataclass(frozen=True)
class Trunk:
    """A planned centre line before it is cut by level."""

    line: LineString
    width_m: float
    importance: str
    name: str
    material: str
    nature: str = "Route à 1 chaussée"


@dataclass(frozen=True)
class Network:
    """Lines of the territory and what they enclose."""

    centre: Point2
    course: Course
    river_width_m: float
    river: LineString
    river_ground: Polygon
    rail: LineString | None
    rail_ground: Polygon
    trunks: tuple[Trunk, ...]
    village: Polygon
    """Outline of village and estates, both banks."""

    core: Polygon
    """Outline of the old village."""

    roundabout: Point2 | None
    """Centre of a roundabout on the main road."""


def make_network(draft: Draft) -> Network:
    """Lay out the lines of the territory."""
    rng = stream(draft.seed, "network")
    west, south, _, _ = draft.extent
    size = draft.size_m
    centre = tuple(np.array([west, south]) + size / 2 + rng.uniform(-0.05, 0.05, 2) * size)
    x, y = float(round(centre[0], 2)), float(round(centre[1], 2))
    heading = float(rng.uniform(0, math.pi))
    side = 1 if rng.random() < 0.5 else -1
    river_width = float(rng.uniform(8.0, 12.0)) if size > 700 else float(rng.uniform(5.0, 7.0))
    away = side * float(rng.uniform(0.17, 0.24)) * size
    turn = heading + float(rng.uniform(-0.3, 0.3))
    course = Course(
        x - away * math.sin(turn),
        y + away * math.cos(turn),
        turn,
        (
            (0.035 * size, float(rng.uniform(0.75, 1.1)) * size, float(rng.uniform(0, 6.28))),
            (0.012 * size + 3, float(rng.uniform(0.22, 0.3)) * size, float(rng.uniform(0, 6.28))),
            (2.0, float(rng.uniform(38, 60)), float(rng.uniform(0, 6.28))),
        ),
    )
    reach = 1.5 * size
    river = course.line(reach)
    bed = strip(river, river_width)
    rail = _railway(rng, x, y, heading, side, size) if size >= 700 else None
    rail_ground = strip(rail, 2 * RAIL_HALF_M) if rail is not None else Polygon()
    main = _across(rng, (x, y), heading, size)
    second = _across(rng, (x, y), heading + math.pi / 2 + float(rng.uniform(-0.35, 0.35)), size)
    trunks = [
        Trunk(main, float(rng.choice([6.0, 6.5, 7.0])), "3", "D 27", "asphalt"),
        Trunk(second, float(rng.choice([5.5, 6.0])), "4", "D 114", "asphalt_worn"),
    ]
    for number in range(2 if size < 700 else 3):
        quarter = heading + math.pi / 4 + number * math.pi / 2 + float(rng.uniform(-0.2, 0.2))
        if number == 0 and size < 700:
            quarter += math.pi
        trunks.append(
            Trunk(
                _outward(rng, _start(trunks[number % 2].line, (x, y), quarter, size, rng), quarter, size),
                float(rng.choice([3.8, 4.2, 4.6])),
                "5",
                f"Route {('de la Garenne', 'du Moulin', 'des Vignes')[number]}",
                "asphalt_worn",
            )
        )
    frame = box(*draft.extent)
    radius = 0.212 * size
    village = blob(x, y, radius, rng, roughness=0.25)
    arms = shapely.union_all([strip(trunk.line, 90.0) for trunk in trunks[:2]])
    village = village.union(arms.intersection(blob(x, y, radius * 1.45, rng)))
    village = village.difference(river.buffer(river_width / 2 + 14))
    if rail is not None:
        village = village.difference(rail.buffer(14))
    inner = frame.buffer(-0.03 * size)
    parts = [part for part in shapely.get_parts(village.intersection(inner)) if part.area > 0.008 * size * size]
    village = shapely.union_all([largest(part.buffer(-6).buffer(6)) for part in parts])
    core = blob(x, y, min(max(0.30 * radius, 45.0), 105.0), rng, roughness=0.15)
    core = largest(core.intersection(village))
    return Network(
        (x, y),
        course,
        river_width,
        river,
        largest(bed.buffer(0)),
        rail,
        rail_ground,
        tuple(trunks),
        village,
        core,
        _roundabout(main, village, river, rail, frame, (x, y)) if size >= 800 else None,
    )


def _roundabout(
    road: LineString, village: Polygon, river: LineString, rail: LineString | None, frame: Polygon, centre: Point2
) -> Point2 | None:
    """Vertex of the main road in the open, away from river and railway, a third of the way out."""
    wanted = 0.33 * (frame.bounds[2] - frame.bounds[0])
    best: tuple[float, Point2] | None = None
    for x, y in road.coords:
        point = shapely.Point(x, y)
        far = math.hypot(x - centre[0], y - centre[1])
        if not frame.buffer(-60).covers(point) or village.distance(point) < 35 or river.distance(point) < 60:
            continue
        if rail is not None and rail.distance(point) < 60:
            continue
        if best is None or abs(far - wanted) < best[0]:
            best = (abs(far - wanted), (x, y))
    return best[1] if best is not None else None


ISLAND_M, RING_M, OUTER_M = 9.0, 13.0, 17.0


def lay_roundabout(draft: Draft, network: Network) -> list[Geometry]:
    """A ring of asphalt round a green island."""
    if network.roundabout is None:
        return []
    centre = shapely.Point(network.roundabout)
    disc = centre.buffer(OUTER_M, quad_segs=12)
    draft.land(disc, ROAD, "road", z=Z_ROAD + 1, material="asphalt")
    draft.paint(centre.buffer(ISLAND_M, quad_segs=12), "lawn", z=Z_ROAD + 3)
    draft.paint(centre.buffer(OUTER_M + 3, quad_segs=12), "verge", z=Z_ROAD - 2)
    ring = LineString(_ring_of(network).exterior.coords)
    draft.ways.append(
        Way(ring, "Rond-point", "3", 2 * (OUTER_M - RING_M), 0, "Giratoire de la Plaine", False, STANDING)
    )
    rng = stream(draft.seed, "island")
    for turn in (0.3, 2.4, 4.5):
        draft.tree(centre.x + 4 * math.cos(turn), centre.y + 4 * math.sin(turn), rng, radius_m=2.0)
    return [centre.buffer(OUTER_M + 2.0)]


def _ring_of(network: Network) -> Polygon:
    """Middle line of the roundabout's ring, filled."""
    if network.roundabout is None:
        return Polygon()
    return shapely.set_precision(shapely.Point(network.roundabout).buffer(RING_M, quad_segs=10), 0.01)


def _across(rng: np.random.Generator, centre: Point2, heading: float, size: float) -> LineString:
    """A road that crosses the territory through the village's centre, with country bends."""
    step = max(0.14 * size, 90.0)
    count = math.ceil(1.3 * size / step)
    points = []
    for k in range(-count, count + 1):
        swing = 0.0 if k == 0 else float(rng.normal(0, 0.13 * step + 0.012 * size))
        points.append(_offset(centre, heading, k * step, swing))
    points[count] = centre
    return curve(points)


def _start(road: LineString, centre: Point2, heading: float, size: float, rng: np.random.Generator) -> Point2:
    """Vertex of a main road some way from the centre, on the side the small road leaves to."""
    reach = float(rng.uniform(0.02, 0.11)) * size
    best = min(
        road.coords,
        key=lambda p: (
            abs(math.hypot(p[0] - centre[0], p[1] - centre[1]) - reach)
            - 0.6 * reach * math.cos(math.atan2(p[1] - centre[1], p[0] - centre[0]) - heading)
        ),
    )
    return float(best[0]), float(best[1])


def _outward(rng: np.random.Generator, centre: Point2, heading: float, size: float) -> LineString:
    """A small road from the centre to the edge."""
    step = max(0.12 * size, 70.0)
    points = [centre]
    drift = 0.0
    for k in range(1, math.ceil(1.3 * size / step) + 1):
        drift += float(rng.normal(0, 0.2 * step))
        points.append(_offset(centre, heading, k * step, drift))
    return curve(points)


def _railway(rng: np.random.Generator, x: float, y: float, heading: float, side: int, size: float) -> LineString:
    """A railway beyond the village, away from the river, in a wide curve."""
    turn = heading + side * float(rng.uniform(0.6, 0.95))
    away = -side * float(rng.uniform(0.26, 0.30)) * size
    bow = float(rng.uniform(-0.05, 0.05)) * size
    base = (x - away * math.sin(turn), y + away * math.cos(turn))
    points = [_offset(base, turn, t * size, bow * (1 - (t / 0.9) ** 2)) for t in (-1.4, -0.9, -0.45, 0, 0.45, 0.9, 1.4)]
    return curve(points, step_m=15.0)


def _offset(origin: Point2, heading: float, along: float, across: float) -> Point2:
    cos, sin = math.cos(heading), math.sin(heading)
    return (
        round(origin[0] + along * cos - across * sin, 2),
        round(origin[1] + along * sin + across * cos, 2),
    )


def lay_network(draft: Draft, network: Network) -> list[Geometry]:
    """Put river, railway and roads into the draft; the public ground they take (for parcels and blocks)."""
    frame = box(*draft.extent)
    bed = network.river_ground.intersection(frame)
    draft.land(bed, ("CS1.2.2", "US6.3"), "river", z=Z_WATER, material="river")
    draft.waters.append(_water(bed, "Ecoulement naturel"))
    public: list[Geometry] = [bed]
    if network.rail is not None:
        ground = network.rail_ground.intersection(frame)
        draft.land(ground, RAIL, "rail", z=Z_RAIL)
        draft.paint(ground, "verge", z=Z_RAIL - 0.5)
        draft.paint(strip(network.rail, 9.0).intersection(frame), "ballast", z=Z_RAIL)
        over_water = network.rail.intersection(network.river_ground.buffer(4))
        for part, level in (
            *((line, 1) for line in lines(over_water)),
            *((line, 0) for line in lines(network.rail.difference(network.river_ground.buffer(4)))),
        ):
            draft.ways.append(Way(part, "Voie ferrée principale", "", 9.0, level, "", False, STANDING, tracks=2))
        public.append(ground)
    public += lay_roundabout(draft, network)
    for number, trunk in enumerate(network.trunks):
        public += lay_trunk(draft, network, trunk, rail_level=(-1, 1)[number] if number < 2 else 0)
    return public


def lay_trunk(draft: Draft, network: Network, trunk: Trunk, *, rail_level: int) -> list[Geometry]:
    """Put one road of the open country, cut into ground, bridge and underpass parts."""
    frame = box(*draft.extent)
    over = network.river_ground.buffer(5.0)
    under = network.rail_ground.buffer(3.0) if network.rail is not None else Polygon()
    ring = _ring_of(network)
    rest = trunk.line.difference(shapely.union_all([over, under, ring]))
    taken: list[Geometry] = []
    for part, level in (
        *((line, 0) for line in lines(rest)),
        *((line, 1) for line in lines(trunk.line.intersection(over.difference(under)))),
        *((line, rail_level) for line in lines(trunk.line.intersection(under))),
    ):
        draft.ways.append(Way(part, trunk.nature, trunk.importance, trunk.width_m, level, trunk.name, False, STANDING))
        ground = strip(part, trunk.width_m).difference(ring).intersection(frame)
        if level < 0 or ground.is_empty:
            continue
        z = Z_BRIDGE if level > 0 or under.intersects(part.centroid) else Z_ROAD
        if z == Z_ROAD:
            draft.paint(strip(part, trunk.width_m + 3.6), "verge", z=Z_ROAD - 2)
        if trunk.width_m >= 5.0:
            draft.land(ground, ROAD, "road", z=z, owner=0)
        draft.paint(strip(part, trunk.width_m, round_ends=True), trunk.material, z=z)
        taken.append(strip(part, trunk.width_m + 3.6, round_ends=True))
    return taken


def _water(geometry: Geometry, nature: str) -> Area:
    return Area(geometry, {"nature": nature, "persistent": True}, STANDING)
