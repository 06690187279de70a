"""Places of the commune that are neither houses, shops nor fields; one function each, all of one signature."""

from __future__ import annotations

import math

import shapely
from shapely import Polygon

from millesime.demo.plan.draft import Area
from millesime.demo.plan.network import Z_DETAIL, Z_WATER
from millesime.demo.plan.plots import Plot
from millesime.demo.plan.shapes import blob, largest


def zone(plot: Plot, layer: str, categorie: str, nature: str, name: str, polygon: Polygon | None = None) -> None:
    """Note the plot (or a part) as a named place."""
    plot.draft.zones.append(
        Area(
            plot.polygon if polygon is None else polygon,
            {"layer": layer, "categorie": categorie, "nature": nature, "name": name},
            plot.life,
        )
    )


ACTIVITY_LAYER = "ZONE_D_ACTIVITE_OU_D_INTERET"


def farm(plot: Plot) -> None:
    """A farmyard: barns, silos, the house and its garden."""
    rng, size = plot.rng, plot.polygon.area**0.5
    plot.ground("CS1.1.2.1", "farmyard", "stabilised" if rng.random() < 0.6 else "gravel")
    house = plot.hall(
        13, 9, at="front", usage="Résidentiel", nature="Indifférenciée", height_m=5.6, roof="gable",
        roof_material="tile_brown", dwellings=1, premises=0, us="US5", gap_m=9.0,
    )  # fmt: skip
    if house is not None:
        court = largest(house.buffer(11.0, join_style="mitre").intersection(plot.polygon))
        plot.lay(court, "garden", cs="CS2.2.1", kind="garden", us="US5", z=Z_DETAIL - 0.5)
    for length, depth in ((0.5 * size, 0.26 * size), (0.4 * size, 0.2 * size), (0.26 * size, 0.18 * size)):
        plot.hall(
            length, depth, at="back", usage="Agricole", roof="gable", height_m=float(rng.uniform(5, 8)),
            roof_material=str(rng.choice(["fibre_cement", "metal_light", "metal_blue", "tile_brown"])),
        )  # fmt: skip
    plot.pad(0.32 * size, 0.2 * size, "concrete", at="middle", least=0.4)
    for _ in range(int(rng.integers(1, 4))):
        spot = plot.place(6.5, 6.5, at="back", gap_m=0.8)
        if spot is not None:
            plot.draft.build(
                spot.centroid.buffer(3.0), height_m=9.0, roof="round", roof_material="metal_light", ridge_deg=0.0,
                usage="Agricole", nature="Silo", codes_us="US1.1", premises=0, life=plot.life,
            )  # fmt: skip
    plot.border("verge", 3.5)
    plot.trees(6, radius_m=3.4)
    zone(plot, ACTIVITY_LAYER, "Agricole", "Divers agricole", "Ferme")


def greenhouses(plot: Plot) -> None:
    """A market garden under glass."""
    size = plot.polygon.area**0.5
    plot.ground("CS2.2.1", "market_garden", "bare_earth")
    for _ in range(12):
        body = plot.place(9.6, min(0.75 * size, 62.0), at="middle", gap_m=1.6, least=0.5)
        if body is None:
            break
        plot.draft.build(
            body, height_m=3.5, roof="greenhouse", roof_material="glass", usage="Agricole", nature="Serre",
            ridge_deg=math.degrees(plot.front.inward), codes_us="US1.1", owner=plot.owner, life=plot.life,
        )  # fmt: skip
    plot.hall(16, 9, at="front", usage="Agricole", height_m=4.0, roof="gable", roof_material="metal_light")
    plot.pad(18, 11, "gravel", at="front")
    for _ in range(5):
        plot.pad(24, 7, str(plot.rng.choice(["ploughed", "lawn", "maize"])), at="any", gap_m=1.0)


def quarry(plot: Plot) -> None:
    """An open pit: mineral floor, faces, heaps, water at the bottom."""
    rng, body = plot.rng, plot.polygon
    plot.ground("CS1.1.2.1", "quarry", "quarry_face")
    floor = body.buffer(-9.0)
    plot.lay(floor, "quarry_floor", z=Z_DETAIL)
    if plot.free.is_empty:
        return
    room = largest(body.buffer(-15))
    if room.is_empty:
        room = largest(body.buffer(-4))
    centre = room.representative_point() if not room.is_empty else body.representative_point()
    size = body.area**0.5
    lake = largest(blob(centre.x, centre.y, max(0.2 * size, 19.0), rng, roughness=0.2).intersection(body.buffer(-6)))
    if lake.area > 300:
        plot.draft.land(lake, ("CS1.2.2", "US1.3"), "quarry_water", z=Z_WATER, owner=plot.owner, life=plot.life)
        plot.draft.paint(lake, "pond", z=Z_WATER, life=plot.life)
        plot.draft.waters.append(Area(lake, {"nature": "Plan d'eau de gravière", "persistent": True}, plot.life))
        plot.draft.clear.append((lake, plot.life))
        plot.free = plot.free.difference(lake.buffer(4))
    for _ in range(5):
        heap = plot.place(13, 10, at="back", gap_m=2.0)
        if heap is not None:
            plot.lay(largest(heap.centroid.buffer(5.5)), "bare_earth", z=Z_DETAIL + 1)
    plot.hall(18, 9, at="front", usage="Industriel", height_m=6.0, roof_material="metal_light")
    plot.draft.dig(body, plot.life)
    zone(plot, ACTIVITY_LAYER, "Industriel et commercial", "Carrière", "Carrière du Haut Bois")


def wastewater(plot: Plot) -> None:
    """A sewage works: round and long basins, a lawn, a fence."""
    plot.ground("CS2.2.1", "utility_green", "lawn")
    yard = largest(plot.polygon.buffer(-7.0))
    plot.lay(yard, "gravel", cs="CS1.1.2.1", kind="utility_yard", z=Z_DETAIL - 0.5)
    for radius in (9.0, 9.0, 6.0):
        spot = plot.place(2 * radius + 2, 2 * radius + 2, at="middle", least=0.6)
        if spot is None:
            continue
        reach = spot.area**0.5 / 2 - 1
        plot.draft.paint(spot.centroid.buffer(reach + 0.8), "concrete", z=Z_DETAIL + 1, life=plot.life)
        plot.draft.paint(spot.centroid.buffer(reach), "basin", z=Z_DETAIL + 2, life=plot.life)
    pond = plot.pad(24, 11, "basin", at="back", z=Z_DETAIL + 2)
    if pond is not None:
        plot.draft.waters.append(Area(pond, {"nature": "Réservoir-bassin", "persistent": True}, plot.life))
    plot.hall(11, 7, at="front", usage="Indifférencié", height_m=3.6, roof="flat", nature="Indifférenciée")
    plot.border("hedge", 1.4)
    zone(plot, ACTIVITY_LAYER, "Gestion des eaux", "Station d'épuration", "Station d'épuration de la Vesle")


def substation(plot: Plot) -> None:
    """An electrical substation on gravel."""
    plot.ground("CS1.1.2.1", "utility_yard", "gravel")
    for _ in range(4):
        plot.pad(16, 4, "concrete", at="middle", gap_m=2.5)
    plot.hall(10, 6, at="front", usage="Industriel", height_m=3.4, roof="flat", nature="Indifférenciée")
    plot.border("verge", 2.0)
    zone(plot, "POSTE_DE_TRANSFORMATION", "", "Poste de transformation", "Poste des Quatre Vents")


def waste_centre(plot: Plot) -> None:
    """A municipal waste centre: heaps of mixed material round a sealed quay."""
    plot.ground("CS1.1.2.2", "waste", "rubble")
    plot.pad(30, 8, "asphalt", at="front")
    for _ in range(5):
        spot = plot.place(8, 6, at="any", gap_m=1.5)
        if spot is not None:
            plot.lay(largest(spot.centroid.buffer(3.6)), str(plot.rng.choice(["bare_earth", "gravel"])))
    plot.hall(10, 6, at="front", usage="Indifférencié", height_m=3.2, nature="Indifférenciée", roof="flat")
    plot.border("hedge", 1.2)
    zone(plot, ACTIVITY_LAYER, "Gestion des déchets", "Déchèterie", "Déchèterie intercommunale")


def cemetery(plot: Plot) -> None:
    """Graves in rows between gravel paths, with cypresses."""
    plot.ground("CS1.1.2.1", "cemetery", "gravel")
    size = plot.polygon.area**0.5
    for _ in range(12):
        if plot.pad(0.36 * size, 0.16 * size, "graves", at="any", gap_m=1.6, least=0.35) is None:
            break
    plot.border("hedge", 0.9)
    plot.trees(8, species="conifer", radius_m=1.4)
    zone(plot, "CIMETIERE", "", "Communal", "Cimetière de Saint-Aubin")


def sports(plot: Plot) -> None:
    """A football pitch, a court, changing rooms, a car park."""
    plot.ground("CS2.2.1", "sports", "lawn")
    pitch = plot.pad(100, 62, "sports_turf", at="middle", gap_m=4.0, least=0.35)
    if pitch is not None:
        zone(plot, "TERRAIN_DE_SPORT", "", "Grand terrain de sport", "Stade municipal", pitch)
    court = plot.pad(37, 19, "stabilised", at="any", cs="CS1.1.2.1", kind="court", gap_m=2.0, least=0.5)
    if court is not None:
        zone(plot, "TERRAIN_DE_SPORT", "", "Petit terrain multi-sports", "Terrain multi-sports", court)
    plot.car_park(34, 17, at="front", cs="CS1.1.1.2")
    plot.hall(17, 9, at="front", usage="Sportif", nature="Indifférenciée", height_m=3.6, roof="gable", us="US3")
    plot.trees(14)
    zone(plot, ACTIVITY_LAYER, "Sport", "Stade", "Complexe sportif")


def school(plot: Plot) -> None:
    """A school: low wings round a sealed yard, a lawn."""
    size = plot.polygon.area**0.5
    plot.ground("CS2.2.1", "school_green", "lawn")
    for length, depth, at in ((0.6 * size, 13, "middle"), (0.28 * size, 12, "back"), (16, 11, "front")):
        plot.hall(
            length, depth, at=at, usage="Commercial et services", nature="Indifférenciée", height_m=4.2,
            roof="flat" if length > 20 else "hip", roof_material="gravel" if length > 20 else "tile_red", us="US3",
        )  # fmt: skip
    plot.pad(0.5 * size, 0.3 * size, "asphalt", at="any", cs="CS1.1.1.2", kind="school_yard", gap_m=2)
    plot.car_park(30, 16, at="front", cs="CS1.1.1.2")
    plot.trees(12)
    zone(plot, ACTIVITY_LAYER, "Science et enseignement", "Enseignement primaire", "École des Tilleuls")


def building_site(plot: Plot) -> None:
    """Ground laid bare for a building to come."""
    plot.ground("CS1.1.2.1", "building_site", "site_earth")
    plot.pad(24, 13, "concrete", at="middle", gap_m=3)
    plot.pad(26, 8, "gravel", at="front")
    for _ in range(3):
        spot = plot.place(9, 7, at="any")
        if spot is not None:
            plot.lay(largest(spot.centroid.buffer(4.0)), "bare_earth", z=Z_DETAIL + 1)


def abandoned(plot: Plot) -> None:
    """A derelict works: an old hall, cracked concrete, brushwood that comes back."""
    size = plot.polygon.area**0.5
    plot.ground("CS2.2.1", "derelict", "fallow")
    plot.hall(
        0.42 * size,
        0.28 * size,
        at="middle",
        usage="Indifférencié",
        roof="shed",
        roof_material="fibre_cement",
        premises=0,
    )
    plot.pad(0.6 * size, 0.34 * size, "asphalt_worn", at="front", cs="CS1.1.1.2", kind="derelict_yard", gap_m=1)
    scrub = plot.pad(0.6 * size, 0.3 * size, "scrub", at="back", cs="CS2.1.2", kind="derelict_scrub", gap_m=0)
    if scrub is not None:
        plot.free = plot.free.union(scrub)
    plot.pad(0.2 * size, 0.12 * size, "rubble", at="any")
    plot.trees(14, radius_m=2.4)


def fish_ponds(plot: Plot) -> None:
    """Three dug basins with grass banks."""
    plot.ground("CS2.2.1", "pond_bank", "meadow", us="US1.4")
    size = plot.polygon.area**0.5
    for _ in range(3):
        body = plot.place(0.28 * size, 0.72 * size, at="middle", gap_m=5.0, least=0.35)
        if body is None:
            continue
        water = largest(body.buffer(-3).buffer(3))
        plot.draft.land(water, ("CS1.2.2", "US1.4"), "fish_pond", z=Z_WATER, owner=plot.owner, life=plot.life)
        plot.draft.paint(water, "basin", z=Z_WATER, life=plot.life)
        plot.draft.waters.append(Area(water, {"nature": "Réservoir-bassin piscicole", "persistent": True}, plot.life))
        plot.draft.clear.append((water, plot.life))
    plot.trees(10)
    zone(plot, ACTIVITY_LAYER, "Industriel et commercial", "Aquaculture", "Pisciculture du Moulin")


def pond(plot: Plot) -> None:
    """A pond in a meadow, with willows on its bank."""
    plot.ground("CS2.2.1", "meadow", "meadow", us="US1.1")
    centre = plot.polygon.representative_point()
    reach = plot.polygon.area**0.5 * 0.42
    water = largest(blob(centre.x, centre.y, reach, plot.rng, roughness=0.3).intersection(plot.polygon.buffer(-5)))
    plot.draft.land(water, ("CS1.2.2", "US6.3"), "pond", z=Z_WATER, owner=plot.owner, life=plot.life)
    plot.draft.paint(water, "pond", z=Z_WATER, life=plot.life)
    plot.draft.waters.append(Area(water, {"nature": "Plan d'eau de mare", "persistent": True}, plot.life))
    plot.draft.clear.append((water.buffer(0.5), plot.life))
    plot.free = plot.free.difference(water.buffer(2))
    plot.trees(16, radius_m=3.2)


def rocks(plot: Plot) -> None:
    """An outcrop of rock and loose stones."""
    plot.ground("CS1.2.1", "rock", "rock", us="US6.3")
    for _ in range(8):
        spot = plot.place(8, 6, at="any", gap_m=1)
        if spot is not None:
            plot.lay(largest(spot.centroid.buffer(3.5)), "heath")
    plot.trees(5, species="conifer", radius_m=1.8)


def sand_bank(plot: Plot) -> None:
    """Bare sand left by the river."""
    plot.ground("CS1.2.1", "sand", "sand", us="US6.3")
    plot.trees(3, radius_m=2.0)


def solar(plot: Plot) -> None:
    """A photovoltaic plant: tables of panels in rows on grass."""
    plot.ground("CS1.1.1.2", "solar_plant", "meadow")
    inner = plot.polygon.buffer(-5.0)
    west, south, east, north = inner.bounds
    y = south + 2.0
    while y < north:
        row = shapely.box(west, y, east, y + 4.2).intersection(inner)
        plot.draft.paint(row, "solar_panel", z=Z_DETAIL, life=plot.life, angle_deg=0.0)
        y += 6.6
    plot.draft.build(
        plot.polygon.representative_point().buffer(3.0, quad_segs=1), height_m=3.0, roof="flat",
        roof_material="gravel", ridge_deg=0.0, usage="Industriel", codes_us="US2", life=plot.life,
    )  # fmt: skip
    zone(plot, ACTIVITY_LAYER, "Industriel et commercial", "Centrale électrique", "Parc solaire de la Plaine")


def water_tower(plot: Plot) -> None:
    """A water tower on its lawn."""
    plot.ground("CS2.2.1", "utility_green", "lawn")
    centre = plot.polygon.representative_point()
    plot.draft.build(
        centre.buffer(8.2), height_m=24.0, roof="round", roof_material="gravel", ridge_deg=0.0,
        usage="Indifférencié", nature="Indifférenciée", codes_us="US4.3", owner=plot.owner, life=plot.life,
    )  # fmt: skip
    zone(plot, "RESERVOIR", "", "Château d'eau", "Château d'eau", largest(centre.buffer(8.2)))
    plot.free = plot.free.difference(centre.buffer(12))
    plot.trees(4)
