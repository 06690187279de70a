"""The railway station: platforms, a building, a forecourt with its car park, a street to the village."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.draft import STANDING, Area, Draft
from millesime.demo.plan.network import RAIL_HALF_M, Z_DETAIL, Network
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import rectangle, strip
from millesime.demo.plan.siting import Lot, Siting
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import PAVEMENT_M, add_parcel, lay_street

LENGTH_M, DEPTH_M = 64.0, 27.0


def station(draft: Draft, network: Network, siting: Siting) -> list[Geometry]:
    """Place a station on the village's side of the railway, where there is room.

    Returns:
        The public ground of its street; nothing where no place was found.
    """
    found = _yard(network, siting) if network.rail is not None else None
    if found is None or network.rail is None:
        return []
    yard, heading, index = found
    roads = [
        *(trunk.line for trunk in network.trunks),
        *(way.geometry for way in draft.ways if way.level == 0 and not way.tracks),
    ]
    lane = _lane(yard, shapely.union_all(roads), network)
    if lane is None:
        return []
    siting.take(Lot(yard, network.rail, heading, index), "site")
    lay_street(draft, lane, 5.0, network)
    ground = strip(lane, 5.0 + 2 * PAVEMENT_M, round_ends=True)
    body = yard.difference(ground) if yard.difference(ground).geom_type == "Polygon" else yard
    plot = Plot(draft, body, network.rail_ground, "US4.1.2", stream(draft.seed, "station"))
    plot.ground("CS1.1.1.2", "station", "asphalt")
    plot.hall(
        24, 9, at="front", usage="Indifférencié", nature="Indifférenciée", height_m=7.0, roof="gable",
        roof_material="slate",
    )  # fmt: skip
    plot.car_park(34, 12, at="back")
    plot.trees(5)
    add_parcel(draft, body, z=25.0)
    platform = shapely.intersection(network.rail.buffer(RAIL_HALF_M), rectangle(*_middle(yard), 90, 60, heading))
    edge = platform.difference(network.rail.buffer(4.2))
    draft.paint(edge, "paving", z=Z_DETAIL + 30)
    draft.zones.append(
        Area(
            body,
            {
                "layer": "EQUIPEMENT_DE_TRANSPORT",
                "categorie": "",
                "nature": "Gare voyageurs uniquement",
                "name": "Gare de Saint-Aubin",
            },
            STANDING,
        )
    )
    return [ground]


def _middle(polygon: Polygon) -> tuple[float, float]:
    return polygon.centroid.x, polygon.centroid.y


def _yard(network: Network, siting: Siting) -> tuple[Polygon, float, int] | None:
    """Forecourt beside the railway inside one region, as near to the village as possible."""
    if network.rail is None:
        return None
    centre = shapely.Point(network.centre)
    nearest = network.rail.project(centre)
    for step in sorted(np.arange(-12, 13), key=lambda k: (abs(k), k)):
        at = nearest + float(step) * 22.0
        here, there = network.rail.interpolate(at), network.rail.interpolate(at + 5.0)
        heading = math.atan2(there.y - here.y, there.x - here.x)
        left = math.cos(heading) * (centre.y - here.y) - math.sin(heading) * (centre.x - here.x)
        inward = heading + math.copysign(math.pi / 2, left)
        away = RAIL_HALF_M + DEPTH_M / 2 - 0.5
        box = rectangle(here.x + away * math.cos(inward), here.y + away * math.sin(inward), LENGTH_M, DEPTH_M, heading)
        yard = box.difference(network.rail_ground)
        if yard.geom_type != "Polygon" or yard.intersects(network.village.buffer(3)):
            continue
        if any(trunk.line.distance(yard) < 6 for trunk in network.trunks) or network.river.distance(yard) < 15:
            continue
        for index, cell in enumerate(siting.cells):
            if cell.vocation == "" and cell.polygon.covers(yard):
                return yard, heading, index
    return None


def _lane(yard: Polygon, roads: Geometry, network: Network) -> LineString | None:
    """Street from the forecourt to the nearest road that needs no crossing of water or rail."""
    line = shapely.shortest_line(yard, roads)
    if line.length > 260 or line.crosses(network.river_ground) or line.crosses(network.rail_ground):
        return None
    (ax, ay), (bx, by) = line.coords
    length = max(line.length, 0.1)
    inner = (ax - 4 * (bx - ax) / length, ay - 4 * (by - ay) / length)
    return LineString([inner, (bx, by)])
