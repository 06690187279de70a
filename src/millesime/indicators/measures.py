"""Stocks and flows from an account: each function makes the figures of a few indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.artificialisation import ARTIFICIAL
from millesime.indicators.accounts import Account
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.nomenclature import ARTIFICIALISATION, CS

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

HECTARE_M2 = 10_000.0

#: Theme -> prefix of its code columns.
THEMES = {"cover": "cs", "use": "us"}


class Figure(NamedTuple):
    """One figure of one place."""

    place: int
    theme: str
    indicator: str
    item: str
    year_from: int | None
    year_to: int
    value: float


Figures = Iterator[Figure]

#: Sums by (place, code).
ByCode = dict[tuple[int, str], float]


@dataclass(frozen=True)
class _Ground:
    """The columns of an account as arrays, summed by place and by code."""

    account: Account

    @cached_property
    def place(self) -> npt.NDArray[np.intp]:
        return self.account.pieces["place"].to_numpy(dtype=np.intp)

    @cached_property
    def area_ha(self) -> Floats:
        return self.account.pieces["area_m2"].to_numpy(dtype=np.float64) / HECTARE_M2

    @cached_property
    def place_area_ha(self) -> Floats:
        return self.by_place(np.ones(len(self.place), dtype=bool))

    def column(self, name: str, year: int) -> npt.NDArray[Any]:
        return np.asarray(self.account.pieces[f"{name}_{year}"].to_numpy(dtype=object))

    def by_place(self, keep: Flags) -> Floats:
        """(places,) hectares of the pieces kept; 0 where there is none."""
        n = len(self.account.places)
        return np.bincount(self.place[keep], weights=self.area_ha[keep], minlength=n).astype(np.float64)

    def by_code(self, codes: npt.NDArray[Any], keep: Flags) -> ByCode:
        """Hectares of the pieces kept by place and code; pairs that do not occur are absent."""
        index, names = pd.factorize(codes[keep], sort=True)
        key = self.place[keep] * max(len(names), 1) + index
        sums, occurs = np.bincount(key, weights=self.area_ha[keep]), np.bincount(key)
        return {
            (int(cell) // len(names), str(names[int(cell) % len(names)])): float(sums[cell])
            for cell in np.flatnonzero(occurs)
        }

    def artificial(self, year: int) -> Flags:
        return np.asarray(self.column("artif", year) == ARTIFICIAL, dtype=bool)

    def impervious(self, year: int) -> Flags:
        return np.isin(self.column("cs", year).astype(str), [leaf.code for leaf in CS.leaves if leaf.is_impermeable])


#: Theme -> the pieces of a year that it counts.
_STATUSES: dict[str, Callable[[_Ground, int], Flags]] = {
    "artificialisation": _Ground.artificial,
    "imperviousness": _Ground.impervious,
}


def indicators(account: Account) -> Indicators:
    """All the figures of an account, in a fixed order: place, theme, indicator, year, item."""
    ground = _Ground(account)
    figures = [*_places("territory", "area", ground.place_area_ha, year=account.years[-1])]
    for year in account.years:
        figures += [*_code_stocks(ground, year), *_status_stocks(ground, year)]
    if len(account.years) == 2:
        figures += [*_code_flows(ground), *_status_flows(ground), *_changes(ground)]
    # A commune that the map does not reach has no figure.
    there = [figure for figure in figures if ground.place_area_ha[figure.place] > 0]
    return Indicators(_table(account, there))


def _table(account: Account, figures: list[Figure]) -> pd.DataFrame:
    rank = {key: place for place, key in enumerate(INDICATORS)}
    places = account.places
    figures.sort(key=lambda f: (f.place > 0, places[f.place].code, rank[(f.theme, f.indicator)], f.year_to, f.item))
    rows = [
        (
            *(places[figure.place].level, places[figure.place].code, places[figure.place].name),
            *figure[1:],
            INDICATORS[(figure.theme, figure.indicator)][0],
        )
        for figure in figures
    ]
    table = pd.DataFrame.from_records(rows, columns=list(COLUMNS))
    return table.astype({"year_from": "Int64", "year_to": "int64", "value": "float64"})


def _places(theme: str, indicator: str, values: Floats, *, year: int, since: int | None = None) -> Figures:
    """A figure for every place, zeros included."""
    for place, value in enumerate(values.tolist()):
        yield Figure(place, theme, indicator, "", since, year, value)


def _codes(theme: str, indicator: str, sums: ByCode, *, year: int, since: int | None = None) -> Figures:
    """A figure for every place and code that occurs."""
    for (place, code), value in sums.items():
        yield Figure(place, theme, indicator, code, since, year, value)


def _shares(values: Floats, whole: Floats) -> Floats:
    return np.divide(100 * values, whole, out=np.zeros(len(whole)), where=whole > 0)


def _code_stocks(ground: _Ground, year: int) -> Figures:
    """Hectares and shares of one vintage by cover and by use; the share is of the whole place."""
    everything, artificial = np.ones(len(ground.place), dtype=bool), ground.artificial(year)
    for theme, prefix in THEMES.items():
        codes = ground.column(prefix, year)
        stock = ground.by_code(codes, everything)
        share = {key: 100 * value / ground.place_area_ha[key[0]] for key, value in stock.items()}
        yield from _codes(theme, "stock", stock, year=year)
        yield from _codes(theme, "share", share, year=year)
        yield from _codes(theme, "artificial_stock", ground.by_code(codes, artificial), year=year)


def _status_stocks(ground: _Ground, year: int) -> Figures:
    """Artificial and impervious land of one vintage, and what the thresholds changed."""
    for theme, counted in _STATUSES.items():
        stock = ground.by_place(counted(ground, year))
        yield from _places(theme, "stock", stock, year=year)
        yield from _places(theme, "share", _shares(stock, ground.place_area_ha), year=year)
    matrix = ARTIFICIALISATION.status(ground.column("cs", year), ground.column("us", year))
    changed = ground.by_place(ground.artificial(year) != matrix)
    yield from _places("artificialisation", "changed_by_thresholds", changed, year=year)


def _code_flows(ground: _Ground) -> Figures:
    """Gains under the new code, losses under the old one, transitions, by cover and by use."""
    since, year = ground.account.years
    for theme, prefix in THEMES.items():
        before, after = ground.column(prefix, since), ground.column(prefix, year)
        moved = np.asarray(before != after, dtype=bool)
        gain, loss = ground.by_code(after, moved), ground.by_code(before, moved)
        net = {key: gain.get(key, 0.0) - loss.get(key, 0.0) for key in gain | loss}
        flows = {
            "gain": gain,
            "loss": loss,
            "net": net,
            "net_per_year": {key: value / (year - since) for key, value in net.items()},
            "transition": ground.by_code(before + ">" + after, moved),
        }
        for indicator, sums in flows.items():
            yield from _codes(theme, indicator, sums, year=year, since=since)


def _status_flows(ground: _Ground) -> Figures:
    """Artificial and impervious flux: what took the status, what lost it."""
    since, year = ground.account.years
    for theme, counted in _STATUSES.items():
        before, after = counted(ground, since), counted(ground, year)
        gain, loss = ground.by_place(~before & after), ground.by_place(before & ~after)
        for name, values in {"gain": gain, "loss": loss, "net": gain - loss}.items():
            yield from _places(theme, name, values, year=year, since=since)
            yield from _places(theme, f"{name}_per_year", values / (year - since), year=year, since=since)
    flux = ground.artificial(since) != ground.artificial(year)
    alone = ground.by_place(flux & ~_differs(ground, "cs", "us"))
    yield from _places("artificialisation", "flux_without_code_change", alone, year=year, since=since)


def _changes(ground: _Ground) -> Figures:
    """Area and number of changed pieces, slivers apart."""
    since, year = ground.account.years
    changed = _differs(ground, "cs", "us", "artif")
    sliver = ground.account.pieces["sliver"].to_numpy(dtype=bool)
    counts = np.bincount(ground.place[changed & ~sliver], minlength=len(ground.account.places)).astype(np.float64)
    areas = {"area": changed, "sliver_area": changed & sliver}
    for indicator, keep in areas.items():
        yield from _places("change", indicator, ground.by_place(keep), year=year, since=since)
    yield from _places("change", "pieces", counts, year=year, since=since)


def _differs(ground: _Ground, *names: str) -> Flags:
    since, year = ground.account.years
    return np.logical_or.reduce([ground.column(name, since) != ground.column(name, year) for name in names])
