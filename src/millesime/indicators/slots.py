"""Vintages of several départements put side by side: the first with the first, although their years differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from millesime.indicators.accounts import Account
from millesime.indicators.grounds import pairs_of

Int64 = npt.NDArray[np.int64]

#: Ground of a map below this share of what all maps hold of a place says nothing of its vintages: limits that do not
#: match leave such strips.
TRACE_SHARE = 0.001


@dataclass(frozen=True)
class Slots:
    """Vintages by index. Départements are not flown over in one year, so that years alone do not pair vintages."""

    years: tuple[tuple[int | None, ...], ...]
    """For each ground, its vintage in each slot, None where it has none there."""

    @property
    def count(self) -> int:
        """How many vintages there are."""
        return len(self.years[0])

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of slots that have a flux: consecutive ones, then the first with the last."""
        return pairs_of(range(self.count))


def slots_of(years: Sequence[tuple[int, ...]]) -> Slots:
    """Pair the vintages of several grounds.

    The ground with the most vintages gives the slots; each other one takes, in order, the slots whose years are nearest
    to its own (least sum of differences, then the later slots).
    """
    longest = max(years, key=lambda own: (len(own), own))
    placed = []
    for own in years:
        options = combinations(range(len(longest)), len(own))
        best = min(
            options,
            key=lambda slots: (
                sum(abs(longest[slot] - year) for slot, year in zip(slots, own, strict=True)),
                [-slot for slot in slots],
            ),
        )
        found: list[int | None] = [None] * len(longest)
        for slot, year in zip(best, own, strict=True):
            found[slot] = year
        placed.append(tuple(found))
    return Slots(tuple(placed))


def years_of_places(account: Account, slots: Slots, held: Int64) -> tuple[Int64, list[list[dict[int, int]]]]:
    """The vintages of each place.

    Args:
        account: the places and their units.
        slots: the vintages of the grounds.
        held: (units,) ground in each unit, half square centimetres.

    Returns:
        (places, slots) the latest vintage of each slot, traces apart, -1 where the place has none, for the territory
        where one of its maps has none; and for each place and slot the ground held by each vintage.
    """
    n_places = len(account.places)
    latest = np.full((n_places, slots.count), -1, dtype=np.int64)
    shares: list[list[dict[int, int]]] = []
    by_ground = np.zeros((n_places, len(account.grounds)), dtype=np.int64)
    np.add.at(by_ground, (account.place, account.unit_ground[account.unit]), held[account.unit])
    for place in range(n_places):
        total = int(by_ground[place].sum())
        # A place that maps cover in part has its status to say so; the territory is the maps, and has none.
        absent = lacking(slots, by_ground[place]) if account.places[place].level == "territory" else {}
        mine: list[dict[int, int]] = []
        for slot in range(slots.count):
            found: dict[int, int] = {}
            for ground in range(len(account.grounds)):
                year, area = slots.years[ground][slot], int(by_ground[place, ground])
                if year is not None and area:
                    found[year] = found.get(year, 0) + area
            mine.append(dict(sorted(found.items())))
            latest[place, slot] = -1 if slot in absent else max(main_years(found, total=total), default=-1)
        shares.append(mine)
    return latest, shares


def lacking(slots: Slots, areas: Int64) -> dict[int, list[int]]:
    """Slots that some maps have and others have not, each with the rows of those that have not.

    Args:
        slots: the vintages of the maps.
        areas: (maps,) ground of each; slots that no more than a trace lacks are left out.
    """
    found = {}
    for slot in range(slots.count):
        absent = [ground for ground, years in enumerate(slots.years) if years[slot] is None]
        if areas[absent].sum() > TRACE_SHARE * areas.sum():
            found[slot] = absent
    return found


def territory_told(account: Account) -> tuple[str, ...]:
    """Which vintages the territory has no figures of, and why, in sentences."""
    slots = slots_of([ground.years for ground in account.grounds])
    areas = np.array([int(cells.area[cells.unit == g].sum()) for g, cells in enumerate(account.cells)], dtype=np.int64)
    told = []
    for slot, absent in lacking(slots, areas).items():
        years = sorted({year for own in slots.years if (year := own[slot]) is not None})
        codes = ", ".join(account.grounds[ground].code for ground in absent)
        told.append(
            f"the territory has no figures of {', '.join(map(str, years))}: map {codes} has no such vintage, "
            "and stocks and fluxes of a part of the ground would stand beside those of the whole"
        )
    return tuple(told)


def main_years(found: dict[int, int], *, total: int) -> list[int]:
    """Years that hold more than a trace of a place.

    Args:
        found: ground by year.
        total: ground that the maps hold of the place.
    """
    return [year for year, area in found.items() if area > TRACE_SHARE * total]
