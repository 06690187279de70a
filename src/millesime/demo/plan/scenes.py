"""The two vintages of a territory, its true changes, and its state at the dates databases describe."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import shapely
from shapely import Geometry, box
from shapely.ops import polygonize

from millesime.demo.plan.assemble import scene_at
from millesime.demo.plan.changes import make_changes
from millesime.demo.plan.country import assign, make_cells, make_regions
from millesime.demo.plan.crowns import grow
from millesime.demo.plan.draft import Draft
from millesime.demo.plan.network import Network, lay_network, make_network
from millesime.demo.plan.placing import place_large, place_sites
from millesime.demo.plan.planting import line_river, plant_cells, rotations
from millesime.demo.plan.siting import Cell
from millesime.demo.plan.streams import stream
from millesime.demo.plan.terrain import make_ground
from millesime.demo.plan.units import CRS, Plan, top_lands
from millesime.demo.plan.village import add_parcel, build_quarter, cut_by_streets, make_quarters, make_square
from millesime.demo.scene import Scene
from millesime.nomenclature import ARTIFICIALISATION

FIRST_YEAR, SECOND_YEAR = 2019, 2022
#: First year whose state is known: databases may lag so far.
OLDEST_YEAR = 2017
#: Share of the area that changes from the first to the second vintage when nothing else is asked.
LIVELY = 0.02
#: Share of the area that changes where change is as rare as in life: 0.1 to 0.3 % becomes artificial.
RARE = 0.004


@dataclass(frozen=True)
class Scenes:
    """A territory at its two dates, with what changed between them."""

    first: Scene
    second: Scene
    changes: geopandas.GeoDataFrame
    """Columns `cs_from, cs_to, us_from, us_to, kind, year, artificial (-1, 0, +1), geometry`."""

    plan: Plan

    def scene_at(self, year: int) -> Scene:
        """State at the end of a year from 2017 to 2022.

        Raises:
            ValueError: the plan does not know that year.
        """
        if year == FIRST_YEAR:
            return self.first
        if year == SECOND_YEAR:
            return self.second
        if not OLDEST_YEAR <= year <= SECOND_YEAR:
            raise ValueError(f"the demo territory is known from {OLDEST_YEAR} to {SECOND_YEAR}, not in {year}")
        return scene_at(self.plan, year)


def make_scenes(seed: int, size_km: float = 1.5, change_rate: float | None = None) -> Scenes:
    """Make the demo territory.

    Args:
        seed: Any integer >= 0; the same seed makes the same territory.
        size_km: Side of the square territory in kilometres, at least 0.4; rounded to 100 m.
        change_rate: Share of the area that changes between the vintages; None for the lively 2 %.

    Returns:
        Both vintages and the true changes.

    Raises:
        ValueError: the size or the rate is out of range.
    """
    if not 0.4 <= size_km <= 10.0:
        raise ValueError(f"the demo territory measures 0.4 to 10 km, not {size_km} km")
    rate = LIVELY if change_rate is None else change_rate
    if not 0.0 <= rate <= 0.2:
        raise ValueError(f"the share that changes lies between 0 and 0.2, not {rate}")
    plan = make_plan(seed, round(size_km * 10) * 100, rate)
    first, second = scene_at(plan, FIRST_YEAR), scene_at(plan, SECOND_YEAR)
    return Scenes(first, second, find_changes(plan), plan)


def make_plan(seed: int, size_m: int, rate: float) -> Plan:
    """Plan the territory for all dates."""
    rng = stream(seed, "place")
    west = 650000.0 + 100 * int(rng.integers(0, 200))
    south = 6860000.0 + 100 * int(rng.integers(0, 200))
    draft = Draft(seed, (west, south, west + size_m, south + size_m))
    network = make_network(draft)
    ground = make_ground(seed, float(size_m), network.course, network.river_width_m)
    public: list[Geometry] = lay_network(draft, network)
    draft.land(box(*draft.extent), ("CS2.2.1", "US1.1"), "field", z=0.0, material="meadow")
    quarters = make_square(draft, network, make_quarters(draft, network, public))
    regions = make_regions(draft, network, ground)
    new_streets = place_large(draft, network, regions)
    quarters = cut_by_streets(quarters, new_streets)
    public += new_streets
    cells, tracks = make_cells(draft, regions)
    place_sites(draft, network, cells, tracks)
    assign(draft, network, ground, cells)
    streets = shapely.union_all(public, grid_size=0.01)
    plant_cells(draft, cells, streets)
    line_river(draft, network, shapely.union_all([streets, network.village, *_sites(cells)]))
    for number, quarter in enumerate(quarters):
        build_quarter(draft, quarter, number)
    make_changes(draft, network, cells, tracks, rate=rate)
    for cell in cells:
        add_parcel(draft, cell.polygon, z=10.0)
    add_parcel(draft, box(*draft.extent), z=0.0)
    add_parcel(draft, streets, z=90.0, public=True)
    grow(draft, streets)
    crops = rotations(draft, range(OLDEST_YEAR, SECOND_YEAR + 1))
    months = {year: int(stream(seed, "month", year).integers(5, 10)) for year in range(2017, 2023)}
    return Plan(draft, ground, months, _communes(draft, network), crops)


def _sites(cells: list[Cell]) -> list[Geometry]:
    """Ground of the sites."""
    return [cell.polygon for cell in cells if cell.vocation == "site"]


def _communes(draft: Draft, network: Network) -> geopandas.GeoDataFrame:
    """Two communes with the river between them."""
    frame = box(*draft.extent)
    pieces = polygonize(shapely.get_parts(shapely.union_all([frame.boundary, network.river.intersection(frame)])))
    sides: dict[bool, list[Geometry]] = {False: [], True: []}
    x, y = network.centre
    _, home = network.course.local(np.array([x]), np.array([y]))
    for piece in sorted(pieces, key=lambda part: part.bounds):
        point = piece.representative_point()
        _, away = network.course.local(np.array([point.x]), np.array([point.y]))
        sides[bool((away[0] > 0) == (home[0] > 0))].append(piece)
    rows = [
        ("99001", "Saint-Aubin-sur-Vesle", shapely.union_all(sides[True])),
        ("99002", "Vernay-la-Côte", shapely.union_all(sides[False])),
    ]
    rows = [row for row in rows if not row[2].is_empty]
    return geopandas.GeoDataFrame(
        {"insee": [row[0] for row in rows], "name": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=CRS,
    )


def _name_edges(changes: geopandas.GeoDataFrame) -> None:
    """Scraps at the edge of a change, given to another neighbour than before, belong to the nearest change."""
    loose = (changes["kind"] == "edge").to_numpy()
    if loose.any() and not loose.all():
        known = changes[~loose].reset_index(drop=True)
        _, nearest = shapely.STRtree(known.geometry.to_numpy()).query_nearest(
            changes.geometry.to_numpy()[loose], all_matches=False
        )
        for name in ("kind", "year"):
            changes.loc[loose, name] = known[name].to_numpy()[nearest]


def find_changes(plan: Plan) -> geopandas.GeoDataFrame:
    """Ground whose cover or use differs between the vintages, one row per connected piece."""
    lands = plan.draft.lands
    before, after = top_lands(plan, FIRST_YEAR), top_lands(plan, SECOND_YEAR)
    keys: dict[tuple[str, str, str, str, str, int], int] = {}
    label = np.full(len(before), -1, dtype=np.int64)
    for face, (old, new) in enumerate(zip(before, after, strict=True)):
        a, b = lands[old], lands[new]
        if (a.cs, a.us) == (b.cs, b.us):
            continue
        number = b.life.begun_by
        if number < 0 or not FIRST_YEAR < plan.draft.events[number].year <= SECOND_YEAR:
            number = a.life.ended_by
        event = plan.draft.events[number] if number >= 0 else None
        kind, year = (event.kind, event.year) if event is not None else ("edge", SECOND_YEAR)
        label[face] = keys.setdefault((a.cs, b.cs, a.us, b.us, kind, year), len(keys))
    names = list(keys)
    component = plan.lands.components(label)
    shapes = plan.lands.merged(component)
    head = np.zeros(len(shapes), dtype=np.int64)
    head[component[::-1]] = label[::-1]
    rows = np.flatnonzero(head >= 0)
    chosen = [names[head[row]] for row in rows]
    frame = geopandas.GeoDataFrame(
        {
            name: [values[place] for values in chosen]
            for place, name in enumerate(("cs_from", "cs_to", "us_from", "us_to", "kind", "year"))
        },
        geometry=shapes[rows],
        crs=CRS,
    )
    _name_edges(frame)
    artificial = ARTIFICIALISATION.is_artificial
    frame["artificial"] = [int(artificial(b, d)) - int(artificial(a, c)) for a, b, c, d, _, _ in chosen]
    return frame
