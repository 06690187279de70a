"""Stocks and flows from an account: each function makes the rows of a few indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from millesime.artificialisation import ARTIFICIAL
from millesime.indicators.accounts import Account
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.nomenclature import ARTIFICIALISATION, CS

HECTARE_M2 = 10_000.0
PLACE = ["level", "code", "name"]

#: Theme -> prefix of its code columns.
THEMES = {"cover": "cs", "use": "us"}


def indicators(account: Account) -> Indicators:
    """All the figures of an account, in a fixed order: place, theme, indicator, year, item."""
    tables = [_area(account), *(_stocks(account, year) for year in account.years)]
    if len(account.years) == 2:
        tables += [_code_flows(account), _status_flows(account), _changes(account)]
    table = pd.concat(tables, ignore_index=True)
    table["year_from"] = table["year_from"].astype("Int64")
    table["year_to"] = table["year_to"].astype("int64")
    table["value"] = table["value"].astype("float64")
    rank = {key: place for place, key in enumerate(INDICATORS)}
    table["_level"] = (table["level"] != "territory").astype(int)
    table["_rank"] = [rank[key] for key in zip(table["theme"], table["indicator"], strict=True)]
    table = table.sort_values(["_level", "code", "_rank", "year_to", "item"], ignore_index=True)
    return Indicators(table[list(COLUMNS)])


def _rows(
    sums: pd.Series, theme: str, indicator: str, *, year: int, since: int | None = None, item: str | None = None
) -> pd.DataFrame:
    """Rows of one indicator from a series indexed by place, and by item when `item` names that level."""
    table = sums.rename("value").reset_index()
    table["item"] = table[item].astype(str) if item is not None else ""
    table["theme"], table["indicator"], table["unit"] = theme, indicator, INDICATORS[(theme, indicator)][0]
    table["year_from"], table["year_to"] = pd.NA if since is None else since, year
    return table[list(COLUMNS)].astype({"year_from": "Int64"})


def _hectares(pieces: pd.DataFrame, by: Sequence[str] = ()) -> pd.Series:
    return pieces.groupby([*PLACE, *by], sort=True)["area_m2"].sum() / HECTARE_M2


def _over_places(account: Account, keep: pd.Series, weight: pd.Series | None = None) -> pd.Series:
    """Hectares of the pieces kept, for every place, 0 where there is none."""
    pieces = account.pieces
    area = pieces["area_m2"].where(keep, 0.0)
    weighted = area if weight is None else area * weight
    return weighted.groupby([pieces[name] for name in PLACE], sort=True).sum() / HECTARE_M2


def _area(account: Account) -> pd.DataFrame:
    return _rows(_hectares(account.pieces), "territory", "area", year=account.years[-1])


def _is_artificial(account: Account, year: int) -> pd.Series:
    return account.pieces[f"artif_{year}"] == ARTIFICIAL


def _is_impervious(account: Account, year: int) -> pd.Series:
    return account.pieces[f"cs_{year}"].isin([leaf.code for leaf in CS.leaves if leaf.is_impermeable])


#: Theme -> the pieces of a year that it counts.
_STATUSES: dict[str, Callable[[Account, int], pd.Series]] = {
    "artificialisation": _is_artificial,
    "imperviousness": _is_impervious,
}


def _stocks(account: Account, year: int) -> pd.DataFrame:
    """Hectares and shares, by code and by status, of one vintage."""
    pieces, area = account.pieces, _hectares(account.pieces)
    artificial = _is_artificial(account, year)
    tables = []
    for theme, prefix in THEMES.items():
        column = f"{prefix}_{year}"
        stock = _hectares(pieces, [column])
        # The share is of the whole place, not of the places where the code occurs.
        share = 100 * stock / area.reindex(stock.index.droplevel(column)).to_numpy()
        tables.append(_rows(stock, theme, "stock", year=year, item=column))
        tables.append(_rows(share, theme, "share", year=year, item=column))
        inside = _hectares(pieces[artificial], [column])
        tables.append(_rows(inside, theme, "artificial_stock", year=year, item=column))
    for theme, counted in _STATUSES.items():
        stock = _over_places(account, counted(account, year))
        tables.append(_rows(stock, theme, "stock", year=year))
        tables.append(_rows(100 * stock / area, theme, "share", year=year))
    matrix = ARTIFICIALISATION.status(pieces[f"cs_{year}"], pieces[f"us_{year}"])
    by_thresholds = _over_places(account, artificial != matrix)
    tables.append(_rows(by_thresholds, "artificialisation", "changed_by_thresholds", year=year))
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def _code_flows(account: Account) -> pd.DataFrame:
    """Gains under the new code, losses under the old one, transitions, by cover and by use."""
    since, year = account.years
    tables = []
    for theme, prefix in THEMES.items():
        before, after = f"{prefix}_{since}", f"{prefix}_{year}"
        moved = account.pieces[account.pieces[before] != account.pieces[after]]
        gain = _hectares(moved, [after]).rename_axis([*PLACE, "item"])
        loss = _hectares(moved, [before]).rename_axis([*PLACE, "item"])
        net = gain.sub(loss, fill_value=0.0)
        transition = _hectares(moved.assign(item=moved[before] + ">" + moved[after]), ["item"])
        flows = {"gain": gain, "loss": loss, "net": net, "net_per_year": net / (year - since), "transition": transition}
        tables += [_rows(sums, theme, name, year=year, since=since, item="item") for name, sums in flows.items()]
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def _status_flows(account: Account) -> pd.DataFrame:
    """Artificial and impervious flux: what took the status, what lost it, for every place."""
    since, year = account.years
    tables = []
    for theme, counted in _STATUSES.items():
        before, after = counted(account, since), counted(account, year)
        gain, loss = _over_places(account, ~before & after), _over_places(account, before & ~after)
        for name, sums in {"gain": gain, "loss": loss, "net": gain - loss}.items():
            tables.append(_rows(sums, theme, name, year=year, since=since))
            tables.append(_rows(sums / (year - since), theme, f"{name}_per_year", year=year, since=since))
    flux = _is_artificial(account, since) != _is_artificial(account, year)
    pieces = account.pieces
    same = (pieces[f"cs_{since}"] == pieces[f"cs_{year}"]) & (pieces[f"us_{since}"] == pieces[f"us_{year}"])
    by_thresholds = _over_places(account, flux & same)
    tables.append(_rows(by_thresholds, "artificialisation", "flux_without_code_change", year=year, since=since))
    return pd.concat(tables, ignore_index=True)


def _changes(account: Account) -> pd.DataFrame:
    """Area and number of changed pieces, slivers apart."""
    since, year = account.years
    pieces = account.pieces
    differs = np.logical_or.reduce(
        [(pieces[f"{name}_{since}"] != pieces[f"{name}_{year}"]).to_numpy() for name in ("cs", "us", "artif")]
    )
    changed, sliver = pd.Series(differs, index=pieces.index), pieces["sliver"].astype(bool)
    counts = (changed & ~sliver).groupby([pieces[name] for name in PLACE], sort=True).sum()
    return pd.concat(
        [
            _rows(_over_places(account, changed), "change", "area", year=year, since=since),
            _rows(_over_places(account, changed & sliver), "change", "sliver_area", year=year, since=since),
            _rows(counts, "change", "pieces", year=year, since=since),
        ],
        ignore_index=True,
    )
