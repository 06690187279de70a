"""What others computed, held against ours: a delivered DIFF."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import CrsError
from millesime.indicators.accounts import PER_M2, Account, cut, half_cm2
from millesime.indicators.product import Indicators
from millesime.indicators.slots import TRACE_SHARE, slots_of
from millesime.nomenclature import CS

Items = npt.NDArray[np.object_]

#: Above this, in hectares, a delivered DIFF and the difference of the stocks disagree. From the national tool.
DISAGREE_HA = 0.5

_IMPERVIOUS = frozenset(leaf.code for leaf in CS.leaves if leaf.is_impermeable)


@dataclass(frozen=True)
class DeliveredFlux:
    """A delivered DIFF against the difference of the stocks."""

    years: tuple[int, int]

    table: pd.DataFrame
    """`level`, `code`, `name`, `theme`, `item`; `delivered_ha` net flux of the DIFF, `stocks_ha` difference of the
    stocks, `gap_ha` the first less the second. Every place and item that either tells of."""

    @property
    def disagreements(self) -> pd.DataFrame:
        """Rows whose gap is above 0.5 ha: to be told as a warning."""
        return self.table[self.table["gap_ha"].abs() > DISAGREE_HA].reset_index(drop=True)


def compare_flux(
    account: Account,
    indicators: Indicators,
    diff: geopandas.GeoDataFrame,
    *,
    years: tuple[int, int],
    maps: Collection[str] | None = None,
) -> DeliveredFlux:
    """Hold the net flux of a delivered DIFF or ARTIF_DIFF against the difference of the stocks, place by place.

    A DIFF tells nothing of the maps that it is not of, nor of those that lack one of its vintages: places that reach
    into such a map are left out, the territory too.

    Args:
        account: the places, as the indicators were computed from it.
        indicators: its table.
        diff: changed polygons in metres: `cs_before`, `cs_after`, `us_before`, `us_after`, and `artificialisation` (+1
            or -1) where the layer has it. They are cut by place like any other ground.
        years: the two vintages that the DIFF is between.
        maps: codes of the maps that the DIFF is of; all of them by default.

    Raises:
        CrsError: the DIFF is in another CRS than the maps.
    """
    crs = account.grounds[0].pieces.crs
    if diff.crs != crs:
        raise CrsError(
            f"the DIFF is in {diff.crs}, the maps in {crs}", remedy=f"give the DIFF in {crs}, or maps of its own CRS"
        )
    compared = _compared(account, years, maps)
    delivered, stocks = (
        _within(told, compared) for told in (_of_places(account, diff), _differences(indicators, years))
    )
    keys = ["level", "code", "theme", "item"]
    told = stocks[stocks["theme"].isin(delivered["theme"].unique())] if len(delivered) else stocks
    both = told.merge(delivered, on=keys, how="outer").fillna({"stocks_ha": 0.0, "delivered_ha": 0.0})
    names = {(place.level, place.code): place.name for place in account.places}
    both["name"] = [names[key] for key in zip(both["level"], both["code"], strict=True)]
    both["gap_ha"] = both["delivered_ha"] - both["stocks_ha"]
    columns = ["level", "code", "name", "theme", "item", "delivered_ha", "stocks_ha", "gap_ha"]
    return DeliveredFlux(years, both[columns].sort_values(keys).reset_index(drop=True))


def _compared(account: Account, years: tuple[int, int], maps: Collection[str] | None) -> set[tuple[str, str]]:
    """Level and code of the places whose maps all are of the DIFF and have both vintages, traces apart."""
    grounds = account.grounds
    # The figures add vintages slot by slot: maps that hold both years in other slots are not added under these years.
    ends: list[tuple[int, ...] | None] = []
    for ground, slots in zip(grounds, slots_of([ground.years for ground in grounds]).years, strict=True):
        asked = (maps is None or ground.code in maps) and set(years) <= set(ground.years)
        ends.append(tuple(slots.index(year) for year in years) if asked else None)
    of_unit = np.zeros(len(account.unit_ground), dtype=np.int64)
    for cells in account.cells:
        np.add.at(of_unit, cells.unit, cells.area)
    held = np.zeros((len(account.places), len(grounds)), dtype=np.int64)
    np.add.at(held, (account.place, account.unit_ground[account.unit]), of_unit[account.unit])
    found = set()
    for place, areas in zip(account.places, held, strict=True):
        own = {ends[ground] for ground in np.flatnonzero(areas > TRACE_SHARE * areas.sum())}
        if len(own) == 1 and None not in own:
            found.add((place.level, place.code))
    return found


def _within(told: pd.DataFrame, places: set[tuple[str, str]]) -> pd.DataFrame:
    """The rows of some places."""
    rows = [key in places for key in zip(told["level"], told["code"], strict=True)]
    return told[np.array(rows, dtype=bool)]


def _of_places(account: Account, diff: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Net flux of the changed polygons by place, theme and item."""
    geoms = diff.geometry.to_numpy()
    area = half_cm2(shapely.area(geoms))
    n_grounds = len(account.grounds)
    # What lies in the territory is not known of a DIFF: it is all of it, counted once.
    limits = account.unit_polygons[n_grounds:]
    inner = cut(geoms, limits, area=area)
    rows = np.concatenate([np.arange(len(geoms)), inner.piece])
    unit = np.concatenate([np.zeros(len(geoms), dtype=np.intp), inner.unit + n_grounds])
    cells = pd.DataFrame({"unit": unit, "row": rows, "ha": np.concatenate([area, inner.area]) / PER_M2 / 10_000})
    members = pd.DataFrame({"place": account.place, "unit": account.unit})
    members["unit"] = np.where(members["unit"] < n_grounds, 0, members["unit"])
    placed = cells.merge(members.drop_duplicates(), on="unit")
    # A perimeter stands once per map among the units, with one and the same outline.
    is_drawn = np.array([place.level == "perimeter" for place in account.places])[placed["place"]]
    placed = placed[~is_drawn | ~placed.duplicated(["place", "row"])]
    parts = []
    for theme, before, after in _items(diff):
        for items, sign in ((after, 1.0), (before, -1.0)):
            item = items[placed["row"].to_numpy()]
            moved = (before != after)[placed["row"].to_numpy()] & (item != "-")
            chosen = placed[moved].assign(item=item[moved], theme=theme)
            chosen["delivered_ha"] = sign * chosen["ha"]
            parts.append(chosen[["place", "theme", "item", "delivered_ha"]])
    every = pd.concat(parts, ignore_index=True)
    sums = every.groupby(["place", "theme", "item"], sort=True)["delivered_ha"].sum().reset_index()
    sums["level"] = [account.places[place].level for place in sums["place"]]
    sums["code"] = [account.places[place].code for place in sums["place"]]
    return sums.drop(columns="place")


def _items(diff: geopandas.GeoDataFrame) -> list[tuple[str, Items, Items]]:
    """Theme, and the item of each polygon before and after; '-' for ground that the theme does not count."""
    sides = {name: diff[name].to_numpy(dtype=object) for name in ("cs_before", "cs_after", "us_before", "us_after")}
    sealed = {
        name: np.where(pd.Series(sides[name]).isin(_IMPERVIOUS), "", "-").astype(object)
        for name in ("cs_before", "cs_after")
    }
    found: list[tuple[str, Items, Items]] = [
        ("cover", sides["cs_before"], sides["cs_after"]),
        ("use", sides["us_before"], sides["us_after"]),
        ("imperviousness", sealed["cs_before"], sealed["cs_after"]),
    ]
    if "artificialisation" in diff.columns:
        flux = diff["artificialisation"].to_numpy()
        was, is_now = (np.where(flux == sign, "", "-").astype(object) for sign in (-1, 1))
        found.append(("artificialisation", was, is_now))
    return found


def _differences(indicators: Indicators, years: tuple[int, int]) -> pd.DataFrame:
    """Differences of the stocks of two vintages, by place, theme and item."""
    table = indicators.table
    keys = ["level", "code", "theme", "item"]
    stocks = table[
        (table["indicator"] == "stock") & table["theme"].isin(["cover", "use", "artificialisation", "imperviousness"])
    ]
    sides = [stocks[stocks["year_to"] == year].set_index(keys)["value"] for year in years]
    return sides[1].sub(sides[0], fill_value=0.0).rename("stocks_ha").reset_index()
