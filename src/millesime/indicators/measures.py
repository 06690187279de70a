"""Stocks and flows from an account: each function makes the sums of a few indicators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.artificialisation import ARTIFICIAL
from millesime.errors import CodeError
from millesime.indicators.accounts import Account, Cells
from millesime.indicators.figures import Sums
from millesime.indicators.grounds import Ground, long_sliver
from millesime.indicators.slots import Slots
from millesime.nomenclature import ARTIFICIALISATION, CS, US, CodeTable

Flags = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]
Indices = npt.NDArray[np.intp]

#: Theme -> prefix of its code columns, and its codes.
THEMES: dict[str, tuple[str, CodeTable]] = {"cover": ("cs", CS), "use": ("us", US)}

#: Themes that count ground that has a status.
STATUSES = ("artificialisation", "imperviousness")

_IMPERVIOUS = np.array([leaf.is_impermeable for leaf in CS.leaves], dtype=bool)

#: (cover, use) True where the matrix says artificial.
_MATRIX = np.array(
    [[ARTIFICIALISATION.is_artificial(cs.code, us.code) for us in US.leaves] for cs in CS.leaves], dtype=bool
)


def codes_of(theme: str) -> tuple[str, ...]:
    """The codes of a theme, in the order of the nomenclature."""
    return tuple(leaf.code for leaf in THEMES[theme][1].leaves)


@dataclass(frozen=True)
class _Columns:
    """The pieces of one ground as numbers, year by year."""

    ground: Ground
    cells: Cells

    @cached_property
    def codes(self) -> dict[tuple[str, int], Indices]:
        """(theme, year) -> (pieces,) position of the code in its table.

        Raises:
            CodeError: tells the unknown codes.
        """
        found = {}
        for theme, (prefix, table) in THEMES.items():
            index = pd.Index([leaf.code for leaf in table.leaves])
            for year in self.ground.years:
                values = self.ground.pieces[f"{prefix}_{year}"].to_numpy(dtype=object)
                found[(theme, year)] = index.get_indexer(values)
                if (found[(theme, year)] < 0).any():
                    table.require(values.tolist(), place=f"map {self.ground.code}, {prefix}_{year}")
                    raise CodeError(f"unknown {table.name} codes", place=f"map {self.ground.code}")
        return found

    @cached_property
    def status(self) -> dict[tuple[str, int], Flags]:
        """(theme, year) -> (pieces,) True where the ground has the status."""
        found: dict[tuple[str, int], Flags] = {}
        for year in self.ground.years:
            artif = self.ground.pieces[f"artif_{year}"].to_numpy(dtype=object)
            found[("artificialisation", year)] = np.asarray(artif == ARTIFICIAL, dtype=bool)
            found[("imperviousness", year)] = _IMPERVIOUS[self.codes[("cover", year)]]
        return found

    def differs(self, since: int, year: int) -> Flags:
        """(pieces,) True where cover, use or artificial status differ."""
        codes = [self.codes[(theme, since)] != self.codes[(theme, year)] for theme in THEMES]
        status = self.status[("artificialisation", since)] != self.status[("artificialisation", year)]
        return np.logical_or.reduce([*codes, status])


class Tally:
    """Sums over the cells of all grounds."""

    def __init__(self, account: Account, slots: Slots) -> None:
        self.account, self.slots = account, slots
        self.n_units = len(account.unit_ground)
        self.columns = [_Columns(g, c) for g, c in zip(account.grounds, account.cells, strict=True)]

    def of(self, slot: int) -> Iterator[tuple[_Columns, int]]:
        """The grounds that have a vintage in a slot, each with its year."""
        for columns, years in zip(self.columns, self.slots.years, strict=True):
            year = years[slot]
            if year is not None:
                yield columns, year

    def of_pair(self, since: int, slot: int) -> Iterator[tuple[_Columns, int, int]]:
        """The grounds that have vintages in both slots."""
        for columns, years in zip(self.columns, self.slots.years, strict=True):
            first, second = years[since], years[slot]
            if first is not None and second is not None:
                yield columns, first, second

    def add(
        self, out: Int64, columns: _Columns, keep: Flags | None, item: Indices | None = None, *, count: bool = False
    ) -> None:
        """Add the cells of the pieces kept to (units, items), in place; `item` (pieces,) their column."""
        cells = columns.cells
        chosen = np.arange(len(cells.piece)) if keep is None else np.flatnonzero(keep[cells.piece])
        key = cells.unit[chosen].astype(np.int64) * out.shape[1]
        if item is not None:
            key = key + item[cells.piece[chosen]]
        # Whole numbers far below 2**53 for one map: exact in any order.
        weights = None if count else cells.area[chosen].astype(np.float64)
        sums = np.bincount(key, weights=weights, minlength=out.size).reshape(out.shape)
        out += np.rint(sums).astype(np.int64)

    def zeros(self, items: int = 1) -> Int64:
        """(units, items) to add to."""
        return np.zeros((self.n_units, items), dtype=np.int64)

    def held(self, slot: int) -> Int64:
        """(units, 1) ground of the maps that have a vintage in a slot."""
        out = self.zeros()
        for columns, _ in self.of(slot):
            self.add(out, columns, None)
        return out


def code_stocks(tally: Tally, slot: int) -> Iterator[Sums]:
    """Stocks of one vintage by cover and by use; shares are of the whole ground of the place."""
    whole = tally.held(slot)
    for theme in THEMES:
        items = codes_of(theme)
        stock, count, artificial, some, sealed, any_sealed = (tally.zeros(len(items)) for _ in range(6))
        for columns, year in tally.of(slot):
            codes = columns.codes[(theme, year)]
            is_artificial = columns.status[("artificialisation", year)]
            is_sealed = columns.status[("imperviousness", year)]
            tally.add(stock, columns, None, codes)
            tally.add(count, columns, None, codes, count=True)
            tally.add(artificial, columns, is_artificial, codes)
            tally.add(some, columns, is_artificial, codes, count=True)
            tally.add(sealed, columns, is_sealed, codes)
            tally.add(any_sealed, columns, is_sealed, codes, count=True)
        yield Sums(theme, "stock", slot, stock, items, occurs=count > 0)
        yield Sums(theme, "share", slot, stock, items, occurs=count > 0, of=whole)
        yield Sums(theme, "artificial_stock", slot, artificial, items, occurs=some > 0)
        if theme == "use":
            yield Sums(theme, "impervious_stock", slot, sealed, items, occurs=any_sealed > 0)


def status_stocks(tally: Tally, slot: int) -> Iterator[Sums]:
    """Artificial and impervious land of one vintage, and what the thresholds changed."""
    whole = tally.held(slot)
    for theme in STATUSES:
        stock = tally.zeros()
        for columns, year in tally.of(slot):
            tally.add(stock, columns, columns.status[(theme, year)])
        yield Sums(theme, "stock", slot, stock)
        yield Sums(theme, "share", slot, stock, of=whole)
    changed = tally.zeros()
    for columns, year in tally.of(slot):
        matrix = _MATRIX[columns.codes[("cover", year)], columns.codes[("use", year)]]
        tally.add(changed, columns, columns.status[("artificialisation", year)] != matrix)
    yield Sums("artificialisation", "changed_by_thresholds", slot, changed)


def code_flows(tally: Tally, since: int, slot: int) -> Iterator[Sums]:
    """Gains under the new code, losses under the old one, transitions; and what the artificial flux consists of."""
    for theme in THEMES:
        items = codes_of(theme)
        n = len(items)
        gain, loss, new, old = (tally.zeros(n) for _ in range(4))
        moves, moved = tally.zeros(n * n), tally.zeros(n * n)
        taken, some_taken, given, some_given = (tally.zeros(n) for _ in range(4))
        for columns, first, second in tally.of_pair(since, slot):
            before, after = columns.codes[(theme, first)], columns.codes[(theme, second)]
            changed = before != after
            for out, codes, count in (
                (gain, after, False),
                (new, after, True),
                (loss, before, False),
                (old, before, True),
            ):
                tally.add(out, columns, changed, codes, count=count)
            tally.add(moves, columns, changed, before * n + after)
            tally.add(moved, columns, changed, before * n + after, count=True)
            was, is_now = (columns.status[("artificialisation", year)] for year in (first, second))
            tally.add(taken, columns, ~was & is_now, after)
            tally.add(some_taken, columns, ~was & is_now, after, count=True)
            tally.add(given, columns, was & ~is_now, after)
            tally.add(some_given, columns, was & ~is_now, after, count=True)
        pairs = tuple(f"{before}>{after}" for before in items for after in items)
        either = (new > 0) | (old > 0)
        common: dict[str, Any] = {"since": since}
        yield Sums(theme, "gain", slot, gain, items, occurs=new > 0, **common)
        yield Sums(theme, "loss", slot, loss, items, occurs=old > 0, **common)
        yield Sums(theme, "net", slot, gain - loss, items, occurs=either, **common)
        yield Sums(theme, "net_per_year", slot, gain - loss, items, occurs=either, per_year=True, **common)
        yield Sums(theme, "transition", slot, moves, pairs, occurs=moved > 0, **common)
        yield Sums(theme, "artificial_gain", slot, taken, items, occurs=some_taken > 0, **common)
        yield Sums(theme, "artificial_loss", slot, given, items, occurs=some_given > 0, **common)


def status_flows(tally: Tally, since: int, slot: int) -> Iterator[Sums]:
    """Artificial and impervious flux: what took the status, what lost it."""
    for theme in STATUSES:
        gain, loss = tally.zeros(), tally.zeros()
        for columns, first, second in tally.of_pair(since, slot):
            before, after = columns.status[(theme, first)], columns.status[(theme, second)]
            tally.add(gain, columns, ~before & after)
            tally.add(loss, columns, before & ~after)
        for name, values in {"gain": gain, "loss": loss, "net": gain - loss}.items():
            yield Sums(theme, name, slot, values, since=since)
            yield Sums(theme, f"{name}_per_year", slot, values, since=since, per_year=True)
    alone = tally.zeros()
    for columns, first, second in tally.of_pair(since, slot):
        same = np.logical_and.reduce([columns.codes[(t, first)] == columns.codes[(t, second)] for t in THEMES])
        flux = columns.status[("artificialisation", first)] != columns.status[("artificialisation", second)]
        tally.add(alone, columns, flux & same)
    yield Sums("artificialisation", "flux_without_code_change", slot, alone, since=since)


def changes(tally: Tally, since: int, slot: int) -> Iterator[Sums]:
    """Area and number of changed pieces, slivers apart. A piece in two communes counts in both."""
    area, slivers, pieces = tally.zeros(), tally.zeros(), tally.zeros()
    for columns, first, second in tally.of_pair(since, slot):
        changed = columns.differs(first, second)
        years = [year for year in columns.ground.years if first <= year <= second]
        sliver = long_sliver(columns.ground.pieces, years)
        tally.add(area, columns, changed)
        tally.add(slivers, columns, changed & sliver)
        tally.add(pieces, columns, changed & ~sliver, count=True)
    yield Sums("change", "area", slot, area, since=since)
    yield Sums("change", "sliver_area", slot, slivers, since=since)
    yield Sums("change", "pieces", slot, pieces, since=since, scale=1.0)
