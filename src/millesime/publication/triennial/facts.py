"""The figures of one place, each with its meaning and its sources, read from the table of indicators alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from millesime.indicators import INDICATORS
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.content import Quantity, Unit

_SIGNED = frozenset({"net", "net_per_year"})


@dataclass(frozen=True)
class Facts:
    """The rows of one place."""

    place: tuple[str, str]
    """Code and name."""

    years: tuple[int, int]
    table: pd.DataFrame

    @cached_property
    def _told(self) -> dict[tuple[str, str, int], tuple[tuple[str, float], ...]]:
        """Items and values of each theme, indicator and later year."""
        table = self.table
        found: dict[tuple[str, str, int], list[tuple[str, float]]] = {}
        columns = (table[name].tolist() for name in ("theme", "indicator", "year_to", "item", "value"))
        for theme, indicator, year, item, value in zip(*columns, strict=True):
            found.setdefault((theme, indicator, int(year)), []).append((str(item), float(value)))
        return {key: tuple(rows) for key, rows in found.items()}

    def get(self, theme: str, indicator: str, *, item: str = "", year: int | None = None) -> Quantity:
        """One figure; nought when the place does not have this item. `year` is the later one by default."""
        asked = self.years[1] if year is None else year
        value = sum(value for name, value in self._told.get((theme, indicator, asked), ()) if name == item)
        return self._quantity(theme, indicator, item, asked, float(value))

    def items(self, theme: str, indicator: str, *, year: int | None = None) -> tuple[Quantity, ...]:
        """The figure of each item that the place has, the largest first."""
        asked = self.years[1] if year is None else year
        rows = sorted(self._told.get((theme, indicator, asked), ()), key=lambda row: (-row[1], row[0]))
        return tuple(self._quantity(theme, indicator, item, asked, value) for item, value in rows)

    def _quantity(self, theme: str, indicator: str, item: str, year: int, value: float) -> Quantity:
        unit, meaning = INDICATORS[(theme, indicator)]
        first = self.years[0]
        is_flow = theme == "change" or indicator in _FLOWS
        both = is_flow or indicator == "area"
        maps = ("before", "after") if both else ("before",) if year == first else ("after",)
        return Quantity(
            value=value,
            unit=_unit(unit),
            meaning=meaning,
            theme=theme,
            indicator=indicator,
            place=self.place,
            sources=(*maps, "communes", *(("planning",) if theme == "planning" else ())),
            item=item,
            year_from=first if is_flow else None,
            year_to=year,
            signed=indicator in _SIGNED,
        )


_FLOWS = frozenset(
    {
        *("gain", "loss", "net", "gain_per_year", "loss_per_year", "net_per_year", "transition"),
        *("flux_without_code_change", "artificial_gain", "artificial_loss"),
    }
)


def _unit(text: str) -> Unit:
    units: dict[str, Unit] = {"ha": "ha", "%": "%", "ha/year": "ha/year", "count": "count"}
    return units[text]


def facts_of(case: Case, place: ReportPlace) -> Facts:
    """The figures of the place of a report."""
    return _facts(case, place.level, place.code, place.name)


def facts_of_communes(case: Case, place: ReportPlace) -> tuple[Facts, ...]:
    """The figures of the communes of an EPCI, by name; communes that the maps do not reach have none."""
    table = case.indicators.table
    communes = table[(table["level"] == "commune") & table["code"].isin(place.communes)]
    named = communes[["code", "name"]].drop_duplicates().sort_values(["name", "code"])
    pairs = zip(named["code"].astype(str), named["name"].astype(str), strict=True)
    return tuple(_facts(case, "commune", code, name) for code, name in pairs)


def _facts(case: Case, level: str, code: str, name: str) -> Facts:
    table = case.indicators.table
    rows = table[(table["level"] == level) & (table["code"] == code)]
    return Facts((code, name), case.years, rows.reset_index(drop=True))
