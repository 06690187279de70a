"""Places of work: industry, shops, logistics, workshops."""

from __future__ import annotations

import shapely
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.blocks import ACTIVITY, split_by_streets, split_parcels, usable
from millesime.demo.plan.draft import STANDING, Area, Draft, Life
from millesime.demo.plan.network import OUTER_M, Z_SITE, Network
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import strip
from millesime.demo.plan.siting import Lot
from millesime.demo.plan.streams import stream
from millesime.demo.plan.village import PAVEMENT_M, add_parcel, lay_street

KINDS = ("industry", "shop", "logistics", "industry", "shop", "workshop", "workshop", "shop")
ZONE_OF = {
    "industry": ("Industriel et commercial", "Zone industrielle", "Fonderie de la Vesle"),
    "shop": ("Industriel et commercial", "Divers commercial", "Comptoir du Val"),
    "logistics": ("Industriel et commercial", "Divers industriel", "Plateforme logistique du Plateau"),
    "workshop": ("Industriel et commercial", "Divers industriel", "Atelier de la Plaine"),
}


def activity_zone(draft: Draft, network: Network, lot: Lot, ways: Geometry) -> list[Geometry]:
    """A zone with its own street and plots; the public ground it adds."""
    rng = stream(draft.seed, "activity")
    blocks: list[Polygon] = [lot.polygon]
    streets: list[LineString] = []
    if lot.polygon.area > 22000:
        blocks, streets = split_by_streets(lot.polygon, ACTIVITY, rng, ways=ways)
    draft.land(lot.polygon, ("CS2.2.1", "US2"), "green", z=Z_SITE - 1, owner=draft.new_owner(), material="verge")
    for line in streets:
        lay_street(draft, line, ACTIVITY.street_m, network)
    grounds: list[Geometry] = [strip(line, ACTIVITY.street_m + 2 * PAVEMENT_M, round_ends=True) for line in streets]
    ring = shapely.Point(network.roundabout).buffer(OUTER_M + 2) if network.roundabout is not None else Polygon()
    roads = shapely.union_all([ways.buffer(5.0), ring, *grounds], grid_size=0.01)
    number = 0
    for block in blocks:
        for part in usable(block, roads):
            for plot in split_parcels(part, ACTIVITY.parcel_m2, ACTIVITY.slender, rng, street=roads):
                furnish(draft, plot, roads, KINDS[number % len(KINDS)], number)
                number += 1
    draft.zones.append(
        Area(
            lot.polygon,
            {
                "layer": "ZONE_D_ACTIVITE_OU_D_INTERET",
                "categorie": "Industriel et commercial",
                "nature": "Zone d'activité",
                "name": "Zone d'activités de la Plaine",
            },
            STANDING,
        )
    )
    return grounds


def furnish(
    draft: Draft,
    polygon: Polygon,
    street: Geometry,
    kind: str,
    number: int,
    *,
    life: Life = STANDING,
    key: str = "",
    reach: Polygon | None = None,
) -> None:
    """Build a plot of the zone."""
    rng = stream(draft.seed, "plot", key, number)
    us = {"industry": "US2", "workshop": "US2", "shop": "US3", "logistics": "US4.2"}[kind]
    plot = Plot(draft, polygon, street, us, rng, life, reach=reach)
    add_parcel(draft, polygon, life=life, z=25.0)
    category, nature, name = ZONE_OF[kind]
    draft.zones.append(
        Area(
            polygon,
            {
                "layer": "ZONE_D_ACTIVITE_OU_D_INTERET",
                "categorie": category,
                "nature": nature,
                "name": f"{name} {number + 1}",
            },
            life,
        )
    )
    {"industry": _industry, "workshop": _workshop, "shop": _shop, "logistics": _logistics}[kind](plot)
    plot.border("lawn", 3.0)
    plot.trees(int(polygon.area / 900))


def _industry(plot: Plot) -> None:
    plot.ground("CS1.1.1.2", "industrial_yard", "concrete")
    size = plot.polygon.area**0.5
    plot.hall(0.62 * size, 0.42 * size, at="middle", usage="Industriel")
    plot.hall(0.3 * size, 0.22 * size, at="front", usage="Industriel", height_m=4.5, roof="flat")
    plot.hall(0.2 * size, 0.2 * size, at="back", usage="Industriel")
    for _ in range(int(plot.rng.integers(0, 4))):
        tank = plot.place(7, 7, at="back", gap_m=1.5)
        if tank is not None:
            plot.draft.build(
                tank.centroid.buffer(3.4),
                height_m=8.0,
                roof="round",
                roof_material="metal_light",
                ridge_deg=0.0,
                usage="Industriel",
                nature="Industriel, agricole ou commercial",
                codes_us=plot.us,
                life=plot.life,
            )
    plot.car_park(0.35 * size, 16, at="front")
    plot.pad(0.5 * size, 0.24 * size, "lawn", at="any", cs="CS2.2.1", kind="green", least=0.3)


def _workshop(plot: Plot) -> None:
    plot.ground("CS1.1.1.2", "industrial_yard", "asphalt_worn")
    size = plot.polygon.area**0.5
    plot.hall(0.4 * size, 0.3 * size, at="middle", usage="Industriel", height_m=6.0)
    plot.hall(0.25 * size, 0.16 * size, at="back", usage="Industriel", height_m=5.0)
    plot.pad(0.4 * size, 0.22 * size, "gravel", at="back", least=0.4)
    plot.car_park(0.35 * size, 11, at="front")
    plot.pad(0.4 * size, 0.2 * size, "lawn", at="any", cs="CS2.2.1", kind="green", least=0.4)


def _shop(plot: Plot) -> None:
    plot.ground("CS1.1.1.2", "commercial_yard", "asphalt")
    size = plot.polygon.area**0.5
    plot.hall(0.6 * size, 0.34 * size, at="back", usage="Commercial et services", height_m=6.5, roof="flat")
    plot.car_park(0.75 * size, 0.36 * size, at="front", cs="CS1.1.1.2")
    plot.pad(0.35 * size, 0.16 * size, "lawn", at="any", cs="CS2.2.1", kind="green", least=0.5)


def _logistics(plot: Plot) -> None:
    plot.ground("CS1.1.1.2", "logistics_yard", "asphalt")
    size = plot.polygon.area**0.5
    plot.hall(
        0.72 * size, 0.5 * size, at="middle", usage="Commercial et services", height_m=11.0, roof="flat",
        roof_material="membrane" if plot.rng.random() < 0.5 else "metal_light",
    )  # fmt: skip
    plot.pad(0.6 * size, 0.14 * size, "concrete", at="back")
    plot.car_park(0.4 * size, 11, at="front")
    for _ in range(4):
        spot = plot.place(14, 3, at="any", gap_m=1.0)
        if spot is not None:
            centre = spot.centroid
            plot.draft.cars.append((centre.x, centre.y, 57.3 * plot.front.along, 13.0, plot.life))
