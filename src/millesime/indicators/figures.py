"""From sums over units to rows of the table: what every indicator has in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.indicators.accounts import PER_M2, Account
from millesime.indicators.places import LEVELS
from millesime.indicators.product import COLUMNS, INDICATORS
from millesime.indicators.slots import Slots

Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Half square centimetres in a hectare.
PER_HA = 10_000 * PER_M2


@dataclass(frozen=True)
class Sums:
    """One indicator, by unit and item; a place has the sum of its units."""

    theme: str
    indicator: str

    slot: int
    """The vintage, or the later one of a flux."""

    values: npt.NDArray[Any]
    """(units, items)."""

    items: tuple[str, ...] = ("",)

    since: int | None = None
    """The earlier vintage of a flux."""

    occurs: Flags | None = None
    """(units, items) True where there is something to tell; None: wherever there is ground."""

    scale: float = float(PER_HA)
    """What values are divided by."""

    per_year: bool = False
    """Divided by the years between both vintages, unit by unit: départements have their own."""

    of: npt.NDArray[Any] | None = None
    """(units, 1) or (units, items) what the sum is told as a share of; a place where it is 0 has no row."""

    factor: float = 100.0
    """What a share of one is told as."""


def tabulate(account: Account, slots: Slots, latest: Int64, sums: Iterable[Sums]) -> pd.DataFrame:
    """The rows of some indicators, for every place.

    Args:
        account: places and units.
        slots: the vintages of each ground.
        latest: (places, slots) year that each slot is called in each place, -1 where it has none.
        sums: the indicators.
    """
    parts = [_rows(account, slots, latest, one) for one in sums]
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else parts[0]
    place = table["place"].to_numpy()
    for name in ("level", "code", "name"):
        table[name] = np.array([getattr(one, name) for one in account.places], dtype=object)[place]
    units = {key: unit for key, (unit, _) in INDICATORS.items()}
    table["unit"] = [units[key] for key in zip(table["theme"], table["indicator"], strict=True)]
    return table[list(COLUMNS)]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of place, indicator, vintages and item, each column under its type."""
    rank = {key: k for k, key in enumerate(INDICATORS)}
    keys = {
        "level": table["level"].map(LEVELS.index).to_numpy(),
        "code": table["code"].to_numpy(dtype=object),
        "indicator": np.array([rank[key] for key in zip(table["theme"], table["indicator"], strict=True)], dtype=int),
        "year_to": table["year_to"].to_numpy(dtype=np.int64),
        "year_from": table["year_from"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64),
        "item": table["item"].to_numpy(dtype=object),
    }
    order = pd.DataFrame(keys).sort_values(list(keys), kind="stable").index
    ordered = table.reset_index(drop=True).iloc[order].reset_index(drop=True)[list(COLUMNS)]
    return ordered.astype({"year_from": "Int64", "year_to": "int64", "value": "float64"})


def _rows(account: Account, slots: Slots, latest: Int64, sums: Sums) -> pd.DataFrame:
    """The rows of one indicator."""
    values = _of_places(account, slots, sums)
    if sums.occurs is None:
        keep = np.ones(values.shape, dtype=bool)
    else:
        keep = account.by_place(sums.occurs.astype(np.int64)) > 0
    there = latest[:, sums.slot] >= 0
    if sums.since is not None:
        there &= latest[:, sums.since] >= 0
    keep &= there[:, None]
    if sums.of is not None:
        whole = np.broadcast_to(account.by_place(sums.of), values.shape)
        keep &= whole > 0
        values = np.divide(sums.factor * values * sums.scale, whole, out=np.zeros(values.shape), where=whole > 0)
    place, item = np.nonzero(keep)
    since = pd.array([pd.NA] * len(place), dtype="Int64")
    if sums.since is not None:
        since = pd.array(latest[place, sums.since], dtype="Int64")
    return pd.DataFrame(
        {
            "place": place,
            "theme": sums.theme,
            "indicator": sums.indicator,
            "item": np.array(sums.items, dtype=object)[item],
            "year_from": since,
            "year_to": latest[place, sums.slot],
            "value": values[place, item],
        }
    )


def _of_places(account: Account, slots: Slots, sums: Sums) -> Floats:
    """(places, items) the sums, scaled."""
    if not sums.per_year or sums.since is None:
        return np.asarray(account.by_place(sums.values) / sums.scale, dtype=np.float64)
    spans = np.array([_span(years[sums.since], years[sums.slot]) for years in slots.years])[account.unit_ground]
    out = np.zeros((len(account.places), sums.values.shape[1]))
    for span in sorted(set(spans[spans > 0].tolist())):
        mine = np.where((spans == span)[:, None], sums.values, 0)
        out += account.by_place(mine) / sums.scale / span
    return out


def _span(since: int | None, year: int | None) -> int:
    return 0 if since is None or year is None else year - since
