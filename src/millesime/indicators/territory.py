"""The indicators of a territory: one function from maps and places to the table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.indicators.accounts import PER_M2, Account, account_of
from millesime.indicators.figures import PER_HA, Sums, in_order, tabulate
from millesime.indicators.grounds import Ground
from millesime.indicators.identities import require_identities
from millesime.indicators.measures import Tally, changes, code_flows, code_stocks, status_flows, status_stocks
from millesime.indicators.places import Places, no_places
from millesime.indicators.planning import Planning, by_zone
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.indicators.slots import Slots, main_years, slots_of, years_of_places
from millesime.indicators.sprawl import sprawl

#: A place is complete when the map covers this share of it: limits of places and of maps differ by metres.
COMPLETE_PCT = 99.5

#: Levels whose places the user names one by one: told even when no map reaches them.
_ASKED_BY_NAME = ("scot", "perimeter")


def territory_indicators(
    grounds: Sequence[Ground],
    places: Places | None = None,
    *,
    territory: tuple[str, str] | None = None,
    planning: Planning | None = None,
) -> Indicators:
    """All the figures of some maps and of the places in them.

    Every place above the commune is the sum of its communes. Shares are of all the ground that the maps cover in the
    place, whether a code occurs in each of its communes or not. Fluxes are told for each pair of consecutive vintages,
    and from the first to the last where there are more than two: rows of different pairs differ in `year_from` and
    `year_to`, and none is repeated. Rates divide the flux of each département by its own interval.

    The territory has the vintages that all maps have, so that its stocks and fluxes are of one ground
    (`slots.territory_told` names the others); a place across maps of which one lacks a vintage is PARTIAL.

    In a place whose départements have different years, `year_from` and `year_to` are the latest of them;
    ('territory', 'vintage_area') tells each with its hectares.

    Args:
        grounds: one map per département, each with its vintages (`ground_of`).
        places: communes, what they make up, perimeters; nothing but the territory by default.
        territory: code and name of all maps together; those of the only map by default.
        planning: zones of a plan, None for none.

    Returns:
        the tidy table, each place with `area`, `covered_share` and `status`; a place that no map reaches has one row,
        its status NO_DATA, when it was asked for by name (a SCoT, a perimeter), and none otherwise.

    Raises:
        CrsError: maps and places are in different CRS.
        CodeError: unknown codes.
    """
    found = account_of(
        grounds,
        places if places is not None else no_places(grounds[0].pieces.crs),
        territory=territory,
    )
    return indicators(found, planning=planning)


def indicators(account: Account, *, planning: Planning | None = None) -> Indicators:
    """All the figures of an account, in a fixed order: place, theme, indicator, vintages, item.

    Args:
        account: places and pieces.
        planning: zones of a plan, None for none.

    Raises:
        InternalError: stocks and fluxes do not agree (`identities`).
    """
    slots = slots_of([ground.years for ground in account.grounds])
    tally = Tally(account, slots)
    everything = tally.zeros()
    for columns in tally.columns:
        tally.add(everything, columns, None)
    latest, shares = years_of_places(account, slots, everything[:, 0])
    sums: list[Sums] = []
    for slot in range(slots.count):
        sums += [*code_stocks(tally, slot), *status_stocks(tally, slot)]
    for since, slot in slots.pairs:
        sums += [*code_flows(tally, since, slot), *status_flows(tally, since, slot), *changes(tally, since, slot)]
    sums += sprawl(tally)
    if planning is not None:
        sums += by_zone(tally, planning)
    table = tabulate(account, slots, latest, sums)
    of_places = _of_places(account, slots, latest, shares, everything)
    result = Indicators(in_order(pd.concat([of_places, table], ignore_index=True)))
    require_identities(result)
    return result


def _of_places(
    account: Account,
    slots: Slots,
    latest: npt.NDArray[np.int64],
    shares: list[list[dict[int, int]]],
    everything: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Area, share covered, vintages and status of each place."""
    covered = account.by_place(everything)[:, 0]
    rows = []
    newest = max(year for years in slots.years for year in years if year is not None)

    def add(place: int, indicator: str, year: int, value: float, item: str = "") -> None:
        told = account.places[place]
        unit = INDICATORS[("territory", indicator)][0]
        key = (told.level, told.code, told.name, "territory", indicator, item)
        rows.append((*key, pd.NA, year, value, unit))

    for place, told in enumerate(account.places):
        years = [year for year in latest[place].tolist() if year >= 0]
        if not years:
            if told.level in _ASKED_BY_NAME:
                add(place, "status", newest, 1.0, "NO_DATA")
            elif told.level == "territory":
                add(place, "area", newest, covered[place] / PER_HA)
            continue
        add(place, "area", years[-1], covered[place] / PER_HA)
        whole = account.place_area_m2[place]
        share = 100.0 * covered[place] / PER_M2 / whole if whole > 0 else float("nan")
        if told.level != "territory" and share == share:
            add(place, "covered_share", years[-1], min(share, 100.0))
        if told.level != "territory":
            own = [found for slot, found in enumerate(shares[place]) if latest[place, slot] >= 0]
            add(place, "status", years[-1], 1.0, status_of(share, own, total=int(covered[place])))
        for slot, found in enumerate(shares[place]):
            for year, area in found.items() if latest[place, slot] >= 0 else ():
                add(place, "vintage_area", int(latest[place, slot]), area / PER_HA, str(year))
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS))


def status_of(covered_pct: float, shares: Sequence[dict[int, int]], *, total: int) -> str:
    """How far the figures of a place can be trusted to be those of the whole place, of one vintage.

    Args:
        covered_pct: share of the place that the maps cover; NaN where the limits of a part of it are not known.
        shares: for each vintage that the place has, ground by year.
        total: ground that the maps cover.

    Returns:
        NO_DATA; PARTIAL: a part of the place is in no map, or in one that lacks a vintage; COMPLETE_NOT_UNIFORM:
        covered, by départements of different years; COMPLETE_UNIFORM.
    """
    if total <= 0:
        return "NO_DATA"
    least = min(sum(found.values()) for found in shares)
    if not covered_pct * least / total >= COMPLETE_PCT:
        return "PARTIAL"
    return (
        "COMPLETE_NOT_UNIFORM"
        if any(len(main_years(found, total=total)) > 1 for found in shares)
        else "COMPLETE_UNIFORM"
    )
