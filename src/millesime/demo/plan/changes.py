"""True changes: what is built, cleared, abandoned or pulled down, each with its year.

Two budgets, about half the changing area each: ground that becomes artificial, and the rest.
"""

from __future__ import annotations

from shapely import LineString

from millesime.demo.plan.building import (
    commercial,
    estate,
    gap_house,
    new_site,
    small_site,
    solar_plant,
    wider_road,
)
from millesime.demo.plan.draft import Draft
from millesime.demo.plan.network import Network
from millesime.demo.plan.placing import open_land, road_ground
from millesime.demo.plan.siting import Cell
from millesime.demo.plan.streams import stream
from millesime.demo.plan.turnover import clear_cut, demolition, fallow, finished_site, quarry_growth
from millesime.demo.plan.works import Change, Works

BUILDING: list[Change] = [estate, gap_house, new_site, commercial, wider_road, gap_house, solar_plant, gap_house]
OTHER: list[Change] = [demolition, clear_cut, quarry_growth, finished_site, fallow]


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
